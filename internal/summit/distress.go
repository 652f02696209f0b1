package summit

import "slices"

func (a SoundInsufficient) decide(d *decision) error {
	booth, _ := d.s.Booth(d.seat.Booth)
	judged := booth.Insufficient.Seat != ""
	if a.On == judged {
		return nil
	}
	if a.On {
		if err := d.atWork(); err != nil {
			return err
		}
	}
	d.emit(SoundJudged{d.stamp(), d.seat.Booth, d.seat.ID, a.On})
	return nil
}

// settleJudgement forgets what a booth has said of the sound when nobody of it
// hears any.
func (d *decision) settleJudgement(id BoothID) {
	b, _ := d.s.Booth(id)
	hears := func(x Seat) bool { return x.Booth == id && d.s.works(x) }
	if b.Insufficient.Seat != "" && !slices.ContainsFunc(d.s.Seats, hears) {
		d.emit(SoundJudged{d.stamp(), id, b.Insufficient.Seat, false})
	}
}

func (a Stall) decide(d *decision) error {
	booth, ok := d.s.Booth(a.Booth)
	switch {
	case !ok || a.On && booth.OnAir == "":
		return d.refuse("not-on-air")
	case booth.Stalled != a.On:
		d.emit(ChannelStalled{d.stamp(), a.Booth, a.On})
	}
	return nil
}

func (e SoundJudged) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) {
		x.Insufficient = Judgement{}
		if e.Insufficient {
			x.Insufficient = Judgement{e.Seat, e.At}
		}
	})
}

func (e ChannelStalled) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) { x.Stalled = e.Stalled && x.OnAir != "" })
}
