package web

import (
	"maps"
	"slices"
	"sync"
	"time"

	"liqa/internal/summit"
)

// triesAgain is for how long somebody who was refused counts as waiting
// outside: by then their page has tried again, or they have gone.
const triesAgain = time.Minute

// mostWaiting bounds what is kept of the public of one summit.
const mostWaiting = 10_000

// turnedAway is who was refused because the server was full.
type turnedAway struct {
	mu sync.Mutex
	of map[summit.SummitID]*outside
	// Refusals since the start.
	press, public uint64
}

// outside is who waits at the door of one summit: reporters by their seat, the
// public by the call, and when each was refused last.
type outside struct {
	press  map[summit.SeatID]time.Time
	public []time.Time
}

// refuses notes that a seat was refused, or "" for somebody of the public.
func (t *turnedAway) refuses(at place, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := t.of[at.summit]
	if o == nil {
		o = &outside{press: map[summit.SeatID]time.Time{}}
		t.of[at.summit] = o
	}
	if at.seat != "" {
		t.press++
		o.press[at.seat] = now
		return
	}
	t.public++
	if len(o.public) < mostWaiting {
		o.public = append(o.public, now)
	}
}

// comesIn notes that a seat has not been refused any more.
func (t *turnedAway) comesIn(at place) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o := t.of[at.summit]; o != nil {
		delete(o.press, at.seat)
	}
}

// waiting counts who waits outside a summit.
func (t *turnedAway) waiting(id summit.SummitID, now time.Time) (press, public int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := t.of[id]
	if o == nil {
		return 0, 0
	}
	gone := func(when time.Time) bool { return now.Sub(when) > triesAgain }
	maps.DeleteFunc(o.press, func(_ summit.SeatID, when time.Time) bool { return gone(when) })
	o.public = slices.DeleteFunc(o.public, gone)
	if len(o.press)+len(o.public) == 0 {
		delete(t.of, id)
	}
	return len(o.press), len(o.public)
}

// Refused counts who waits outside a summit because the server is full:
// reporters, and calls of the public in the last minute.
func (s *Server) Refused(id summit.SummitID) (press, public int) {
	return s.turned.waiting(id, time.Now())
}
