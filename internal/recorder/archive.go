package recorder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"
)

// Take is a take as it can be listed and played.
type Take struct {
	ID       string
	Summit   string
	Item     string
	Title    map[string]string
	Coverage Coverage
	Started  time.Time // on the server's clock
	Ended    time.Time // zero while it is being recorded
	Playlist string    // of the program, as a name for [OpenFile]; "" when there is none
	Digest   string    // hex SHA-256 of its manifest; "" while it is being recorded
}

// listed is how a finished volume is listed.
func (v *volume) listed() Take {
	v.mu.Lock()
	defer v.mu.Unlock()
	t := v.manifest.listed()
	t.Digest = v.digest
	if text, _ := masterPlaylist(v.manifest.Tracks); text != nil {
		t.Playlist = path.Join(t.ID, masterFile)
	}
	return t
}

func (m *Manifest) listed() Take {
	return Take{ID: m.Take, Summit: m.Summit, Item: m.Item, Title: m.Title, Coverage: m.Coverage, Started: m.Started, Ended: m.Ended}
}

// Takes lists a summit's takes of one coverage, oldest first; the one that is
// being recorded too, once there is something of its program to play.
func Takes(s Store, summit string, c Coverage) ([]Take, error) {
	if !nameOf.MatchString(summit) || c.width() == 0 {
		return nil, nil
	}
	at := path.Join(string(c), summit)
	folders, err := s.ReadDir(at)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the takes: %w", err)
	}
	var takes []Take
	for _, f := range folders {
		m, digest, err := readManifest(s, path.Join(at, f.Name()))
		if err != nil {
			return nil, fmt.Errorf("list the takes: %w", err)
		}
		if m == nil {
			continue
		}
		t := m.listed()
		t.Digest = digest
		if _, err := fs.Stat(s, path.Join(at, f.Name(), masterFile)); err == nil {
			t.Playlist = path.Join(f.Name(), masterFile)
			takes = append(takes, t)
		}
	}
	return takes, nil
}

// readManifest reads a take's manifest, or its beginning while there is none
// yet; nil when there is no take.
func readManifest(s Store, at string) (m *Manifest, digest string, err error) {
	text, err := fs.ReadFile(s, path.Join(at, manifestFile))
	if err == nil {
		m = new(Manifest)
		if err := json.Unmarshal(text, m); err != nil {
			return nil, "", fmt.Errorf("read the manifest of %s: %w", at, err)
		}
		return m, digestOf(text), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	file, err := s.Open(path.Join(at, ledgerFile))
	if err != nil {
		return nil, "", nil //nolint:nilerr // no take, or one that has just been finished
	}
	defer file.Close()
	var first line
	if json.NewDecoder(io.LimitReader(file, 1<<16)).Decode(&first) != nil {
		return nil, "", nil
	}
	return first.Take, "", nil
}

// At finds the take in which a moment on the server's clock lies, and how far
// into it. It is false when the moment was not recorded.
func At(takes []Take, moment time.Time) (Take, time.Duration, bool) {
	for _, t := range takes {
		if !moment.Before(t.Started) && (t.Ended.IsZero() || moment.Before(t.Ended)) {
			return t, moment.Sub(t.Started), true
		}
	}
	return Take{}, 0, false
}

// OpenFile opens a file of a summit's open takes, by its name below their
// folder. Everything else is fs.ErrNotExist, whatever the name.
func OpenFile(s Store, summit, name string) (io.ReadSeekCloser, error) {
	if !nameOf.MatchString(summit) || !fs.ValidPath(name) || name == "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	file, err := s.Open(path.Join(string(Open), summit, name))
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	info, err := file.Stat()
	seeker, ok := file.(io.ReadSeekCloser)
	if err != nil || !info.Mode().IsRegular() || !ok {
		_ = file.Close()
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return seeker, nil
}

// Verify compares the files of a take with its manifest, in all trees in which
// it has some. It returns every difference.
func Verify(s Store, t Take) error {
	var faults []error
	for _, tree := range []string{string(t.Coverage), sourcesTree} {
		at := path.Join(tree, t.Summit, t.ID)
		m, digest, err := readManifest(s, at)
		if err != nil {
			return err
		}
		if tree == string(t.Coverage) && digest != t.Digest {
			faults = append(faults, fmt.Errorf("the manifest of %s is not the one that was recorded", at))
		}
		if m != nil {
			faults = append(faults, m.verify(s, at)...)
		}
	}
	return errors.Join(faults...)
}

func (m *Manifest) verify(s Store, at string) (faults []error) {
	check := func(name, digest string) {
		content, err := fs.ReadFile(s, name)
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("%s is missing: %w", name, err))
		case digestOf(content) != digest:
			faults = append(faults, fmt.Errorf("%s has been changed", name))
		}
	}
	for _, t := range m.Tracks {
		for _, i := range t.Inits {
			check(path.Join(at, t.Name, i.File), i.SHA256)
		}
		for _, g := range t.Segments {
			check(path.Join(at, t.Name, g.File), g.SHA256)
		}
	}
	return faults
}
