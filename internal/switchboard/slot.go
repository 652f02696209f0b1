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

	want     atomic.Pointer[rung] // what it is to carry; set by the board
	carrying atomic.Pointer[rung] // what it does; for the board to see
	heard    hearing
	dark     atomic.Bool   // the old picture has stayed too long
	unseen   atomic.Bool   // the receiver misses a picture
	owed     atomic.Uint32 // 1<<16 | the number of a slate that is not known to have come; 0 for none
	pleas    pleas         // for keyframes

	// What follows is guarded by the board.
	width, height int16    // on the screen; −1 when nobody has said
	said          [2]int16 // the same, as it was said last
	resized       pleas
	layer         int8 // that it has been allotted; −1 for none
	byHand        bool // there is a limit to it
	reduced       Reduced
	foreign       SourceID // what it would carry if the receiver took its codec
	rate          int      // bit/s of payload in the last second
	packetRate    int      // a second
	bytes         uint64   // that had been sent when it was last measured
	packets       uint64
	smallOf       *Source // whose sound it is to have smaller; nil for none

	// What follows belongs to whoever serves the receiver.
	current *rung
	codec   Codec  // of what it carried last
	seq     uint16 // the next
	first   uint64 // out of the first packet of this turn
	last    uint64 // out of the newest
	offset  uint16 // seq minus out in this turn
	skipped int    // packets withheld since it was to turn
	line    timeline
	history history
	report  bool // a sender report is due at once
	vp9     vp9Numbers
	rtx     [lastCodec + 1]uint8 // payload types of retransmissions; 0 for none
	blank   blank

	count slotCount
}

func (s *slot) init(index int, spec SlotSpec) {
	s.index, s.spec = index, spec
	s.width, s.height, s.layer = -1, -1, -1
	s.said = [2]int16{-1, -1}
	for c, pt := range spec.PT {
		if c <= lastCodec {
			s.pt[c], s.takes[c] = pt, c.Kind() == spec.Kind
		}
	}
	for c, pt := range spec.RTX.PT {
		if c <= lastCodec && spec.RTX.SSRC != 0 {
			s.rtx[c] = pt
		}
	}
	s.seq = uint16(rand.Uint32())
	s.line.init(spec.Kind, rand.Uint32())
	s.count.last.Store(int64(never))
}

// turnTo makes the slot carry what comes of a rung, from this packet on, if it
// is to and the packet may be the first.
func (s *slot) turnTo(g *rung, p *packet) bool {
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
	s.vp9.turn()
	s.blank = blank{}
	s.owed.Store(0)
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
	return uint16(p.out) + s.offset, ts, true
}

// along is how many packets before this one can go along with it, as far as the
// slot goes: those that it has been given one after another in this turn.
func (s *slot) along(p *packet, seq uint16, most int) int {
	for k := range most {
		before := s.history.find(seq - uint16(k+1))
		if before == nil || before.rung != s.current || before.n != uint32(p.n)-uint32(k+1) {
			return k
		}
	}
	return most
}

// inStep reports whether the packets that a form carries along are as much
// earlier in the slot's time as they are in the source's.
func (s *slot) inStep(f *form, k int, seq uint16, ts uint32) bool {
	for i := range k {
		if before := s.history.find(seq - uint16(i+1)); before == nil || ts-before.ts != f.offsets[i] {
			return false
		}
	}
	return true
}

// nextSeq takes the next sequence number, for what is of no source.
func (s *slot) nextSeq() uint16 {
	s.seq++
	return s.seq - 1
}

func (s *slot) header(h *rtp.Header, c Codec, marker bool, seq uint16, ts uint32) {
	h.Version = 2
	h.Marker = marker
	h.PayloadType = s.pt[c]
	h.SequenceNumber = seq
	h.Timestamp = ts
	h.SSRC = s.spec.SSRC
}
