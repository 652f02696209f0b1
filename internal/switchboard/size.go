package switchboard

// pictureSize reads how large the pictures are from a payload that begins a
// keyframe, in pixels; false when it does not say.
func (c Codec) pictureSize(payload []byte) (width, height int, ok bool) {
	switch c {
	case H264:
		return h264Size(payload)
	case VP9:
		return vp9Size(payload)
	}
	return 0, 0, false
}

// bits reads a bit stream, and goes on with zeros behind its end. Of H.264 it
// leaves out the bytes that prevent start codes (ITU-T H.264 §7.4.1).
type bits struct {
	b      []byte
	at     int // bit
	h264   bool
	zeros  int
	beyond bool
}

func (r *bits) one() int {
	i := r.at / 8
	if r.h264 && r.at%8 == 0 && i < len(r.b) {
		if r.zeros >= 2 && r.b[i] == 3 {
			r.at, r.zeros = r.at+8, 0
			i++
		}
		if i < len(r.b) {
			if r.b[i] == 0 {
				r.zeros++
			} else {
				r.zeros = 0
			}
		}
	}
	if i >= len(r.b) {
		r.beyond = true
		return 0
	}
	v := int(r.b[i]>>(7-r.at%8)) & 1
	r.at++
	return v
}

func (r *bits) read(n int) int {
	v := 0
	for range n {
		v = v<<1 | r.one()
	}
	return v
}

// ue reads an unsigned Exp-Golomb number (ITU-T H.264 §9.1), of 20 bits at most.
func (r *bits) ue() int {
	n := 0
	for r.one() == 0 {
		if n++; n > 20 || r.beyond {
			r.beyond = true
			return 0
		}
	}
	return 1<<n - 1 + r.read(n)
}

// sps finds the sequence parameter set in a payload, without its first byte.
func sps(b []byte) []byte {
	if len(b) < 1 {
		return nil
	}
	switch b[0] & 0x1f {
	case nalSPS:
		return b[1:]
	case nalSTAPA, nalSTAPB:
		skip := 1
		if b[0]&0x1f == nalSTAPB {
			skip = 3 // and its decoding order number
		}
		b = b[min(skip, len(b)):]
		for len(b) >= 3 {
			n := int(b[0])<<8 | int(b[1])
			if n == 0 || len(b) < 2+n {
				return nil
			}
			if b[2]&0x1f == nalSPS {
				return b[3 : 2+n]
			}
			b = b[2+n:]
		}
	}
	return nil
}

// h264Size reads a sequence parameter set (ITU-T H.264 §7.3.2.1.1) as far as
// the frame's size.
func h264Size(b []byte) (width, height int, ok bool) {
	r := &bits{b: sps(b), h264: true}
	profile := r.read(8)
	r.read(16) // constraints, level
	r.ue()     // its id
	switch profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		if r.ue() != 1 {
			return 0, 0, false // another format than 4:2:0: nobody sends that here
		}
		r.ue() // bit depths
		r.ue()
		r.one()
		if r.one() == 1 {
			return 0, 0, false // scaling lists: the same
		}
	}
	r.ue() // of the frame number
	switch r.ue() {
	case 0:
		r.ue()
	case 1:
		r.one()
		r.ue()
		r.ue()
		for range min(r.ue(), 255) {
			r.ue()
		}
	}
	r.ue() // reference frames
	r.one()
	width = 16 * (r.ue() + 1)
	rows := r.ue() + 1
	fields := 2 - r.one()
	height = 16 * rows * fields
	if fields == 2 {
		r.one()
	}
	r.one()
	if r.one() == 1 { // cropped
		width -= 2 * (r.ue() + r.ue())
		height -= 2 * fields * (r.ue() + r.ue())
	}
	return width, height, !r.beyond && plausible(width, height)
}

func plausible(width, height int) bool {
	return width > 0 && height > 0 && width <= 16384 && height <= 16384
}

// vp9Size reads the scalability structure behind a payload descriptor (RFC 9628
// §4.2.1), which gives the size, or else the header of the keyframe.
func vp9Size(b []byte) (width, height int, ok bool) {
	var d vp9Descriptor
	at, ok := d.read(b)
	if !ok || b[0]&vp9Predicted != 0 {
		return 0, 0, false
	}
	rest := b[at:]
	if b[0]&0x02 != 0 {
		if len(rest) < 1 {
			return 0, 0, false
		}
		head := rest[0]
		if rest = rest[1:]; head&0x10 != 0 {
			if len(rest) < 4 {
				return 0, 0, false
			}
			width, height = int(rest[0])<<8|int(rest[1]), int(rest[2])<<8|int(rest[3])
			return width, height, plausible(width, height)
		}
		if head&0x08 != 0 {
			if len(rest) < 1 {
				return 0, 0, false
			}
			pictures := int(rest[0])
			rest = rest[1:]
			for range pictures {
				if len(rest) < 1 || len(rest) < 1+int(rest[0]>>2&3) {
					return 0, 0, false
				}
				rest = rest[1+int(rest[0]>>2&3):]
			}
		}
	}
	// A keyframe of profile 0 (VP9 bitstream specification §6.2).
	r := &bits{b: rest}
	if r.read(2) != 2 || r.read(2) != 0 || r.one() != 0 || r.one() != 0 {
		return 0, 0, false
	}
	r.read(2)
	if r.read(24) != 0x498342 {
		return 0, 0, false
	}
	r.read(4)
	width, height = r.read(16)+1, r.read(16)+1
	return width, height, !r.beyond
}
