package switchboard

import (
	"sync/atomic"
	"time"
)

// pleas bounds how often something is done that may need a keyframe: all who
// receive the source pay for it. A few are allowed at once.
type pleas struct{ paid atomic.Int64 } // instant up to which pleas have been made

const (
	pleaEvery = 1500 * time.Millisecond // that one slot asks
	pleaBurst = 4
)

// allow reports whether one may be made now, and notes it if so.
func (p *pleas) allow(now instant, every time.Duration) bool {
	for {
		paid := p.paid.Load()
		next := max(instant(paid), now).add(every)
		if next.sub(now) > pleaBurst*every {
			return false
		}
		if p.paid.CompareAndSwap(paid, int64(next)) {
			return true
		}
	}
}

// wait is how long until one may be made; 0 or less when it may now.
func (p *pleas) wait(now instant, every time.Duration) time.Duration {
	return instant(p.paid.Load()).sub(now) - (pleaBurst-1)*every
}
