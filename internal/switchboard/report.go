package switchboard

import "encoding/binary"

// A sender report with no report blocks (RFC 3550 §6.4.1) and a source
// description with the canonical name (§6.5), which together are the shortest
// compound packet that is allowed.
const (
	maxCNAME = 64
	rtcpSize = 28 + 4 + 4 + 2 + maxCNAME + 4
)

// senderReport writes the compound packet for one slot into b, and gives what
// it has used of it.
func senderReport(b []byte, ssrc uint32, ntp uint64, ts, packets, octets uint32, cname string) []byte {
	b[0], b[1] = 2<<6, 200
	binary.BigEndian.PutUint16(b[2:], 6)
	binary.BigEndian.PutUint32(b[4:], ssrc)
	binary.BigEndian.PutUint64(b[8:], ntp)
	binary.BigEndian.PutUint32(b[16:], ts)
	binary.BigEndian.PutUint32(b[20:], packets)
	binary.BigEndian.PutUint32(b[24:], octets)

	if len(cname) > maxCNAME {
		cname = cname[:maxCNAME]
	}
	d := b[28:]
	d[0], d[1] = 2<<6|1, 202
	binary.BigEndian.PutUint32(d[4:], ssrc)
	d[8], d[9] = 1, byte(len(cname))
	n := 10 + copy(d[10:], cname)
	for {
		d[n] = 0 // ends the items, and fills up to a whole word
		if n++; n%4 == 0 {
			break
		}
	}
	binary.BigEndian.PutUint16(d[2:], uint16(n/4-1))
	return b[:28+n]
}

// reportSlot sends the slot's sender report: at this moment its timestamps are
// here. While it carries nothing it says nothing.
func (r *Receiver) reportSlot(s *slot, now instant) {
	if s.current == nil || !s.current.live.Load() || r.closed.Load() {
		return
	}
	packets, octets := s.count.packets.Load(), s.count.bytes.Load()
	r.out.WriteRTCP(senderReport(r.rtcp[:], s.spec.SSRC, r.board.clock.ntp(now), s.line.at(now),
		uint32(packets), uint32(octets), r.board.cname))
	s.report = false
}

func (r *Receiver) reportAll() {
	now := r.board.clock.instant()
	for i := range r.slots {
		r.reportSlot(&r.slots[i], now)
	}
}

// reportSwitches reports for the slots that carry another source since the
// last call, so that a listener need not wait for lip sync.
func (r *Receiver) reportSwitches() {
	if !r.switched {
		return
	}
	r.switched = false
	now := r.board.clock.instant()
	for i := range r.slots {
		if r.slots[i].report {
			r.reportSlot(&r.slots[i], now)
		}
	}
}
