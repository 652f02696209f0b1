package switchboard

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// run feeds a timeline with what a sender makes whose clock is fast by so many
// parts per million, and gives the largest error of a timestamp after a while.
func run(t *testing.T, k Kind, ppm int64, quietEvery int, length time.Duration) (worst time.Duration, left int) {
	t.Helper()
	var l timeline
	l.init(k, 12345)
	rate := int64(k.clockRate())
	step := rate / 50
	last := int64(-1 << 62)
	turned := false
	for i := int64(0); i < int64(length/(20*ms)); i++ {
		p := &packet{out: uint64(i), ts: i*step + i*step*ppm/1e6, capture: instant(i) * instant(20*ms), duration: uint32(step)}
		if k == Video {
			p.duration = 0
		}
		p.quiet = quietEvery > 0 && i%int64(quietEvery) == 0
		if !turned {
			turned = l.turn(p, 0)
		}
		wire, ok := l.next(p)
		if !ok {
			left++
			continue
		}
		slot := int64(int32(wire-l.base-uint32(l.ideal(p.capture)))) + l.ideal(p.capture)
		if slot <= last {
			t.Fatalf("%s packet %d: time goes from %d to %d", k, i, last, slot)
		}
		last = slot
		worst = max(worst, span(slot-l.ideal(p.capture), rate).Abs())
	}
	return worst, left
}

func TestTimelineFollowsDrift(t *testing.T) {
	const hour = time.Hour
	for _, c := range []struct {
		name  string
		kind  Kind
		ppm   int64
		quiet int
		most  time.Duration
	}{
		{"sound, fast, with pauses", Audio, 100, 50, 12 * ms},
		{"sound, slow, with pauses", Audio, -100, 50, 12 * ms},
		{"sound, fast, never quiet", Audio, 100, 0, 31 * ms},
		{"sound, slow, never quiet", Audio, -100, 0, 31 * ms},
		{"picture, fast", Video, 100, 0, 2 * ms},
		{"picture, slow", Video, -100, 0, 2 * ms},
	} {
		worst, left := run(t, c.kind, c.ppm, c.quiet, hour)
		if worst > c.most {
			t.Errorf("%s: wrong by %v within an hour, want at most %v", c.name, worst, c.most)
		}
		if left > 40 { // 360 ms of drift in frames of 20 ms, and a margin
			t.Errorf("%s: %d frames were left out", c.name, left)
		}
	}
}

// Whatever the capture times say, the timestamps of a turn and of the next go
// forward, and pictures keep to at least one tick.
func TestTimelineNeverGoesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom([]Kind{Audio, Video}).Draw(t, "kind")
		var l timeline
		l.init(k, rapid.Uint32().Draw(t, "base"))
		var last uint32
		sent := false
		var capture instant
		n := uint64(0)
		for turn := range rapid.IntRange(1, 5).Draw(t, "turns") {
			ts := rapid.Int64Range(1<<32, 1<<34).Draw(t, "ts")
			withheld, turned := 0, false
			for i := range 40 {
				capture += instant(20 * ms)
				jump := rapid.Int64Range(-3e9, 3e9).Draw(t, "capture")
				if i > 0 && i%7 != 0 {
					jump /= 100
				}
				ts += int64(k.clockRate()) / 50
				p := &packet{n: n, out: n, ts: ts, capture: max(0, capture+instant(jump)), quiet: i%5 == 0}
				n++
				if k == Audio {
					p.duration = 960
				}
				if !turned {
					if turned = l.turn(p, withheld); !turned {
						if withheld++; withheld > longestOverlap {
							t.Fatalf("turn %d is not begun after %d packets", turn, withheld)
						}
						continue
					}
				}
				wire, ok := l.next(p)
				if !ok {
					continue
				}
				if sent && int32(wire-last) <= 0 {
					t.Fatalf("turn %d, packet %d: timestamp goes by %d", turn, i, int32(wire-last))
				}
				last, sent = wire, true
			}
		}
	})
}

func TestTimelinePlacesWhatComesLate(t *testing.T) {
	var l timeline
	l.init(Video, 0)
	at := func(i int64) *packet {
		return &packet{out: uint64(i), ts: 1<<32 + i*3000, capture: instant(i * 1e9 / 30)}
	}
	l.turn(at(0), 0)
	want := map[int64]uint32{}
	for _, i := range []int64{0, 1, 2, 4, 5, 8} {
		want[i], _ = l.next(at(i))
	}
	for _, i := range []int64{2, 5} { // another packet of a picture that is known
		if got, ok := l.late(at(i)); !ok || got != want[i] {
			t.Errorf("picture %d: %d, %v; want %d", i, got, ok, want[i])
		}
	}
	three, ok := l.late(at(3)) // a picture that was missing altogether
	if !ok || int32(three-want[2]) <= 0 || int32(want[4]-three) <= 0 {
		t.Errorf("picture 3 at %d is not between %d and %d", three, want[2], want[4])
	}
	if again, ok := l.late(at(3)); !ok || again != three {
		t.Errorf("its second packet at %d, want %d", again, three)
	}
	if _, ok := l.late(at(-1)); ok {
		t.Error("what is older than the turn has a place")
	}
}

// After a pause of many hours a receiver that compares timestamps as numbers of
// 32 bits still takes the next for a later one.
func TestTimestampsGoForwardAfterALongPause(t *testing.T) {
	for _, k := range []Kind{Audio, Video} {
		var l timeline
		l.init(k, 4e9)
		var last uint32
		var capture time.Duration
		for i, pause := range []time.Duration{0, time.Minute, 6 * time.Hour, 8 * time.Hour, 13 * time.Hour, 100 * time.Hour, time.Minute} {
			capture += pause
			p := &packet{ts: 1 << 33, capture: instant(capture), duration: 960}
			if k == Video {
				p.duration = 0
			}
			if !l.turn(p, 0) {
				t.Fatalf("%s, pause %d: not begun", k, i)
			}
			wire, _ := l.next(p)
			if d := int32(wire - last); i > 0 && d <= 0 {
				t.Errorf("%s: after %v the timestamp goes by %d", k, pause, d)
			}
			if want := l.at(p.capture); wire != want {
				t.Errorf("%s: after %v the reports say %d, the packet %d", k, pause, want, wire)
			}
			last = wire
		}
	}
}

// A turn to a speaker whose sound was captured a little before the end of what
// was heard of the last one does not repeat that time.
func TestSoundDoesNotOverlapAtATurn(t *testing.T) {
	var l timeline
	l.init(Audio, 0)
	p := func(i int64, capture time.Duration) *packet {
		return &packet{out: uint64(i), ts: 1<<32 + i*960, capture: instant(capture), duration: 960}
	}
	l.turn(p(0, time.Second), 0)
	first, _ := l.next(p(0, time.Second))
	for i, c := range []struct {
		capture time.Duration
		want    bool
	}{
		{time.Second - 40*ms, false},
		{time.Second, false},
		{time.Second + 9*ms, false},
		{time.Second + 12*ms, true}, // a little: moved back to the end
	} {
		if got := l.turn(p(int64(i), c.capture), i); got != c.want {
			t.Errorf("captured %v after the last: begun %v", c.capture-time.Second, got)
		}
	}
	if next, _ := l.next(p(3, time.Second+12*ms)); next-first != 960 {
		t.Errorf("the turn begins %d ticks after, want 960", next-first)
	}
}
