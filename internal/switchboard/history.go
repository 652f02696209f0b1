package switchboard

import "time"

// sent is what went out under one sequence number of a slot.
type sent struct {
	grant *grant
	n     uint64 // of the source's packet
	ts    uint32
	seq   uint16
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
	return s, s.grant != nil && s.seq == seq
}

// budget limits the retransmissions of one receiver, so that one that asks for
// everything twice does not get it.
type budget struct {
	left int
	at   instant // when it was last filled
}

const (
	retransmissions = 500 // at once, and per second
)

func (b *budget) spend(now instant) bool {
	if b.at == 0 {
		b.left, b.at = retransmissions, now
	}
	if more := int(int64(now-b.at) * retransmissions / int64(time.Second)); more > 0 {
		b.left, b.at = min(b.left+more, retransmissions), now
	}
	if b.left == 0 {
		return false
	}
	b.left--
	return true
}
