// Package documents keeps the files that are handed in for a summit: speech
// texts, slides, drafts, term lists. A file is kept under the SHA-256 of what
// is in it, by which the journal knows it.
//
// Of what is kept it opens term lists only. It does not know who may read what,
// nor what a document is called: that is the rules' (package summit), and the
// journal's.
package documents

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"liqa/internal/summit"
)

// MaxBytes is the size of the largest document that is kept.
const MaxBytes = summit.MostBytes

// MaxKept is how many different documents are kept for one summit.
const MaxKept = 500

// What is still coming stands beside, under names that begin so; of it there is
// so much at one time at most.
const (
	coming     = ".part-"
	mostComing = 16
)

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
	left, err := filepath.Glob(filepath.Join(dir, "*", coming+"*"))
	if err != nil {
		return nil, err
	}
	for _, part := range left { // of a server that was killed
		_ = os.Remove(part)
	}
	return &Shelf{dir: dir}, nil
}

// Kept is a document as the shelf knows it.
type Kept struct {
	ID    string // hex SHA-256 of the whole file
	Type  string // its media type, by what is in it and not by its name
	Bytes int64
}

// Received is a document that has come whole and is not among those kept yet.
type Received struct {
	Kept
	shelf *Shelf
	of    summit.SummitID
	part  string // where it is
}

// Receive takes a document in. However large it is, little of it is in memory
// at one time.
func (s *Shelf) Receive(id summit.SummitID, from io.Reader) (*Received, error) {
	if list, err := s.list(id); err != nil || len(list) >= MaxKept+mostComing {
		return nil, errors.Join(err, ErrTooMany)
	}
	dir, err := s.folder(id)
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, coming+"*")
	if err != nil {
		return nil, err
	}
	r := &Received{shelf: s, of: id, part: f.Name()}
	if r.Kept, err = take(f, from); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		r.Drop()
		return nil, err
	}
	return r, nil
}

// take copies a document into its file, and tells what it is.
func take(f *os.File, from io.Reader) (Kept, error) {
	sum, text, head := sha256.New(), &text{}, &head{}
	n, err := io.Copy(io.MultiWriter(f, sum, text, head), io.LimitReader(from, MaxBytes+1))
	switch {
	case err != nil:
		return Kept{}, err
	case n > MaxBytes:
		return Kept{}, ErrTooLarge
	case n == 0:
		return Kept{}, ErrEmpty
	}
	kind := kindOf(head.bytes, text.valid(), f, n)
	if kind == "" {
		return Kept{}, ErrKind
	}
	return Kept{ID: hex.EncodeToString(sum.Sum(nil)), Type: kind, Bytes: n}, nil
}

// Keep puts a document among those kept. What is there already is kept once.
func (r *Received) Keep() error {
	path, err := r.shelf.path(r.of, r.ID)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	list, err := r.shelf.list(r.of)
	if err != nil {
		return err
	}
	kept := 0
	for _, x := range list {
		if digestForm.MatchString(x.Name()) {
			kept++
		}
	}
	if kept >= MaxKept {
		return ErrTooMany
	}
	return os.Rename(r.part, path)
}

// Read opens what has been received.
func (r *Received) Read() (*os.File, error) { return os.Open(r.part) }

// Drop removes what has been received and not kept.
func (r *Received) Drop() { _ = os.Remove(r.part) }

// Open gives a document to be read. One that is no longer what was handed in is
// refused.
func (s *Shelf) Open(id summit.SummitID, document string) (*os.File, error) {
	path, err := s.path(id, document)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	sum := sha256.New()
	if _, err = io.Copy(sum, f); err == nil && hex.EncodeToString(sum.Sum(nil)) != document {
		err = fmt.Errorf("the document kept as %s has been changed since it was handed in; restore it from a backup, or have it handed in again", document)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
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

// Sweep removes the files of a summit's documents that are not listed: of what
// was withdrawn, or was being handed in, when the server stopped.
func (s *Shelf) Sweep(id summit.SummitID, listed func(document string) bool) error {
	list, err := s.list(id)
	for _, x := range list {
		if digestForm.MatchString(x.Name()) && !listed(x.Name()) {
			err = errors.Join(err, s.Discard(id, x.Name()))
		}
	}
	return err
}

// Clear removes everything of a summit.
func (s *Shelf) Clear(id summit.SummitID) error {
	dir, err := s.folder(id)
	if err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

func (s *Shelf) list(id summit.SummitID) ([]os.DirEntry, error) {
	list, err := os.ReadDir(filepath.Join(s.dir, string(id)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return list, err
}

// folder is a summit's, which it makes.
func (s *Shelf) folder(id summit.SummitID) (string, error) {
	if !idForm.MatchString(string(id)) {
		return "", fmt.Errorf("there is no such summit: %w", fs.ErrNotExist)
	}
	dir := filepath.Join(s.dir, string(id))
	return dir, os.MkdirAll(dir, 0o700)
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
