package secretariat

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"liqa/internal/journal"
	"liqa/internal/plan"
	"liqa/internal/summit"
)

// Journal is where what happens is written down; see [journal.Journal], whose
// promises these are.
type Journal interface {
	Append(ctx context.Context, summit string, after uint64, records []journal.Record) (last uint64, err error)
	Replay(ctx context.Context, summit string, after uint64, f func(seq uint64, kind string, at time.Time, payload []byte) error) error
	Last(ctx context.Context, summit string) (uint64, error)
	Summits(ctx context.Context) ([]string, error)
}

// Media is the door to the sound and the pictures. Its methods are called with
// the whole plan of a summit: a receiver or slot that is absent is empty.
type Media interface {
	// Cut makes p hold, which allows nothing that was not allowed before. When
	// it returns, not one more packet leaves that p does not allow. It waits for
	// nothing but that: no disk, no network, no other summit.
	Cut(id summit.SummitID, p plan.Plan)
	// Allow makes p hold, which takes nothing away.
	Allow(id summit.SummitID, p plan.Plan)
	// Measure says what does flow. It is called from another goroutine than the
	// other two, at most once at a time for each summit.
	Measure(id summit.SummitID) plan.Measured
}

// Config is what a secretariat works with. Journal and Media are needed.
type Config struct {
	Journal Journal
	Media   Media
	Clock   func() time.Time // time.Now when nil
	Log     *slog.Logger     // discarded when nil
	// Patience is how long an append may take before the journal counts as
	// stalled; 2 s when zero.
	Patience time.Duration
	// Grace is how long a seat counts as connected after its last connection
	// has gone, so that a page that reconnects changes nothing; 2 s when zero.
	Grace time.Duration
	// Passed is told of each act that somebody has asked for, when it has been
	// answered; it must not wait. Nil costs nothing.
	Passed func(Passage)
}

func (c Config) complete() Config {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Patience == 0 {
		c.Patience = 2 * time.Second
	}
	if c.Grace == 0 {
		c.Grace = 2 * time.Second
	}
	return c
}

// Update is one moment of a live summit. It is shared by all who watch and
// changed by none.
type Update struct {
	State    summit.State  // as written in the journal
	Plan     plan.Plan     // in force at the media; never more than State allows
	Measured plan.Measured // at most a second or so old
	Alarms   []plan.Alarm

	once sync.Once
	made any
}

// Once returns what make has made of this moment, for all who watch it: it is
// called by the first who asks.
func (u *Update) Once(make func() any) any {
	u.once.Do(func() { u.made = make() })
	return u.made
}
