package journal

import (
	"bytes"
	"testing"
)

// FuzzParseEntry: what is accepted is spelt in exactly one way.
func FuzzParseEntry(f *testing.F) {
	f.Add(Entry{1, genesis("a"), "summit-convened", noon, Hash{}}.Canonical())
	f.Add([]byte(`{"at":"2026-11-23T12:00:00.000000000Z","commitment":"","kind":"k","prev":"","seq":1}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := ParseEntry(text)
		if err == nil && !bytes.Equal(e.Canonical(), text) {
			t.Errorf("%q is accepted and written as %q", text, e.Canonical())
		}
	})
}

// FuzzStoredFrame: what is accepted from the store is what would be written.
func FuzzStoredFrame(f *testing.F) {
	lines, _ := head{0, genesis("a")}.sealAll(records(1, 3))
	lines[1].sealed = nil
	f.Add(marshalLines(lines))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := frame{1, data}.parse()
		if err == nil && !bytes.Equal(marshalLines(lines), data) {
			t.Errorf("%q is accepted and written as %q", data, marshalLines(lines))
		}
		if h, err := fold("a", []frame{{1, data}}); err == nil && uint64(len(h.lines)) != h.head.length {
			t.Errorf("a history of %d lines ends at %d", len(h.lines), h.head.length)
		}
	})
}

// FuzzVerify: a file that was changed never verifies.
func FuzzVerify(f *testing.F) {
	j := OpenMemory()
	file := exported(f, j)
	f.Add(0, len(file), []byte{})
	f.Add(10, 3, []byte("xyz"))
	f.Add(len(file)-2, 2, []byte("\r\n"))
	f.Fuzz(func(t *testing.T, at, remove int, insert []byte) {
		if at < 0 || at > len(file) || remove < 0 || remove > len(file)-at {
			return
		}
		changed := bytes.Join([][]byte{file[:at], insert, file[at+remove:]}, nil)
		r, err := verify(bytes.NewReader(changed), []string{j.signer.public})
		if err != nil {
			t.Fatal(err)
		}
		if r.OK() != bytes.Equal(changed, file) {
			t.Errorf("changed at %d, verifies: %v\n%s", at, r.OK(), r)
		}
		if r.OK() == (r.Fault != "") || len(r.String()) == 0 {
			t.Errorf("the report is not one: %+v", r)
		}
	})
}

// FuzzVerifyAnything: no file makes verifying panic, and none verifies without
// the key.
func FuzzVerifyAnything(f *testing.F) {
	f.Add(exported(f, OpenMemory()))
	f.Add([]byte(`{"checkpoint":"","format":"liqa journal 1","key":"","summit":"a"}` + "\n"))
	key := OpenMemory().signer.public
	f.Fuzz(func(t *testing.T, file []byte) {
		if r, err := verify(bytes.NewReader(file), []string{key}); err != nil || r.OK() {
			t.Errorf("%v, verifies: %v", err, r.OK())
		}
	})
}
