package estimate

import (
	"math"
	"time"

	"github.com/pion/rtcp"
)

// Rates, in bits a second.
const (
	Start = 300_000    // until something is known
	Least = 50_000     // sound goes on below it
	Most  = 20_000_000 // nobody needs more of a summit
)

// kept is how many packets are remembered until they are reported: two seconds
// of all that a room shows. A power of two.
const kept = 1024

// Path estimates one receiver's path. It is not safe for concurrent use. Times
// are of any one monotonic clock.
type Path struct {
	sent  [kept]packet
	next  uint16
	begun bool
	epoch time.Duration // of the packets' times

	reference uint32 // of the last report's 24 bits, in 64 ms
	arrived   int64  // the same without wrapping, in microseconds

	delay     delay
	delivered delivered
	loss      loss
	probe     probe

	rate     float64
	capacity float64       // what was delivered when the path was full; 0: never seen
	grown    time.Duration // when the rate was last looked at
	full     time.Duration // when the path was last found full
	heard    time.Duration // the last report
	reported bool
}

// Forget begins anew on a path that may be another one. The numbers go on, since
// the receiver of both is the same.
func (p *Path) Forget() { *p = Path{rate: Start, next: p.next} }

// packet is one that was sent.
type packet struct {
	at    uint32 // microseconds since the path's epoch, wrapping
	size  uint16 // bytes
	fate  fate
	probe uint8 // of which probe it is; 0: none
}

type fate uint8

const (
	unknown fate = iota // not sent, or sent and not reported yet
	missing
	arrived
)

// NewPath begins with [Start].
func NewPath() *Path { return &Path{rate: Start} }

// Sent gives the transport-wide sequence number of a packet of so many bytes
// that leaves now.
func (p *Path) Sent(size int, now time.Duration) uint16 {
	if !p.begun {
		p.begun, p.epoch, p.grown = true, now, now
	}
	seq := p.next
	p.next++
	p.sent[seq%kept] = packet{at: p.stamp(now), size: uint16(min(size, math.MaxUint16)), probe: p.probe.takes(now, size)}
	return seq
}

func (p *Path) stamp(now time.Duration) uint32 { return uint32((now - p.epoch) / time.Microsecond) }

// Rate is the estimate in bits a second.
func (p *Path) Rate() int { return int(p.rate) }

// Reported says whether the receiver has ever reported, and when last.
func (p *Path) Reported() (last time.Duration, ever bool) { return p.heard, p.reported }

// Loss is the fraction of packets that were lost of late, 0 to 1.
func (p *Path) Loss() float64 { return p.loss.last }

// Feedback takes a report of arrivals. What it says of packets that were never
// sent is passed over.
func (p *Path) Feedback(f *rtcp.TransportLayerCC, now time.Duration) {
	if !p.begun {
		return
	}
	at := p.unwrap(f.ReferenceTime)
	seq, left, deltas := f.BaseSequenceNumber, int(f.PacketStatusCount), f.RecvDeltas
	each := func(symbol uint16) bool {
		if left--; left < 0 {
			return false
		}
		if symbol == rtcp.TypeTCCPacketNotReceived {
			p.lost(seq)
		} else {
			if len(deltas) == 0 {
				return false
			}
			at += deltas[0].Delta
			deltas = deltas[1:]
			p.came(seq, at)
		}
		seq++
		return true
	}
	for _, c := range f.PacketChunks {
		switch c := c.(type) {
		case *rtcp.RunLengthChunk:
			for i := uint16(0); i < c.RunLength && each(c.PacketStatusSymbol); i++ {
			}
		case *rtcp.StatusVectorChunk:
			for _, s := range c.SymbolList {
				if !each(s) {
					break
				}
			}
		}
	}
	p.heard, p.reported = now, true
	p.judge(now)
}

// unwrap continues the reference time, 24 bits of 64 ms each.
func (p *Path) unwrap(reference uint32) int64 {
	if p.reported {
		p.arrived += int64(int32((reference-p.reference)<<8)>>8) * 64_000
	}
	p.reference = reference
	return p.arrived
}

// of finds a packet by its number, nil when it is not remembered.
func (p *Path) of(seq uint16) *packet {
	if age := p.next - seq; age == 0 || age > kept {
		return nil
	}
	one := &p.sent[seq%kept]
	if one.size == 0 {
		return nil
	}
	return one
}

func (p *Path) lost(seq uint16) {
	if one := p.of(seq); one != nil && one.fate == unknown {
		one.fate = missing
		p.loss.count(true)
	}
}

func (p *Path) came(seq uint16, at int64) {
	one := p.of(seq)
	if one == nil || one.fate == arrived {
		return
	}
	if one.fate == missing {
		p.loss.back()
	}
	one.fate = arrived
	p.loss.count(false)
	p.delivered.add(at, int(one.size))
	p.delay.add(one.at, at)
	if one.probe != 0 {
		p.probe.came(one, at)
	}
}

// judge moves the rate after a report.
func (p *Path) judge(now time.Duration) {
	passed := min(now-p.grown, time.Second).Seconds()
	p.grown = now
	acked := p.delivered.rate()
	excess, news := p.loss.judge(now)
	switch use := p.delay.use; {
	case use == over:
		p.delay.use = normal // it is said once
		p.shrink(now, p.blamed(now, 0.85*acked), acked)
	case acked > 0 && p.delay.waiting() > longQueue && now-p.full > queuePause:
		p.shrink(now, p.blamed(now, 0.7*acked), acked)
	case news && excess > 0.10:
		p.shrink(now, max(p.rate*(1-excess/2), 0.85*acked), acked)
	case use == normal && excess < 0.02 && acked > 0:
		p.grow(passed, acked)
	}
	if got, saturated, done := p.probe.judge(now); done {
		p.probed(got, saturated, now)
	}
	p.rate = min(max(p.rate, Least), Most)
}

// A queue that stands long delays sound for as long, although it does not
// grow: then less is sent until it has emptied.
const (
	longQueue  = 200 * time.Millisecond
	queuePause = 400 * time.Millisecond // until that shows
)

// ample is what is left of the rate when packets are late although few were
// sent, in bits a second: sound and a small picture.
const ample = 250_000

// blamed is how far the rate goes down for packets that are late. What arrives
// says what the path carries only when as much was sent: who shows a still
// picture sends little, and then it is rather a machine that was late.
func (p *Path) blamed(now time.Duration, to float64) float64 {
	if p.sending(now) >= p.rate/2 {
		return to
	}
	if p.rate > ample {
		return max(to, p.rate/2, ample)
	}
	return max(to, 0.7*p.rate)
}

// sending is what was sent in the last half second, in bits a second.
func (p *Path) sending(now time.Duration) float64 {
	const window = 500 * time.Millisecond
	bytes, stamp := 0, p.stamp(now)
	for seq := p.next - 1; p.next-seq <= kept; seq-- {
		one := &p.sent[seq%kept]
		if one.size == 0 || stamp-one.at > uint32(window/time.Microsecond) {
			break
		}
		bytes += int(one.size)
	}
	return float64(bytes) * 8 / window.Seconds()
}

// shrink notes that the path is full, and what it carried then.
func (p *Path) shrink(now time.Duration, to, acked float64) {
	if acked > 0 {
		if p.capacity == 0 || math.Abs(acked-p.capacity) > p.capacity/3 {
			p.capacity = acked
		} else {
			p.capacity += (acked - p.capacity) / 5
		}
	}
	if acked > 0 && to < p.rate {
		p.rate = to
	}
	p.full = now
	p.probe.wasFull(now)
}

// grow goes up by 8 % a second, or by about a packet each response time near
// to where the path was full before; never far beyond what has been shown to
// arrive.
func (p *Path) grow(passed, acked float64) {
	limit := 1.5*acked + 10_000
	if p.rate >= limit {
		return
	}
	next := p.rate * math.Pow(1.08, passed)
	if p.capacity > 0 && acked > p.capacity*1.3 {
		p.capacity = 0 // it is another path now
	}
	if p.capacity > 0 && p.rate > 0.8*p.capacity {
		next = p.rate + 1200*8*passed/0.2
	}
	p.rate = min(next, limit)
}

// probed takes the result of a probe.
func (p *Path) probed(got float64, saturated bool, now time.Duration) {
	if saturated {
		p.capacity = got
		got *= 0.95
	} else if p.capacity < got {
		p.capacity = 0
	}
	p.rate = max(p.rate, got)
}

// delivered measures what arrives, over the last half second of arrivals.
type delivered struct {
	bytes [parts]int
	last  int64 // the newest part
	first int64 // the oldest there is
	any   bool
}

const (
	parts = 10
	part  = 50_000 // microseconds
)

// of is a part's count. Whoever reports may report from before all time.
func (d *delivered) of(n int64) *int { return &d.bytes[(n%parts+parts)%parts] }

func (d *delivered) add(at int64, size int) {
	n := at / part
	if !d.any {
		d.any, d.last, d.first = true, n, n
	}
	if n <= d.last-parts {
		return
	}
	for ; d.last < n; d.last++ {
		if n-d.last > parts {
			d.last = n - parts
		}
		*d.of(d.last + 1) = 0
	}
	d.first = max(d.first, n-parts+1)
	*d.of(n) += size
}

// rate is in bits a second; 0 while too little has come to tell. The newest
// part is not over yet and left out.
func (d *delivered) rate() float64 {
	whole := d.last - max(d.first, d.last-parts+1)
	if !d.any || whole < 3 {
		return 0
	}
	total := 0
	for n := d.last - whole; n < d.last; n++ {
		total += *d.of(n)
	}
	return float64(total) * 8 / (float64(whole) * part / 1e6)
}
