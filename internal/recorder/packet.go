package recorder

import (
	"time"

	"liqa/internal/switchboard"
)

// packet is one RTP packet of a track.
type packet struct {
	codec  switchboard.Codec
	stream uint64 // changes when seq and ts begin anew
	seq    uint64
	ts     int64 // RTP timestamp, not wrapping
	// When it was captured and when it came, on the server's clock.
	capture, arrival time.Time
	marker           bool // ends a picture
	key              bool // begins a picture that needs no other
	slate            bool // a picture that shows nothing, made by the server
	payload          []byte
}

// reorderWait is how long a missing packet is waited for: a retransmission
// takes a round trip, and seldom more than one.
const reorderWait = 300 * time.Millisecond

// reorderMost bounds what is held back: two seconds of a large picture.
const reorderMost = 2048

// reorder puts packets into the order of their seq. One that is missing is
// waited for; then those behind it are given, and the gap is told.
type reorder struct {
	wait    time.Duration
	started bool
	stream  uint64
	next    uint64
	held    map[uint64]packet
	since   time.Time // when the oldest gap was noticed

	lost, late uint64 // packets that never came, or came too late
}

// put takes a packet, and gives what can be given. The payload is copied when
// it is held.
func (r *reorder) put(p packet, now time.Time, give func(p packet, gap bool)) {
	if !r.started || p.stream != r.stream {
		r.flush(give)
		r.started, r.stream, r.next = true, p.stream, p.seq
	}
	switch {
	case p.seq < r.next:
		r.late++
		return
	case p.seq == r.next:
		r.next++
		give(p, false)
		r.drain(now, give)
		return
	case r.wait == 0 && len(r.held) == 0:
		r.lost += p.seq - r.next
		r.next = p.seq + 1
		give(p, true)
		return
	}
	if r.held == nil {
		r.held = map[uint64]packet{}
	}
	if len(r.held) == 0 {
		r.since = now
	}
	if _, doubled := r.held[p.seq]; doubled {
		r.late++
		return
	}
	p.payload = append([]byte(nil), p.payload...)
	r.held[p.seq] = p
	if len(r.held) > reorderMost {
		r.skip(now, give)
	}
}

// drain gives what follows without a gap.
func (r *reorder) drain(now time.Time, give func(packet, bool)) {
	for len(r.held) > 0 {
		p, ok := r.held[r.next]
		if !ok {
			return
		}
		delete(r.held, r.next)
		r.next++
		r.since = now
		give(p, false)
	}
}

// tick gives up the oldest gap when it has been waited for long enough.
func (r *reorder) tick(now time.Time, give func(packet, bool)) {
	for len(r.held) > 0 && now.Sub(r.since) >= r.wait {
		r.skip(now, give)
	}
}

// flush gives all that is held.
func (r *reorder) flush(give func(packet, bool)) {
	for len(r.held) > 0 {
		r.skip(r.since, give)
	}
}

// skip goes over the gap to the oldest packet that is held.
func (r *reorder) skip(now time.Time, give func(packet, bool)) {
	first := ^uint64(0)
	for seq := range r.held {
		first = min(first, seq)
	}
	p := r.held[first]
	delete(r.held, first)
	r.lost += first - r.next
	r.next = first + 1
	r.since = now
	give(p, true)
	r.drain(now, give)
}
