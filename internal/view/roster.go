package view

import (
	"cmp"
	"slices"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// seats is the roster as this seat may know it.
func (e *eyes) seats() []Seat {
	all := []Seat{}
	for _, x := range e.s.Seats {
		if e.knowsOf(x) {
			all = append(all, e.seat(x))
		}
	}
	return all
}

// knowsOf reports whether this seat may know that another is there. Officers
// and technicians know of everybody. Those in the room know of everybody but
// the press, whom they are told the number of. The press knows who at the table may
// be seen and heard while it watches, be it in the channel alone; who waits at the
// door knows only of themselves.
func (e *eyes) knowsOf(x summit.Seat) bool {
	seated := x.Role != summit.Reporter && x.Role != summit.PressOfficer
	switch {
	case x.ID == e.me.ID || e.who == staff:
		return true
	case e.who > press:
		return seated
	case e.watches:
		r := plan.SeatReceiver(e.me.ID)
		return seated && (e.received(r, x.ID) || len(e.f.Plan.Receivers[r]) > 0 && e.received(plan.Program, x.ID))
	}
	return false
}

// received reports whether a receiver may receive anything of a seat at the
// table now: who interprets, in sound or in signs, is not named by what they do.
func (e *eyes) received(r plan.Receiver, id summit.SeatID) bool {
	for k, set := range e.f.Plan.Receivers[r] {
		if k != plan.ChannelSlot && k != plan.Sign && slices.ContainsFunc(set.Sources, func(s plan.Source) bool { return s.Seat == id }) {
			return true
		}
	}
	return false
}

func (e *eyes) seat(x summit.Seat) Seat {
	v := Seat{
		ID: x.ID, Role: x.Role, Delegation: x.Delegation, Name: text(x.Name), Function: text(x.Function),
		Speaks: x.Speaks, Booth: x.Booth, Presence: x.Presence,
		Sends: []plan.Kind{}, May: []string{},
	}
	own := x.ID == e.me.ID || e.who == table && x.Delegation == e.me.Delegation
	if x.Presence == summit.Waiting && !own && e.who != staff {
		v.Presence = summit.Expected
	}
	if x.ID == e.me.ID || e.inside || e.watches {
		v.InRoom, v.HasFloor = x.Role != summit.Reporter && e.few.InRoom(x.ID), e.s.Floor == x.ID
	}
	if x.ID == e.me.ID || e.inside {
		v.Muted, v.Hand = x.Muted, e.hand(x.ID)
	}
	if mate := e.who == booth && x.Booth == e.me.Booth; own || mate || e.who == staff {
		v.Apart = e.s.Apart(x.ID)
	}
	if x.ID == e.me.ID || e.who > press {
		v.Receives = e.f.Measured.Receiving[x.ID]
		for _, k := range []plan.Kind{plan.Microphone, plan.Camera, plan.Screen} {
			if e.f.Measured.Sending[plan.Source{Kind: k, Seat: x.ID}] && (k != plan.Screen || own || e.who == staff || e.seesScreen(x.ID)) {
				v.Sends = append(v.Sends, k)
			}
		}
	}
	if e.who == staff {
		v.Desk = e.desk(x)
		v.May = e.mayWith(x)
	}
	return v
}

func (e *eyes) desk(x summit.Seat) *Desk {
	return &Desk{
		Admitted: x.Admitted, Connected: x.Connected, Hears: x.Hears, PlusOne: x.PlusOne,
		MutedByOfficer: mutedByOfficer(x),
		Link:           x.Invitation.Serial, Redeemed: x.Invitation.Device != "",
		Revoked: x.Invitation.Revoked, Expires: x.Invitation.Expires,
		StandsFor: x.StandsFor, SubstituteBy: e.substitutes(x),
		Pictures: cmp.Or(x.Pictures, summit.FullPictures), Asked: e.request(x.ID, true),
	}
}

// channels are the languages' sounds. What one carries is for those to know who
// might hear it now; to others it is silent.
func (e *eyes) channels() []Channel {
	all := []Channel{}
	if e.who == door {
		return all
	}
	hears := e.inside || e.watches
	for _, l := range e.s.Channels() {
		c := Channel{Language: l, Carries: plan.CarriesSilence}
		if feed, ok := e.f.Plan.Channels[l]; ok && hears {
			c.Carries = feed.Carries
			if interpreted(feed.Carries) && e.inside {
				c.Interpreter = feed.Set.Sources[0].Seat
			}
			c.Insufficient = e.insufficient(l)
		}
		all = append(all, c)
	}
	return all
}

// insufficient is since when the booth that serves a channel cannot hear well enough.
func (e *eyes) insufficient(l summit.Language) (since time.Time) {
	for _, b := range e.s.Booths {
		if at := b.Insufficient.At; slices.Contains(b.Outgoing, l) && (since.IsZero() || !at.IsZero() && at.Before(since)) {
			since = at
		}
	}
	return since
}

func mutedByOfficer(x summit.Seat) bool {
	return x.Muted && x.MutedBy != "" && x.MutedBy != x.ID && x.MutedWhy != summit.Returned
}

// those are the seats of which something is so, in the order of the seating list.
func (e *eyes) those(is func(*summit.Seat) bool) []summit.SeatID {
	ids := []summit.SeatID{}
	for i := range e.s.Seats { // there may be a thousand, and a seat is large
		if x := &e.s.Seats[i]; is(x) {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// interpreted reports whether somebody interprets into a channel.
func interpreted(c plan.Carries) bool {
	return c == plan.CarriesDirect || c == plan.CarriesRelayed || c == plan.CarriesRelayedTwice
}
