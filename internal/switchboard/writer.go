package switchboard

import (
	"slices"
	"sync/atomic"
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
		for i := range r.slots {
			r.slateAgain(&r.slots[i], false)
		}
	}
}

// settleSlot ends what the slot must not carry any more. Where that was a
// picture a slate takes its place.
func (r *Receiver) settleSlot(s *slot) {
	late, unseen := s.dark.Swap(false), s.unseen.Swap(false)
	g := s.current
	if g == nil {
		if unseen {
			r.slateAgain(s, true)
		}
		return
	}
	want := s.want.Load()
	if g.live.Load() && want != nil && (g.grant == want.grant || s.spec.Kind == Video && !late) {
		return
	}
	s.end()
	if s.spec.Kind == Video {
		r.slate(s, 2)
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
	s, p, g := &r.slots[e.slot], e.packet, e.rung
	if len(r.later) > 0 {
		r.second(p.arrival)
	}
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
	out := outward{packet: p, payload: p.payload, sent: sent{rung: g, n: uint32(p.n), ts: ts, seq: seq}}
	switch {
	case p.revoked():
		// A channel's feeder lost its right on the way here. What stands in the
		// packet's place is not remembered: nor is the packet sent later.
		out.payload = p.silence()
		r.add(s, &out)
		return
	case s.spec.RED != 0 && !g.layer.small:
		out.withBefore(s, int(r.redundancy.Load()))
	case g.source.spec.Codec == VP9:
		out.number(s)
	}
	s.history.add(s.spec.Kind, out.sent)
	r.add(s, &out)
	if r.twice.Load() && s.rtx[s.codec] != 0 && len(r.later) < maxLater {
		r.later = append(r.later, later{slot: e.slot, seq: seq, due: p.arrival.add(secondAfter)})
	}
}

// later is a packet of a picture that is to be sent a second time, unasked.
type later struct {
	slot, seq uint16
	due       instant
}

const (
	secondAfter = 25 * time.Millisecond // so that what loses the first has passed
	maxLater    = 256
)

// second sends again what is due. The clock are the packets that come, sound
// every 20 ms among them.
func (r *Receiver) second(now instant) {
	n := 0
	for ; n < len(r.later) && r.later[n].due <= now; n++ {
		s := &r.slots[r.later[n].slot]
		r.beginWrite()
		if was := s.history.find(r.later[n].seq); was != nil && was.again == 0 && was.rung == s.current && was.rung.live.Load() {
			r.repeat(s, was, now)
		}
	}
	if n > 0 {
		r.later = append(r.later[:0], r.later[n:]...)
	}
}

// retransmit sends again what went out as seq, if the source has been allowed
// in this slot ever since, and still is.
func (r *Receiver) retransmit(s *slot, seq uint16) {
	was, now := s.history.find(seq), r.board.clock.instant()
	if was == nil {
		r.refuse(&s.count.nacksRefused)
		return
	}
	if _, _, roundTrip := s.heard.get(); !was.due(now, roundTrip) {
		r.refuse(&s.count.nacksRepeated)
		return
	}
	r.beginWrite()
	if !was.rung.live.Load() || !r.again.spend(now, retransmissionsFor(int(r.line.Load())), was.again) {
		r.refuse(&s.count.nacksRefused)
		return
	}
	if !r.repeat(s, was, now) {
		r.refuse(&s.count.nacksRefused)
		return
	}
	s.count.nacksAnswered.Add(1)
}

// repeat sends once more what went out before, if it is still there. A write
// has been counted, and the right looked at since.
func (r *Receiver) repeat(s *slot, was *sent, now instant) bool {
	p := was.rung.layer.cached(was.n)
	if p == nil {
		return false
	}
	out := outward{packet: p, payload: p.payload, sent: *was, again: true}
	if p.revoked() || !out.repeat(s) {
		p.release()
		return false
	}
	was.repeated(now)
	r.add(s, &out)
	return true
}

// refuse counts a request that is not answered. Where nothing waits to be
// written no write is under way: a cut must not wait for who asks and asks.
func (r *Receiver) refuse(count *atomic.Uint64) {
	count.Add(1)
	if len(r.batch) == 0 {
		r.flush()
	}
}

// outward is a packet on its way out of a slot, in the shape it has there.
type outward struct {
	sent    sent
	packet  *packet // with a reference of its own
	payload []byte
	copied  *packet // what the payload is a part of, when it is of this slot only
	mixed   *form   // the same
	red     bool
	again   bool
}

// withBefore has a packet of sound carry earlier ones along, so many as the
// slot has been given, and as are wanted.
func (o *outward) withBefore(s *slot, most int) {
	pt := s.pt[Opus]
	for k := s.along(o.packet, o.sent.seq, most); k > 0; k-- {
		f := o.sent.rung.layer.with(o.packet, k, pt)
		if f != nil && s.inStep(f, k, o.sent.seq, o.sent.ts) {
			o.sent.along = uint8(k)
			o.mix(f, k, pt)
			return
		}
	}
}

// mix takes the payload from a form.
func (o *outward) mix(f *form, k int, pt uint8) {
	if f.pt != pt {
		f = f.as(pt, k)
		o.mixed = f
	}
	o.payload, o.red = f.payload, true
}

// number gives a packet of VP9 the slot's own numbers.
func (o *outward) number(s *slot) {
	var d vp9Descriptor
	if _, ok := d.read(o.payload); ok {
		o.sent.picture, o.sent.lowest = s.vp9.next(&d)
		o.renumber(&d)
	}
}

func (o *outward) renumber(d *vp9Descriptor) {
	if d.same(o.sent.picture, o.sent.lowest) {
		return
	}
	if q := o.packet.renumber(d, o.sent.picture, o.sent.lowest); q != nil {
		o.copied, o.payload = q, q.payload
	}
}

// repeat gives a retransmission the shape that the packet had, to the bit.
func (o *outward) repeat(s *slot) bool {
	if k := int(o.sent.along); k > 0 {
		f := o.packet.forms[k-1].Load()
		if f == nil || f == noForm {
			return false
		}
		o.mix(f, k, s.pt[Opus])
	}
	if o.sent.rung.source.spec.Codec == VP9 {
		var d vp9Descriptor
		if _, ok := d.read(o.payload); ok {
			o.renumber(&d)
		}
	}
	return true
}

// add puts a packet into the batch.
func (r *Receiver) add(s *slot, o *outward) {
	p, spec := o.packet, &o.sent.rung.source.spec
	r.batch = append(r.batch, Outgoing{
		Slot: s.index, Payload: o.payload, Source: spec.ID, Origin: spec.Origin, Codec: spec.Codec,
		Layer: o.sent.rung.layer.index, Keyframe: p.key, Again: o.again, Capture: r.board.clock.time(p.capture),
	})
	out := &r.batch[len(r.batch)-1]
	s.header(&out.Header, spec.Codec, p.marker, o.sent.seq, o.sent.ts)
	if o.red {
		out.Header.PayloadType = s.spec.RED
	}
	if pt := s.rtx[spec.Codec]; o.again && pt != 0 {
		out.RTX, out.Original = true, o.sent.seq
		out.Header.SSRC, out.Header.PayloadType, out.Header.SequenceNumber = s.spec.RTX.SSRC, pt, 0
	}
	r.held = append(r.held, held{p, o.copied, o.mixed})
	s.count.sent(len(o.payload), p.arrival)
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
		for i := range r.held {
			r.held[i].release()
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
