package switchboard

import (
	"sync"
	"sync/atomic"
	"time"
)

// Source is one microphone, camera, screen or channel that comes in, in one or
// several layers. It is made by [Board.AddSource].
type Source struct {
	spec   SourceSpec
	board  *Board
	origin *originClock
	closed atomic.Bool
	level  level
	layers []*layer // from the smallest

	feeds atomic.Pointer[[]feed] // channels that it may feed
	taps  atomic.Pointer[[]*tap] // who records it
	come  atomic.Uint64          // how many packets have come, late ones aside
	asks  *errands               // nil without an upstream
	small *smaller               // of sound; nil of pictures

	// mu guards the layers' numbers and caches. It is held for one packet's
	// bookkeeping only.
	mu sync.Mutex

	best   atomic.Int32 // the highest living layer
	tapped atomic.Int32 // the layer that the taps are given; −1 before the first
	stream uint64       // of what they are given; it belongs to who writes

	count sourceCount
}

// route leads a layer's packets into one slot of one receiver.
type route struct {
	to   *Receiver
	slot int
	rung *rung
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

func newSource(b *Board, spec SourceSpec, origin *originClock) *Source {
	s := &Source{spec: spec, board: b, origin: origin, stream: b.streams.Add(1)}
	s.tapped.Store(-1)
	for i := range max(1, spec.Layers) {
		s.layers = append(s.layers, newLayer(s, i, origin))
	}
	if spec.Kind == Audio {
		s.small = newSmaller(s, origin)
	}
	s.level.last.Store(int64(never))
	s.feeds.Store(new([]feed))
	s.taps.Store(new([]*tap))
	if spec.Upstream != nil {
		s.asks = newErrands(s)
	}
	return s
}

// Spec is what the source was added with.
func (s *Source) Spec() SourceSpec { return s.spec }

// Write takes one RTP packet (RFC 3550) that arrived at the given time, of the
// smallest layer or the only one. It is called by one goroutine at a time, as
// are all functions of the source that begin with Write, and keeps nothing of
// raw. A packet that makes no sense is counted and dropped.
func (s *Source) Write(raw []byte, arrival time.Time) { s.WriteLayer(0, raw, arrival) }

// WriteLayer is Write for one layer of a picture, 0 the smallest.
func (s *Source) WriteLayer(layer int, raw []byte, arrival time.Time) {
	var h header
	how := arriving{at: s.board.clock.at(arrival)}
	l, ok := s.begin(layer, raw, &h, how.at)
	if !ok {
		return
	}
	if p := s.take(l, &h, how); p != nil {
		s.deliver(l, p)
	}
}

// begin reads a packet's header and counts the packet; false when nothing is to
// become of it.
func (s *Source) begin(layer int, raw []byte, h *header, at instant) (*layer, bool) {
	if s.closed.Load() {
		return nil, false
	}
	if layer < 0 || layer >= len(s.layers) || !h.read(raw, s.spec.AudioLevelID) || len(h.payload) > maxPayload {
		s.count.malformed.Add(1)
		return nil, false
	}
	l := s.layers[layer]
	l.count.bytes.Add(uint64(len(raw)))
	l.count.last.Store(int64(at))
	return l, true
}

func (s *Source) take(l *layer, h *header, how arriving) *packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Load() {
		return nil
	}
	return l.admit(h, how)
}

// deliver gives a packet to all who are led its layer now, and takes over the
// caller's reference. Nobody is waited for.
func (s *Source) deliver(l *layer, p *packet) {
	s.lead(l, p)
	if s.small != nil {
		if d := s.small.making.Load(); d != nil {
			d.put(p)
		}
	}
	for _, f := range *s.feeds.Load() {
		f.to.put(p, f.grant)
	}
	s.giveTaps(l, p)
	p.release()
}

// lead puts a packet into the queues of the receivers that are led its layer.
func (s *Source) lead(l *layer, p *packet) {
	routes := *l.routes.Load()
	p.refs.Add(int32(len(routes)))
	var list [64]*Receiver // who has nothing else to do
	n := 0
	for i := range routes {
		r := &routes[i]
		taken, listed := r.to.push(entry{packet: p, rung: r.rung, slot: uint16(r.slot)})
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
}

// SenderReport tells of a sender report (RFC 3550 §6.4.1) on the smallest layer
// or the only one.
func (s *Source) SenderReport(ntp uint64, rtp uint32, arrival time.Time) {
	s.SenderReportLayer(0, ntp, rtp, arrival)
}

// SenderReportLayer is SenderReport for one layer of a picture.
func (s *Source) SenderReportLayer(layer int, ntp uint64, rtp uint32, arrival time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if layer < 0 || layer >= len(s.layers) || !s.layers[layer].started || s.closed.Load() {
		return // a report on nothing: the next one will do
	}
	l := s.layers[layer]
	l.capture.report(fromNTP(ntp), unwrap(l.ts, rtp), s.board.clock.at(arrival))
}

// Close takes the source off the board. When it returns no packet of it will
// leave any more, as after [Board.Cut].
func (s *Source) Close() { s.board.removeSource(s) }

// keyframe asks the sender for a keyframe of the highest layer that lives.
func (s *Source) keyframe() { s.layers[s.best.Load()].keyframe() }

// lastTwo gives the newest two packets of sound with references, or nil for one
// that is missing.
func (s *Source) lastTwo() [2]*packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.layers[0]
	n := uint32(l.sequence.newest)
	return [2]*packet{l.cache.get(n - 1), l.cache.get(n)}
}

// last is when the newest packet of any layer came, or never.
func (s *Source) last() instant {
	last := never
	for _, l := range s.layers {
		last = max(last, instant(l.count.last.Load()))
	}
	return last
}

// Led reports whether a layer's packets are led into anybody's slot now.
func (s *Source) Led(layer int) bool {
	return layer >= 0 && layer < len(s.layers) && len(*s.layers[layer].routes.Load()) > 0
}

// listeners counts the slots that the source's packets are led into now.
func (s *Source) listeners() int {
	n := 0
	for _, l := range s.layers {
		n += len(*l.routes.Load())
	}
	if s.small != nil {
		n += len(*s.small.layer.routes.Load())
	}
	return n
}

// clear lets go of all that is kept.
func (s *Source) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.layers {
		l.cache.clear()
	}
	if s.small != nil {
		s.small.layer.cache.clear()
	}
}
