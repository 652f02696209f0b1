package peer

import (
	"slices"
	"strconv"
	"strings"

	"liqa/internal/switchboard"
)

// OpusParameters is the fmtp of every Opus answer: full band speech at
// 64 kbit/s, in-band error correction, mono, and never discontinuous, because
// a microphone on air that stops sending cannot be told from a broken one
// (RFC 7587 §6.1). A sender obeys the remote description, so they stand here.
const OpusParameters = "maxaveragebitrate=64000;usedtx=0;useinbandfec=1;stereo=0"

// chosen is a codec that both sides can use.
type chosen struct {
	codec
	kind switchboard.Codec
	hint string // more parameters for the sender, in a test of the line
}

// sound finds Opus in an audio section.
func (s *section) sound() []chosen {
	for _, c := range s.codecs {
		if c.name == "opus" && c.clock == 48000 {
			return []chosen{{codec: c, kind: switchboard.Opus}}
		}
	}
	return nil
}

// picture finds the video codecs that can be used, H.264 first: it is the
// codec of recording and broadcast. At most one payload type of each.
func (s *section) picture() []chosen {
	var list []chosen
	var best *codec
	rank := 0
	for i := range s.codecs {
		if r := h264Rank(&s.codecs[i]); r > rank {
			best, rank = &s.codecs[i], r
		}
	}
	if best != nil {
		list = append(list, chosen{codec: *best, kind: switchboard.H264})
	}
	for _, c := range s.codecs {
		if p := c.parameters["profile-id"]; c.name == "vp9" && c.clock == 90000 && (p == "" || p == "0") {
			return append(list, chosen{codec: c, kind: switchboard.VP9})
		}
	}
	return list
}

// usable finds what can be used of a section, or says why there is nothing.
func (s *section) usable(purpose string) ([]chosen, *BadOffer) {
	list := s.sound()
	takes := "Opus at 48 kHz"
	if s.media == "video" {
		list = s.picture()
		takes = "H.264 (baseline or main, packetization-mode=1) and VP9 (profile 0)"
	}
	if len(list) > 0 {
		return list, nil
	}
	reason := ""
	if slices.ContainsFunc(s.codecs, func(c codec) bool { return c.name == "vp8" }) {
		reason = " VP8 cannot be recorded as fragmented MP4, nor broadcast."
	}
	return nil, refuse(CodeNoUsableCodec, "For %s the offer has %s; this server takes %s.%s", purpose, s.codecNames(), takes, reason)
}

func (s *section) codecNames() string {
	var names []string
	for _, c := range s.codecs {
		if c.name != "" && c.name != "rtx" && len(c.name) < 24 && !slices.Contains(names, strings.ToUpper(c.name)) {
			names = append(names, strings.ToUpper(c.name))
		}
	}
	if len(names) == 0 {
		return "no codec"
	}
	return strings.Join(names, ", ")
}

// h264Rank prefers constrained baseline, which everything decodes, to baseline
// and main; 0 is unusable (RFC 6184 §8.1).
func h264Rank(c *codec) int {
	if c.name != "h264" || c.clock != 90000 || c.parameters["packetization-mode"] != "1" {
		return 0
	}
	profile, err := strconv.ParseUint(c.parameters["profile-level-id"], 16, 24)
	if err != nil {
		return 0
	}
	idc, constraints := profile>>16, profile>>8&0xff
	switch {
	case idc == 0x42 && constraints&0x40 != 0, idc == 0x4d && constraints&0x80 != 0:
		return 3
	case idc == 0x42:
		return 2
	case idc == 0x4d:
		return 1
	}
	return 0
}

// answerParameters is the fmtp line of an accepted codec.
func (c *chosen) answerParameters() string {
	switch c.kind {
	case switchboard.Opus:
		return OpusParameters
	case switchboard.H264:
		return "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=" + c.parameters["profile-level-id"] + c.hint
	}
	return "profile-id=0" + c.hint
}

// answerFeedback keeps of the offered RTCP feedback what the switchboard does:
// retransmission, key frames, and the cap on a sender's rate. Transport-wide
// congestion control is left out: nothing here estimates by it.
func (c *chosen) answerFeedback(sender bool) []string {
	var list []string
	for _, f := range c.feedback {
		switch f {
		case "transport-cc":
			if len(c.feedback) == 1 {
				list = append(list, f)
			}
		case "nack", "nack pli", "ccm fir":
			list = append(list, f)
		case "goog-remb":
			if sender {
				list = append(list, f)
			}
		}
	}
	return list
}
