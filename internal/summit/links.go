package summit

import "slices"

func (a Redeem) decide(d *decision) error {
	seat, ok := d.s.Seat(a.Seat)
	if !ok {
		return d.refuse("no-such-link")
	}
	if !hashForm.MatchString(a.Device) {
		return d.refuse("bad-hash")
	}
	link := seat.Invitation
	if !same(link.Hash, a.Hash) {
		if slices.ContainsFunc(link.Former, func(h string) bool { return same(h, a.Hash) }) {
			return d.refuse("link-reissued", "at", d.at(link.Since))
		}
		return d.refuse("no-such-link")
	}
	switch {
	case link.Revoked:
		return d.refuse("link-revoked", "at", d.at(link.Since))
	case d.s.Phase == Ended && !outlives(seat.Role):
		return d.refuse("summit-ended", "at", d.at(d.s.Ended))
	case same(link.Device, a.Device):
		return nil // a reload of the same page
	case link.Device != "":
		return d.about("link-in-use", a.Seat)
	case !link.Expires.IsZero() && d.now.After(link.Expires):
		return d.refuse("link-expired", "at", d.at(link.Expires))
	}
	d.emit(Redeemed{d.stamp(), a.Seat, a.Device})
	return nil
}

// outlives reports whether a role has work to do when the summit has ended.
func outlives(r Role) bool { return r == PressOfficer || r == Officer }

func (a Reissue) decide(d *decision) error {
	seat, ok := d.s.Seat(a.Seat)
	switch {
	case !ok:
		return d.refuse("no-such-seat")
	case !d.mayHandle(seat):
		return d.about("not-your-side", a.Seat)
	case !hashForm.MatchString(a.Hash):
		return d.refuse("bad-hash")
	case d.s.knows(a.Hash):
		return d.refuse("hash-reused")
	case !a.Expires.IsZero() && !a.Expires.After(d.now):
		return d.refuse("expires-past")
	}
	d.emit(Reissued{d.stamp(), a.Seat, seat.Invitation.Serial + 1, a.Hash, a.Expires.UTC()})
	return nil
}

// knows reports whether a hash belongs to any link of the summit, old or new.
func (s State) knows(hash string) bool {
	return slices.ContainsFunc(s.Seats, func(x Seat) bool {
		return x.Invitation.Hash == hash || slices.Contains(x.Invitation.Former, hash)
	})
}

func (a Revoke) decide(d *decision) error {
	seat, ok := d.s.Seat(a.Seat)
	switch {
	case !ok:
		return d.refuse("no-such-seat")
	case seat.Invitation.Revoked:
		return nil
	case !d.mayHandle(seat):
		return d.about("not-your-side", a.Seat)
	case seat.Role == Officer && !d.s.otherOfficer(a.Seat):
		return d.about("last-officer", a.Seat)
	}
	d.emit(Revoked{d.stamp(), a.Seat})
	return nil
}

// otherOfficer reports whether an officer other than id has a link that works.
func (s State) otherOfficer(id SeatID) bool {
	return slices.ContainsFunc(s.Seats, func(x Seat) bool {
		return x.Role == Officer && x.ID != id && !x.Invitation.Revoked
	})
}

func (e Redeemed) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) { x.Invitation.Device = e.Device })
}

func (e Reissued) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) {
		former := append(slices.Clone(x.Invitation.Former), x.Invitation.Hash)
		x.expel()
		x.Dismissed = false
		x.Invitation = Invitation{Serial: e.Serial, Hash: e.Hash, Expires: e.Expires, Former: former, Since: e.At}
	})
}

func (e Revoked) apply(s *State) {
	s.editSeat(e.Seat, func(x *Seat) {
		x.expel()
		x.Invitation.Revoked, x.Invitation.Device, x.Invitation.Since = true, "", e.At
	})
}

// expel is what losing a link means: everything starts from the beginning. The
// language and the mute state stay, for the person is expected again.
func (x *Seat) expel() { x.Admitted, x.Connected, x.Presence = false, false, Expected }
