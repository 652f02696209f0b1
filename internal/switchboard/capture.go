package switchboard

import (
	"sync"
	"time"
)

// lowest keeps the least of the values of the last one to two windows. Of
// times that contain a delay it finds the one that was delayed least, and
// forgets a path that exists no more.
type lowest struct {
	now, before int64
	hasNow, had bool
	ends        instant
}

const lowestWindow = 15 * time.Second

func (l *lowest) add(v int64, at instant) {
	switch {
	case at >= l.ends.add(lowestWindow): // nothing for a whole window, or the first
		*l = lowest{now: v, hasNow: true, ends: at.add(lowestWindow)}
	case at >= l.ends:
		*l = lowest{now: v, hasNow: true, before: l.now, had: l.hasNow, ends: l.ends.add(lowestWindow)}
	case !l.hasNow || v < l.now:
		l.now, l.hasNow = v, true
	}
}

func (l *lowest) value() (int64, bool) {
	if l.had && l.before < l.now {
		return l.before, true
	}
	return l.now, l.hasNow
}

// originClock relates the clock of one origin, on which its sound and its
// pictures are both timed, to the server's: one offset for all sources of the
// origin, the least of arrival minus departure of its sender reports. A
// picture that is delayed on its way in therefore still has the capture time
// of the sound that was recorded with it.
type originClock struct {
	users int // sources; guarded by the board

	mu     sync.Mutex
	offset lowest
}

func (o *originClock) report(sent int64, arrival instant) {
	o.mu.Lock()
	defer o.mu.Unlock()
	offset := int64(arrival) - sent
	if v, ok := o.offset.value(); ok && (offset-v > int64(maxDelay) || v-offset > int64(maxDelay)) {
		o.offset = lowest{} // the sender's clock was set
	}
	o.offset.add(offset, arrival)
}

func (o *originClock) get() (int64, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.offset.value()
}

// What is believed of a capture time: a packet is not captured after it has
// arrived, nor long before.
const (
	maxDelay   = 3 * time.Second
	maxAdvance = 500 * time.Millisecond

	// otherRelation is the difference between two reports from which on they
	// do not mean the same relation of the sender's clocks.
	otherRelation = 100 * time.Millisecond
)

// captureClock tells when a source's packets were captured, on the server's
// clock. Until its first sender report, and when a report cannot be true, it
// goes by the packets' arrival.
type captureClock struct {
	rate   int64
	origin *originClock

	reported bool
	sent     int64 // sender's clock, ns since the Unix epoch
	ts       int64 // RTP timestamp at that moment
	arrivals lowest
}

// report takes a sender report for the timestamp ts. A sender that is busy
// relates its two clocks with an error of some milliseconds each time: a report
// corrects what earlier ones said only in part, unless it says something else
// altogether.
func (c *captureClock) report(sent, ts int64, arrival instant) {
	c.origin.report(sent, arrival)
	if c.reported {
		expected := c.sent + int64(span(ts-c.ts, c.rate))
		if d := sent - expected; d < int64(otherRelation) && -d < int64(otherRelation) {
			sent = expected + d/4
		}
	}
	c.reported, c.sent, c.ts = true, sent, ts
}

// capture gives the time at which what has the timestamp ts was captured.
func (c *captureClock) capture(ts int64, arrival instant) instant {
	media := int64(span(ts, c.rate))
	c.arrivals.add(int64(arrival)-media, arrival)
	if c.reported {
		if offset, ok := c.origin.get(); ok {
			t := instant(c.sent + int64(span(ts-c.ts, c.rate)) + offset)
			if t <= arrival.add(maxAdvance) && t >= arrival.add(-maxDelay) {
				return t
			}
		}
	}
	base, _ := c.arrivals.value()
	t := instant(base + media)
	if t > arrival || t < arrival.add(-maxDelay) { // its timestamps jumped
		c.arrivals = lowest{}
		c.arrivals.add(int64(arrival)-media, arrival)
		return arrival
	}
	return t
}

// restart forgets what was known of the timestamps: they begin anew.
func (c *captureClock) restart() { c.reported, c.arrivals = false, lowest{} }
