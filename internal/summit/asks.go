package summit

import "slices"

func (a AskSeat) decide(d *decision) error {
	seat, ok := d.s.Seat(a.Seat)
	switch {
	case !ok:
		return d.refuse("no-such-seat")
	case a.What != MuteMicrophone && a.What != UnmuteMicrophone && a.What != ReloadPage:
		return d.refuse("no-such-remedy")
	case !d.seat.Admitted:
		return d.refuse("not-admitted")
	case !seat.Connected:
		return d.about("seat-not-here", a.Seat)
	case a.What != ReloadPage && !receivesWords(seat.Role):
		return d.about("no-microphone", a.Seat)
	case !a.needed(seat):
		return nil
	}
	if old, asked := d.s.Asked(a.Seat); asked && old.What == a.What {
		return nil
	}
	d.emit(RemedyAsked{d.stamp(), a.Seat, a.What})
	return nil
}

// needed reports whether what is asked of a seat is not so already.
func (a AskSeat) needed(x Seat) bool {
	return a.What == ReloadPage || (a.What == MuteMicrophone) != x.Muted
}

func (a AnswerAsk) decide(d *decision) error {
	ask, ok := d.s.Asked(d.seat.ID)
	if !ok {
		return d.refuse("nothing-asked")
	}
	d.emit(RemedyAnswered{d.stamp(), d.seat.ID, ask.What, a.Agree})
	switch {
	case !a.Agree:
	case ask.What == MuteMicrophone:
		d.emit(Muted{Stamp: d.stamp(), Seat: d.seat.ID})
	case ask.What == UnmuteMicrophone:
		d.emit(Unmuted{d.stamp(), d.seat.ID})
	}
	return nil
}

// Asked returns what is asked of a seat and not yet answered.
func (s State) Asked(id SeatID) (Ask, bool) {
	return find(s.Asks, func(x Ask) bool { return x.Seat == id && !x.Declined })
}

// settleAsks drops what there is nobody to answer, or nothing left to ask for.
func (d *decision) settleAsks() {
	for _, x := range d.s.Asks {
		seat, ok := d.s.Seat(x.Seat)
		switch {
		case !ok: // package view tries acts on a state with few of its press seats
		case d.s.Phase == Ended:
			d.emit(RemedyDropped{d.stamp(), x.Seat, SummitOver})
		case seat.Invitation.Device == "":
			d.emit(RemedyDropped{d.stamp(), x.Seat, Gone})
		case !seat.Connected:
			d.emit(RemedyDropped{d.stamp(), x.Seat, Lost})
		case !x.Declined && !(AskSeat{What: x.What}).needed(seat):
			d.emit(RemedyDropped{d.stamp(), x.Seat, Asked})
		}
	}
}

func (s *State) dropAsk(of SeatID) {
	s.Asks = leaving(s.Asks, func(x Ask) bool { return x.Seat == of })
}

func (e RemedyAsked) apply(s *State) {
	s.dropAsk(e.Seat)
	s.Asks = append(slices.Clip(s.Asks), Ask{Seat: e.Seat, What: e.What, By: SeatID(e.By), At: e.At})
}

func (e RemedyAnswered) apply(s *State) {
	if e.Agreed {
		s.dropAsk(e.Seat)
		return
	}
	s.Asks = edited(s.Asks, func(x Ask) bool { return x.Seat == e.Seat }, func(x *Ask) { x.Declined = true })
}

func (e RemedyDropped) apply(s *State) { s.dropAsk(e.Seat) }
