package summit

import "time"

func (OfferHandover) decide(d *decision) error {
	booth, on := d.onAir()
	switch {
	case !on:
		return d.refuse("not-on-air")
	case !d.s.partnerOf(d.seat):
		return d.refuse("no-partner")
	case booth.Offered.IsZero():
		d.emit(HandoverOffered{d.stamp(), booth.ID, d.seat.ID})
	}
	return nil
}

func (AcceptHandover) decide(d *decision) error {
	booth, ok := d.s.Booth(d.seat.Booth)
	if !ok || booth.Offered.IsZero() || booth.OnAir == d.seat.ID {
		return d.refuse("nothing-offered")
	}
	if err := d.atWork(); err != nil {
		return err
	}
	d.emit(WentOffAir{d.stamp(), booth.ID, booth.OnAir, Replaced})
	d.goOnAir(booth, booth.Into)
	return nil
}

func (DeclineHandover) decide(d *decision) error {
	if booth, ok := d.s.Booth(d.seat.Booth); ok && !booth.Offered.IsZero() {
		d.emit(HandoverDeclined{d.stamp(), booth.ID, d.seat.ID})
	}
	return nil
}

// partnerOf reports whether somebody else of an interpreter's booth is at work,
// to take the microphone.
func (s State) partnerOf(x Seat) bool {
	_, ok := find(s.Seats, func(y Seat) bool {
		return y.ID != x.ID && y.Booth == x.Booth && s.works(y)
	})
	return ok
}

// settleAlso takes a second live microphone off whose person cannot have it any
// more, and lets it be heard again when the one above it is gone.
func (d *decision) settleAlso(id BoothID) {
	b, _ := d.s.Booth(id)
	x, is := d.s.Seat(b.Also)
	if !is {
		return
	}
	_, busy := d.s.serves(b.AlsoInto, b.ID)
	switch {
	case !d.s.InRoom(x.ID):
		d.emit(WentOffAir{d.stamp(), b.ID, x.ID, d.s.why(x.ID)})
	case x.Muted:
		d.emit(WentOffAir{d.stamp(), b.ID, x.ID, Asked})
	case b.OnAir == "" && busy:
		d.emit(WentOffAir{d.stamp(), b.ID, x.ID, Replaced})
	case b.OnAir == "":
		d.emit(WentOnAir{d.stamp(), b.ID, x.ID, b.AlsoInto})
	}
}

func (e HandoverOffered) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) { x.Offered = e.At })
}

func (e HandoverDeclined) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) { x.Offered = time.Time{} })
}

func (e StillLive) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) { x.Also, x.AlsoInto = e.Seat, e.Into })
}
