package recorder

import (
	"fmt"
	"slices"
	"time"
)

// Coverage is who may see a take. The words are those of the summit's rules.
type Coverage string

// The coverages that can be recorded.
const (
	Open   Coverage = "open"   // the public
	Pool   Coverage = "pool"   // accredited press seats
	Closed Coverage = "closed" // neither
)

// width orders coverages: the more who may see it, the wider.
func (c Coverage) width() int {
	return slices.Index([]Coverage{Closed, Pool, Open}, c) + 1
}

// Scene is what a take is of.
type Scene struct {
	Item     string            // the item's id
	Title    map[string]string // by language; may be shown wherever the take may
	Coverage Coverage
}

func (s Scene) check() error {
	if s.Coverage.width() == 0 {
		return fmt.Errorf("an item of coverage %q cannot be recorded", s.Coverage)
	}
	if s.Item == "" {
		return fmt.Errorf("a take needs the item that it is of")
	}
	return nil
}

// same reports whether going on from s to o needs no new take.
func (s Scene) same(o Scene) bool { return s.Item == o.Item && s.Coverage == o.Coverage }

// cue is a moment from which something else is recorded than before.
type cue struct {
	at   time.Time
	take *take // nil: nothing
}

func (c cue) width() int {
	if c.take == nil {
		return 0
	}
	return c.take.scene.Coverage.width()
}

// cues is what is recorded when, oldest first.
type cues []cue

// takeOf gives the take to which belongs what was captured and arrived then,
// or nil: of what was being recorded at any time from its capture to its
// arrival, that which the fewest may see; of several, the first. Nothing was
// captured after it arrived, whatever its sender's clock says.
func (c cues) takeOf(captured, arrived time.Time) *take {
	if captured.After(arrived) {
		captured = arrived
	}
	var of cue
	for i := len(c) - 1; i >= 0; i-- {
		if c[i].at.After(arrived) {
			continue
		}
		if of.at.IsZero() || c[i].width() <= of.width() {
			of = c[i]
		}
		if !c[i].at.After(captured) {
			return of.take
		}
	}
	return nil // it was captured before anything was to be recorded
}
