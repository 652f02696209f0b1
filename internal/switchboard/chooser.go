package switchboard

import (
	"time"
)

// When another speaker takes the place of the one who is carried.
const (
	margin    = 6 * decibel            // this much louder
	sustained = 300 * time.Millisecond // for so long
	leastStay = time.Second            // and the other has had so long
)

// chooser chooses one source for each slot, never outside the slot's set. All
// receivers with equal slots and sets share one: the choice is the same.
//
// The slots are taken in lines: a pair is one, any other slot is one of its
// own. A line chooses among candidates, which in a pair are origins: both its
// slots carry what the same origin has, or nothing.
type chooser struct {
	signature string
	members   map[*Receiver]struct{}
	lines     []line
	choice    []*Source // by slot

	rivals [2]rival // among the pairs, and among the other lines
}

// rival is who would take a place, and since when.
type rival struct {
	who   candidate
	since instant
}

// line is one choice to be made.
type line struct {
	sound, picture int // slots, or -1
	paired         bool
	candidates     []candidate
	prefer         int // of the candidates, or -1

	now     int // of the candidates, or -1
	since   instant
	settled bool // in this choice
}

// candidate is one who can be chosen. In a pair either may be missing.
type candidate struct {
	sound, picture *Source
}

func (c candidate) one() *Source {
	if c.sound != nil {
		return c.sound
	}
	return c.picture
}

func (c candidate) origin() Origin { return c.one().spec.Origin }

func (c candidate) loudness(now instant) int32 {
	if c.sound == nil {
		return silence
	}
	return c.sound.level.loudness(now)
}

func (c candidate) sounds(now instant) bool { return c.sound != nil && c.sound.level.sounds(now) }

// newChooser lays out the lines of these slots.
func newChooser(signature string, slots []slot) *chooser {
	c := &chooser{
		signature: signature, members: make(map[*Receiver]struct{}),
		choice: make([]*Source, len(slots)),
	}
	pairs := make(map[int]int) // to its line
	for i := range slots {
		spec := &slots[i].spec
		at, known := pairs[spec.Pair]
		if spec.Pair == 0 || !known {
			at = len(c.lines)
			c.lines = append(c.lines, line{sound: -1, picture: -1, now: -1, prefer: -1, since: never, paired: spec.Pair > 0})
			pairs[spec.Pair] = at
		}
		if spec.Kind == Audio {
			c.lines[at].sound = i
		} else {
			c.lines[at].picture = i
		}
	}
	return c
}

// fill gives every line its candidates: those of the sets that exist and that
// the slot can take. What was carried is still, where it can be.
func (c *chooser) fill(slots []slot, sets Slots, sources map[SourceID]*Source, carried []*Source) {
	for i := range c.lines {
		l := &c.lines[i]
		l.candidates, l.prefer, l.now = l.candidates[:0], -1, -1
		for _, at := range [2]int{l.sound, l.picture} {
			if at < 0 {
				continue
			}
			set := sets[slots[at].spec.ID]
			for _, id := range set.Sources {
				s := sources[id]
				if s == nil || s.spec.Kind != slots[at].spec.Kind || !slots[at].takes[s.spec.Codec] {
					continue
				}
				k := l.add(s)
				if id == set.Prefer {
					l.prefer = k
				}
				if s == carried[at] && l.now < 0 {
					l.now = k
				}
			}
		}
	}
}

// add puts a source among the candidates: in a pair beside what else its
// origin has.
func (l *line) add(s *Source) int {
	sound := s.spec.Kind == Audio
	if l.paired {
		for k := range l.candidates {
			c := &l.candidates[k]
			if c.origin() != s.spec.Origin {
				continue
			}
			if sound && c.sound == nil {
				c.sound = s
				return k
			}
			if !sound && c.picture == nil {
				c.picture = s
				return k
			}
		}
	}
	c := candidate{picture: s}
	if sound {
		c = candidate{sound: s}
	}
	l.candidates = append(l.candidates, c)
	return len(l.candidates) - 1
}

// choose settles every line, pairs before the others, and reports whether
// anything changed.
func (c *chooser) choose(now instant) bool {
	for i := range c.lines {
		c.lines[i].settled = false
	}
	for round := range c.rivals {
		c.settleAll(round == 0, now)
		c.challenge(&c.rivals[round], round == 0, now)
	}
	return c.pick()
}

// settleAll settles the pairs or the other lines: first those without a
// choice, then those with a preference, then those that carry something
// already, then the rest.
func (c *chooser) settleAll(paired bool, now instant) {
	for pass := range 4 {
		for i := range c.lines {
			l := &c.lines[i]
			if l.settled || l.paired != paired {
				continue
			}
			switch k := -1; pass {
			case 0:
				if len(l.candidates) == 1 {
					k = 0
				}
				c.settle(l, k, now)
			case 1:
				if l.preferenceHolds(now) {
					k = l.prefer
				}
				c.settle(l, k, now)
			case 2:
				c.settle(l, l.now, now)
			case 3:
				c.settle(l, c.loudestFree(l, now), now)
				if !l.settled {
					l.now = -1
				}
			}
		}
	}
}

// settle gives the line this candidate, unless another line has it.
func (c *chooser) settle(l *line, k int, now instant) {
	if k < 0 || !c.free(l, l.candidates[k]) {
		return
	}
	if l.now != k {
		l.now, l.since = k, now
	}
	l.settled = true
}

// free reports whether no other line has the candidate. Pairs carry distinct
// origins; other lines that have a choice take what is carried nowhere else;
// where there is no choice, nothing is asked.
func (c *chooser) free(l *line, k candidate) bool {
	if !l.paired && len(l.candidates) == 1 {
		return true
	}
	for i := range c.lines {
		o := &c.lines[i]
		if o == l || !o.settled || l.paired && !o.paired {
			continue
		}
		has := o.candidates[o.now]
		switch {
		case l.paired:
			if has.origin() == k.origin() {
				return false
			}
		case k.sound != nil && k.sound == has.sound, k.picture != nil && k.picture == has.picture:
			return false
		}
	}
	return true
}

// preferenceHolds reports whether the preferred candidate wins: it sounds, or
// nothing else does.
func (l *line) preferenceHolds(now instant) bool {
	if l.prefer < 0 {
		return false
	}
	if l.sound < 0 || l.candidates[l.prefer].sounds(now) {
		return true
	}
	for _, k := range l.candidates {
		if k.sounds(now) {
			return false
		}
	}
	return true
}

func (c *chooser) loudestFree(l *line, now instant) int {
	best, loud := -1, int32(-1)
	for k := range l.candidates {
		if v := l.candidates[k].loudness(now); v > loud && c.free(l, l.candidates[k]) {
			best, loud = k, v
		}
	}
	return best
}

// challenge lets the loudest who is carried nowhere take the place of the
// quietest who is, when it has been clearly louder for a while.
func (c *chooser) challenge(r *rival, paired bool, now instant) {
	var place *line
	quiet := int32(loudest + 1)
	for i := range c.lines {
		l := &c.lines[i]
		if l.paired != paired || !l.settled || l.sound < 0 || len(l.candidates) < 2 ||
			l.now == l.prefer && l.preferenceHolds(now) || now.sub(l.since) < leastStay {
			continue
		}
		k := c.loudestFree(l, now)
		if v := l.candidates[l.now].loudness(now); k >= 0 && v < quiet && l.candidates[k].loudness(now) > speaking {
			place, quiet = l, v
		}
	}
	if place == nil {
		*r = rival{}
		return
	}
	k := c.loudestFree(place, now)
	switch who := place.candidates[k]; {
	case who.loudness(now) < quiet+margin:
		*r = rival{}
	case who != r.who:
		*r = rival{who: who, since: now}
	case now.sub(r.since) >= sustained:
		*r = rival{}
		place.now, place.since = k, now
	}
}

// pick writes down the choice by slot, and reports whether it is another.
func (c *chooser) pick() bool {
	changed := false
	set := func(slot int, s *Source) {
		if slot >= 0 && c.choice[slot] != s {
			c.choice[slot] = s
			changed = true
		}
	}
	for i := range c.lines {
		l := &c.lines[i]
		if !l.settled {
			set(l.sound, nil)
			set(l.picture, nil)
			continue
		}
		set(l.sound, l.candidates[l.now].sound)
		set(l.picture, l.candidates[l.now].picture)
	}
	return changed
}
