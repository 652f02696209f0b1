package switchboard

// The functions here are the receiver's goroutine: all that is written to its
// Output is written by them.

func (r *Receiver) run() {
	defer close(r.ended)
	for {
		queue, todo, open := r.next()
		if !open {
			r.discard(queue)
			for _, m := range todo.rooms {
				m.done()
			}
			return
		}
		r.do(todo)
		for i := range queue {
			r.handle(&queue[i])
			queue[i] = entry{}
		}
		r.flush()
		r.reportSwitches()
	}
}

// next waits for something to do and takes all of it.
func (r *Receiver) next() ([]entry, chores, bool) {
	for {
		r.mu.Lock()
		if r.closed {
			queue, todo := r.queue, r.chores
			r.queue, r.chores = nil, chores{}
			r.mu.Unlock()
			return queue, todo, false
		}
		if len(r.queue) > 0 || r.chores.any() {
			queue, todo := r.queue, r.chores
			r.queue, r.spare = r.spare[:0], queue
			r.chores = chores{}
			r.mu.Unlock()
			return queue, todo, true
		}
		r.idle = true
		r.mu.Unlock()
		<-r.wake
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
		r.out.WriteRTP(r.batch)
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

// slate replaces a picture that was cut, twice: a decoder may hold back one
// picture until the next, and one of them may be lost.
func (r *Receiver) slate(s *slot) {
	r.flush()
	for range 2 {
		codec, ts, parts := s.nextSlate(r.board.clock.instant())
		for i, part := range parts {
			r.batch = append(r.batch, Outgoing{
				Slot: s.index, Payload: part, Codec: codec, Keyframe: i == 0, Capture: r.board.clock.now(),
			})
			s.header(&r.batch[len(r.batch)-1].Header, codec, i == len(parts)-1, s.nextSeq(), ts)
			s.count.sent(len(part), never)
			if len(r.batch) == maxBatch {
				r.flush()
			}
		}
	}
	s.count.slates.Add(1)
	r.flush()
}
