package switchboard

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// pictures makes pictures in three layers, in the order of their importance.
func pictures(n int) []picture {
	list := make([]picture, n)
	for i := range list {
		list[i] = picture{slot: i, rates: [maxLayers]int{small, middle, large}, now: -1, top: 2, area: 1000 - i}
	}
	return list
}

func given(list []picture) (got []int) {
	for _, p := range list {
		got = append(got, p.got)
	}
	return got
}

func TestAllocate(t *testing.T) {
	shown := func(n int, change func([]picture)) []picture {
		list := pictures(n)
		change(list)
		return list
	}
	plain := func([]picture) {}
	for _, c := range []struct {
		name    string
		list    []picture
		leading int
		funds   funds
		want    []int
	}{
		{"enough for all", pictures(2), 1, funds{keep: 4e6, rise: 4e6}, []int{2, 2}},
		{"enough to the bit", pictures(2), 1, funds{keep: 2 * large, rise: 2 * large}, []int{2, 2}},
		{"not quite", pictures(2), 1, funds{keep: 2*large - 1, rise: 2*large - 1}, []int{2, 1}},
		{"the leading one's second layer before the others' first", pictures(3), 1, funds{keep: middle + small, rise: middle + small}, []int{1, 0, -1}},
		{"the others' first before the leading one's third", pictures(3), 1, funds{keep: large + small, rise: large + small}, []int{1, 1, 1}},
		{"the leading one's third before the others' second", pictures(3), 1, funds{keep: large + 2*small, rise: large + 2*small}, []int{2, 0, 0}},
		{"one small picture", pictures(3), 1, funds{keep: small, rise: small}, []int{0, -1, -1}},
		{"nothing", pictures(2), 1, funds{keep: small - 1, rise: small - 1}, []int{-1, -1}},
		{"less than nothing", pictures(2), 1, funds{keep: -9e5, rise: -9e5}, []int{-1, -1}},
		{"the first with grace", pictures(2), 1, funds{keep: 100, rise: 100, grace: small}, []int{0, -1}},
		{"grace is for the first one's first layer only", pictures(2), 1, funds{keep: small, rise: small, grace: 4e6}, []int{0, -1}},
		{"what is carried stays where nothing could rise", shown(2, func(l []picture) { l[0].now, l[1].now = 1, 1 }), 1,
			funds{keep: 2 * middle, rise: 0}, []int{1, 1}},
		{"no more than there is use for", shown(2, func(l []picture) { l[0].top, l[1].top = 1, -1 }), 1, funds{keep: 4e6, rise: 4e6}, []int{1, -1}},
		{"a layer that does not come is passed over", shown(1, func(l []picture) { l[0].rates[1] = 0 }), 1, funds{keep: 4e6, rise: 4e6}, []int{2}},
		{"the highest that comes", shown(1, func(l []picture) { l[0].rates[2] = 0 }), 1, funds{keep: 4e6, rise: 4e6}, []int{1}},
		{"a picture in one layer", shown(2, func(l []picture) { l[0].rates, l[0].top = [maxLayers]int{1_200_000}, 0 }), 1,
			funds{keep: 1e6, rise: 1e6}, []int{-1, 1}},
		{"nobody at all", pictures(0), 0, funds{keep: 1e6}, nil},
		{"of a line not known every first layer", pictures(3), 1, funds{keep: small, rise: small, blind: true}, []int{0, 0, 0}},
		{"three that lead", shown(3, plain), 3, funds{keep: 3 * middle, rise: 3 * middle}, []int{1, 1, 1}},
	} {
		used := allocate(c.list, c.leading, c.funds)
		if got := given(c.list); !slices.Equal(got, c.want) {
			t.Errorf("%s: layers %v, want %v", c.name, got, c.want)
		}
		sum := 0
		for i := range c.list {
			sum += c.list[i].rate(c.list[i].got)
		}
		if used != sum {
			t.Errorf("%s: %d used, want %d", c.name, used, sum)
		}
	}
}

func TestUse(t *testing.T) {
	sizes := [maxLayers][2]int{{320, 180}, {640, 360}, {1280, 720}}
	for _, c := range []struct {
		width, height int
		most          uint8
		want          int
		byHand        bool
	}{
		{-1, -1, 0, 2, false}, {0, 0, 0, -1, false}, {160, 90, 0, 0, false}, {400, 225, 0, 0, false}, {480, 270, 0, 1, false},
		{640, 360, 0, 1, false}, {1280, 720, 0, 2, false}, {3840, 2160, 0, 2, false}, {200, 2000, 0, 0, false},
		{1280, 720, 1, 0, true}, {1280, 720, 2, 1, true}, {1280, 720, 3, 2, false}, {160, 90, 2, 0, false}, {-1, -1, 1, 0, true},
	} {
		if top, byHand := use(sizes, 3, c.width, c.height, c.most); top != c.want || byHand != c.byHand {
			t.Errorf("at %d×%d with the limit %d: layer %d, %v; want %d, %v", c.width, c.height, c.most, top, byHand, c.want, c.byHand)
		}
	}
	if top, byHand := use(sizes, 1, 1280, 720, 1); top != 0 || byHand {
		t.Errorf("of one layer %d, %v", top, byHand)
	}
}

func TestRedundancyFollowsTheLine(t *testing.T) {
	s := sound{plain: 90_000, again: 68_000}
	for _, c := range []struct {
		line  int
		lossy bool
		want  int
	}{
		{0, false, 1}, {0, true, 2}, {1_000_000, false, 1}, {1_000_000, true, 2}, {300_000, false, 0}, {345_000, false, 1},
		{300_000, true, 2}, {200_000, true, 1}, {150_000, true, 0}, {50_000, true, 0},
	} {
		if got := s.redundancy(c.line, c.lossy, small); got != c.want {
			t.Errorf("on a line of %d that loses much: %v, %d packets go along, want %d", c.line, c.lossy, got, c.want)
		}
	}
}

// Whatever there is to be dealt out, no more is, but for the smallest layer of
// the first picture; the more important is never without while the less
// important has one; and dealing out again what was dealt out changes nothing.
func TestAllocateNeverExceeds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := make([]picture, rapid.IntRange(0, 6).Draw(t, "pictures"))
		for i := range list {
			p := &list[i]
			*p = picture{slot: i, now: rapid.IntRange(-1, 2).Draw(t, "now"), top: rapid.IntRange(-1, 2).Draw(t, "top")}
			for l := range p.rates {
				p.rates[l] = rapid.SampledFrom([]int{0, 50_000, small, middle, large, 3_000_000}).Draw(t, "rate")
			}
		}
		leading := rapid.IntRange(0, len(list)).Draw(t, "leading")
		f := funds{keep: rapid.IntRange(-500_000, 8_000_000).Draw(t, "keep")}
		f.rise = f.keep * rapid.IntRange(50, 100).Draw(t, "percent") / 100
		f.grace = rapid.IntRange(0, 500_000).Draw(t, "grace")
		used := allocate(list, leading, f)
		grace := 0
		if len(list) > 0 && list[0].got >= 0 && list[0].got == list[0].above(-1) {
			grace = max(0, min(f.grace, list[0].rate(list[0].got)))
		}
		if used > max(f.keep, grace) {
			t.Fatalf("%d used of %d, with a grace of %d", used, f.keep, grace)
		}
		for i := range list {
			p := &list[i]
			if p.got > p.top || p.got >= 0 && p.rates[p.got] == 0 {
				t.Fatalf("picture %d has layer %d, of use up to %d, of %v", i, p.got, p.top, p.rates)
			}
		}
		before := given(list)
		for i := range list {
			list[i].now = list[i].got
		}
		f.rise = min(f.rise, used)
		monotonic := true // a layer that costs less than the one below it is no step
		for i := range list {
			for l := list[i].above(-1); list[i].above(l) >= 0; l = list[i].above(l) {
				monotonic = monotonic && list[i].rates[l] <= list[i].rates[list[i].above(l)]
			}
		}
		if allocate(list, leading, f); monotonic && !slices.Equal(given(list), before) {
			t.Fatalf("dealt out again: %v becomes %v", before, given(list))
		}
	})
}

// lineTest is a receiver with a microphone and two cameras, on a line of which
// estimates are told ten times a second, as a bandwidth estimator does.
type lineTest struct {
	s       *stage
	r       *Receiver
	w       *wire
	lenses  []*lens
	mic     *sender
	layers  [2]int // of the pictures, −1 for none
	rises   int
	falls   int
	exceeds int // times that more was sent than was told, but one small picture
}

func newLine(s *stage) *lineTest {
	l := &lineTest{s: s, mic: s.microphone("m", "A"), layers: [2]int{-1, -1}}
	l.lenses = []*lens{s.lens("a", "A", H264), s.lens("b", "B", H264)}
	l.r, l.w = s.receiver("seat", redundant(soundSlot("original-1", 1, 1)), repeating(pictureSlot("picture-1", 1, 2)), repeating(pictureSlot("picture-2", 0, 3)))
	l.r.SetSize("picture-1", 1280, 720)
	l.r.SetSize("picture-2", 320, 180)
	s.Allow("seat", Slots{"original-1": set("m"), "picture-1": {Sources: []SourceID{"a"}, First: 1}, "picture-2": set("b")})
	return l
}

// run lets time go by while the line is said to take so much.
func (l *lineTest) run(d time.Duration, estimate func() int) {
	for end := l.s.clock.instant().add(d); l.s.clock.instant() < end; {
		told := estimate()
		l.r.Estimate(told)
		l.s.film(80*ms, l.lenses, l.mic)
		l.look(told)
	}
}

func (l *lineTest) look(told int) {
	rates := []int{small, middle, large}
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	sum, pictures := 0, 0
	for i, slot := range []int{1, 2} {
		now := int(l.r.slots[slot].layer)
		if was := l.layers[i]; now > was {
			l.rises++
		} else if now < was {
			l.falls++
		}
		if l.layers[i] = now; now >= 0 {
			sum += rates[now]
			pictures++
		}
	}
	if told > 0 && sum > told && !(pictures == 1 && sum == small) {
		l.exceeds++
	}
}

// A receiver on 300 kbit/s keeps its sound without a gap and one small picture,
// and is back at full quality within five seconds of its line's recovery.
func TestPoorLineKeepsSoundAndOneSmallPicture(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		l := newLine(s)
		l.run(3*time.Second, func() int { return 0 })
		if l.layers != [2]int{2, 0} {
			t.Fatalf("on a line of which nothing is known layers %v, want [2 0]", l.layers)
		}
		l.r.Estimate(300_000)
		s.pass(2 * channelTick)
		if l.look(0); l.layers[0] != 0 {
			t.Errorf("two ticks after the line has become poor layers %v, want a small one at once", l.layers)
		}
		l.w.take()
		l.run(10*time.Second, func() int { return 300_000 })
		if l.layers != [2]int{0, -1} {
			t.Errorf("on 300 kbit/s layers %v, want one small picture", l.layers)
		}
		got := l.w.take()
		continuous(t, got, 0)
		if n := of(got, "m"); n < 500 {
			t.Errorf("%d packets of sound in 10 s, want 500", n)
		}
		if n := bitsOf(got[len(got)/10:]); n > 9*300_000*125/100 {
			t.Errorf("%d bit in 9 s on a line of 300 kbit/s", n)
		}
		slots := s.Survey().Receivers[0].Slots
		if slots[1].Reduced != ByLine || slots[2].Reduced != ByLine {
			t.Errorf("reduced: %q, %q; want by the line", slots[1].Reduced, slots[2].Reduced)
		}
		// The line is back; the estimate grows as far as it is probed.
		estimate := 300_000.0
		l.run(5*time.Second, func() int {
			estimate = min(6e6, max(estimate, min(estimate*1.25, float64(l.r.Wanted()))))
			return int(estimate)
		})
		if l.layers != [2]int{2, 0} {
			t.Errorf("five seconds after the line is back layers %v, want [2 0]; estimate %.0f, wanted %d", l.layers, estimate, l.r.Wanted())
		}
		l.w.take()
		s.film(400*ms, l.lenses, l.mic)
		if seen := layersSeen(l.w.take(), 1); !slices.Equal(seen, []int{2}) {
			t.Errorf("layers %v are sent, want the largest", seen)
		}
		if n := l.r.Wanted(); n != 0 {
			t.Errorf("%d bit/s are wanted when all is at its best", n)
		}
		if l.exceeds != 0 {
			t.Errorf("%d times more was dealt out than the line takes", l.exceeds)
		}
	})
}

// With room for one picture, it is that of who signs, however small it is shown
// and whatever the officer has pinned; put away, it costs the others nothing.
func TestWhoSignsComesFirst(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		l := newLine(s)
		s.Allow("seat", Slots{"original-1": set("m"), "picture-1": {Sources: []SourceID{"a"}, First: 1}, "picture-2": {Sources: []SourceID{"b"}, First: 2}})
		poor := func() int { return 300_000 }
		for _, step := range []struct {
			width, height int
			want          [2]int
		}{{160, 90, [2]int{-1, 0}}, {0, 0, [2]int{0, -1}}, {160, 90, [2]int{-1, 0}}} {
			l.r.SetSize("picture-2", step.width, step.height)
			if l.run(10*time.Second, poor); l.layers != step.want {
				t.Errorf("who signs is shown at %d × %d: layers %v, want %v", step.width, step.height, l.layers, step.want)
			}
		}
	})
}

// bitsOf sums up what packets cost on the line.
func bitsOf(packets []Outgoing) (n int) {
	for _, p := range packets {
		n += 8 * (len(p.Payload) + 12 + onTheLine)
	}
	return n
}

// On a line too poor for any picture there is sound, alone and plain.
func TestSoundIsNeverStarved(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		l := newLine(s)
		l.run(2*time.Second, func() int { return 0 })
		l.w.take()
		l.run(time.Second, func() int { return 60_000 })
		l.w.take()
		l.run(5*time.Second, func() int { return 60_000 })
		got := l.w.take()
		continuous(t, got, 0)
		pictures := 0
		for _, p := range got {
			if p.Slot > 0 && p.Source != "" {
				pictures++
			}
		}
		if n := of(got, "m"); n < 250 || pictures != 0 {
			t.Errorf("%d packets of sound and %d of pictures in 5 s, want 250 and none", n, pictures)
		}
	})
}

// An estimate that swings by a fifth around whatever value makes the pictures
// change a few times and then no more, and never more is dealt out than it
// says.
func TestNoisyEstimateSettles(t *testing.T) {
	for _, around := range []int{250_000, 400_000, 700_000, 900_000, 1_900_000, 2_100_000, 2_500_000} {
		t.Run(fmt.Sprint(around/1000), func(t *testing.T) {
			onStage(t, func(t *testing.T, s *stage) {
				l := newLine(s)
				random := rand.New(rand.NewPCG(1, uint64(around)))
				noisy := func() int { return around * (80 + random.IntN(41)) / 100 }
				l.run(60*time.Second, noisy)
				if l.rises > 10 || l.falls > 10 {
					t.Errorf("%d rises and %d falls within a minute, want 10 at most", l.rises, l.falls)
				}
				rises := l.rises
				if l.run(20*time.Second, noisy); l.rises-rises > 2 {
					t.Errorf("%d rises in the 20 s after that, want 2 at most", l.rises-rises)
				}
				if l.exceeds != 0 {
					t.Errorf("%d times more was dealt out than was told", l.exceeds)
				}
			})
		})
	}
}

// A line that has narrowed loses what does not fit: its sound does not become
// larger for it, and so leaves room for a picture.
func TestJamIsNotTakenForLoss(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		l := newLine(s)
		l.run(2*time.Second, func() int { return 4_000_000 })
		narrowed := s.clock.instant()
		l.run(8*time.Second, func() int {
			if s.clock.instant().sub(narrowed) < 6*time.Second {
				l.r.Reported(1, 0.3, 0, 0)
			}
			return 300_000
		})
		if seen := s.Survey().Receivers[0]; seen.Redundancy > 1 || l.layers != [2]int{0, -1} {
			t.Errorf("on a line that has narrowed %d packets go along, layers %v; want one small picture", seen.Redundancy, l.layers)
		}
	})
}
