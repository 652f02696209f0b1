package peer

import (
	"encoding/binary"
	"sync"
	"time"

	"liqa/internal/switchboard"
)

// sealing is what SRTP adds to a packet at most: the tag of AES-GCM.
const sealing = 16

// packetBuffers are shared by all connections: one is held only for the length
// of a write.
var packetBuffers = sync.Pool{New: func() any { b := make([]byte, maxPacket); return &b }}

// WriteRTP protects packets and sends them, and allocates nothing. Over UDP it
// never waits; over TCP it waits some milliseconds at most and then drops.
func (l *listener) WriteRTP(packets []switchboard.Outgoing) {
	r, k := l.conn.active.Load(), l.conn.keys.Load()
	if r == nil || k == nil || l.away.Load() {
		return
	}
	clearAtCut(r, packets)
	buffer := packetBuffers.Get().(*[]byte)
	defer packetBuffers.Put(buffer)
	at := time.Now()
	for i := range packets {
		p := &packets[i]
		n := l.send(r, k, *buffer, p, at)
		if n == 0 {
			l.dropped.Add(1)
			continue
		}
		l.packets.Add(1)
		l.bytes.Add(uint64(n))
		l.strands[p.Slot].sent.Store(ticks(at))
	}
	l.sent.Store(ticks(at))
}

// send gives the size of what it sent, 0 when it did not.
func (l *listener) send(r *route, k *keys, buf []byte, p *switchboard.Outgoing, at time.Time) int {
	w := &l.strands[p.Slot]
	if p.Again && !p.RTX && w.count != 0 {
		return 0 // it could not be the same packet again, and must be
	}
	head := 12
	if w.count != 0 {
		head += 8
	}
	if p.RTX {
		head += 2
	}
	size := head + len(p.Payload) + sealing
	if size > len(buf) {
		return 0
	}
	h := &p.Header
	seq := h.SequenceNumber
	if w.count != 0 || p.RTX {
		var count uint16
		seq, count = l.gauge.number(w, p, size, ticks(at))
		if w.count != 0 {
			putCount(buf, w.count, count)
		}
	} else {
		l.gauge.uncounted.Add(uint64(size))
	}
	buf[0] = 0x80
	if w.count != 0 {
		buf[0] |= 0x10
	}
	buf[1] = h.PayloadType
	if h.Marker {
		buf[1] |= 0x80
	}
	binary.BigEndian.PutUint16(buf[2:], seq)
	binary.BigEndian.PutUint32(buf[4:], h.Timestamp)
	binary.BigEndian.PutUint32(buf[8:], h.SSRC)
	if p.RTX {
		binary.BigEndian.PutUint16(buf[head-2:], p.Original)
	}
	n := head + copy(buf[head:], p.Payload)
	sealed, err := k.protect(buf, n)
	if err != nil || !r.send(sealed) {
		return 0
	}
	return len(sealed)
}

// putCount writes the header extension of a transport-wide number (RFC 8285
// §4.2) behind a header without CSRCs.
func putCount(buf []byte, id uint8, count uint16) {
	binary.BigEndian.PutUint32(buf[12:], 0xBEDE<<16|1)
	buf[16] = id<<4 | 1
	binary.BigEndian.PutUint16(buf[17:], count)
	buf[19] = 0
}

// WriteRTCP protects and sends a sender report.
func (l *listener) WriteRTCP(b []byte) {
	if !l.away.Load() {
		l.conn.sendRawControl(b)
	}
}

// paddingSize is the size of a packet of padding only: its count is one byte.
const (
	paddingBytes = 255
	paddingSize  = 12 + 8 + paddingBytes + sealing
)

// pad sends one packet of padding on a slot's retransmission stream, where it
// takes nothing from the picture's own numbers.
func (l *listener) pad(slot int, buf []byte, at time.Time) bool {
	r, k := l.conn.active.Load(), l.conn.keys.Load()
	if r == nil || k == nil || l.away.Load() {
		return false
	}
	w, rtx := &l.strands[slot], l.slots[slot].RTX
	seq, count, stamp, codec := l.gauge.padding(w, ticks(at))
	payloadType := rtx.PT[codec]
	for _, any := range rtx.PT {
		if payloadType == 0 {
			payloadType = any
		}
	}
	buf[0], buf[1] = 0x80|0x20|0x10, payloadType
	binary.BigEndian.PutUint16(buf[2:], seq)
	binary.BigEndian.PutUint32(buf[4:], stamp)
	binary.BigEndian.PutUint32(buf[8:], rtx.SSRC)
	putCount(buf, w.count, count)
	clear(buf[20 : 20+paddingBytes])
	buf[20+paddingBytes-1] = paddingBytes
	sealed, err := k.protect(buf, 20+paddingBytes)
	return err == nil && r.send(sealed)
}
