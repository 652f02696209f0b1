package switchboard

import (
	"bytes"
	"testing"
	"time"
)

// say sends a packet of sound with these earlier ones in it, as a browser does.
func say(s *tracked, marks ...byte) {
	payload := s.voice()
	payload[5] = marks[0]
	raw := s.raw(s.redden(payload), false)
	s.source.WriteRED(raw, s.source.board.clock.now())
	s.ts += 960
}

func marksOf(packets []Outgoing) (marks []byte) {
	for _, p := range packets {
		b := p.Payload
		if p.Header.PayloadType == 63 {
			b = lastBlock(b)
		}
		marks = append(marks, b[len(b)-1])
	}
	return marks
}

// What is lost on the way in is had from the packets that come after it, is in
// its place before them, and is not asked for again.
func TestLostSoundIsHadFromRedundancy(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic := &tracked{sender: s.microphone("m", "P"), id: "m"}
		_, w := s.receiver("seat", soundSlot("channel", 0, 1))
		s.Allow("seat", only("channel", "m"))
		var sent []byte
		for i := range byte(60) {
			if i > 5 && (i%10 == 7 || i%20 == 8) { // one, or two in a row
				payload := mic.voice()
				payload[5] = i
				mic.redden(payload)
				mic.seq++
				mic.ts += 960
			} else {
				say(mic, i)
			}
			sent = append(sent, i)
			s.pass(20 * ms)
		}
		got := w.all()
		continuous(t, got, 0)
		if !bytes.Equal(marksOf(got), sent[1:]) { // the first has in-band FEC
			t.Errorf("got %v of %v", marksOf(got), sent)
		}
		for i := 1; i < len(got); i++ {
			if d := got[i].Header.Timestamp - got[i-1].Header.Timestamp; d != 960 {
				t.Errorf("packet %d: time goes by %d", i, d)
			}
		}
		src := s.Survey().Sources[0]
		if src.Recovered != 9 || src.Missing != 0 || src.Doubled != 0 || src.Malformed != 0 {
			t.Errorf("surveyed: %+v, want 9 recovered and none missing", src)
		}
		if _, nacks := mic.up.asked(); len(nacks) != 0 {
			t.Errorf("asked for %v again, which had been had", nacks)
		}
	})
}

// Each packet carries along the one before it, and two on a line that loses
// much, for those who take that; the others get it plain.
func TestSoundGoesOutWithRedundancy(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic := s.microphone("m", "P")
		r, w := s.receiver("seat", redundant(soundSlot("channel", 0, 1)))
		_, plain := s.receiver("seat", soundSlot("channel", 0, 1))
		other := redundant(soundSlot("channel", 0, 1))
		other.PT = map[Codec]uint8{Opus: 96}
		_, strange := s.receiver("seat", other)
		s.Allow("seat", only("channel", "m"))
		send := func(from, to byte) {
			for mic.mark = from; mic.mark < to; mic.mark++ {
				mic.sound()
				s.pass(20 * ms)
			}
		}
		check := func(from byte, along int) {
			t.Helper()
			for i, p := range w.take() {
				var marks []byte
				for _, b := range blocksOf(p.Payload) {
					marks = append(marks, b[len(b)-1])
				}
				var want []byte
				for k := byte(along); int(k) >= 0 && k <= byte(along); k-- {
					want = append(want, from+byte(i)-k)
				}
				if p.Header.PayloadType != 63 || !bytes.Equal(marks, want) {
					t.Fatalf("packet %d carries %v, want %v", i, marks, want)
				}
			}
		}
		send(0, 3)
		w.take()
		strange.take()
		send(3, 20)
		check(3, 1)
		for _, p := range strange.take() {
			if p.Header.PayloadType != 63 || p.Payload[0] != 0x80|96 || p.Payload[4] != 96 {
				t.Fatalf("with another payload type of its own: % x", p.Payload[:5])
			}
		}
		r.Reported(1, 0.08, 0, 0)
		s.pass(time.Second)
		if n := s.Survey().Receivers[0].Redundancy; n != 1 {
			t.Errorf("after one report of loss %d go along, want 1", n)
		}
		r.Reported(1, 0.08, 0, 0)
		s.pass(time.Second)
		send(20, 23)
		w.take()
		send(23, 60)
		check(23, 2)
		for _, p := range plain.all() {
			if p.Header.PayloadType != 111 || len(p.Payload) != 6 {
				t.Fatalf("plain sound became %+v", p)
			}
		}
		if n := s.Survey().Receivers[0]; n.Redundancy != 2 || n.Lost != 0.08 {
			t.Errorf("surveyed: redundancy %d, %v lost", n.Redundancy, n.Lost)
		}
	})
}

// The first packets after a door has opened again carry nothing along from
// before, whatever of it there is in the cache, and whatever came in redundant.
func TestRedundancyCarriesNothingFromBefore(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic := &tracked{sender: s.microphone("m", "P"), id: "m"}
		mic.plain = true
		r, w := s.receiver("press/1", redundant(soundSlot("channel", 0, 1)))
		_, seat := s.receiver("seat", redundant(soundSlot("channel", 0, 1)))
		s.Allow("seat", only("channel", "m"))
		s.Allow("press/1", only("channel", "m"))
		for range 3 {
			say(mic, 'o')
			s.pass(600 * ms)
			r.Reported(1, 0.2, 0, 0) // as much goes along as can
		}
		s.Cut("press/1", nil)
		w.take()
		say(mic, 0)
		for round := range 20 {
			s.Allow("press/1", only("channel", "m"))
			for range 8 {
				say(mic, 'o')
				s.pass(20 * ms)
			}
			if s.Cut("press/1", nil); round%2 == 0 {
				s.pass(time.Second)
			}
			open := w.take()
			for range 3 {
				say(mic, '!')
				s.pass(20 * ms)
			}
			if round%3 == 0 { // the last of the closed part is lost, and comes redundant
				mic.redden(append(mic.voice()[:5], '!'))
				mic.seq++
				mic.ts += 960
			}
			if got := w.take(); len(got) != 0 {
				t.Fatalf("%d packets while closed", len(got))
			}
			checkOpen(t, open)
			for _, p := range open { // nor is it sent again
				r.Nack(1, []uint16{p.Header.SequenceNumber})
			}
		}
		if n := len(seat.all()); n < 200 {
			t.Errorf("a seat has got %d packets, want all", n)
		}
	})
}

// checkOpen checks what was sent between an opening and the closing after it.
func checkOpen(t *testing.T, packets []Outgoing) {
	t.Helper()
	most := 0
	for i, p := range packets {
		blocks := [][]byte{p.Payload}
		if p.Header.PayloadType == 63 {
			blocks = blocksOf(p.Payload)
		}
		if len(blocks) > i+1 {
			t.Fatalf("packet %d after an opening carries %d along", i, len(blocks)-1)
		}
		for _, b := range blocks {
			if b[len(b)-1] == '!' {
				t.Fatalf("packet %d after an opening carries what was said before it", i)
			}
		}
		most = max(most, len(blocks))
	}
	if len(packets) < 7 || most < 3 {
		t.Errorf("%d packets, with %d in one at most: that proves nothing", len(packets), most)
	}
}

// What one feeder of a channel said is not carried along with what the next
// one says.
func TestRedundancyOfAChannelIsOfItsFeeder(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		a, b := s.microphone("a", "A"), s.microphone("b", "B")
		c := s.AddChannel("channel")
		_, w := s.receiver("seat", redundant(soundSlot("channel", 0, 1)))
		s.Allow("seat", only("channel", "channel"))
		mixed, along := 0, 0
		for i := range 20 {
			c.SetFeed(set([]SourceID{"a", "b"}[i%2]))
			w.take()
			for range 10 {
				a.sound()
				b.sound()
				s.pass(20 * ms)
			}
			for _, p := range w.take() {
				if p.Header.PayloadType != 63 {
					continue
				}
				blocks := blocksOf(p.Payload)
				newest := blocks[len(blocks)-1]
				for _, q := range blocks[:len(blocks)-1] {
					if along++; q[len(q)-1] != newest[len(newest)-1] {
						mixed++
					}
				}
			}
		}
		if mixed != 0 || along < 50 {
			t.Errorf("%d of %d packets that went along were of another feeder or of silence", mixed, along)
		}
	})
}

func TestOpusRepeatsAndPadding(t *testing.T) {
	for _, c := range []struct {
		name string
		b    []byte
		want bool
	}{
		{"CELT", []byte{0xf8, 0xff, 0xff}, false},
		{"hybrid without", []byte{0x78, 0x80}, false},
		{"hybrid with", []byte{0x78, 0x40}, true},
		{"SILK 20 ms with", []byte{0x08, 0xc0}, true},
		{"SILK 40 ms without", []byte{0x10, 0xc0}, false},
		{"SILK 40 ms with", []byte{0x10, 0x20}, true},
		{"SILK 60 ms without", []byte{0x18, 0xe0}, false},
		{"SILK 60 ms with", []byte{0x18, 0x10}, true},
		{"stereo, the middle", []byte{0x0c, 0x40}, true},
		{"stereo, the side", []byte{0x0c, 0x10}, true},
		{"stereo without", []byte{0x0c, 0xa0}, false},
		{"stereo 60 ms, the side", []byte{0x1c, 0x01}, true},
		{"stereo 60 ms without", []byte{0x1c, 0xee}, false},
		{"two SILK frames", []byte{0x09, 0x00}, true},
		{"nothing but its kind", []byte{0x08}, false},
		{"nothing", nil, false},
	} {
		if got := opusRepeats(c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	for _, c := range []struct{ name, b, want string }{
		{"none", "\xfb\x01abc", "\xfb\x01abc"},
		{"three bytes", "\xfb\x41\x03abc???", "\xfb\x01abc"},
		{"variable sizes", "\xfb\xc2\x02\x01abcd??", "\xfb\x82\x01abcd"},
		{"no frame left", "\xfb\x41\x03???", "\xfb\x01"},
		{"long", "\xfb\x41\xff\x01a" + string(make([]byte, 255)), "\xfb\x01a"},
		{"too long", "\xfb\x41\x09abc", "\xfb"},
		{"cut short", "\xfb\x41\xff", "\xfb"},
		{"another code", "\xf8\x41\x03abc", "\xf8\x41\x03abc"},
	} {
		if got := opusBare([]byte(c.b)); string(got) != c.want {
			t.Errorf("padding, %s: %x, want %x", c.name, got, c.want)
		}
	}
}
