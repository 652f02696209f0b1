package plan

import "liqa/internal/summit"

// apart fills the slots of huddles and private words, and the shared screens.
// They are there whenever people are, between items and in a recess too.
func (t *table) apart(s summit.State, p Plan) {
	for i, seat := range s.Seats {
		self := alone(s, i)
		if !here(self, seat) {
			continue
		}
		slots := p.Receivers[SeatReceiver(seat.ID)]
		if slots == nil {
			slots = Slots{}
		}
		if seat.Whispers != "" {
			delete(p.Receivers, SeatReceiver(seat.ID))
			slots = Slots{} // who whispers to one side hears that side alone
		}
		slots[Private] = t.private(s, seat)
		if confers(s, seat) {
			slots[Partner] = t.whispered(s, seat)
		}
		slots[ScreenSlot] = t.screen(s, seat, self.InRoom(seat.ID))
		p.give(SeatReceiver(seat.ID), slots)
	}
}

// here reports whether a seat may be given a huddle's, a private word's or a
// screen's packets at all: it is no press seat, admitted and present, and the
// summit has not ended.
func here(s summit.State, seat summit.Seat) bool {
	switch seat.Role {
	case summit.Principal, summit.Delegate, summit.NoteTaker, summit.Interpreter, summit.Officer, summit.Technician:
		return seat.Presence == summit.Present && Stands(s, seat) == Admitted
	}
	return false
}

// private is what a seat hears beside the room: the other of its private word,
// once it has been answered; the caller, while it has not, and its huddle.
func (t *table) private(s summit.State, seat summit.Seat) Set {
	set := Set{Apart: true}
	word, called := s.Word(seat.ID)
	switch {
	case called && word.Answered && word.Seat == seat.ID:
		t.addPrivate(&set, s, word.With)
		return set.sorted()
	case called && word.With == seat.ID:
		t.addPrivate(&set, s, word.Seat)
		if word.Answered {
			return set.sorted()
		}
		if len(set.Sources) > 0 {
			set.Prefer = set.Sources[0]
		}
	}
	if confers(s, seat) {
		for _, x := range t.huddle(s, seat) {
			if x.Huddle {
				t.addPrivate(&set, s, x.ID)
			}
		}
	}
	return set.sorted()
}

// whispered is the interpreters whom a seat hears in its huddle, beside those
// who confer: one original and one interpretation, as in the room.
func (t *table) whispered(s summit.State, seat summit.Seat) Set {
	set := Set{Apart: true}
	for _, x := range t.huddle(s, seat) {
		if !x.Huddle {
			t.addPrivate(&set, s, x.ID)
		}
	}
	return set.sorted()
}

// addPrivate adds the microphone of a seat that is here and has not muted it.
func (t *table) addPrivate(set *Set, s summit.State, id summit.SeatID) {
	seat, ok := s.Seat(id)
	if ok && !seat.Muted && here(s, seat) && t.live[microphone(id)] {
		set.Sources = append(set.Sources, microphone(id))
	}
}

// huddle lists who else is in a seat's huddle now, those who whisper there
// included, and not in a private word.
func (t *table) huddle(s summit.State, seat summit.Seat) []summit.Seat {
	var others []summit.Seat
	for _, x := range s.Seats {
		if x.ID != seat.ID && confers(s, x) && x.HuddleOf() == seat.HuddleOf() {
			others = append(others, x)
		}
	}
	return others
}

// confers reports whether a seat's sound and screen are for a huddle now.
func confers(s summit.State, x summit.Seat) bool {
	word, called := s.Word(x.ID)
	return (x.Huddle && x.Delegation != "" || x.Whispers != "") && !(called && word.Answered)
}

// screen is the screen that a seat sees: that of its huddle, or else the
// table's for who is in the room.
func (t *table) screen(s summit.State, seat summit.Seat, inRoom bool) Set {
	if confers(s, seat) {
		if x, ok := s.Screen(summit.ToDelegation, seat.HuddleOf()); ok {
			if from, _ := s.Seat(x.Seat); x.Seat != seat.ID && confers(s, from) && here(s, from) && t.live[screen(x.Seat)] {
				return Set{Sources: []Source{screen(x.Seat)}, Apart: true}
			}
		}
	}
	x, ok := s.Screen(summit.ToTable, "")
	if !ok || !inRoom || seat.Whispers != "" || x.Seat == seat.ID || !t.in[x.Seat] || s.Apart(x.Seat) || !t.live[screen(x.Seat)] {
		return Set{}
	}
	return Set{Sources: []Source{screen(x.Seat)}}
}
