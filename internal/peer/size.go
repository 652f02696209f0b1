package peer

import (
	"slices"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp/codecs"

	"liqa/internal/switchboard"
)

// received counts a packet that came first hand, and learns from a keyframe
// how large the picture is when that tells layers apart.
func (l *layer) received(f *feed, b []byte, at time.Time) {
	l.reception.received(b, at)
	if f.section.media != "video" {
		return
	}
	if width, height := keyframeSize(f.codec.kind, payloadOf(b)); width > 0 && width < 1<<15 && height < 1<<15 {
		if size := uint32(width)<<16 | uint32(height); l.size.Swap(size) != size {
			l.news = true
		}
	}
}

// arrange puts the layers in the order of their sizes when they have turned
// out to be listed the other way round: the source then begins anew.
func (f *feed) arrange() {
	order := slices.Clone(f.layers)
	slices.SortFunc(order, func(a, b *layer) int { return int(a.place.Load() - b.place.Load()) })
	var known []*layer
	for _, l := range order {
		if l.size.Load() != 0 {
			known = append(known, l)
		}
	}
	larger := func(a, b *layer) int { return area(a) - area(b) }
	if len(known) < 2 || slices.IsSortedFunc(known, larger) {
		return
	}
	if len(known) == len(order) {
		slices.SortStableFunc(order, larger)
	} else {
		slices.Reverse(order)
	}
	f.publisher.mu.Lock()
	defer f.publisher.mu.Unlock()
	for i, l := range order {
		l.place.Store(int32(i))
	}
	if f.publisher.over || f.source.Load() == nil {
		return
	}
	if err := f.join(); err != nil {
		f.publisher.conn.log.Warn("the layers of a picture cannot be put in order", "source", f.id, "error", err)
	}
}

func area(l *layer) int {
	size := l.size.Load()
	return int(size>>16) * int(size&0xffff)
}

// payloadOf is what an opened packet carries; nil when it does not add up.
func payloadOf(b []byte) []byte {
	at := 12 + 4*int(b[0]&0x0f)
	if b[0]&0x10 != 0 {
		if len(b) < at+4 {
			return nil
		}
		at += 4 + 4*(int(b[at+2])<<8|int(b[at+3]))
	}
	if len(b) <= at {
		return nil
	}
	return b[at:]
}

// keyframeSize reads the size of a picture where a payload begins a keyframe
// and says it: the parameter set of H.264 (RFC 6184 §5.6, §5.7.1), the
// scalability structure of VP9 (RFC 9628 §4.2.1); else 0.
func keyframeSize(c switchboard.Codec, payload []byte) (width, height int) {
	if len(payload) < 4 {
		return 0, 0
	}
	switch c {
	case switchboard.H264:
		unit := payload
		if payload[0]&0x1f == 24 { // several units in one packet
			size := int(payload[1])<<8 | int(payload[2])
			if size == 0 || len(payload) < 3+size {
				return 0, 0
			}
			unit = payload[3 : 3+size]
		}
		var set h264.SPS
		if unit[0]&0x1f != 7 || set.Unmarshal(unit) != nil {
			return 0, 0
		}
		return set.Width(), set.Height()
	case switchboard.VP9:
		const begins, structure = 0x08, 0x02
		if payload[0]&begins == 0 || payload[0]&structure == 0 {
			return 0, 0
		}
		var p codecs.VP9Packet
		if _, err := p.Unmarshal(payload); err != nil || !p.Y || len(p.Width) == 0 {
			return 0, 0
		}
		return int(p.Width[len(p.Width)-1]), int(p.Height[len(p.Height)-1])
	}
	return 0, 0
}
