package secretariat

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// meeting is one live summit. Everything below the line belongs to the
// goroutine that runs it; others hand it functions to call.
type meeting struct {
	id     summit.SummitID
	cfg    Config
	log    *slog.Logger
	ctx    context.Context // ends with the meeting
	cancel context.CancelFunc
	wg     sync.WaitGroup
	calls  chan func()
	writer *writer
	meter  *meter
	latest atomic.Pointer[Update]
	// What is live, as the media said last, and that it has.
	sources atomic.Pointer[plan.Live]
	sourced chan struct{} // room for one

	// ---
	state     summit.State // as written
	unwritten []*step      // decided since, in order
	flying    int          // how many of them are being written
	live      plan.Live
	plan      plan.Plan // of state
	standing  plan.Plan // in force at the media
	stall     *time.Timer
	look      *time.Timer // to measure what has become of a change
	behind    bool        // the journal fails or stalls
	here      map[summit.SeatID]int
	gone      map[summit.SeatID]*time.Timer // about to count as disconnected
	watchers  map[chan *Update]bool
	measured  plan.Measured
	alarms    alarms
	chats     chats
}

// begin starts to run a summit from a state and the number of its last entry in
// the journal. Nothing flows.
func begin(cfg Config, id summit.SummitID, s summit.State, last uint64) *meeting {
	ctx, cancel := context.WithCancel(context.Background())
	m := &meeting{
		id: id, cfg: cfg, log: cfg.Log.With("summit", string(id)), ctx: ctx, cancel: cancel,
		calls: make(chan func(), 64), sourced: make(chan struct{}, 1),
		state: s, live: plan.Live{}, plan: plan.Compute(s, nil), standing: plan.Plan{Coverage: summit.Closed},
		stall: time.NewTimer(time.Hour), look: time.NewTimer(time.Hour),
		here: map[summit.SeatID]int{}, gone: map[summit.SeatID]*time.Timer{},
		watchers: map[chan *Update]bool{},
		chats:    newChats(),
	}
	m.stall.Stop()
	m.look.Stop()
	m.writer = newWriter(cfg.Journal, string(id), last)
	m.meter = newMeter(cfg.Media, id)
	m.latest.Store(&Update{State: s, Plan: m.standing})
	cfg.Media.Cut(id, m.standing)
	m.wg.Go(func() { m.writer.run(ctx) })
	m.wg.Go(func() { m.meter.run(ctx) })
	m.wg.Go(m.run)
	return m
}

// end stops the meeting and waits until it has.
func (m *meeting) end() {
	m.cancel()
	m.wg.Wait()
}

// run is the one goroutine that owns the meeting.
func (m *meeting) run() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	defer m.farewell()
	for {
		select {
		case f := <-m.calls:
			f()
		case r := <-m.writer.results:
			m.written(r)
		case <-m.stall.C:
			m.fallBehind(errStalled)
		case <-m.sourced:
			m.meetSources(*m.sources.Load())
		case <-tick.C:
			if m.state.Phase != summit.Ended || len(m.here) > 0 {
				m.meter.poke()
			}
		case <-m.look.C:
			m.meter.poke()
		case got := <-m.meter.results:
			m.meets(got)
		case <-m.ctx.Done():
			return
		}
	}
}

// farewell is the last thing the meeting's goroutine does.
func (m *meeting) farewell() {
	for _, s := range m.unwritten {
		s.tell(0, errClosed)
	}
	for ch := range m.watchers {
		close(ch)
	}
	m.chats.close()
	for _, t := range m.gone {
		t.Stop()
	}
}

// call has f called by the meeting's goroutine and waits until it has been.
func (m *meeting) call(ctx context.Context, f func()) error {
	done := make(chan struct{})
	select {
	case m.calls <- func() { f(); close(done) }:
	case <-ctx.Done():
		return ctx.Err()
	case <-m.ctx.Done():
		return errClosed
	}
	select {
	case <-done:
		return nil
	case <-m.ctx.Done():
		return errClosed
	}
}

// ahead is the state that acts are decided on: the written one and what has
// been decided since.
func (m *meeting) ahead() summit.State {
	if n := len(m.unwritten); n > 0 {
		return m.unwritten[n-1].after
	}
	return m.state
}

// settling is how long a picture may take to change after the plan has: the
// sender makes a key frame first.
const settling = 300 * time.Millisecond

// enforce makes target hold at the media, what it takes away first and by
// itself. It reports whether that is anything new.
func (m *meeting) enforce(target plan.Plan) (changed bool) {
	if plan.Takes(m.standing, target) {
		m.standing = plan.Meet(m.standing, target)
		m.cfg.Media.Cut(m.id, m.standing)
		changed = true
	}
	if !m.standing.Equal(target) {
		m.standing = target
		m.cfg.Media.Allow(m.id, target)
		changed = true
	}
	if changed {
		m.meter.poke()
		m.look.Reset(settling)
	}
	return changed
}

// allowed is what the written state allows and every state decided since.
func (m *meeting) allowed() plan.Plan {
	p := m.plan
	for _, s := range m.unwritten {
		p = plan.Meet(p, s.plan)
	}
	return p
}

// sourcesChanged waits for nothing, so that the media may call it: the newest
// takes the place of one that has not been looked at.
func (m *meeting) sourcesChanged(live plan.Live) {
	m.sources.Store(&live)
	select {
	case m.sourced <- struct{}{}:
	default:
	}
}

// meetSources plans with the sources that are live now.
func (m *meeting) meetSources(live plan.Live) {
	m.live = live
	m.plan = plan.Compute(m.state, live)
	for _, s := range m.unwritten {
		s.plan = plan.Compute(s.after, live)
	}
	if m.enforce(m.allowed()) {
		m.notify()
	}
}

// resume is what happens to a summit that the journal has from before.
func (m *meeting) resume() {
	_ = m.call(m.ctx, func() {
		if m.state.Phase == summit.Ended {
			m.reconcile() // nothing of it is open
			return
		}
		if _, _, err := m.decide(summit.Server, summit.Restart{}, nil); err != nil {
			m.log.Error("the restart could not be noted", "err", err)
		}
	})
}
