package cast

import (
	"context"
	"fmt"
	"time"

	"liqa/internal/summit"
	"liqa/internal/view"
)

// Rehearsing is the one item of a rehearsal.
const Rehearsing summit.ItemID = "rehearsal"

// How a rehearsal goes: a pause after each speech, and how long it waits for
// interpreters who have gone, or have not come yet.
const (
	breath   = 5 * time.Second
	deserted = 10 * time.Minute
)

// rehearse lets the speakers speak in turn, over and over, while interpreters
// are there, and ends the summit when none has been for a while.
func (m *member) rehearse(ctx context.Context) error {
	if err := m.Do(ctx, "start-item", item(string(Rehearsing), "")); err != nil {
		return fmt.Errorf("the rehearsal does not start: %w", err)
	}
	for turn := 0; ; turn++ {
		for _, id := range m.Speakers {
			waits, stop := context.WithTimeout(ctx, deserted)
			_, err := m.Until(waits, func(v view.View) bool { return over(v) || interpreted(v) })
			stop()
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil && waits.Err() != nil:
				return m.Do(ctx, "end-summit", nil)
			case err != nil || over(m.View()):
				return err
			}
			if err := m.speech(ctx, id, turn); err != nil {
				return err
			}
		}
	}
}

// speech lets one of them speak from beginning to end.
func (m *member) speech(ctx context.Context, id summit.SeatID, turn int) error {
	voice := m.Props[id].Turns(turn)
	m.mu.Lock()
	m.voices[id] = voice
	m.mu.Unlock()
	for _, s := range []step{
		{act: "give-floor", with: seat(string(id)), then: voice.Length()},
		{act: "take-floor", then: breath},
	} {
		if err := m.take(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.act, err)
		}
		if err := m.pause(ctx, s.then); err != nil {
			return err
		}
	}
	return nil
}

// interpreted reports whether an interpreter is in the room.
func interpreted(v view.View) bool {
	for _, s := range v.Seats {
		if s.Role == summit.Interpreter && s.InRoom {
			return true
		}
	}
	return false
}
