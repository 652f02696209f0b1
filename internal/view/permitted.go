package view

import (
	"slices"
	"strings"
	"time"

	"liqa/internal/summit"
)

// What is permitted is asked of the rules themselves: an act is listed when
// Decide would let something happen. So that no screen shows a control whose
// use would be refused, and no rule is written down twice.

// would reports whether this seat's act would make anything happen now.
func (e *eyes) would(a summit.Act) bool { return e.wouldIn(e.s, a, e.now) }

func (e *eyes) wouldIn(s summit.State, a summit.Act, now time.Time) bool {
	if !summit.May(e.me.Role, a.Kind()) {
		return false
	}
	events, err := summit.Decide(s, summit.Actor(e.me.ID), a, now)
	return err == nil && len(events) > 0
}

// may lists the acts that name nobody and nothing else.
func (e *eyes) may() []string {
	kinds := []string{}
	for _, a := range []summit.Act{
		summit.Arrive{}, summit.Leave{}, summit.Mute{On: !e.me.Muted},
		summit.RaiseHand{}, summit.LowerHand{}, summit.YieldFloor{},
		summit.EndItem{}, summit.ResumeCoverage{}, summit.Recess{}, summit.Reconvene{},
		summit.TakeFloor{}, summit.EndSummit{},
		summit.GoOffAir{}, summit.Cough{On: !e.coughs()}, summit.SlowDown{Reason: summit.TooFast},
		summit.PublishAdvisory{Digest: unused, Reason: "-"},
	} {
		if e.would(a) {
			kinds = append(kinds, a.Kind())
		}
	}
	for _, l := range e.s.Publication {
		if a := (summit.PublishReadout{Language: l, Digest: unused, Reason: "-"}); e.would(a) {
			kinds = append(kinds, a.Kind())
			break
		}
	}
	return kinds
}

// unused stands for a hash in an act that is only tried.
var unused = strings.Repeat("0", 64)

func (e *eyes) coughs() bool {
	b, ok := e.s.Booth(e.me.Booth)
	return ok && b.OnAir == e.me.ID && b.Cough
}

// mayWith lists what this seat may do with another.
func (e *eyes) mayWith(x summit.Seat) []string {
	kinds := []string{}
	near := e.near(x)
	for _, a := range []summit.Act{
		summit.Admit{Seat: x.ID}, summit.Dismiss{Seat: x.ID}, summit.GiveFloor{Seat: x.ID},
		summit.LowerHand{Seat: x.ID}, summit.MuteSeat{Seat: x.ID},
		summit.Reissue{Seat: x.ID, Hash: unused}, summit.Revoke{Seat: x.ID},
	} {
		if e.wouldIn(near, a, e.now) {
			kinds = append(kinds, a.Kind())
		}
	}
	return kinds
}

// near is the state as far as acts on one seat depend on it: the officers and
// the seat. With a thousand press seats, trying on the whole would take a
// thousand times a thousand steps.
func (e *eyes) near(x summit.Seat) summit.State {
	s := e.s
	s.Seats = slices.DeleteFunc(slices.Clone(e.staffSeats()), func(y summit.Seat) bool { return y.ID == x.ID })
	s.Seats = append(s.Seats, x)
	s.Booths, s.Queue = nil, nil
	if slices.Contains(e.s.Queue, x.ID) {
		s.Queue = []summit.SeatID{x.ID}
	}
	if s.Floor != x.ID {
		s.Floor = "" // else it would be taken from a seat that is not there
	}
	return s
}

// staffSeats are the officers and technicians.
func (e *eyes) staffSeats() []summit.Seat {
	if e.desks == nil {
		for _, x := range e.s.Seats {
			if x.Role == summit.Officer || x.Role == summit.Technician {
				e.desks = append(e.desks, x)
			}
		}
	}
	return e.desks
}

// substitutes are the delegates whom this seat may put in a principal's place.
func (e *eyes) substitutes(principal summit.Seat) []summit.SeatID {
	ids := []summit.SeatID{}
	if principal.Role != summit.Principal {
		return ids
	}
	for _, x := range e.s.Seats {
		if x.Role == summit.Delegate && x.Delegation == principal.Delegation &&
			e.would(summit.Substitute{Principal: principal.ID, By: x.ID}) {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// mayStart reports whether this seat may start an item. The moment after an
// item's start in which no other can be started is not waited for: nothing
// would tell the screen when it is over.
func (e *eyes) mayStart(x summit.Item) bool {
	a := summit.StartItem{Item: x.ID, Ending: e.s.Current, Again: !x.Ended.IsZero()}
	return e.wouldIn(e.s, a, e.now.Add(time.Minute))
}

// coverages are those this seat may set now.
func (e *eyes) coverages() []summit.Coverage {
	return e.each(func(c summit.Coverage) summit.Act {
		return summit.SetCoverage{Coverage: c, Item: e.s.Current}
	})
}

// reconveneIn are the coverages in which this seat may end the recess.
func (e *eyes) reconveneIn() []summit.Coverage {
	return e.each(func(c summit.Coverage) summit.Act { return summit.Reconvene{Coverage: c} })
}

func (e *eyes) each(act func(summit.Coverage) summit.Act) []summit.Coverage {
	all := []summit.Coverage{}
	for _, c := range []summit.Coverage{summit.Open, summit.Pool, summit.Closed} {
		if e.would(act(c)) {
			all = append(all, c)
		}
	}
	return all
}

// onAir lists the channels into which this seat may go on air, plainly and by
// taking over from its partner.
func (e *eyes) onAir(b summit.Booth) (plainly, takingOver []summit.Language) {
	plainly, takingOver = []summit.Language{}, []summit.Language{}
	for _, l := range b.Outgoing {
		switch {
		case e.would(summit.GoOnAir{Into: l}):
			plainly = append(plainly, l)
		case e.would(summit.GoOnAir{Into: l, TakeOver: true}):
			takingOver = append(takingOver, l)
		}
	}
	return plainly, takingOver
}
