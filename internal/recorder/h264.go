package recorder

import (
	"encoding/binary"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp/codecs"

	"liqa/internal/switchboard"
)

// NAL unit types (ITU-T H.264 table 7-1, RFC 6184 §5.2).
const (
	nalIDR       = 5
	nalSPS       = 7
	nalPPS       = 8
	nalDelimiter = 9
	nalFiller    = 12
	nalFUA       = 28
)

// h264Unpacker makes access units of RTP payloads (RFC 6184, non-interleaved).
type h264Unpacker struct {
	rtp     codecs.H264Packet
	partial bool // within a fragmented unit
	units   []byte
	format  format
}

func (u *h264Unpacker) begin() {
	u.rtp = codecs.H264Packet{IsAVC: true}
	u.partial, u.units = false, u.units[:0]
}

func (u *h264Unpacker) add(payload []byte) bool {
	fragment := len(payload) >= 2 && payload[0]&0x1f == nalFUA
	starts, ends := fragment && payload[1]&0x80 != 0, fragment && payload[1]&0x40 != 0
	if u.partial == (!fragment || starts) { // a fragment without its beginning or end
		return false
	}
	u.partial = fragment && !ends
	units, err := u.rtp.Unmarshal(payload)
	if err != nil {
		return false
	}
	u.units = append(u.units, units...)
	return true
}

// picture leaves out what belongs into the init segment: the parameter sets, if
// there is one of each. More are left where they are.
func (u *h264Unpacker) picture() (sample []byte, key bool, f format, ok bool) {
	if u.partial {
		return nil, false, format{}, false
	}
	sample = make([]byte, 0, len(u.units))
	next, several, slices := u.format, false, false
	set := func(to *string, unit []byte, seen *bool) {
		several = several || *seen && *to != string(unit)
		*to, *seen = string(unit), true
	}
	var hasSPS, hasPPS bool
	for unit := range h264Units(u.units) {
		switch unit[0] & 0x1f {
		case nalSPS:
			set(&next.sps, unit, &hasSPS)
			continue
		case nalPPS:
			set(&next.pps, unit, &hasPPS)
			continue
		case nalDelimiter, nalFiller:
			continue
		case nalIDR:
			key = true
			slices = true
		case 1, 2, 3, 4:
			slices = true
		}
		sample = binary.BigEndian.AppendUint32(sample, uint32(len(unit)))
		sample = append(sample, unit...)
	}
	if !slices {
		return nil, false, format{}, false
	}
	if several {
		sample = append(sample[:0], u.units...)
	}
	if key && !u.settle(next) {
		return nil, false, format{}, false
	}
	return sample, key, u.format, u.format.sps != ""
}

// settle takes the parameter sets of a key frame; false when they are of no use.
func (u *h264Unpacker) settle(next format) bool {
	if next == u.format {
		return next.sps != ""
	}
	var sps h264.SPS
	if next.pps == "" || sps.Unmarshal([]byte(next.sps)) != nil {
		return false
	}
	next.codec, next.width, next.height = switchboard.H264, sps.Width(), sps.Height()
	if next.width <= 0 || next.height <= 0 || next.width > 1<<14 || next.height > 1<<14 {
		return false
	}
	if _, err := next.init(); err != nil {
		return false
	}
	u.format = next
	return true
}

// h264Units yields the units that stand behind their lengths; empty ones not.
func h264Units(b []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(b) > 4 {
			n := int(binary.BigEndian.Uint32(b))
			if n > len(b)-4 {
				return
			}
			if n > 0 && !yield(b[4:4+n]) {
				return
			}
			b = b[4+n:]
		}
	}
}
