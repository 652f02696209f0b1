package switchboard

import (
	"testing"
	"time"
)

func TestCutLeavesASlateAndNothingMore(t *testing.T) {
	for _, codec := range []Codec{H264, VP9} {
		t.Run(codec.String(), func(t *testing.T) {
			onStage(t, func(t *testing.T, s *stage) {
				mic, cam := s.microphone("m", "P"), s.camera("c", "P", codec)
				r, w := s.receiver("press/1", soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2))
				s.Allow("press/1", only("original-1", "m", "picture-1", "c"))
				for i := range 20 {
					mic.sound()
					cam.frame(i == 0)
					s.pass(20 * ms)
				}
				before := w.take()
				if c := s.Cut("press/1", nil); !c.Clear() {
					t.Errorf("not clear: %+v", c)
				}
				got := w.take() // within the call: nothing is waited for
				if len(got) != 2 {
					t.Fatalf("%d packets on the cut, want a slate, twice", len(got))
				}
				for _, p := range got {
					if p.Source != "" || p.Slot != 1 || !p.Header.Marker || p.Header.PayloadType != picturePT[codec] || !codec.beginsKeyframe(p.Payload) {
						t.Errorf("a packet that is no slate: %+v", p)
					}
				}
				continuous(t, append(before, got...), 1)
				if n := s.Receiving("press/"); n != 0 {
					t.Errorf("%d press seats receiving", n)
				}
				reports := len(w.reports)
				for _, p := range append(before, got...) {
					r.Nack(p.Header.SSRC, []uint16{p.Header.SequenceNumber})
				}
				r.PictureLoss(2)
				for i := range 200 {
					mic.sound()
					cam.frame(i%30 == 0)
					s.pass(20 * ms)
				}
				got = w.take()
				if n := len(got) - slatesOnly(got); n != 0 {
					t.Errorf("%d packets after the cut that are no slates", n)
				}
				if len(got) != 1 {
					t.Errorf("the slate of which no report tells was sent %d times more in 4 s, want once", len(got))
				}
				continuous(t, got, 1)
				last := uint16(0) // of what was seen before the cut
				for _, p := range before {
					if p.Slot == 1 {
						last = p.Header.SequenceNumber
					}
				}
				for range 2 { // reported missing twice, but not to be had so soon again
					r.Received(2, last)
					s.settle()
				}
				if n := len(w.take()); n != 1 {
					t.Errorf("a slate that is reported missing was sent %d times, want once", n)
				}
				r.Received(2, last+1) // it has come: from now on there is nothing
				for range 100 {
					r.PictureLoss(2)
					mic.sound()
					cam.frame(true)
					s.pass(time.Second)
				}
				if got := w.take(); len(got) != 0 {
					t.Errorf("%d packets after the slate has come, the first %+v", len(got), got[0])
				}
				if n := len(w.reports) - reports; n != 0 {
					t.Errorf("%d reports on slots that carry nothing", n)
				}
			})
		})
	}
}

// After closing and opening again, nothing of the time between or before
// leaves: no retransmission, no first packet with its redundancy, no picture
// before a new keyframe.
func TestReopeningBringsNothingBack(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic, cam := s.microphone("m", "P"), s.camera("c", "P", H264)
		r, w := s.receiver("press/1", soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2))
		open := only("original-1", "m", "picture-1", "c")
		s.Allow("press/1", open)
		send := func(n int) {
			for range n {
				mic.sound()
				cam.frame(false)
				s.pass(20 * ms)
			}
		}
		cam.frame(true)
		send(5)
		some := w.all()[3].Header
		r.Nack(some.SSRC, []uint16{some.SequenceNumber})
		s.settle()
		if n := again(w.take()); n != 1 {
			t.Fatalf("%d retransmissions while open, want 1", n)
		}
		mic.mark, cam.mark = 'o', 'o'
		send(5)
		sent := w.all()
		s.Cut("press/1", nil)
		mic.mark, cam.mark = '!', '!'
		send(5)
		secret := *mic // a packet of the closed part that will come late
		mic.seq++
		send(3)
		s.Allow("press/1", open)
		w.take()
		for _, p := range sent {
			r.Nack(p.Header.SSRC, []uint16{p.Header.SequenceNumber})
		}
		secret.sound()
		mic.sound() // the first after opening repeats what was before it
		s.settle()
		if got := w.take(); len(got) != 0 {
			t.Fatalf("%d packets at once after opening, the first %+v", len(got), got[0])
		}
		mic.mark, cam.mark = 'n', 'n'
		send(5)
		if got := w.take(); of(got, "m") != 5 || of(got, "c") != 0 {
			t.Errorf("after opening %d of sound, %d of the picture; want 5, and none before a keyframe", of(got, "m"), of(got, "c"))
		}
		if n, _ := cam.up.asked(); n == 0 {
			t.Error("no keyframe was asked for")
		}
		cam.frame(true)
		send(2)
		got := w.take()
		if of(got, "c") != 6 {
			t.Errorf("%d packets of the picture from its keyframe on, want 6", of(got, "c"))
		}
		for _, p := range got {
			if p.Payload[len(p.Payload)-1] == '!' {
				t.Errorf("a packet of the closed part: %+v", p)
			}
		}
	})
}

// slatesOnly counts the packets that are slates.
func slatesOnly(packets []Outgoing) int {
	n := 0
	for _, p := range packets {
		if p.Source == "" && !p.Again && p.Codec.beginsKeyframe(p.Payload) {
			n++
		}
	}
	return n
}

func again(packets []Outgoing) int {
	n := 0
	for _, p := range packets {
		if p.Again {
			n++
		}
	}
	return n
}

// An Output that does not return makes neither a cut nor anybody else wait.
func TestStuckOutputHoldsUpNobody(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic := s.microphone("m", "P")
		_, stuck := s.receiver("press/1", soundSlot("channel", 0, 1))
		_, fine := s.receiver("press/2", soundSlot("channel", 0, 1))
		_, seat := s.receiver("seat/1", soundSlot("channel", 0, 1))
		for _, k := range []Key{"press/1", "press/2", "seat/1"} {
			s.Allow(k, only("channel", "m"))
		}
		for range 3 {
			mic.sound()
			s.pass(20 * ms)
		}
		free := stuck.stick()
		for range 100 {
			mic.sound()
			s.pass(20 * ms)
		}
		if n := len(fine.all()); n != 102 {
			t.Errorf("another receiver has got %d packets, want 102", n)
		}
		begin := time.Now()
		c := s.CutAll(map[Key]Slots{"press/1": nil, "press/2": nil})
		if took := time.Since(begin); took > 100*ms {
			t.Errorf("the cut took %v", took)
		}
		if want := (Cleared{Receivers: 1, Slots: 1}); c != want {
			t.Errorf("carrying still: %+v, want %+v", c, want)
		}
		if n := s.Receiving("press/"); n != 1 {
			t.Errorf("%d press seats receiving, want the one that cannot be known", n)
		}
		stuck.take()
		fine.take()
		free()
		for range 10 {
			mic.sound()
			s.pass(20 * ms)
		}
		if a, b := len(stuck.take()), len(fine.take()); a+b != 0 {
			t.Errorf("after the cut %d and %d packets", a, b)
		}
		if n := len(seat.all()); n != 112 {
			t.Errorf("the seat has got %d packets, want 112", n)
		}
		if n := s.Receiving("press/"); n != 0 {
			t.Errorf("%d press seats receiving at the end", n)
		}
	})
}

// A queue that is being worked off is looked at again after every write.
func TestCutReachesIntoTheQueue(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic := s.microphone("m", "P")
		_, w := s.receiver("press/1", soundSlot("channel", 0, 1))
		s.Allow("press/1", only("channel", "m"))
		first := w.stick()
		for range 60 {
			mic.sound()
			s.pass(20 * ms)
		}
		second := w.stick() // the next write sticks as well
		first()
		s.settle()
		begun := len(w.all())
		if begun != 1+maxBatch {
			t.Fatalf("%d packets are written, want one and a batch", begun)
		}
		s.Cut("press/1", nil)
		second()
		s.settle()
		if n := len(w.all()) - begun; n != 0 {
			t.Errorf("%d packets left after the cut", n)
		}
	})
}

// So does the end of a receiver.
func TestCloseReachesIntoTheQueue(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic := s.microphone("m", "P")
		r, w := s.receiver("seat", soundSlot("channel", 0, 1))
		s.Allow("seat", only("channel", "m"))
		free := w.stick()
		for range 60 {
			mic.sound()
			s.pass(20 * ms)
		}
		begin := time.Now()
		if r.Close(); time.Since(begin) > 100*ms {
			t.Errorf("closing took %v", time.Since(begin))
		}
		begun, reports := len(w.all()), len(w.reports)
		free()
		s.pass(2 * time.Second)
		if n := len(w.all()) - begun + len(w.reports) - reports; n != 0 {
			t.Errorf("%d packets after it was closed", n)
		}
	})
}

func TestCutNeverGives(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		a, b := s.microphone("a", "A"), s.microphone("b", "B")
		_, w := s.receiver("seat", soundSlot("one", 0, 1), soundSlot("two", 0, 2))
		s.Allow("seat", Slots{"one": set("a", "b")})
		a.sound()
		b.sound()
		s.Cut("seat", Slots{"one": set("b"), "two": set("a", "b")})
		s.settle()
		w.take()
		for range 5 {
			a.sound()
			b.sound()
			s.pass(20 * ms)
		}
		got := w.take()
		if of(got, "a") != 0 || of(got, "b") != 5 {
			t.Errorf("%d of a, %d of b; want 0, 5", of(got, "a"), of(got, "b"))
		}
	})
}

// Rights stay with the key, whoever comes first.
func TestRightsOutliveConnections(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		s.Allow("seat", only("channel", "m"))
		r, w := s.receiver("seat", soundSlot("channel", 0, 1))
		mic := s.microphone("m", "P")
		for range 3 {
			mic.sound()
		}
		s.settle()
		if n := len(w.all()); n != 2 {
			t.Errorf("%d packets, want 2", n)
		}
		r.Close()
		_, w2 := s.receiver("seat", soundSlot("channel", 0, 9))
		again := s.microphone("m", "P") // the sender has come back
		mic.sound()
		for range 3 {
			again.sound()
		}
		s.settle()
		if n := len(w2.all()); n != 2 {
			t.Errorf("%d packets from the sender's new connection, want 2", n)
		}
		if n := len(w.all()); n != 2 {
			t.Errorf("%d packets to a receiver that was closed", n-2)
		}
	})
}

func TestSourceThatLeavesIsReplacedByASlate(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam := s.camera("c", "P", VP9)
		_, w := s.receiver("seat", pictureSlot("picture-1", 1, 2))
		s.Allow("seat", only("picture-1", "c"))
		cam.frame(true)
		s.settle()
		w.take()
		cam.source.Close()
		if got := w.take(); len(got) != 2 || got[0].Source != "" {
			t.Errorf("got %+v, want a slate", got)
		}
		cam.frame(true)
		s.settle()
		if got := w.take(); len(got) != 0 {
			t.Errorf("%d packets of a source that has left", len(got))
		}
	})
}

// The picture of the last speaker stays while the next one's keyframe is on
// its way, but not for ever.
func TestOldPictureDoesNotStayForEver(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		a, b := s.camera("a", "A", VP9), s.camera("b", "B", VP9)
		_, w := s.receiver("seat", pictureSlot("picture", 0, 1))
		both := Set{Sources: []SourceID{"a", "b"}, Prefer: "a"}
		s.Allow("seat", Slots{"picture": both})
		a.frame(true)
		b.frame(true)
		s.settle()
		both.Prefer = "b"
		s.Allow("seat", Slots{"picture": both})
		for range 90 {
			a.frame(false)
			b.frame(false)
			s.pass(time.Second / 30)
		}
		got := w.take()
		if last := got[len(got)-1]; last.Source != "" {
			t.Errorf("after three seconds %s is shown, want a slate", last.Source)
		}
		if n := of(got, "a"); n < 115 || n > 130 {
			t.Errorf("%d packets of the old picture, want two seconds", n)
		}
		if n, _ := b.up.asked(); n < 5 || n > 9 {
			t.Errorf("a keyframe was asked for %d times within three seconds", n)
		}
		continuous(t, got, 0)
	})
}

// Requests that are refused are no write under way, for which a cut would wait.
func TestWhoAsksWithoutEndHoldsUpNoCut(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic := s.microphone("m", "P")
		r, w := s.receiver("press/1", soundSlot("original-1", 1, 1))
		s.Allow("press/1", only("original-1", "m"))
		for range 5 {
			mic.sound()
			s.pass(20 * ms)
		}
		seq := w.take()[2].Header.SequenceNumber
		r.again = budget{at: s.clock.instant()} // all that may be sent again has been
		r.retransmit(&r.slots[0], seq)
		if n := again(w.take()); n != 0 || r.writing.Load()%2 == 1 {
			t.Errorf("%d sent again, and a write is said to be under way: %v", n, r.writing.Load()%2 == 1)
		}
	})
}
