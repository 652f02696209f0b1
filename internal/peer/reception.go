package peer

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/rtcp"
)

// Caps told to a sender that asks for a rate (REMB). A picture at 2.5 Mbit/s
// is sharp at 720 lines; a sender behind a thin line goes below it by the
// losses it is told of.
const (
	pictureRate = 2_500_000 // bit/s
	soundRate   = 128_000   // bit/s, headers and repetitions included
)

// reception counts one incoming stream for the receiver reports that a sender
// adjusts its rate by (RFC 3550 §6.4.1, A.3, A.8).
type reception struct {
	clock uint32

	mu              sync.Mutex
	any             bool
	first, highest  uint32 // sequence numbers with cycles
	count           uint32
	expectedBefore  uint32
	countBefore     uint32
	transit, jitter float64 // in clock units
	report          uint32  // middle of the last sender report's NTP time
	reportAt        time.Time
	lost            float64 // fraction in the last interval
}

func (r *reception) received(b []byte, at time.Time) {
	seq, stamp := binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:])
	r.mu.Lock()
	defer r.mu.Unlock()
	transit := time.Duration(ticks(at)).Seconds()*float64(r.clock) - float64(stamp)
	if !r.any {
		r.any, r.first, r.highest, r.transit = true, uint32(seq), uint32(seq), transit
		r.count = 1
		return
	}
	r.count++
	switch ahead := int16(seq - uint16(r.highest)); {
	case ahead > 0:
		r.highest += uint32(ahead)
		if d := transit - r.transit; d > -1e6 && d < 1e6 { // not the wrap of a time stamp
			if d < 0 {
				d = -d
			}
			r.jitter += (d - r.jitter) / 16
		}
		r.transit = transit
	case ahead < -3000: // the sender began anew
		r.first, r.highest = uint32(seq), uint32(seq)
		r.count, r.expectedBefore, r.countBefore = 1, 0, 0
	}
}

func (r *reception) reported(ntp uint64, at time.Time) {
	r.mu.Lock()
	r.report, r.reportAt = uint32(ntp>>16), at
	r.mu.Unlock()
}

// block is the report block for the interval since the last; false when
// nothing was ever received.
func (r *reception) block(ssrc uint32, now time.Time) (rtcp.ReceptionReport, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.any {
		return rtcp.ReceptionReport{}, false
	}
	expected := r.highest - r.first + 1
	interval, got := expected-r.expectedBefore, r.count-r.countBefore
	r.expectedBefore, r.countBefore = expected, r.count
	r.lost = 0
	if interval > got && interval < 1<<31 {
		r.lost = float64(interval-got) / float64(interval)
	}
	total := int64(expected) - int64(r.count)
	b := rtcp.ReceptionReport{
		SSRC: ssrc, FractionLost: uint8(min(255, r.lost*256)), TotalLost: uint32(max(0, min(total, 1<<23-1))),
		LastSequenceNumber: r.highest, Jitter: uint32(r.jitter),
	}
	if !r.reportAt.IsZero() {
		b.LastSenderReport = r.report
		b.Delay = uint32(now.Sub(r.reportAt).Seconds() * 65536)
	}
	return b, true
}

// tick sends the second's reports and the cap on the sender's rate, and
// measures the round trip.
func (p *publisher) tick(now time.Time) {
	p.conn.ask(now)
	rr := &rtcp.ReceiverReport{SSRC: p.control}
	remb := &rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: p.control}
	capped := false
	for _, f := range p.feeds {
		ssrc := f.ssrc.Load()
		if ssrc == 0 {
			continue
		}
		if block, ok := f.reception.block(ssrc, now); ok {
			rr.Reports = append(rr.Reports, block)
		}
		remb.SSRCs = append(remb.SSRCs, ssrc)
		remb.Bitrate += pictureRate
		if f.section.media == "audio" {
			remb.Bitrate += soundRate - pictureRate
		}
		for _, fb := range f.codec.answerFeedback(true) {
			capped = capped || fb == "goog-remb"
		}
	}
	if capped {
		p.conn.sendControl(rr, remb)
	} else {
		p.conn.sendControl(rr)
	}
}

// RequestKeyframe asks the sender for a key frame (RFC 4585 §6.3.1).
func (f *feed) RequestKeyframe(int) {
	if ssrc := f.ssrc.Load(); ssrc != 0 {
		f.publisher.conn.sendControl(&rtcp.ReceiverReport{SSRC: f.publisher.control},
			&rtcp.PictureLossIndication{SenderSSRC: f.publisher.control, MediaSSRC: ssrc})
	}
}

// Nack asks the sender for packets again (RFC 4585 §6.2.1).
func (f *feed) Nack(_ int, seqs []uint16) {
	if ssrc := f.ssrc.Load(); ssrc != 0 && len(seqs) > 0 {
		f.publisher.conn.sendControl(&rtcp.ReceiverReport{SSRC: f.publisher.control},
			&rtcp.TransportLayerNack{SenderSSRC: f.publisher.control, MediaSSRC: ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(seqs)})
	}
}

// headerExtension finds a one-byte header extension (RFC 8285 §4.2) in an
// opened packet; nil when there is none.
func headerExtension(b []byte, id uint8) []byte {
	if id == 0 || len(b) < 12 || b[0]&0x10 == 0 {
		return nil
	}
	at := 12 + 4*int(b[0]&0x0f)
	if len(b) < at+4 || binary.BigEndian.Uint16(b[at:]) != 0xBEDE {
		return nil
	}
	end := at + 4 + 4*int(binary.BigEndian.Uint16(b[at+2:]))
	if len(b) < end {
		return nil
	}
	for i := at + 4; i < end; {
		if b[i] == 0 { // padding
			i++
			continue
		}
		size := int(b[i]&0x0f) + 1
		if b[i]>>4 == 15 || i+1+size > end {
			return nil
		}
		if b[i]>>4 == id {
			return b[i+1 : i+1+size]
		}
		i += 1 + size
	}
	return nil
}
