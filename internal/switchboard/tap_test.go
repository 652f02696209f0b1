package switchboard

import (
	"slices"
	"testing"
	"time"
)

// tapped collects what a tap gives.
func (s *stage) record(id SourceID) (got *[]Packet, stop func()) {
	got = new([]Packet)
	stop = s.Tap(id, func(p Packet) {
		p.Payload = slices.Clone(p.Payload)
		*got = append(*got, p)
	})
	return got, stop
}

func TestTapPutsPacketsInOrder(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		got, stop := s.record("m") // before there is a source
		mic := s.microphone("m", "P")
		var raws [][]byte
		for i := range 40 {
			mic.mark = byte(i)
			raws = append(raws, mic.raw([]byte{0xf8, byte(i)}, false))
			mic.ts += 960
		}
		order := []int{0, 1, 2, 5, 4, 6, 7, 3, 8, 9, 9, 8}
		for i := 11; i < 40; i++ { // 10 comes much later, but in time
			order = append(order, i)
		}
		order = append(order, 10)
		for _, i := range order {
			mic.source.Write(raws[i], s.clock.now())
			s.pass(5 * ms)
		}
		if len(*got) != 40 {
			t.Fatalf("%d packets, want 40", len(*got))
		}
		for i, p := range *got {
			if p.Payload[1] != byte(i) || p.Seq != (*got)[0].Seq+uint64(i) || p.Duration != 20*ms || p.Codec != Opus {
				t.Fatalf("packet %d: %+v", i, p)
			}
			if i > 0 && p.Timestamp != (*got)[i-1].Timestamp+960 {
				t.Fatalf("packet %d at %d", i, p.Timestamp)
			}
		}
		if _, nacks := mic.up.asked(); len(nacks) == 0 || nacks[0][0] != 1003 {
			t.Errorf("asked for %v, want 1003 first", nacks)
		}
		stop()
		mic.sound()
		s.settle()
		if len(*got) != 40 {
			t.Error("a packet after the tap was stopped")
		}
	})
}

func TestTapGoesOnWithoutWhatNeverComes(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		got, _ := s.record("c")
		cam := s.camera("c", "P", H264)
		cam.frame(true)
		s.pass(33 * ms)
		cam.seq++ // lost
		cam.ts += 3000
		at := s.clock.instant()
		for len(*got) < 4 {
			cam.frame(false)
			s.pass(33 * ms)
		}
		if waited := s.clock.instant().sub(at); waited < gapWait || waited > gapWait+100*ms {
			t.Errorf("waited for %v, want %v", waited, gapWait)
		}
		first := (*got)[0].Seq
		if !(*got)[0].Keyframe || (*got)[1].Keyframe || !(*got)[1].Marker || (*got)[2].Seq != first+3 {
			t.Errorf("got %+v", *got)
		}
		// The sender comes back as another stream: nothing is waited for.
		again := s.camera("c", "P", H264)
		again.frame(true)
		s.settle()
		last := (*got)[len(*got)-1]
		if last.Stream == (*got)[0].Stream || !last.Marker {
			t.Errorf("the last packet is %+v", last)
		}
	})
}

func TestMissingPacketsAreAskedForAndFilledIn(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam := s.camera("c", "P", H264)
		_, w := s.receiver("seat", pictureSlot("picture", 0, 1))
		s.Allow("seat", only("picture", "c"))
		cam.frame(true)
		s.pass(33 * ms)
		lost := *cam
		cam.seq++
		for range 3 {
			cam.frame(false)
			s.pass(5 * ms)
		}
		if _, nacks := cam.up.asked(); len(nacks) != 1 || !slices.Equal(nacks[0], []uint16{lost.seq}) {
			t.Fatalf("asked for %v, want %d once", nacks, lost.seq)
		}
		before := w.all()
		cam.source.Write(lost.raw([]byte{0x41, 7}, false), s.clock.now())
		s.settle()
		got := w.all()
		if len(got) != len(before)+1 {
			t.Fatalf("%d packets more, want the late one", len(got)-len(before))
		}
		late := got[len(got)-1]
		slices.SortFunc(got, func(a, b Outgoing) int { return int(int16(a.Header.SequenceNumber - b.Header.SequenceNumber)) })
		continuous(t, got, 0)
		if got[2].Header.SequenceNumber != late.Header.SequenceNumber {
			t.Errorf("the late packet is not in the gap")
		}
		s.pass(time.Second)
		if _, nacks := cam.up.asked(); len(nacks) != 1 {
			t.Errorf("asked again for what has come: %v", nacks)
		}
	})
}

func TestMissingPacketsAreGivenUp(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic := s.microphone("m", "P")
		mic.sound()
		mic.seq += 3
		mic.sound()
		s.pass(10 * time.Second)
		_, nacks := mic.up.asked()
		if len(nacks) != nackTries {
			t.Errorf("asked %d times, want %d", len(nacks), nackTries)
		}
		cam := s.camera("c", "P", VP9)
		cam.frame(true)
		cam.seq += 1000
		cam.frame(false)
		s.pass(time.Second)
		if n, nacks := cam.up.asked(); n == 0 || len(nacks) != 0 {
			t.Errorf("after a loss beyond mending: %d keyframes and %v asked for", n, nacks)
		}
	})
}

func TestKeyframesCanBeAskedForWithoutAReceiver(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam, mic := s.camera("c", "P", VP9), s.microphone("m", "P")
		for _, id := range []SourceID{"c", "c", "m", "nobody"} {
			s.RequestKeyframe(id)
		}
		s.settle()
		if n, _ := cam.up.asked(); n != 1 {
			t.Errorf("the camera was asked %d times, want once", n)
		}
		if n, _ := mic.up.asked(); n != 0 {
			t.Errorf("the microphone was asked %d times", n)
		}
	})
}

func TestKeyframeRequestsAreMerged(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam := s.camera("c", "P", VP9)
		var all []*Receiver
		for range 50 {
			r, _ := s.receiver("seat", pictureSlot("picture", 0, 1))
			all = append(all, r)
		}
		s.Allow("seat", only("picture", "c"))
		cam.frame(true)
		s.pass(time.Second)
		before, _ := cam.up.asked()
		for range 3 {
			for _, r := range all {
				r.PictureLoss(1)
			}
			s.pass(30 * ms)
		}
		if n, _ := cam.up.asked(); n-before != 1 {
			t.Errorf("%d requests, want 1", n-before)
		}
		s.pass(keyframeInterval)
		if n, _ := cam.up.asked(); n-before != 2 {
			t.Errorf("%d requests when none has come, want 2", n-before)
		}
		cam.frame(true)
		s.pass(time.Second)
		if n, _ := cam.up.asked(); n-before != 2 {
			t.Errorf("%d requests after a keyframe, want 2", n-before)
		}
	})
}
