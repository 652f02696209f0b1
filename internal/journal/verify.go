package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Report is what [Verify] found in an exported history.
type Report struct {
	Summit   string
	Length   uint64    // entries that verify, up to the first fault
	Head     Hash      // hash of the last of them
	First    time.Time // time of the first entry
	Last     time.Time // time of the last entry that verifies
	Key      string    // the public key in the file, which it says has signed it
	Signed   bool      // the checkpoint is signed with Key
	Trusted  bool      // Key is one of those that the caller trusts
	Withheld []Withheld
	Fault    string // the first fault, a clause; "" when everything verifies
}

// Withheld is an entry whose payload is not in the file.
type Withheld struct {
	Seq      uint64
	Kind     string
	ErasedBy uint64 // the entry that says that it was erased; 0: left out of this copy only
}

// OK reports whether everything verifies.
func (r Report) OK() bool { return r.Fault == "" }

// String is the report in words, several lines of them.
func (r Report) String() string {
	var b strings.Builder
	verdict := "The history verifies"
	if !r.OK() {
		verdict = "The history DOES NOT verify: " + r.Fault
	}
	fmt.Fprintf(&b, "%s.\n", verdict)
	if r.Summit == "" {
		return b.String() // it is no history at all
	}
	fmt.Fprintf(&b, "Summit:   %s\n", r.Summit)
	fmt.Fprintf(&b, "Entries:  %d", r.Length)
	if r.Length > 0 {
		fmt.Fprintf(&b, ", from %s to %s", r.First.Format(time.RFC3339), r.Last.Format(time.RFC3339))
	}
	fmt.Fprintf(&b, "\nHead:     %s\nSigned:   %s\n", r.Head, r.signature())
	if len(r.Withheld) == 0 {
		b.WriteString("Withheld: nothing\n")
	}
	for _, w := range r.Withheld {
		fmt.Fprintf(&b, "Withheld: entry %d (%s), %s\n", w.Seq, w.Kind, w.reason())
	}
	return b.String()
}

// signature says who signed.
func (r Report) signature() string {
	switch {
	case !r.Signed:
		return "no"
	case r.Trusted:
		return "by " + r.Key + ", which you trust"
	}
	return "by " + r.Key + "; ask the host, by another way, whether that is their key"
}

// reason says why a payload is not in the file.
func (w Withheld) reason() string {
	if w.ErasedBy != 0 {
		return fmt.Sprintf("erased, as entry %d says", w.ErasedBy)
	}
	return "left out of this copy"
}

// maxLine is more than any line of an exported history has.
const maxLine = 6*MaxPayload + 4096

// Verify checks an exported history, offline: that each entry continues the
// one before, that each payload is the one its entry commits to, and that the
// last entry is the one the signed checkpoint names. When keys are given, the
// checkpoint must be signed by one of them, each in the text form of package
// golang.org/x/mod/sumdb/note; otherwise by the key in the file itself, which
// then proves nothing about who made it.
//
// The error is about reading the file only. What is wrong inside it is
// [Report.Fault].
func Verify(path string, keys ...string) (Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return Report{}, err
	}
	defer f.Close()
	return verify(f, keys)
}

// verify is [Verify] on an open file.
func verify(f io.Reader, keys []string) (Report, error) {
	v := verifier{lines: bufio.NewReader(f), erasedBy: map[uint64]uint64{}}
	err := v.run(keys)
	for i := range v.Withheld {
		v.Withheld[i].ErasedBy = v.erasedBy[v.Withheld[i].Seq]
	}
	var fault faultError
	if errors.As(err, &fault) {
		v.Fault, err = string(fault), nil
	}
	return v.Report, err
}

// faultError is a fault in the file, as opposed to one in reading it.
type faultError string

func (f faultError) Error() string { return string(f) }

func faultf(format string, v ...any) error { return faultError(fmt.Sprintf(format, v...)) }

// verifier goes through a file once.
type verifier struct {
	Report
	lines    *bufio.Reader
	text     []byte // of the line last read
	number   int    // of the line last read
	head     head
	entries  []line // without payloads
	erasedBy map[uint64]uint64
}

// run reads the file to its end or its first fault.
func (v *verifier) run(keys []string) error {
	mark, err := v.readHeader(keys)
	if err != nil {
		return err
	}
	for {
		text, err := v.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := v.readLine(text); err != nil {
			return faultf("in line %d: %v", v.number, err)
		}
	}
	if v.head != mark {
		return faultf("the file ends with entry %d, %s, and the signed checkpoint says entry %d, %s",
			v.head.length, v.head.hash, mark.length, mark.hash)
	}
	return nil
}

// next returns the next line, without its end; it is valid until the next call.
func (v *verifier) next() ([]byte, error) {
	v.number++
	v.text = v.text[:0]
	for {
		part, err := v.lines.ReadSlice('\n')
		v.text = append(v.text, part...)
		switch {
		case err == nil:
			return v.text[:len(v.text)-1], nil
		case len(v.text) > maxLine:
			return nil, faultf("line %d is longer than any line can be", v.number)
		case errors.Is(err, io.EOF) && len(v.text) > 0:
			return nil, faultf("the file breaks off within line %d", v.number)
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// readHeader reads the first line, and returns what its checkpoint says.
func (v *verifier) readHeader(keys []string) (mark head, err error) {
	text, err := v.next()
	if errors.Is(err, io.EOF) {
		return head{}, faultf("the file is empty")
	}
	if err != nil {
		return head{}, err
	}
	var h exportHeader
	if err := parseCanonical(text, &h, func() []byte { return h.canonical() }); err != nil {
		return head{}, faultf("line 1 is not the beginning of an exported history: %v", err)
	}
	if h.Format != exportFormat {
		return head{}, faultf("the file's format is %.80q, and this program reads %q", h.Format, exportFormat)
	}
	if checkSummit(h.Summit) != nil {
		return head{}, faultf("line 1 names no summit: %.80q", h.Summit)
	}
	v.Summit, v.Key = h.Summit, h.Key
	v.head = head{0, genesis(h.Summit)}
	v.Head = v.head.hash
	for _, k := range keys {
		v.Trusted = v.Trusted || k == h.Key
	}
	if len(keys) > 0 && !v.Trusted {
		return head{}, faultf("it is signed with %.200q, which is none of the keys to be trusted", h.Key)
	}
	key, err := readKey(h.Key)
	if err != nil {
		return head{}, faultf("the key in line 1 cannot be read: %v", err)
	}
	summit, mark, err := parseCheckpoint([]byte(h.Checkpoint), key)
	if err != nil {
		return head{}, faultf("the checkpoint in line 1 is not signed with the key beside it: %v", err)
	}
	if summit != h.Summit {
		return head{}, faultf("the checkpoint is summit %s's, and the file is summit %s's", summit, h.Summit)
	}
	v.Signed = true
	return mark, nil
}

// readLine checks one entry and what stands beside it.
func (v *verifier) readLine(text []byte) error {
	l, err := parseLine(text)
	if err != nil {
		return err
	}
	next, err := v.head.follow(l.entry)
	if err != nil {
		return err
	}
	if l.entry.Kind == KindErased {
		target, err := erasedBy(l, v.entries)
		if err != nil {
			return err
		}
		if v.entries[target-1].sealed != nil {
			return fmt.Errorf("entry %d says that the payload of entry %d was erased, and it is there", l.entry.Seq, target)
		}
		v.erasedBy[target] = l.entry.Seq
	}
	if l.sealed == nil {
		v.Withheld = append(v.Withheld, Withheld{Seq: l.entry.Seq, Kind: l.entry.Kind})
	} else {
		l.sealed = &Sealed{} // it was there; what it was is no longer needed
	}
	v.entries = append(v.entries, l)
	v.head = next
	v.Length, v.Head, v.Last = next.length, next.hash, l.entry.At
	if next.length == 1 {
		v.First = l.entry.At
	}
	return nil
}
