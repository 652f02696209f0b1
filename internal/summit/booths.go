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
	if err := d.inRoom(); err != nil {
		return err
	}
	if booth.OnAir == d.seat.ID && booth.Into == a.Into {
		return nil
	}
	if booth.OnAir != "" && booth.OnAir != d.seat.ID && !a.TakeOver {
		return d.about("booth-busy", booth.OnAir, "at", d.at(booth.Since))
	}
	for _, other := range d.s.Booths {
		if other.ID != booth.ID && other.OnAir != "" && other.Into == a.Into {
			return d.about("channel-busy", other.OnAir, "language", string(a.Into), "at", d.at(other.Since))
		}
	}
	if booth.OnAir != "" && booth.OnAir != d.seat.ID {
		d.emit(WentOffAir{d.stamp(), booth.ID, booth.OnAir, Replaced})
	}
	if w, in := d.s.inWord(d.seat.ID); in {
		d.endWord(w, Asked) // the work comes first
	}
	d.speaksUp() // the key that goes on air opens the microphone
	d.emit(WentOnAir{d.stamp(), booth.ID, d.seat.ID, a.Into})
	return nil
}

func (GoOffAir) decide(d *decision) error {
	if booth, ok := d.onAir(); ok {
		d.emit(WentOffAir{d.stamp(), booth.ID, d.seat.ID, Asked})
	}
	return nil
}

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
	if err := d.inRoom(); err != nil {
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
	})
}

func (e WentOffAir) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) {
		if x.OnAir == e.Seat {
			x.OnAir, x.Into, x.Cough, x.Since = "", "", false, time.Time{}
		}
	})
}

func (e Coughed) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) { x.Cough = e.On && x.OnAir == e.Seat })
}

func (e SlowDownAsked) apply(s *State) {
	s.editBooth(e.Booth, func(x *Booth) { x.Asked = Request{e.Reason, e.Seat, e.At} })
}
