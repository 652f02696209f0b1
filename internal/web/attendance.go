package web

import (
	"sync"
	"time"

	"liqa/internal/summit"
)

// place is a seat of a summit.
type place struct {
	summit summit.SummitID
	seat   summit.SeatID
}

// attendance knows the live connections: one for each seat, so that nobody is
// in a summit twice and unseen.
type attendance struct {
	mu    sync.Mutex
	lines map[place]*line
	sent  map[place]*sent
	gone  map[place]time.Time // since when a place is empty whose views are kept
	all   sync.WaitGroup
}

// kept is for how long what a screen was sent is known after it has gone.
const kept = 2 * time.Minute

func newAttendance() *attendance {
	return &attendance{lines: map[place]*line{}, sent: map[place]*sent{}, gone: map[place]time.Time{}}
}

// enter gives a seat's place to l, and ends the connection that had it. What
// it returns is to be called when l has ended, and what the seat's screens have
// been sent of late.
func (a *attendance) enter(l *line) (leave func(), before *sent) {
	a.all.Add(1)
	a.mu.Lock()
	former := a.lines[l.place]
	a.lines[l.place] = l
	before = a.sent[l.place]
	if before == nil {
		before = &sent{}
		a.sent[l.place] = before
	}
	delete(a.gone, l.place)
	a.mu.Unlock()
	if former != nil {
		former.shut(closedElsewhere, "opened elsewhere")
	}
	return func() {
		defer a.all.Done()
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.lines[l.place] == l {
			delete(a.lines, l.place)
			a.forget(time.Now())
			a.gone[l.place] = time.Now()
		}
	}, before
}

// forget drops what was sent to screens that have long gone. The caller holds mu.
func (a *attendance) forget(now time.Time) {
	for at, since := range a.gone {
		if now.Sub(since) > kept {
			delete(a.gone, at)
			delete(a.sent, at)
		}
	}
}

func (a *attendance) wait() { a.all.Wait() }

// connected is how many seats have a live connection.
func (a *attendance) connected() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.lines)
}
