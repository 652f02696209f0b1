package switchboard

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNTP(t *testing.T) {
	// 2026-11-23 12:00:00.5 UTC.
	at := time.Date(2026, 11, 23, 12, 0, 0, 5e8, time.UTC)
	if got, want := toNTP(at.UnixNano()), uint64(at.Unix()+2208988800)<<32|1<<31; got != want {
		t.Errorf("%x, want %x", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 4.2e18). /* to 2103 */ Draw(t, "ns")
		if got := fromNTP(toNTP(n)); got-n > 1 || n-got > 1 {
			t.Fatalf("%d becomes %d", n, got)
		}
	})
}

func TestTicksAndSpan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]int64{48000, 90000}).Draw(t, "rate")
		d := rapid.Int64Range(-1e17, 1e17).Draw(t, "ns") // three years either way
		n := ticks(time.Duration(d), rate)
		if exact := float64(d) / 1e9 * float64(rate); math.Abs(float64(n)-exact) > 0.51+math.Abs(exact)*1e-14 {
			t.Fatalf("%d ns are %d ticks, want %f", d, n, exact)
		}
		if back := ticks(span(n, rate), rate); back != n {
			t.Fatalf("%d ticks become %d", n, back)
		}
	})
}

// A wall clock that is set does not move the server's one clock.
func TestClockIsMonotonic(t *testing.T) {
	wall := time.Now()
	c := newClock(func() time.Time { return wall })
	before := c.instant()
	wall = wall.Add(time.Second)
	if got := c.instant() - before; got != instant(time.Second) {
		t.Errorf("a second later it is %v later", time.Duration(got))
	}
}
