package switchboard

// opusTicks gives the length of an Opus packet in units of 48 kHz (RFC 6716
// §3.1), or 0 when it is none.
func opusTicks(b []byte) uint32 {
	if len(b) < 1 {
		return 0
	}
	var frame uint32 // in units of 48 kHz
	switch config := b[0] >> 3; {
	case config < 12: // SILK: 10, 20, 40, 60 ms
		frame = [4]uint32{480, 960, 1920, 2880}[config&3]
	case config < 16: // hybrid: 10, 20 ms
		frame = [2]uint32{480, 960}[config&1]
	default: // CELT: 2.5, 5, 10, 20 ms
		frame = 120 << (config & 3)
	}
	var frames uint32
	switch b[0] & 3 {
	case 0:
		frames = 1
	case 1, 2:
		frames = 2
	default:
		if len(b) < 2 {
			return 0
		}
		frames = uint32(b[1] & 0x3f)
	}
	if total := frame * frames; frames > 0 && total <= 5760 { // 120 ms at most
		return total
	}
	return 0
}

// opusRepeats reports whether a packet may have some of an earlier packet's
// sound in it (in-band FEC). Only the SILK layer has that, and says so in flags
// that can be read without decoding (RFC 6716 §4.2.3): one for each of its
// frames whether there is a voice, then whether the layer repeats; in stereo
// once more for the side channel. Of a packet of several frames it is taken for
// granted.
func opusRepeats(b []byte) bool {
	if len(b) < 2 || b[0]>>3 >= 16 { // nothing in it, or CELT alone
		return false
	}
	if b[0]&3 != 0 {
		return true
	}
	frames := 1 // of the SILK layer: 10, 20, 40, 60 ms; in hybrid packets one
	if config := b[0] >> 3; config < 12 {
		frames = [4]int{1, 1, 2, 3}[config&3]
	}
	flags := b[1] << frames
	if b[0]&4 != 0 && flags<<1<<frames&0x80 != 0 {
		return true
	}
	return flags&0x80 != 0
}

// opusBare takes the padding off a packet, in place. An encoder may hide what
// it likes there, up to a second of the sound before (deep redundancy), which
// nobody could be kept from who is given the packet.
func opusBare(b []byte) []byte {
	if len(b) < 2 || b[0]&3 != 3 || b[1]&0x40 == 0 { // RFC 6716 §3.2.5
		return b
	}
	padding, at := 0, 2
	for {
		if at == len(b) {
			return b[:1] // it does not add up: a packet of no sound
		}
		n := int(b[at])
		at++
		if n < 255 {
			padding += n
			break
		}
		padding += 254
	}
	if padding > len(b)-at {
		return b[:1]
	}
	b[1] &^= 0x40
	n := copy(b[2:], b[at:len(b)-padding])
	return b[:2+n]
}
