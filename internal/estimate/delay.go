package estimate

import (
	"math"
	"time"
)

// use is what the delay says of the path.
type use uint8

const (
	normal use = iota
	over       // its queue grows
	under      // its queue empties
)

// burst is how long packets may leave after one another and count as one
// group, in microseconds: what is sent at once tells nothing by its delay.
const burst = 5_000

// delay tells from the trend of one-way delays whether a queue grows
// (draft-ietf-rmcat-gcc-02 §5.2 to §5.4, with a fitted line for a filter).
type delay struct {
	groups        int
	now, before   group
	use           use
	sum, smooth   float64 // milliseconds
	points        [window]point
	count         int
	threshold     float64
	trend         float64
	since         float64 // milliseconds that it looked too high
	times         int
	first, looked int64 // arrivals, microseconds
	queue         queue
}

type group struct {
	first, last uint32 // sent, microseconds
	arrived     int64
}

type point struct{ at, delay float64 }

const (
	window   = 20
	fitted   = 10 // points from which on a line is fitted
	longest  = 60 // a trend counts for so many groups at most
	overTime = 10 // milliseconds
)

// add takes a packet that was sent and has arrived, in the order of sending.
func (d *delay) add(sent uint32, arrived int64) {
	switch {
	case d.groups == 0:
		d.now, d.groups, d.first, d.threshold = group{sent, sent, arrived}, 1, arrived, 12.5
		d.queue.begin(sent, arrived)
		return
	case int32(sent-d.now.first) < 0:
		return // out of order
	}
	d.queue.add(sent, arrived)
	switch {
	case sent-d.now.first <= burst:
		d.now.last, d.now.arrived = sent, max(d.now.arrived, arrived)
		return
	}
	if d.groups > 1 {
		gap := float64(int32(d.now.last-d.before.last)) / 1000
		d.varied(gap, float64(d.now.arrived-d.before.arrived)/1000-gap)
	}
	d.before, d.now = d.now, group{sent, sent, arrived}
	d.groups++
}

// varied takes by how much more a group was delayed than the one before, and
// how long after it the group was sent, in milliseconds.
func (d *delay) varied(gap, more float64) {
	if math.Abs(more) > 3000 || gap > 3000 { // a pause, or a clock that was set
		*d = delay{groups: 1, now: d.now, first: d.now.arrived, threshold: d.threshold, queue: d.queue}
		return
	}
	d.sum += more
	d.smooth = 0.9*d.smooth + 0.1*d.sum
	d.points[d.count%window] = point{at: float64(d.now.arrived-d.first) / 1000, delay: d.smooth}
	d.count++
	before := d.trend
	if d.count >= fitted {
		d.trend = slope(d.points[:min(d.count, window)])
	}
	high := float64(min(d.count, longest)) * d.trend * 4
	switch {
	case high > d.threshold:
		d.since += gap
		if d.times++; d.since > overTime && d.times > 1 && d.trend >= before {
			d.since, d.times, d.use = 0, 0, over
		}
	case high < -d.threshold:
		d.since, d.times, d.use = 0, 0, under
	default:
		d.since, d.times = 0, 0
		if d.use == under {
			d.use = normal
		}
	}
	d.adapt(math.Abs(high))
}

// adapt lets the threshold follow what is usual on this path, so that other
// people's traffic does not starve this one (§5.4).
func (d *delay) adapt(high float64) {
	passed := min(float64(d.now.arrived-d.looked)/1000, 100)
	d.looked = d.now.arrived
	if high > d.threshold+15 || passed < 0 {
		return
	}
	k := 0.0087
	if high < d.threshold {
		k = 0.039
	}
	d.threshold = min(max(d.threshold+k*(high-d.threshold)*passed, 6), 600)
}

// queue compares how long packets are under way with the least of the last
// half minute or more.
type queue struct {
	sent          uint32 // of the newest packet
	arrived       int64
	under         int64 // microseconds under way, more than the first packet
	least, before int64 // of this half minute and of the one before
	began         int64 // this half minute
	smooth        float64
}

const halfMinute = 30_000_000

func (q *queue) begin(sent uint32, arrived int64) {
	*q = queue{sent: sent, arrived: arrived, began: arrived}
}

func (q *queue) add(sent uint32, arrived int64) {
	q.under += arrived - q.arrived - int64(int32(sent-q.sent))
	pause := arrived-q.arrived > 300_000
	q.sent, q.arrived = sent, arrived
	if arrived-q.began > halfMinute {
		q.before, q.least, q.began = q.least, q.under, arrived
	}
	q.least = min(q.least, q.under)
	if now := float64(q.under - min(q.least, q.before)); pause {
		q.smooth = now
	} else {
		q.smooth += (now - q.smooth) / 16
	}
}

// waiting is how long packets wait in the path's queue now.
func (d *delay) waiting() time.Duration { return time.Duration(d.queue.smooth) * time.Microsecond }

// slope of the line that fits best.
func slope(list []point) float64 {
	var x, y float64
	for _, p := range list {
		x += p.at
		y += p.delay
	}
	n := float64(len(list))
	x, y = x/n, y/n
	var above, below float64
	for _, p := range list {
		above += (p.at - x) * (p.delay - y)
		below += (p.at - x) * (p.at - x)
	}
	if below == 0 {
		return 0
	}
	return above / below
}
