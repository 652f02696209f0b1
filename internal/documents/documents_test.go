package documents

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liqa/internal/summit"
)

func open(t *testing.T) *Shelf {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// keep hands a document in, and returns what it is known as.
func keep(t *testing.T, s *Shelf, whole string) Kept {
	t.Helper()
	r, err := s.Receive("k3", strings.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Drop()
	if err := r.Keep(); err != nil {
		t.Fatal(err)
	}
	return r.Kept
}

// readAll is all of a document.
func readAll(s *Shelf, id summit.SummitID, document string) (string, error) {
	f, err := s.Open(id, document)
	if err != nil {
		return "", err
	}
	defer f.Close()
	whole, err := io.ReadAll(f)
	return string(whole), err
}

func zipped(t testing.TB, entries map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range entries {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestADocumentIsKeptAndReadBack(t *testing.T) {
	s := open(t)
	kept := keep(t, s, "نص الكلمة الافتتاحية")
	if kept.Type != "text/plain" || kept.Bytes != 38 {
		t.Errorf("kept as %+v", kept)
	}
	whole, err := readAll(s, "k3", kept.ID)
	if err != nil || whole != "نص الكلمة الافتتاحية" {
		t.Errorf("read back %q, %v", whole, err)
	}
	if _, err := readAll(s, "k4", kept.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another summit read it: %v", err)
	}
	if err := s.Discard("k3", kept.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(s, "k3", kept.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("discarded, and read: %v", err)
	}
}

// kindIn is the kind of a document that comes a few bytes at a time.
func kindIn(whole []byte) string {
	text, head := &text{}, &head{}
	io.CopyBuffer(io.MultiWriter(text, head), struct{ io.Reader }{bytes.NewReader(whole)}, make([]byte, 5)) // neither refuses
	return kindOf(head.bytes, text.valid(), bytes.NewReader(whole), int64(len(whole)))
}

func TestTextIsToldHoweverItComes(t *testing.T) {
	for whole, is := range map[string]bool{
		"": true, "нота 联合 كلمة 🕊🕊🕊": true, "cut short: \xd0": false, "\xff": false, "a zero \x00 in it": false,
		"too long a tail \x80\x80\x80\x80\x80": false, "twelve bytes\xed\xa0\x80": false,
	} {
		for step := 1; step < 8; step++ {
			said := &text{}
			for b := []byte(whole); len(b) > 0; b = b[min(step, len(b)):] {
				said.Write(b[:min(step, len(b))]) // never fails
			}
			if said.valid() != is {
				t.Errorf("%q, %d bytes at a time, is text: %v", whole, step, !is)
			}
		}
	}
}

// What a server left behind that was killed while a document came is removed.
func TestHalfADocumentDoesNotOutliveTheServer(t *testing.T) {
	s := open(t)
	kept := keep(t, s, "whole")
	part := filepath.Join(s.dir, "k3", coming+"1")
	if err := os.WriteFile(part, []byte("hal"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(part); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
	if whole, err := readAll(again, "k3", kept.ID); err != nil || whole != "whole" {
		t.Errorf("the whole one is %q, %v", whole, err)
	}
}

// What is withdrawn is gone, also when the server died before it was removed.
func TestWhatIsNotListedIsSweptAway(t *testing.T) {
	s := open(t)
	listed, withdrawn := keep(t, s, "listed"), keep(t, s, "withdrawn")
	for range 2 {
		if err := s.Sweep("k3", func(document string) bool { return document == listed.ID }); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := readAll(s, "k3", withdrawn.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("withdrawn, and read: %v", err)
	}
	if whole, err := readAll(s, "k3", listed.ID); err != nil || whole != "listed" {
		t.Errorf("the listed one is %q, %v", whole, err)
	}
	if err := s.Sweep("k4", func(string) bool { return false }); err != nil {
		t.Errorf("a summit without documents: %v", err)
	}
}

func TestWhatADocumentIsFollowsFromItsContent(t *testing.T) {
	for _, c := range []struct {
		name  string
		whole []byte
		kind  string
	}{
		{"pdf", []byte("%PDF-1.7\n"), "application/pdf"},
		{"png", []byte("\x89PNG\r\n\x1a\nrest"), "image/png"},
		{"jpeg", []byte("\xff\xd8\xff\xe0rest"), "image/jpeg"},
		{"a page is text and nothing else", []byte("<html><script>alert(1)</script>"), "text/plain"},
		{"word", zipped(t, map[string]string{"word/document.xml": "<w/>"}), inZip[0].kind},
		{"opendocument", zipped(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.text"}), "application/vnd.oasis.opendocument.text"},
		{"macros", zipped(t, map[string]string{"word/document.xml": "<w/>", "word/vbaProject.bin": "x"}), ""},
		{"any archive", zipped(t, map[string]string{"a.exe": "MZ"}), ""},
		{"program", []byte("MZ\x90\x00\x03\x00\xff\xfe"), ""},
		{"broken archive", []byte("PK\x03\x04 and no more"), ""},
	} {
		if got := kindIn(c.whole); got != c.kind {
			t.Errorf("%s: %q, want %q", c.name, got, c.kind)
		}
	}
}

func TestRefusalsKeepNothing(t *testing.T) {
	s := open(t)
	for _, c := range []struct {
		from string
		want error
	}{
		{"", ErrEmpty},
		{"\x00\x01\x02", ErrKind},
		{strings.Repeat("a", MaxBytes+1), ErrTooLarge},
	} {
		if _, err := s.Receive("k3", strings.NewReader(c.from)); !errors.Is(err, c.want) {
			t.Errorf("%d bytes: %v, want %v", len(c.from), err, c.want)
		}
	}
	if list, err := filepath.Glob(filepath.Join(s.dir, "*", "*")); err != nil || len(list) > 0 {
		t.Errorf("kept: %v, %v", list, err)
	}
	for _, id := range []string{"../x", "", "K3", "a/b"} {
		if _, err := readAll(s, "k3", id); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q was looked for: %v", id, err)
		}
	}
}

func TestAChangedDocumentIsNotServed(t *testing.T) {
	s := open(t)
	kept := keep(t, s, "as it was")
	if err := os.WriteFile(filepath.Join(s.dir, "k3", kept.ID), []byte("as it is"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(s, "k3", kept.ID); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Errorf("served, or refused without a way out: %v", err)
	}
}

func FuzzKindOf(f *testing.F) {
	f.Add([]byte("%PDF-1.7"))
	f.Add(zipped(f, map[string]string{"mimetype": "application/vnd.oasis.opendocument.text"}))
	f.Fuzz(func(t *testing.T, whole []byte) {
		if kind := kindIn(whole); strings.Contains(kind, "html") || strings.Contains(kind, "svg") {
			t.Errorf("would be shown as %s", kind)
		}
	})
}
