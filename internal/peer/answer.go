package peer

import (
	"fmt"
	"net/netip"
	"strings"

	"liqa/internal/switchboard"
)

// Header extensions that are negotiated: all with publishers, the transport's
// count with listeners.
const (
	audioLevelURI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"            // RFC 6464
	midURI        = "urn:ietf:params:rtp-hdrext:sdes:mid"                    // RFC 9143
	ridURI        = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"          // RFC 8852 §3.2
	repairURI     = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id" // RFC 8852 §3.3
	countURI      = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)

// answered is what becomes of one offered section.
type answered struct {
	offered    *section
	source     switchboard.SourceID // what it publishes
	codecs     []chosen             // empty: the section is rejected
	direction  string               // "recvonly" or "sendonly", the server's view
	extensions []string             // URIs negotiated, of those offered
	layers     []rid                // sizes of the picture that are taken, in the client's order
	slot       *outgoing
	uncounted  bool // its packets are never numbered for the transport
}

// counted says whether the section's packets carry transport-wide sequence
// numbers: when all of its codecs may.
func (a *answered) counted() bool {
	if a.uncounted || a.offered.extensions[countURI] == 0 {
		return false
	}
	for i := range a.codecs {
		if !a.codecs[i].counts() {
			return false
		}
	}
	return len(a.codecs) > 0
}

// outgoing describes the stream that an answered section will carry.
type outgoing struct {
	ssrc, repair  uint32 // repair is the SSRC of retransmissions, 0 without
	stream, track string
}

// ending is the server's end of the transport, as the answer tells it.
type ending struct {
	local      credentials
	print      string // "sha-256 AA:BB:…"
	candidates []string
}

// writeAnswer spells out the whole answer. All candidates are in it, so the
// client need not wait for more (RFC 9725 §4.3.1).
func writeAnswer(session uint64, e ending, list []answered) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("v=0")
	line("o=- %d 1 IN IP4 127.0.0.1", session)
	line("s=-")
	line("t=0 0")
	var mids []string
	for _, a := range list {
		if len(a.codecs) > 0 && a.offered.mid != "" {
			mids = append(mids, a.offered.mid)
		}
	}
	if len(mids) > 0 {
		line("a=group:BUNDLE %s", strings.Join(mids, " "))
	}
	line("a=ice-lite")
	line("a=msid-semantic: WMS *")
	candidates := e.candidates
	for _, a := range list {
		if len(a.codecs) == 0 {
			writeRejected(line, a.offered)
			continue
		}
		writeSection(line, e, a)
		for _, c := range candidates {
			line("a=candidate:%s", c)
		}
		if candidates != nil {
			line("a=end-of-candidates")
		}
		candidates = nil // the bundle has one transport: its first section's
	}
	return b.String()
}

func writeRejected(line func(string, ...any), s *section) {
	format := "0"
	if len(s.codecs) > 0 {
		format = fmt.Sprint(s.codecs[0].payloadType)
	}
	if s.media != "audio" && s.media != "video" {
		format = "webrtc-datachannel"
	}
	line("m=%s 0 %s %s", token(s.media), token(s.proto), format)
	line("c=IN IP4 0.0.0.0")
	if s.mid != "" {
		line("a=mid:%s", s.mid)
	}
	line("a=inactive")
}

// token guards the two words of a rejected section that are echoed.
func token(s string) string {
	clean := strings.Map(func(r rune) rune {
		if r > ' ' && r < 127 {
			return r
		}
		return -1
	}, s)
	if clean == "" || len(clean) > 64 {
		return "unknown"
	}
	return clean
}

func writeSection(line func(string, ...any), e ending, a answered) {
	s := a.offered
	line("m=%s 9 %s%s", s.media, s.proto, formats(a.codecs))
	line("c=IN IP4 0.0.0.0")
	line("a=rtcp:9 IN IP4 0.0.0.0")
	line("a=ice-ufrag:%s", e.local.ufrag)
	line("a=ice-pwd:%s", e.local.password)
	line("a=fingerprint:%s", e.print)
	line("a=setup:passive")
	if s.mid != "" {
		line("a=mid:%s", s.mid)
	}
	for _, uri := range a.extensions {
		if id, ok := s.extensions[uri]; ok {
			line("a=extmap:%d %s", id, uri)
		}
	}
	counted := a.counted()
	if counted {
		line("a=extmap:%d %s", s.extensions[countURI], countURI)
	}
	line("a=%s", a.direction)
	line("a=rtcp-mux")
	if s.reduced {
		line("a=rtcp-rsize")
	}
	for i := range a.codecs {
		writeCodec(line, &a.codecs[i], a.direction == "recvonly", counted)
	}
	if len(a.layers) > 0 {
		var names []string
		for _, r := range a.layers {
			line("a=rid:%s recv", r.name)
			names = append(names, r.name)
		}
		line("a=simulcast:recv %s", strings.Join(names, ";"))
	}
	if a.slot != nil {
		line("a=msid:%s %s", a.slot.stream, a.slot.track)
		if a.slot.repair != 0 {
			line("a=ssrc-group:FID %d %d", a.slot.ssrc, a.slot.repair)
		}
		for _, ssrc := range []uint32{a.slot.ssrc, a.slot.repair} {
			if ssrc != 0 {
				line("a=ssrc:%d cname:liqa", ssrc)
				line("a=ssrc:%d msid:%s %s", ssrc, a.slot.stream, a.slot.track)
			}
		}
	}
}

// formats lists a section's payload types, the preferred first.
func formats(codecs []chosen) string {
	var b strings.Builder
	for _, c := range codecs {
		if c.redundant != 0 && c.preferred {
			fmt.Fprintf(&b, " %d", c.redundant)
		}
		fmt.Fprintf(&b, " %d", c.payloadType)
		if c.redundant != 0 && !c.preferred {
			fmt.Fprintf(&b, " %d", c.redundant)
		}
		if c.repair != 0 {
			fmt.Fprintf(&b, " %d", c.repair)
		}
	}
	return b.String()
}

func writeCodec(line func(string, ...any), c *chosen, publisher, counted bool) {
	name := map[switchboard.Codec]string{switchboard.Opus: "opus/48000/2", switchboard.H264: "H264/90000", switchboard.VP9: "VP9/90000"}
	line("a=rtpmap:%d %s", c.payloadType, name[c.kind])
	for _, f := range c.answerFeedback(publisher, counted) {
		line("a=rtcp-fb:%d %s", c.payloadType, f)
	}
	line("a=fmtp:%d %s", c.payloadType, c.answerParameters())
	if c.redundant != 0 {
		line("a=rtpmap:%d red/48000/2", c.redundant)
		line("a=fmtp:%d %d/%d", c.redundant, c.payloadType, c.payloadType)
	}
	if c.repair != 0 {
		line("a=rtpmap:%d rtx/90000", c.repair)
		line("a=fmtp:%d apt=%d", c.repair, c.payloadType)
	}
}

// candidateLines lists the gate's addresses as host candidates (RFC 8839
// §5.1), UDP before TCP (RFC 6544), in the order given.
func candidateLines(udp, tcp []netip.AddrPort) []string {
	var list []string
	for i, a := range udp {
		priority := 126<<24 | (65535-i)<<8 | 255
		list = append(list, fmt.Sprintf("%d 1 udp %d %s %d typ host", i+1, priority, a.Addr().WithZone(""), a.Port()))
	}
	for i, a := range tcp {
		priority := 90<<24 | (65535-i)<<8 | 255
		list = append(list, fmt.Sprintf("%d 1 tcp %d %s %d typ host tcptype passive",
			len(udp)+i+1, priority, a.Addr().WithZone(""), a.Port()))
	}
	return list
}
