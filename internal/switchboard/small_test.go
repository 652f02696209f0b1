package switchboard

import (
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"liqa/internal/opus"
)

// mouth says one tone into a microphone.
type mouth struct {
	*sender
	codec *opus.Codec
	hertz float64
	at    int
}

func newReducer() (Reducer, error) {
	return opus.New(opus.Speech{BitRate: smallRate, Complexity: 5})
}

func (s *stage) mouth(id SourceID, hertz float64) *mouth {
	s.t.Helper()
	c, err := opus.New(opus.Speech{BitRate: 64000, Complexity: 0})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(c.Close)
	return &mouth{sender: s.microphone(id, Origin(id)), codec: c, hertz: hertz}
}

// say sends the next 20 ms.
func (m *mouth) say() {
	pcm, b := make([]float32, 960), make([]byte, 1500)
	for i := range pcm {
		pcm[i] = float32(0.25 * math.Sin(2*math.Pi*m.hertz*float64(m.at+i)/48000))
	}
	m.at += len(pcm)
	n, err := m.codec.Encode(pcm, b)
	if err != nil {
		m.t.Fatal(err)
	}
	m.source.Write(m.raw(b[:n], false), m.source.board.clock.now())
	m.ts += 960
}

// talk has everybody say something for a while.
func (s *stage) talk(d time.Duration, all ...*mouth) {
	for range d / (20 * time.Millisecond) {
		for _, m := range all {
			m.say()
		}
		s.pass(20 * time.Millisecond)
	}
}

// oneHearsAnother is a mouth of 700 Hz and a receiver that may have it.
func (s *stage) oneHearsAnother() (*mouth, *Receiver, *wire) {
	s.t.Helper()
	m := s.mouth("m", 700)
	r, w := s.receiver("seat", soundSlot("original-1", 0, 1))
	s.Allow("seat", only("original-1", "m"))
	return m, r, w
}

// pitch decodes packets and gives the frequency that is heard in them, in Hz,
// its level in dBFS, and how long they last.
func pitch(t *testing.T, packets []Outgoing) (hertz, level float64, lasts time.Duration) {
	t.Helper()
	c, err := opus.New(opus.Speech{BitRate: smallRate})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var all []float32
	pcm := make([]float32, opus.MostSamples)
	for _, p := range packets {
		n, err := c.Decode(p.Payload, pcm)
		if err != nil {
			t.Fatalf("a packet that went out: %v", err)
		}
		all = append(all, pcm[:n]...)
	}
	lasts = span(int64(len(all)), 48000)
	all = all[min(len(all), 5760):]
	rises, sum := 0, 0.0
	for i := range all {
		if sum += float64(all[i]) * float64(all[i]); i > 0 && all[i-1] < 0 && all[i] >= 0 {
			rises++
		}
	}
	n := float64(len(all))
	return float64(rises) * 48000 / n, 10 * math.Log10(sum/n+1e-12), lasts
}

func soundsLike(t *testing.T, what string, packets []Outgoing, hertz float64) {
	t.Helper()
	got, level, _ := pitch(t, packets)
	if math.Abs(got-hertz) > 30 || math.Abs(level+15.05) > 1 {
		t.Errorf("%s: %.0f Hz at %.1f dBFS, want %.0f Hz at -15.1", what, got, level, hertz)
	}
}

// onSmallStage is onStage with a board that makes sound smaller.
func onSmallStage(t *testing.T, f func(t *testing.T, s *stage)) {
	t.Helper()
	if c, err := newReducer(); err != nil { // translated outside of the fake time
		t.Fatal(err)
	} else {
		c.Close()
	}
	onStage(t, func(t *testing.T, s *stage) {
		s.reduceWith(newReducer)
		f(t, s)
	})
}

// reduceWith has the board make its reducers so.
func (s *stage) reduceWith(f func() (Reducer, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reduce = f
}

// rate is the bit rate of the payloads in so much time.
func rate(packets []Outgoing, d time.Duration) int {
	n := 0
	for _, p := range packets {
		n += 8 * len(p.Payload)
	}
	return int(float64(n) / d.Seconds())
}

func TestSmallSoundIsTheSameVoice(t *testing.T) {
	onSmallStage(t, func(t *testing.T, s *stage) {
		ru, zh := s.AddChannel("channel/ru"), s.AddChannel("channel/zh")
		low, high := s.mouth("mic/ru", 440), s.mouth("mic/zh", 1000)
		ru.SetFeed(set("mic/ru"))
		zh.SetFeed(set("mic/zh"))
		r, w := s.receiver("small", redundant(soundSlot("channel", 0, 1)))
		_, whole := s.receiver("whole", soundSlot("channel", 0, 1))
		s.Allow("small", only("channel", "channel/ru"))
		s.Allow("whole", only("channel", "channel/ru"))
		s.talk(time.Second, low, high)
		if s.reducers.Load() != 0 {
			t.Fatalf("%d reducers, and nobody wants anything small", s.reducers.Load())
		}

		r.SetEconomical(true)
		s.talk(time.Second, low, high)
		before := w.take()
		whole.take()
		s.talk(6*time.Second, low, high)
		got := w.take()
		if bits := rate(got, 6*time.Second); bits > 26_000 || bits < 10_000 {
			t.Errorf("small sound takes %d bit/s of payload", bits)
		}
		if n := len(got); n < 99 || n > 101 {
			t.Errorf("%d packets in 6 s, want 100", n)
		}
		soundsLike(t, "small", got, 440)
		if _, _, lasts := pitch(t, got); math.Abs((lasts - 6*time.Second).Seconds()) > 0.07 {
			t.Errorf("6 s of it last %v", lasts)
		}
		full := whole.all()
		if len(full) < 299 || len(full) > 301 {
			t.Errorf("who wants it whole has %d packets in 6 s, want 300", len(full))
		}
		soundsLike(t, "whole", full, 440)
		if n := s.reducers.Load(); n != 1 {
			t.Errorf("%d reducers for one voice", n)
		}

		s.Allow("small", only("channel", "channel/zh"))
		s.talk(time.Second, low, high)
		turn := w.take()
		if of(turn, "channel/ru") > 1 || of(turn, "channel/zh") < 15 {
			t.Errorf("after the switch %d packets of ru and %d of zh", of(turn, "channel/ru"), of(turn, "channel/zh"))
		}
		s.talk(3*time.Second, low, high)
		other := w.take()
		soundsLike(t, "the other language", other, 1000)
		if bits := rate(other, 3*time.Second); bits > 26_000 {
			t.Errorf("the other language takes %d bit/s", bits)
		}
		if n := s.reducers.Load(); n != 1 {
			t.Errorf("%d reducers, of which one is wanted", n)
		}

		s.Cut("small", Slots{})
		cut := w.take()
		s.talk(time.Second, low, high)
		if late := w.take(); len(late) > 0 {
			t.Errorf("%d packets after a cut", len(late))
		}
		s.talk(3*time.Second, low, high)
		if n := s.reducers.Load(); n != 0 {
			t.Errorf("%d reducers are left, and nobody listens", n)
		}
		var stream []Outgoing
		for _, part := range [][]Outgoing{before, got, turn, other, cut} {
			stream = append(stream, part...)
		}
		continuous(t, stream, 0)
	})
}

// A set may ask for it, and stop asking: of the sounds of one receiver that one
// is small and the other is not.
func TestASetMayAskForSmallSound(t *testing.T) {
	onSmallStage(t, func(t *testing.T, s *stage) {
		low, high := s.mouth("low", 440), s.mouth("high", 1000)
		_, w := s.receiver("seat", soundSlot("original-1", 0, 1), soundSlot("original-2", 0, 2))
		small := func(yes bool) {
			s.Allow("seat", Slots{"original-1": {Sources: []SourceID{"low"}, Small: yes}, "original-2": {Sources: []SourceID{"high"}}})
			s.talk(2*time.Second, low, high)
			w.take()
			s.talk(3*time.Second, low, high)
		}
		small(true)
		if got := w.take(); of(got, "low") != 50 || of(got, "high") != 150 {
			t.Errorf("%d and %d packets in 3 s, want 50 and 150", of(got, "low"), of(got, "high"))
		}
		small(false)
		if got := w.take(); of(got, "low") != 150 || of(got, "high") != 150 || s.reducers.Load() != 0 {
			t.Errorf("%d and %d packets in 3 s, want 150 of each; %d reducers", of(got, "low"), of(got, "high"), s.reducers.Load())
		}
	})
}

// Back to the whole sound, the receiver has it within a second.
func TestSmallSoundGoesBack(t *testing.T) {
	onSmallStage(t, func(t *testing.T, s *stage) {
		m, r, w := s.oneHearsAnother()
		r.SetEconomical(true)
		s.talk(3*time.Second, m)
		r.SetEconomical(false)
		w.take()
		s.talk(time.Second, m)
		if got := w.take(); len(got) < 48 {
			t.Errorf("%d packets in a second", len(got))
		} else {
			soundsLike(t, "whole again", got, 700)
		}
		s.talk(3*time.Second, m)
		if n := s.reducers.Load(); n != 0 {
			t.Errorf("%d reducers are left", n)
		}
	})
}

// A line of 60 kbit/s does not take the whole sound, and has it small; when it
// takes more, it is whole again.
func TestNarrowLineHasSmallSound(t *testing.T) {
	onSmallStage(t, func(t *testing.T, s *stage) {
		m, r, w := s.oneHearsAnother()
		r.Estimate(60_000)
		s.talk(3*time.Second, m)
		w.take()
		s.talk(3*time.Second, m)
		if got := w.take(); len(got) > 51 {
			t.Errorf("%d packets in 3 s on a narrow line", len(got))
		}
		if r.Wanted() < 70_000 {
			t.Errorf("the line is probed up to %d bit/s only", r.Wanted())
		}
		r.Estimate(400_000)
		s.talk(12*time.Second, m)
		w.take()
		s.talk(time.Second, m)
		if got := w.take(); len(got) < 48 {
			t.Errorf("%d packets a second on a wide line", len(got))
		}
	})
}

// Packets that are lost or come late leave no hole.
func TestSmallSoundOverLoss(t *testing.T) {
	onSmallStage(t, func(t *testing.T, s *stage) {
		m, r, w := s.oneHearsAnother()
		r.SetEconomical(true)
		s.talk(time.Second, m)
		w.take()
		for i := range 300 {
			if i%9 == 4 {
				m.seq, m.ts = m.seq+1, m.ts+960
			}
			s.talk(20*time.Millisecond, m)
			if i%9 == 4 {
				s.pass(20 * time.Millisecond)
			}
		}
		got := w.take()
		_, _, lasts := pitch(t, got)
		if want := 6*time.Second + 660*time.Millisecond; lasts < want-200*time.Millisecond || lasts > want+100*time.Millisecond {
			t.Errorf("%v of sound went out in %v", lasts, want)
		}
		continuous(t, got, 0)
	})
}

// A feeder that has lost its right is not heard from the moment on when that is
// in force, nor is what a listener was not allowed when it was said.
func TestSmallSoundObeysTheDoor(t *testing.T) {
	onSmallStage(t, func(t *testing.T, s *stage) {
		c := s.AddChannel("channel/ru")
		m := s.mouth("m", 700)
		c.SetFeed(set("m"))
		r, w := s.receiver("seat", soundSlot("channel", 0, 1))
		s.Allow("seat", only("channel", "channel/ru"))
		r.SetEconomical(true)
		s.talk(2*time.Second, m)
		late, lw := s.receiver("late", soundSlot("channel", 0, 1))
		late.SetEconomical(true)
		s.Allow("late", only("channel", "channel/ru"))
		allowed := s.clock.now()
		c.SetFeed(set())
		w.take()
		s.talk(time.Second, m)
		for _, p := range w.take() {
			if string(p.Payload) == string(smallSilence) {
				continue
			}
			if _, level, _ := pitch(t, []Outgoing{p, p, p}); level > -60 {
				t.Errorf("a feeder that has gone is heard at %.1f dBFS", level)
			}
		}
		for _, p := range lw.take() {
			if p.Capture.Before(allowed.Add(-10 * time.Millisecond)) {
				t.Errorf("a packet goes out that begins %v before it was allowed", allowed.Sub(p.Capture))
			}
		}
	})
}

// Where there can be no more reducers the sound stays whole, and nobody waits.
func TestNoReducerToBeHad(t *testing.T) {
	onSmallStage(t, func(t *testing.T, s *stage) {
		s.reduceWith(func() (Reducer, error) { return nil, errors.New("the server is at its limit") })
		m, r, w := s.oneHearsAnother()
		r.SetEconomical(true)
		s.talk(3*time.Second, m)
		if n := len(w.all()); n < 148 {
			t.Errorf("%d packets of 150", n)
		}
		s.reduceWith(newReducer)
		s.talk(12*time.Second, m)
		w.take()
		s.talk(time.Second, m)
		if n := len(w.all()); n > 18 {
			t.Errorf("%d packets in a second, when there could be a reducer again", n)
		}
	})
}

// lingering takes its time to end.
type lingering struct {
	Reducer
	ended *atomic.Bool
}

func (l lingering) Close() {
	time.Sleep(time.Second)
	l.Reducer.Close()
	l.ended.Store(true)
}

// When a board has been closed nothing of it is at work any more.
func TestCloseWaitsForReducers(t *testing.T) {
	onSmallStage(t, func(t *testing.T, s *stage) {
		var ended atomic.Bool
		s.reduceWith(func() (Reducer, error) {
			c, err := newReducer()
			return lingering{c, &ended}, err
		})
		m, r, _ := s.oneHearsAnother()
		r.SetEconomical(true)
		s.talk(time.Second, m)
		if n := s.reducers.Load(); n != 1 {
			t.Fatalf("%d reducers for one voice", n)
		}
		s.Close()
		if n := s.reducers.Load(); n != 0 || !ended.Load() {
			t.Errorf("%d reducers are at work on a board that is closed", n)
		}
	})
}
