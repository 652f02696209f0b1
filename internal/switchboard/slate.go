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
// frame, with a picture id (RFC 9628 §4.2).
func payloadVP9(frame []byte, id byte) [][]byte {
	const descriptor = 0x80 | 0x10 | 0x08 | 0x04
	return [][]byte{append([]byte{descriptor, 0x80, id}, frame...)}
}
