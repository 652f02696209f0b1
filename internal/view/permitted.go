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

// would reports whether this seat's act would make anything happen now. It is
// tried on the state without other press seats than itself: there may be a
// thousand, each trial copies them, and none has a say in what others may do.
func (e *eyes) would(a summit.Act) bool { return e.wouldIn(e.few, a, e.now) }

func (e *eyes) wouldIn(s summit.State, a summit.Act, now time.Time) bool {
	if !summit.May(e.me.Role, a.Kind()) {
		return false
	}
	events, err := summit.Decide(s, summit.Actor(e.me.ID), a, now)
	return err == nil && len(events) > 0
}

// among lists the kinds of those acts that this seat may do now.
func (e *eyes) among(acts ...summit.Act) []string { return e.amongIn(e.few, acts...) }

func (e *eyes) amongIn(s summit.State, acts ...summit.Act) []string {
	kinds := []string{}
	for _, a := range acts {
		if e.wouldIn(s, a, e.now) {
			kinds = append(kinds, a.Kind())
		}
	}
	return kinds
}

// may lists the acts that name nobody and nothing else.
func (e *eyes) may() []string {
	kinds := e.among(
		summit.Arrive{}, summit.Leave{}, summit.Mute{On: !e.me.Muted},
		summit.RaiseHand{}, summit.LowerHand{}, summit.YieldFloor{},
		summit.EndItem{}, summit.ResumeCoverage{Item: e.s.Current}, summit.Recess{}, summit.Reconvene{},
		summit.TakeFloor{}, summit.EndSummit{},
		summit.EnterHuddle{}, summit.LeaveHuddle{}, summit.StopSharing{},
		summit.AnswerPrivateWord{}, summit.EndPrivateWord{}, summit.AnswerAsk{}, summit.Unpin{},
		summit.LimitPictures{To: otherSize(e.me)},
		summit.OfferHandover{}, summit.AcceptHandover{}, summit.DeclineHandover{},
		summit.SoundInsufficient{On: !e.judged()}, summit.TakeFrom{Auto: e.me.ByHand},
		summit.GoOffAir{}, summit.Cough{On: !e.coughs()}, summit.SlowDown{Reason: summit.TooFast},
		summit.PublishAdvisory{Digest: unused, Reason: "-"},
	)
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

// judged reports whether this seat's booth says that it cannot hear well enough.
func (e *eyes) judged() bool {
	b, ok := e.s.Booth(e.me.Booth)
	return ok && b.Insufficient.Seat != ""
}

// alike is all that decides what may be done with a press seat.
type alike struct {
	presence                            summit.Presence
	connected, admitted, muted, revoked bool
}

// mayWith lists what this seat may do with another. There may be a thousand
// press seats, and what may be done with one may be done with all that are alike.
func (e *eyes) mayWith(x summit.Seat) []string {
	if x.Role != summit.Reporter {
		return e.tryWith(x)
	}
	class := alike{x.Presence, x.Connected, x.Admitted, x.Muted, x.Invitation.Revoked}
	kinds, known := e.tried[class]
	if !known {
		kinds = e.tryWith(x)
		if e.tried == nil {
			e.tried = map[alike][]string{}
		}
		e.tried[class] = kinds
	}
	return kinds
}

func (e *eyes) tryWith(x summit.Seat) []string {
	return e.amongIn(e.fewAnd(x),
		summit.Admit{Seat: x.ID}, summit.Dismiss{Seat: x.ID}, summit.GiveFloor{Seat: x.ID},
		summit.LowerHand{Seat: x.ID}, summit.MuteSeat{Seat: x.ID},
		summit.Reissue{Seat: x.ID, Hash: unused}, summit.Revoke{Seat: x.ID},
		summit.OpenPrivateWord{With: x.ID}, summit.AskSeat{Seat: x.ID, What: e.unasked(x)},
		summit.LimitPictures{Seat: x.ID, To: otherSize(x)}, summit.Pin{Seat: x.ID},
		summit.StopSharing{Seat: x.ID},
	)
}

// fewAnd is the state that acts are tried on, with one press seat more.
func (e *eyes) fewAnd(x summit.Seat) summit.State {
	s := e.few
	if x.Role == summit.Reporter && x.ID != e.me.ID {
		s.Seats = append(slices.Clip(s.Seats), x)
	}
	return s
}

// substitutes are the delegates whom this seat may put in a principal's place.
func (e *eyes) substitutes(principal summit.Seat) []summit.SeatID {
	if principal.Role != summit.Principal {
		return []summit.SeatID{}
	}
	return e.those(func(x *summit.Seat) bool {
		return x.Role == summit.Delegate && x.Delegation == principal.Delegation &&
			e.would(summit.Substitute{Principal: principal.ID, By: x.ID})
	})
}

// mayStart reports whether this seat may start an item. The moment after an
// item's start in which no other can be started is not waited for: nothing
// would tell the screen when it is over.
func (e *eyes) mayStart(x summit.Item) bool {
	a := summit.StartItem{Item: x.ID, Ending: e.s.Current, Again: !x.Ended.IsZero()}
	return e.wouldIn(e.few, a, e.now.Add(time.Minute))
}

// coverages are those this seat may set now.
func (e *eyes) coverages() []summit.Coverage {
	return e.each(func(c summit.Coverage) summit.Act {
		return summit.SetCoverage{Coverage: c, Item: e.s.Current}
	})
}

// mayAdmit are the roles of which this seat may let in everybody who waits.
func (e *eyes) mayAdmit() []summit.Role {
	all := []summit.Role{}
	if e.who != staff || !summit.May(e.me.Role, summit.Admit{}.Kind()) {
		return all
	}
	first := map[summit.Role]summit.Seat{} // who waits, one of each
	for _, x := range e.s.Seats {
		if _, known := first[x.Role]; !known && x.Presence == summit.Waiting && x.Connected {
			first[x.Role] = x
		}
	}
	for _, r := range summit.Roles {
		if x, waits := first[r]; waits && e.wouldIn(e.fewAnd(x), summit.Admit{Role: r}, e.now) {
			all = append(all, r)
		}
	}
	return all
}

// reconveneIn are the coverages in which this seat may end the recess.
func (e *eyes) reconveneIn() []summit.Coverage {
	return e.each(func(c summit.Coverage) summit.Act { return summit.Reconvene{Coverage: c, Item: e.s.Current} })
}

func (e *eyes) each(act func(summit.Coverage) summit.Act) []summit.Coverage {
	all := []summit.Coverage{}
	if e.who != staff {
		return all // an officer at the door goes in first
	}
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
