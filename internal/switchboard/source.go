package switchboard

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Source is one stream that comes in. It is made by [Board.AddSource].
type Source struct {
	spec   SourceSpec
	board  *Board
	stream uint64
	closed atomic.Bool
	level  level

	routes atomic.Pointer[[]route] // who carries it now; replaced, never changed
	feeds  atomic.Pointer[[]feed]  // channels that it may feed
	taps   atomic.Pointer[[]*tap]  // who records it
	come   atomic.Uint64           // how many packets have come, late ones aside
	subs   map[subscription]*grant // what routes is made from; guarded by the board
	stale  bool                    // routes must be made anew; guarded by the board
	asks   *errands                // nil without an upstream

	// mu guards what follows. It is held for one packet's bookkeeping only.
	mu       sync.Mutex
	sequence sequence
	capture  captureClock
	ts       int64 // newest
	started  bool
	cache    cache
	jitter   jitter

	count sourceCount
}

// route leads a source's packets into one slot of one receiver.
type route struct {
	to    *Receiver
	slot  int
	grant *grant
}

// subscription names a slot of a receiver.
type subscription struct {
	to   *Receiver
	slot int
}

// feed leads a source's packets into a channel.
type feed struct {
	to    *Channel
	grant *grant
}

// How many packets of a source are kept: several seconds of sound, and of
// pictures at 3 Mbit/s about two.
const (
	soundKept   = 256
	pictureKept = 1024
)

func newSource(b *Board, spec SourceSpec, origin *originClock) *Source {
	kept := soundKept
	if spec.Kind == Video {
		kept = pictureKept
	}
	s := &Source{
		spec: spec, board: b, stream: b.streams.Add(1),
		subs:    make(map[subscription]*grant),
		capture: captureClock{rate: int64(spec.ClockRate), origin: origin},
		cache:   newCache(kept),
	}
	s.level.last.Store(int64(never))
	s.count.last.Store(int64(never))
	s.routes.Store(new([]route))
	s.feeds.Store(new([]feed))
	s.taps.Store(new([]*tap))
	if spec.Upstream != nil {
		s.asks = newErrands(s)
	}
	return s
}

// Spec is what the source was added with.
func (s *Source) Spec() SourceSpec { return s.spec }

// Write takes one RTP packet (RFC 3550) that arrived at the given time. It is
// called by one goroutine at a time and keeps nothing of raw. A packet that
// makes no sense is counted and dropped.
func (s *Source) Write(raw []byte, arrival time.Time) {
	if s.closed.Load() {
		return
	}
	if p := s.take(raw, s.board.clock.at(arrival)); p != nil {
		s.deliver(p)
	}
}

// WriteLayer is Write for one layer of a picture, 0 the smallest.
func (s *Source) WriteLayer(layer int, raw []byte, arrival time.Time) {
	if layer == 0 {
		s.Write(raw, arrival)
		return
	}
	s.count.malformed.Add(1)
}

// WriteRED is Write for a packet of sound with redundancy (RFC 2198): what had
// been lost of the packets before it is had from it.
func (s *Source) WriteRED(raw []byte, arrival time.Time) { s.count.malformed.Add(1) }

// take reads, numbers, times and keeps a packet. What it gives has a reference
// for the caller.
func (s *Source) take(raw []byte, arrival instant) *packet {
	var h header
	if !h.read(raw, s.spec.AudioLevelID) || len(h.payload) > maxPayload {
		s.count.malformed.Add(1)
		return nil
	}
	s.count.bytes.Add(uint64(len(raw)))
	s.count.last.Store(int64(arrival))

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Load() {
		return nil
	}
	before := s.sequence.newest
	n, where := s.sequence.take(h.seq, len(h.payload) == 0)
	switch where {
	case strange:
		s.count.malformed.Add(1)
		return nil
	case padding:
		s.count.padding.Add(1)
		s.missed(before, n, arrival)
		return nil
	case late:
		if s.cache.has(n) || s.sequence.leftOut(n) {
			s.count.doubled.Add(1)
			return nil
		}
		s.found(n)
	case anew:
		s.capture.restart()
		s.started = false
	}
	if !s.started {
		s.started, s.ts = true, 1<<32+int64(h.ts)
	}
	ts := unwrap(s.ts, h.ts)
	if where != late {
		s.missed(before, n, arrival)
		s.jitter.add(ts, arrival, s.capture.rate)
		s.ts = ts
	}

	p := newPacket(h.payload)
	p.n, p.out, p.ts, p.arrival = n, s.sequence.out(n), ts, arrival
	p.marker, p.late, p.nth = h.marker, where == late, s.come.Load()
	if !p.late {
		p.nth++
	}
	p.capture = s.capture.capture(ts, arrival)
	s.describe(p, &h)
	if !s.cache.put(p) {
		p.release()
		s.count.doubled.Add(1)
		return nil
	}
	s.count.packets.Add(1)
	// After the cache and before the routes are looked at: a grant made from
	// now on lets nothing through that was here before it.
	s.come.Store(p.nth)
	return p
}

// describe says what the payload is.
func (s *Source) describe(p *packet, h *header) {
	switch s.spec.Codec {
	case Opus:
		p.duration = opusTicks(p.payload)
		p.level = unsaid
		if h.hasLevel {
			p.level = h.level
		}
		p.quiet = p.level >= hushed || len(p.payload) <= 3
		s.level.add(p.level, p.arrival)
	default:
		p.key = s.spec.Codec.beginsKeyframe(p.payload)
		if p.key {
			s.count.keyframes.Add(1)
			if s.asks != nil {
				s.asks.keyframeCame(p.arrival)
			}
		}
	}
}

// deliver gives a packet to all who carry it now, and takes over the caller's
// reference. Nobody is waited for.
func (s *Source) deliver(p *packet) {
	routes := *s.routes.Load()
	p.refs.Add(int32(len(routes)))
	var list [64]*Receiver // who has nothing else to do
	n := 0
	for i := range routes {
		r := &routes[i]
		taken, listed := r.to.push(entry{packet: p, grant: r.grant, slot: uint16(r.slot)})
		if !taken {
			p.release()
		}
		if listed {
			list[n] = r.to
			if n++; n == len(list) {
				s.board.crew.serve(list[:], false)
				n = 0
			}
		}
	}
	s.board.crew.serve(list[:n], false)
	for _, f := range *s.feeds.Load() {
		f.to.put(p, f.grant)
	}
	for _, t := range *s.taps.Load() {
		t.put(p, s)
	}
	p.release()
}

// SenderReport tells of a sender report (RFC 3550 §6.4.1) on this source.
func (s *Source) SenderReport(ntp uint64, rtp uint32, arrival time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started || s.closed.Load() {
		return // a report on nothing: the next one will do
	}
	s.capture.report(fromNTP(ntp), unwrap(s.ts, rtp), s.board.clock.at(arrival))
}

// SenderReportLayer is SenderReport for one layer of a picture.
func (s *Source) SenderReportLayer(layer int, ntp uint64, rtp uint32, arrival time.Time) {
	if layer == 0 {
		s.SenderReport(ntp, rtp, arrival)
	}
}

// Close takes the source off the board. When it returns no packet of it will
// leave any more, as after [Board.Cut].
func (s *Source) Close() { s.board.removeSource(s) }

// keyframe asks the sender for a picture that needs no other. It may be called
// as often as somebody would like one.
func (s *Source) keyframe() {
	if s.asks != nil && s.spec.Kind == Video {
		s.asks.wantKeyframe()
	}
}

// cached gives the packet n with a reference, or nil.
func (s *Source) cached(n uint64) *packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cache.get(n)
}

// lastTwo gives the newest two packets with references, or nil for one that is
// missing.
func (s *Source) lastTwo() [2]*packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.sequence.newest
	return [2]*packet{s.cache.get(n - 1), s.cache.get(n)}
}

// missed notes the packets between before and n as missing.
func (s *Source) missed(before, n uint64, at instant) {
	if before == 0 || n <= before+1 {
		return
	}
	s.count.lost.Add(int64(n - before - 1))
	if s.asks != nil {
		s.asks.miss(before+1, n, at)
	}
}

// found notes that the packet n came after all.
func (s *Source) found(n uint64) {
	s.count.late.Add(1)
	s.count.lost.Add(-1)
	if s.asks != nil {
		s.asks.found(n)
	}
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
