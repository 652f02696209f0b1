package secretariat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"liqa/internal/journal"
	"liqa/internal/plan"
	"liqa/internal/summit"
)

var (
	errClosed  = errors.New("the server is shutting down")
	errStalled = errors.New("the journal does not answer in time")
)

// maxBatch is how many events are written at once at most.
const maxBatch = 256

// step is one act that has been accepted and is not yet written.
type step struct {
	by      summit.Actor
	act     summit.Act
	at      time.Time
	events  []summit.Event
	records []journal.Record // the events, as they are written
	after   summit.State
	plan    plan.Plan // of after
	cuts    bool      // it takes something away and gives nothing: media or rights
	answer  chan answer
	passage *Passage // nil unless somebody wants to know
}

type answer struct {
	revision uint64
	err      error
}

// tell answers whoever waits, once.
func (s *step) tell(revision uint64, err error) {
	if s.answer != nil {
		s.answer <- answer{revision, err} // has room for the one answer
		s.answer = nil
	}
}

// do lets an actor act, and waits for the answer.
func (m *meeting) do(ctx context.Context, by summit.Actor, a summit.Act) (revision uint64, err error) {
	answers := make(chan answer, 1)
	p := m.passage(by, a)
	err = m.call(ctx, func() {
		p.begun()
		s, revision, err := m.decide(by, a, p)
		if s == nil {
			answers <- answer{revision, err}
			m.over(p, err)
			return
		}
		s.answer = answers
		if m.behind {
			s.tell(0, refuse("cut-unrecorded"))
		}
	})
	if err != nil {
		return 0, err
	}
	select {
	case got := <-answers:
		return got.revision, got.err
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-m.ctx.Done():
		return 0, errClosed
	}
}

// decide lets the rules decide an act. What is accepted and changes something
// is a step, which is cut at the media at once, as far as it takes away, and on
// its way to the journal. Without a step, the answer is known already.
func (m *meeting) decide(by summit.Actor, a summit.Act, p *Passage) (s *step, revision uint64, err error) {
	before, now := m.ahead(), m.cfg.Clock()
	events, err := summit.Decide(before, by, a, now)
	p.decided(len(events))
	switch {
	case err != nil:
		return nil, 0, err
	case len(events) == 0 && m.behind && len(m.unwritten) > 0:
		return nil, 0, refuse("cut-unrecorded") // it is so already, but for the record
	case len(events) == 0:
		return nil, before.Revision, nil
	}
	s, err = m.step(by, a, now, events)
	if err != nil {
		return nil, 0, err
	}
	p.planned()
	if m.behind && !s.cuts {
		return nil, 0, refuse("journal-behind")
	}
	s.passage = p
	m.add(s)
	return s, 0, nil
}

// step prepares the step that follows those decided so far; nothing is changed
// by it.
func (m *meeting) step(by summit.Actor, a summit.Act, at time.Time, events []summit.Event) (*step, error) {
	before := m.ahead()
	s := &step{by: by, act: a, at: at, events: events, after: before}
	was := m.plan
	if n := len(m.unwritten); n > 0 {
		was = m.unwritten[n-1].plan
	}
	for _, e := range events {
		kind, payload, err := summit.MarshalEvent(e)
		if err != nil {
			return nil, err
		}
		if len(payload) > journal.MaxPayload {
			return nil, tooLong(len(payload))
		}
		s.records = append(s.records, journal.Record{Kind: kind, At: e.When(), Payload: payload})
		s.after = summit.Apply(s.after, e)
	}
	s.plan = plan.Compute(s.after, m.live)
	takes, gives := rights(before, s.after)
	s.cuts = (takes || plan.Takes(was, s.plan)) && !gives && !plan.Gives(was, s.plan)
	return s, nil
}

// rights reports whether any seat's rights become less, and whether any's more,
// be there media in it or not: a reporter is dismissed in a closed item too.
func rights(before, after summit.State) (less, more bool) {
	for i, seat := range after.Seats {
		if i >= len(before.Seats) {
			return less, true
		}
		old, now := plan.Stands(before, before.Seats[i]), plan.Stands(after, seat)
		less, more = less || now < old, more || now > old
	}
	return less, more
}

// tooLong refuses what the journal cannot keep. Only a description can be.
func tooLong(bytes int) error {
	return &summit.Refusal{Code: "bad-description", Params: map[string]string{}, Faults: []summit.Fault{{
		Place:    "the whole",
		Sentence: fmt.Sprintf("it has %d bytes, and a description of at most %d can be kept", bytes, journal.MaxPayload),
	}}}
}

// add cuts what a step takes away, and queues it to be written. The queue is
// bounded: while the journal writes, by those who wait for an answer; while it
// does not, since every step takes something away that nothing gives back.
func (m *meeting) add(s *step) {
	m.unwritten = append(m.unwritten, s)
	if m.enforce(plan.Meet(m.standing, s.plan)) {
		m.notify() // screens show a cut at once, written or not
	}
	s.passage.cut()
	m.write()
}

// write has the writer write what is decided, unless it is writing.
func (m *meeting) write() {
	if m.flying > 0 || len(m.unwritten) == 0 {
		return
	}
	var records []journal.Record
	for _, s := range m.unwritten {
		if m.flying > 0 && len(records)+len(s.records) > maxBatch {
			break
		}
		m.flying++
		records = append(records, s.records...)
	}
	m.writer.batches <- records // has room: nothing is flying
	m.stall.Reset(m.cfg.Patience)
}

// written is called when the writer has written a batch, or failed to and will
// try again.
func (m *meeting) written(r result) {
	if r.err != nil {
		m.fallBehind(r.err)
		return
	}
	m.stall.Stop()
	done := m.unwritten[:m.flying]
	m.unwritten = append([]*step(nil), m.unwritten[m.flying:]...)
	m.flying = 0
	m.state, m.plan = done[len(done)-1].after, done[len(done)-1].plan
	for _, s := range done {
		s.passage.journaled()
	}
	m.enforce(m.allowed())
	recovered := m.behind
	m.behind = false
	u := m.moment()
	for _, s := range done { // before a thousand screens are woken
		s.passage.applied()
		s.tell(s.after.Revision, nil)
		m.over(s.passage, nil)
		m.admitted(s.events)
	}
	m.show(u)
	if recovered {
		m.log.Info("the journal writes again")
		m.reconcile()
	}
	m.write()
}
