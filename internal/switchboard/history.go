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
}

// history remembers what a slot has sent, for as long as a retransmission may
// be asked for: more than a second.
type history struct {
	ring []sent
}

const (
	soundRemembered   = 64
	pictureRemembered = 512
)

func (h *history) add(k Kind, s sent) {
	if h.ring == nil { // most slots never carry anything
		n := soundRemembered
		if k == Video {
			n = pictureRemembered
		}
		h.ring = make([]sent, n)
	}
	h.ring[int(s.seq)%len(h.ring)] = s
}

func (h *history) find(seq uint16) (sent, bool) {
	if h.ring == nil {
		return sent{}, false
	}
	s := h.ring[int(seq)%len(h.ring)]
	return s, s.rung != nil && s.seq == seq
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

func (b *budget) spend(now instant, perSecond int) bool {
	if b.at == 0 {
		b.left, b.at = perSecond, now
	}
	if more := int(min(int64(now-b.at), int64(time.Second)) * int64(perSecond) / int64(time.Second)); more > 0 {
		b.left, b.at = min(b.left+more, perSecond), now
	}
	if b.left == 0 {
		return false
	}
	b.left--
	return true
}
