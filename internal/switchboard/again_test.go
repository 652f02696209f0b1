package switchboard

import (
	"bytes"
	"slices"
	"testing"
)

// What is sent again without a stream of its own is the same to the bit: under
// one sequence number there is one nonce (RFC 7714 §8.1).
func TestSoundIsSentAgainToTheBit(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic := s.microphone("m", "P")
		r, w := s.receiver("seat", redundant(soundSlot("channel", 0, 1)))
		s.Allow("seat", only("channel", "m"))
		for range 30 {
			mic.sound()
			s.pass(20 * ms)
		}
		first := w.take()
		for range 2 {
			r.Reported(1, 0.5, 0, 0) // from now on two go along
			s.pass(500 * ms)
		}
		if n := s.Survey().Receivers[0].Redundancy; n != 2 {
			t.Errorf("on a line that loses half %d go along, want 2", n)
		}
		for _, p := range first {
			r.Nack(1, []uint16{p.Header.SequenceNumber})
		}
		s.settle()
		again := w.take()
		if len(again) != len(first) {
			t.Fatalf("%d of %d packets were sent again", len(again), len(first))
		}
		for i, p := range again {
			q := first[i]
			a, _ := p.Header.Marshal()
			b, _ := q.Header.Marshal()
			if !bytes.Equal(a, b) || !bytes.Equal(p.Payload, q.Payload) || !p.Again {
				t.Fatalf("packet %d was % x % x and is sent again as % x % x", i, b, q.Payload, a, p.Payload)
			}
		}
	})
}

// A retransmission in a stream of its own is one all the same: it follows the
// grant, and gives the packet as it was.
func TestRetransmissionStreamFollowsGrants(t *testing.T) {
	for _, codec := range []Codec{H264, VP9} {
		onStage(t, func(t *testing.T, s *stage) {
			cam, before := s.camera("c", "P", codec), s.camera("b", "P", codec)
			r, w := s.receiver("press/1", repeating(pictureSlot("picture", 0, 2)))
			open := only("picture", "c")
			s.Allow("press/1", only("picture", "b"))
			before.frame(true)
			s.settle()
			s.Allow("press/1", open)
			cam.frame(true)
			for range 5 {
				cam.frame(false)
			}
			s.settle()
			sent := w.take()
			nack := func() []Outgoing {
				for _, p := range sent {
					r.Nack(2, []uint16{p.Header.SequenceNumber})
				}
				s.settle()
				return slices.DeleteFunc(w.take(), func(p Outgoing) bool { return p.Source == "" && !p.Again })
			}
			got := nack()
			if len(got) != 12 {
				t.Fatalf("%s: %d packets were sent again, want the 12 of the camera that is allowed", codec, len(got))
			}
			for i, p := range got {
				q := sent[len(sent)-12+i]
				if !p.RTX || !p.Again || p.Original != q.Header.SequenceNumber || p.Header.SSRC != 1002 || p.Header.PayloadType != map[Codec]uint8{H264: 103, VP9: 99}[codec] ||
					p.Header.Timestamp != q.Header.Timestamp || p.Header.Marker != q.Header.Marker || !bytes.Equal(p.Payload, q.Payload) {
					t.Fatalf("%s: packet %d was %+v and is sent again as %+v", codec, i, q, p)
				}
			}
			s.Cut("press/1", nil)
			w.take()
			if got := nack(); len(got) != 0 {
				t.Errorf("%s: %d packets were sent again after a cut", codec, len(got))
			}
			s.Allow("press/1", open)
			if got := nack(); len(got) != 0 {
				t.Errorf("%s: %d packets were sent again after the door had opened once more", codec, len(got))
			}
		})
	}
}

// Who has lost the right to feed a channel is not heard through it any more,
// nor sent again; what stood in a packet's place stays there.
func TestChannelSendsNothingAgainOfOneWhoMayNotFeedIt(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		a := s.microphone("a", "A")
		c := s.AddChannel("channel")
		r, w := s.receiver("seat", soundSlot("channel", 0, 1))
		s.Allow("seat", only("channel", "channel"))
		c.SetFeed(set("a"))
		free := func() {}
		for i := range 30 {
			if i == 20 {
				free = w.stick() // what comes now waits in the queue
			}
			a.sound()
			s.pass(20 * ms)
		}
		c.SetFeed(Set{})
		free()
		s.settle()
		sent := w.take()
		voice, silent := 0, 0
		for _, p := range sent {
			if bytes.Equal(p.Payload, opusSilence) {
				silent++
			} else {
				voice++
			}
			r.Nack(1, []uint16{p.Header.SequenceNumber})
		}
		s.settle()
		for _, p := range w.take() {
			if !bytes.Equal(p.Payload, opusSilence) {
				t.Fatalf("sent again of one who may not feed the channel: %+v", p)
			}
		}
		if voice < 15 || silent < 5 {
			t.Errorf("%d packets of the voice and %d of silence: that proves nothing", voice, silent)
		}
	})
}
