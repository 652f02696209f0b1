package summit

import "slices"

// FloorLanguage is the language of who has the floor; "" when nobody has.
func (s State) FloorLanguage() Language {
	seat, _ := s.Seat(s.Floor)
	return seat.Speaks
}

// turnBooths turns the bidirectional booths that speak into the language of the
// floor. Where another booth serves the other channel, the booth stays; so does
// one whose interpreter chooses otherwise, until the floor changes again.
func (d *decision) turnBooths() {
	l := d.s.FloorLanguage()
	for _, b := range d.s.Booths {
		if !b.Bidirectional || b.OnAir == "" || b.Into != l || len(b.Outgoing) != 2 {
			continue
		}
		other := b.Outgoing[0]
		if other == l {
			other = b.Outgoing[1]
		}
		if _, busy := d.s.serves(other, b.ID); !busy {
			d.emit(BoothTurned{d.stamp(), b.ID, b.OnAir, other})
		}
	}
}

func (a TakeFrom) decide(d *decision) error {
	if d.seat.Whispers != "" {
		return d.refuse("whispering")
	}
	if a.Auto {
		if d.seat.ByHand {
			d.emit(IncomingTaken{d.stamp(), d.seat.ID, "", false})
		}
		return nil
	}
	if a.From != "" && !slices.Contains(d.s.Channels(), a.From) {
		return d.refuse("no-such-channel", "language", string(a.From))
	}
	if d.seat.ByHand && d.seat.Takes == a.From {
		return nil
	}
	e := IncomingTaken{d.stamp(), d.seat.ID, a.From, true}
	if Apply(d.s, e).Incoming(d.seat.ID) != a.From {
		return d.refuse("relay-loop", "language", string(a.From))
	}
	d.emit(e)
	return nil
}

// Incoming is what an interpreter works from: a channel, which makes what they
// speak a relay, or "" for the floor itself. By itself it is the booth's pivot
// while the floor speaks what the booth does not work from.
//
// A choice that would lead a channel back into itself counts as the floor, so
// that no relay goes round, whoever goes on air meanwhile.
func (s State) Incoming(id SeatID) Language {
	x, ok := s.Seat(id)
	b, inBooth := s.Booth(x.Booth)
	if !ok || !inBooth || x.Whispers != "" {
		return ""
	}
	from := s.wants(x, b)
	if from == "" || b.OnAir != "" && b.Into == from {
		return ""
	}
	if b.OnAir != id {
		return from
	}
	l := from
	for range s.Booths {
		feeder, fed := s.serves(l, "")
		if !fed {
			return from
		}
		z, _ := s.Seat(feeder.OnAir)
		if l = s.wants(z, feeder); l == "" {
			return from
		}
		if l == b.Into {
			return ""
		}
	}
	return from
}

// wants is what an interpreter would work from if nothing went round.
func (s State) wants(x Seat, b Booth) Language {
	if x.ByHand {
		return x.Takes
	}
	l := s.FloorLanguage()
	if l == "" || len(b.WorksFrom) == 0 || slices.Contains(b.WorksFrom, l) {
		return ""
	}
	return b.Pivot
}

func (e BoothTurned) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) {
		if x.AlsoInto == x.Into {
			x.AlsoInto = e.Into
		}
		x.Into, x.Turned = e.Into, e.At
	})
}

func (e IncomingTaken) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) { x.Takes, x.ByHand = e.From, e.ByHand })
}
