package switchboard

import "encoding/binary"

// header is what the switchboard needs of an incoming RTP packet (RFC 3550
// §5.1). Its payload is a part of the packet it was read from.
type header struct {
	marker   bool
	seq      uint16
	ts       uint32
	level    uint8 // RFC 6464: 0 is loudest, 127 silence
	hasLevel bool
	payload  []byte // without padding; empty in a packet that is only padding
}

// read reads a packet's header and finds its payload; false when it is no RTP
// packet. It allocates nothing.
func (h *header) read(raw []byte, levelID uint8) bool {
	if len(raw) < 12 || raw[0]>>6 != 2 {
		return false
	}
	*h = header{
		marker: raw[1]&0x80 != 0,
		seq:    binary.BigEndian.Uint16(raw[2:]),
		ts:     binary.BigEndian.Uint32(raw[4:]),
	}
	rest := raw[12:]
	csrcs := int(raw[0]&0x0f) * 4
	if len(rest) < csrcs {
		return false
	}
	rest = rest[csrcs:]
	if raw[0]&0x10 != 0 {
		if len(rest) < 4 {
			return false
		}
		profile := binary.BigEndian.Uint16(rest)
		n := int(binary.BigEndian.Uint16(rest[2:])) * 4
		if len(rest) < 4+n {
			return false
		}
		if levelID != 0 {
			h.readLevel(profile, rest[4:4+n], levelID)
		}
		rest = rest[4+n:]
	}
	if raw[0]&0x20 != 0 {
		if len(rest) == 0 {
			return false
		}
		padding := int(rest[len(rest)-1])
		if padding == 0 || padding > len(rest) {
			return false
		}
		rest = rest[:len(rest)-padding]
	}
	h.payload = rest
	return true
}

// readLevel looks for the audio level among header extensions (RFC 8285 §4.2,
// §4.3). Extensions that do not add up are as good as none.
func (h *header) readLevel(profile uint16, ext []byte, levelID uint8) {
	oneByte := profile == 0xBEDE
	if !oneByte && profile&0xfff0 != 0x1000 {
		return
	}
	for len(ext) > 0 {
		if ext[0] == 0 { // padding between elements
			ext = ext[1:]
			continue
		}
		var id uint8
		var n, head int
		if oneByte {
			id, n, head = ext[0]>>4, int(ext[0]&0x0f)+1, 1
			if id == 15 {
				return
			}
		} else {
			if len(ext) < 2 {
				return
			}
			id, n, head = ext[0], int(ext[1]), 2
		}
		if len(ext) < head+n {
			return
		}
		if id == levelID && n >= 1 {
			h.level, h.hasLevel = ext[head]&0x7f, true
			return
		}
		ext = ext[head+n:]
	}
}
