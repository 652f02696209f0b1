package switchboard

import (
	"sync/atomic"
)

// narrow is whether a receiver's sound is to be small: because its client asked
// for that, or because its line does not take it whole.
type narrow struct {
	asked  atomic.Bool
	byLine bool    // guarded by the board, as what follows
	since  instant // of the last change
}

// A line is too narrow below narrowLine, in bit/s, if the sound takes more than
// nine tenths of it; it is wide again when it has taken half as much again as the
// sound needs, and a while has passed.
const narrowLine = 100_000

// SetEconomical says whether the receiver's client asks for its sound at 24
// kbit/s, where that can be had. Who does not ask has it so while its line is too
// narrow for more.
func (r *Receiver) SetEconomical(yes bool) {
	if r.narrow.asked.Swap(yes) == yes {
		return
	}
	b := r.board
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.chooser != nil {
		b.follow(r)
		b.publish()
	}
}

// economical reports whether all of the receiver's sound is to be small. The
// board's lock is held.
func (r *Receiver) economical() bool { return r.narrow.asked.Load() || r.narrow.byLine }

// economise looks whether a line takes the sound whole, which needs so much; and
// has a narrow one probed up to where it does.
func (r *Receiver) economise(whole, line, floor int, known bool, now instant) {
	n := &r.narrow
	switch {
	case !known || whole == 0:
		return
	case !n.byLine && line < narrowLine && whole > line/10*9:
		n.byLine, n.since = true, now
	case n.byLine && floor > whole/2*3 && now.sub(n.since) > smallAgain:
		n.byLine, n.since = false, now
	}
}

// wishSmall notes whether the sound in a slot is to be small. The board's lock is
// held, as for all functions below.
func (b *Board) wishSmall(r *Receiver, i int) {
	sl := &r.slots[i]
	var s *Source
	if (r.economical() || r.rights.slots[sl.spec.ID].Small) && sl.spec.Kind == Audio && r.chooser != nil {
		if s = r.chooser.choice[i]; s != nil && (s.small == nil || b.reduce == nil) {
			s = nil
		}
	}
	if sl.smallOf == s {
		return
	}
	at, now := subscription{r, i}, b.clock.instant()
	if old := sl.smallOf; old != nil {
		delete(old.small.wanted, at)
		old.small.idle = now
	}
	if sl.smallOf = s; s != nil {
		s.small.wanted[at] = struct{}{}
		b.reducing[s] = struct{}{}
		b.beginSmall(s, now)
	}
}

// beginSmall has the smaller version made, unless that is under way or failed a
// moment ago.
func (b *Board) beginSmall(s *Source, now instant) {
	m := s.small
	if m.making.Load() != nil || m.failed != never && now.sub(m.failed) < smallAgain || s.closed.Load() || b.closed {
		return
	}
	d := &reduction{board: b, source: s, quit: make(chan struct{}), wake: make(chan struct{}, 1)}
	m.layer.meter.rate = 0
	m.making.Store(d)
	b.reducers.Add(1)
	b.making.Go(d.run)
}

func (b *Board) endSmall(s *Source) {
	if s.small == nil {
		return
	}
	if d := s.small.making.Swap(nil); d != nil {
		close(d.quit)
	}
}

// reviewSmall ends what nobody has wanted for a while, and begins again what
// failed.
func (b *Board) reviewSmall(now instant) {
	for s := range b.reducing {
		switch m := s.small; {
		case s.closed.Load():
			b.endSmall(s)
			delete(b.reducing, s)
		case len(m.wanted) > 0:
			b.beginSmall(s, now)
		case now.sub(m.idle) > smallStays:
			b.endSmall(s)
			delete(b.reducing, s)
		}
	}
}

// closeSmall has nothing more made of what these feeders sent, and adds to the
// sweep who has some of it in the queue. It is for a channel's source.
func (s *Source) closeSmall(feeders []*grant, w *sweep) {
	for _, g := range feeders {
		g.closing.Store(true)
	}
	d := s.small.making.Load()
	if d == nil {
		return
	}
	d.emitting.Lock() // a packet that was being made sure of is in the queues
	defer d.emitting.Unlock()
	for _, r := range *s.small.layer.routes.Load() {
		w.over(r.to)
	}
}

// comes reports whether the smaller version can be carried now.
func (m *smaller) comes() bool {
	d := m.making.Load()
	return d != nil && d.ready.Load()
}
