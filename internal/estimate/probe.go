package estimate

import "time"

// probe finds out whether the path carries more than is being sent: for a few
// hundredths of a second everything, padding included, is sent at the rate in
// question, and the receiver's report says how fast it came.
type probe struct {
	id      uint8 // of the one under way or last, 1 to 127; 0: none yet
	active  bool
	until   time.Duration
	half    int // bytes, as budget: from then on it is measured
	budget  int // bytes still to be sent in it
	packets int

	// Of the second half: the first one fills what lets bursts pass.
	first, last         uint32 // sent, microseconds
	firstCame, lastCame int64
	came1, cameBytes    int
	measured, arrivals  int // packets that came of the second half, and of both
	measures            int // packets sent of the second half

	ended   time.Duration // when the last one was judged
	failed  bool          // it found the path full
	success time.Duration // when one last found room
	longer  int           // how often one lied: the next ones are so much longer
}

// Probes are short and small, so that their queue delays sound by less than a
// tenth of a second where they find no room.
const (
	probeLeast   = 3_000                  // bytes
	probeTime    = 80 * time.Millisecond  // of the present rate, at most, in bytes
	probeShort   = 20 * time.Millisecond  // at least
	probeAnswer  = 700 * time.Millisecond // until the report must have come
	probeSoon    = 150 * time.Millisecond // after one that found room
	probeLater   = 1200 * time.Millisecond
	probeLiar    = 4 * time.Second // a path that is full so soon after a probe found room has made it lie
	probeLongest = 2               // doublings
	secondHalf   = 0x80            // marks its packets
)

// Probe says at which rate to send for how long, in bits a second, when it is
// time to find out whether the path carries wanted. Who is told so must do it:
// send, beside all else, enough padding.
func (p *Path) Probe(wanted int, now time.Duration) (rate int, lasting time.Duration, ok bool) {
	if p.probe.success != 0 && now-p.probe.success > probeLiar {
		p.probe.success, p.probe.longer = 0, max(0, p.probe.longer-1)
	}
	if p.probe.active && now > p.probe.until+probeAnswer { // nobody has answered
		p.probe.active, p.probe.failed, p.probe.ended = false, true, now
	}
	pause := probeSoon
	if p.probe.failed {
		pause = probeLater
	}
	fresh := p.reported && now-p.heard < probeAnswer // else nothing has been sent of late that could tell
	switch {
	case p.probe.active || float64(wanted) <= p.rate,
		p.probe.id != 0 && now-p.probe.ended < pause,
		p.full != 0 && now-p.full < time.Second,
		fresh && (p.loss.last > 0.3 || p.delay.use != normal || p.delay.waiting() > longQueue):
		return 0, 0, false
	}
	rate = int(min(1.1*float64(wanted), 3*p.rate))
	bytes := max(probeLeast, int(p.rate/8*probeTime.Seconds())) << p.probe.longer
	lasting = max(probeShort, time.Duration(float64(bytes*8)/float64(rate)*float64(time.Second)))
	budget := int(float64(rate) / 8 * lasting.Seconds())
	p.probe = probe{id: p.probe.id%127 + 1, active: true, until: now + lasting, budget: budget, half: budget / 2,
		ended: p.probe.ended, failed: p.probe.failed, success: p.probe.success, longer: p.probe.longer}
	return rate, lasting, true
}

// Padding is how many bytes are still to be sent in the probe under way: none
// once its time is over, however late its sender comes.
func (p *Path) Padding(now time.Duration) int {
	if !p.probe.active || p.probe.past(now) {
		return 0
	}
	return max(0, p.probe.budget)
}

// past reports whether what is sent now is no longer of the probe.
func (b *probe) past(now time.Duration) bool { return now > b.until+probeShort }

// takes notes a packet that is sent during the probe, and says of which it is.
func (b *probe) takes(now time.Duration, size int) uint8 {
	if !b.active || b.past(now) {
		return 0
	}
	b.budget -= size
	b.packets++
	if b.budget > b.half {
		return b.id
	}
	b.measures++
	return b.id | secondHalf
}

// came notes the arrival of a packet of the probe.
func (b *probe) came(one *packet, at int64) {
	if !b.active || one.probe&^secondHalf != b.id {
		return
	}
	b.arrivals++
	if one.probe&secondHalf == 0 {
		return
	}
	if b.measured == 0 {
		b.first, b.firstCame, b.came1 = one.at, at, int(one.size)
	}
	b.last, b.lastCame = one.at, max(b.lastCame, at)
	b.measured++
	b.cameBytes += int(one.size)
}

// judge gives the rate that a probe has found, in bits a second, once it can
// be told; saturated when the path slowed it down.
func (b *probe) judge(now time.Duration) (got float64, saturated, done bool) {
	if !b.active || now < b.until {
		return 0, false, false
	}
	if b.arrivals < b.packets && now < b.until+probeAnswer {
		return 0, false, false
	}
	b.active, b.ended, b.failed = false, now, true
	sending, coming := float64(b.last-b.first), float64(b.lastCame-b.firstCame)
	if b.measured < 4 || b.arrivals < b.packets*7/10 || sending <= 0 || coming <= 0 {
		return 0, false, false
	}
	bits := float64(b.cameBytes-b.came1) * 8 * 1e6 * float64(b.measures) / float64(b.measured) // as if none had been lost
	sent, came := bits/sending, bits/coming
	if saturated = came < 0.9*sent; !saturated {
		b.failed, b.success = false, now
	}
	return min(sent, came), saturated, true
}

// wasFull makes the next probes longer when the path is full although one has
// just found room in it: it lets short bursts pass.
func (b *probe) wasFull(now time.Duration) {
	if b.success != 0 && now-b.success < probeLiar && b.longer < probeLongest {
		b.longer++
		b.success = 0
	}
	b.failed, b.ended, b.active = true, now, false
}
