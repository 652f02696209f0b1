package switchboard

import (
	"math"
	"sync/atomic"
	"time"
)

// layer is one RTP stream of a source: its only one, or one of several
// encodings of the same picture (simulcast). Each has numbers, timestamps and a
// cache of its own; all share the source's clock and its rights.
type layer struct {
	source *Source
	index  int  // 0 is the smallest
	small  bool // of sound: made smaller by the board

	routes atomic.Pointer[[]route] // who is led it now; replaced, never changed
	subs   map[subscription]*rung  // what routes is made from; guarded by the board
	stale  bool                    // routes must be made anew; guarded by the board

	// What follows is guarded by the source.
	sequence sequence
	capture  captureClock
	ts       int64 // newest
	started  bool
	cache    cache
	jitter   jitter

	size  atomic.Uint64 // of the newest keyframe: width<<32 | height; 0 when not known
	count layerCount
	meter meter
}

// How many packets of a layer are kept: several seconds of sound, and of
// pictures at 3 Mbit/s about two.
const (
	soundKept   = 256
	pictureKept = 1024
)

func newLayer(s *Source, index int, origin *originClock) *layer {
	kept := soundKept
	if s.spec.Kind == Video {
		kept = pictureKept
	}
	l := &layer{
		source: s, index: index,
		subs:    make(map[subscription]*rung),
		capture: captureClock{rate: int64(s.spec.ClockRate), origin: origin},
		cache:   newCache(kept),
	}
	l.count.last.Store(int64(never))
	l.meter.since = never
	l.routes.Store(new([]route))
	return l
}

// arriving is how a packet came.
type arriving struct {
	at        instant
	recovered bool // from the redundancy of a later one
}

// admit numbers, times and keeps a packet whose header has been read. What it
// gives has a reference for the caller. The source's lock is held.
func (l *layer) admit(h *header, how arriving) *packet {
	s, arrival := l.source, how.at
	before := l.sequence.newest
	n, where := l.sequence.take(h.seq, len(h.payload) == 0)
	switch where {
	case strange:
		s.count.malformed.Add(1)
		return nil
	case padding:
		l.count.padding.Add(1)
		l.missed(before, n, arrival)
		return nil
	case late:
		if l.cache.has(n) || l.sequence.leftOut(n) {
			l.count.doubled.Add(1)
			return nil
		}
		l.found(n)
	case anew:
		l.capture.restart()
		if s.asks != nil {
			s.asks.forget(l)
		}
		l.started = false
	}
	if !l.started {
		l.started, l.ts = true, 1<<32+int64(h.ts)
	}
	ts := unwrap(l.ts, h.ts)
	if where != late {
		l.missed(before, n, arrival)
		if !how.recovered {
			l.jitter.add(ts, arrival, l.capture.rate)
		}
		l.ts = ts
	}

	p := newPacket(h.payload)
	p.n, p.out, p.ts, p.arrival = n, l.sequence.out(n), ts, arrival
	p.marker, p.late, p.recovered, p.nth = h.marker, where == late, how.recovered, s.come.Load()
	if !p.late && !p.recovered {
		p.nth++
	}
	p.capture = l.capture.capture(ts, arrival)
	l.describe(p, h)
	if !l.cache.put(p) {
		p.release()
		l.count.doubled.Add(1)
		return nil
	}
	l.count.packets.Add(1)
	l.count.bare.Add(uint64(12 + len(p.payload)))
	// After the cache and before the routes are looked at: a grant made from
	// now on lets nothing through that was here before it.
	s.come.Store(p.nth)
	return p
}

// describe says what the payload is.
func (l *layer) describe(p *packet, h *header) {
	s := l.source
	switch s.spec.Codec {
	case Opus:
		p.payload = opusBare(p.payload)
		p.duration = opusTicks(p.payload)
		p.repeats = opusRepeats(p.payload)
		p.level = unsaid
		if h.hasLevel {
			p.level = h.level
		}
		p.quiet = p.level >= hushed || len(p.payload) <= 3
		s.level.add(p.level, p.arrival)
	default:
		if p.marker && !p.late {
			l.count.frames.Add(1)
		}
		p.key = s.spec.Codec.beginsKeyframe(p.payload)
		if !p.key {
			return
		}
		l.count.keyframes.Add(1)
		if w, h, ok := s.spec.Codec.pictureSize(p.payload); ok {
			l.size.Store(uint64(w)<<32 | uint64(h))
		}
		if s.asks != nil {
			s.asks.keyframeCame(l.index, p.arrival)
		}
	}
}

// missed notes the packets between before and n as missing.
func (l *layer) missed(before, n uint64, at instant) {
	if before == 0 || n <= before+1 {
		return
	}
	l.count.lost.Add(int64(n - before - 1))
	if a := l.source.asks; a != nil {
		a.miss(l, before+1, n, at)
	}
}

// found notes that the packet n came after all.
func (l *layer) found(n uint64) {
	l.count.late.Add(1)
	l.count.lost.Add(-1)
	if a := l.source.asks; a != nil {
		a.found(l, n)
	}
}

// keyframe asks the sender for a picture that needs no other. It may be called
// as often as somebody would like one.
func (l *layer) keyframe() {
	if s := l.source; s.asks != nil && s.spec.Kind == Video {
		s.asks.wantKeyframe(l.index)
	}
}

// cached gives the packet n with a reference, or nil; of n the lower 32 bits
// are enough.
func (l *layer) cached(n uint32) *packet {
	l.source.mu.Lock()
	defer l.source.mu.Unlock()
	return l.cache.get(n)
}

// jitter is the interarrival jitter of RFC 3550 §6.4.1.
type jitter struct {
	started bool
	transit int64
	value   atomic.Uint64 // float64 bits, in units of the RTP clock
}

func (j *jitter) add(ts int64, arrival instant, rate int64) {
	transit := ticks(time.Duration(arrival), rate) - ts
	if j.started {
		d := math.Abs(float64(transit - j.transit))
		if d < float64(rate) { // more is a jump, not jitter
			v := math.Float64frombits(j.value.Load())
			j.value.Store(math.Float64bits(v + (d-v)/16))
		}
	}
	j.started, j.transit = true, transit
}
