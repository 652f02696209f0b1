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
	// repair is the payload type of its retransmissions (RTX, RFC 4588); 0
	// when there is none.
	repair uint8
	// redundant is the payload type of Opus with what was said before in the
	// same packet (RED, RFC 2198); 0 when there is none. It is preferred when
	// the client puts it before Opus.
	redundant uint8
	preferred bool
}

// sound finds Opus in an audio section.
func (s *section) sound() []chosen {
	i := slices.IndexFunc(s.codecs, func(c codec) bool { return c.name == "opus" && c.clock == 48000 })
	if i < 0 {
		return nil
	}
	c := chosen{codec: s.codecs[i], kind: switchboard.Opus}
	for j, r := range s.codecs {
		if r.name == "red" && r.clock == 48000 && redOf(r.fmtp, c.payloadType) {
			c.redundant, c.preferred = r.payloadType, j < i
			break
		}
	}
	return []chosen{c}
}

// redOf says whether RED of these parameters holds blocks of that payload type
// only, two or more of them ("111/111"). Without parameters it is taken to.
func redOf(fmtp string, payloadType uint8) bool {
	if fmtp == "" {
		return true
	}
	blocks := strings.Split(fmtp, "/")
	own := strconv.Itoa(int(payloadType))
	return len(blocks) > 1 && !slices.ContainsFunc(blocks, func(b string) bool { return b != own })
}

// repairOf finds the payload type of a codec's retransmissions, 0 without.
func (s *section) repairOf(payloadType uint8) uint8 {
	for _, c := range s.codecs {
		if c.name == "rtx" && c.parameters["apt"] == strconv.Itoa(int(payloadType)) {
			return c.payloadType
		}
	}
	return 0
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
		list = append(list, chosen{codec: *best, kind: switchboard.H264, repair: s.repairOf(best.payloadType)})
	}
	for _, c := range s.codecs {
		if p := c.parameters["profile-id"]; c.name == "vp9" && c.clock == 90000 && (p == "" || p == "0") {
			return append(list, chosen{codec: c, kind: switchboard.VP9, repair: s.repairOf(c.payloadType)})
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

// repeats says whether lost packets of the codec are asked for again.
func (c *chosen) repeats() bool { return slices.Contains(c.feedback, "nack") }

// counts says whether the packets of the codec may carry transport-wide
// sequence numbers (draft-holmer-rmcat-transport-wide-cc-extensions-01). What
// is sent again must be the same to the byte, since under AES-GCM its SSRC and
// sequence number are its nonce; with such a number it would not be, unless
// retransmissions are packets of their own (RTX).
func (c *chosen) counts() bool {
	return slices.Contains(c.feedback, "transport-cc") && (c.repair != 0 || !c.repeats())
}

// answerFeedback keeps of the offered RTCP feedback what is done here:
// retransmission, key frames, and what a sender's rate follows: transport-wide
// feedback where the packets are numbered for it, and the cap on a publisher's
// rate, or a listener's own estimate when there is nothing better (REMB).
func (c *chosen) answerFeedback(publisher, counted bool) []string {
	var list []string
	for _, f := range c.feedback {
		switch {
		case f == "nack", f == "nack pli", f == "ccm fir", f == "transport-cc" && counted,
			f == "goog-remb" && (publisher || !counted):
			list = append(list, f)
		}
	}
	return list
}

// littleSound is up to which rate a client that asks for no more is given its
// sound at 24 kbit/s, in bit/s.
const littleSound = 40_000

// asksForLittle reports whether a client wants no more of its sound than that,
// by its maxaveragebitrate (RFC 7587 §6.1).
func asksForLittle(codecs []chosen) bool {
	return slices.ContainsFunc(codecs, func(c chosen) bool {
		rate, err := strconv.Atoi(c.parameters["maxaveragebitrate"])
		return c.kind == switchboard.Opus && err == nil && rate > 0 && rate <= littleSound
	})
}
