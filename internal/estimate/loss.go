package estimate

import (
	"math"
	"time"
)

// loss counts what does not arrive. Loss that stays when less is sent is the
// path's own, as of a bad radio link, and going slower does not cure it: only
// what is more than the least of late counts as a full path.
type loss struct {
	lost, total int
	began       time.Duration
	last        float64
	of          int // packets
	recent      [8]float64
	windows     int
}

// enough packets to speak of a fraction, and the time to gather them.
const (
	lossPackets = 20
	lossTime    = 250 * time.Millisecond
)

func (l *loss) count(lost bool) {
	l.total++
	if lost {
		l.lost++
	}
}

// back takes back what was counted as lost: it came late.
func (l *loss) back() {
	l.lost, l.total = max(0, l.lost-1), max(0, l.total-1)
}

// judge gives how much more is lost than has to be, and whether that is new.
func (l *loss) judge(now time.Duration) (excess float64, news bool) {
	if l.total >= lossPackets && now-l.began >= lossTime {
		l.last, l.of = float64(l.lost)/float64(l.total), l.total
		l.recent[l.windows%len(l.recent)] = l.last
		l.windows++
		l.lost, l.total, l.began = 0, 0, now
		news = true
	}
	if l.windows == 0 {
		return 0, false
	}
	own := 0.3
	for _, f := range l.recent[:min(l.windows, len(l.recent))] {
		own = min(own, f)
	}
	return l.last - own - 1.5*math.Sqrt(l.last*(1-l.last)/float64(l.of)), news // less what is chance
}

// Reports estimates by receiver reports alone (RFC 3550 §6.4.1): by what they
// say is lost of what is sent. The zero value knows nothing yet.
type Reports struct{ rate float64 }

// Loss takes a report: the fraction lost, and the rate that was sent in the
// time it is about. It gives the estimate in bits a second, 0 as long as the
// path has not been found full.
func (r *Reports) Loss(fraction float64, sent int) int {
	switch {
	case fraction > 0.10 && r.rate == 0:
		r.rate = float64(sent) * (1 - fraction/2)
	case fraction > 0.10:
		r.rate = min(r.rate, float64(sent)) * (1 - fraction/2)
	case r.rate == 0:
		return 0
	case fraction < 0.02 && r.rate < 4*float64(sent):
		r.rate *= 1.15 // without probes only trying it shows what the path carries
	}
	r.rate = min(max(r.rate, Least), Most)
	return int(r.rate)
}
