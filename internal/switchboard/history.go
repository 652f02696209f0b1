package switchboard

import "time"

// sent is what went out under one sequence number of a slot.
type sent struct {
	rung *rung
	n    uint32 // of the layer's packet, the lower half
	ts   uint32
	seq  uint16

	picture uint16 // of VP9: what it was numbered
	lowest  uint8
	along   uint8 // of sound: how many earlier packets it carried along

	again   uint8 // how often it has been sent again
	againAt uint8 // when last, in steps of againStep, wrapping
}

// How often one packet is sent again. Who has lost the repetition too may ask
// once more after a round trip; some go on asking for what has been repaired.
const (
	againStep   = 16 * time.Millisecond
	soonest     = 20 * time.Millisecond
	longestTrip = time.Second // however long the round trip
	mostAgains  = 8
)

// due reports whether what went out may be sent again now, when what was sent
// again before could have been seen to be missing.
func (s *sent) due(now instant, roundTrip time.Duration) bool {
	switch passed := time.Duration(uint8(now/instant(againStep))-s.againAt) * againStep; {
	case s.again == 0:
		return true
	case s.again == mostAgains:
		return false
	default:
		return passed > min(max(roundTrip, soonest), longestTrip)
	}
}

// repeated notes that it is sent again now.
func (s *sent) repeated(now instant) {
	s.again++
	s.againAt = uint8(now / instant(againStep))
}

// history remembers what a slot has sent, for as long as a retransmission may
// be asked for: more than a second. Its length is a power of two.
type history struct {
	ring []sent
}

const (
	soundRemembered   = 64
	pictureRemembered = 512        // at most
	remembered        = 2 * 90_000 // of pictures, in units of their clock: for so long
)

func (h *history) add(k Kind, s sent) {
	if h.ring == nil { // most slots never carry anything
		h.ring = make([]sent, soundRemembered)
	}
	for k == Video && len(h.ring) < pictureRemembered {
		if old := h.at(s.seq); old.rung == nil || s.ts-old.ts >= remembered {
			break
		}
		h.grow()
	}
	*h.at(s.seq) = s
}

func (h *history) at(seq uint16) *sent { return &h.ring[int(seq)&(len(h.ring)-1)] }

// grow makes room for twice as many: the slot carries many packets a second.
func (h *history) grow() {
	old := h.ring
	h.ring = make([]sent, 2*len(old))
	for _, s := range old {
		if s.rung != nil { // and not what was never sent, in the place of what was
			*h.at(s.seq) = s
		}
	}
}

// find gives what went out as seq, nil when it is not remembered.
func (h *history) find(seq uint16) *sent {
	if h.ring == nil {
		return nil
	}
	if s := h.at(seq); s.rung != nil && s.seq == seq {
		return s
	}
	return nil
}

// budget limits the retransmissions of one receiver, so that one that asks for
// everything twice does not get it.
type budget struct {
	left int
	at   instant // when it was last filled
}

const (
	retransmissions    = 500  // at once, and per second
	fewRetransmissions = 20   // however little the line takes
	typicalSize        = 9600 // bit, of a packet of pictures
)

// retransmissionsFor is how many packets a second may be sent again on a line
// that takes so much: half of it.
func retransmissionsFor(bitsPerSecond int) int {
	if bitsPerSecond == 0 {
		return retransmissions
	}
	return min(max(bitsPerSecond/2/typicalSize, fewRetransmissions), retransmissions)
}

// spend takes one from the budget for a packet that has been sent again so
// often before: the oftener, the more must be left, so that what nobody has
// asked for yet comes first.
func (b *budget) spend(now instant, perSecond int, before uint8) bool {
	if b.at == 0 {
		b.left, b.at = perSecond, now
	}
	if more := int(min(int64(now-b.at), int64(time.Second)) * int64(perSecond) / int64(time.Second)); more > 0 {
		b.left, b.at = min(b.left+more, perSecond), now
	}
	if b.left <= perSecond*int(before)/(mostAgains+1) {
		return false
	}
	b.left--
	return true
}
