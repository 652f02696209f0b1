package switchboard

import (
	"encoding/binary"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
)

// FuzzRewriting gives the switchboard whatever a sender and a receiver could
// send: packets, sender reports, requests. What comes out are well-formed
// packets of the slots, each sequence number once, with payloads that came in
// and time that goes forward, and reports that pion can read.
func FuzzRewriting(f *testing.F) {
	f.Add([]byte{0, 14, 0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0xf8, 1, 4, 2, 0, 1})
	f.Add([]byte{1, 14, 0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0x67, 1, 5, 9, 3, 0})
	f.Add([]byte{2, 16, 0xa0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0x8c, 1, 2, 2, 3, 200, 0, 1, 2, 3})
	f.Fuzz(func(t *testing.T, script []byte) {
		synctest.Test(t, func(t *testing.T) {
			b := New(Config{})
			defer b.Close()
			s := &stage{t, b}
			senders := []*sender{s.microphone("m", "P"), s.camera("h", "P", H264), s.camera("v", "Q", VP9)}
			r, w := s.receiver("seat", soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2), pictureSlot("picture-2", 2, 3))
			open := Slots{"original-1": set("m"), "picture-1": set("h"), "picture-2": set("v")}
			s.Allow("seat", open)
			c := s.AddChannel("channel")
			c.SetFeed(set("m"))
			play(s, senders, r, open, script)
			s.pass(time.Second)
			checkOutput(t, w)
		})
	})
}

// play acts out a script: an act, and what it needs.
func play(s *stage, senders []*sender, r *Receiver, open Slots, script []byte) {
	next := func(n int) []byte { // what is not there any more is zero
		b := make([]byte, n)
		script = script[copy(b, script):]
		return b
	}
	for len(script) > 0 {
		switch act := next(1)[0]; act % 8 {
		case 0, 1, 2:
			n := min(int(next(1)[0]), len(script))
			senders[act%3].source.Write(next(n), s.clock.now())
		case 3:
			s.pass(time.Duration(next(1)[0]) * ms)
		case 4:
			b := next(3)
			r.Nack(uint32(b[0])%4, []uint16{binary.BigEndian.Uint16(b[1:]), 0})
			r.PictureLoss(uint32(b[0]) % 4)
		case 5:
			b := next(13)
			senders[b[0]%3].source.SenderReport(binary.BigEndian.Uint64(b[1:]), binary.BigEndian.Uint32(b[9:]), s.clock.now())
		case 6:
			s.Cut("seat", nil)
		case 7:
			s.Allow("seat", open)
		}
		s.settle()
	}
}

func checkOutput(t *testing.T, w *wire) {
	t.Helper()
	type place struct {
		slot int
		seq  uint16
	}
	seen := map[place]bool{}
	last := map[int]*Outgoing{}
	for _, p := range w.all() {
		h := p.Header
		if h.Version != 2 || h.Padding || h.Extension || len(h.CSRC) > 0 || h.SSRC != uint32(p.Slot+1) || len(p.Payload) > maxPayload {
			t.Fatalf("a packet that cannot be: %+v", h)
		}
		at := place{p.Slot, h.SequenceNumber}
		if p.Again {
			if !seen[at] {
				t.Fatalf("slot %d: %d is sent again before it was", p.Slot, h.SequenceNumber)
			}
			continue
		}
		if seen[at] {
			t.Fatalf("slot %d: %d is sent twice", p.Slot, h.SequenceNumber)
		}
		seen[at] = true
		if q := last[p.Slot]; q != nil && int16(h.SequenceNumber-q.Header.SequenceNumber) > 0 {
			d := int32(h.Timestamp - q.Header.Timestamp)
			if d < 0 || d == 0 && p.Slot == 0 {
				t.Fatalf("slot %d: time goes by %d", p.Slot, d)
			}
		}
		if q := last[p.Slot]; q == nil || int16(h.SequenceNumber-q.Header.SequenceNumber) > 0 {
			last[p.Slot] = &p
		}
	}
	for _, b := range w.reports {
		packets, err := rtcp.Unmarshal(b)
		if err != nil || len(packets) != 2 {
			t.Fatalf("a report that cannot be read: %v, %x", err, b)
		}
		sr, ok := packets[0].(*rtcp.SenderReport)
		names, ok2 := packets[1].(*rtcp.SourceDescription)
		if !ok || !ok2 || names.Chunks[0].Source != sr.SSRC || names.Chunks[0].Items[0].Text != "liqa" {
			t.Fatalf("an unexpected report: %v", packets)
		}
	}
}
