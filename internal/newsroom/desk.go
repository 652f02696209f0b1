package newsroom

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // pictures of these kinds are accepted
	_ "image/png"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	_ "golang.org/x/image/webp"

	"liqa/internal/press"
	"liqa/internal/summit"
)

// MaxPicture is the largest picture a desk takes, in bytes; MaxPixels its
// largest width or height.
const (
	MaxPicture = 8 << 20
	MaxPixels  = 8192
)

// Desk keeps what is being written: one draft per language and the pictures,
// and the documents that have been published, each under the SHA-256 by which
// the journal knows it. It is a folder, written whole or not at all.
type Desk struct{ dir string }

// OpenDesk opens the desk kept in dir, which it makes.
func OpenDesk(dir string) (*Desk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the press desk's folder cannot be made: %w", err)
	}
	return &Desk{dir: dir}, nil
}

// Draft returns the draft of a summit's readout in a language; false when
// nothing has been written yet.
func (d *Desk) Draft(_ context.Context, id summit.SummitID, l summit.Language) (press.Readout, bool, error) {
	path, err := d.path(string(id), "drafts", string(l)+".json")
	if err != nil {
		return press.Readout{}, false, err
	}
	return read(path)
}

// Save keeps a draft in place of the one before it.
func (d *Desk) Save(_ context.Context, id summit.SummitID, r press.Readout) error {
	path, err := d.path(string(id), "drafts", string(r.Language)+".json")
	if err != nil {
		return err
	}
	whole, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return replace(path, whole)
}

// Keep stores a document for good and returns its digest, hex SHA-256.
func (d *Desk) Keep(_ context.Context, id summit.SummitID, r press.Readout) (string, error) {
	whole, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	digest := digestOf(whole)
	path, err := d.path(string(id), "documents", digest+".json")
	if err != nil {
		return "", err
	}
	return digest, replace(path, whole)
}

// Document returns what was kept under a digest. A document that no longer has
// its digest is refused, since it is not what was published.
func (d *Desk) Document(_ context.Context, id summit.SummitID, digest string) (press.Readout, error) {
	path, err := d.path(string(id), "documents", digest+".json")
	if err != nil {
		return press.Readout{}, err
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		return press.Readout{}, fmt.Errorf("the published document cannot be read: %w", err)
	}
	if digestOf(whole) != digest {
		return press.Readout{}, fmt.Errorf("the document kept as %s has been changed since it was published; restore it from a backup", digest)
	}
	var r press.Readout
	return r, json.Unmarshal(whole, &r)
}

// Errors about a picture, each a sentence for the person who chose it.
var (
	ErrPictureTooLarge = errors.New("the picture is larger than 8 MiB; nothing was changed; save a smaller copy and choose it again")
	ErrPictureUnread   = errors.New("the file is not a picture that can be read (JPEG, PNG or WebP, at most 8192 pixels a side); nothing was changed")
	ErrNoPicture       = errors.New("there is no such picture")
)

// Picture keeps a picture (JPEG, PNG or WebP) and returns its digest.
func (d *Desk) Picture(_ context.Context, id summit.SummitID, whole []byte) (string, error) {
	if len(whole) > MaxPicture {
		return "", ErrPictureTooLarge
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(whole))
	if err != nil || size.Width > MaxPixels || size.Height > MaxPixels {
		return "", ErrPictureUnread
	}
	if _, _, err := image.Decode(bytes.NewReader(whole)); err != nil {
		return "", ErrPictureUnread
	}
	digest := digestOf(whole)
	path, err := d.path(string(id), "pictures", digest)
	if err != nil {
		return "", err
	}
	return digest, replace(path, whole)
}

// OpenPicture returns a picture and its media type.
func (d *Desk) OpenPicture(id summit.SummitID, digest string) (whole []byte, mediaType string, err error) {
	path, err := d.path(string(id), "pictures", digest)
	if err != nil {
		return nil, "", ErrNoPicture
	}
	whole, err = os.ReadFile(path)
	if err != nil {
		return nil, "", ErrNoPicture
	}
	_, kind, err := image.DecodeConfig(bytes.NewReader(whole))
	if err != nil {
		return nil, "", ErrNoPicture
	}
	return whole, "image/" + kind, nil
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9-]{1,80}(\.json)?$`)

// path joins names that came from outside; it refuses whatever could lead out
// of the folder.
func (d *Desk) path(names ...string) (string, error) {
	path := d.dir
	for _, n := range names {
		if !plainName.MatchString(n) {
			return "", fmt.Errorf("%q is not a name the press desk uses", n)
		}
		path = filepath.Join(path, n)
	}
	return path, nil
}

func read(path string) (r press.Readout, found bool, err error) {
	whole, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r, false, nil
	case err != nil:
		return r, false, fmt.Errorf("the draft cannot be read: %w", err)
	}
	if err := json.Unmarshal(whole, &r); err != nil {
		return r, false, fmt.Errorf("the draft cannot be read: %w", err)
	}
	return r, true, nil
}

// replace writes a file whole or not at all, and has it on disk on return.
func replace(path string, whole []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("the text could not be saved: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".writing-*")
	if err != nil {
		return fmt.Errorf("the text could not be saved; what was saved before is kept: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("the text could not be saved; what was saved before is kept: %w", err)
		}
	}()
	_, err = f.Write(whole)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func digestOf(whole []byte) string {
	sum := sha256.Sum256(whole)
	return hex.EncodeToString(sum[:])
}
