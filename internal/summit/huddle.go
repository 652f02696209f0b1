package summit

func (EnterHuddle) decide(d *decision) error {
	switch {
	case !d.seat.Admitted:
		return d.refuse("not-admitted")
	case d.seat.Presence != Present:
		return d.refuse("not-connected")
	case d.seat.Huddle:
		return nil
	}
	d.emit(HuddleEntered{d.stamp(), d.seat.ID})
	d.speaksUp()
	return nil
}

func (LeaveHuddle) decide(d *decision) error {
	if d.seat.Huddle {
		d.emit(HuddleLeft{d.stamp(), d.seat.ID, Asked})
		d.returns(d.seat.ID)
	}
	return nil
}

// Apart reports whether a seat's microphone and camera are for a huddle or a
// private word alone. Who only loses the connection stays apart: what they say
// when they are back must not be heard at the table before they go back to it.
func (s State) Apart(id SeatID) bool {
	if _, in := s.inWord(id); in {
		return true
	}
	seat, ok := s.Seat(id)
	return ok && (seat.Huddle || seat.Whispers != "")
}

// speaksUp opens the issuer's own microphone: who goes apart does so to speak.
func (d *decision) speaksUp() {
	if seat, _ := d.s.Seat(d.seat.ID); seat.Muted {
		d.emit(Unmuted{d.stamp(), d.seat.ID})
	}
}

// returns lets a seat come back to the table. A microphone that was off before
// is off again; and it is off for who comes back by another's act, who may be
// in the middle of a sentence that is not for the table.
func (d *decision) returns(id SeatID) {
	seat, ok := d.s.Seat(id)
	if !ok || !speaks(seat.Role) || !seat.Admitted || seat.Muted || d.s.Apart(id) {
		return
	}
	switch {
	case id != SeatID(d.by):
		d.emit(Muted{d.stamp(), id, Returned})
	case seat.WasMuted:
		d.emit(Muted{Stamp: d.stamp(), Seat: id})
	}
}

// settleHuddles ends what a seat can no longer be in.
func (d *decision) settleHuddles() {
	for _, x := range d.s.Seats {
		switch {
		case !x.Huddle:
		case d.s.Phase == Ended:
			d.emit(HuddleLeft{d.stamp(), x.ID, SummitOver})
		case !x.Admitted || !speaks(x.Role):
			d.emit(HuddleLeft{d.stamp(), x.ID, Gone})
		}
	}
}

func (e HuddleEntered) apply(s *State) {
	was := s.Apart(e.Seat)
	s.editSeat(e.Seat, func(x *Seat) {
		x.Huddle = true
		x.goApart(was)
	})
}

func (e HuddleLeft) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) { x.Huddle = false })
}

// goApart remembers how the microphone was, unless the seat was apart before.
func (x *Seat) goApart(was bool) {
	if !was {
		x.WasMuted = x.Muted
	}
}
