package access

import (
	"time"

	"liqa/internal/summit"
)

// Denial says why a link or a device is not let in. Everything that must look
// alike to somebody who guesses has the one code unknown-link; the others are
// given only to who has shown the right secret.
type Denial struct{ Code string }

// The denials of [Redeem], by code.
var (
	UnknownLink = &Denial{"unknown-link"}
	LinkExpired = &Denial{"link-expired"}
	LinkRevoked = &Denial{"link-revoked"}
	LinkUsed    = &Denial{"link-used"}
)

func (d *Denial) Error() string {
	switch d.Code {
	case LinkExpired.Code:
		return "This link has expired. Ask the protocol officer for a new one."
	case LinkRevoked.Code:
		return "This link has been withdrawn. Ask the protocol officer for a new one."
	case LinkUsed.Code:
		return "This link is already in use on another device. Ask the protocol officer to move the seat to this one."
	}
	return "This link is not known here. It may have been replaced by a newer one."
}

// nobody has a hash that no secret and no credential has, so that a link to a
// seat that does not exist costs as much work as one that does.
var nobody = summit.Invitation{Hash: hash(nil), Device: hash(nil)}

func seatOf(s summit.State, id summit.SeatID) (summit.Seat, bool) {
	for _, seat := range s.Seats {
		if seat.ID == id {
			return seat, true
		}
	}
	return summit.Seat{Invitation: nobody}, false
}

// Redeem judges a link that a device with credential c has opened. Without an
// error the seat belongs to that device; first tells whether it must still be
// bound to it. s may be the zero State, for a summit that does not exist.
func Redeem(s summit.State, l Link, c Credential, now time.Time) (seat summit.Seat, first bool, err error) {
	seat, found := seatOf(s, l.Seat)
	known := same(seat.Invitation.Hash, l.Secret.Hash())
	bound := same(seat.Invitation.Device, c.Hash())
	switch {
	case !found || !known:
		return summit.Seat{}, false, UnknownLink
	case seat.Invitation.Revoked:
		return summit.Seat{}, false, LinkRevoked
	case bound:
		return seat, false, nil
	case seat.Invitation.Device != "":
		return summit.Seat{}, false, LinkUsed
	case expired(s, seat, now):
		return summit.Seat{}, false, LinkExpired
	}
	return seat, true, nil
}

// expired reports whether a link can no longer be opened for the first time.
// One without a date of its own lasts as long as the summit, and a press
// officer's beyond it, because the page is written afterwards.
func expired(s summit.State, seat summit.Seat, now time.Time) bool {
	if e := seat.Invitation.Expires; !e.IsZero() {
		return !now.Before(e)
	}
	return s.Phase == summit.Ended && seat.Role != summit.PressOfficer
}

// Caller is somebody whose call is being judged.
type Caller struct {
	Standing Standing
	Summit   summit.SummitID // "" for the administrator and for who is anonymous
	Seat     summit.SeatID   // likewise
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
	return Caller{Standing: Of(seat), Summit: s.ID, Seat: seat.ID}, true
}
