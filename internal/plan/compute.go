package plan

import (
	"cmp"
	"slices"

	"liqa/internal/summit"
)

// Compute says, for one state and the sources that are live, who may receive
// what and what goes into each channel. It is defined for every state; where
// nothing may flow it gives empty sets.
//
// What stands where does not depend on who happens to be present: places follow
// the seating list, so that one person's coming or going leaves the slots of
// everybody else's sound and picture alone.
func Compute(s summit.State, live Live) Plan {
	p := Plan{
		Receivers: map[Receiver]Slots{},
		Channels:  map[summit.Language]Feed{},
		Coverage:  s.Coverage(),
	}
	for _, l := range s.Channels() {
		p.Channels[l] = Feed{Carries: CarriesSilence}
	}
	t := lay(s, live)
	if !s.Flows() {
		t.apart(s, p)
		return p
	}
	for l := range p.Channels {
		p.Channels[l] = t.feed(s, l)
	}
	t.room(s, p)
	t.press(s, p)
	t.apart(s, p)
	p.give(Program, t.program())
	t.pin(s, p)
	return p
}

// give notes what a receiver may receive; who may receive nothing is left out.
func (p Plan) give(r Receiver, slots Slots) {
	for k, set := range slots {
		if len(set.Sources) == 0 {
			delete(slots, k)
		}
	}
	if len(slots) > 0 {
		p.Receivers[r] = slots
	}
}

// table is who sits at the table now, prepared for asking what they send.
type table struct {
	live Live
	// order has each delegation's principal, in the order of the delegations;
	// a delegation without one leaves no gap.
	order []summit.Seat
	// others are the delegates and note-takers, present or not; see [others].
	others []summit.Seat
	floor  summit.Seat // who has the floor and is in the room; zero when nobody
	in     map[summit.SeatID]bool
	away   map[summit.SeatID]bool // apart: in a huddle or a private word
	speaks map[summit.SeatID]bool
}

func lay(s summit.State, live Live) *table {
	t := &table{live: live, in: map[summit.SeatID]bool{}, away: map[summit.SeatID]bool{}, speaks: map[summit.SeatID]bool{}}
	for _, d := range s.Delegations {
		if p, ok := s.Principal(d.ID); ok {
			t.order = append(t.order, p)
		}
	}
	t.others = others(s)
	for i, seat := range s.Seats {
		switch seat.Role {
		case summit.Principal, summit.Delegate, summit.NoteTaker:
		default:
			continue
		}
		self := alone(s, i)
		if !self.InRoom(seat.ID) {
			continue
		}
		t.in[seat.ID], t.away[seat.ID] = true, self.Apart(seat.ID)
		t.speaks[seat.ID] = self.MaySpeak(seat.ID)
		if s.Floor == seat.ID {
			t.floor = seat
		}
	}
	return t
}

// alone is the state with one seat only. Whether a seat is in the room or
// watches it depends on no other; asking the whole state would look through a
// thousand seats for each of a thousand.
func alone(s summit.State, i int) summit.State {
	s.Seats = s.Seats[i : i+1 : i+1]
	return s
}

// others lists the delegates and note-takers in the order of the seating list.
// Who has been put in a principal's place leaves theirs to that principal, so
// that nobody else moves.
func others(s summit.State) []summit.Seat {
	stoodFor := map[summit.SeatID]bool{}
	for _, seat := range s.Seats {
		if seat.Role == summit.Principal && seat.StandsFor != "" {
			stoodFor[seat.StandsFor] = true
		}
	}
	var list []summit.Seat
	for _, seat := range s.Seats {
		switch {
		case seat.Role == summit.Principal && seat.StandsFor != "":
			if former, ok := s.Seat(seat.StandsFor); ok {
				list = append(list, former)
			}
		case (seat.Role == summit.Delegate || seat.Role == summit.NoteTaker) && !stoodFor[seat.ID]:
			list = append(list, seat)
		}
	}
	return list
}

// spokesman is the floor holder where that is not a principal, who has a place
// of their own already; the zero Seat otherwise.
func (t *table) spokesman() summit.Seat {
	if t.floor.Role == summit.Principal {
		return summit.Seat{}
	}
	return t.floor
}

// sounds reports whether a seat's microphone may be heard now and is live.
func (t *table) sounds(id summit.SeatID) bool {
	return t.speaks[id] && t.live[microphone(id)]
}

// shows reports whether a seat's camera may be seen now and is live.
func (t *table) shows(id summit.SeatID) bool {
	return t.in[id] && !t.away[id] && t.live[camera(id)]
}

// originals is every microphone that may be heard at the table now.
func (t *table) originals() Set {
	var set Set
	for _, seat := range slices.Concat(t.order, t.others) {
		t.addSound(&set, seat.ID)
	}
	return set.sorted()
}

func (t *table) addSound(set *Set, id summit.SeatID) {
	if !t.sounds(id) {
		return
	}
	set.Sources = append(set.Sources, microphone(id))
	if id == t.floor.ID {
		set.Prefer = microphone(id)
	}
}

func (t *table) addPicture(set *Set, id summit.SeatID) {
	if !t.shows(id) {
		return
	}
	set.Sources = append(set.Sources, camera(id))
	if id == t.floor.ID {
		set.Prefer = camera(id)
	}
}

// program is the one picture and the one sound that the recorder and the
// broadcast switch: of principals and of who has the floor.
func (t *table) program() Slots {
	return t.pair(Slots{}, Original1, Picture1, append(slices.Clone(t.order), t.spokesman()), "")
}

// pair fills a pair of slots with the sound and the picture of seats, except
// what is the receiver's own.
func (t *table) pair(slots Slots, original, picture Slot, seats []summit.Seat, own summit.SeatID) Slots {
	sound, sight := Set{}, Set{}
	for _, seat := range seats {
		if seat.ID != own && seat.ID != "" {
			t.addSound(&sound, seat.ID)
			t.addPicture(&sight, seat.ID)
		}
	}
	slots[original], slots[picture] = sound.sorted(), sight.sorted()
	return slots
}

// feed is what goes into the channel of a language: an interpreter who is on
// air into it; silence while they cough; else the original.
func (t *table) feed(s summit.State, l summit.Language) Feed {
	for _, b := range s.Booths {
		if b.OnAir == "" || b.Into != l || b.Stalled || !onAir(s, b) {
			continue
		}
		if b.Cough {
			return Feed{Carries: CarriesSilence}
		}
		if mic := microphone(b.OnAir); t.live[mic] {
			return Feed{Set: Set{Sources: []Source{mic}}, Carries: t.relayed(s, b.OnAir, len(s.Booths))}
		}
	}
	set := t.originals()
	if len(set.Sources) == 0 {
		return Feed{Carries: CarriesSilence}
	}
	return Feed{Set: set, Carries: CarriesOriginal}
}

// relayed says how far from the floor an interpreter is. Relays do not go round
// by the rules; the steps are counted in case a state is none of theirs.
func (t *table) relayed(s summit.State, id summit.SeatID, steps int) Carries {
	in := s.Incoming(id)
	for _, b := range s.Booths {
		if in == "" || steps == 0 || b.OnAir == "" || b.Into != in || b.Stalled || !onAir(s, b) || !t.live[microphone(b.OnAir)] {
			continue
		}
		if t.relayed(s, b.OnAir, steps-1) == CarriesDirect {
			return CarriesRelayed
		}
		return CarriesRelayedTwice
	}
	return CarriesDirect
}

// onAir reports whether the microphone that a booth has on air counts: its
// interpreter is in the room and not apart, belongs to the booth and has not
// muted it.
func onAir(s summit.State, b summit.Booth) bool {
	seat, ok := s.Seat(b.OnAir)
	return ok && seat.Role == summit.Interpreter && seat.Booth == b.ID && !seat.Muted && s.InRoom(seat.ID) && !s.Apart(seat.ID)
}

// sorted returns the set in its one spelling: sorted, nothing twice, nil when
// empty.
func (s Set) sorted() Set {
	if len(s.Sources) == 0 {
		return Set{}
	}
	slices.SortFunc(s.Sources, compare)
	s.Sources = slices.Compact(s.Sources)
	return s
}

func compare(a, b Source) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Seat, b.Seat), cmp.Compare(a.Language, b.Language))
}
