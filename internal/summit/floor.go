package summit

import "slices"

func (RaiseHand) decide(d *decision) error {
	if err := d.inRoom(); err != nil {
		return err
	}
	if d.s.Floor != d.seat.ID && !slices.Contains(d.s.Queue, d.seat.ID) {
		d.emit(HandRaised{d.stamp(), d.seat.ID})
	}
	return nil
}

func (a LowerHand) decide(d *decision) error {
	target := a.Seat
	if target == "" {
		target = d.seat.ID
	}
	if target != d.seat.ID && d.seat.Role != Officer {
		return d.refuse("not-permitted", "act", a.Kind())
	}
	if _, ok := d.s.Seat(target); !ok {
		return d.refuse("no-such-seat")
	}
	if slices.Contains(d.s.Queue, target) {
		d.emit(HandLowered{d.stamp(), target, Asked})
	}
	return nil
}

func (YieldFloor) decide(d *decision) error {
	if d.s.Floor != d.seat.ID {
		return d.refuse("floor-not-yours")
	}
	d.emit(FloorTaken{d.stamp(), d.seat.ID, Asked})
	return nil
}

func (a GiveFloor) decide(d *decision) error {
	seat, ok := d.s.Seat(a.Seat)
	if !ok {
		return d.refuse("no-such-seat")
	}
	if !speaks(seat.Role) {
		return d.about("cannot-have-floor", a.Seat)
	}
	if err := d.flows(); err != nil {
		return err
	}
	if !d.s.InRoom(a.Seat) {
		return d.about("seat-not-in-room", a.Seat)
	}
	if d.s.Floor == a.Seat {
		return nil
	}
	if d.s.Floor != "" {
		d.emit(FloorTaken{d.stamp(), d.s.Floor, Replaced})
	}
	d.emit(FloorGiven{d.stamp(), a.Seat})
	d.turnBooths()
	return nil
}

func (TakeFloor) decide(d *decision) error {
	if d.s.Floor != "" {
		d.emit(FloorTaken{d.stamp(), d.s.Floor, Asked})
	}
	return nil
}

// flows refuses while no item is in progress, or it is in recess.
func (d *decision) flows() error {
	item, ok := d.s.Under()
	if !ok {
		return d.refuse("no-item")
	}
	if d.s.InRecess {
		return d.aboutItem("in-recess", item, d.s.RecessBy, d.s.RecessSince)
	}
	return nil
}

// inRoom refuses an issuer who is not in the room, and says why not.
func (d *decision) inRoom() error {
	if !d.seat.Admitted {
		return d.refuse("not-admitted")
	}
	if err := d.flows(); err != nil {
		return err
	}
	if !d.s.Attends(d.seat.ID) {
		item, _ := d.s.Under()
		return d.aboutItem("not-for-you", item, item.StartedBy, item.Started)
	}
	if d.seat.Presence != Present {
		return d.refuse("not-connected")
	}
	return nil
}

func (e HandRaised) apply(s *State) {
	s.Queue = append(slices.Clone(s.Queue), e.Seat)
}

func (e HandLowered) apply(s *State) { s.Queue = without(s.Queue, e.Seat) }

func (e FloorGiven) apply(s *State) {
	s.stop(e.At)
	s.Floor, s.FloorSince = e.Seat, e.At
	s.Queue = without(s.Queue, e.Seat)
	s.run(e.At)
}

func (e FloorTaken) apply(s *State) {
	if s.Floor == e.Seat {
		s.stop(e.At)
		s.Floor, s.FloorSince = "", e.At
	}
}
