package rehearsal

import (
	"context"
	"errors"
	"strings"
	"time"

	"liqa/internal/access"
	"liqa/internal/cast"
	"liqa/internal/summit"
)

// play lets the server play its part until the interpreters have gone, or the
// summit itself wants them.
func (s *Stage) play(r *running, t *troupe, until time.Time) {
	c := &cast.Cast{Links: map[summit.SeatID]string{}, Props: t.props, Speakers: t.speakers, Pace: 1, Log: s.log.With("rehearsal", string(r.id))}
	for seat, secret := range t.secrets {
		c.Links[seat] = access.Link{Summit: r.id, Seat: seat, Secret: secret}.Reveal(s.address)
	}
	ctx, stop := context.WithTimeout(s.ctx, longest)
	defer stop()
	s.all.Go(func() {
		defer stop()
		s.watch(ctx, r, until)
	})
	s.handIn(ctx, r.id, t)
	err := c.Run(ctx)
	if s.ctx.Err() == nil {
		if err != nil && ctx.Err() == nil {
			s.log.Error("the rehearsal has broken off", "rehearsal", string(r.id), "why", err)
		}
		_, err = s.summits.Do(s.ctx, r.id, summit.Actor(officer), summit.EndSummit{})
		var over *summit.Refusal
		if err != nil && !errors.As(err, &over) {
			s.log.Error("the rehearsal cannot be ended", "rehearsal", string(r.id), "why", err)
		}
		s.log.Info("a rehearsal has ended", "rehearsal", string(r.id))
	}
	if err := s.shelf.Clear(r.id); err != nil {
		s.log.Error("the texts of a rehearsal cannot be removed", "rehearsal", string(r.id), "why", err)
	}
}

// watch returns when the rehearsal is to end for the summit's sake: when that
// has begun, and at an instant before, unless it has passed already. Meanwhile
// it sends out whose link to the summit has been taken back.
func (s *Stage) watch(ctx context.Context, r *running, until time.Time) {
	updates, err := s.summits.Watch(ctx, r.of)
	if err != nil {
		return
	}
	var near <-chan time.Time
	if rest := time.Until(until); rest > 0 {
		near = time.After(rest)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-near:
			return
		case now, open := <-updates:
			if !open || now.State.Phase != summit.Announced {
				return
			}
			s.sendOut(ctx, r, now.State)
		}
	}
}

// sendOut takes a rehearsal's seats from those who have lost the summit's.
func (s *Stage) sendOut(ctx context.Context, r *running, of summit.State) {
	var gone []summit.SeatID
	s.mu.Lock()
	for _, x := range of.Seats {
		if _, came := r.by[x.ID]; came && !r.holds(x) {
			delete(r.by, x.ID)
			gone = append(gone, x.ID, listener(x.ID))
		}
	}
	s.mu.Unlock()
	for _, seat := range gone {
		if _, err := s.admit(ctx, r.id, seat); err != nil { // a link that nobody is given
			s.log.Error("a rehearsal still has somebody whose link was taken back", "rehearsal", string(r.id), "seat", string(seat), "why", err)
		}
	}
}

// handIn hands the texts of the recorded speeches in to the booths.
func (s *Stage) handIn(ctx context.Context, id summit.SummitID, t *troupe) {
	for seat, all := range t.speeches {
		for _, x := range all {
			if err := s.handInOne(ctx, id, seat, x); err != nil && ctx.Err() == nil {
				s.log.Error("the text of a recorded speech cannot be handed in", "rehearsal", string(id), "seat", string(seat), "why", err)
			}
		}
	}
}

func (s *Stage) handInOne(ctx context.Context, id summit.SummitID, seat summit.SeatID, x speech) error {
	if x.text == "" {
		return nil
	}
	came, err := s.shelf.Receive(id, strings.NewReader(x.text))
	if err != nil {
		return err
	}
	defer came.Drop()
	if err := came.Keep(); err != nil {
		return err
	}
	_, err = s.summits.Do(ctx, id, summit.Actor(seat), summit.HandIn{Document: summit.Document{ID: came.ID, Title: x.title,
		File: x.file, Type: came.Type, Bytes: came.Bytes, To: summit.ToBooths, Item: cast.Rehearsing, As: summit.SpeechText}})
	return err
}
