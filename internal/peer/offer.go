package peer

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// Limits of what a client may send. The largest honest offer, a browser's with
// fourteen receiving sections, has about 40 KiB.
const (
	maxOffer    = 256 << 10 // bytes of an offer
	maxSections = 32        // m-sections of an offer
	maxCodecs   = 128       // payload types of one section
	maxSources  = 32        // a=ssrc lines remembered of one section
	maxLines    = 1000      // attributes of one section
)

// offer is what the server needs to know of a session description.
type offer struct {
	remote   credentials
	print    fingerprint
	sections []section
}

// credentials are the user name fragment and password of one ICE agent
// (RFC 8445 §5.3).
type credentials struct{ ufrag, password string }

// fingerprint of a certificate (RFC 8122).
type fingerprint struct {
	hash string // "sha-256", "sha-384" or "sha-512"
	sum  []byte
}

// section is one m-section of an offer.
type section struct {
	media      string // "audio", "video", or something that is not for us
	proto      string
	mid        string
	sends      bool // the client would send
	receives   bool // the client would receive
	off        bool // port 0 and not bundle-only: the client does not want it
	reduced    bool // rtcp-rsize (RFC 5506)
	codecs     []codec
	extensions map[string]uint8  // header extension URI → identifier, one-byte range
	sources    []uint32          // announced SSRCs in order
	repairs    map[uint32]uint32 // SSRC of retransmissions → what it repairs (RFC 4588 §8.6)
	alike      []uint32          // SSRCs of one picture in several sizes, announced the old way (a=ssrc-group:SIM)
	rids       []rid             // a=rid lines, in order (RFC 8851)
	simulcast  []string          // rids that the client would send at once, in order (RFC 8853)
}

// codec is one payload type of a section.
type codec struct {
	payloadType uint8
	name        string // lower case
	clock       uint32
	parameters  map[string]string // of the fmtp line, names in lower case
	fmtp        string
	feedback    []string
}

// parseOffer reads a session description and checks all that is the same for
// publishers and receivers.
func parseOffer(body string) (*offer, *BadOffer) {
	if len(body) > maxOffer {
		return nil, refuse(CodeTooLarge, "The offer has %d bytes; at most %d are read.", len(body), maxOffer)
	}
	var desc sdp.SessionDescription
	if err := desc.UnmarshalString(body); err != nil {
		return nil, refuse(CodeMalformed, "The offer is not a session description that can be read: %v.", err)
	}
	if n := len(desc.MediaDescriptions); n == 0 {
		return nil, refuse(CodeMalformed, "The offer has no media section.")
	} else if n > maxSections {
		return nil, refuse(CodeTooLarge, "The offer has %d media sections; at most %d are read.", n, maxSections)
	}
	o := &offer{}
	seen := map[string]bool{}
	for _, m := range desc.MediaDescriptions {
		s, bad := parseSection(m)
		if bad != nil {
			return nil, bad
		}
		if s.mid != "" && seen[s.mid] {
			return nil, refuse(CodeDuplicateMid, "Two sections of the offer have the mid %q.", s.mid)
		}
		seen[s.mid] = true
		o.sections = append(o.sections, s)
	}
	if bad := checkBundle(&desc, o.sections); bad != nil {
		return nil, bad
	}
	return o, o.transport(&desc)
}

// transport reads what the bundled sections share: ICE credentials, the
// fingerprint and the DTLS role, from the first section in use or from the
// session.
func (o *offer) transport(desc *sdp.SessionDescription) *BadOffer {
	first := slices.IndexFunc(o.sections, func(s section) bool { return !s.off })
	if first < 0 {
		return refuse(CodeMalformed, "Every section of the offer is switched off.")
	}
	attribute := func(key string) string {
		if v, ok := desc.MediaDescriptions[first].Attribute(key); ok {
			return v
		}
		v, _ := desc.Attribute(key)
		return v
	}
	o.remote = credentials{ufrag: attribute("ice-ufrag"), password: attribute("ice-pwd")}
	if !o.remote.valid() {
		return refuse(CodeNoCredentials, "The offer has no usable ICE user name fragment and password.")
	}
	if strings.EqualFold(attribute("setup"), "passive") {
		return refuse(CodeDTLSRole, "The offer insists that the server opens DTLS; it must say actpass or active.")
	}
	var bad *BadOffer
	o.print, bad = parseFingerprint(attribute("fingerprint"))
	return bad
}

// valid says whether the credentials are of the size and alphabet of
// RFC 8839 §5.4.
func (c credentials) valid() bool {
	return len(c.ufrag) >= 4 && len(c.ufrag) <= 256 && len(c.password) >= 22 && len(c.password) <= 256 &&
		iceChars(c.ufrag) && iceChars(c.password)
}

func iceChars(s string) bool {
	for _, r := range []byte(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '+', r == '/':
		case r == '-', r == '_', r == '=': // not in the grammar, but sent by clients in the field
		default:
			return false
		}
	}
	return true
}

func parseFingerprint(value string) (fingerprint, *BadOffer) {
	hash, digits, _ := strings.Cut(strings.TrimSpace(value), " ")
	hash = strings.ToLower(hash)
	sizes := map[string]int{"sha-256": 32, "sha-384": 48, "sha-512": 64}
	sum, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(digits), ":", ""))
	if want, known := sizes[hash]; !known || err != nil || len(sum) != want {
		return fingerprint{}, refuse(CodeNotSecure,
			"The offer has no certificate fingerprint by SHA-256, SHA-384 or SHA-512, so its sender could not be told from another.")
	}
	return fingerprint{hash: hash, sum: sum}, nil
}

// checkBundle refuses an offer that needs more than one transport. Without a
// BUNDLE group that is one with more than one section in use.
func checkBundle(desc *sdp.SessionDescription, sections []section) *BadOffer {
	var group []string
	for _, a := range desc.Attributes {
		if fields := strings.Fields(a.Value); a.Key == "group" && len(fields) > 0 && fields[0] == "BUNDLE" {
			group = append(group, fields[1:]...)
		}
	}
	inUse := 0
	for _, s := range sections {
		if s.off {
			continue
		}
		inUse++
		if len(group) > 0 && !slices.Contains(group, s.mid) {
			return refuse(CodeNotBundled, "The section %q is outside the BUNDLE group; all media share one transport here.", s.mid)
		}
	}
	if inUse > 1 && len(group) == 0 {
		return refuse(CodeNotBundled, "The offer does not bundle its sections; all media share one transport here.")
	}
	return nil
}

func parseSection(m *sdp.MediaDescription) (section, *BadOffer) {
	s := section{
		media:      m.MediaName.Media,
		proto:      strings.Join(m.MediaName.Protos, "/"),
		extensions: map[string]uint8{},
		sends:      true, receives: true,
	}
	if len(m.Attributes) > maxLines {
		return s, refuse(CodeTooLarge, "A section of the offer has %d attributes; at most %d are read.", len(m.Attributes), maxLines)
	}
	bundleOnly := false
	for _, a := range m.Attributes {
		switch a.Key {
		case "mid":
			s.mid = a.Value
		case "sendonly":
			s.receives = false
		case "recvonly":
			s.sends = false
		case "inactive":
			s.sends, s.receives = false, false
		case "rtcp-rsize":
			s.reduced = true
		case "bundle-only":
			bundleOnly = true
		case "extmap":
			s.addExtension(a.Value)
		case "ssrc":
			s.addSource(a.Value)
		case "ssrc-group":
			s.addGroup(a.Value)
		case "rid":
			s.addRid(a.Value)
		case "simulcast":
			s.addSimulcast(a.Value)
		}
	}
	s.off = m.MediaName.Port.Value == 0 && !bundleOnly
	if len(s.mid) > 32 || strings.ContainsAny(s.mid, " \t\r\n") {
		return s, refuse(CodeMalformed, "A section of the offer has a mid that cannot be used.")
	}
	if s.off || (s.media != "audio" && s.media != "video") {
		return s, nil
	}
	if s.proto != "UDP/TLS/RTP/SAVPF" && s.proto != "UDP/TLS/RTP/SAVP" {
		return s, refuse(CodeNotSecure, "The section %q offers %s; only media over DTLS and SRTP is taken.", s.mid, s.proto)
	}
	if _, ok := m.Attribute("rtcp-mux"); !ok {
		return s, refuse(CodeNotBundled, "The section %q wants RTCP on a port of its own; all media share one transport here.", s.mid)
	}
	if len(m.MediaName.Formats) > maxCodecs {
		return s, refuse(CodeTooLarge, "The section %q has %d payload types; at most %d are read.", s.mid, len(m.MediaName.Formats), maxCodecs)
	}
	s.codecs = parseCodecs(m)
	return s, nil
}

func (s *section) addExtension(value string) {
	fields := strings.Fields(value)
	if len(fields) < 2 {
		return
	}
	number, _, _ := strings.Cut(fields[0], "/")
	id, err := strconv.ParseUint(number, 10, 8)
	if err != nil || id < 1 || id > 14 || len(s.extensions) > 32 {
		return
	}
	s.extensions[fields[1]] = uint8(id)
}

func (s *section) addSource(value string) {
	number, _, _ := strings.Cut(value, " ")
	ssrc, err := strconv.ParseUint(number, 10, 32)
	if err != nil || ssrc == 0 || len(s.sources) >= maxSources || slices.Contains(s.sources, uint32(ssrc)) {
		return
	}
	s.sources = append(s.sources, uint32(ssrc))
}

// parseCodecs lists a section's codecs in the order of its formats, which is
// the client's order of preference.
func parseCodecs(m *sdp.MediaDescription) []codec {
	byType := map[uint8]*codec{}
	list := make([]codec, 0, len(m.MediaName.Formats))
	for _, f := range m.MediaName.Formats {
		if pt, err := strconv.ParseUint(f, 10, 7); err == nil {
			list = append(list, codec{payloadType: uint8(pt)})
		}
	}
	for i := range list {
		byType[list[i].payloadType] = &list[i]
	}
	for _, a := range m.Attributes {
		format, rest, _ := strings.Cut(a.Value, " ")
		targets := []*codec{}
		if format == "*" && a.Key == "rtcp-fb" {
			for i := range list {
				targets = append(targets, &list[i])
			}
		} else if pt, err := strconv.ParseUint(format, 10, 7); err == nil && byType[uint8(pt)] != nil {
			targets = append(targets, byType[uint8(pt)])
		}
		for _, c := range targets {
			c.read(a.Key, strings.TrimSpace(rest))
		}
	}
	return list
}

// read takes one rtpmap, fmtp or rtcp-fb line, without its payload type.
func (c *codec) read(key, value string) {
	switch key {
	case "rtpmap":
		parts := strings.Split(value, "/")
		c.name = strings.ToLower(parts[0])
		if len(parts) > 1 {
			clock, _ := strconv.ParseUint(parts[1], 10, 32)
			c.clock = uint32(clock)
		}
	case "fmtp":
		c.fmtp = value
		c.parameters = map[string]string{}
		for p := range strings.SplitSeq(value, ";") {
			name, v, _ := strings.Cut(strings.TrimSpace(p), "=")
			c.parameters[strings.ToLower(name)] = v
		}
	case "rtcp-fb":
		if len(c.feedback) < 16 && !slices.Contains(c.feedback, value) {
			c.feedback = append(c.feedback, value)
		}
	}
}
