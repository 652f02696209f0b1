package summit

// Apply folds one event into a state and returns the new one; the old one is
// untouched and shares nothing with it that is ever written to. It never fails:
// an event about a seat or item that does not exist only counts.
func Apply(s State, e Event) State {
	e.apply(&s)
	s.Revision++
	s.Changed = e.When()
	return s
}

// turn notes that the item, the recess or the coverage changes with this event.
func (s *State) turn() { s.Turned = s.Revision + 1 }

func (s *State) editSeat(id SeatID, change func(*Seat)) {
	s.Seats = edited(s.Seats, func(x Seat) bool { return x.ID == id }, change)
}

func (s *State) editItem(id ItemID, change func(*Item)) {
	s.Items = edited(s.Items, func(x Item) bool { return x.ID == id }, change)
}

func (s *State) editBooth(id BoothID, change func(*Booth)) {
	s.Booths = edited(s.Booths, func(x Booth) bool { return x.ID == id }, change)
}

// edited returns a copy of list in which whatever is asked for is changed.
func edited[T any](list []T, is func(T) bool, change func(*T)) []T {
	list = append([]T(nil), list...)
	for i := range list {
		if is(list[i]) {
			change(&list[i])
		}
	}
	return list
}

// without returns a copy of list without id; nil when nothing is left.
func without(list []SeatID, id SeatID) []SeatID {
	var rest []SeatID
	for _, x := range list {
		if x != id {
			rest = append(rest, x)
		}
	}
	return rest
}

// leaving returns a copy of list without what is asked for; nil when nothing is
// left.
func leaving[T any](list []T, is func(T) bool) []T {
	var rest []T
	for _, x := range list {
		if !is(x) {
			rest = append(rest, x)
		}
	}
	return rest
}
