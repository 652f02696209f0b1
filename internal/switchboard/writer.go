package switchboard

import (
	"slices"
	"time"
)

// The functions here serve a receiver: all that is written to its Output is
// written by them.

// serve does what there is to do for the receiver, or a part of it. Only one
// at a time does; another that comes meanwhile leaves it to the one.
func (r *Receiver) serve() {
	todo, open, mine := r.begin()
	if !mine {
		return
	}
	if !open {
		r.discard(r.work[r.done:])
		for _, m := range todo.rooms {
			m.done()
		}
		close(r.ended)
		return
	}
	r.do(todo)
	for n := 0; n < maxServe && r.done < len(r.work); n++ {
		e := &r.work[r.done]
		r.done++
		r.handle(e)
		*e = entry{}
	}
	r.flush()
	r.reportSwitches()
	r.finish()
}

// begin takes what there is to do, unless somebody else is at it, or the
// receiver has ended.
func (r *Receiver) begin() (todo chores, open, mine bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listed = false
	if r.serving {
		return chores{}, false, false
	}
	r.serving = true // and for ever, once it is closed
	todo, r.chores = r.chores, chores{}
	if r.closed.Load() {
		r.work = append(slices.Clone(r.work[r.done:]), r.queue...)
		r.done, r.queue, r.spare = 0, nil, nil
		return todo, false, true
	}
	if r.done == len(r.work) {
		r.work, r.queue, r.spare = r.queue, r.spare[:0], r.work
		r.done = 0
	}
	return todo, true, true
}

// finish stands in line again if there is more to do.
func (r *Receiver) finish() {
	r.mu.Lock()
	r.serving, r.listed = false, false
	r.slow = r.aside > 0
	urgent := r.closed.Load() || r.chores.any()
	list := urgent && r.toBeHurried() || !urgent && (r.done < len(r.work) || len(r.queue) > 0) && r.toBeListed()
	r.mu.Unlock()
	if list {
		r.board.crew.serve([]*Receiver{r}, urgent)
	}
}

// discard lets go of what was still in the queue.
func (r *Receiver) discard(queue []entry) {
	for _, e := range queue {
		if e.packet != nil {
			e.packet.release()
		}
		if e.mark != nil {
			e.mark.done()
		}
	}
}

// do does what comes before the queue.
func (r *Receiver) do(todo chores) {
	if todo.settle || len(todo.rooms) > 0 {
		for i := range r.slots {
			r.settleSlot(&r.slots[i])
		}
		r.flush()
	}
	for _, m := range todo.rooms {
		m.done()
	}
	if todo.report {
		r.reportAll()
	}
}

// settleSlot ends what the slot must not carry any more. Where that was a
// picture a slate takes its place.
func (r *Receiver) settleSlot(s *slot) {
	late := s.dark.Swap(false)
	g := s.current
	if g == nil {
		return
	}
	want := s.want.Load()
	if g.live.Load() && want != nil && (g == want || s.spec.Kind == Video && !late) {
		return
	}
	s.end()
	if s.spec.Kind == Video {
		r.slate(s)
	}
}

func (r *Receiver) handle(e *entry) {
	switch {
	case e.packet != nil:
		r.forward(e)
	case e.again:
		r.retransmit(&r.slots[e.slot], e.seq)
	case e.mark != nil:
		r.flush()
		e.mark.done()
	}
}

// forward gives a packet its place in the slot's stream. The queue's reference
// is passed on to the batch or released.
func (r *Receiver) forward(e *entry) {
	s, p, g := &r.slots[e.slot], e.packet, e.grant
	// The write is counted before the grant is looked at: whoever revokes the
	// grant and then finds no write under way knows that there will be none.
	r.beginWrite()
	if !g.live.Load() {
		s.count.refused.Add(1)
		p.release()
		return
	}
	if g != s.current {
		if !s.turnTo(g, p) {
			p.release()
			return
		}
		r.switched = true
	}
	seq, ts, ok := s.place(p)
	if !ok {
		s.count.withheld.Add(1)
		p.release()
		return
	}
	r.add(s, p, g, seq, ts, false)
}

// retransmit sends again what went out as seq, if the source has been allowed
// in this slot ever since, and still is.
func (r *Receiver) retransmit(s *slot, seq uint16) {
	sent, known := s.history.find(seq)
	if !known {
		s.count.nacksRefused.Add(1)
		return
	}
	r.beginWrite()
	if !sent.grant.live.Load() || !r.again.spend(r.board.clock.instant()) {
		s.count.nacksRefused.Add(1)
		return
	}
	p := sent.grant.source.cached(sent.n)
	if p == nil {
		s.count.nacksRefused.Add(1)
		return
	}
	s.count.nacksAnswered.Add(1)
	r.add(s, p, sent.grant, seq, sent.ts, true)
}

// add puts a packet into the batch.
func (r *Receiver) add(s *slot, p *packet, g *grant, seq uint16, ts uint32, again bool) {
	spec := &g.source.spec
	payload := p.payload
	if !again && p.via != nil && !p.via.live.Load() {
		payload = opusSilence // a channel's feeder lost its right on the way here
	}
	r.batch = append(r.batch, Outgoing{
		Slot: s.index, Payload: payload, Source: spec.ID, Origin: spec.Origin, Codec: spec.Codec,
		Keyframe: p.key, Again: again, Capture: r.board.clock.time(p.capture),
	})
	s.header(&r.batch[len(r.batch)-1].Header, spec.Codec, p.marker, seq, ts)
	r.held = append(r.held, p)
	s.count.sent(len(payload), p.arrival)
	if len(r.batch) == maxBatch {
		r.flush()
	}
}

// beginWrite notes that packets of sources are being looked at and written.
func (r *Receiver) beginWrite() {
	if r.writing.Load()%2 == 0 {
		r.writing.Add(1)
	}
}

// flush writes the batch, and notes that no write is under way any more.
func (r *Receiver) flush() {
	if len(r.batch) > 0 {
		if !r.closed.Load() {
			r.write()
		}
		clear(r.batch)
		r.batch = r.batch[:0]
		for i, p := range r.held {
			p.release()
			r.held[i] = nil
		}
		r.held = r.held[:0]
	}
	if r.writing.Load()%2 == 1 {
		r.writing.Add(1)
	}
}

func (r *Receiver) write() {
	begun := time.Now()
	r.out.WriteRTP(r.batch)
	if r.aside = max(0, r.aside-1); time.Since(begun) > slowWrite {
		r.aside = slowWrites
	}
}

// slate replaces a picture that was cut, twice: a decoder may hold back one
// picture until the next, and one of them may be lost.
func (r *Receiver) slate(s *slot) {
	r.flush()
	for i := range slates[s.codec] {
		codec, ts, parts := s.nextSlate(r.board.clock.instant(), i)
		for k, part := range parts {
			r.batch = append(r.batch, Outgoing{
				Slot: s.index, Payload: part, Codec: codec, Keyframe: k == 0, Capture: r.board.clock.now(),
			})
			s.header(&r.batch[len(r.batch)-1].Header, codec, k == len(parts)-1, s.nextSeq(), ts)
			s.count.sent(len(part), never)
			if len(r.batch) == maxBatch {
				r.flush()
			}
		}
	}
	s.count.slates.Add(1)
	r.flush()
}
