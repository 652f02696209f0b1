package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// suite is what every journal must do. open returns an empty one.
func suite(t *testing.T, open func(t *testing.T) Journal) {
	tests := map[string]func(*testing.T, Journal){
		"tells what was appended":             tellsWhatWasAppended,
		"keeps summits apart":                 keepsSummitsApart,
		"refuses to continue from elsewhere":  refusesElsewhere,
		"appends all or nothing":              appendsAllOrNothing,
		"refuses what it cannot keep":         refusesUnkeepable,
		"replays from the middle":             replaysFromMiddle,
		"stops a replay at an error":          stopsReplay,
		"keeps payloads byte for byte":        keepsPayloads,
		"erases a payload":                    erases,
		"erases within one append":            erasesWithinAppend,
		"refuses to erase what is not there":  refusesErase,
		"exports what verifies":               exportsVerifiable,
		"withholds from a copy":               withholdsFromCopy,
		"serves several writers":              servesWriters,
		"honours a context that ended":        honoursEndedContext,
		"answers nothing after close":         answersNothingAfterClose,
		"does not share the caller's payload": doesNotShare,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			j := open(t)
			t.Cleanup(func() {
				if err := j.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, j)
		})
	}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 123456789, time.UTC)

// record is a record with a payload that says n.
func record(n int) Record {
	return Record{"seat-admitted", noon.Add(time.Duration(n) * time.Second), fmt.Appendf(nil, `{"n":%d}`, n)}
}

// records are those numbered first to last.
func records(first, last int) (r []Record) {
	for n := first; n <= last; n++ {
		r = append(r, record(n))
	}
	return r
}

// mustAppend appends and returns the last number.
func mustAppend(t *testing.T, j Journal, summit string, after uint64, r ...Record) uint64 {
	t.Helper()
	last, err := j.Append(t.Context(), summit, after, r)
	if err != nil {
		t.Fatalf("append after %d: %v", after, err)
	}
	if want := after + uint64(len(r)); last != want {
		t.Fatalf("append of %d after %d ends at %d, want %d", len(r), after, last, want)
	}
	return last
}

// told is what a replay says, one line per entry.
func told(t *testing.T, j Journal, summit string, after uint64) (lines []string) {
	t.Helper()
	err := j.Replay(t.Context(), summit, after, func(seq uint64, kind string, at time.Time, payload []byte) error {
		text := "withheld"
		if payload != nil {
			text = string(payload)
		}
		lines = append(lines, fmt.Sprintf("%d %s %s %s", seq, kind, at.Format(time.RFC3339Nano), text))
		return nil
	})
	if err != nil {
		t.Fatalf("replay: %v", err)
	}
	return lines
}

// line0 is what a replay says of record n as entry seq.
func line0(seq, n int) string {
	r := record(n)
	return fmt.Sprintf("%d %s %s %s", seq, r.Kind, r.At.Format(time.RFC3339Nano), r.Payload)
}

func wantTold(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("told:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func tellsWhatWasAppended(t *testing.T, j Journal) {
	wantTold(t, told(t, j, "a", 0))
	mustAppend(t, j, "a", 0, record(1))
	mustAppend(t, j, "a", 1, records(2, 4)...)
	wantTold(t, told(t, j, "a", 0), line0(1, 1), line0(2, 2), line0(3, 3), line0(4, 4))
	if last, err := j.Last(t.Context(), "a"); last != 4 || err != nil {
		t.Fatalf("last is %d, %v; want 4", last, err)
	}
}

func keepsSummitsApart(t *testing.T, j Journal) {
	mustAppend(t, j, "b", 0, record(1))
	mustAppend(t, j, "a", 0, record(2))
	mustAppend(t, j, "b", 1, record(3))
	wantTold(t, told(t, j, "a", 0), line0(1, 2))
	wantTold(t, told(t, j, "b", 0), line0(1, 1), line0(2, 3))
	wantTold(t, told(t, j, "c", 0))
	summits, err := j.Summits(t.Context())
	if err != nil || !slices.Equal(summits, []string{"a", "b"}) {
		t.Fatalf("summits are %q, %v; want a and b", summits, err)
	}
}

func refusesElsewhere(t *testing.T, j Journal) {
	mustAppend(t, j, "a", 0, records(1, 3)...)
	for _, after := range []uint64{0, 1, 2, 4, 99} {
		_, err := j.Append(t.Context(), "a", after, records(9, 9))
		var moved *MovedError
		if !errors.As(err, &moved) || moved.Last != 3 || moved.After != after {
			t.Fatalf("append after %d: %v; want that the history ends at 3", after, err)
		}
	}
	_, err := j.Append(t.Context(), "new", 7, records(9, 9))
	var moved *MovedError
	if !errors.As(err, &moved) || moved.Last != 0 {
		t.Fatalf("append to a new history after 7: %v; want that it ends at 0", err)
	}
	wantTold(t, told(t, j, "a", 0), line0(1, 1), line0(2, 2), line0(3, 3))
	wantTold(t, told(t, j, "new", 0))
	mustAppend(t, j, "a", 3, record(4))
}

func appendsAllOrNothing(t *testing.T, j Journal) {
	mustAppend(t, j, "a", 0, records(1, 500)...)
	bad := records(501, 510)
	bad[9].Kind = "Not A Kind"
	if _, err := j.Append(t.Context(), "a", 500, bad); err == nil {
		t.Fatal("an append with a bad record is accepted")
	}
	if lines := told(t, j, "a", 0); len(lines) != 500 || lines[499] != line0(500, 500) {
		t.Fatalf("%d entries are told, want 500", len(lines))
	}
	mustAppend(t, j, "a", 500, records(501, 510)...)
}

func refusesUnkeepable(t *testing.T, j Journal) {
	good := record(1)
	with := func(change func(*Record)) []Record {
		r := good
		change(&r)
		return []Record{good, r}
	}
	cases := map[string]struct {
		summit  string
		records []Record
	}{
		"no records":        {"a", nil},
		"no summit":         {"", []Record{good}},
		"a wide summit":     {"*", []Record{good}},
		"a path":            {"../a", []Record{good}},
		"a long summit":     {strings.Repeat("a", 65), []Record{good}},
		"capitals":          {"A", []Record{good}},
		"no kind":           {"a", with(func(r *Record) { r.Kind = "" })},
		"a kind of words":   {"a", with(func(r *Record) { r.Kind = "seat admitted" })},
		"a kind in quotes":  {"a", with(func(r *Record) { r.Kind = `"` })},
		"the journal's own": {"a", with(func(r *Record) { r.Kind = KindErased })},
		"not text":          {"a", with(func(r *Record) { r.Payload = []byte{0xff} })},
		"too much":          {"a", with(func(r *Record) { r.Payload = make([]byte, MaxPayload+1) })},
		"a far year":        {"a", with(func(r *Record) { r.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) })},
		"too many":          {"a", slices.Repeat([]Record{good}, MaxRecords+1)},
	}
	for name, c := range cases {
		if last, err := j.Append(t.Context(), c.summit, 0, c.records); err == nil || last != 0 {
			t.Errorf("%s: accepted", name)
		} else if errors.Is(err, ErrUncertain) {
			t.Errorf("%s: %v; want a certain refusal", name, err)
		}
	}
	if summits, err := j.Summits(t.Context()); len(summits) != 0 || err != nil {
		t.Errorf("summits are %q, %v; want none", summits, err)
	}
}

func replaysFromMiddle(t *testing.T, j Journal) {
	mustAppend(t, j, "a", 0, records(1, 5)...)
	wantTold(t, told(t, j, "a", 3), line0(4, 4), line0(5, 5))
	wantTold(t, told(t, j, "a", 5))
	wantTold(t, told(t, j, "a", 99))
}

func stopsReplay(t *testing.T, j Journal) {
	mustAppend(t, j, "a", 0, records(1, 5)...)
	enough, calls := errors.New("enough"), 0
	err := j.Replay(t.Context(), "a", 0, func(uint64, string, time.Time, []byte) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Fatalf("%d calls, %v", calls, err)
	}
}

func keepsPayloads(t *testing.T, j Journal) {
	payloads := []string{"", "{}", "\x00\x01\b\t\n\v\f\r\x1f\x7f", `"\"<>&`, "قمة 峰会 саммит \u2028\u2029\ufffd", strings.Repeat("x", MaxPayload)}
	var rs []Record
	for _, p := range payloads {
		rs = append(rs, Record{"k", time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("", -3600)), []byte(p)})
	}
	rs = append(rs, Record{"k", noon, nil})
	payloads = append(payloads, "")
	mustAppend(t, j, "a", 0, rs...)
	i := 0
	err := j.Replay(t.Context(), "a", 0, func(seq uint64, _ string, at time.Time, payload []byte) error {
		if payload == nil || string(payload) != payloads[i] {
			t.Errorf("payload %d is %.40q, want %.40q", seq, payload, payloads[i])
		}
		if !at.Equal(rs[i].At) || at.Location() != time.UTC {
			t.Errorf("time %d is %v, want %v in UTC", seq, at, rs[i].At)
		}
		i++
		return nil
	})
	if err != nil || i != len(payloads) {
		t.Fatalf("%d payloads, %v", i, err)
	}
}

// servesWriters has several goroutines append to one history and to their own.
func servesWriters(t *testing.T, j Journal) {
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			own := fmt.Sprintf("own-%d", w)
			for n := range 10 {
				if _, err := j.Append(t.Context(), own, uint64(n), records(n, n)); err != nil {
					t.Error(err)
				}
				for after := uint64(0); ; {
					_, err := j.Append(t.Context(), "shared", after, records(w, w))
					var moved *MovedError
					if !errors.As(err, &moved) {
						if err != nil {
							t.Error(err)
						}
						break
					}
					after = moved.Last
				}
			}
		})
	}
	wg.Wait()
	if n := len(told(t, j, "shared", 0)); n != 40 {
		t.Errorf("%d shared entries, want 40", n)
	}
	verifyExport(t, j, "shared", nil)
}

func honoursEndedContext(t *testing.T, j Journal) {
	mustAppend(t, j, "a", 0, record(1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := j.Append(ctx, "a", 1, records(2, 2)); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	if err := j.Replay(ctx, "a", 0, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("replay: %v", err)
	}
	if _, err := j.Summits(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("summits: %v", err)
	}
	if err := j.Erase(ctx, "a", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("erase: %v", err)
	}
	mustAppend(t, j, "a", 1, record(2))
}

func answersNothingAfterClose(t *testing.T, j Journal) {
	mustAppend(t, j, "a", 0, record(1))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append(t.Context(), "a", 1, records(2, 2)); !errors.Is(err, ErrClosed) {
		t.Errorf("append: %v", err)
	}
	if err := j.Replay(t.Context(), "a", 0, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("replay: %v", err)
	}
	if _, err := j.Last(t.Context(), "b"); !errors.Is(err, ErrClosed) {
		t.Errorf("last: %v", err)
	}
	if _, err := j.Summits(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("summits: %v", err)
	}
	if err := j.Erase(t.Context(), "a", 1); !errors.Is(err, ErrClosed) {
		t.Errorf("erase: %v", err)
	}
	if err := j.Export(t.Context(), "a", &bytes.Buffer{}, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("export: %v", err)
	}
}

func doesNotShare(t *testing.T, j Journal) {
	r := record(1)
	mustAppend(t, j, "a", 0, r)
	for i := range r.Payload {
		r.Payload[i] = 'x'
	}
	for range 2 {
		err := j.Replay(t.Context(), "a", 0, func(_ uint64, _ string, _ time.Time, payload []byte) error {
			if string(payload) != string(record(1).Payload) {
				t.Errorf("payload is %q", payload)
			}
			clear(payload)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
