package view

import (
	"time"

	"liqa/internal/summit"
)

// items is the run of show. Of an item that this seat may not know, it has the
// number, the length and the coverage only.
func (e *eyes) items() []Item {
	all := []Item{}
	for n, x := range e.s.Items {
		v := item(n, x, e.s.Current, e.knows(x.ID))
		if v.ID != "" && e.mayStart(x) {
			v.May = append(v.May, summit.StartItem{}.Kind())
		}
		all = append(all, v)
	}
	if of, ok := e.behind(); ok {
		for _, x := range of.Items {
			all = append(all, item(len(all), x, "", true))
		}
	}
	return all
}

// behind is the summit that this one is a rehearsal of, where an officer of it
// has vouched for whose eyes these are.
func (e *eyes) behind() (of summit.State, ok bool) {
	if e.f.Behind == nil || e.me.Role != summit.Interpreter {
		return of, false
	}
	there, _ := e.f.Behind.Seat(e.me.ID)
	return *e.f.Behind, there.Admitted
}

// knows reports whether this seat may know an item's title. Those who are held
// by it and those who run it know every item; press and door, what is open or
// announced as open, and the press what it may watch.
func (e *eyes) knows(id summit.ItemID) bool {
	if e.who > press {
		return true
	}
	x, ok := e.s.Item(id)
	if !ok {
		return false
	}
	may := func(c summit.Coverage) bool {
		return c == summit.Open || c == summit.Pool && e.who == press
	}
	return may(x.Coverage) || id == e.s.Current && may(e.coverage)
}

func item(n int, x summit.Item, current summit.ItemID, known bool) Item {
	v := Item{
		Number: n + 1, State: Planned, Coverage: x.Coverage, Started: x.Started, Ended: x.Ended,
		PlannedSeconds: int(x.Planned / time.Second), May: []string{},
	}
	if known {
		v.ID, v.Title, v.Attendance = x.ID, text(x.Title), x.Attendance
	}
	switch {
	case x.ID == current:
		v.State = InSession
	case !x.Ended.IsZero():
		v.State, v.Again = Over, true
	}
	return v
}
