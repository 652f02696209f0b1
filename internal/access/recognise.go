package access

import (
	"slices"

	"liqa/internal/summit"
)

// Caller is somebody whose call is being judged.
type Caller struct {
	Standing Standing
	Summit   summit.SummitID // "" for the administrator and for who is anonymous
	Seat     summit.SeatID   // likewise
	Sender   bool            // a program that sends for the seat, and no more
}

// nobody stands in for a seat that does not exist: looking for it costs what
// looking for another does, and no secret and no credential has its hashes.
var nobody = summit.Seat{Invitation: summit.Invitation{Hash: hash(nil), Device: hash(nil)}}

func seatOf(s summit.State, id summit.SeatID) (seat summit.Seat, found bool) {
	if seat, found = s.Seat(id); !found {
		return nobody, false
	}
	return seat, true
}

// Knows reports whether a link is one that this summit has or had. Only then
// are the rules asked what has become of it; to everybody else a summit that
// does not exist, a seat that does not and a wrong secret look and cost alike.
// s may be the zero State.
func Knows(s summit.State, l Link) bool {
	seat, found := seatOf(s, l.Seat)
	shown := l.Secret.Hash()
	current := same(seat.Invitation.Hash, shown)
	former := slices.ContainsFunc(seat.Invitation.Former, func(h string) bool { return same(h, shown) })
	return found && (current || former)
}

// Recognise tells whose device is calling, and where it stands now. It fails
// alike for an unknown summit, an unknown seat, a wrong credential and a seat
// whose link has been revoked or reissued since.
func Recognise(s summit.State, a Authorization) (Caller, bool) {
	seat, found := seatOf(s, a.Seat)
	bound := same(seat.Invitation.Device, a.Credential.Hash())
	if !found || !bound || seat.Invitation.Revoked {
		return Caller{Standing: Anonymous}, false
	}
	return Caller{Standing: Of(seat), Summit: a.Summit, Seat: seat.ID}, true
}
