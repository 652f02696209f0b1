package peer

import (
	"sync"
	"time"
)

// What one connection may send. An honest client stays far below; what exceeds
// it is dropped before any work is done for it.
const (
	pictureAllowance = 8_000_000 / 8 // bytes a second of each published picture
	soundAllowance   = 512_000 / 8   // bytes a second of each published sound
	controlAllowance = 64_000        // bytes a second of a listener's RTCP
	repeatAllowance  = 2_000         // packets a second that a listener may ask for again
)

// allowance is a bucket that fills at a rate and holds two seconds' worth,
// enough for a key frame after a pause.
type allowance struct {
	rate float64 // a second

	mu   sync.Mutex
	left float64
	at   time.Time
}

// take says whether n more are within the allowance.
func (a *allowance) take(n int, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.at.IsZero() {
		a.left = 2 * a.rate
	} else if gone := now.Sub(a.at).Seconds(); gone > 0 {
		a.left = min(2*a.rate, a.left+gone*a.rate)
	}
	a.at = now
	if a.left < float64(n) {
		return false
	}
	a.left -= float64(n)
	return true
}
