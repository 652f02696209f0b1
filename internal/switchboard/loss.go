package switchboard

import (
	"math"
	"time"
)

const (
	manyLost  = 0.04 // of what was sent
	lossyFor  = 15 * time.Second
	lossAgain = 12 * time.Second // within which a second report must say so
	muchFor   = 7 * time.Second  // a line that has lost much for so long does so by itself
)

// Reported tells what the receiver reports of a slot (RFC 3550 §6.4.1): which
// part was lost since its last report (0 to 1), the jitter, and the round trip,
// 0 when it is not known.
func (r *Receiver) Reported(ssrc uint32, lost float64, jitter, roundTrip time.Duration) {
	now := r.board.clock.instant()
	for i := range r.slots {
		if s := &r.slots[i]; s.spec.SSRC == ssrc {
			s.heard.note(lost, jitter, roundTrip, now)
			if roundTrip > 0 {
				r.trip.Store(int64(roundTrip))
			}
			if idle := now.sub(instant(s.count.last.Load())) > idleSlot; !idle {
				r.loses(lost, now)
			}
			return
		}
	}
}

// loses notes a report of loss. A line that has just narrowed loses what does
// not fit: more redundancy would make that worse. One that has not, and says so
// twice, or goes on losing although less is sent, loses by itself.
func (r *Receiver) loses(lost float64, now instant) {
	mean := math.Float64frombits(r.mean.Load())
	mean += (lost - mean) / 4
	r.mean.Store(math.Float64bits(mean))
	if mean <= manyLost {
		r.much.Store(0)
	} else {
		r.much.CompareAndSwap(0, int64(now))
	}
	much := instant(r.much.Load())
	long := much != 0 && now.sub(much) >= muchFor
	switch first := instant(r.lost.Load()); {
	case lost <= manyLost:
	case now < instant(r.jam.Load()) && !long:
		r.lost.Store(0)
	case !long && (first == 0 || now.sub(first) > lossAgain):
		r.lost.Store(int64(now))
	case long || now.sub(first) >= time.Second/2 || instant(r.lossy.Load()) > now:
		r.lost.Store(int64(now))
		r.lossy.Store(int64(now.add(lossyFor)))
	}
}

// idleSlot is how long a slot has sent nothing when what a receiver reports of
// it means nothing any more.
const idleSlot = 5 * time.Second
