package summit

import "slices"

func (a ShareScreen) decide(d *decision) error {
	switch a.To {
	case ToTable:
		if err := d.inRoom(); err != nil {
			return err
		}
		if d.seat.Huddle {
			return d.refuse("in-huddle")
		}
	case ToDelegation:
		switch {
		case !d.seat.Admitted:
			return d.refuse("not-admitted")
		case d.seat.Presence != Present:
			return d.refuse("not-connected")
		case !d.seat.Huddle:
			return d.refuse("not-in-huddle")
		}
	default:
		return d.refuse("no-such-audience")
	}
	now, shared := d.s.Screen(a.To, d.seat.Delegation)
	switch {
	case shared && now.Seat == d.seat.ID:
		return nil
	case shared:
		return d.about("screen-taken", now.Seat, "at", d.at(now.Since))
	}
	if mine, ok := d.s.sharingOf(d.seat.ID); ok {
		d.emit(SharingStopped{d.stamp(), mine.Seat, Replaced})
	}
	d.emit(ScreenShared{d.stamp(), d.seat.ID, a.To})
	return nil
}

func (a StopSharing) decide(d *decision) error {
	target := a.Seat
	if target == "" {
		target = d.seat.ID
	}
	switch _, ok := d.s.Seat(target); {
	case !ok:
		return d.refuse("no-such-seat")
	case target != d.seat.ID && !staff(d.seat.Role):
		return d.refuse("not-permitted", "act", a.Kind())
	}
	if _, shares := d.s.sharingOf(target); shares {
		d.emit(SharingStopped{d.stamp(), target, Asked})
	}
	return nil
}

// Screen returns the screen that is shared with the table, or with one
// delegation.
func (s State) Screen(to Audience, delegation DelegationID) (Sharing, bool) {
	return find(s.Sharing, func(x Sharing) bool {
		if x.To != to {
			return false
		}
		seat, ok := s.Seat(x.Seat)
		return to == ToTable || ok && seat.Delegation == delegation
	})
}

func (s State) sharingOf(id SeatID) (Sharing, bool) {
	return find(s.Sharing, func(x Sharing) bool { return x.Seat == id })
}

// settleScreens stops the sharing of who is not there to share.
func (d *decision) settleScreens() {
	for _, x := range d.s.Sharing {
		seat, _ := d.s.Seat(x.Seat)
		switch {
		case d.s.Phase == Ended:
			d.emit(SharingStopped{d.stamp(), x.Seat, SummitOver})
		case !seat.Admitted:
			d.emit(SharingStopped{d.stamp(), x.Seat, Gone})
		case seat.Presence != Present:
			d.emit(SharingStopped{d.stamp(), x.Seat, Lost})
		case x.To == ToTable && !d.s.InRoom(x.Seat):
			d.emit(SharingStopped{d.stamp(), x.Seat, d.s.why(x.Seat)})
		case x.To == ToTable && seat.Huddle:
			d.emit(SharingStopped{d.stamp(), x.Seat, Conferring})
		case x.To == ToDelegation && !seat.Huddle:
			d.emit(SharingStopped{d.stamp(), x.Seat, Asked})
		}
	}
}

func (e ScreenShared) apply(s *State) {
	s.Sharing = append(slices.Clip(s.Sharing), Sharing{e.Seat, e.To, e.At})
}

func (e SharingStopped) apply(s *State) {
	s.Sharing = leaving(s.Sharing, func(x Sharing) bool { return x.Seat == e.Seat })
}
