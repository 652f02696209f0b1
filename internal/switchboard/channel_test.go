package switchboard

import (
	"bytes"
	"testing"
	"time"
)

// listener is a receiver of one channel, and what it has heard.
func (s *stage) listener(id SourceID) (*Channel, *wire) {
	c := s.AddChannel(id)
	_, w := s.receiver("listener", soundSlot("channel", 0, 1))
	s.Allow("listener", only("channel", string(id)))
	return c, w
}

// heard writes down a channel's packets: the mark of the feeder, or '.' for
// silence. It checks that there is one every 20 ms.
func heard(t *testing.T, packets []Outgoing) string {
	t.Helper()
	continuous(t, packets, 0)
	var b []byte
	for i, p := range packets {
		if i > 0 {
			if d := p.Header.Timestamp - packets[i-1].Header.Timestamp; d != channelFrame {
				t.Fatalf("packet %d is %d ticks after the last, want %d", i, d, channelFrame)
			}
			if d := p.Capture.Sub(packets[i-1].Capture); d != channelTick {
				t.Fatalf("packet %d was captured %v after the last", i, d)
			}
		}
		if bytes.Equal(p.Payload, opusSilence) {
			b = append(b, '.')
		} else {
			b = append(b, p.Payload[len(p.Payload)-1])
		}
	}
	return string(b)
}

func TestChannelIsNeverWithoutAPacket(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		_, w := s.listener("channel/ru")
		s.pass(10 * time.Second)
		got := heard(t, w.all())
		if n := len(got); n < 498 || n > 501 {
			t.Errorf("%d packets in ten seconds, want 500", n)
		}
		if bytes.Count([]byte(got), []byte(".")) != len(got) {
			t.Errorf("a channel without a feeder is not silent: %s", got)
		}
	})
}

// number makes every packet of a sender different from the last.
func number(m *sender) { m.mark = 'a' + (m.mark-'a'+1)%26 }

func TestChannelCarriesEveryPacketOnce(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		c, w := s.listener("channel/ru")
		mic := s.microphone("m", "I")
		c.SetFeed(set("m"))
		mic.mark = 'a'
		for range 260 {
			mic.sound()
			number(mic)
			s.pass(20 * ms)
		}
		got := bytes.Trim([]byte(heard(t, w.all())), ".")
		if len(got) < 255 {
			t.Fatalf("%d packets are left of 260: %s", len(got), got)
		}
		for i := range got[1:] {
			if want := 'a' + (got[i]-'a'+1)%26; got[i+1] != want {
				t.Fatalf("packet %d is %c after %c: %s", i+1, got[i+1], got[i], got)
			}
		}
	})
}

// Both interpreters may feed the channel; the microphone is handed over: no
// packet is lost or doubled, and there is no pause.
func TestHandoverWithinTheSet(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		c, w := s.listener("channel/ru")
		one, two := s.microphone("one", "I1"), s.microphone("two", "I2")
		both := Set{Sources: []SourceID{"one", "two"}, Prefer: "one"}
		c.SetFeed(both)
		one.mark, two.mark = '1', '2'
		speak := func(n int) {
			for range n {
				one.sound()
				s.pass(7 * ms)
				two.sound()
				s.pass(13 * ms)
			}
		}
		speak(100)
		before := w.take()
		both.Prefer = "two"
		c.SetFeed(both)
		speak(100)
		got := heard(t, append(before, w.take()...))
		turn := bytes.IndexByte([]byte(got), '2')
		if turn < 0 || bytes.ContainsAny([]byte(got[turn-20:]), ".") || bytes.ContainsAny([]byte(got[turn:]), "1") {
			t.Errorf("heard: %s", got)
		}
	})
}

// The microphone is taken from one and given to the other, who had no right
// before: at most 100 ms of silence, and nothing of the first after the call.
func TestHandoverToAnother(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		c, w := s.listener("channel/ru")
		one, two := s.microphone("one", "I1"), s.microphone("two", "I2")
		c.SetFeed(set("one"))
		one.mark, two.mark = '1', '2'
		speak := func(n int) {
			for range n {
				one.sound()
				two.sound()
				s.pass(20 * ms)
			}
		}
		speak(100)
		recorded, _ := s.record("channel/ru")
		if c := c.SetFeed(set("two")); !c.Clear() {
			t.Errorf("not clear: %+v", c)
		}
		w.take()
		speak(100)
		got := heard(t, w.take())
		silent := bytes.IndexByte([]byte(got), '2')
		if bytes.ContainsAny([]byte(got), "1") || silent < 0 || silent > 5 {
			t.Errorf("heard after the call: %s", got)
		}
		if bytes.ContainsAny([]byte(got[silent:]), ".") {
			t.Errorf("a pause: %s", got)
		}
		for _, p := range *recorded {
			if p.Payload[len(p.Payload)-1] == '1' {
				t.Error("recorded after the call")
			}
		}
		c.SetFeed(Set{}) // a cough
		w.take()
		speak(10)
		if got := heard(t, w.take()); got != ".........." {
			t.Errorf("while coughing: %s", got)
		}
	})
}

// What waits in a receiver's queue when its feeder's right ends leaves as
// silence: the channel goes on.
func TestQueuedPacketsOfAFeederThatLostItsRight(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		c, w := s.listener("channel/ru")
		mic := s.microphone("m", "I")
		mic.mark = 'm'
		c.SetFeed(set("m"))
		speak := func(n int) {
			for range n {
				mic.sound()
				s.pass(20 * ms)
			}
		}
		speak(10)
		free := w.stick()
		speak(10)
		if c := c.SetFeed(Set{}); c.Clear() {
			t.Error("a listener whose Output is stuck is said to be clear")
		}
		begun := len(w.all())
		free()
		s.pass(200 * ms)
		got := heard(t, w.all())
		if len(got) < 29 || bytes.ContainsAny([]byte(got[begun:]), "m") {
			t.Errorf("heard after packet %d: %s", begun, got)
		}
	})
}

// What the feeder's path does to its packets, the channel's listeners do not
// hear more of than must be.
func TestChannelEvensOutJitter(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		c, w := s.listener("channel/ru")
		mic := s.microphone("m", "I")
		c.SetFeed(set("m"))
		mic.mark = 'm'
		go func() { // in bursts of three
			for range 1000 {
				time.Sleep(60 * ms)
				for range 3 {
					mic.sound()
				}
			}
		}()
		s.pass(60 * time.Second)
		late := heard(t, w.all())[500:]
		if n := bytes.Count([]byte(late), []byte(".")); n > 3 {
			t.Errorf("%d frames of silence in 50 s of bursts", n)
		}
		s.pass(time.Second)
	})
}

// How long a channel holds what feeds it is known: two packets' worth at most
// while they come evenly, more when they come in fits.
func TestChannelSaysHowLongItHoldsWhatFeedsIt(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		c, _ := s.listener("channel/ru")
		m := s.microphone("m", "I")
		held := func() time.Duration {
			for _, src := range s.Survey().Sources {
				if src.ID == "channel/ru" {
					return src.Held
				}
			}
			return -1
		}
		if got := held(); got != 0 {
			t.Errorf("before anything came it is %v", got)
		}
		c.SetFeed(set("m"))
		speak := func(seconds, packets int) {
			for range seconds * 50 / packets {
				s.pass(time.Duration(packets) * channelTick)
				for range packets {
					m.sound()
				}
			}
		}
		speak(10, 1)
		even := held()
		if even <= 0 || even > 2*channelTick {
			t.Errorf("of what comes evenly it is %v", even)
		}
		speak(20, 5)
		if got := held(); got < even+channelTick || got > 8*channelTick {
			t.Errorf("of what comes in fits of five packets it is %v, and was %v", got, even)
		}
	})
}

// A feeder whose clock is off by 500 parts per million for minutes costs a
// frame now and then, and the delay does not grow.
func TestChannelFollowsDrift(t *testing.T) {
	for name, period := range map[string]time.Duration{
		"fast": 20*ms - 10*time.Microsecond,
		"slow": 20*ms + 10*time.Microsecond,
	} {
		t.Run(name, func(t *testing.T) {
			onStage(t, func(t *testing.T, s *stage) {
				c := s.AddChannel("channel/ru")
				mic := s.microphone("m", "I")
				c.SetFeed(set("m"))
				total, silent := 0, 0
				s.Tap("channel/ru", func(p Packet) {
					if total++; bytes.Equal(p.Payload, opusSilence) {
						silent++
					}
				})
				const minutes = 8
				for range int(minutes * time.Minute / period) {
					mic.sound()
					time.Sleep(period)
				}
				s.settle()
				// 0.24 s in eight minutes are 12 frames.
				if silent > 25 {
					t.Errorf("%d of %d frames are silence", silent, total)
				}
				c.mu.Lock()
				if d := c.current.depth(); d > 5 {
					t.Errorf("%d packets wait in the end", d)
				}
				c.mu.Unlock()
			})
		})
	}
}

func TestChannelTakesPacketsOfAnyLength(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		c, w := s.listener("channel/ru")
		mic := s.microphone("m", "I")
		c.SetFeed(set("m"))
		for range 100 { // 60 ms in one packet (RFC 7587 §4.2)
			mic.source.Write(mic.raw([]byte{0x18, 1, 'm'}, false), s.clock.now())
			mic.ts += 2880
			s.pass(60 * ms)
		}
		got := w.all()
		continuous(t, got, 0)
		long := 0
		for i, p := range got {
			if p.Payload[len(p.Payload)-1] != 'm' {
				continue
			}
			if long++; i+1 < len(got) && got[i+1].Header.Timestamp-p.Header.Timestamp != 2880 {
				t.Fatalf("the packet after one of 60 ms is %d ticks later", got[i+1].Header.Timestamp-p.Header.Timestamp)
			}
		}
		if long < 95 {
			t.Errorf("%d packets of 60 ms, want almost 100", long)
		}
	})
}

func TestChannelDoesNotFeedAChannel(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		a, b := s.AddChannel("channel/a"), s.AddChannel("channel/b")
		a.SetFeed(set("channel/b"))
		b.SetFeed(set("channel/a"))
		s.pass(time.Second)
		if a.want != nil || b.want != nil {
			t.Error("a channel feeds another")
		}
		a.Close()
		b.Close()
		if n := len(s.Survey().Sources); n != 0 {
			t.Errorf("%d sources are left", n)
		}
	})
}
