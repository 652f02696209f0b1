package switchboard

import "time"

// instant is a moment on the server's one clock: nanoseconds since the board
// was made. It is taken from the monotonic clock, so that a wall clock that
// jumps moves nothing.
type instant int64

const never = instant(-1 << 62)

func (t instant) add(d time.Duration) instant { return t + instant(d) }
func (t instant) sub(u instant) time.Duration { return time.Duration(t - u) }

// clock turns the times of the outside world into instants and back.
type clock struct {
	now   func() time.Time
	epoch time.Time
}

func newClock(now func() time.Time) clock {
	if now == nil {
		now = time.Now
	}
	return clock{now: now, epoch: now()}
}

func (c *clock) instant() instant         { return c.at(c.now()) }
func (c *clock) at(t time.Time) instant   { return instant(t.Sub(c.epoch)) }
func (c *clock) time(i instant) time.Time { return c.epoch.Add(time.Duration(i)) }
func (c *clock) ntp(i instant) uint64     { return toNTP(c.epoch.UnixNano() + int64(i)) }
func (c *clock) unixNano(i instant) int64 { return c.epoch.UnixNano() + int64(i) }

// ntpEpoch is 1970-01-01 in seconds of the NTP era that began in 1900.
const ntpEpoch = 2208988800

// toNTP gives the 64-bit NTP timestamp (RFC 5905 §6) of a Unix time in
// nanoseconds.
func toNTP(unix int64) uint64 {
	s, ns := unix/1e9, unix%1e9
	if ns < 0 {
		s, ns = s-1, ns+1e9
	}
	return uint64(s+ntpEpoch)<<32 | uint64(ns<<32/1e9)
}

// fromNTP gives nanoseconds since the Unix epoch; the inverse of toNTP but for
// the rounding of a fraction of a nanosecond. The seconds wrap in 2036: those
// with the highest bit clear are of the time after it (RFC 4330 §3).
func fromNTP(t uint64) int64 {
	s, f := int64(t>>32)-ntpEpoch, int64(t&0xffffffff)
	if t>>63 == 0 {
		s += 1 << 32
	}
	return s*1e9 + (f*1e9+1<<31)>>32
}

// ticks is how many units of an RTP clock fit into a time, rounded.
func ticks(d time.Duration, rate int64) int64 {
	s, ns := int64(d)/1e9, int64(d)%1e9
	half := int64(5e8)
	if ns < 0 {
		half = -half
	}
	return s*rate + (ns*rate+half)/1e9
}

// span is how long a number of units of an RTP clock take.
func span(n, rate int64) time.Duration {
	return time.Duration(n/rate*1e9 + n%rate*1e9/rate)
}
