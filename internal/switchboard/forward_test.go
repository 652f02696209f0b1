package switchboard

import (
	"fmt"
	"testing"
	"time"
)

func TestSoundIsForwardedAsOneStream(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		a, b := s.microphone("a", "A"), s.microphone("b", "B")
		_, w := s.receiver("seat", soundSlot("channel", 0, 1))
		s.Allow("seat", only("channel", "a"))
		for range 10 {
			a.sound()
			b.sound()
			s.pass(20 * time.Millisecond)
		}
		s.Allow("seat", only("channel", "b"))
		for range 10 {
			a.sound()
			b.sound()
			s.pass(20 * time.Millisecond)
		}
		got := w.all()
		continuous(t, got, 0)
		// The first packet after each grant is withheld.
		if of(got, "a") != 9 || of(got, "b") != 9 {
			t.Errorf("got %d packets of a and %d of b, want 9 each", of(got, "a"), of(got, "b"))
		}
		for _, p := range got {
			if p.Header.PayloadType != 111 || p.Header.SSRC != 1 || len(p.Payload) != 6 {
				t.Fatalf("unexpected packet %+v", p)
			}
		}
	})
}

func TestPictureSwitchesAtKeyframe(t *testing.T) {
	for _, codec := range []Codec{H264, VP9} {
		t.Run(codec.String(), func(t *testing.T) {
			onStage(t, func(t *testing.T, s *stage) {
				a, b := s.camera("a", "A", codec), s.camera("b", "B", codec)
				_, w := s.receiver("seat", pictureSlot("picture", 0, 1))
				s.Allow("seat", Slots{"picture": {Sources: []SourceID{"a", "b"}, Prefer: "a"}})
				a.frame(true)
				b.frame(true)
				s.pass(33 * time.Millisecond)
				s.Allow("seat", Slots{"picture": {Sources: []SourceID{"a", "b"}, Prefer: "b"}})
				s.settle()
				if n, _ := b.up.asked(); n != 1 {
					t.Errorf("a keyframe was asked for %d times, want once", n)
				}
				for range 3 {
					a.frame(false)
					b.frame(false)
					s.pass(33 * time.Millisecond)
				}
				if got := w.all(); of(got, "a") != 8 || of(got, "b") != 0 {
					t.Fatalf("before the keyframe: %d of a, %d of b; want 8, 0", of(got, "a"), of(got, "b"))
				}
				b.frame(true)
				a.frame(false)
				s.pass(33 * time.Millisecond)
				b.frame(false)
				a.frame(true)
				s.settle()
				got := w.all()
				continuous(t, got, 0)
				if of(got, "a") != 8 || of(got, "b") != 4 {
					t.Errorf("%d of a, %d of b; want 8, 4", of(got, "a"), of(got, "b"))
				}
			})
		})
	}
}

// Many more receivers than there are to serve them do not take their packets,
// others take them slowly: everybody else gets all, at once, in order.
func TestSlowReceiversCostNobodyElseAnything(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic, cam := s.microphone("m", "P"), s.lens("c", "P", H264)
		open := only("original-1", "m", "picture-1", "c")
		slots := []SlotSpec{redundant(soundSlot("original-1", 1, 1)), repeating(pictureSlot("picture-1", 1, 2))}
		var fine, stuck []*wire
		for i := range 60 {
			_, w := s.receiver(Key(fmt.Sprint("press/", i)), slots...)
			s.Allow(Key(fmt.Sprint("press/", i)), open)
			if i%2 == 0 {
				fine = append(fine, w)
			} else {
				stuck = append(stuck, w)
			}
		}
		for i := range 10 {
			key := Key(fmt.Sprint("slow/", i))
			if _, err := s.AddReceiver(key, slots, sluggish{}); err != nil {
				t.Fatal(err)
			}
			s.Allow(key, open)
		}
		s.film(time.Second, []*lens{cam}, mic)
		for _, w := range stuck {
			defer w.stick()()
		}
		s.film(time.Second, []*lens{cam}, mic) // till the crew has found them out
		for _, w := range fine {
			w.take()
		}
		var late time.Duration
		for range 25 {
			s.film(frameEvery, []*lens{cam}, mic)
			for _, w := range fine {
				for _, p := range w.take() {
					late = max(late, s.clock.now().Sub(p.Capture))
				}
			}
		}
		if late > 2*frameEvery {
			t.Errorf("a packet was %v late for those who take them", late)
		}
		s.film(2*time.Second, []*lens{cam}, mic)
		for i, w := range fine {
			got := w.take()
			if n := of(got, "m"); n != 100 {
				t.Fatalf("receiver %d has got %d packets of sound in 2 s, want 100", i, n)
			}
			continuous(t, got, 0)
			continuous(t, got, 1)
		}
		begin := time.Now()
		keys := map[Key]Slots{}
		for i := range 60 {
			keys[Key(fmt.Sprint("press/", i))] = nil
		}
		c := s.CutAll(keys)
		if took := time.Since(begin); took > 100*ms || c.Receivers != len(stuck) {
			t.Errorf("a cut took %v, and names %d receivers of the %d that are stuck", took, c.Receivers, len(stuck))
		}
		for i, r := range s.Survey().Receivers {
			if r.Dropped > 0 && i%2 == 0 && i < 60 {
				t.Errorf("receiver %d lost %d packets in its queue", i, r.Dropped)
			}
		}
	})
}

// sluggish takes its time for every write.
type sluggish struct{}

func (sluggish) WriteRTP([]Outgoing) { time.Sleep(30 * ms) }
func (sluggish) WriteRTCP([]byte)    {}
