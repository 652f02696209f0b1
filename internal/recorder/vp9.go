package recorder

import (
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/vp9"
	"github.com/pion/rtp/codecs"

	"liqa/internal/switchboard"
)

// vp9Unpacker makes frames of RTP payloads (RFC 9628). Of a picture in several
// spatial layers it keeps the lowest, which is a stream of its own.
type vp9Unpacker struct {
	data   []byte
	began  bool // and has not ended
	ended  bool
	format format
}

func (u *vp9Unpacker) begin() { u.data, u.began, u.ended = u.data[:0], false, false }

func (u *vp9Unpacker) add(payload []byte) bool {
	var rtp codecs.VP9Packet
	data, err := rtp.Unmarshal(payload)
	if err != nil {
		return false
	}
	if rtp.L && rtp.SID > 0 {
		return true
	}
	if rtp.B == u.began || u.ended { // without its beginning, or two of them
		return false
	}
	u.began, u.ended = !rtp.E, rtp.E
	u.data = append(u.data, data...)
	return true
}

func (u *vp9Unpacker) picture() (sample []byte, key bool, f format, ok bool) {
	if !u.ended || len(u.data) == 0 {
		return nil, false, format{}, false
	}
	var h vp9.Header
	if h.Unmarshal(u.data) != nil {
		return nil, false, format{}, false
	}
	if key = !h.NonKeyFrame && !h.ShowExistingFrame; key {
		next := format{codec: switchboard.VP9, width: h.Width(), height: h.Height(), profile: h.Profile}
		if h.ColorConfig != nil {
			next.depth, next.chroma, next.fullRange = h.ColorConfig.BitDepth, h.ChromaSubsampling(), h.ColorConfig.ColorRange
		}
		if next.width <= 0 || next.height <= 0 {
			return nil, false, format{}, false
		}
		u.format = next
	}
	return append([]byte(nil), u.data...), key, u.format, u.format.width > 0
}
