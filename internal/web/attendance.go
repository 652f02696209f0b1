package web

import (
	"sync"

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
	all   sync.WaitGroup
}

func newAttendance() *attendance { return &attendance{lines: map[place]*line{}} }

// enter gives a seat's place to l, and ends the connection that had it. What
// it returns is to be called when l has ended.
func (a *attendance) enter(l *line) (leave func()) {
	a.all.Add(1)
	a.mu.Lock()
	before := a.lines[l.place]
	a.lines[l.place] = l
	a.mu.Unlock()
	if before != nil {
		before.shut(closedElsewhere, "opened elsewhere")
	}
	return func() {
		defer a.all.Done()
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.lines[l.place] == l {
			delete(a.lines, l.place)
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
