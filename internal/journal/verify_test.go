package journal

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// exported is a small history as a file: five entries, of which the second is
// erased, by the sixth, and the fourth is left out of the copy.
func exported(t testing.TB, j Journal) []byte {
	t.Helper()
	if _, err := j.Append(t.Context(), "talks", 0, records(1, 5)); err != nil {
		t.Fatal(err)
	}
	if err := j.Erase(t.Context(), "talks", 2); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := j.Export(t.Context(), "talks", &b, func(seq uint64, _ string) bool { return seq == 4 }); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestVerifySaysWhatThereIs(t *testing.T) {
	j := OpenMemory()
	r, err := verify(bytes.NewReader(exported(t, j)), nil)
	if err != nil || !r.OK() {
		t.Fatalf("%v %s", err, r.Fault)
	}
	end := j.histories["talks"].head
	if r.Summit != "talks" || r.Length != 6 || r.Head != end.hash || !r.Signed || r.Trusted || r.Key != j.signer.public {
		t.Errorf("report: %+v", r)
	}
	want := []Withheld{{2, "seat-admitted", 6}, {4, "seat-admitted", 0}}
	if !slices.Equal(r.Withheld, want) {
		t.Errorf("withheld: %v, want %v", r.Withheld, want)
	}
	for _, phrase := range []string{
		"The history verifies.", "Summit:   talks", "Entries:  6, from 2026-11-23T12:00:01Z to", r.Head.String(), "ask the host",
		"entry 2 (seat-admitted), erased, as entry 6 says", "entry 4 (seat-admitted), left out of this copy",
	} {
		if !strings.Contains(r.String(), phrase) {
			t.Errorf("the report does not say %q:\n%s", phrase, r)
		}
	}
}

func TestVerifyKeys(t *testing.T) {
	j, other := OpenMemory(), OpenMemory()
	file := exported(t, j)
	r, err := verify(bytes.NewReader(file), []string{other.signer.public, j.signer.public})
	if err != nil || !r.OK() || !r.Trusted || !strings.Contains(r.String(), "which you trust") {
		t.Errorf("with the right key: %v\n%s", err, r)
	}
	r, err = verify(bytes.NewReader(file), []string{other.signer.public})
	if err != nil || r.OK() || !strings.Contains(r.Fault, "none of the keys to be trusted") {
		t.Errorf("with another key: %v\n%s", err, r)
	}
}

func TestVerifyNoFile(t *testing.T) {
	if _, err := Verify(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	broken := errors.New("the stick was pulled")
	file := exported(t, OpenMemory())
	if _, err := verify(io.MultiReader(bytes.NewReader(file[:900]), errReader{broken}), nil); !errors.Is(err, broken) {
		t.Errorf("%v; want that reading failed", err)
	}
}

type errReader struct{ error }

func (e errReader) Read([]byte) (int, error) { return 0, e.error }

// TestVerifyFlippedBit flips a bit in each byte of a file, each of the eight in
// turn. None may pass.
func TestVerifyFlippedBit(t *testing.T) {
	file := exported(t, OpenMemory())
	for bit := 0; bit < len(file)*8; bit += 7 {
		file[bit/8] ^= 1 << (bit % 8)
		r, err := verify(bytes.NewReader(file), nil)
		if err != nil || r.OK() {
			t.Errorf("bit %d of byte %d (%q): %v, verifies: %v", bit%8, bit/8, file[max(0, bit/8-20):bit/8+1], err, r.OK())
		}
		file[bit/8] ^= 1 << (bit % 8)
	}
}

// TestVerifyForgeries does to a file what someone who wants to deceive would.
func TestVerifyForgeries(t *testing.T) {
	j := OpenMemory()
	file := exported(t, j)
	lines := bytes.SplitAfter(file, []byte("\n"))
	lines = lines[:len(lines)-1] // the empty one after the last end of line
	other := OpenMemory()
	otherLines := bytes.SplitAfter(exported(t, other), []byte("\n"))

	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	without := func(n int) []byte { return join(slices.Delete(slices.Clone(lines), n, n+1)...) }
	replaced := func(n int, old, new string) []byte {
		changed := slices.Clone(lines)
		changed[n] = bytes.Replace(lines[n], []byte(old), []byte(new), 1)
		if bytes.Equal(changed[n], lines[n]) {
			t.Fatalf("line %d does not contain %q: %s", n+1, old, lines[n])
		}
		return join(changed...)
	}
	swapped := slices.Clone(lines)
	swapped[2], swapped[3] = swapped[3], swapped[2]

	for name, c := range map[string]struct {
		file []byte
		why  string
	}{
		"nothing":                  {nil, "the file is empty"},
		"something else":           {[]byte("%PDF-1.7\n"), "line 1 is not the beginning"},
		"another version":          {replaced(0, `"format":"liqa journal 1"`, `"format":"liqa journal 2"`), "the file's format is"},
		"the last entry left out":  {without(6), "the file ends with entry 5"},
		"all entries left out":     {lines[0], "the file ends with entry 0"},
		"an entry left out":        {without(3), "entry 2 is followed by entry 4"},
		"the first entry left out": {without(1), "entry 0 is followed by entry 2"},
		"an entry twice":           {join(append(slices.Clone(lines), lines[6])...), "entry 6 is followed by entry 6"},
		"entries swapped":          {join(swapped...), "entry 1 is followed by entry 3"},
		"another payload":          {replaced(3, `{\"n\":3}`, `{\"n\":7}`), "is not the one the entry commits to"},
		"another kind":             {replaced(3, "admitted", "expelled"), "does not continue entry 3"},
		"another time":             {replaced(3, "12:00:03", "12:00:04"), "does not continue entry 3"},
		"another last entry":       {replaced(6, "2026", "2027"), "and the signed checkpoint says entry 6"},
		"another summit":           {replaced(0, `"summit":"talks"`, `"summit":"other"`), "the checkpoint is summit talks's"},
		"half a line":              {file[:len(file)-1], "breaks off within line 7"},
		"ends of line of Windows":  {bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n")), "not in its canonical spelling"},
		"another's signature":      {join(append([][]byte{otherLines[0]}, lines[1:]...)...), "and the signed checkpoint says"},
		"another's key":            {replaced(0, j.signer.public, other.signer.public), "is not signed with the key beside it"},
		"no key":                   {replaced(0, j.signer.public, "none"), "the key in line 1 cannot be read"},
		"a second payload":         {replaced(3, `"salt"`, `"payload":"{}","salt"`), "not in its canonical spelling"},
		"an unknown member":        {replaced(3, `{"entry"`, `{"Entry":{},"entry"`), "not in its canonical spelling"},
		"no salt":                  {replaced(3, `,"salt":`, `,"sold":`), "not in its canonical spelling"},
		"an endless line":          {join(lines[0], bytes.Repeat([]byte("x"), 2*maxLine)), "longer than any line"},
	} {
		r, err := verify(bytes.NewReader(c.file), nil)
		if err != nil || r.OK() || !strings.Contains(r.Fault, c.why) {
			t.Errorf("%s: %v, fault %q; want %q", name, err, r.Fault, c.why)
		}
		if !strings.Contains(r.String(), "DOES NOT verify") {
			t.Errorf("%s: the report does not say so", name)
		}
	}
}

// TestErasedButThere makes histories whose own entries contradict themselves.
func TestErasedButThere(t *testing.T) {
	m := OpenMemory()
	for name, c := range map[string]struct {
		records []Record
		bare    uint64 // the entry whose payload is left out
		why     string
	}{
		"erased and there":     {[]Record{record(1), erasure(1, noon)}, 0, "was erased, and it is there"},
		"erased later":         {[]Record{erasure(2, noon), record(2)}, 0, "which cannot be"},
		"erased itself":        {[]Record{erasure(1, noon)}, 0, "which cannot be"},
		"erased an erasure":    {[]Record{record(1), erasure(1, noon), erasure(2, noon)}, 1, "which cannot be"},
		"erased nothing":       {[]Record{record(1), erasure(0, noon)}, 0, "there is no entry 0"},
		"erased, but not what": {[]Record{record(1), {KindErased, noon, []byte("{}")}}, 0, "does not say of what"},
		"erased the erasure":   {[]Record{record(1), erasure(1, noon)}, 2, "does not say of what"},
	} {
		lines, end := head{0, genesis("talks")}.sealAll(c.records)
		if c.bare != 0 {
			lines[c.bare-1].sealed = nil
		}
		var b bytes.Buffer
		if err := export(&b, "talks", m.signer, end, lines, nil); err != nil {
			t.Fatal(err)
		}
		if r, err := verify(&b, nil); err != nil || !strings.Contains(r.Fault, c.why) {
			t.Errorf("%s: %v, %q; want %q", name, err, r.Fault, c.why)
		}
		if _, err := fold("talks", []frame{{1, marshalLines(lines)}}); err == nil {
			t.Errorf("%s: the store's history is accepted", name)
		}
	}
}

// TestFormat pins the format: files written today must verify for ever.
func TestFormat(t *testing.T) {
	e := Entry{7, genesis("talks"), "seat-admitted", time.Date(2026, 11, 23, 9, 0, 0, 5, time.UTC), Sealed{Salt{1, 2, 3}, []byte(`{"seat":"a"}`)}.Commitment()}
	const text = `{"at":"2026-11-23T09:00:00.000000005Z",` +
		`"commitment":"140462d564622ccbe50c5fe405dc5e2bac973fca059fcad25b85130f7d592330",` +
		`"kind":"seat-admitted",` +
		`"prev":"0b51ee47e9fe2645ae620b9ae526e099bff88c7fe1a9dbedb3f69022fdf6a388","seq":7}`
	if got := string(e.Canonical()); got != text {
		t.Errorf("the entry is written as\n%s\nwant\n%s", got, text)
	}
	const hash = "f74ad2a26f6836e57bedc1e1d2b1f36883f210e96adc9b13ffe4106497dcd80c"
	if e.Hash().String() != hash {
		t.Errorf("its hash is %s, want %s", e.Hash(), hash)
	}
	if back, err := ParseEntry([]byte(text)); err != nil || back.Hash() != e.Hash() {
		t.Errorf("read back: %v, %v", back, err)
	}
}

func TestParseEntryRefuses(t *testing.T) {
	good := string(Entry{7, Hash{}, "k", noon, Hash{}}.Canonical())
	for name, text := range map[string]string{
		"nothing":       "",
		"spaces":        good + " ",
		"two":           good + good,
		"null":          "null",
		"no number":     strings.Replace(good, `"seq":7`, `"seq":0`, 1),
		"huge number":   strings.Replace(good, `"seq":7`, `"seq":9007199254740992`, 1),
		"long number":   strings.Replace(good, `"seq":7`, `"seq":7.0`, 1),
		"minus":         strings.Replace(good, `"seq":7`, `"seq":-7`, 1),
		"short time":    strings.Replace(good, ".123456789Z", "Z", 1),
		"no such day":   strings.Replace(good, "2026-11-23", "2026-02-30", 1),
		"another zone":  strings.Replace(good, "789Z", "789+00:00", 1),
		"no kind":       strings.Replace(good, `"kind":"k"`, `"kind":""`, 1),
		"escaped kind":  strings.Replace(good, `"kind":"k"`, `"kind":"\u006b"`, 1),
		"capital hash":  strings.Replace(good, "0000", "000A", 1),
		"short hash":    strings.Replace(good, "0000", "", 1),
		"unknown field": strings.Replace(good, `{"at"`, `{"an":1,"at"`, 1),
		"other order":   strings.Replace(good, `"kind":"k",`, "", 1)[:len(good)-len(`"kind":"k",`)-1] + `,"kind":"k"}`,
	} {
		if e, err := ParseEntry([]byte(text)); err == nil {
			t.Errorf("%s: %s is read as %v", name, text, e)
		}
	}
}
