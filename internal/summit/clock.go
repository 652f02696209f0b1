package summit

import (
	"slices"
	"time"
)

// Speaking times are folded from what happens to the floor: a delegation's
// clock runs while one of its seats has the floor and the item is not in recess.

// run starts the clock of who has the floor, if anybody has.
func (s *State) run(at time.Time) {
	if s.Floor != "" && !s.InRecess {
		s.Running = at
	}
}

// stop stops the clock that runs and notes what it shows. A machine's clock may
// have been put back meanwhile: then nothing is noted.
func (s *State) stop(at time.Time) {
	since := s.Running
	s.Running = time.Time{}
	seat, ok := s.Seat(s.Floor)
	if since.IsZero() || !ok || !at.After(since) {
		return
	}
	this := func(x Spoken) bool { return x.Item == s.Current && x.Delegation == seat.Delegation }
	if !slices.ContainsFunc(s.Spoken, this) {
		s.Spoken = append(slices.Clip(s.Spoken), Spoken{Item: s.Current, Delegation: seat.Delegation})
	}
	s.Spoken = edited(s.Spoken, this, func(x *Spoken) { x.For += at.Sub(since) })
}

// SpokenBy is how long a delegation has had the floor in an item, "" being the
// whole summit, without what runs at the moment.
func (s State) SpokenBy(d DelegationID, in ItemID) (total time.Duration) {
	for _, x := range s.Spoken {
		if x.Delegation == d && (in == "" || x.Item == in) {
			total += x.For
		}
	}
	return total
}
