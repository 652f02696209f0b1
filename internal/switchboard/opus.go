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
