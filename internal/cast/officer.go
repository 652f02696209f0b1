package cast

import (
	"context"
	"fmt"
	"time"

	"liqa/internal/summit"
	"liqa/internal/view"
)

// officiate admits whoever waits, and walks through the run of show.
func (m *member) officiate(ctx context.Context) error {
	admitting, stop := context.WithCancel(ctx)
	defer stop()
	go m.admit(admitting)
	if m.Speakers != nil {
		return m.rehearse(ctx)
	}
	m.tell("The protocol officer waits for both principals.")
	if err := m.everybody(ctx); err != nil {
		return err
	}
	for _, step := range show {
		if step.says != "" {
			m.tell("%s", step.says)
		}
		if err := m.take(ctx, step); err != nil {
			return fmt.Errorf("%s: %w", step.act, err)
		}
		if err := m.pause(ctx, step.then); err != nil {
			return err
		}
	}
	return m.stay(ctx)
}

// take does one step. Who is to have the floor is waited for a while, since
// somebody may have just taken the seat over; what the rules then refuse is
// passed over, as an officer would.
func (m *member) take(ctx context.Context, s step) error {
	if s.act == "" {
		return nil
	}
	if id, ok := s.with["seat"].(string); ok {
		waits, stop := context.WithTimeout(ctx, patience)
		_, err := m.Until(waits, func(v view.View) bool { return inRoom(v, summit.SeatID(id)) })
		stop()
		if err != nil && waits.Err() == nil {
			return err
		}
	}
	err := m.Do(ctx, s.act, s.with)
	if refused(err) {
		m.tell("Passed over: %v", err)
		return nil
	}
	return err
}

func inRoom(v view.View, id summit.SeatID) bool {
	for _, s := range v.Seats {
		if s.ID == id {
			return s.InRoom
		}
	}
	return false
}

// admit lets in everybody who waits, until the officer's screen is taken over.
func (m *member) admit(ctx context.Context) {
	for {
		v, err := m.Until(ctx, func(v view.View) bool { return waiting(v) != "" })
		if err != nil {
			return
		}
		id := waiting(v)
		if err := m.Do(ctx, "admit", map[string]any{"seat": id}); err != nil {
			m.Log.Warn("not admitted", "seat", id, "why", err)
			if m.pause(ctx, time.Second) != nil {
				return
			}
		}
		// The view that shows it comes a moment later.
		if _, err := m.Until(ctx, func(v view.View) bool { return waiting(v) != id }); err != nil {
			return
		}
	}
}

func waiting(v view.View) summit.SeatID {
	for _, s := range v.Seats {
		if s.Presence == summit.Waiting {
			return s.ID
		}
	}
	return ""
}

// everybody waits until all principals and interpreters are here and send; for
// somebody who has just taken a seat over not longer than patience.
func (m *member) everybody(ctx context.Context) error {
	waits, stop := context.WithTimeout(ctx, patience)
	defer stop()
	_, err := m.Until(waits, func(v view.View) bool {
		for _, s := range v.Seats {
			awaited := s.Role == summit.Principal || s.Role == summit.Interpreter
			if awaited && (s.Presence != summit.Present || len(s.Sends) == 0) {
				return false
			}
		}
		return true
	})
	if ctx.Err() == nil && waits.Err() != nil {
		return nil
	}
	return err
}

const patience = 30 * time.Second

// step is one thing the officer does, and how long it then lasts.
type step struct {
	says string
	act  string
	with map[string]any
	then time.Duration
}

func seat(id string) map[string]any { return map[string]any{"seat": id} }

func item(id, ending string) map[string]any { return map[string]any{"item": id, "ending": ending} }

// show is the run of show of the demonstration, about four minutes of it.
var show = []step{
	{then: 2 * time.Second},
	{says: "Opening remarks: open to the public.", act: "start-item", with: item("opening", ""), then: 2 * time.Second},
	{says: "Principal A has the floor; the Chinese booth interprets.", act: "give-floor", with: seat("a-principal"), then: 28 * time.Second},
	{says: "Principal B has the floor; the Russian booth interprets.", act: "give-floor", with: seat("b-principal"), then: 38 * time.Second},
	{says: "The talks begin: closed. Press and public receive nothing more.", act: "start-item", with: item("talks", "opening"), then: 3 * time.Second},
	{act: "give-floor", with: seat("a-delegate"), then: 14 * time.Second},
	{act: "give-floor", with: seat("b-delegate"), then: 18 * time.Second},
	{says: "A recess: nothing flows between the delegations.", act: "recess", then: 8 * time.Second},
	{act: "reconvene", then: 2 * time.Second},
	{act: "give-floor", with: seat("b-principal"), then: 20 * time.Second},
	{says: "Principals alone.", act: "start-item", with: item("principals", "talks"), then: 2 * time.Second},
	{act: "give-floor", with: seat("a-principal"), then: 20 * time.Second},
	{says: "Closing remarks: open to the public.", act: "start-item", with: item("closing", "principals"), then: 2 * time.Second},
	{act: "give-floor", with: seat("b-principal"), then: 18 * time.Second},
	{act: "give-floor", with: seat("a-principal"), then: 14 * time.Second},
	{act: "take-floor", then: time.Second},
	{act: "end-item", with: map[string]any{"item": "closing"}, then: 2 * time.Second},
	{says: "The summit has ended.", act: "end-summit"},
}
