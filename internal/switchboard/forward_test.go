package switchboard

import (
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
