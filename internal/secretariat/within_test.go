package secretariat

import (
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"liqa/internal/journal"
	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// play is a random summit and what happens in it, to be told to a secretariat
// whose disk is not to be relied on.
type play struct {
	opened summit.State
	steps  []summittest.Step
	chance uint64
}

func drawPlay(r *rapid.T) (p play) {
	p.chance = rapid.Uint64().Draw(r, "chance")
	summittest.History(r, 150, func(before, _ summit.State, step summittest.Step) {
		if p.opened.Phase == "" {
			p.opened = before
		}
		if len(step.Events) > 0 || len(p.steps)%5 == 0 { // of those refused, a few
			p.steps = append(p.steps, step)
		}
	})
	return p
}

// witness holds what the journal says against what the media does, at every
// entry and at every change of the media.
type witness struct {
	mu     sync.Mutex
	live   plan.Live
	state  summit.State // as written
	plan   plan.Plan    // in force at the media
	faults []string
}

// changes is called before a plan is in force.
func (w *witness) changes(p plan.Plan) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !plan.Within(p, plan.Compute(w.state, w.live)) {
		w.faults = append(w.faults, "the media gives more than the record allows")
	}
	w.plan = p
}

// writes is called before records are written. What one act leads to is written
// together or not at all; in the midst of it there is no state to hold to.
func (w *witness) writes(records []journal.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.state
	for i, r := range records {
		e := event(r)
		s = summit.Apply(s, e)
		if i+1 < len(records) {
			if next := event(records[i+1]); next.When().Equal(e.When()) && next.Who() == e.Who() {
				continue
			}
		}
		if !plan.Within(w.plan, plan.Compute(s, w.live)) {
			w.faults = append(w.faults, "at the entry "+r.Kind+", the media still gives what it takes away")
		}
	}
}

// wrote is called when records are written, whatever the secretariat is told.
func (w *witness) wrote(records []journal.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range records {
		w.state = summit.Apply(w.state, event(r))
	}
}

func event(r journal.Record) summit.Event {
	e, err := summit.UnmarshalEvent(r.Kind, r.Payload)
	if err != nil {
		panic(err)
	}
	return e
}

// perform tells a play to a secretariat and returns what the witness has seen.
func perform(t *testing.T, p play) (w *witness, given int) {
	w = &witness{live: everySource(p.opened)}
	synctest.Test(t, func(t *testing.T) {
		chance := rand.New(rand.NewPCG(p.chance, 0))
		h := &hall{T: t, disk: newDisk(), door: &door{check: w.changes}, away: map[summit.SeatID]func(){}}
		h.disk.onAppend, h.disk.onWritten = w.writes, w.wrote
		h.sec = New(Config{Journal: h.disk, Media: h.door})
		defer func() { h.sec.Close() }()
		s := p.opened
		id, err := h.sec.Convene(t.Context(), summit.Description{Title: s.Title, Place: s.Place, Scheduled: s.Scheduled, Zone: s.Zone,
			Delegations: s.Delegations, Seats: invited(s.Seats), Booths: s.Booths, Items: s.Items, Publication: s.Publication})
		if err != nil {
			t.Fatal(err)
		}
		h.id = id
		h.sec.SourcesChanged(id, w.live)
		for _, x := range s.Seats {
			if x.Connected {
				h.enter(x.ID)
			}
		}
		mend := func() {}
		for i, step := range p.steps {
			switch chance.IntN(40) {
			case 0:
				mend()
				mend = h.disk.stall()
			case 1:
				h.disk.fail(errFull, false)
			case 2:
				h.disk.fail(journal.ErrUncertain, true)
			case 3, 4, 5, 6, 7, 8:
				mend()
				h.disk.fail(nil, false)
				time.Sleep(5 * time.Second)
			}
			if i == len(p.steps)/2 {
				mend()
				h.disk.fail(nil, false)
				h.restart()
				h.sec.SourcesChanged(id, w.live)
			}
			switch a := step.Act.(type) {
			case summit.Connect:
				if detach, err := h.sec.Attach(id, a.Seat); err == nil {
					h.away[a.Seat] = detach
				}
			case summit.Disconnect:
				if detach := h.away[a.Seat]; detach != nil {
					detach()
				}
			case summit.Restart, summit.Convene:
			default:
				h.later(step.By, step.Act)
			}
			time.Sleep(time.Duration(chance.IntN(2)) * time.Second)
			synctest.Wait()
		}
		mend()
		h.disk.fail(nil, false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if u := h.update(); u.State.Revision != w.state.Revision || !u.Plan.Equal(plan.Compute(w.state, w.live)) {
			w.faults = append(w.faults, "when all is written, the media does not follow the record")
		}
		given = len(h.door.calls)
	})
	return w, given
}

// invited is the seats as a description has them.
func invited(seats []summit.Seat) (all []summit.Seat) {
	for _, x := range seats {
		x.Invitation = summit.Invitation{Hash: summittest.Hash(summittest.Secret(x.ID))}
		all = append(all, x)
	}
	return all
}

func TestTheMediaNeverGivesMoreThanTheRecordAllows(t *testing.T) {
	steps, changes := 0, 0
	for first := true; first || os.Getenv("LIQA_LONG") != "" && steps < 200_000 && !t.Failed(); first = false {
		rapid.Check(t, func(r *rapid.T) {
			p := drawPlay(r)
			w, given := perform(t, p)
			steps, changes = steps+len(p.steps), changes+given
			if len(w.faults) > 0 {
				r.Fatalf("%d faults: %s", len(w.faults), w.faults[0])
			}
		})
	}
	t.Logf("%d acts, %d changes of the media", steps, changes)
}
