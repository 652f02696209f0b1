// Package documents keeps the files that are handed in for a summit: speech
// texts, slides, drafts, term lists. A file is kept under the SHA-256 of what
// is in it, by which the journal knows it.
//
// It does not know who may read what, nor what a document is called: that is
// the rules' (package summit), and the journal's.
package documents

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"liqa/internal/summit"
)

// MaxBytes is the size of the largest document that is kept.
const MaxBytes = 20 << 20

// MaxKept is how many different documents are kept for one summit.
const MaxKept = 500

// Errors, each a sentence for the person who hands a document in.
var (
	ErrTooLarge = errors.New("the document is larger than 20 MiB; nothing was handed in; save a smaller copy, or hand it in in parts")
	ErrEmpty    = errors.New("the document is empty; nothing was handed in")
	ErrKind     = errors.New("the document is of a kind that others could not open safely; nothing was handed in; save it as PDF, plain text, PNG, JPEG, or as a Word, PowerPoint, Excel or OpenDocument file without macros")
	ErrTooMany  = errors.New("500 documents have been handed in for this summit, which is all that is kept; nothing was handed in; withdraw one first")
)

// Shelf is where documents are kept: a folder for each summit, each file
// written whole or not at all.
type Shelf struct{ dir string }

// Open opens the shelf in a folder, which it makes.
func Open(dir string) (*Shelf, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the documents' folder cannot be made: %w", err)
	}
	return &Shelf{dir: dir}, nil
}

// Kept is a document as the shelf knows it.
type Kept struct {
	ID    string // hex SHA-256 of the whole file
	Type  string // its media type, by what is in it and not by its name
	Bytes int64
}

// Keep reads a document and keeps it. What is there already is kept once.
func (s *Shelf) Keep(id summit.SummitID, from io.Reader) (Kept, error) {
	whole, err := io.ReadAll(io.LimitReader(from, MaxBytes+1))
	if err != nil {
		return Kept{}, err
	}
	switch {
	case len(whole) > MaxBytes:
		return Kept{}, ErrTooLarge
	case len(whole) == 0:
		return Kept{}, ErrEmpty
	}
	kind := kindOf(whole)
	if kind == "" {
		return Kept{}, ErrKind
	}
	sum := sha256.Sum256(whole)
	kept := Kept{ID: hex.EncodeToString(sum[:]), Type: kind, Bytes: int64(len(whole))}
	path, err := s.path(id, kept.ID)
	if err != nil {
		return Kept{}, err
	}
	if _, err := os.Stat(path); err == nil {
		return kept, nil
	}
	if full, err := s.full(id); err != nil || full {
		return Kept{}, errors.Join(err, ErrTooMany)
	}
	return kept, write(path, whole)
}

// Read returns a document. One that is no longer what was handed in is refused.
func (s *Shelf) Read(id summit.SummitID, document string) ([]byte, error) {
	path, err := s.path(id, document)
	if err != nil {
		return nil, err
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	if sum := sha256.Sum256(whole); hex.EncodeToString(sum[:]) != document {
		return nil, fmt.Errorf("the document kept as %s has been changed since it was handed in; restore it from a backup, or have it handed in again", document)
	}
	return whole, nil
}

// Discard removes a document that nobody may read any more. What is not there
// need not be removed.
func (s *Shelf) Discard(id summit.SummitID, document string) error {
	path, err := s.path(id, document)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (s *Shelf) full(id summit.SummitID) (bool, error) {
	list, err := os.ReadDir(filepath.Join(s.dir, string(id)))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return len(list) >= MaxKept, err
}

var (
	idForm     = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
	digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func (s *Shelf) path(id summit.SummitID, document string) (string, error) {
	if !idForm.MatchString(string(id)) || !digestForm.MatchString(document) {
		return "", fmt.Errorf("there is no such document: %w", fs.ErrNotExist)
	}
	return filepath.Join(s.dir, string(id), document), nil
}

func write(path string, whole []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // it has another name by then, when all went well
	if _, err = f.Write(whole); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("the document could not be kept: %w", err)
	}
	return os.Rename(f.Name(), path)
}

// What a zip archive says it is, by the first entry that tells.
var inZip = []struct{ entry, kind string }{
	{"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
}

var openDocument = map[string]bool{
	"application/vnd.oasis.opendocument.text":         true,
	"application/vnd.oasis.opendocument.presentation": true,
	"application/vnd.oasis.opendocument.spreadsheet":  true,
}

// kindOf tells a document's media type by its content; "" when it is not one
// that is kept.
func kindOf(whole []byte) string {
	switch kind := http.DetectContentType(whole); {
	case kind == "application/pdf", kind == "image/png", kind == "image/jpeg":
		return kind
	case kind == "application/zip":
		return office(whole)
	case utf8.Valid(whole) && !bytes.ContainsRune(whole, 0):
		// Whatever it would be to a browser, it is shown as text.
		return "text/plain"
	}
	return ""
}

func office(whole []byte) string {
	archive, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		return ""
	}
	kind := ""
	for _, f := range archive.File {
		if strings.HasSuffix(strings.ToLower(f.Name), "vbaproject.bin") || strings.HasPrefix(f.Name, "Basic/") {
			return "" // macros
		}
		for _, known := range inZip {
			if f.Name == known.entry {
				kind = known.kind
			}
		}
		if f.Name == "mimetype" && f.UncompressedSize64 < 100 {
			if said := read(f); openDocument[said] {
				kind = said
			}
		}
	}
	return kind
}

func read(f *zip.File) string {
	r, err := f.Open()
	if err != nil {
		return ""
	}
	defer r.Close()
	said, err := io.ReadAll(io.LimitReader(r, 100))
	if err != nil {
		return ""
	}
	return string(said)
}
