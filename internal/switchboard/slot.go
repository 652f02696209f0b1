package switchboard

import (
	"math/rand/v2"
	"sync/atomic"

	"github.com/pion/rtp"
)

// slot is one continuous RTP stream. What feeds it changes; its SSRC, the
// order of its sequence numbers and the meaning of its timestamps never do.
type slot struct {
	index int
	spec  SlotSpec
	pt    [lastCodec + 1]uint8
	takes [lastCodec + 1]bool

	want     atomic.Pointer[grant] // what it is to carry; set by the board
	carrying atomic.Pointer[grant] // what it does; for the board to see
	dark     atomic.Bool           // the old picture has stayed too long

	// What follows belongs to whoever serves the receiver.
	current *grant
	codec   Codec  // of what it carried last
	seq     uint16 // the next
	first   uint64 // out of the first packet of this turn
	last    uint64 // out of the newest
	offset  uint16 // seq minus out in this turn
	skipped int    // packets withheld since it was to turn
	line    timeline
	history history
	report  bool // a sender report is due at once

	count slotCount
}

func (s *slot) init(index int, spec SlotSpec) {
	s.index, s.spec = index, spec
	for c, pt := range spec.PT {
		if c <= lastCodec {
			s.pt[c], s.takes[c] = pt, c.Kind() == spec.Kind
		}
	}
	s.seq = uint16(rand.Uint32())
	s.line.init(spec.Kind, rand.Uint32())
	s.count.last.Store(int64(never))
}

// turnTo makes the slot carry what comes under the grant, from this packet on,
// if it is to and the packet may be the first.
func (s *slot) turnTo(g *grant, p *packet) bool {
	if g != s.want.Load() || !g.admits(p) {
		return false
	}
	if !s.line.turn(p, s.skipped) {
		s.skipped++
		s.count.withheld.Add(1)
		return false
	}
	s.skipped = 0
	s.current, s.codec = g, g.source.spec.Codec
	s.carrying.Store(g)
	s.begin(p)
	s.report = true
	s.count.turns.Add(1)
	return true
}

// begin continues the sequence numbers with this packet.
func (s *slot) begin(p *packet) {
	s.first, s.last = p.out, p.out
	s.offset = s.seq - uint16(p.out)
}

// end makes the slot carry nothing.
func (s *slot) end() {
	s.current = nil
	s.skipped = 0
	s.carrying.Store(nil)
}

// place gives a packet of the current turn its sequence number and timestamp;
// false when it has no place. A packet that was missing leaves its number
// free, and has it when it comes late.
func (s *slot) place(p *packet) (seq uint16, ts uint32, ok bool) {
	if p.out < s.first || s.last > p.out && s.last-p.out >= 1<<15 {
		return 0, 0, false
	}
	if p.out < s.last {
		ts, ok = s.line.late(p)
	} else {
		ts, ok = s.line.next(p)
		if !ok { // a frame left out: the next one takes its number
			s.seq = uint16(p.out) + s.offset
			s.first, s.last = p.out+1, p.out+1
			s.offset--
			return 0, 0, false
		}
		s.last = p.out
		s.seq = uint16(p.out) + s.offset + 1
	}
	if !ok {
		return 0, 0, false
	}
	seq = uint16(p.out) + s.offset
	s.history.add(s.spec.Kind, sent{grant: s.current, n: p.n, seq: seq, ts: ts})
	return seq, ts, true
}

// nextSeq takes the next sequence number, for what is of no source.
func (s *slot) nextSeq() uint16 {
	s.seq++
	return s.seq - 1
}

// nextSlate gives a slate in the codec that was carried last.
func (s *slot) nextSlate(now instant, i int) (Codec, uint32, [][]byte) {
	return s.codec, s.line.slate(now), slates[s.codec][i]
}

func (s *slot) header(h *rtp.Header, c Codec, marker bool, seq uint16, ts uint32) {
	h.Version = 2
	h.Marker = marker
	h.PayloadType = s.pt[c]
	h.SequenceNumber = seq
	h.Timestamp = ts
	h.SSRC = s.spec.SSRC
}
