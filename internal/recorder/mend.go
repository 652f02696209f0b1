package recorder

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
)

func trees() []string {
	return []string{string(Open), string(Pool), string(Closed), sourcesTree}
}

// mend finishes the takes of a summit that have no manifest. It gives their
// paths, and the number of the newest take.
func mend(s Store, summit string) (mended []string, newest int, err error) {
	for _, tree := range trees() {
		folders, err := s.ReadDir(path.Join(tree, summit))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, 0, err
		}
		for _, f := range folders {
			digits, _, _ := strings.Cut(f.Name(), "-")
			number, err := strconv.Atoi(digits)
			if err != nil || !f.IsDir() {
				continue // not ours
			}
			newest = max(newest, number)
			at := path.Join(tree, summit, f.Name())
			if _, err := fs.Stat(s, path.Join(at, manifestFile)); err == nil {
				continue
			}
			if did, err := mendVolume(s, at); err != nil {
				return nil, 0, fmt.Errorf("finish the take %s: %w", at, err)
			} else if did {
				mended = append(mended, at)
			}
		}
	}
	return mended, newest, nil
}

// mendVolume finishes one volume from its ledger and its files. Parts that were
// not written whole are cut off. It reports false when there is nothing.
func mendVolume(s Store, at string) (bool, error) {
	m, begun, err := readLedger(s, at)
	if err != nil || m == nil {
		return false, err
	}
	v := &volume{store: s, path: at, manifest: *m, begun: true}
	v.manifest.Mended = true
	ended := m.Started
	for _, t := range v.manifest.Tracks {
		if err := mendTrack(s, path.Join(at, t.Name), t, begun[t.Name]); err != nil {
			return false, err
		}
		if end := t.instant(m.Started, t.end()); end.After(ended) {
			ended = end
		}
	}
	return true, v.finish(ended)
}

// readLedger reads what a ledger says: the manifest as far as it goes, and by
// track and file the segments that were begun.
func readLedger(s Store, at string) (*Manifest, map[string]map[string]SegmentRecord, error) {
	text, err := fs.ReadFile(s, path.Join(at, ledgerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var m *Manifest
	begun := map[string]map[string]SegmentRecord{}
	tracks := map[string]*TrackRecord{}
	for text := range bytes.Lines(text) {
		var l line
		if json.Unmarshal(text, &l) != nil {
			break // it was being written
		}
		if m == nil {
			if m = l.Take; m == nil {
				break
			}
			continue
		}
		t := tracks[l.Track]
		if l.Is != nil && t == nil && nameOf.MatchString(l.Track) && l.Is.Rate > 0 {
			t = l.Is
			tracks[l.Track], begun[l.Track] = t, map[string]SegmentRecord{}
			m.Tracks = append(m.Tracks, t)
		}
		switch {
		case t == nil:
		case l.Init != nil:
			t.Inits = append(t.Inits, *l.Init)
		case l.Begun != nil:
			begun[l.Track][l.Begun.File] = *l.Begun
		case l.Segment != nil:
			t.Segments = append(t.Segments, *l.Segment)
		}
	}
	return m, begun, nil
}

// mendTrack makes a track's record agree with its files.
func mendTrack(s Store, at string, t *TrackRecord, begun map[string]SegmentRecord) error {
	known := map[string]SegmentRecord{}
	for _, r := range t.Segments {
		known[r.File] = r
	}
	files, err := s.ReadDir(at)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	t.Segments = []SegmentRecord{}
	for _, f := range files { // in the order of their names
		if path.Ext(f.Name()) != ".m4s" {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return err
		}
		r, whole := known[f.Name()]
		if !whole || r.Bytes != info.Size() {
			if first, ok := begun[f.Name()]; ok {
				r = first
			} else if !whole {
				r = SegmentRecord{File: f.Name(), Init: max(0, len(t.Inits)-1)}
			}
			if r, err = mendSegment(s, path.Join(at, f.Name()), r); err != nil {
				return err
			}
		}
		if r.Bytes > 0 && r.Init >= 0 && r.Init < len(t.Inits) {
			t.Segments = append(t.Segments, r)
		}
	}
	t.Segments = slices.Clip(t.Segments)
	return nil
}

// mendSegment cuts off what is not whole, and describes what is left; Bytes is 0
// when nothing is.
func mendSegment(s Store, name string, r SegmentRecord) (SegmentRecord, error) {
	content, err := fs.ReadFile(s, name)
	if err != nil {
		return r, err
	}
	good := wholeParts(content)
	var parts fmp4.Parts
	if good == 0 || parts.Unmarshal(content[:good]) != nil || len(parts) == 0 {
		r.Bytes = 0
		return r, s.Remove(name)
	}
	if good < len(content) {
		file, err := s.Append(name)
		if err != nil {
			return r, err
		}
		err = errors.Join(file.Truncate(int64(good)), file.Sync(), file.Close())
		if err != nil {
			return r, err
		}
	}
	r.From, r.Length = -1, 0
	for _, p := range parts {
		for _, t := range p.Tracks {
			end := int64(t.BaseTime)
			if r.From < 0 {
				r.From = end
			}
			for _, sample := range t.Samples {
				end += int64(sample.Duration)
			}
			r.Length = end - r.From
		}
	}
	r.Bytes, r.SHA256 = int64(good), digestOf(content[:good])
	return r, nil
}

// wholeParts is how much of a segment consists of whole parts, each a moof and
// an mdat box (ISO/IEC 14496-12 §4.2, §8.8.4).
func wholeParts(b []byte) int {
	good, at := 0, 0
	for len(b)-at >= 8 {
		size := int(binary.BigEndian.Uint32(b[at:]))
		if size < 8 || size > len(b)-at {
			break
		}
		kind := string(b[at+4 : at+8])
		at += size
		if kind == "mdat" {
			good = at
		}
	}
	return good
}
