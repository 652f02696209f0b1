package lab

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// checksum is the sum of an IPv4 UDP packet with its pseudo header; 0xffff when
// the packet's own checksum is right (RFC 768).
func checksum(packet []byte) uint16 {
	u := udp(packet)
	pseudo := append(append([]byte(nil), packet[12:20]...), 0, protocolUDP, byte(len(u)>>8), byte(len(u)))
	var s uint32
	for _, part := range [][]byte{pseudo, u} {
		for i := 0; i+1 < len(part); i += 2 {
			s += uint32(binary.BigEndian.Uint16(part[i:]))
		}
		if len(part)%2 == 1 {
			s += uint32(part[len(part)-1]) << 8
		}
	}
	for s > 0xffff {
		s = s&0xffff + s>>16
	}
	return uint16(s)
}

// datagram is a UDP packet over IPv4 with a right checksum.
func datagram(from, to uint16, payload string) []byte {
	p := make([]byte, 28, 28+len(payload))
	p[0], p[8], p[9] = 0x45, 64, protocolUDP
	copy(p[12:], []byte{10, 77, 0, 2, 10, 77, 0, 1})
	binary.BigEndian.PutUint16(p[20:], from)
	binary.BigEndian.PutUint16(p[22:], to)
	binary.BigEndian.PutUint16(p[24:], uint16(8+len(payload)))
	p = append(p, payload...)
	binary.BigEndian.PutUint16(p[26:], ^checksum(p))
	return p
}

func TestChecksumsStayRight(t *testing.T) {
	r := &translator{next: firstOutside}
	for port := uint16(1); port < 60000; port += 977 {
		p := r.outward(datagram(port, 8444, "odd"))
		if checksum(p) != 0xffff {
			t.Fatalf("from port %d: %x", port, checksum(p))
		}
		back := datagram(8444, binary.BigEndian.Uint16(udp(p)), "there")
		if back = r.inward(back); checksum(back) != 0xffff || binary.BigEndian.Uint16(udp(back)[2:]) != port {
			t.Fatalf("back to port %d: %x", port, back)
		}
	}
}

// Whatever comes over the wire, the router neither falls over nor changes
// anything but a port and a checksum, and what it has let out finds back.
func FuzzTranslator(f *testing.F) {
	f.Add(datagram(5000, 8444, "hello"))
	f.Add([]byte{0x45})
	f.Add(bytes.Repeat([]byte{0x4f, 0, 17}, 30))
	f.Fuzz(func(t *testing.T, packet []byte) {
		r := &translator{next: firstOutside}
		before := bytes.Clone(packet)
		after := r.outward(packet)
		u := udp(before)
		if u == nil {
			if !bytes.Equal(before, after) {
				t.Error("what is no UDP was changed")
			}
			return
		}
		header := len(before) - len(u)
		copy(before[header:header+2], after[header:])
		copy(before[header+6:header+8], after[header+6:])
		if !bytes.Equal(before, after) {
			t.Error("more than the port was changed")
		}
		copy(after[header+2:], after[header:header+2]) // an answer to it
		if back := r.inward(after); back == nil {
			t.Error("what was let out does not find back")
		}
	})
}
