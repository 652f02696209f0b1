package summit

import "slices"

// Calls: a light between a booth and the officers or the technicians, which
// makes no sound. What is said then is said in a chat or a private word.

// line is the booth and the role between which the issuer's call goes: the one
// side is the issuer's own.
func (d *decision) line(to Role, b BoothID) (BoothID, Role, error) {
	if d.seat.Role != Interpreter {
		to = d.seat.Role
	} else {
		b = d.seat.Booth
	}
	_, ok := d.s.Booth(b)
	switch {
	case !ok:
		return b, to, d.refuse("no-such-booth")
	case !staff(to):
		return b, to, d.refuse("nobody-to-call")
	case !d.seat.Admitted:
		return b, to, d.refuse("not-admitted")
	case d.seat.Presence != Present:
		return b, to, d.refuse("not-connected")
	}
	return b, to, nil
}

func (a CallAct) decide(d *decision) error {
	b, with, err := d.line(a.To, a.Booth)
	if err != nil {
		return err
	}
	other := func(x Seat) bool { return x.Role == with && !x.Invitation.Revoked }
	if d.seat.Role != Interpreter {
		other = func(x Seat) bool { return x.Booth == b && !x.Invitation.Revoked }
	}
	if !slices.ContainsFunc(d.s.Seats, other) {
		return d.refuse("nobody-to-call")
	}
	if c, lit := d.s.call(b, with); lit && c.Answered == "" {
		return nil
	}
	d.emit(Called{d.stamp(), b, with, d.seat.ID})
	return nil
}

func (a AnswerCall) decide(d *decision) error {
	b, with, err := d.line(a.To, a.Booth)
	if err != nil {
		return err
	}
	c, lit := d.s.call(b, with)
	caller, _ := d.s.Seat(c.Seat)
	if !lit || (caller.Role == Interpreter) == (d.seat.Role == Interpreter) {
		return d.refuse("no-such-call")
	}
	if c.Answered == "" {
		d.emit(CallAnswered{d.stamp(), b, with, d.seat.ID})
	}
	return nil
}

func (a ClearCall) decide(d *decision) error {
	b, with, err := d.line(a.To, a.Booth)
	if err != nil {
		return err
	}
	if _, lit := d.s.call(b, with); lit {
		d.emit(CallCleared{d.stamp(), b, with, Asked})
	}
	return nil
}

// call is the light between a booth and a role.
func (s State) call(b BoothID, with Role) (Call, bool) {
	return find(s.Calls, func(c Call) bool { return c.Booth == b && c.With == with })
}

// settleCalls puts out the lights of who is gone, and of a summit that is over.
func (d *decision) settleCalls() {
	for _, c := range d.s.Calls {
		switch x, _ := d.s.Seat(c.Seat); {
		case d.s.Phase == Ended:
			d.emit(CallCleared{d.stamp(), c.Booth, c.With, SummitOver})
		case !x.Admitted:
			d.emit(CallCleared{d.stamp(), c.Booth, c.With, Gone})
		}
	}
}

func (e Called) apply(s *State) {
	s.dropCall(e.Booth, e.With)
	s.Calls = append(slices.Clip(s.Calls), Call{Booth: e.Booth, With: e.With, Seat: e.Seat, At: e.At})
}

func (e CallAnswered) apply(s *State) {
	s.Calls = edited(s.Calls, func(c Call) bool { return c.Booth == e.Booth && c.With == e.With },
		func(c *Call) { c.Answered = e.Seat })
}

func (e CallCleared) apply(s *State) { s.dropCall(e.Booth, e.With) }

func (s *State) dropCall(b BoothID, with Role) {
	s.Calls = leaving(s.Calls, func(c Call) bool { return c.Booth == b && c.With == with })
}
