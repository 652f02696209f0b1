package summit

import "slices"

func (a OpenPrivateWord) decide(d *decision) error {
	with, ok := d.s.Seat(a.With)
	switch {
	case !ok:
		return d.refuse("no-such-seat")
	case a.With == d.seat.ID:
		return d.refuse("word-with-oneself")
	case !receivesWords(with.Role):
		return d.about("no-word-with-press", a.With)
	case !d.seat.Admitted:
		return d.refuse("not-admitted")
	case d.seat.Presence != Present:
		return d.refuse("not-connected")
	case !with.Admitted || with.Presence != Present:
		return d.about("seat-not-here", a.With)
	}
	if w, busy := d.s.wordOf(a.With); busy {
		if w.Seat == d.seat.ID {
			return nil
		}
		other := w.Seat
		if other == a.With {
			other = w.With
		}
		return d.about("word-busy", a.With, "other", d.s.name(other), "at", d.at(w.Since))
	}
	if w, busy := d.s.wordOf(d.seat.ID); busy {
		d.endWord(w, Replaced)
	}
	if c, lit := d.s.call(with.Booth, d.seat.Role); lit && c.Answered == "" && c.Seat == a.With {
		d.emit(CallAnswered{d.stamp(), c.Booth, c.With, d.seat.ID}) // that is what they called for
	}
	d.emit(PrivateWordOpened{d.stamp(), d.seat.ID, a.With})
	d.speaksUp()
	return nil
}

func (AnswerPrivateWord) decide(d *decision) error {
	w, ok := d.s.wordOf(d.seat.ID)
	switch {
	case !ok || w.With != d.seat.ID:
		return d.refuse("no-private-word")
	case w.Answered:
		return nil
	case d.seat.Presence != Present:
		return d.refuse("not-connected")
	}
	if b, ok := d.s.Booth(d.seat.Booth); ok && b.live(d.seat.ID) {
		return d.about("word-on-air", w.Seat)
	}
	d.emit(PrivateWordAnswered{d.stamp(), w.Seat, w.With})
	d.speaksUp()
	return nil
}

func (EndPrivateWord) decide(d *decision) error {
	if w, ok := d.s.wordOf(d.seat.ID); ok {
		d.endWord(w, Asked)
	}
	return nil
}

// endWord ends a private word, and brings back to the table who had answered.
func (d *decision) endWord(w PrivateWord, because Because) {
	d.emit(PrivateWordEnded{d.stamp(), w.Seat, w.With, because})
	if w.Answered {
		d.returns(w.With)
	}
}

// settleWords ends the private words of who is no longer here. One that has
// been answered outlasts a lost connection; a call that has not does not.
func (d *decision) settleWords() {
	for _, w := range d.s.PrivateWords {
		from, _ := d.s.Seat(w.Seat)
		with, _ := d.s.Seat(w.With)
		switch {
		case d.s.Phase == Ended:
			d.endWord(w, SummitOver)
		case !from.Admitted || !with.Admitted:
			d.endWord(w, Gone)
		case !w.Answered && (from.Presence != Present || with.Presence != Present):
			d.endWord(w, Lost)
		}
	}
}

// receivesWords reports whether a role can be called to a private word: press
// seats have no place for one in their connections.
func receivesWords(r Role) bool { return r != Reporter && r != PressOfficer }

// Word returns the private word that a seat is in or called to.
func (s State) Word(id SeatID) (PrivateWord, bool) { return s.wordOf(id) }

func (s State) wordOf(id SeatID) (PrivateWord, bool) {
	return find(s.PrivateWords, func(w PrivateWord) bool { return w.Seat == id || w.With == id })
}

// inWord is the private word that a seat is in, called or calling, once it has
// been answered.
func (s State) inWord(id SeatID) (PrivateWord, bool) {
	w, ok := s.wordOf(id)
	return w, ok && w.Answered
}

func (e PrivateWordOpened) apply(s *State) {
	s.PrivateWords = append(slices.Clip(s.PrivateWords), PrivateWord{Seat: e.Seat, With: e.With, Since: e.At})
}

func (e PrivateWordAnswered) apply(s *State) {
	was := s.Apart(e.With)
	s.PrivateWords = edited(s.PrivateWords, e.is, func(w *PrivateWord) { w.Answered, w.Since = true, e.At })
	s.editSeat(e.With, func(x *Seat) { x.goApart(was) })
}

func (e PrivateWordAnswered) is(w PrivateWord) bool { return w.Seat == e.Seat && w.With == e.With }

func (e PrivateWordEnded) apply(s *State) {
	s.PrivateWords = leaving(s.PrivateWords, func(w PrivateWord) bool { return w.Seat == e.Seat && w.With == e.With })
}
