package recorder

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/bluenviron/gohlslib/v2/pkg/playlist"
)

// The trees of a recording, besides one of each coverage's name.
const sourcesTree = "sources"

// Files of a volume, and of a track in it.
const (
	manifestFile = "manifest.json"
	ledgerFile   = "ledger.jsonl"
	masterFile   = "program.m3u8"
	playlistFile = "playlist.m3u8"
)

// volume is the part of a take that lies in one folder. What it notes of the
// segments is written to the ledger at once; a line that cannot be is kept and
// written before the next.
type volume struct {
	store Store
	sync  func(Appender) // takes over a file to sync and close
	path  string

	mu       sync.Mutex
	manifest Manifest
	begun    bool            // the first line of the ledger has been noted
	backlog  []byte          // of the ledger
	unsynced bool            // it is to be synced
	stale    map[string]bool // tracks whose playlist lacks something
	failed   error           // why, of the last attempt
	finished bool
	digest   string // of the manifest
}

// open gives the record of a track, which is made when it is missing.
func (v *volume) open(is TrackRecord) *TrackRecord {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, t := range v.manifest.Tracks {
		if t.Name == is.Name {
			return t
		}
	}
	t := &is
	v.manifest.Tracks = append(v.manifest.Tracks, t)
	if !v.begun {
		v.begun = true
		head := v.manifest
		head.Tracks = nil
		v.note(line{Take: &head})
	}
	v.note(line{Track: t.Name, Is: &is})
	return t
}

// note adds a line to the ledger. The lock is held.
func (v *volume) note(l line) {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // it is made of nothing that cannot be
	}
	v.backlog = append(append(v.backlog, b...), '\n')
	v.unsynced = v.unsynced || l.Segment == nil && l.Begun == nil // those can be found again
	v.settle()
}

// settle writes what is waiting to be written. The lock is held.
func (v *volume) settle() {
	v.failed = nil
	if len(v.backlog) > 0 {
		if v.failed = v.toLedger(v.backlog); v.failed != nil {
			return
		}
		v.backlog = v.backlog[:0]
	}
}

func (v *volume) toLedger(b []byte) error {
	file, err := appendWhole(v.store, path.Join(v.path, ledgerFile), b)
	if err != nil {
		return err
	}
	if !v.unsynced || v.sync == nil {
		return file.Close()
	}
	v.unsynced = false
	v.sync(file)
	return nil
}

// trouble is why something could not be written yet, or nil. It tries again.
func (v *volume) trouble() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.failed != nil {
		v.settle()
	}
	if v.failed != nil {
		return storageError("", v.path, v.failed)
	}
	return nil
}

// addInit writes an init segment of a track and gives its index.
func (v *volume) addInit(t *TrackRecord, f format) (int, error) {
	content, err := f.init()
	if err != nil {
		return 0, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	n := len(t.Inits)
	record := InitRecord{File: fmt.Sprintf("init-%d.mp4", n), Codec: f.name(), Width: f.width, Height: f.height, SHA256: digestOf(content)}
	if err := v.store.Replace(path.Join(v.path, t.Name, record.File), content); err != nil {
		return 0, err
	}
	t.Inits = append(t.Inits, record)
	v.note(line{Track: t.Name, Init: &record})
	return n, nil
}

// begin notes that a segment is being written.
func (v *volume) begin(t *TrackRecord, s SegmentRecord) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.note(line{Track: t.Name, Begun: &s})
}

// add notes a segment that has been written, and puts it into the playlist.
// length is how long it lasts for a player.
func (v *volume) add(t *TrackRecord, s SegmentRecord, length int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.finished {
		return
	}
	t.Segments = append(t.Segments, s)
	v.note(line{Track: t.Name, Segment: &s})
	v.extend(t, length)
	if len(t.Segments) == 1 {
		v.master()
	}
}

// extend adds the newest segment to the playlist. The lock is held.
func (v *volume) extend(t *TrackRecord, length int64) {
	i := len(t.Segments) - 1
	text := t.playlistEntry(i, v.manifest.Started, length)
	if i == 0 {
		text = playlistHead(targetDuration, playlist.MediaPlaylistTypeEvent) + text
	}
	if v.stale[t.Name] {
		text = playlistHead(targetDuration, playlist.MediaPlaylistTypeEvent)
		for n := range t.Segments {
			text += t.playlistEntry(n, v.manifest.Started, t.playlistLength(n))
		}
		if v.store.Replace(path.Join(v.path, t.Name, playlistFile), []byte(text)) == nil {
			delete(v.stale, t.Name)
		}
		return
	}
	file, err := appendWhole(v.store, path.Join(v.path, t.Name, playlistFile), []byte(text))
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		if v.stale == nil {
			v.stale = map[string]bool{}
		}
		v.stale[t.Name] = true // it is written anew with the next segment
	}
}

// master writes the master playlist. The lock is held.
func (v *volume) master() {
	text, err := masterPlaylist(v.manifest.Tracks)
	if err == nil && text != nil {
		err = v.store.Replace(path.Join(v.path, masterFile), text)
	}
	if err != nil {
		v.failed = err
	}
}

// stepped notes that the wall clock was set.
func (v *volume) stepped(s ClockStep) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.manifest.Clock = append(v.manifest.Clock, s)
}

// count notes what went wrong on a track.
func (v *volume) count(name string, c Counts) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, t := range v.manifest.Tracks {
		if t.Name == name {
			c.Unwritten += t.Counts.Unwritten
			c.Filled += t.Counts.Filled
			t.Counts = c
		}
	}
}

// finish writes the playlists and the manifest. A volume in which there is
// nothing leaves no trace. It may be called again when it has failed.
func (v *volume) finish(ended time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.finished || !v.begun {
		v.finished = true
		return nil
	}
	v.manifest.Ended = ended.UTC()
	v.manifest.Tracks = slices.DeleteFunc(v.manifest.Tracks, func(t *TrackRecord) bool {
		return len(t.Segments) == 0 && t.Counts == Counts{}
	})
	if err := v.write(); err != nil {
		v.failed = err
		return storageError("", v.path, err)
	}
	v.finished, v.failed = true, nil
	v.backlog = nil
	return nil
}

func (v *volume) write() error {
	for _, t := range v.manifest.Tracks {
		if len(t.Segments) == 0 {
			continue
		}
		if err := v.store.Replace(path.Join(v.path, t.Name, playlistFile), t.wholePlaylist(v.manifest.Started)); err != nil {
			return err
		}
	}
	master, err := masterPlaylist(v.manifest.Tracks)
	if err != nil {
		return err
	}
	if master != nil {
		if err := v.store.Replace(path.Join(v.path, masterFile), master); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(v.manifest, "", " ")
	if err != nil {
		return err
	}
	if err := v.store.Replace(path.Join(v.path, manifestFile), append(text, '\n')); err != nil {
		return err
	}
	v.digest = digestOf(append(text, '\n'))
	_ = v.store.Remove(path.Join(v.path, ledgerFile)) // all of it is in the manifest
	return nil
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
