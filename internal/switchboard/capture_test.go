package switchboard

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

func TestLowestForgets(t *testing.T) {
	var l lowest
	l.add(5, 0)
	l.add(9, instant(10*time.Second))
	if v, ok := l.value(); v != 5 || !ok {
		t.Errorf("least is %d", v)
	}
	l.add(9, instant(20*time.Second))
	if v, _ := l.value(); v != 5 {
		t.Errorf("least of two windows is %d", v)
	}
	l.add(9, instant(31*time.Second))
	if v, _ := l.value(); v != 9 {
		t.Errorf("after two windows %d", v)
	}
}

// Sound and picture of one origin, the picture 200 ms late on its way in, have
// the capture times that they were captured at.
func TestCaptureTimesOfADelayedPicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		origin := new(originClock)
		sound := captureClock{rate: 48000, origin: origin}
		picture := captureClock{rate: 90000, origin: origin}
		senderEpoch := rapid.Int64Range(0, 2e18).Draw(t, "the sender's clock, ns")
		path := time.Duration(rapid.Int64Range(0, int64(100*ms)).Draw(t, "path"))
		late := time.Duration(rapid.Int64Range(0, int64(800*ms)).Draw(t, "picture later"))
		jit := func() time.Duration { return time.Duration(rapid.Int64Range(0, int64(30*ms)).Draw(t, "jitter")) }

		var worst time.Duration
		check := func(c *captureClock, ts int64, captured time.Duration, delay time.Duration) {
			got := c.capture(ts, instant(captured+delay))
			if d := (got.sub(instant(captured + path))).Abs(); d > worst {
				worst = d
			}
		}
		for i := range 400 {
			at := time.Duration(i) * 20 * ms
			if i%50 == 0 { // a report each second; the first is not delayed by jitter
				var j time.Duration
				if i > 0 {
					j = jit()
				}
				sound.report(senderEpoch+int64(at), ticks(at, 48000)+777, instant(at+path+j))
				picture.report(senderEpoch+int64(at), ticks(at, 90000)+999, instant(at+path+late+j))
			}
			check(&sound, ticks(at, 48000)+777, at, path+jit())
			check(&picture, ticks(at, 90000)+999, at, path+late+jit())
		}
		if worst > time.Microsecond*100 {
			t.Fatalf("a capture time is wrong by %v", worst)
		}
	})
}

// A busy sender's reports are off by up to 20 ms either way; capture times are
// by three quarters of that at most, and follow a clock that drifts.
func TestCaptureEvensOutReports(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := captureClock{rate: 48000, origin: new(originClock)}
		ppm := rapid.Int64Range(-100, 100).Draw(t, "ppm")
		for i := range 1000 {
			at := time.Duration(i) * 100 * ms
			ts := ticks(at+at*time.Duration(ppm)/1e6, 48000)
			if i%20 == 0 {
				off := rapid.Int64Range(-20e6, 20e6).Draw(t, "off")
				if i == 0 {
					off = 0
				}
				c.report(int64(at), ts+ticks(time.Duration(off), 48000), instant(at))
			}
			if d := c.capture(ts, instant(at+50*ms)).sub(instant(at)); d.Abs() > 21*ms*3/4 {
				t.Fatalf("after %v: captured %v off", at, d)
			}
		}
	})
}

func TestCaptureWithoutReportsGoesByArrival(t *testing.T) {
	c := captureClock{rate: 48000, origin: new(originClock)}
	for i := range int64(100) {
		at := instant(i) * instant(20*ms)
		delay := instant(i*7%30) * instant(ms)
		got := c.capture(i*960+1<<32, at+delay)
		if got > at+delay || i > 30 && got != at {
			t.Fatalf("packet %d: captured at %v, want %v", i, time.Duration(got), time.Duration(at))
		}
	}
}

// A report that cannot be true is not believed.
func TestCaptureSurvivesAbsurdReports(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := captureClock{rate: 90000, origin: new(originClock)}
		at, ts := instant(0), rapid.Int64Range(0, 1<<33).Draw(t, "ts")
		for range 50 {
			at += instant(rapid.Int64Range(0, int64(time.Second)).Draw(t, "later"))
			ts += rapid.Int64Range(-1<<31, 1<<31).Draw(t, "ticks")
			if rapid.Bool().Draw(t, "report") {
				c.report(fromNTP(rapid.Uint64().Draw(t, "ntp")), ts+rapid.Int64Range(-1<<31, 1<<31).Draw(t, "of"), at)
			}
			if got := c.capture(ts, at); got > at.add(maxAdvance) || got < at.add(-maxDelay) {
				t.Fatalf("arrived at %v, captured at %v", time.Duration(at), time.Duration(got))
			}
		}
	})
}
