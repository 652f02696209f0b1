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
// or nil. Across a change of coverage it is in doubt the narrower: what was
// captured before the change and arrived after it belongs to whichever fewer
// may see, and so does what claims to be from after the change and came before.
func (c cues) takeOf(captured, arrived time.Time) *take {
	for i := len(c) - 1; i >= 0; i-- {
		before := 0
		if i > 0 {
			before = c[i-1].width()
		}
		capturedIn, arrivedIn := !captured.Before(c[i].at), !arrived.Before(c[i].at)
		in := capturedIn
		switch width := c[i].width(); {
		case width < before:
			in = capturedIn || arrivedIn
		case width > before:
			in = capturedIn && arrivedIn
		}
		if in {
			return c[i].take
		}
	}
	return nil
}
