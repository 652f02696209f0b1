package peer

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/rtcp"
)

// Caps told to a sender that takes them (REMB), headers and repetitions
// included. Three sizes of a picture that is sharp at 720 lines have 2.3 Mbit/s
// in all; a sender behind a thin line goes below by what it is told of arrivals.
const (
	pictureRate = 4_000_000 // bit/s of each picture, unless configured
	soundRate   = 192_000   // bit/s of each sound
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
	due, came       uint32  // packets in it
	perSecond       float64 // packets that were sent in it
	bytes           uint64
	bytesBefore     uint64
	looked          time.Time
	rate            int // bit/s in the last interval
}

func (r *reception) received(b []byte, at time.Time) {
	seq, stamp := binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:])
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bytes += uint64(len(b))
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
	if passed := now.Sub(r.looked); !r.looked.IsZero() && passed > 0 {
		r.rate = int(float64(r.bytes-r.bytesBefore) * 8 / passed.Seconds())
		r.perSecond = float64(r.highest-r.first+1-r.expectedBefore) / passed.Seconds()
	}
	r.bytesBefore, r.looked = r.bytes, now
	expected := r.highest - r.first + 1
	interval, got := expected-r.expectedBefore, r.count-r.countBefore
	r.expectedBefore, r.countBefore = expected, r.count
	r.lost, r.due, r.came = 0, interval, got
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

// lately is how many packets were sent in the last interval, and how many came.
func (r *reception) lately() (due, came uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.due, r.came
}

// pace is the newest sequence number, and how many are sent a second.
func (r *reception) pace() (highest uint16, perSecond float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return uint16(r.highest), r.perSecond
}

// tick sends the second's reports and the cap on the sender's rate, and
// measures the round trip.
func (p *publisher) tick(now time.Time) {
	p.conn.ask(now, askEvery)
	rr := &rtcp.ReceiverReport{SSRC: p.control}
	remb := &rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: p.control}
	for _, f := range p.feeds {
		for _, l := range f.layers {
			ssrc := l.ssrc.Load()
			if ssrc == 0 {
				continue
			}
			if block, ok := l.reception.block(ssrc, now); ok {
				rr.Reports = append(rr.Reports, block)
			}
			remb.SSRCs = append(remb.SSRCs, ssrc)
		}
		if f.section.media == "video" {
			remb.Bitrate += float32(p.conn.gate.config.PictureRate)
		} else {
			remb.Bitrate += soundRate
		}
	}
	if p.capped && len(remb.SSRCs) > 0 {
		p.conn.sendControl(rr, remb)
	} else {
		p.conn.sendControl(rr)
	}
	p.foresee(now)
}
