package summittest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liqa/internal/summit"
)

// Step is one act of a random history and what came of it.
type Step struct {
	By     summit.Actor
	Act    summit.Act
	Now    time.Time
	Events []summit.Event
	Err    error // a *summit.Refusal; then there are no events
}

// History draws a summit, brings some of its seats in, and lets up to steps
// random acts follow, the refused ones included. It calls visit after each with
// the states before and after.
func History(t *rapid.T, steps int, visit func(before, after summit.State, step Step)) {
	s := Opened(t)
	now := Noon
	if rapid.Bool().Draw(t, "short") {
		steps = rapid.IntRange(1, steps).Draw(t, "steps")
	}
	for turn := 0; turn < steps; turn++ {
		if s.Phase == summit.Ended {
			steps = min(steps, turn+20) // not much happens afterwards
		}
		by, a := Act(t, s, turn)
		now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, 5 * time.Second}).Draw(t, "pause"))
		step := Step{By: by, Act: a, Now: now}
		step.Events, step.Err = summit.Decide(s, by, a, now)
		t.Logf("%s: %s %+v: %d events, %v", by, a.Kind(), a, len(step.Events), step.Err)
		before := s
		s = Fold(s, step.Events...)
		visit(before, s, step)
	}
}

// Opened draws a summit in which some seats have come in already.
func Opened(t *rapid.T) summit.State {
	var tb testing.TB = fatal{t: t}
	s := Do(tb, summit.State{}, summit.Administrator, summit.Convene{Description: Description(t)})
	var in []summit.SeatID
	for _, x := range s.Seats {
		if rapid.IntRange(0, 9).Draw(t, "absent") < 8 {
			in = append(in, x.ID)
		}
	}
	if len(in) > 0 {
		s = Enter(tb, s, in...)
	}
	return s
}

// fatal lets a property use the helpers of tests.
type fatal struct {
	testing.TB
	t *rapid.T
}

func (f fatal) Helper()                    {}
func (f fatal) Fatalf(s string, xs ...any) { f.t.Fatalf(s, xs...) }

var (
	languages   = []summit.Language{"ar", "en", "fr", "ru", "zh"}
	coverages   = []summit.Coverage{summit.Open, summit.Pool, summit.Closed}
	attendances = []summit.Attendance{summit.Principals, summit.PrincipalsOne, summit.Plenary}
)

// Description draws a summit that can be convened: two or three delegations,
// none to three booths, one to four items, one to three officers.
func Description(t *rapid.T) summit.Description {
	d := summit.Description{ID: "random", Title: summit.Text{"en": "Random"}, Scheduled: Noon, Zone: "UTC",
		Publication: rapid.SliceOfNDistinct(rapid.SampledFrom(languages), 1, 3, rapid.ID).Draw(t, "publication")}
	seat := func(id string, x summit.Seat) {
		x.ID, x.Name = summit.SeatID(id), summit.Text{"en": "Person " + id}
		x.Invitation.Hash = Hash(Secret(x.ID))
		x.Muted = rapid.Bool().Draw(t, "muted") // which a description cannot say
		d.Seats = append(d.Seats, x)
	}
	d.Seating = rapid.SampledFrom([]summit.Seating{{}, {Order: summit.Alternating},
		{Order: summit.Alphabetical, Language: "en"}}).Draw(t, "seating")
	n := rapid.IntRange(2, 3).Draw(t, "delegations")
	for i := range n {
		id := summit.DelegationID("abc"[i : i+1])
		d.Delegations = append(d.Delegations, summit.Delegation{ID: id,
			Name: summit.Text{"en": "Delegation " + string(id)}, Speaks: language(t)})
		seat(fmt.Sprintf("principal-%s", id), summit.Seat{Role: summit.Principal, Delegation: id})
		seat(fmt.Sprintf("one-%s", id), summit.Seat{Role: summit.Delegate, Delegation: id, PlusOne: true, Hears: language(t)})
		for k := range rapid.IntRange(0, 2).Draw(t, "more") {
			role := rapid.SampledFrom([]summit.Role{summit.Delegate, summit.NoteTaker}).Draw(t, "role")
			seat(fmt.Sprintf("more-%s%d", id, k), summit.Seat{Role: role, Delegation: id})
		}
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "officers") {
		x := summit.Seat{Role: summit.Officer, Hears: language(t)}
		if rapid.Bool().Draw(t, "own officer") {
			x.Delegation = d.Delegations[i%n].ID
		}
		seat(fmt.Sprintf("officer-%d", i), x)
	}
	seat("technician", summit.Seat{Role: summit.Technician})
	seat("press-officer", summit.Seat{Role: summit.PressOfficer})
	for i := range rapid.IntRange(0, 2).Draw(t, "reporters") {
		seat(fmt.Sprintf("reporter-%d", i), summit.Seat{Role: summit.Reporter, Hears: language(t)})
	}
	d.Lock = rapid.SampledFrom([]summit.Lock{"", summit.Interlock, summit.Override}).Draw(t, "lock")
	for i := range rapid.IntRange(0, 3).Draw(t, "booths") {
		b := summit.Booth{ID: summit.BoothID(fmt.Sprintf("booth-%d", i)), Name: summit.Text{"en": fmt.Sprintf("Booth %d", i)},
			Outgoing: rapid.SliceOfNDistinct(rapid.SampledFrom(languages), 1, 3, rapid.ID).Draw(t, "outgoing")}
		if one, other := d.Delegations[0].Speaks, d.Delegations[1].Speaks; one != other && rapid.Bool().Draw(t, "bidirectional") {
			b.Outgoing, b.Bidirectional = []summit.Language{one, other}, true
		} else if rapid.IntRange(0, 3).Draw(t, "sign") == 0 {
			b.Outgoing, b.Sign = []summit.Language{"ase"}, true
		}
		if pivot := d.Delegations[0].Speaks; rapid.Bool().Draw(t, "relay") && !slices.Contains(b.Outgoing, pivot) {
			b.WorksFrom, b.Pivot = []summit.Language{pivot}, pivot
		}
		d.Booths = append(d.Booths, b)
		for k := range rapid.IntRange(1, 2).Draw(t, "interpreters") {
			seat(fmt.Sprintf("interpreter-%d%d", i, k), summit.Seat{Role: summit.Interpreter, Booth: b.ID, Hears: language(t)})
		}
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "items") {
		d.Items = append(d.Items, summit.Item{ID: summit.ItemID(fmt.Sprintf("item-%d", i)),
			Title: summit.Text{"en": fmt.Sprintf("Item %d", i)}, Planned: 10 * time.Minute,
			Coverage:   rapid.SampledFrom(coverages).Draw(t, "coverage"),
			Attendance: rapid.SampledFrom(attendances).Draw(t, "attendance")})
	}
	return d
}

func language(t *rapid.T) summit.Language { return rapid.SampledFrom(languages).Draw(t, "language") }
