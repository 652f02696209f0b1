package switchboard

// beginsKeyframe reports whether a payload is the first of a picture that can
// be decoded without any before it.
func (c Codec) beginsKeyframe(payload []byte) bool {
	switch c {
	case H264:
		return h264Begins(payload)
	case VP9:
		return startsVP9(payload)
	}
	return false
}

// NAL unit types of H.264 and of its RTP packets (RFC 6184 §5.2).
const (
	nalIDR   = 5
	nalSPS   = 7
	nalSTAPA = 24
	nalSTAPB = 25
	nalFUA   = 28
	nalFUB   = 29
)

// h264Begins looks for a sequence parameter set. Every encoder that serves
// more than one viewer sends one in front of each IDR picture, and an IDR
// picture without one is of no use to a slot that has not seen it: the IDR
// slice alone is therefore no place to begin.
func h264Begins(b []byte) bool {
	if len(b) < 1 {
		return false
	}
	switch b[0] & 0x1f {
	case nalSPS:
		return true
	case nalSTAPA, nalSTAPB:
		return stapHasSPS(b)
	case nalFUA, nalFUB: // a parameter set in fragments: rare, but allowed
		return len(b) >= 2 && b[1]&0x80 != 0 && b[1]&0x1f == nalSPS
	}
	return false
}

// stapHasSPS walks over the units of an aggregation packet. The parameter sets
// stand at the front, behind a delimiter or a message at most.
func stapHasSPS(b []byte) bool {
	rest := b[1:]
	if b[0]&0x1f == nalSTAPB {
		if len(rest) < 2 {
			return false
		}
		rest = rest[2:]
	}
	for len(rest) >= 3 {
		n := int(rest[0])<<8 | int(rest[1])
		if n == 0 || len(rest) < 2+n {
			return false
		}
		if rest[2]&0x1f == nalSPS {
			return true
		}
		rest = rest[2+n:]
	}
	return false
}

// startsVP9 reads a payload descriptor (RFC 9628 §4.2): the first packet of a
// frame of the lowest spatial layer that is not predicted from another.
func startsVP9(b []byte) bool {
	if len(b) < 1 || b[0]&vp9Predicted != 0 || b[0]&vp9Begins == 0 {
		return false
	}
	var d vp9Descriptor
	end, ok := d.read(b)
	if !ok || len(b) <= end {
		return false
	}
	return b[0]&vp9HasLayers == 0 || d.spatial == 0
}
