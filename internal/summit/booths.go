package summit

import (
	"slices"
	"time"
)

// nagging is how long the same request of a booth counts as one.
const nagging = 3 * time.Second

func (a GoOnAir) decide(d *decision) error {
	booth, ok := d.s.Booth(d.seat.Booth)
	if !ok || !slices.Contains(booth.Outgoing, a.Into) {
		return d.refuse("not-your-channel", "language", string(a.Into))
	}
	if err := d.atWork(); err != nil {
		return err
	}
	if booth.OnAir == d.seat.ID && booth.Into == a.Into {
		return nil
	}
	partner := booth.OnAir
	if partner == d.seat.ID {
		partner = ""
	}
	override := d.s.Lock == Override
	if partner != "" && !a.TakeOver && !override {
		return d.about("booth-busy", partner, "at", d.at(booth.Since))
	}
	if other, busy := d.s.serves(a.Into, booth.ID); busy {
		if !override {
			return d.about("channel-busy", other.OnAir, "language", string(a.Into), "at", d.at(other.Since))
		}
		d.silence(other)
	}
	if partner != "" {
		d.emit(WentOffAir{d.stamp(), booth.ID, partner, Replaced})
	}
	d.goOnAir(booth, a.Into)
	if partner != "" && !a.TakeOver {
		d.emit(StillLive{d.stamp(), booth.ID, partner, booth.Into})
	}
	return nil
}

// goOnAir puts the issuer on air, whose booth's microphone is free. The key that
// does it opens the microphone, and the work comes before a private word.
func (d *decision) goOnAir(b Booth, into Language) {
	if w, in := d.s.inWord(d.seat.ID); in {
		d.endWord(w, Asked)
	}
	d.speaksUp()
	d.emit(WentOnAir{d.stamp(), b.ID, d.seat.ID, into})
}

// silence takes everybody of a booth off air for another's sake.
func (d *decision) silence(b Booth) {
	for _, id := range []SeatID{b.Also, b.OnAir} {
		if id != "" {
			d.emit(WentOffAir{d.stamp(), b.ID, id, Replaced})
		}
	}
}

// serves returns the booth other than the one named that is on air into a channel.
func (s State) serves(l Language, but BoothID) (Booth, bool) {
	return find(s.Booths, func(b Booth) bool { return b.ID != but && b.OnAir != "" && b.Into == l })
}

func (GoOffAir) decide(d *decision) error {
	if booth, ok := d.s.Booth(d.seat.Booth); ok && booth.live(d.seat.ID) {
		d.emit(WentOffAir{d.stamp(), booth.ID, d.seat.ID, Asked})
	}
	return nil
}

// live reports whether a seat's microphone is switched into a booth's channel,
// heard or not.
func (b Booth) live(id SeatID) bool { return id != "" && (b.OnAir == id || b.Also == id) }

func (a Cough) decide(d *decision) error {
	booth, ok := d.onAir()
	switch {
	case !ok && a.On:
		return d.refuse("not-on-air")
	case ok && booth.Cough != a.On:
		d.emit(Coughed{d.stamp(), booth.ID, d.seat.ID, a.On})
	}
	return nil
}

func (a SlowDown) decide(d *decision) error {
	switch a.Reason {
	case TooFast, TooQuiet, Microphone:
	default:
		return d.refuse("no-such-reason")
	}
	if err := d.atWork(); err != nil {
		return err
	}
	booth, _ := d.s.Booth(d.seat.Booth)
	if last := booth.Asked; last.Reason == a.Reason && d.now.Sub(last.At).Abs() < nagging {
		return nil
	}
	d.emit(SlowDownAsked{d.stamp(), d.seat.Booth, d.seat.ID, a.Reason})
	return nil
}

// onAir is the issuer's booth, while the issuer is on air.
func (d *decision) onAir() (Booth, bool) {
	booth, ok := d.s.Booth(d.seat.Booth)
	return booth, ok && booth.OnAir == d.seat.ID
}

func (e WentOnAir) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) {
		x.OnAir, x.Into, x.Cough, x.Since = e.Seat, e.Into, false, e.At
		x.Offered, x.Stalled, x.Turned = time.Time{}, false, time.Time{}
		x.Turn = x.Turn.goOn(e.Seat, e.At)
		if x.Also == e.Seat {
			x.Also, x.AlsoInto = "", ""
		}
	})
}

func (e WentOffAir) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) {
		if x.OnAir == e.Seat {
			x.OnAir, x.Into, x.Cough, x.Since = "", "", false, time.Time{}
			x.Offered, x.Stalled, x.Turned = time.Time{}, false, time.Time{}
			x.Turn.Off = e.At
		}
		if x.Also == e.Seat {
			x.Also, x.AlsoInto = "", ""
		}
	})
}

func (e Coughed) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) { x.Cough = e.On && x.OnAir == e.Seat })
}

func (e SlowDownAsked) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) { x.Asked = Request{e.Reason, e.Seat, e.At} })
}
