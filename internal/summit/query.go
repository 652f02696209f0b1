package summit

import (
	"crypto/subtle"
	"maps"
	"slices"
	"time"
)

// Seat returns the seat of that id.
func (s State) Seat(id SeatID) (Seat, bool) {
	for i := range s.Seats { // there may be a thousand, and a seat is large
		if s.Seats[i].ID == id {
			return s.Seats[i], true
		}
	}
	return Seat{}, false
}

// Item returns the item of that id.
func (s State) Item(id ItemID) (Item, bool) {
	return find(s.Items, func(x Item) bool { return x.ID == id })
}

// Booth returns the booth of that id.
func (s State) Booth(id BoothID) (Booth, bool) {
	return find(s.Booths, func(x Booth) bool { return x.ID == id })
}

// Delegation returns the delegation of that id.
func (s State) Delegation(id DelegationID) (Delegation, bool) {
	return find(s.Delegations, func(x Delegation) bool { return x.ID == id })
}

// Principal returns who has the principal's place in a delegation now.
func (s State) Principal(id DelegationID) (Seat, bool) {
	return find(s.Seats, func(x Seat) bool { return x.Delegation == id && x.Role == Principal })
}

// Under returns the item in progress, also while it is in recess.
func (s State) Under() (Item, bool) {
	if s.Current == "" {
		return Item{}, false
	}
	return s.Item(s.Current)
}

// rehearsedUntil is how long before its time a summit has its interpreters for
// itself.
const rehearsedUntil = 5 * time.Minute

// RehearsedUntil is when the rehearsals of a summit end: a rehearsal has the
// time of its summit. One that has begun later ends when the summit begins.
func (s State) RehearsedUntil() time.Time { return s.Scheduled.Add(-rehearsedUntil) }

// Flows reports whether anything flows between the delegations: an item is in
// progress and not in recess.
func (s State) Flows() bool {
	return s.Phase == InProgress && s.Current != "" && !s.InRecess
}

// Coverage is the coverage that holds: Closed unless an item is in progress,
// not in recess, and an officer has resumed after a restart.
func (s State) Coverage() Coverage {
	if !s.Flows() || s.Resume {
		return Closed
	}
	switch s.InForce {
	case Open, Pool:
		return s.InForce
	default:
		return Closed
	}
}

// Attends reports whether a seat may be in the room for the item in progress.
// Officers, technicians and interpreters attend every item, press seats none;
// who attends of the delegations is for the item to say.
func (s State) Attends(id SeatID) bool {
	seat, ok := s.Seat(id)
	if !ok {
		return false
	}
	item, ok := s.Under()
	if !ok {
		return false
	}
	return item.isFor(seat)
}

func (i Item) isFor(x Seat) bool {
	switch x.Role {
	case Officer, Technician, Interpreter, Principal:
		return true
	case Delegate, NoteTaker:
		return i.Attendance == Plenary || i.Attendance == PrincipalsOne && x.PlusOne
	default:
		return false
	}
}

// InRoom reports whether a seat is in the room: it attends, is admitted and
// present, and the item in progress is not in recess.
func (s State) InRoom(id SeatID) bool {
	seat, ok := s.Seat(id)
	return ok && s.Flows() && s.Attends(id) && seat.Admitted && seat.Presence == Present
}

// Watches reports whether a press seat may see and hear the item in progress:
// it is admitted and present, and the coverage is open or pool.
func (s State) Watches(id SeatID) bool {
	seat, ok := s.Seat(id)
	return ok && (seat.Role == Reporter || seat.Role == PressOfficer) &&
		seat.Admitted && seat.Presence == Present && s.Coverage() != Closed
}

// MaySpeak reports whether a seat's microphone may be heard in the room as an
// original: it is in the room, not apart and not muted, and has the floor or is
// a principal.
func (s State) MaySpeak(id SeatID) bool {
	seat, ok := s.Seat(id)
	return ok && s.InRoom(id) && !s.Apart(id) && !seat.Muted && (s.Floor == id || seat.Role == Principal)
}

// Recognises reports whether a device's credential, given as the hex SHA-256 it
// is stored by, is the one that the seat's link is bound to.
func (s State) Recognises(id SeatID, device string) bool {
	seat, ok := s.Seat(id)
	return ok && !seat.Invitation.Revoked && same(seat.Invitation.Device, device)
}

// Channels lists the languages that have a channel, sorted: those the booths
// speak into and those that are spoken or heard at the table. They are fixed
// when the summit is convened.
func (s State) Channels() []Language {
	if s.Languages != nil {
		return slices.Clone(s.Languages)
	}
	return channels(s.Delegations, s.Seats, s.Booths)
}

func channels(ds []Delegation, seats []Seat, booths []Booth) []Language {
	set := map[Language]bool{}
	for _, d := range ds {
		set[d.Speaks] = true
	}
	for _, s := range seats {
		set[s.Speaks], set[s.Hears] = true, true
	}
	for _, b := range booths {
		for _, l := range b.Outgoing {
			set[l] = set[l] || !b.Sign
		}
	}
	maps.DeleteFunc(set, func(_ Language, sounds bool) bool { return !sounds })
	delete(set, "")
	return slices.Sorted(maps.Keys(set))
}

func find[T any](list []T, is func(T) bool) (none T, ok bool) {
	for _, x := range list {
		if is(x) {
			return x, true
		}
	}
	return none, false
}

// same compares two hashes in constant time; nothing is the same as "".
func same(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
