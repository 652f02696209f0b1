package summit

import (
	"fmt"
	"slices"
)

// checkApart looks at huddles and private words.
func (s State) checkApart() (errs []error) {
	for _, x := range s.Seats {
		if x.Huddle && (!speaks(x.Role) || !x.Admitted || s.Phase == Ended) {
			errs = append(errs, fmt.Errorf("seat %s is in a huddle and may not", x.ID))
		}
	}
	for _, x := range s.Seats {
		if x.Whispers != "" && (x.Role != Interpreter || !x.Admitted || !s.confers(x.Whispers) ||
			x.Delegation != "" && x.Delegation != x.Whispers) {
			errs = append(errs, fmt.Errorf("seat %s whispers to delegation %s and may not", x.ID, x.Whispers))
		}
	}
	for i, w := range s.Whispers {
		if !s.confers(w.Delegation) || slices.ContainsFunc(s.Whispers[:i], func(y Whisper) bool { return y.Delegation == w.Delegation && y.Booth == w.Booth }) {
			errs = append(errs, fmt.Errorf("booth %s is asked into a huddle of delegation %s that is not there, or twice", w.Booth, w.Delegation))
		}
	}
	for i, c := range s.Calls {
		x, _ := s.Seat(c.Seat)
		if !x.Admitted || !staff(c.With) || slices.ContainsFunc(s.Calls[:i], func(y Call) bool { return y.Booth == c.Booth && y.With == c.With }) {
			errs = append(errs, fmt.Errorf("seat %s calls from or to booth %s and may not, or twice", c.Seat, c.Booth))
		}
	}
	in := map[SeatID]bool{}
	for _, w := range s.PrivateWords {
		from, _ := s.Seat(w.Seat)
		with, _ := s.Seat(w.With)
		bad := func(is bool, what string) {
			if is {
				errs = append(errs, fmt.Errorf("private word of %s with %s: %s", w.Seat, w.With, what))
			}
		}
		bad(s.Phase == Ended, "the summit has ended")
		bad(!staff(from.Role), "the caller may not call")
		bad(!receivesWords(with.Role), "the called has no place for it")
		bad(!from.Admitted || !with.Admitted, "one of them is not admitted")
		bad(in[w.Seat] || in[w.With] || w.Seat == w.With, "one of them is in two")
		bad(!w.Answered && (from.Presence != Present || with.Presence != Present), "a call outlasts a connection")
		in[w.Seat], in[w.With] = true, true
		for _, b := range s.Booths {
			bad(w.Answered && b.OnAir == w.With, "the called is on air")
		}
	}
	return errs
}

// checkShared looks at screens, documents, what is asked, and the pinned picture.
func (s State) checkShared() (errs []error) {
	bad := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	for i, x := range s.Sharing {
		seat, _ := s.Seat(x.Seat)
		bad(x.To == ToTable && (!s.InRoom(x.Seat) || seat.Huddle), "seat %s shares a screen with a table that it is not at", x.Seat)
		bad(x.To == ToDelegation && (!seat.Huddle || seat.Presence != Present), "seat %s shares a screen with a huddle that it is not in", x.Seat)
		bad(x.To != ToTable && x.To != ToDelegation, "seat %s shares a screen with %q", x.Seat, x.To)
		bad(slices.ContainsFunc(s.Sharing[:i], func(y Sharing) bool {
			other, _ := s.Seat(y.Seat)
			return y.Seat == x.Seat || y.To == x.To && (x.To == ToTable || other.Delegation == seat.Delegation)
		}), "seat %s shares a screen beside another", x.Seat)
	}
	for i, x := range s.Documents {
		bad(slices.ContainsFunc(s.Documents[:i], x.is), "document %s is there twice", x.ID)
		bad(x.To == ToDelegation && x.Delegation == "", "document %s is for a delegation and of none", x.ID)
	}
	for i, x := range s.Asks {
		seat, _ := s.Seat(x.Seat)
		bad(!seat.Connected, "something is asked of seat %s, which is not here", x.Seat)
		bad(slices.ContainsFunc(s.Asks[:i], func(y Ask) bool { return y.Seat == x.Seat }), "two things are asked of seat %s", x.Seat)
	}
	if seat, ok := s.Seat(s.Pinned); s.Pinned != "" {
		bad(!ok || !speaks(seat.Role) || !seat.Admitted, "seat %s is pinned and may not be", s.Pinned)
	}
	running := s.Floor != "" && !s.InRecess
	bad(running == s.Running.IsZero(), "the floor is with %q and its clock runs since %v", s.Floor, s.Running)
	for _, x := range s.Spoken {
		bad(x.For <= 0, "delegation %s has spoken for %v", x.Delegation, x.For)
	}
	return errs
}
