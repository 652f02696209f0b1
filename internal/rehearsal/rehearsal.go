// Package rehearsal lets interpreters try their booth days before a summit: the
// console, the booth partner and a recorded speech, with no summit running.
//
// A rehearsal is a summit of its own, convened from the other's description
// with the same booths and interpreters. The server itself plays its protocol
// officer and one speaker for each delegation, whose speech is a recorded one.
// All else is as on the day: the same rules, the same switchboard, the same
// screens. Nothing of it is recorded or public, nothing of it reaches the summit
// that it rehearses, and a restart of the server ends it.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"liqa/internal/access"
	"liqa/internal/cast"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
)

// Most is how many rehearsals a server holds at one time, and longest how long
// one goes on, whoever has left their page open.
const (
	Most    = 8
	longest = 4 * time.Hour
)

// Summits is what runs the summits.
type Summits interface {
	Convene(context.Context, summit.Description) (summit.SummitID, error)
	Do(context.Context, summit.SummitID, summit.Actor, summit.Act) (revision uint64, err error)
	Now(summit.SummitID) (*secretariat.Update, error)
}

// Stage holds the rehearsals of one server. Its methods may be called from
// several goroutines at once.
type Stage struct {
	summits Summits
	address string      // of the server's own front door
	full    func() bool // the server is near its limit
	log     *slog.Logger
	ctx     context.Context // ends with Close
	end     context.CancelFunc
	all     sync.WaitGroup

	mu      sync.Mutex
	running map[summit.SummitID]summit.SummitID // by the summit that is rehearsed
}

// Open makes a stage. The address is one at which this machine opens the server
// without a certificate: whom the server plays comes in there, as everybody does.
// While full reports true no rehearsal begins.
func Open(summits Summits, address string, full func() bool, log *slog.Logger) *Stage {
	s := &Stage{summits: summits, address: address, full: full, log: log, running: map[summit.SummitID]summit.SummitID{}}
	s.ctx, s.end = context.WithCancel(context.Background())
	return s
}

// Close ends every rehearsal and waits for whom the server plays.
func (s *Stage) Close() error {
	s.mu.Lock()
	s.end()
	s.mu.Unlock()
	s.all.Wait()
	return nil
}

// Enter gives an interpreter of a summit a link into its rehearsal, which begins
// with the first one who asks. A link that was given before stops working.
// Errors are [*summit.Refusal], among them "rehearse-before" when the summit has
// begun, and "rehearsals-full".
func (s *Stage) Enter(ctx context.Context, id summit.SummitID, seat summit.SeatID) (access.Link, error) {
	of, err := s.summits.Now(id)
	if err != nil {
		return access.Link{}, err
	}
	if of.State.Phase != summit.Announced || of.State.Rehearses != "" {
		return access.Link{}, refuse("rehearse-before")
	}
	in, err := s.held(ctx, of.State)
	if err != nil {
		return access.Link{}, err
	}
	link := access.Link{Summit: in, Seat: seat, Secret: access.NewSecret()}
	_, err = s.summits.Do(ctx, in, summit.Administrator, summit.Reissue{Seat: seat, Hash: link.Secret.Hash()})
	return link, err
}

func refuse(code string) error { return &summit.Refusal{Code: code, Params: map[string]string{}} }

// held is the rehearsal of a summit that is going on, or else a new one.
func (s *Stage) held(ctx context.Context, of summit.State) (summit.SummitID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := s.running[of.ID]; ok {
		return id, nil
	}
	switch {
	case s.ctx.Err() != nil:
		return "", s.ctx.Err()
	case len(s.running) >= Most, s.full():
		return "", refuse("rehearsals-full")
	}
	troupe, err := describe(of)
	if err != nil {
		return "", err
	}
	id, err := s.summits.Convene(ctx, troupe.description)
	if err != nil {
		return "", fmt.Errorf("the rehearsal cannot be convened: %w", err)
	}
	s.running[of.ID] = id
	s.log.Info("a rehearsal begins", "summit", string(of.ID), "rehearsal", string(id))
	s.all.Go(func() {
		s.play(id, troupe)
		s.mu.Lock()
		delete(s.running, of.ID)
		s.mu.Unlock()
	})
	return id, nil
}

// play lets the server play its part until the interpreters have gone.
func (s *Stage) play(id summit.SummitID, t *troupe) {
	c := &cast.Cast{Links: map[summit.SeatID]string{}, Props: t.props, Turns: t.turns, Pace: 1, Log: s.log.With("rehearsal", string(id))}
	for seat, secret := range t.secrets {
		c.Links[seat] = access.Link{Summit: id, Seat: seat, Secret: secret}.Reveal(s.address)
	}
	ctx, stop := context.WithTimeout(s.ctx, longest)
	defer stop()
	err := c.Run(ctx)
	if s.ctx.Err() != nil {
		return
	}
	if err != nil && ctx.Err() == nil {
		s.log.Error("the rehearsal has broken off", "rehearsal", string(id), "why", err)
	}
	_, err = s.summits.Do(s.ctx, id, summit.Actor(officer), summit.EndSummit{})
	var over *summit.Refusal
	if err != nil && !errors.As(err, &over) {
		s.log.Error("the rehearsal cannot be ended", "rehearsal", string(id), "why", err)
	}
	s.log.Info("a rehearsal has ended", "rehearsal", string(id))
}
