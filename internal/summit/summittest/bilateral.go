// Package summittest makes summits for tests: one bilateral to tell stories
// about, and random ones with random histories for properties.
//
// It has no rules of its own; everything goes through package summit. It is not
// for programs: what it makes is held together by secrets that anyone can guess.
package summittest

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"liqa/internal/summit"
)

// Noon is when the stories of tests begin.
var Noon = time.Date(2026, time.November, 24, 12, 0, 0, 0, time.UTC)

// Hash is the hex SHA-256 of a secret, as an invitation keeps it.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Secret is the secret in the first link of a seat, and Device the credential
// of the device that [Enter] binds it to.
func Secret(id summit.SeatID) string { return "secret of " + string(id) }

// Device is the credential of a seat's usual device.
func Device(id summit.SeatID) string { return "device of " + string(id) }

// Bilateral is a meeting of Delegation A, which speaks Russian, and Delegation
// B, which speaks Chinese, published in Arabic and English. A booth of two
// serves both languages, another English. Its items, in order: "opening" (open,
// plenary), "tete-a-tete" (closed, principals), "photo" (pool, principals plus
// one), "talks" (closed, plenary) and "closing" (open, plenary).
func Bilateral() summit.Description {
	en := func(s string) summit.Text { return summit.Text{"en": s} }
	d := summit.Description{
		ID:        "k3v9q7",
		Title:     summit.Text{"en": "Meeting of the two delegations", "ar": "لقاء الوفدين"},
		Scheduled: Noon,
		Zone:      "Asia/Muscat",
		Delegations: []summit.Delegation{
			{ID: "a", Name: en("Delegation A"), Speaks: "ru"},
			{ID: "b", Name: en("Delegation B"), Speaks: "zh"},
		},
		Seats: []summit.Seat{
			{ID: "officer", Role: summit.Officer, Name: en("Ms Haddad"), Hears: "en"},
			{ID: "officer-2", Role: summit.Officer, Name: en("Mr Said"), Hears: "en"},
			{ID: "technician", Role: summit.Technician, Name: en("Mr Nasser"), Hears: "en"},
			{ID: "principal-a", Role: summit.Principal, Delegation: "a", Name: en("Ms Orlova")},
			{ID: "delegate-a", Role: summit.Delegate, Delegation: "a", Name: en("Mr Belov"), PlusOne: true},
			{ID: "delegate-a2", Role: summit.Delegate, Delegation: "a", Name: en("Ms Vetrova")},
			{ID: "notes-a", Role: summit.NoteTaker, Delegation: "a", Name: en("Mr Gusev")},
			{ID: "principal-b", Role: summit.Principal, Delegation: "b", Name: en("Mr Lin")},
			{ID: "delegate-b", Role: summit.Delegate, Delegation: "b", Name: en("Ms Zhao"), PlusOne: true},
			{ID: "interpreter-1", Role: summit.Interpreter, Booth: "main", Name: en("Ms Petrova")},
			{ID: "interpreter-2", Role: summit.Interpreter, Booth: "main", Name: en("Mr Wu")},
			{ID: "interpreter-3", Role: summit.Interpreter, Booth: "english", Name: en("Ms Clarke")},
			{ID: "reporter", Role: summit.Reporter, Name: en("Mr Mansour"), Hears: "en"},
			{ID: "reporter-2", Role: summit.Reporter, Name: en("Ms Rossi"), Hears: "ru"},
			{ID: "press-officer", Role: summit.PressOfficer, Name: en("Ms Karam"), Hears: "en"},
		},
		Booths: []summit.Booth{
			{ID: "main", Name: en("Russian and Chinese"), Outgoing: []summit.Language{"ru", "zh"}},
			{ID: "english", Name: en("English"), Outgoing: []summit.Language{"en"}},
		},
		Items: []summit.Item{
			{ID: "opening", Title: en("Opening remarks"), Planned: 15 * time.Minute, Coverage: summit.Open, Attendance: summit.Plenary},
			{ID: "tete-a-tete", Title: en("Tête-à-tête"), Planned: 20 * time.Minute, Coverage: summit.Closed, Attendance: summit.Principals},
			{ID: "photo", Title: en("Photograph"), Planned: 5 * time.Minute, Coverage: summit.Pool, Attendance: summit.PrincipalsOne},
			{ID: "talks", Title: en("Talks"), Planned: 40 * time.Minute, Coverage: summit.Closed, Attendance: summit.Plenary},
			{ID: "closing", Title: en("Closing remarks"), Planned: 10 * time.Minute, Coverage: summit.Open, Attendance: summit.Plenary},
		},
		Publication: []summit.Language{"ar", "en"},
	}
	for i, s := range d.Seats {
		d.Seats[i].Invitation.Hash = Hash(Secret(s.ID))
	}
	return d
}

// Convened is [Bilateral] convened, with everybody expected.
func Convened(tb testing.TB) summit.State {
	tb.Helper()
	return Do(tb, summit.State{}, summit.Administrator, summit.Convene{Description: Bilateral()})
}

// Do lets an actor act, one act after another, at [Noon], and fails the test on
// a refusal.
func Do(tb testing.TB, s summit.State, by summit.Actor, acts ...summit.Act) summit.State {
	tb.Helper()
	for _, a := range acts {
		events, err := summit.Decide(s, by, a, Noon)
		if err != nil {
			tb.Fatalf("%s may not %s: %v", by, a.Kind(), err)
		}
		s = Fold(s, events...)
	}
	return s
}

// Fold applies events one after another.
func Fold(s summit.State, events ...summit.Event) summit.State {
	for _, e := range events {
		s = summit.Apply(s, e)
	}
	return s
}

// Enter brings seats all the way in: they open their links, connect, arrive,
// and are admitted by the first officer of the summit. Without seats it brings
// in everybody.
func Enter(tb testing.TB, s summit.State, ids ...summit.SeatID) summit.State {
	tb.Helper()
	var officer summit.Actor
	everybody := len(ids) == 0
	for _, x := range s.Seats {
		if officer == "" && x.Role == summit.Officer {
			officer = summit.Actor(x.ID)
		}
		if everybody {
			ids = append(ids, x.ID)
		}
	}
	for _, id := range ids {
		s = Do(tb, s, summit.Server,
			summit.Redeem{Seat: id, Hash: Hash(Secret(id)), Device: Hash(Device(id))},
			summit.Connect{Seat: id})
		s = Do(tb, s, summit.Actor(id), summit.Arrive{})
		if seat, _ := s.Seat(id); !seat.Admitted {
			s = Do(tb, s, officer, summit.Admit{Seat: id})
		}
	}
	return s
}
