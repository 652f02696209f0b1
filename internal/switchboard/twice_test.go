package switchboard

import (
	"testing"
	"time"
)

// lossyAfar has the receiver report much loss on a line that is long, and lets
// it be believed.
func (l *lineTest) lossyAfar(estimate, d time.Duration, line int, trip time.Duration) {
	for end := l.s.clock.instant().add(d); l.s.clock.instant() < end; {
		l.r.Reported(1, 0.1, 0, trip)
		l.run(estimate, func() int { return line })
	}
}

// twiceOf counts the packets of the first picture, and those of them that went
// out again.
func twiceOf(packets []Outgoing) (once, again int) {
	for _, p := range packets {
		switch {
		case p.Slot != 1 || p.Source == "":
		case p.Again:
			again++
		default:
			once++
		}
	}
	return once, again
}

// Where the line is long and loses much, what is lost of a picture would be
// asked for too late: it goes out twice, a moment later.
func TestPicturesGoOutTwiceOverALongLineThatLosesMuch(t *testing.T) {
	for name, c := range map[string]struct {
		line  int
		trip  time.Duration
		twice bool
		layer int
	}{
		"long":                           {6_000_000, 300 * ms, true, 2},
		"short":                          {6_000_000, 30 * ms, false, 2},
		"long and narrow":                {1_600_000, 300 * ms, true, 1},
		"long and too narrow":            {330_000, 300 * ms, false, 0},
		"of which no more is known than": {0, 300 * ms, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			onStage(t, func(t *testing.T, s *stage) {
				l := newLine(s)
				l.run(2*time.Second, func() int { return c.line })
				l.lossyAfar(time.Second, 6*time.Second, c.line, c.trip)
				l.w.take()
				l.lossyAfar(time.Second, 3*time.Second, c.line, c.trip)
				packets := l.w.take()
				once, again := twiceOf(packets)
				if twice := again >= once*9/10 && once > 0; twice != c.twice || !c.twice && again > 0 {
					t.Errorf("of %d packets %d went out again", once, again)
				}
				if l.layers[0] != c.layer {
					t.Errorf("layer %d, want %d", l.layers[0], c.layer)
				}
				continuous(t, packets, 1)
				s.Cut("seat", nil)
				l.w.take()
				s.film(time.Second, l.lenses, l.mic)
				if once, again := twiceOf(l.w.take()); once+again > 0 {
					t.Errorf("after the cut %d packets", once+again)
				}
			})
		})
	}
}

// An estimate is lowest while a queue empties: the smallest picture outlasts
// that, but not a line that stays so narrow.
func TestTheSmallestPictureOutlastsADip(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		l := newLine(s)
		l.run(5*time.Second, func() int { return 300_000 })
		for range 3 {
			l.run(3*time.Second, func() int { return 130_000 })
			if l.layers != [2]int{0, -1} {
				t.Fatalf("in a dip layers %v, want the smallest picture", l.layers)
			}
			l.run(3*time.Second, func() int { return 300_000 })
		}
		l.run(bearFor+2*time.Second, func() int { return 130_000 })
		if l.layers != [2]int{-1, -1} {
			t.Errorf("on a line that stays too narrow layers %v, want none", l.layers)
		}
		l.run(3*time.Second, func() int { return 300_000 })
		l.run(time.Second, func() int { return 80_000 })
		if l.layers != [2]int{-1, -1} {
			t.Errorf("on a line far too narrow layers %v, want none at once", l.layers)
		}
	})
}

// A line that loses by itself does so whatever becomes of its estimate, which
// swings where packets are lost.
func TestLossThatStaysIsBelievedThoughTheEstimateSwings(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		l := newLine(s)
		l.run(2*time.Second, func() int { return 6_000_000 })
		for i := range 12 {
			l.r.Reported(1, []float64{0.08, 0.02, 0.14}[i%3], 0, 300*ms)
			l.run(time.Second, func() int { return []int{6_000_000, 4_000_000}[i%2] })
		}
		if got := s.Survey().Receivers[0].Redundancy; got != maxRedundancy {
			t.Errorf("%d earlier packets go along, want %d", got, maxRedundancy)
		}
		l.w.take()
		l.run(2*time.Second, func() int { return 6_000_000 })
		if once, again := twiceOf(l.w.take()); again < once*9/10 {
			t.Errorf("of %d packets of the picture %d went out again", once, again)
		}
	})
}

// Sound that comes with redundancy costs a listener no more than sound that
// comes without.
func TestRedundancyOnTheWayInIsNotTakenForTheSoundsRate(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		plain, mic := s.microphone("p", "P"), &tracked{sender: s.microphone("m", "M"), id: "m"}
		for i := range 200 {
			plain.sound()
			say(mic, byte(i))
			s.pass(20 * ms)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		want, again := plain.source.soundRate()
		if got, more := mic.source.soundRate(); got > want*11/10 || got < want*9/10 || more > again*11/10 {
			t.Errorf("taken for %d and %d more bit/s, want about %d and %d", got, more, want, again)
		}
	})
}
