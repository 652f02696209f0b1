package server

import (
	"slices"
	"strings"
	"sync"

	"liqa/internal/recorder"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
	"liqa/internal/wall"
)

// tallied is a store that counts what is written for each summit, which is the
// second part of every name in it.
type tallied struct {
	recorder.Store
	mu    sync.Mutex
	bytes map[string]uint64
}

func (c *tallied) Append(name string) (recorder.Appender, error) {
	a, err := c.Store.Append(name)
	if err != nil {
		return nil, err
	}
	return &tallyFile{a, c, name}, nil
}

func (c *tallied) Replace(name string, content []byte) error {
	err := c.Store.Replace(name, content)
	if err == nil {
		c.add(name, len(content))
	}
	return err
}

func (c *tallied) add(name string, n int) {
	_, rest, _ := strings.Cut(name, "/")
	id, _, _ := strings.Cut(rest, "/")
	c.mu.Lock()
	c.bytes[id] += uint64(n)
	c.mu.Unlock()
}

// written is how much has been written of one summit, since the start.
func (c *tallied) written(id summit.SummitID) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes[string(id)]
}

// total is how much has been written of all.
func (c *tallied) total() (n uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.bytes {
		n += b
	}
	return n
}

type tallyFile struct {
	recorder.Appender
	of   *tallied
	name string
}

func (f *tallyFile) Write(b []byte) (int, error) {
	n, err := f.Appender.Write(b)
	f.of.add(f.name, n)
	return n, err
}

// fault notes what cannot be recorded, or that it can again.
func (r *records) fault(id summit.SummitID, t recorder.Trouble) {
	r.mu.Lock()
	defer r.mu.Unlock()
	tracks := slices.DeleteFunc(slices.Clone(r.faults[id]), func(name string) bool { return name == t.Track })
	if t.Err != nil {
		tracks = append(tracks, t.Track)
	}
	slices.Sort(tracks)
	r.faults[id] = tracks
}

// seen is what the technician sees of a summit's recording.
func (r *records) seen(u *secretariat.Update) wall.Recorder {
	id := u.State.ID
	_, on := u.State.Under()
	seen := wall.Recorder{Bytes: r.store.written(id), Wanted: on && u.State.Flows() && len(u.Plan.Receivers) > 0}
	r.mu.Lock()
	defer r.mu.Unlock()
	seen.Faults = r.faults[id]
	if rec := r.summits[id]; rec != nil {
		seen.Take = rec.Take()
	}
	return seen
}

// failing counts the tracks, of all summits, that cannot be recorded now.
func (r *records) failing() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, tracks := range r.faults {
		n += len(tracks)
	}
	return n
}
