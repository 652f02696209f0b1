package summit

import (
	"slices"
	"time"
)

const (
	// LeastTurn and MostTurn bound what a summit may say of either.
	LeastTurn, MostTurn = 5 * time.Minute, 2 * time.Hour
	// UsualTurn is how long an interpreter works before they are reminded of the
	// partner, where the summit says nothing.
	UsualTurn = 25 * time.Minute
	// Rest is how long somebody must have been off air for their next turn to be
	// a new one.
	Rest = 5 * time.Minute
)

// Reminder is after how long on air an interpreter is reminded of the partner.
func (s State) Reminder() time.Duration {
	if s.Remind > 0 {
		return s.Remind
	}
	return UsualTurn
}

// NextTurn is who works next in a booth by the team's plan, and when: the zero
// time while nobody is on air. Who is not here or whispers is passed over; ""
// where there is nobody else.
func (s State) NextTurn(b Booth) (next SeatID, at time.Time) {
	team := s.team(b)
	if len(team) == 0 {
		return "", time.Time{}
	}
	ready := func(id SeatID) bool {
		x, ok := s.Seat(id)
		return ok && x.Presence == Present && x.Whispers == ""
	}
	if b.OnAir == "" {
		if first := b.Shifts.Starts[s.Current]; first != "" && ready(first) && b.Turn.Since.Before(s.began()) {
			return first, time.Time{}
		}
	}
	last := b.OnAir
	if last == "" {
		last = b.Turn.Seat
	}
	from := slices.Index(team, last) // −1, before any turn, leads to the first
	for i := range team {
		if id := team[(from+1+i)%len(team)]; id != b.OnAir && ready(id) {
			if b.OnAir == "" {
				return id, time.Time{}
			}
			return id, b.Turn.Since.Add(s.turnOf(b))
		}
	}
	return "", time.Time{}
}

// began is when the item in progress did; the zero time between items.
func (s State) began() time.Time {
	item, _ := s.Under()
	return item.Started
}

// turnOf is how long a turn is in a booth.
func (s State) turnOf(b Booth) time.Duration {
	if b.Shifts.Turn > 0 {
		return b.Shifts.Turn
	}
	return s.Reminder()
}

// team is the interpreters of a booth in the order of their turns.
func (s State) team(b Booth) []SeatID {
	team := slices.Clone(b.Shifts.Order)
	for _, x := range s.Seats {
		if x.Role == Interpreter && x.Booth == b.ID && !slices.Contains(team, x.ID) {
			team = append(team, x.ID)
		}
	}
	return team
}

// goOn begins a turn, or goes on with one after a pause.
func (t Turn) goOn(x SeatID, at time.Time) Turn {
	if t.Seat == x && !t.Since.IsZero() && (t.Off.IsZero() || at.Sub(t.Off) < Rest) {
		return Turn{Seat: x, Since: t.Since}
	}
	return Turn{Seat: x, Since: at}
}

// OwnLanguage is since when a booth is on air into the language of the floor,
// which is probably the wrong channel; the zero time when it is not.
func (s State) OwnLanguage(b Booth) (since time.Time) {
	if b.OnAir == "" || b.Into == "" || b.Sign || b.Into != s.FloorLanguage() {
		return time.Time{}
	}
	for _, at := range []time.Time{b.Since, b.Turned, s.FloorSince} {
		if at.After(since) {
			since = at
		}
	}
	return since
}
