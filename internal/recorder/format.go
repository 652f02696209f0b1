package recorder

import (
	"encoding/hex"
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4/codecs"

	"liqa/internal/switchboard"
)

// format is all that an init segment says. Formats are compared: another one
// needs another init segment.
type format struct {
	codec         switchboard.Codec
	sps, pps      string // H.264
	width, height int    // of pictures, in pixels
	profile       uint8  // VP9
	depth, chroma uint8  // VP9
	fullRange     bool   // VP9
	channels      int    // of sound
}

// Units of time a second, of sound and of pictures: those of their RTP clocks.
const (
	soundRate   = 48000
	pictureRate = 90000
)

func rateOf(k switchboard.Kind) int64 {
	if k == switchboard.Audio {
		return soundRate
	}
	return pictureRate
}

// init makes the init segment.
func (f format) init() ([]byte, error) {
	track := &fmp4.InitTrack{ID: 1, TimeScale: uint32(rateOf(f.codec.Kind()))}
	switch f.codec {
	case switchboard.H264:
		track.Codec = &codecs.H264{SPS: []byte(f.sps), PPS: []byte(f.pps)}
	case switchboard.VP9:
		track.Codec = &codecs.VP9{Width: f.width, Height: f.height, Profile: f.profile,
			BitDepth: f.depth, ChromaSubsampling: f.chroma, ColorRange: f.fullRange}
	default:
		track.Codec = &codecs.Opus{ChannelCount: f.channels}
	}
	var b seekablebuffer.Buffer
	if err := (fmp4.Init{Tracks: []*fmp4.InitTrack{track}}).Marshal(&b); err != nil {
		return nil, fmt.Errorf("make the init segment of %s: %w", f.name(), err)
	}
	return b.Bytes(), nil
}

// name is the codec's name in playlists (RFC 6381, and for VP9 its ISO binding).
func (f format) name() string {
	switch f.codec {
	case switchboard.H264:
		if len(f.sps) >= 4 {
			return "avc1." + hex.EncodeToString([]byte(f.sps[1:4]))
		}
		return "avc1"
	case switchboard.VP9:
		return fmt.Sprintf("vp09.%02d.10.%02d", f.profile, f.depth)
	}
	return "opus"
}

// ticksOf is how many units of a clock fit into nanoseconds, rounded down.
func ticksOf(ns, rate int64) int64 { return ns/1e9*rate + ns%1e9*rate/1e9 }

// nsOf is the reverse of ticksOf.
func nsOf(ticks, rate int64) int64 { return ticks/rate*1e9 + ticks%rate*1e9/rate }
