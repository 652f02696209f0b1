package recorder

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// take is one stretch of the recording, of one item under one coverage.
type take struct {
	id      string
	scene   Scene
	started time.Time
	program *volume // picture, original, channels
	sources *volume // the seats' own tracks; the same one when closed

	over  atomic.Bool // it has ended: nothing more is added
	ended time.Time

	mu     sync.Mutex
	breaks []int64 // ns from the start: the format of the program's picture changed
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// newTake names a take by its number in the summit and its item.
func (r *Recorder) newTake(scene Scene) *take {
	started := r.now()
	id := fmt.Sprintf("%04d-%s", r.number, strings.Trim(notInNames.ReplaceAllString(strings.ToLower(scene.Item), "-"), "-"))
	t := &take{id: strings.TrimSuffix(id, "-"), scene: scene, started: started}
	m := Manifest{
		Format: manifestFormat, Summit: r.config.Summit, Take: t.id, Item: scene.Item, Title: scene.Title,
		Coverage: scene.Coverage, Started: started.UTC(),
	}
	t.program = r.newVolume(string(scene.Coverage), m)
	t.sources = t.program
	if scene.Coverage != Closed {
		t.sources = r.newVolume(sourcesTree, m)
	}
	return t
}

func (r *Recorder) newVolume(tree string, m Manifest) *volume {
	return &volume{store: r.config.Store, sync: r.syncer.take, path: path.Join(tree, m.Summit, m.Take), manifest: m}
}

func (t *take) volumes() []*volume {
	if t.program == t.sources {
		return []*volume{t.program}
	}
	return []*volume{t.program, t.sources}
}

// volumeOf is where a track of the role lies.
func (t *take) volumeOf(r Role) *volume {
	if r.ofSeat() {
		return t.sources
	}
	return t.program
}

// breakAt notes that all renditions of the program have a discontinuity there
// (RFC 8216 §6.2.4 wants as many in each).
func (t *take) breakAt(ns int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.breaks = append(t.breaks, ns)
}

// breaksBy is how many discontinuities there are up to a time.
func (t *take) breaksBy(ns int64) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, b := range t.breaks {
		if b <= ns {
			n++
		}
	}
	return n
}
