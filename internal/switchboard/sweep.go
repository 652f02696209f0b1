package switchboard

import (
	"sync/atomic"
	"time"
)

// sweep waits until the receivers from which something has been taken away are
// clear of it: the write that was under way has ended, and slates have been
// written where a picture was cut.
//
// Who serves a receiver answers for it. For one that does not answer its
// count of writes tells: when none is under way, or another than at the
// beginning, nothing that was taken away can leave any more, since a write
// looks at its grants after it has counted itself.
type sweep struct {
	rooms   []*room
	left    atomic.Int32
	cleared chan struct{}
}

// room is one receiver to be swept.
type room struct {
	sweep    *sweep
	receiver *Receiver
	writes   uint64 // its count of writes when everything had been revoked
	clear    atomic.Bool
	stuck    int // polls for which the same write has been under way
}

// How long a sweep waits: for every receiver that makes progress, but not for
// an Output that does not return.
const (
	sweepPoll  = 10 * time.Millisecond
	sweepPolls = 25
	stuckPolls = 5
)

func newSweep() *sweep { return &sweep{cleared: make(chan struct{})} }

// over adds a receiver; before begin.
func (w *sweep) over(r *Receiver) {
	if n := len(w.rooms); n > 0 && w.rooms[n-1].receiver == r {
		return
	}
	w.rooms = append(w.rooms, &room{sweep: w, receiver: r})
}

// begin asks the receivers; after everything has been revoked.
func (w *sweep) begin(c *crew) {
	w.left.Store(int32(len(w.rooms)))
	var list []*Receiver
	for _, m := range w.rooms {
		m.writes = m.receiver.writing.Load()
		if m.receiver.sweep(m) {
			list = append(list, m.receiver)
		}
	}
	c.serve(list, true)
}

// beginBehind asks the receivers to answer when they have written what is in
// their queues now. Nobody waits for one that is slow.
func (w *sweep) beginBehind() {
	w.left.Store(int32(len(w.rooms)))
	for _, m := range w.rooms {
		m.writes = m.receiver.writing.Load()
		if m.receiver.isSlow() || !m.receiver.enqueue(entry{mark: m}) {
			m.done()
		}
	}
}

// done is called by who serves the receiver, or when it is no more.
func (m *room) done() {
	if m.clear.Swap(true) {
		return
	}
	if m.sweep.left.Add(-1) == 0 {
		close(m.sweep.cleared)
	}
}

// wait returns when all are clear, or all that are not are stuck.
func (w *sweep) wait() Cleared {
	if len(w.rooms) == 0 {
		return Cleared{}
	}
	poll := time.NewTicker(sweepPoll)
	defer poll.Stop()
	for range sweepPolls {
		select {
		case <-w.cleared:
			return Cleared{}
		case <-poll.C:
			if w.allStuck() {
				return w.carrying()
			}
		}
	}
	return w.carrying()
}

// allStuck reports whether no receiver that is left has made progress for some
// polls.
func (w *sweep) allStuck() bool {
	all := true
	for _, m := range w.rooms {
		switch {
		case m.clear.Load():
			continue
		case m.busy():
			m.stuck++
		default:
			m.stuck = 0
		}
		all = all && m.stuck >= stuckPolls
	}
	return all
}

// busy reports whether the write that was under way at the beginning still is.
func (m *room) busy() bool {
	return m.writes%2 == 1 && m.receiver.writing.Load() == m.writes
}

func (w *sweep) carrying() Cleared {
	var c Cleared
	for _, m := range w.rooms {
		if m.clear.Load() || !m.busy() {
			continue
		}
		c.Receivers++
		c.Slots += max(1, m.receiver.revokedCarried())
	}
	return c
}
