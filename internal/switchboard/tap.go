package switchboard

import (
	"slices"
	"sync"
	"time"
)

// Tap gives every packet of a source to a recorder: in order, the retransmitted
// ones in their places, each once. It may be set before the source exists, and
// stays when the source is replaced. The sink is called from a goroutine of the
// tap's own, which may take its time; when it is seconds behind, packets are
// lost to it. Of a source in layers it gives the highest that lives. When stop
// returns the sink is not called any more.
func (b *Board) Tap(id SourceID, sink func(Packet)) (stop func()) {
	t := &tap{
		board: b, id: id, sink: sink,
		wake: make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{}),
	}
	b.mu.Lock()
	closed := b.closed
	if !closed {
		b.taps[id] = append(b.taps[id], t)
		b.retap(id)
	}
	b.mu.Unlock()
	if closed {
		return func() {}
	}
	go t.run()
	return sync.OnceFunc(func() { b.untap(t) })
}

func (b *Board) retap(id SourceID) {
	if s := b.sources[id]; s != nil {
		s.taps.Store(new(slices.Clone(b.taps[id])))
	}
}

func (b *Board) untap(t *tap) {
	b.mu.Lock()
	list := b.taps[t.id]
	i := slices.Index(list, t)
	if i < 0 {
		b.mu.Unlock()
		return
	}
	b.taps[t.id] = slices.Delete(list, i, i+1)
	if len(b.taps[t.id]) == 0 {
		delete(b.taps, t.id)
	}
	b.retap(t.id)
	b.mu.Unlock()
	close(t.done)
	<-t.ended
}

// tap is one listener to a source's packets.
type tap struct {
	board *Board
	id    SourceID
	sink  func(Packet)
	wake  chan struct{}
	done  chan struct{}
	ended chan struct{}

	mu    sync.Mutex
	queue []tapped
	spare []tapped

	reorder reorder
}

// tapped is a packet on its way into a tap, and the stream it belongs to there.
type tapped struct {
	packet *packet
	source *Source
	stream uint64
}

const (
	tapQueue = 4096
	// gapWait is how long a tap waits for a packet that is missing.
	gapWait = 600 * time.Millisecond
)

// giveTaps gives a packet to those who record the source, if it is of the layer
// that they are given: the highest that lives, from a keyframe of it on. With
// the layer the stream changes: its numbers and timestamps are others.
func (s *Source) giveTaps(l *layer, p *packet) {
	taps := *s.taps.Load()
	if len(taps) == 0 {
		return
	}
	if at := int(s.tapped.Load()); at != l.index {
		if len(s.layers) > 1 && (!p.key || p.late || at >= 0 && l.index != int(s.best.Load())) {
			return
		}
		if s.tapped.Store(int32(l.index)); at >= 0 {
			s.stream = s.board.streams.Add(1)
		}
	}
	for _, t := range taps {
		t.put(tapped{p, s, s.stream})
	}
}

// put takes in a packet; nobody is waited for.
func (t *tap) put(q tapped) {
	t.mu.Lock()
	if len(t.queue) < tapQueue {
		q.packet.hold()
		t.queue = append(t.queue, q)
	}
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

func (t *tap) run() {
	defer close(t.ended)
	timer := time.NewTimer(gapWait)
	defer timer.Stop()
	for {
		select {
		case <-t.wake:
		case <-timer.C:
		case <-t.done:
			t.end()
			return
		}
		t.mu.Lock()
		queue := t.queue
		t.queue, t.spare = t.spare[:0], queue
		t.mu.Unlock()
		now := t.board.clock.instant()
		for i, q := range queue {
			t.reorder.put(q, now, t.give)
			queue[i] = tapped{}
		}
		if wait := t.reorder.late(now, t.give); wait > 0 {
			timer.Reset(wait)
		}
	}
}

// give hands one packet to the sink.
func (t *tap) give(q tapped) {
	p, spec := q.packet, &q.source.spec
	defer p.release()
	if len(p.payload) == 0 {
		return // padding that came late and keeps its number
	}
	t.sink(Packet{
		Source: spec.ID, Origin: spec.Origin, Codec: spec.Codec, Stream: q.stream,
		Seq: p.out, Timestamp: p.ts,
		Capture: t.board.clock.time(p.capture), Arrival: t.board.clock.time(p.arrival),
		Duration: span(int64(p.duration), int64(spec.ClockRate)),
		Marker:   p.marker, Keyframe: p.key, Payload: p.payload,
	})
}

// end gives what is still waiting.
func (t *tap) end() {
	t.mu.Lock()
	queue := t.queue
	t.queue = nil
	t.mu.Unlock()
	now := t.board.clock.instant()
	for _, q := range queue {
		t.reorder.put(q, now, t.give)
	}
	t.reorder.flush(t.give)
}
