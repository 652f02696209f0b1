package summit

import (
	"maps"
	"slices"
)

func (a Convene) decide(d *decision) error {
	if d.s.Phase != "" {
		return d.refuse("already-convened")
	}
	links := check{p: a.Description}
	faults := append(Validate(a.Description), links.invitations(d.now)...)
	if len(faults) > 0 {
		return &Refusal{Code: "bad-description", Params: map[string]string{}, Faults: faults}
	}
	d.emit(Convened{d.stamp(), a.Description.seated().settled()})
	return nil
}

// settled is the description with what it leaves open filled in, and without
// whatever is not for a description to say. It shares nothing with the old one.
func (p Description) settled() Description {
	p.Title, p.Place = maps.Clone(p.Title), maps.Clone(p.Place)
	p.Scheduled = p.Scheduled.UTC().Round(0)
	p.Delegations = slices.Clone(p.Delegations)
	speaks := map[DelegationID]Language{}
	for i, x := range p.Delegations {
		p.Delegations[i].Name, p.Delegations[i].Country = maps.Clone(x.Name), maps.Clone(x.Country)
		speaks[x.ID] = x.Speaks
	}
	p.Seats = slices.Clone(p.Seats)
	for i, x := range p.Seats {
		p.Seats[i] = x.settled(speaks[x.Delegation])
	}
	p.Booths = slices.Clone(p.Booths)
	for i, x := range p.Booths {
		p.Booths[i] = Booth{ID: x.ID, Name: maps.Clone(x.Name), Outgoing: slices.Clone(x.Outgoing), Sign: x.Sign,
			Bidirectional: x.Bidirectional, WorksFrom: slices.Clone(x.WorksFrom), Pivot: x.Pivot,
			Shifts: Shifts{Turn: x.Shifts.Turn, Order: slices.Clone(x.Shifts.Order), Starts: maps.Clone(x.Shifts.Starts)}}
	}
	p.Items = slices.Clone(p.Items)
	for i, x := range p.Items {
		if x.Attendance == "" {
			x.Attendance = Plenary
		}
		p.Items[i] = Item{ID: x.ID, Title: maps.Clone(x.Title), Planned: x.Planned,
			Coverage: x.Coverage, Attendance: x.Attendance}
	}
	p.Publication = slices.Clone(p.Publication)
	return p
}

// settled is the seat as it is expected. Who does not say what they speak
// speaks their delegation's language, and who does not say what they hear
// hears what they speak.
func (x Seat) settled(delegation Language) Seat {
	if x.Speaks == "" && x.Role != Interpreter {
		x.Speaks = delegation
	}
	if x.Hears == "" {
		x.Hears = x.Speaks
	}
	return Seat{ID: x.ID, Role: x.Role, Delegation: x.Delegation,
		Name: maps.Clone(x.Name), Function: maps.Clone(x.Function),
		Speaks: x.Speaks, Hears: x.Hears, Booth: x.Booth, PlusOne: x.PlusOne,
		Invitation: Invitation{Serial: 1, Hash: x.Invitation.Hash, Expires: x.Invitation.Expires.UTC().Round(0)},
		Presence:   Expected}
}

func (e Convened) apply(s *State) {
	p := e.Description.settled()
	*s = State{
		ID: p.ID, Title: p.Title, Place: p.Place, Scheduled: p.Scheduled, Zone: p.Zone,
		Delegations: p.Delegations, Seats: p.Seats, Booths: p.Booths, Items: p.Items,
		Publication: p.Publication, Seating: p.Seating, Lock: p.Lock, Remind: p.Remind, Rehearses: p.Rehearses, Languages: channels(p.Delegations, p.Seats, p.Booths),
		Phase: Announced, InForce: Closed, Revision: s.Revision,
	}
}
