package summit

import "slices"

var pictureSizes = []PictureSize{FullPictures, MediumPictures, SmallPictures, NoPictures, LeastMedia}

func (a LimitPictures) decide(d *decision) error {
	target := a.Seat
	if target == "" {
		target = d.seat.ID
	}
	seat, ok := d.s.Seat(target)
	switch {
	case !ok:
		return d.refuse("no-such-seat")
	case target != d.seat.ID && !staff(d.seat.Role):
		return d.refuse("not-permitted", "act", a.Kind())
	case !slices.Contains(pictureSizes, a.To):
		return d.refuse("no-such-size")
	case seat.largest() == a.To:
		return nil
	}
	d.emit(PicturesLimited{d.stamp(), target, a.To})
	return nil
}

// largest is how large the pictures are that a seat receives at most.
func (x Seat) largest() PictureSize {
	if x.Pictures == "" {
		return FullPictures
	}
	return x.Pictures
}

func (a Pin) decide(d *decision) error {
	seat, ok := d.s.Seat(a.Seat)
	switch {
	case !ok:
		return d.refuse("no-such-seat")
	case !speaks(seat.Role):
		return d.about("no-camera", a.Seat)
	case !seat.Admitted:
		return d.about("seat-not-here", a.Seat)
	case d.s.Pinned == a.Seat:
		return nil
	}
	if d.s.Pinned != "" {
		d.emit(SeatUnpinned{d.stamp(), d.s.Pinned, Replaced})
	}
	d.emit(SeatPinned{d.stamp(), a.Seat})
	return nil
}

func (Unpin) decide(d *decision) error {
	if d.s.Pinned != "" {
		d.emit(SeatUnpinned{d.stamp(), d.s.Pinned, Asked})
	}
	return nil
}

// settlePin lets go of a picture whose person is not expected back at once. A
// lost connection alone is no reason.
func (d *decision) settlePin() {
	seat, pinned := d.s.Seat(d.s.Pinned)
	switch {
	case !pinned:
	case d.s.Phase == Ended:
		d.emit(SeatUnpinned{d.stamp(), seat.ID, SummitOver})
	case !seat.Admitted || !speaks(seat.Role):
		d.emit(SeatUnpinned{d.stamp(), seat.ID, Gone})
	}
}

func (e PicturesLimited) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) {
		x.Pictures = e.To
		if e.To == FullPictures {
			x.Pictures = ""
		}
	})
}

func (e SeatPinned) apply(s *State) { s.Pinned = e.Seat }

func (e SeatUnpinned) apply(s *State) {
	if s.Pinned == e.Seat {
		s.Pinned = ""
	}
}
