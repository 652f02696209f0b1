package secretariat

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// Secretariat runs the live summits of one server. Its methods may be called
// from several goroutines at once.
type Secretariat struct {
	cfg Config

	mu       sync.Mutex
	meetings map[summit.SummitID]*meeting
	closed   bool
}

// New returns a secretariat without summits; see [Secretariat.Open].
func New(cfg Config) *Secretariat {
	return &Secretariat{cfg: cfg.complete(), meetings: map[summit.SummitID]*meeting{}}
}

// Open takes up every summit that the journal has. Each begins cut: nobody is
// connected, and what was open is closed until an officer resumes it.
//
// A summit of which an entry's payload has been erased is history: it is logged
// and left alone, for to pass over an entry, a revocation perhaps, could give
// back what it took. A history that cannot be read is an error, and then no
// summit is taken up.
func (c *Secretariat) Open(ctx context.Context) error {
	ids, err := c.cfg.Journal.Summits(ctx)
	if err != nil {
		return fmt.Errorf("the journal does not say which summits it has: %w", err)
	}
	type past struct {
		state summit.State
		last  uint64
	}
	pasts := map[summit.SummitID]past{}
	for _, id := range ids {
		s, last, err := c.fold(ctx, id)
		if errors.Is(err, errErased) {
			c.cfg.Log.Warn("a summit is not taken up", "summit", id, "err", err)
			continue
		}
		if err != nil {
			return fmt.Errorf("summit %s cannot be taken up: %w", id, err)
		}
		pasts[summit.SummitID(id)] = past{s, last}
	}
	for id, p := range pasts {
		if p.state.Phase == "" || p.state.Rehearses != "" {
			continue // its convening was never written, or it was a rehearsal, which ends with the server
		}
		m := begin(c.cfg, id, p.state, p.last)
		m.resume()
		c.keep(m)
	}
	return nil
}

var errErased = errors.New("its payload has been erased, and what followed from it is not known")

// fold replays a summit's history.
func (c *Secretariat) fold(ctx context.Context, id string) (s summit.State, last uint64, err error) {
	err = c.cfg.Journal.Replay(ctx, id, 0, func(seq uint64, kind string, _ time.Time, payload []byte) error {
		if payload == nil {
			return fmt.Errorf("entry %d (%s): %w", seq, kind, errErased)
		}
		e, err := summit.UnmarshalEvent(kind, payload)
		if err != nil {
			return fmt.Errorf("entry %d: %w", seq, err)
		}
		s = summit.Apply(s, e)
		return nil
	})
	if err != nil {
		return s, 0, err
	}
	last, err = c.cfg.Journal.Last(ctx, id)
	return s, last, err
}

// keep notes a summit that has begun, or ends it when the secretariat is closed.
func (c *Secretariat) keep(m *meeting) {
	c.mu.Lock()
	closed := c.closed
	if !closed {
		c.meetings[m.id] = m
	}
	c.mu.Unlock()
	if closed {
		m.end()
	}
}

// Close ends every goroutine of every summit and waits for them. What has been
// accepted and not yet written is lost, and nobody has been told otherwise.
func (c *Secretariat) Close() {
	c.mu.Lock()
	all := slices.Collect(maps.Values(c.meetings))
	c.meetings, c.closed = map[summit.SummitID]*meeting{}, true
	c.mu.Unlock()
	for _, m := range all {
		m.end()
	}
}

// Convene brings a summit into being and returns its id, which is random. The
// description's own id is ignored.
func (c *Secretariat) Convene(ctx context.Context, d summit.Description) (summit.SummitID, error) {
	d.ID = randomID()
	m := begin(c.cfg, d.ID, summit.State{}, 0)
	if _, err := m.do(ctx, summit.Administrator, summit.Convene{Description: d}); err != nil {
		m.end()
		return "", err
	}
	c.keep(m)
	return d.ID, nil
}

// randomID is 80 random bits that can stand in a URL.
func randomID() summit.SummitID {
	var b [10]byte
	rand.Read(b[:]) // never fails
	return summit.SummitID(strings.ToLower(base32.StdEncoding.EncodeToString(b[:])))
}

// meeting returns a live summit, or the refusal that there is none.
func (c *Secretariat) meeting(id summit.SummitID) (*meeting, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, ok := c.meetings[id]; ok {
		return m, nil
	}
	return nil, refuse("no-such-summit")
}

func refuse(code string, pairs ...string) error {
	r := &summit.Refusal{Code: code, Params: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Params[pairs[i]] = pairs[i+1]
	}
	return r
}

// Summits lists the summits that are run, sorted.
func (c *Secretariat) Summits() []summit.SummitID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.meetings))
}

// Do lets an actor act. When it returns nil, what follows is in the journal and
// in force at the media, and revision counts the events so far. Errors are
// [*summit.Refusal], among them
//
//   - "journal-behind": nothing was changed, because the journal cannot be
//     written; should it have been on its way to the disk already, then nothing
//     was opened to the press by it.
//   - "cut-unrecorded": what was to be taken away is taken away, and is still to
//     be written.
//
// and ctx's own, upon which the act may still be carried out.
func (c *Secretariat) Do(ctx context.Context, id summit.SummitID, by summit.Actor, a summit.Act) (revision uint64, err error) {
	m, err := c.meeting(id)
	if err != nil {
		return 0, err
	}
	return m.do(ctx, by, a)
}

// Attach says that a seat has a control connection, until detach is called. The
// secretariat tells the rules when the first has come and the last has gone.
func (c *Secretariat) Attach(id summit.SummitID, seat summit.SeatID) (detach func(), err error) {
	m, err := c.meeting(id)
	if err != nil {
		return nil, err
	}
	return m.attach(seat)
}

// SourcesChanged says which sources are connected now.
func (c *Secretariat) SourcesChanged(id summit.SummitID, live plan.Live) {
	if m, err := c.meeting(id); err == nil {
		m.sourcesChanged(maps.Clone(live))
	}
}

// Now returns the moment as it is.
func (c *Secretariat) Now(id summit.SummitID) (*Update, error) {
	m, err := c.meeting(id)
	if err != nil {
		return nil, err
	}
	return m.latest.Load(), nil
}

// Watch returns a channel with the moment as it is, and then with every change.
// Who is slow finds the newest only. It is closed when ctx ends or the
// secretariat closes.
func (c *Secretariat) Watch(ctx context.Context, id summit.SummitID) (<-chan *Update, error) {
	m, err := c.meeting(id)
	if err != nil {
		return nil, err
	}
	return m.watch(ctx)
}

// Say sends a message to those who read a chat of the seat's. The text is at
// most [MaxMessage] characters.
func (c *Secretariat) Say(ctx context.Context, id summit.SummitID, from summit.SeatID, to plan.Circle, text string) error {
	m, err := c.meeting(id)
	if err != nil {
		return err
	}
	return m.say(ctx, from, to, text)
}

// Listen returns a channel with the last messages of the seat's chats and then
// each that follows. It is closed when ctx ends, and for who does not read.
func (c *Secretariat) Listen(ctx context.Context, id summit.SummitID, seat summit.SeatID) (<-chan Message, error) {
	m, err := c.meeting(id)
	if err != nil {
		return nil, err
	}
	return m.listen(ctx, seat)
}
