package switchboard

// vp9Descriptor is what is rewritten of a VP9 payload descriptor (RFC 9628
// §4.2): the picture's number and that of its lowest temporal layer.
type vp9Descriptor struct {
	pictureAt int // where the picture id is; 0 when there is none
	long      bool
	picture   uint16 // of 15 bits, or of 7
	lowestAt  int    // where TL0PICIDX is; 0 when there is none
	lowest    uint8
	spatial   uint8 // layer, 0 the lowest
}

// The bits of its first byte.
const (
	vp9HasPicture = 0x80
	vp9Predicted  = 0x40
	vp9HasLayers  = 0x20
	vp9Flexible   = 0x10
	vp9Begins     = 0x08
)

// read reads a payload's descriptor, and gives where the fixed part of it ends;
// false when it is cut short.
func (d *vp9Descriptor) read(b []byte) (end int, ok bool) {
	*d = vp9Descriptor{}
	if len(b) < 1 {
		return 0, false
	}
	head, at := b[0], 1
	if head&vp9HasPicture != 0 {
		if len(b) < at+1 {
			return 0, false
		}
		d.pictureAt, d.picture, d.long = at, uint16(b[at]&0x7f), b[at]&0x80 != 0
		at++
		if d.long {
			if len(b) < at+1 {
				return 0, false
			}
			d.picture = d.picture<<8 | uint16(b[at])
			at++
		}
	}
	if head&vp9HasLayers != 0 {
		if at++; head&vp9Flexible == 0 {
			at++
		}
		if len(b) < at {
			return 0, false
		}
		if head&vp9Flexible == 0 {
			d.lowestAt, d.lowest, d.spatial = at-1, b[at-1], b[at-2]>>1&7
		} else {
			d.spatial = b[at-1] >> 1 & 7
		}
	}
	return at, true
}

// vp9Numbers continues the numbers of the pictures in one slot, whoever feeds
// it: a decoder takes a number that goes back for a picture that is late.
type vp9Numbers struct {
	any         bool
	picture     uint16 // the newest that went out, of 15 bits
	lowest      uint8
	ofPicture   uint16 // what the source called them
	ofLowest    uint8
	pictureTurn bool // the next one begins a turn
	lowestTurn  bool
}

// turn begins to number another source.
func (v *vp9Numbers) turn() { v.pictureTurn, v.lowestTurn = true, true }

// next numbers a packet. The numbers of a slot's first source stay as they are.
func (v *vp9Numbers) next(d *vp9Descriptor) (picture uint16, lowest uint8) {
	if d.pictureAt > 0 {
		switch {
		case !v.any && v.pictureTurn:
			v.picture = d.picture
		case v.pictureTurn:
			v.picture = (v.picture + 1) & 0x7fff
		default:
			ahead := int16((d.picture-v.ofPicture)<<1) >> 1
			if !d.long {
				ahead = int16(int8((d.picture-v.ofPicture)<<1) >> 1)
			}
			if picture = (v.picture + uint16(ahead)) & 0x7fff; ahead < 0 {
				return picture, v.late(d)
			}
			v.picture = picture
		}
		picture = v.picture
		v.ofPicture, v.pictureTurn, v.any = d.picture, false, true
	}
	if d.lowestAt > 0 {
		if v.lowestTurn {
			v.lowest, v.ofLowest, v.lowestTurn = v.lowest+1, d.lowest, false
		} else if ahead := d.lowest - v.ofLowest; ahead < 128 {
			v.lowest, v.ofLowest = v.lowest+ahead, d.lowest
		} else {
			return picture, v.late(d)
		}
		lowest = v.lowest
	}
	return picture, lowest
}

// late is the number of the lowest layer in a packet that came late.
func (v *vp9Numbers) late(d *vp9Descriptor) uint8 { return v.lowest + d.lowest - v.ofLowest }

// slate takes the next number for a picture of the server's own.
func (v *vp9Numbers) slate() uint16 {
	v.picture, v.any = (v.picture+1)&0x7fff, true
	return v.picture
}

// same reports whether a packet has these numbers already.
func (d *vp9Descriptor) same(picture uint16, lowest uint8) bool {
	return (d.pictureAt == 0 || d.long && d.picture == picture) && (d.lowestAt == 0 || d.lowest == lowest)
}

// renumber gives the packet a copy with these numbers; the picture id is of 15
// bits there. Nil when it is too long.
func (p *packet) renumber(d *vp9Descriptor, picture uint16, lowest uint8) *packet {
	wider := d.pictureAt > 0 && !d.long
	if wider && len(p.payload) == maxPayload {
		return nil
	}
	q := newPacket(p.payload)
	if wider {
		q.payload = q.buf[:len(p.payload)+1]
		copy(q.payload[2:], p.payload[1:])
	}
	if d.pictureAt > 0 {
		q.payload[1], q.payload[2] = 0x80|byte(picture>>8), byte(picture)
	}
	if d.lowestAt > 0 {
		at := d.lowestAt
		if wider {
			at++
		}
		q.payload[at] = lowest
	}
	return q
}
