package switchboard

import (
	"slices"
	"sync/atomic"
)

// grant lets one source into one slot of one key's receivers. It is made when
// the source enters the slot's set and dies when it leaves; a source that comes
// back gets another. What was sent under a grant may be sent again only while
// that very grant lives.
type grant struct {
	slot   SlotID
	source *Source
	after  uint64 // how many of the source's packets had come when it was made
	live   atomic.Bool
	rungs  [maxLayers]rung
	small  rung // of sound, its smaller version
	// closing: a channel's feeder is about to lose its right.
	closing atomic.Bool
}

// rung is one layer of a source under a grant: what a slot is led and carries.
type rung struct {
	*grant
	layer *layer
}

func newGrant(slot SlotID, s *Source) *grant {
	g := &grant{slot: slot, source: s, after: s.come.Load()}
	for i, l := range s.layers {
		g.rungs[i] = rung{g, l}
	}
	if s.small != nil {
		g.small = rung{g, s.small.layer}
	}
	g.live.Store(true)
	return g
}

// revoke ends the grant: a write that has not begun yet does not begin.
func (g *grant) revoke() { g.live.Store(false) }

// admits reports whether a packet may be the first that is carried under the
// grant. Nothing from before the grant is; of sound neither the first packet
// after it when it has in-band FEC (RFC 6716 §2.1.7), which repeats what was
// before it, be that a packet that never came, nor what was only had from the
// redundancy of a later one (RFC 2198); a picture begins with a keyframe. A
// packet that came late is no beginning: what should follow it has passed
// already.
func (g *grant) admits(p *packet) bool {
	switch {
	case p.late || p.recovered || p.nth <= g.after:
		return false
	case g.source.spec.Kind == Video:
		return p.key
	}
	return !p.repeats || p.nth > g.after+1
}

// rights is what one key may receive, and who receives under it.
type rights struct {
	key       Key
	slots     Slots
	grants    []*grant // the live ones
	receivers map[*Receiver]struct{}
	signature string // the same for equal slots

	complained complaint
}

// Allow gives a key these sets and takes away all others. When it returns no
// packet of a source outside its slot's set leaves for any receiver of the key,
// be it a retransmission or under way at the time of the call; the result names
// receivers for which that could not be ascertained, because their Output did
// not return.
func (b *Board) Allow(key Key, slots Slots) Cleared {
	return b.AllowAll(map[Key]Slots{key: slots})
}

// AllowAll is Allow for many keys at once. Keys that are not named keep what
// they have.
func (b *Board) AllowAll(keys map[Key]Slots) Cleared {
	b.mu.Lock()
	w := b.change(keys, func(_, given Set) Set { return given })
	b.mu.Unlock()
	return w.wait()
}

// Cut takes away from a key whatever is outside these sets, and gives nothing:
// of each slot's set it leaves what is also in the given one. It returns as
// Allow does. A picture slot that loses what it carried has got its slate by
// then.
func (b *Board) Cut(key Key, slots Slots) Cleared {
	return b.CutAll(map[Key]Slots{key: slots})
}

// CutAll is Cut for many keys at once.
func (b *Board) CutAll(keys map[Key]Slots) Cleared {
	b.mu.Lock()
	w := b.change(keys, meet)
	b.mu.Unlock()
	return w.wait()
}

// meet is what is in both sets.
func meet(have, given Set) Set {
	both := Set{Prefer: have.Prefer, Most: have.Most, Small: have.Small, First: have.First}
	if given.Most != 0 && (both.Most == 0 || given.Most < both.Most) {
		both.Most = given.Most
	}
	for _, id := range have.Sources {
		if slices.Contains(given.Sources, id) {
			both.Sources = append(both.Sources, id)
		}
	}
	return both
}

// change puts new sets in force. All that is taken away is revoked before
// anything else is done, with nothing made or waited for between one key and
// the next; what is given comes last.
func (b *Board) change(keys map[Key]Slots, combine func(have, given Set) Set) *sweep {
	for key, given := range keys {
		if r := b.keys[key]; r != nil {
			r.revokeOutside(given)
		}
	}
	w := newSweep()
	touched := make([]*rights, 0, len(keys))
	for key, given := range keys {
		r := b.rightsOf(key)
		next := make(Slots, len(given))
		for slot, set := range given {
			if set := combine(r.slots[slot], set).tidy(); len(set.Sources) > 0 {
				next[slot] = set
			}
		}
		r.slots = next
		r.sign()
		if r.forgetRevoked() {
			for to := range r.receivers {
				w.over(to)
			}
		}
		touched = append(touched, r)
	}
	for _, r := range touched {
		b.grantAll(r)
		for to := range r.receivers {
			b.rechoose(to)
		}
		if len(r.slots) == 0 && len(r.receivers) == 0 {
			delete(b.keys, r.key)
		}
	}
	b.publish()
	w.begin(b.crew)
	return w
}

// tidy gives the set sorted and without repetition; a preference for what is
// not in it is none.
func (s Set) tidy() Set {
	ids := slices.Compact(slices.Sorted(slices.Values(s.Sources)))
	if !slices.Contains(ids, s.Prefer) {
		s.Prefer = ""
	}
	return Set{Sources: ids, Prefer: s.Prefer, Most: s.Most, Small: s.Small, First: s.First}
}

// has reports whether a tidy set contains a source.
func (s Set) has(id SourceID) bool {
	_, in := slices.BinarySearch(s.Sources, id)
	return in
}

func (b *Board) rightsOf(key Key) *rights {
	r := b.keys[key]
	if r == nil {
		r = &rights{key: key, receivers: make(map[*Receiver]struct{})}
		b.keys[key] = r
	}
	return r
}

// revokeOutside ends the grants of all sources that are not in these sets.
func (r *rights) revokeOutside(slots Slots) {
	for _, g := range r.grants {
		if !slices.Contains(slots[g.slot].Sources, g.source.spec.ID) {
			g.revoke()
		}
	}
}

// forgetRevoked drops the grants that live no more, and reports whether there
// were any.
func (r *rights) forgetRevoked() bool {
	n := len(r.grants)
	r.grants = slices.DeleteFunc(r.grants, func(g *grant) bool { return !g.live.Load() })
	return len(r.grants) < n
}

// grantOf is the grant of a source in a slot, or nil.
func (r *rights) grantOf(slot SlotID, s *Source) *grant {
	for _, g := range r.grants {
		if g.source == s && g.slot == slot {
			return g
		}
	}
	return nil
}

// grantAll makes the grants that are missing, for the sources that exist.
func (b *Board) grantAll(r *rights) {
	for slot, set := range r.slots {
		for _, id := range set.Sources {
			if s := b.sources[id]; s != nil && r.grantOf(slot, s) == nil {
				r.grants = append(r.grants, newGrant(slot, s))
			}
		}
	}
}

// Receiving counts the receivers whose key has the prefix and that may still
// get a packet of some source: those with a live grant, and those for which a
// write begun under a grant since revoked has not ended. It looks at the doors
// themselves, not at what was asked for.
func (b *Board) Receiving(prefix string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for r := range b.receivers {
		if len(r.rights.key) < len(prefix) || string(r.rights.key[:len(prefix)]) != prefix {
			continue
		}
		if r.mayReceive() {
			n++
		}
	}
	return n
}

// mayReceive reports whether any packet of a source may still leave for the
// receiver. The board's lock is held.
func (r *Receiver) mayReceive() bool {
	for _, g := range r.rights.grants {
		if g.live.Load() && r.has(g.slot) {
			return true
		}
	}
	return r.writing.Load()%2 == 1 && r.revokedCarried() > 0
}

func (r *Receiver) has(id SlotID) bool {
	for i := range r.slots {
		if r.slots[i].spec.ID == id {
			return true
		}
	}
	return false
}

// revokedCarried counts the slots that carry what has been revoked.
func (r *Receiver) revokedCarried() int {
	n := 0
	for i := range r.slots {
		if g := r.slots[i].carrying.Load(); g != nil && !g.live.Load() {
			n++
		}
	}
	return n
}
