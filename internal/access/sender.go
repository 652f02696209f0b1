package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strings"

	"liqa/internal/summit"
)

// SenderKey makes the tokens of programs that send for a seat, such as OBS. It
// stays on the server. Like [Secret] it does not print itself.
type SenderKey struct{ Secret }

// Sender is the token of a program that sends for a seat, in the form of an
// [Authorization]: "SUMMIT.SEAT.64 hex digits". It is kept nowhere: it follows
// from the key and from the device that the seat is bound to, and is worth
// nothing once the seat's link has been reissued, moved or withdrawn.
func (k SenderKey) Sender(id summit.SummitID, seat summit.Seat) (Authorization, bool) {
	if seat.Invitation.Device == "" || seat.Invitation.Revoked {
		return Authorization{}, false
	}
	mac := hmac.New(sha256.New, k.bits[:])
	mac.Write([]byte(strings.Join([]string{"sender", string(id), string(seat.ID), seat.Invitation.Device}, "\x00")))
	a := Authorization{Summit: id, Seat: seat.ID}
	copy(a.Credential.bits[:], mac.Sum(nil))
	return a, true
}

// RecogniseSender tells for which seat a program is sending. It fails alike
// for everything that is wrong.
func (k SenderKey) RecogniseSender(s summit.State, a Authorization) (Caller, bool) {
	seat, found := seatOf(s, a.Seat)
	want, there := k.Sender(a.Summit, seat)
	if !hmac.Equal(want.Credential.bits[:], a.Credential.bits[:]) || !found || !there {
		return Caller{Standing: Anonymous}, false
	}
	return Caller{Standing: Of(seat), Summit: a.Summit, Seat: seat.ID, Sender: true}, true
}

// sending are the routes that a program which sends for a seat may call.
var sending = []Action{"POST /api/whip", "OPTIONS /api/whip", "PATCH /api/whip/{session}", "DELETE /api/whip/{session}"}

// May is [May] for this caller: a program that sends may do nothing else.
func (c Caller) May(what Action) bool {
	return May(c.Standing, what) && (!c.Sender || slices.Contains(sending, what))
}
