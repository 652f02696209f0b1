package summit

import "slices"

// Whispering: interpreters of a booth work in a delegation's huddle. The
// delegation asks, from within; each interpreter agrees for themselves, for
// they alone know whether the channel can be left.

func (a AskWhisper) decide(d *decision) error {
	booth, ok := d.s.Booth(a.Booth)
	switch {
	case !d.seat.Huddle:
		return d.refuse("enter-to-ask")
	case d.seat.Presence != Present:
		return d.refuse("not-connected")
	case !ok:
		return d.refuse("no-such-booth")
	case booth.Sign:
		return d.refuse("booth-signs")
	case !slices.ContainsFunc(d.s.Seats, func(x Seat) bool { return d.s.couldWhisper(x, a.Booth, d.seat.Delegation) }):
		return d.refuse("booth-not-here")
	}
	if w, asked := d.s.whisper(d.seat.Delegation, a.Booth); asked && w.Declined == "" {
		return nil
	}
	d.emit(WhisperAsked{d.stamp(), a.Booth, d.seat.Delegation})
	return nil
}

// couldWhisper reports whether an interpreter of a booth is here and may work in
// a delegation's huddle: who came with one side does not work in the other's.
func (s State) couldWhisper(x Seat, b BoothID, in DelegationID) bool {
	return x.Role == Interpreter && x.Booth == b && x.Presence == Present && (x.Delegation == "" || x.Delegation == in)
}

func (a AnswerWhisper) decide(d *decision) error {
	w, asked := d.s.whisper(a.Delegation, d.seat.Booth)
	switch {
	case !asked:
		return d.refuse("nothing-whispered")
	case d.seat.Delegation != "" && d.seat.Delegation != a.Delegation:
		return d.refuse("other-sides-booth")
	case !a.Agree:
		if w.Declined == "" && !d.s.whisperedBy(w) {
			d.emit(WhisperDeclined{d.stamp(), w.Booth, w.Delegation, d.seat.ID})
		}
		return nil
	case d.seat.Whispers == a.Delegation:
		return nil
	case d.seat.Whispers != "":
		return d.refuse("whispering")
	case !d.seat.Admitted:
		return d.refuse("not-admitted")
	case d.seat.Presence != Present:
		return d.refuse("not-connected")
	}
	if b, _ := d.s.Booth(d.seat.Booth); b.live(d.seat.ID) {
		d.emit(WentOffAir{d.stamp(), b.ID, d.seat.ID, Conferring})
	}
	d.emit(WhisperBegan{d.stamp(), d.seat.ID, a.Delegation})
	d.speaksUp()
	return nil
}

func (a EndWhisper) decide(d *decision) error {
	if d.seat.Role == Interpreter {
		if in := d.seat.Whispers; in != "" {
			d.emit(WhisperEnded{d.stamp(), d.seat.ID, in, Asked})
		}
		return nil
	}
	if !d.seat.Huddle {
		return d.refuse("enter-to-ask")
	}
	for _, x := range d.s.Seats {
		if x.Booth == a.Booth && x.Whispers == d.seat.Delegation && x.Whispers != "" {
			d.emit(WhisperEnded{d.stamp(), x.ID, x.Whispers, Asked})
		}
	}
	if _, asked := d.s.whisper(d.seat.Delegation, a.Booth); asked {
		d.emit(WhisperDropped{d.stamp(), a.Booth, d.seat.Delegation, Asked})
	}
	return nil
}

// whisper is what a delegation has asked of a booth.
func (s State) whisper(in DelegationID, b BoothID) (Whisper, bool) {
	return find(s.Whispers, func(w Whisper) bool { return w.Delegation == in && w.Booth == b })
}

// whisperedBy reports whether somebody of the booth that was asked is in the huddle.
func (s State) whisperedBy(w Whisper) bool {
	_, ok := find(s.Seats, func(x Seat) bool { return x.Booth == w.Booth && x.Whispers == w.Delegation })
	return ok
}

// HuddleOf is the delegation in whose huddle a seat is, as one who confers or as
// one who whispers; "" for who is in none.
func (x Seat) HuddleOf() DelegationID {
	if x.Huddle {
		return x.Delegation
	}
	return x.Whispers
}

// settleWhispers sends interpreters back whom nobody of the delegation is left
// to hear, and who are gone themselves, and drops what nobody is asked any more.
func (d *decision) settleWhispers() {
	for _, x := range d.s.Seats {
		switch {
		case x.Whispers == "":
		case d.s.Phase == Ended:
			d.emit(WhisperEnded{d.stamp(), x.ID, x.Whispers, SummitOver})
		case !x.Admitted:
			d.emit(WhisperEnded{d.stamp(), x.ID, x.Whispers, Gone})
		case !d.s.confers(x.Whispers):
			d.emit(WhisperEnded{d.stamp(), x.ID, x.Whispers, Deserted})
		}
	}
	for _, w := range d.s.Whispers {
		switch {
		case d.s.Phase == Ended:
			d.emit(WhisperDropped{d.stamp(), w.Booth, w.Delegation, SummitOver})
		case !d.s.confers(w.Delegation):
			d.emit(WhisperDropped{d.stamp(), w.Booth, w.Delegation, Deserted})
		}
	}
}

// confers reports whether somebody of a delegation is in its huddle.
func (s State) confers(in DelegationID) bool {
	_, ok := find(s.Seats, func(x Seat) bool { return x.Huddle && x.Delegation == in })
	return ok
}

// atWork refuses who is not in the room, or in it only to whisper to one side.
func (d *decision) atWork() error {
	if d.seat.Whispers != "" {
		return d.refuse("whispering")
	}
	return d.inRoom()
}

// works reports whether an interpreter is in the room and at their booth's work.
func (s State) works(x Seat) bool {
	return x.Role == Interpreter && x.Whispers == "" && s.InRoom(x.ID)
}

func (e WhisperAsked) apply(s *State) {
	s.dropWhisper(e.Delegation, e.Booth)
	s.Whispers = append(slices.Clip(s.Whispers), Whisper{Delegation: e.Delegation, Booth: e.Booth, By: SeatID(e.By), At: e.At})
}

func (e WhisperDeclined) apply(s *State) { s.editWhisper(e.Delegation, e.Booth, e.Seat) }

func (e WhisperDropped) apply(s *State) { s.dropWhisper(e.Delegation, e.Booth) }

func (e WhisperBegan) apply(s *State) {
	was := s.Apart(e.Seat)
	x, _ := s.Seat(e.Seat)
	s.editWhisper(e.Delegation, x.Booth, "")
	s.editSeat(e.Seat, func(x *Seat) {
		x.Whispers = e.Delegation
		x.goApart(was)
	})
}

func (e WhisperEnded) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) { x.Whispers = "" })
}

func (s *State) editWhisper(in DelegationID, b BoothID, declined SeatID) {
	s.Whispers = edited(s.Whispers, func(w Whisper) bool { return w.Delegation == in && w.Booth == b },
		func(w *Whisper) { w.Declined = declined })
}

func (s *State) dropWhisper(in DelegationID, b BoothID) {
	s.Whispers = leaving(s.Whispers, func(w Whisper) bool { return w.Delegation == in && w.Booth == b })
}
