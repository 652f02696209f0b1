package secretariat

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liqa/internal/journal"
	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// disk is a journal whose disk can be made to stall or to fail.
type disk struct {
	journal.Journal
	onAppend  func(records []journal.Record) // before anything is written
	onWritten func(records []journal.Record) // when it is, whatever Append returns

	mu      sync.Mutex
	fault   error         // what Append returns; nil when it writes
	secret  bool          // it writes nevertheless
	stalled chan struct{} // Append waits until it is closed; nil when it does not
	delay   time.Duration // of each append
	appends int
}

var errFull = errors.New("no space left on device")

func newDisk() *disk { return &disk{Journal: journal.OpenMemory()} }

func (d *disk) Append(ctx context.Context, id string, after uint64, records []journal.Record) (uint64, error) {
	d.mu.Lock()
	d.appends++
	stalled, delay, hook := d.stalled, d.delay, d.onAppend
	d.mu.Unlock()
	if hook != nil {
		hook(records)
	}
	if stalled != nil {
		select {
		case <-stalled:
		case <-ctx.Done():
			return 0, fmt.Errorf("%w: %w", journal.ErrUncertain, ctx.Err())
		}
	}
	time.Sleep(delay)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fault != nil && !d.secret {
		return 0, d.fault
	}
	last, err := d.Journal.Append(context.Background(), id, after, records)
	if err == nil && d.onWritten != nil {
		d.onWritten(records)
	}
	if d.fault != nil {
		return 0, d.fault
	}
	return last, err
}

// stall makes appends wait until the function it returns is called.
func (d *disk) stall() (mend func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch := make(chan struct{})
	d.stalled = ch
	return sync.OnceFunc(func() {
		d.mu.Lock()
		d.stalled = nil
		d.mu.Unlock()
		close(ch)
	})
}

// fail makes appends return an error. In secret they write nevertheless.
func (d *disk) fail(err error, secret bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault, d.secret = err, secret
}

// written is the state that a summit's history leads to, and its kinds.
func (d *disk) written(tb testing.TB, id summit.SummitID) (s summit.State, kinds []string) {
	tb.Helper()
	err := d.Replay(context.Background(), string(id), 0, func(_ uint64, kind string, _ time.Time, payload []byte) error {
		e, err := summit.UnmarshalEvent(kind, payload)
		if err == nil {
			s, kinds = summit.Apply(s, e), append(kinds, kind)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s, kinds
}

// door is the media, as far as the secretariat sees it: what was made to hold,
// and when.
type door struct {
	check func(plan.Plan) // called with each plan before it holds

	mu        sync.Mutex
	plan      plan.Plan
	calls     []held
	receiving map[summit.SeatID]bool
	sending   plan.Live
	leak      int // press seats that receive in spite of the plan
}

// held is one call of Cut or Allow.
type held struct {
	cut bool
	at  time.Time
	p   plan.Plan
}

func (d *door) Cut(_ summit.SummitID, p plan.Plan)   { d.hold(true, p) }
func (d *door) Allow(_ summit.SummitID, p plan.Plan) { d.hold(false, p) }

func (d *door) hold(cut bool, p plan.Plan) {
	if d.check != nil {
		d.check(p)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.plan = p
	d.calls = append(d.calls, held{cut, time.Now(), p})
}

func (d *door) Measure(summit.SummitID) plan.Measured {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := plan.Measured{Sending: d.sending, Receiving: map[summit.SeatID]bool{}, Press: d.leak}
	for id, on := range d.receiving {
		m.Receiving[id] = on
		if on && (id == "reporter" || id == "reporter-2") && len(d.plan.Receivers[plan.SeatReceiver(id)]) > 0 {
			m.Press++
		}
	}
	return m
}

func (d *door) now() plan.Plan {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.plan
}

// connect says which seats have a receiving connection.
func (d *door) connect(on bool, ids ...summit.SeatID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.receiving == nil {
		d.receiving = map[summit.SeatID]bool{}
	}
	for _, id := range ids {
		d.receiving[id] = on
	}
}

// pressReceives reports whether a plan gives anything to press or public.
func pressReceives(p plan.Plan) bool {
	for r := range p.Receivers {
		if r == plan.SeatReceiver("reporter") || r == plan.SeatReceiver("reporter-2") || r == plan.PublicReceiver("ar") {
			return true
		}
	}
	return false
}

// hall is a secretariat with one summit, for a test.
type hall struct {
	*testing.T
	disk *disk
	door *door
	sec  *Secretariat
	id   summit.SummitID
	away map[summit.SeatID]func()
}

// convened runs a test in a bubble of its own, with the bilateral of the
// stories convened and everybody in.
func convened(t *testing.T, test func(*hall)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &hall{T: t, disk: newDisk(), door: &door{}, away: map[summit.SeatID]func(){}}
		h.sec = New(Config{Journal: h.disk, Media: h.door})
		defer func() { h.sec.Close() }()
		id, err := h.sec.Convene(t.Context(), summittest.Bilateral())
		if err != nil {
			t.Fatal(err)
		}
		h.id = id
		h.enter(h.seats()...)
		h.sec.SourcesChanged(id, everySource(h.state()))
		synctest.Wait()
		test(h)
	})
}

func everySource(s summit.State) plan.Live {
	live := plan.Live{}
	for _, x := range s.Seats {
		live[plan.Source{Kind: plan.Microphone, Seat: x.ID}] = true
		live[plan.Source{Kind: plan.Camera, Seat: x.ID}] = true
	}
	return live
}

func (h *hall) seats() (ids []summit.SeatID) {
	for _, x := range h.state().Seats {
		ids = append(ids, x.ID)
	}
	return ids
}

func (h *hall) state() summit.State { return h.update().State }

func (h *hall) update() *Update {
	h.Helper()
	u, err := h.sec.Now(h.id)
	if err != nil {
		h.Fatal(err)
	}
	return u
}

// enter brings seats all the way in.
func (h *hall) enter(ids ...summit.SeatID) {
	h.Helper()
	for _, id := range ids {
		h.do(summit.Server, summit.Redeem{Seat: id, Hash: summittest.Hash(summittest.Secret(id)), Device: summittest.Hash(summittest.Device(id))})
		h.attach(id)
		h.do(summit.Actor(id), summit.Arrive{})
		if seat, _ := h.state().Seat(id); !seat.Admitted {
			h.do(h.officer(), summit.Admit{Seat: id})
		}
	}
}

// officer is the first officer of the summit.
func (h *hall) officer() summit.Actor {
	for _, x := range h.state().Seats {
		if x.Role == summit.Officer {
			return summit.Actor(x.ID)
		}
	}
	return ""
}

func (h *hall) attach(id summit.SeatID) {
	h.Helper()
	detach, err := h.sec.Attach(h.id, id)
	if err != nil {
		h.Fatal(err)
	}
	h.away[id] = detach
	h.door.connect(true, id)
	synctest.Wait()
}

// do lets an actor act, and fails the test on a refusal.
func (h *hall) do(by summit.Actor, a summit.Act) {
	h.Helper()
	if _, err := h.sec.Do(h.Context(), h.id, by, a); err != nil {
		h.Fatalf("%s may not %s: %v", by, a.Kind(), err)
	}
	synctest.Wait()
}

// refused lets an actor act, and fails the test unless that is refused so.
func (h *hall) refused(code string, by summit.Actor, a summit.Act) {
	h.Helper()
	_, err := h.sec.Do(h.Context(), h.id, by, a)
	var r *summit.Refusal
	if !errors.As(err, &r) || r.Code != code {
		h.Fatalf("%s: %s: got %v, want the refusal %s", by, a.Kind(), err, code)
	}
	synctest.Wait()
}

// later lets an actor act and does not wait for the answer.
func (h *hall) later(by summit.Actor, a summit.Act) <-chan error {
	ch := make(chan error, 1)
	go func() {
		_, err := h.sec.Do(h.Context(), h.id, by, a)
		ch <- err
	}()
	synctest.Wait()
	return ch
}

func code(err error) string {
	var r *summit.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return fmt.Sprint(err)
}

// open starts the opening, which the press watches.
func (h *hall) open() {
	h.Helper()
	h.do("officer", summit.StartItem{Item: "opening"})
	if !pressReceives(h.door.now()) {
		h.Fatal("the press receives nothing of an open item")
	}
}

// restart ends the secretariat and lets another take up the same journal.
func (h *hall) restart() {
	h.Helper()
	h.sec.Close()
	h.door.mu.Lock()
	h.door.calls = nil
	h.door.mu.Unlock()
	h.sec = New(Config{Journal: h.disk, Media: h.door})
	if err := h.sec.Open(h.Context()); err != nil {
		h.Fatal(err)
	}
	h.sec.SourcesChanged(h.id, everySource(h.state()))
	synctest.Wait()
}
