package switchboard

import "time"

// reorder puts a source's packets into the order of their numbers. It waits a
// while for one that is missing, and then goes on without it.
type reorder struct {
	stream uint64
	ring   [1024]tapped
	next   uint64
	end    uint64
	gap    instant // since when next is missing while others wait
}

func (o *reorder) at(n uint64) *tapped { return &o.ring[n%uint64(len(o.ring))] }

// put takes a packet, and gives all that can be given now.
func (o *reorder) put(q tapped, now instant, give func(tapped)) {
	if q.stream < o.stream {
		q.packet.release() // another layer or sender has taken its place
		return
	}
	if q.stream > o.stream {
		o.flush(give)
		o.stream, o.next, o.end = q.stream, q.packet.out, q.packet.out
	}
	n := q.packet.out
	if n < o.next || n < o.end && o.at(n).packet != nil {
		q.packet.release() // its place has passed, or has been taken
		return
	}
	for n >= o.next+uint64(len(o.ring)) { // so many at once: no use waiting
		if o.next == o.end {
			o.next, o.end = n, n
			break
		}
		o.step(give)
	}
	*o.at(n) = q
	o.end = max(o.end, n+1)
	o.run(now, give)
}

// step gives the next packet or goes past it.
func (o *reorder) step(give func(tapped)) {
	at := o.at(o.next)
	o.next++
	if q := *at; q.packet != nil {
		*at = tapped{}
		give(q)
	}
}

func (o *reorder) run(now instant, give func(tapped)) {
	moved := false
	for o.next < o.end && o.at(o.next).packet != nil {
		o.step(give)
		moved = true
	}
	if o.next < o.end && (moved || o.gap == never) {
		o.gap = now
	}
	if o.next == o.end {
		o.gap = never
	}
}

// late goes on without what has been missing for too long, and says how long
// to wait for the next such moment; 0 when nothing is missing.
func (o *reorder) late(now instant, give func(tapped)) time.Duration {
	for o.next < o.end {
		if wait := gapWait - now.sub(o.gap); wait > 0 {
			return wait
		}
		for o.next < o.end && o.at(o.next).packet == nil {
			o.next++
		}
		o.gap = never
		o.run(now, give)
	}
	return 0
}

// flush gives all that waits.
func (o *reorder) flush(give func(tapped)) {
	for o.next < o.end {
		o.step(give)
	}
	o.gap = never
}
