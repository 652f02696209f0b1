package summit

import (
	"regexp"
	"time"
)

// Decide says what follows when by wants a, now: the events that happen, in
// order, or a *[Refusal]. No events and no error means that what was wanted is
// so already. Neither s nor anything in it is changed.
//
// Events are in UTC. That a seat is who it claims to be is for the caller to
// establish; see [State.Recognises].
func Decide(s State, by Actor, a Act, now time.Time) ([]Event, error) {
	d := &decision{s: s, by: by, now: now.UTC().Round(0)}
	if err := d.hear(a); err != nil {
		return nil, err
	}
	if err := a.decide(d); err != nil {
		return nil, err
	}
	d.settle()
	return d.events, nil
}

// decision is one call of [Decide] while it is being made.
type decision struct {
	s      State // as it is after events
	by     Actor
	seat   Seat // the issuer's; the zero Seat for the administrator and the server
	now    time.Time
	events []Event
}

// hear refuses whoever may not issue the act at all.
func (d *decision) hear(a Act) error {
	if a == nil {
		return d.refuse("no-such-act")
	}
	rule, ok := rules[a.Kind()]
	if !ok {
		return d.refuse("no-such-act")
	}
	_, convening := a.(Convene)
	if d.s.Phase == "" && !convening {
		return d.refuse("no-such-summit")
	}
	role := Role(d.by)
	if d.by != Administrator && d.by != Server {
		seat, ok := d.s.Seat(SeatID(d.by))
		if !ok {
			return d.refuse("no-such-seat")
		}
		if seat.Invitation.Revoked {
			return d.refuse("link-revoked", "at", d.at(seat.Invitation.Since))
		}
		d.seat, role = seat, seat.Role
	}
	if !May(role, a.Kind()) {
		return d.refuse("not-permitted", "act", a.Kind())
	}
	if d.s.Phase == Ended && !rule.after && !convening {
		return d.refuse("summit-ended", "at", d.at(d.s.Ended))
	}
	return nil
}

// emit lets an event happen; the rules that follow see the state after it.
func (d *decision) emit(e Event) {
	d.events = append(d.events, e)
	d.s = Apply(d.s, e)
}

// stamp is that of an event which happens now, by the issuer.
func (d *decision) stamp() Stamp { return Stamp{At: d.now, By: d.by} }

// settle takes away what its holder can no longer have after the events so
// far: the floor, a raised hand, a booth's microphone, a place in a huddle or a
// private word, a screen, a pinned picture.
func (d *decision) settle() {
	d.settleFloor()
	d.settleBooths()
	d.settleWords()
	d.settleHuddles()
	d.settleWhispers()
	d.settleCalls()
	d.settleScreens()
	d.settleAsks()
	d.settlePin()
}

func (d *decision) settleFloor() {
	if f := d.s.Floor; f != "" && !d.s.keepsFloor(f) {
		d.emit(FloorTaken{d.stamp(), f, d.s.why(f)})
	}
	for _, id := range d.s.Queue {
		if !d.s.keepsFloor(id) {
			d.emit(HandLowered{d.stamp(), id, d.s.why(id)})
		}
	}
}

func (d *decision) settleBooths() {
	for _, b := range d.s.Booths {
		x, on := d.s.Seat(b.OnAir)
		switch {
		case on && !d.s.InRoom(x.ID):
			d.emit(WentOffAir{d.stamp(), b.ID, x.ID, d.s.why(x.ID)})
		case on && x.Muted:
			d.emit(WentOffAir{d.stamp(), b.ID, x.ID, Asked})
		}
		d.settleAlso(b.ID)
		d.settleJudgement(b.ID)
	}
}

// keepsFloor reports whether a seat may have the floor or a raised hand. Who
// has only lost the connection keeps it, and so does everyone in a recess.
func (s State) keepsFloor(id SeatID) bool {
	seat, ok := s.Seat(id)
	return ok && speaks(seat.Role) && seat.Admitted && s.Attends(id)
}

// why is the reason for which a seat can no longer have what it had.
func (s State) why(id SeatID) Because {
	seat, _ := s.Seat(id)
	switch {
	case s.Current == "":
		return ItemOver
	case !seat.Admitted:
		return Gone
	case !s.Attends(id):
		return NotAttended
	case s.InRecess:
		return Paused
	default:
		return Lost
	}
}

// refuse makes a refusal from a code and pairs of parameter and value.
func (d *decision) refuse(code string, pairs ...string) error {
	r := &Refusal{Code: code, Params: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Params[pairs[i]] = pairs[i+1]
	}
	return r
}

// about is refuse with the name and id of a seat.
func (d *decision) about(code string, id SeatID, pairs ...string) error {
	return d.refuse(code, append(pairs, "seat", string(id), "name", d.s.name(id))...)
}

// aboutItem is refuse with an item, and the person and time of what befell it.
func (d *decision) aboutItem(code string, i Item, who SeatID, at time.Time) error {
	return d.about(code, who, "item", string(i.ID), "title", i.Title.In("en"), "at", d.at(at))
}

// name is a seat's name as a sentence says it; its id when it has none.
func (s State) name(id SeatID) string {
	if id == SeatID(Server) {
		return "the server"
	}
	if seat, ok := s.Seat(id); ok {
		if n := seat.Name.In("en"); n != "" {
			return n
		}
	}
	return string(id)
}

// at writes an instant in the summit's zone, and in UTC where the zone is not
// known on this machine. It decides nothing: only sentences show it.
func (d *decision) at(t time.Time) string {
	if zone, err := time.LoadLocation(d.s.Zone); err == nil {
		t = t.In(zone)
	}
	return t.Format(time.RFC3339)
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
