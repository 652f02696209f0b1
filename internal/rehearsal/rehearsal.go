// Package rehearsal lets interpreters try their booth days before a summit: the
// console, the booth partner and a recorded speech, with no summit running.
//
// A rehearsal is a summit of its own, convened from the other's description
// with the same booths and interpreters. The server itself plays its protocol
// officer and one speaker for each delegation, whose speeches are recorded ones: the
// operator's, or else those that Liqa brings.
// All else is as on the day: the same rules, the same switchboard, the same
// screens. Nothing of it is recorded or public, nothing of it reaches the summit
// that it rehearses, and that summit's beginning or a restart of the server ends it.
package rehearsal

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"liqa/internal/access"
	"liqa/internal/documents"
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
	Watch(context.Context, summit.SummitID) (<-chan *secretariat.Update, error)
}

// Stage holds the rehearsals of one server. Its methods may be called from
// several goroutines at once.
type Stage struct {
	summits Summits
	shelf   *documents.Shelf
	own     Speeches
	address string      // of the server's own front door
	full    func() bool // the server is near its limit
	log     *slog.Logger
	ctx     context.Context // ends with Close
	end     context.CancelFunc
	all     sync.WaitGroup

	mu      sync.Mutex
	running []*running
}

// running is a rehearsal that is going on.
type running struct {
	id, of summit.SummitID
	// by is by which invitation to the summit each interpreter has come.
	by map[summit.SeatID]invitation
}

// invitation is what makes a seat's holder the same person as before: the number
// of the link, and the device that has opened it.
type invitation struct {
	serial int
	device string
}

func invited(x summit.Seat) invitation { return invitation{x.Invitation.Serial, x.Invitation.Device} }

// holds reports whether a seat of the summit still is the person's who came by it.
func (r *running) holds(x summit.Seat) bool {
	by, came := r.by[x.ID]
	return came && by == invited(x) && !x.Invitation.Revoked && !x.Dismissed
}

// Open makes a stage. The address is one at which this machine opens the server
// without a certificate: whom the server plays comes in there, as everybody does.
// On the shelf lie the texts of the recorded speeches. While full reports true no
// rehearsal begins.
func Open(summits Summits, shelf *documents.Shelf, own Speeches, address string, full func() bool, log *slog.Logger) *Stage {
	s := &Stage{summits: summits, shelf: shelf, own: own, address: address, full: full, log: log}
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
// with the first one who asks; and one who rehearses already a link to a seat at
// its table, from which they hear themselves as a listener will. A link that was
// given before stops working. Errors are [*summit.Refusal], among them
// "rehearse-before" when the summit has begun, and "rehearsals-full".
func (s *Stage) Enter(ctx context.Context, id summit.SummitID, seat summit.SeatID) (access.Link, error) {
	now, err := s.summits.Now(id)
	if err != nil {
		return access.Link{}, err
	}
	of := now.State
	if of.Rehearses != "" {
		return s.admit(ctx, id, listener(seat))
	}
	who, _ := of.Seat(seat)
	switch {
	case of.Phase != summit.Announced:
		return access.Link{}, refuse("rehearse-before")
	case who.Dismissed:
		return access.Link{}, refuse("not-admitted")
	}
	r, err := s.held(ctx, of)
	if err != nil {
		return access.Link{}, err
	}
	s.mu.Lock()
	r.by[seat] = invited(who)
	s.mu.Unlock()
	link, err := s.admit(ctx, r.id, seat)
	if err != nil {
		return link, err
	}
	// The officer may have taken their link back meanwhile.
	if now, err = s.summits.Now(id); err == nil {
		s.sendOut(ctx, r, now.State)
	}
	return link, err
}

// admit makes a new link to a seat of a rehearsal.
func (s *Stage) admit(ctx context.Context, id summit.SummitID, seat summit.SeatID) (access.Link, error) {
	link := access.Link{Summit: id, Seat: seat, Secret: access.NewSecret()}
	_, err := s.summits.Do(ctx, id, summit.Administrator, summit.Reissue{Seat: seat, Hash: link.Secret.Hash()})
	return link, err
}

func refuse(code string) error { return &summit.Refusal{Code: code, Params: map[string]string{}} }

// Behind is the summit that a rehearsal is of, with those of its seats only
// whose holders have come to the rehearsal by the links that they still have:
// what may be known of the summit in its rehearsal is what they may know there.
func (s *Stage) Behind(rehearsal summit.SummitID) (of summit.State, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.running, func(r *running) bool { return r.id == rehearsal })
	if i < 0 {
		return of, false
	}
	now, err := s.summits.Now(s.running[i].of)
	if err != nil {
		return of, false
	}
	of = now.State
	of.Seats = slices.DeleteFunc(slices.Clone(of.Seats), func(x summit.Seat) bool { return !s.running[i].holds(x) })
	return of, true
}

// held is the rehearsal of a summit that is going on, or else a new one.
func (s *Stage) held(ctx context.Context, of summit.State) (*running, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.running, func(r *running) bool { return r.of == of.ID }); i >= 0 {
		return s.running[i], nil
	}
	switch {
	case s.ctx.Err() != nil:
		return nil, s.ctx.Err()
	case len(s.running) >= Most, s.full():
		return nil, refuse("rehearsals-full")
	}
	troupe, err := describe(of, s.own)
	if err != nil {
		return nil, err
	}
	id, err := s.summits.Convene(ctx, troupe.description)
	if err != nil {
		return nil, fmt.Errorf("the rehearsal cannot be convened: %w", err)
	}
	r := &running{id: id, of: of.ID, by: map[summit.SeatID]invitation{}}
	s.running = append(s.running, r)
	s.log.Info("a rehearsal begins", "summit", string(of.ID), "rehearsal", string(id))
	s.all.Go(func() {
		s.play(r, troupe, of.RehearsedUntil())
		s.mu.Lock()
		s.running = slices.DeleteFunc(s.running, func(x *running) bool { return x == r })
		s.mu.Unlock()
	})
	return r, nil
}
