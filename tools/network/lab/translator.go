package lab

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
)

// translator is the memory of a router that translates the UDP ports of those
// behind it, as the one of a hotel does. What is not UDP over IPv4 passes as it
// is, and so do fragments after the first.
type translator struct {
	mu      sync.Mutex
	next    uint16
	outside map[uint16]uint16 // by the port inside
	inside  map[uint16]uint16 // by the port outside
}

const (
	firstOutside = 40000
	protocolUDP  = 17
)

// Translate puts a router between this end and the wire.
func (e *End) Translate() { e.translate.Store(&translator{next: firstOutside}) }

// Forget makes the router forget everybody: who was inside gets a new port when
// it next sends, and nothing before.
func (e *End) Forget() {
	if t := e.translate.Load(); t != nil {
		t.mu.Lock()
		t.outside, t.inside = nil, nil
		t.mu.Unlock()
	}
}

// udp finds the UDP header of an IPv4 packet.
func udp(packet []byte) []byte {
	if len(packet) < 20 || packet[0]>>4 != 4 || packet[9] != protocolUDP {
		return nil
	}
	header := int(packet[0]&0x0f) * 4
	fragment := binary.BigEndian.Uint16(packet[6:]) & 0x1fff
	if header < 20 || len(packet) < header+8 || fragment != 0 {
		return nil
	}
	return packet[header:]
}

func (t *translator) outward(packet []byte) []byte {
	u := udp(packet)
	if u == nil {
		return packet
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	in := binary.BigEndian.Uint16(u)
	out, known := t.outside[in]
	if !known {
		if t.outside == nil {
			t.outside, t.inside = map[uint16]uint16{}, map[uint16]uint16{}
		}
		out = t.next
		if t.next++; t.next < firstOutside {
			t.next = firstOutside
		}
		t.outside[in], t.inside[out] = out, in
	}
	setPort(u, 0, out)
	return packet
}

func (t *translator) inward(packet []byte) []byte {
	u := udp(packet)
	if u == nil {
		return packet
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	in, known := t.inside[binary.BigEndian.Uint16(u[2:])]
	if !known {
		return nil
	}
	setPort(u, 2, in)
	return packet
}

// setPort changes a port and the checksum with it (RFC 1624 §3).
func setPort(u []byte, at int, port uint16) {
	old := binary.BigEndian.Uint16(u[at:])
	binary.BigEndian.PutUint16(u[at:], port)
	sum := binary.BigEndian.Uint16(u[6:])
	if sum == 0 {
		return // the sender has made none
	}
	s := uint32(^sum) + uint32(^old) + uint32(port)
	for s > 0xffff {
		s = s&0xffff + s>>16
	}
	if sum = ^uint16(s); sum == 0 {
		sum = 0xffff
	}
	binary.BigEndian.PutUint16(u[6:], sum)
}

// random is between 0 and n nanoseconds.
func random(n int64) int64 {
	if n <= 0 {
		return 0
	}
	return rand.Int64N(n)
}
