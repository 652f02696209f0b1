package summit

import "slices"

func (a Connect) decide(d *decision) error {
	seat, ok := d.s.Seat(a.Seat)
	switch {
	case !ok:
		return d.refuse("no-such-seat")
	case seat.Invitation.Revoked:
		return d.refuse("link-revoked", "at", d.at(seat.Invitation.Since))
	case seat.Invitation.Device == "":
		return d.about("not-redeemed", a.Seat)
	case !seat.Connected:
		d.emit(Connected{d.stamp(), a.Seat})
	}
	return nil
}

func (a Disconnect) decide(d *decision) error {
	seat, ok := d.s.Seat(a.Seat)
	if !ok {
		return d.refuse("no-such-seat")
	}
	if seat.Connected {
		d.emit(Disconnected{d.stamp(), a.Seat})
	}
	return nil
}

func (Arrive) decide(d *decision) error {
	if !d.seat.Connected {
		return d.refuse("not-connected")
	}
	if d.seat.Admitted || d.seat.Presence == Waiting {
		return nil
	}
	d.emit(Arrived{d.stamp(), d.seat.ID})
	if staff(d.seat.Role) {
		d.emit(Admitted{d.stamp(), d.seat.ID})
	}
	return nil
}

func (Leave) decide(d *decision) error {
	switch d.seat.Presence {
	case Waiting, Present, Away:
		d.emit(Departed{d.stamp(), d.seat.ID})
	}
	return nil
}

func (a Admit) decide(d *decision) error {
	if a.Seat == "" && a.Role != "" {
		return d.admitAll(a.Role)
	}
	seat, ok := d.s.Seat(a.Seat)
	switch {
	case !ok:
		return d.refuse("no-such-seat")
	case seat.Invitation.Revoked:
		return d.about("seat-revoked", a.Seat)
	case seat.Admitted:
		return nil
	case staff(seat.Role):
		return d.about("no-admission", a.Seat)
	case seat.Presence != Waiting:
		return d.about("not-waiting", a.Seat)
	}
	d.emit(Admitted{d.stamp(), a.Seat})
	return nil
}

// admitAll lets in everybody of a role who waits and is still there.
func (d *decision) admitAll(r Role) error {
	waits := func(x Seat) bool { return x.Role == r && x.Presence == Waiting && x.Connected && !staff(r) }
	if !slices.ContainsFunc(d.s.Seats, waits) {
		return d.refuse("nobody-waits")
	}
	for _, x := range d.s.Seats {
		if waits(x) {
			d.emit(Admitted{d.stamp(), x.ID})
		}
	}
	return nil
}

func (a Dismiss) decide(d *decision) error {
	seat, ok := d.s.Seat(a.Seat)
	switch {
	case !ok:
		return d.refuse("no-such-seat")
	case staff(seat.Role):
		return d.about("no-admission", a.Seat)
	case seat.Admitted:
		d.emit(Dismissed{d.stamp(), a.Seat})
	}
	return nil
}

func (a Substitute) decide(d *decision) error {
	principal, ok := d.s.Seat(a.Principal)
	if !ok {
		return d.refuse("no-such-seat")
	}
	by, ok := d.s.Seat(a.By)
	switch {
	case !ok:
		return d.refuse("no-such-seat")
	case principal.Role != Principal:
		return d.about("not-a-principal", a.Principal)
	case by.Role != Delegate || by.Delegation != principal.Delegation:
		return d.about("not-a-delegate", a.By)
	case by.Invitation.Revoked:
		return d.about("seat-revoked", a.By)
	case !d.mayHandle(principal):
		return d.about("not-your-side", a.Principal)
	}
	if d.s.Floor == a.Principal {
		d.emit(FloorTaken{d.stamp(), a.Principal, Replaced})
	}
	d.emit(Substituted{d.stamp(), a.Principal, a.By})
	return nil
}

// mayHandle reports whether the officer may dispose of a seat's link or place.
// Where two delegations have their own officers, neither disposes of the
// other's seats nor of a neutral officer's: else either could hold both keys
// to the press. A neutral officer and the administrator dispose of every seat.
func (d *decision) mayHandle(seat Seat) bool {
	own := d.seat.Delegation
	if len(d.s.sides()) < 2 || own == "" || seat.Delegation == own {
		return true
	}
	return seat.Delegation == "" && seat.Role != Officer
}

func (a Hear) decide(d *decision) error {
	if a.Language != "" && !slices.Contains(d.s.Channels(), a.Language) {
		return d.refuse("no-such-channel", "language", string(a.Language))
	}
	if d.seat.Hears != a.Language {
		d.emit(Heard{d.stamp(), d.seat.ID, a.Language})
	}
	return nil
}

func (a Mute) decide(d *decision) error {
	switch {
	case a.On && !d.seat.Muted:
		d.emit(Muted{Stamp: d.stamp(), Seat: d.seat.ID})
	case !a.On && d.seat.Muted:
		d.emit(Unmuted{d.stamp(), d.seat.ID})
	}
	return nil
}

func (a MuteSeat) decide(d *decision) error {
	seat, ok := d.s.Seat(a.Seat)
	switch {
	case !ok:
		return d.refuse("no-such-seat")
	case seat.Role == Interpreter:
		return d.about("booth-microphone", a.Seat)
	case !seat.Muted:
		d.emit(Muted{Stamp: d.stamp(), Seat: a.Seat})
	}
	return nil
}

func (e Connected) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) {
		x.Connected = true
		if x.Admitted {
			x.Presence = Present
		}
	})
}

func (e Disconnected) apply(s *State) { s.editSeat(e.Seat, (*Seat).lose) }

// lose is the loss of a connection: who was present is away, who is waiting
// goes on waiting.
func (x *Seat) lose() {
	x.Connected = false
	if x.Presence == Present {
		x.Presence = Away
	}
}

func (e Arrived) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) { x.Presence = Waiting })
}

func (e Admitted) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) {
		x.Admitted, x.Presence, x.Dismissed = true, Away, false
		if x.Connected {
			x.Presence = Present
		}
	})
}

func (e Dismissed) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) { x.Admitted, x.Presence, x.Dismissed = false, Waiting, true })
}

func (e Departed) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) { x.Admitted, x.Presence = false, Left })
}

func (e Substituted) apply(s *State) {
	old, _ := s.Seat(e.Principal)
	head := e.Principal
	if old.StandsFor != "" {
		head = old.StandsFor
	}
	s.editSeat(e.Principal, func(x *Seat) { x.Role, x.StandsFor = Delegate, "" })
	s.editSeat(e.Seat, func(x *Seat) {
		x.Role = Principal
		if x.ID != head {
			x.StandsFor = head
		}
	})
}

func (e Heard) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) { x.Hears = e.Language })
}

func (e Muted) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) {
		x.Muted, x.MutedWhy = true, e.Because
		if by := SeatID(e.By); by != e.Seat {
			x.MutedBy = by
		}
	})
}

func (e Unmuted) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) { x.Muted, x.MutedBy, x.MutedWhy = false, "", "" })
}
