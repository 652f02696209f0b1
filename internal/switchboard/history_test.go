package switchboard

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// losing is a receiver of one camera, and what was sent to it.
func losing(s *stage) (*sender, *Receiver, *wire) {
	camera := s.camera("c", "P", H264)
	r, w := s.receiver("seat", repeating(pictureSlot("picture", 0, 1)))
	s.Allow("seat", only("picture", "c"))
	camera.frame(true)
	for range 60 {
		camera.frame(false)
		s.pass(10 * ms)
	}
	return camera, r, w
}

// resent counts what has been sent again since the last call.
func resent(w *wire) (n int) {
	for _, p := range w.take() {
		if p.Again {
			n++
		}
	}
	return n
}

func TestAPacketIsSentAgainOnceInARoundTrip(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		_, r, w := losing(s)
		seq := []uint16{w.take()[40].Header.SequenceNumber}
		r.Reported(1, 0.05, 0, 200*ms)
		ask := func() int {
			r.Nack(1, seq)
			s.settle()
			return resent(w)
		}
		if ask() != 1 {
			t.Fatal("the first request is not answered")
		}
		for range 9 {
			s.pass(20 * ms)
			if ask() != 0 {
				t.Fatal("it was sent again before it could have come")
			}
		}
		s.pass(60 * ms)
		if ask() != 1 {
			t.Error("a packet that was lost once more is not sent again")
		}
		sent := 2
		for range 100 {
			s.pass(250 * ms)
			sent += ask()
		}
		if sent != mostAgains {
			t.Errorf("sent again %d times, want %d", sent, mostAgains)
		}
		slot := s.Survey().Receivers[0].Slots[0]
		if slot.NacksAnswered != mostAgains || slot.NacksRefused != 0 || slot.NacksRepeated != 111-mostAgains {
			t.Errorf("slot: %+v", slot)
		}
	})
}

func TestWhoAsksAgainAndAgainStillGetsWhatHeHasNotAskedFor(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		camera, r, w := losing(s)
		r.Estimate(100_000) // the least there is is sent again, 20 a second
		var old []uint16
		for _, p := range w.take()[60:90] {
			old = append(old, p.Header.SequenceNumber)
		}
		answered := 0
		for range 40 {
			camera.frame(false)
			s.pass(100 * ms)
			var fresh []uint16
			for _, p := range w.take() {
				if fresh == nil && !p.Again {
					fresh = []uint16{p.Header.SequenceNumber}
				}
			}
			r.Nack(1, old)
			r.Nack(1, fresh)
			s.settle()
			for _, p := range w.all() {
				if p.Again && p.Original == fresh[0] {
					answered++
				}
			}
		}
		if answered < 30 {
			t.Errorf("of 40 fresh requests %d were answered", answered)
		}
	})
}

func TestRefusedRequestsAreLoggedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		b := New(Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
		defer b.Close()
		s := &stage{t, b}
		_, r, _ := losing(s)
		for range 90 {
			r.Nack(1, []uint16{1, 2, 3})
			s.pass(time.Second)
		}
		if n := strings.Count(log.String(), "key=seat"); n != 2 {
			t.Errorf("logged %d times in a minute and a half:\n%s", n, log.String())
		}
		if got := s.Survey().Receivers[0]; got.Refused != 270 {
			t.Errorf("refused %d, want 270", got.Refused)
		}
	})
}

// A slot remembers what it has sent for more than a second, however much that
// is, and takes no more room than that needs.
func TestWhatHasBeenSentIsRememberedForASecond(t *testing.T) {
	for _, perFrame := range []int{1, 4, 9} {
		var h history
		r := new(rung)
		seq, ts := uint16(65000), uint32(1<<32-50_000)
		for range 300 {
			for range perFrame {
				h.add(Video, sent{rung: r, seq: seq, ts: ts})
				seq++
			}
			ts += 3000 // thirty a second
		}
		for back := 1; back <= 30*perFrame; back++ {
			if was := h.find(seq - uint16(back)); was == nil || was.seq != seq-uint16(back) {
				t.Fatalf("with %d packets a picture the one of %d before is forgotten", perFrame, back)
			}
		}
		if most := max(soundRemembered, 4*60*perFrame); len(h.ring) > most {
			t.Errorf("with %d packets a picture %d are remembered", perFrame, len(h.ring))
		}
	}
}

// Numbers that were never sent, as where a receiver's own came between, take
// nothing from those that were: neither those of pictures that are far apart nor
// those that stand where a longer memory begins.
func TestGapsDoNotShortenTheMemory(t *testing.T) {
	for _, numbers := range [][]uint16{
		{128, 65, 129},       // 128 stands first, and most of what is before it is empty
		{7, 7 + 128},         // apart by twice the first length
		{9, 9 + 64, 9 + 320}, // and by more
	} {
		var h history
		r := new(rung)
		for _, seq := range numbers {
			h.add(Video, sent{rung: r, seq: seq, ts: 1})
		}
		for _, seq := range numbers {
			if was := h.find(seq); was == nil || was.seq != seq {
				t.Errorf("of %d, %d is forgotten", numbers, seq)
			}
		}
	}
}
