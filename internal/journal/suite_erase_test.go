package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// What every journal must do with erasures and copies; see [suite].

func erases(t *testing.T, j Journal) {
	for n := 1; n <= 3; n++ {
		mustAppend(t, j, "a", uint64(n-1), record(n))
	}
	for range 2 { // the second time adds nothing
		if err := j.Erase(t.Context(), "a", 2); err != nil {
			t.Fatal(err)
		}
	}
	withheld := "2 seat-admitted " + record(2).At.Format(time.RFC3339Nano) + " withheld"
	wantTold(t, told(t, j, "a", 0), line0(1, 1), withheld, line0(3, 3))
	_, err := j.Append(t.Context(), "a", 3, records(5, 5))
	var moved *MovedError
	if !errors.As(err, &moved) || moved.Last != 4 {
		t.Fatalf("append after an erasure: %v; want that the history ends at 4", err)
	}
	wantTold(t, told(t, j, "a", 3))
	mustAppend(t, j, "a", 4, record(5))
	wantTold(t, told(t, j, "a", 0), line0(1, 1), withheld, line0(3, 3), line0(5, 5))
	report := verifyExport(t, j, "a", nil)
	want := []Withheld{{Seq: 2, Kind: "seat-admitted", ErasedBy: 4}}
	if report.Length != 5 || !slices.Equal(report.Withheld, want) {
		t.Fatalf("length %d and withheld %v; want 5 and %v", report.Length, report.Withheld, want)
	}
}

func erasesWithinAppend(t *testing.T, j Journal) {
	mustAppend(t, j, "a", 0, records(1, 3)...)
	for _, seq := range []uint64{2, 1, 3} {
		if err := j.Erase(t.Context(), "a", seq); err != nil {
			t.Fatal(err)
		}
		if verifyExport(t, j, "a", nil).Withheld == nil {
			t.Fatal("nothing is withheld")
		}
	}
	mustAppend(t, j, "a", 6, record(7))
	lines := told(t, j, "a", 0)
	if len(lines) != 4 || strings.Count(strings.Join(lines, "\n"), "withheld") != 3 || lines[3] != line0(7, 7) {
		t.Fatalf("told %q", lines)
	}
}

func refusesErase(t *testing.T, j Journal) {
	mustAppend(t, j, "a", 0, records(1, 2)...)
	if err := j.Erase(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		summit string
		seq    uint64
	}{{"a", 0}, {"a", 4}, {"a", 3}, {"none", 1}} {
		if err := j.Erase(t.Context(), c.summit, c.seq); !errors.Is(err, ErrNoEntry) {
			t.Errorf("erasing %s %d: %v; want that there is no such entry", c.summit, c.seq, err)
		}
	}
	if last, err := j.Last(t.Context(), "a"); last != 3 || err != nil {
		t.Errorf("last is %d, %v; want 3", last, err)
	}
	if summits, _ := j.Summits(t.Context()); !slices.Equal(summits, []string{"a"}) {
		t.Errorf("summits are %q, want a", summits)
	}
}

// verifyExport exports a summit, and demands that the copy verifies.
func verifyExport(t *testing.T, j Journal, summit string, withhold func(uint64, string) bool) Report {
	t.Helper()
	var b bytes.Buffer
	if err := j.Export(t.Context(), summit, &b, withhold); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), summit)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := Verify(path)
	if err != nil || report.Fault != "" {
		t.Fatalf("verify: %v %s", err, report.Fault)
	}
	return report
}

func exportsVerifiable(t *testing.T, j Journal) {
	var b bytes.Buffer
	if err := j.Export(t.Context(), "a", &b, nil); !errors.Is(err, ErrNoEntry) {
		t.Fatalf("export of nothing: %v", err)
	}
	mustAppend(t, j, "a", 0, records(1, 10)...)
	r := verifyExport(t, j, "a", nil)
	if r.Summit != "a" || r.Length != 10 || !r.Signed || r.Withheld != nil || r.Head == (Hash{}) {
		t.Fatalf("report: %+v", r)
	}
	if !r.First.Equal(record(1).At) || !r.Last.Equal(record(10).At) {
		t.Fatalf("from %v to %v", r.First, r.Last)
	}
}

func withholdsFromCopy(t *testing.T, j Journal) {
	mustAppend(t, j, "a", 0, records(1, 4)...)
	if err := j.Erase(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	r := verifyExport(t, j, "a", func(seq uint64, kind string) bool { return seq == 3 || kind == KindErased })
	want := []Withheld{{1, "seat-admitted", 5}, {3, "seat-admitted", 0}}
	if !slices.Equal(r.Withheld, want) {
		t.Fatalf("withheld: %v, want %v", r.Withheld, want)
	}
	wantTold(t, told(t, j, "a", 1), line0(2, 2), line0(3, 3), line0(4, 4))
}
