package switchboard

import (
	"bytes"
	_ "embed"
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

// slates are the payloads of one slate, by codec: a plain dark picture that can
// be decoded without any before it.
var slates = [lastCodec + 1][][]byte{
	H264: payloadH264(slateH264),
	VP9:  payloadVP9(slateVP9),
}

// payloadH264 packs the units of a small Annex B picture: the parameter sets
// and the slice in one aggregation packet (RFC 6184 §5.7.1).
func payloadH264(stream []byte) [][]byte {
	var all []byte
	importance := byte(0)
	for unit := range bytes.SplitSeq(stream, []byte{0, 0, 1}) {
		unit = bytes.TrimRight(unit, "\x00") // the fourth byte of a start code
		if len(unit) == 0 {
			continue
		}
		importance = max(importance, unit[0]&0x60)
		all = append(all, byte(len(unit)>>8), byte(len(unit)))
		all = append(all, unit...)
	}
	return [][]byte{append([]byte{importance | nalSTAPA}, all...)}
}

// payloadVP9 packs a small keyframe into one packet: flexible mode, the whole
// frame, with a picture id (RFC 9628 §4.2).
func payloadVP9(frame []byte) [][]byte {
	const descriptor, pictureID = 0x80 | 0x10 | 0x08 | 0x04, 0x8000
	return [][]byte{append([]byte{descriptor, pictureID >> 8, pictureID & 0xff}, frame...)}
}
