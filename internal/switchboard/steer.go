package switchboard

import (
	"slices"
	"strings"
	"time"
)

// All functions here run under the board's lock. They carry out what the sets
// and the choice within them ask for: which source's packets are led into
// which slot.

// oldPictureStays is how long a picture slot keeps what it carries while it
// waits for the keyframe of what it is to carry.
const oldPictureStays = 2 * time.Second

// names reports whether a source is in any of the sets.
func (r *rights) names(id SourceID) bool {
	for _, set := range r.slots {
		if set.has(id) {
			return true
		}
	}
	return false
}

// sign writes the sets down as a string that is the same for equal ones.
func (r *rights) sign() {
	var w strings.Builder
	for _, id := range sortedKeys(r.slots) {
		set := r.slots[id]
		w.WriteString(string(id))
		for _, s := range set.Sources {
			w.WriteByte(0)
			w.WriteString(string(s))
			if s == set.Prefer {
				w.WriteByte(1)
			}
		}
		w.WriteByte(2)
	}
	r.signature = w.String()
}

func sortedKeys(m Slots) []SlotID {
	ids := make([]SlotID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// rechoose puts a receiver with the chooser of its slots and sets, which may
// be another one than before, and carries out its choice.
func (b *Board) rechoose(r *Receiver) {
	signature := r.layout + r.rights.signature
	c := b.choosers[signature]
	if c == nil {
		c = newChooser(signature, r.slots)
		c.fill(r.slots, r.rights.slots, b.sources, r.led())
		c.choose(b.clock.instant())
		b.choosers[signature] = c
	}
	if r.chooser != c {
		b.leaveChooser(r)
		r.chooser = c
		c.members[r] = struct{}{}
	}
	b.follow(r)
}

func (b *Board) leaveChooser(r *Receiver) {
	if c := r.chooser; c != nil {
		delete(c.members, r)
		if len(c.members) == 0 {
			delete(b.choosers, c.signature)
		}
		r.chooser = nil
	}
}

// rechooseWith settles anew whatever a source that has come or gone concerns.
func (b *Board) rechooseWith(id SourceID) {
	now := b.clock.instant()
	for _, c := range b.choosers {
		for r := range c.members {
			if !r.rights.names(id) {
				break // nor do the others: their sets are equal
			}
			c.fill(r.slots, r.rights.slots, b.sources, c.choice)
			c.choose(now)
			break
		}
		for r := range c.members {
			if !r.rights.names(id) {
				break
			}
			b.follow(r)
		}
	}
	for _, c := range *b.channels.Load() {
		b.refeed(c)
	}
}

// chooseAll lets every chooser look at the levels again.
func (b *Board) chooseAll(now instant) {
	for _, c := range b.choosers {
		if c.choose(now) {
			for r := range c.members {
				b.follow(r)
			}
		}
	}
	for _, c := range *b.channels.Load() {
		if c.chooser.choose(now) {
			b.refeed(c)
		}
	}
}

// follow leads into the receiver's slots what its chooser has chosen.
func (b *Board) follow(r *Receiver) {
	b.apportion(r, b.clock.instant())
	for i := range r.slots {
		b.wishSmall(r, i)
		b.steer(r, i, r.rungOf(i))
	}
}

// steer makes a slot carry what comes of the rung, or nothing. A picture that is
// carried stays until the new one's keyframe, while it may; one that is too
// large by far for the line stands still until a smaller one's.
func (b *Board) steer(r *Receiver, i int, g *rung) {
	sl := &r.slots[i]
	was := sl.want.Swap(g)
	var kept *rung
	if sl.spec.Kind == Video {
		at := subscription{r, i}
		c := sl.carrying.Load()
		switch {
		case g == nil || c == g:
			delete(b.unsettled, at)
		default:
			if c != nil && c.live.Load() && !(r.strained && c.grant == g.grant && c.layer.index > g.layer.index) {
				kept = c
			}
			if was != g {
				b.unsettled[at] = b.clock.instant()
				g.layer.keyframe()
			}
		}
	}
	b.subscribe(r, i, g, kept)
	if was != g {
		b.settle(r)
	}
}

// subscribe leads exactly these rungs into a slot.
func (b *Board) subscribe(r *Receiver, i int, g, kept *rung) {
	have := &r.subs[i]
	if have[0] == g && have[1] == kept {
		return
	}
	at := subscription{r, i}
	for _, old := range have {
		if old != nil && old != g && old != kept {
			if old.layer.subs[at] == old {
				delete(old.layer.subs, at)
				b.markStale(old.layer)
			}
		}
	}
	for _, now := range [2]*rung{g, kept} {
		if now != nil && now.layer.subs[at] != now {
			now.layer.subs[at] = now
			b.markStale(now.layer)
		}
	}
	*have = [2]*rung{g, kept}
}

func (b *Board) markStale(l *layer) {
	if !l.stale {
		l.stale = true
		b.stale = append(b.stale, l)
	}
}

// settle has the receiver's slots look at what they are to carry.
func (b *Board) settle(r *Receiver) {
	if r.hurry(func(c *chores) { c.settle = true }) {
		b.hurried = append(b.hurried, r)
	}
}

// publish makes the routes of all layers whose subscriptions have changed, and
// sends the crew to all receivers whose slots must be settled.
func (b *Board) publish() {
	for _, l := range b.stale {
		routes := make([]route, 0, len(l.subs))
		for at, g := range l.subs {
			routes = append(routes, route{to: at.to, slot: at.slot, rung: g})
		}
		l.routes.Store(&routes)
		l.stale = false
	}
	clear(b.stale)
	b.stale = b.stale[:0]
	b.crew.serve(b.hurried, true)
	clear(b.hurried)
	b.hurried = b.hurried[:0]
}

// settleLate looks after the picture slots that wait for a keyframe: those
// that have got it are led nothing else any more, the others ask again, and
// give up what they carry when that has lasted too long.
func (b *Board) settleLate(now instant) {
	for at, since := range b.unsettled {
		sl := &at.to.slots[at.slot]
		g := sl.want.Load()
		switch c := sl.carrying.Load(); {
		case g == nil || c == g:
			delete(b.unsettled, at)
			b.subscribe(at.to, at.slot, g, nil)
		case c != nil && c.grant != g.grant && now.sub(since) >= oldPictureStays:
			b.subscribe(at.to, at.slot, g, nil)
			sl.dark.Store(true)
			b.settle(at.to)
			fallthrough
		default:
			g.layer.keyframe()
		}
	}
}
