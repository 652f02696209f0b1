package switchboard

import (
	"bytes"
	_ "embed"
	"time"
)

// The frames that the server sends of itself; frames/make.sh makes them.
var (
	//go:embed frames/slate.h264
	slateH264 []byte
	//go:embed frames/slate.vp9
	slateVP9 []byte
	//go:embed frames/silence.opus
	opusSilence []byte
)

// slates are the payloads of two slates, by codec: a plain dark picture that
// can be decoded without any before it. The second differs from the first in
// its number only.
var slates = [lastCodec + 1][2][][]byte{
	H264: payloadH264(slateH264),
	VP9:  {payloadVP9(slateVP9, 0), payloadVP9(slateVP9, 1)},
}

// payloadH264 packs two small Annex B pictures: the parameter sets and the
// slice of each in one aggregation packet (RFC 6184 §5.7.1).
func payloadH264(stream []byte) (pictures [2][][]byte) {
	var packet []byte
	n := 0
	for unit := range bytes.SplitSeq(stream, []byte{0, 0, 1}) {
		unit = bytes.TrimRight(unit, "\x00") // the fourth byte of a start code
		if len(unit) == 0 {
			continue
		}
		if unit[0]&0x1f == nalSPS {
			packet = []byte{nalSTAPA}
		}
		packet[0] = max(packet[0]&0x60, unit[0]&0x60) | nalSTAPA
		packet = append(packet, byte(len(unit)>>8), byte(len(unit)))
		packet = append(packet, unit...)
		if unit[0]&0x1f == nalIDR {
			pictures[n] = [][]byte{packet}
			n++
		}
	}
	return pictures
}

// payloadVP9 packs a small keyframe into one packet: flexible mode, the whole
// frame, with a picture id of 15 bits (RFC 9628 §4.2).
func payloadVP9(frame []byte, id byte) [][]byte {
	const descriptor = vp9HasPicture | vp9Flexible | vp9Begins | 0x04
	return [][]byte{append([]byte{descriptor, 0x80, id}, frame...)}
}

// blank is a slate that stands in a slot. It is sent again now and then, in case
// it was lost, until the receiver's reports say that it has come, or there is a
// real picture.
type blank struct {
	shown int     // how often it has been sent; 0: there is none
	next  instant // when it may be again
	wait  time.Duration
}

// When a slate is sent again: after longer than it takes a browser to report,
// then after twice as long each time, up to the longest; and soon when a report
// says that it is missing.
const (
	slateWait    = 2500 * time.Millisecond
	slateLongest = 30 * time.Second
	slateSoon    = 400 * time.Millisecond
)

// slate replaces a picture that was cut. It is sent twice to begin with: a
// decoder may hold back one picture until the next, and one may be lost.
func (r *Receiver) slate(s *slot, times int) {
	r.flush()
	now := r.board.clock.instant()
	for range times {
		ts := s.line.slate(now)
		parts := slates[s.codec][s.blank.shown%2]
		for k, part := range parts {
			h := held{}
			if s.codec == VP9 {
				h.copied = numbered(part, s.vp9.slate())
				part = h.copied.payload
			}
			r.batch = append(r.batch, Outgoing{
				Slot: s.index, Payload: part, Codec: s.codec, Keyframe: k == 0, Capture: r.board.clock.time(now),
			})
			s.header(&r.batch[len(r.batch)-1].Header, s.codec, k == len(parts)-1, s.nextSeq(), ts)
			r.held = append(r.held, h)
			s.count.sent(len(part), never)
			if len(r.batch) == maxBatch {
				r.flush()
			}
		}
		if s.blank.shown++; s.blank.shown == 1 {
			s.owed.Store(1<<16 | uint32(s.seq-1))
		}
	}
	s.blank.wait = min(max(2*s.blank.wait, slateWait), slateLongest)
	s.blank.next = now.add(s.blank.wait)
	s.count.slates.Add(1)
	r.flush()
}

// numbered is a copy of a slate's payload with this picture id.
func numbered(part []byte, id uint16) *packet {
	p := newPacket(part)
	p.payload[1], p.payload[2] = 0x80|byte(id>>8), byte(id)
	return p
}

// slateAgain sends a slate again, if one stands there and it is time.
func (r *Receiver) slateAgain(s *slot, asked bool) {
	if s.current != nil || s.blank.shown == 0 || s.owed.Load() == 0 || r.closed.Load() {
		return
	}
	now := r.board.clock.instant()
	due := s.blank.next
	if asked {
		due = min(due, due.add(slateSoon-s.blank.wait))
	}
	if now >= due {
		r.slate(s, 1)
	}
}
