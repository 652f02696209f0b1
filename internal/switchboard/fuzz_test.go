package switchboard

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtcp"
	"github.com/pion/rtp/codecs"
)

// FuzzRewriting gives the switchboard whatever a sender and a receiver could
// send: packets, sender reports, requests. What comes out are well-formed
// packets of the slots, each sequence number once, with payloads that came in
// and time that goes forward, and reports that pion can read.
func FuzzRewriting(f *testing.F) {
	f.Add([]byte{0, 14, 0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0xf8, 1, 4, 2, 0, 1})
	f.Add([]byte{1, 14, 0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0x67, 1, 5, 9, 3, 0})
	f.Add([]byte{2, 16, 0xa0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0x8c, 1, 2, 2, 3, 200, 0, 1, 2, 3})
	f.Add([]byte{8, 2, 14, 0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0x67, 1, 8, 0, 14, 0x80, 96, 0, 9, 0, 0, 0, 9, 0, 0, 0, 7, 0x67, 1, 10, 1, 9, 4, 1, 0, 1})
	f.Add([]byte{9, 24, 0x80, 63, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0xef, 0x0f, 0, 2, 0x6f, 0xf8, 1, 0xf8, 2,
		9, 24, 0x80, 63, 0, 3, 0, 0, 0x07, 0x80, 0, 0, 0, 7, 0xef, 0x0f, 0, 2, 0x6f, 0xf8, 3, 0xf8, 4, 4, 1, 0, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		synctest.Test(t, func(t *testing.T) {
			b := New(Config{})
			defer b.Close()
			s := &stage{t, b}
			senders := []*sender{s.microphone("m", "P"), s.layered("h", "P", H264)[0], s.camera("v", "Q", VP9)}
			r, w := s.receiver("seat", redundant(soundSlot("original-1", 1, 1)), repeating(pictureSlot("picture-1", 1, 2)), pictureSlot("picture-2", 2, 3))
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
		switch act := next(1)[0]; act % 11 {
		case 0, 1, 2:
			n := min(int(next(1)[0]), len(script))
			senders[act%11].source.Write(next(n), s.clock.now())
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
		case 8:
			layer := int(next(1)[0]) % 4
			n := min(int(next(1)[0]), len(script))
			senders[1].source.WriteLayer(layer, next(n), s.clock.now())
		case 9:
			n := min(int(next(1)[0]), len(script))
			senders[0].source.WriteRED(next(n), s.clock.now())
		case 10:
			b := next(4)
			r.Estimate(int(b[0]) * 20_000)
			r.SetSize("picture-1", int(b[1])*8, int(b[2])*8)
			r.Reported(uint32(b[3])%4, float64(b[3])/255, ms, ms)
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
		ssrc := uint32(p.Slot + 1)
		at := place{p.Slot, h.SequenceNumber}
		if p.RTX {
			ssrc, at.seq = ssrc+1000, p.Original
		}
		if h.Version != 2 || h.Padding || h.Extension || len(h.CSRC) > 0 || h.SSRC != ssrc || len(p.Payload) > maxPayload || p.RTX && !p.Again {
			t.Fatalf("a packet that cannot be: %+v", h)
		}
		if h.PayloadType == 63 {
			var blocks [redBlocks]redBlock
			if n, newest, ok := readRED(p.Payload, &blocks); !ok || n < 1 || n > maxRedundancy || len(newest) == 0 {
				t.Fatalf("redundant sound that cannot be: % x", p.Payload)
			}
		}
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

// FuzzRED takes apart what claims to be redundant sound: the parts are of the
// payload, one behind the other, and the newest is the rest.
func FuzzRED(f *testing.F) {
	f.Add([]byte{0xef, 0x0f, 0, 2, 0x6f, 1, 2, 3, 4})
	f.Add([]byte{0xef, 0x1e, 0, 1, 0xef, 0x0f, 0, 1, 0x6f, 1, 2, 3})
	f.Add([]byte{0x6f})
	f.Fuzz(func(t *testing.T, b []byte) {
		var blocks [redBlocks]redBlock
		n, newest, ok := readRED(b, &blocks)
		if !ok {
			return
		}
		at := 4*n + 1
		for i := range n {
			size := int(binary.BigEndian.Uint32(b[4*i:]) & redLength)
			if p := blocks[i].payload; p != nil && !bytes.Equal(p, b[at:at+size]) {
				t.Fatalf("block %d is % x, not % x", i, p, b[at:at+size])
			}
			if blocks[i].offset > redOffset || b[4*i]&0x80 == 0 {
				t.Fatalf("block %d: %+v", i, blocks[i])
			}
			at += size
		}
		if !bytes.Equal(newest, b[at:]) {
			t.Fatalf("the newest is % x, not % x", newest, b[at:])
		}
	})
}

// FuzzRenumber gives VP9 packets other numbers: another reader finds those in
// them, and nothing else changed.
func FuzzRenumber(f *testing.F) {
	f.Add([]byte{0x8c, 0x05, 1, 2, 3}, uint16(300), uint8(4))
	f.Add([]byte{0x8c, 0x81, 0x05, 1, 2, 3}, uint16(300), uint8(4))
	f.Add([]byte{0xae, 0x81, 0x05, 0x00, 0x07, 0x18, 1, 64, 0, 180, 0x00, 1, 2}, uint16(0x7fff), uint8(255))
	f.Fuzz(func(t *testing.T, b []byte, picture uint16, lowest uint8) {
		vp9Size(b)
		var d vp9Descriptor
		if _, ok := d.read(b); !ok || len(b) > maxPayload {
			return
		}
		picture &= 0x7fff
		p := newPacket(b)
		defer p.release()
		q := p.renumber(&d, picture, lowest)
		if q == nil {
			if len(b) < maxPayload {
				t.Fatal("a short packet is too long")
			}
			return
		}
		defer q.release()
		var was, is codecs.VP9Packet
		data, err := was.Unmarshal(b)
		if err != nil {
			return
		}
		same, err := is.Unmarshal(q.payload)
		if err != nil || !bytes.Equal(data, same) {
			t.Fatalf("% x becomes % x: %v", b, q.payload, err)
		}
		if was.I && is.PictureID != picture || was.L && !was.F && is.TL0PICIDX != lowest {
			t.Fatalf("the numbers are %d and %d, not %d and %d", is.PictureID, is.TL0PICIDX, picture, lowest)
		}
		is.PictureID, is.TL0PICIDX, was.PictureID, was.TL0PICIDX, is.Payload, was.Payload = 0, 0, 0, 0, nil, nil
		if !reflect.DeepEqual(was, is) {
			t.Fatalf("%+v becomes %+v", was, is)
		}
	})
}

// FuzzSize reads the size of a picture where mediacommon reads the same.
func FuzzSize(f *testing.F) {
	f.Add(slates[H264][0][0])
	f.Add([]byte{0x67, 0x64, 0x00, 0x0c, 0xac, 0x3b, 0x50, 0xb0, 0x4b, 0x42, 0x00, 0x00, 0x03, 0x00, 0x02, 0x00, 0x00, 0x03, 0x00, 0x3d, 0x08})
	f.Fuzz(func(t *testing.T, b []byte) {
		w, h, ok := h264Size(b)
		if !ok {
			return
		}
		var want h264.SPS
		if want.Unmarshal(append([]byte{0x67}, sps(b)...)) == nil && (want.Width() != w || want.Height() != h) {
			t.Fatalf("%d×%d, not %d×%d", w, h, want.Width(), want.Height())
		}
	})
}

// FuzzOpus takes the padding off what claims to be Opus: it lasts as long
// after as before, and nothing is left to take off.
func FuzzOpus(f *testing.F) {
	f.Add([]byte{0xfb, 0x41, 3, 'a', 'b', 0, 0, 0})
	f.Add([]byte{0xfb, 0xc2, 255, 1, 1, 'a', 'b'})
	f.Fuzz(func(t *testing.T, b []byte) {
		long := opusTicks(b)
		bare := opusBare(bytes.Clone(b))
		if len(bare) > 2 && opusTicks(bare) != long || len(bare) > len(b) || len(b) > 0 && len(bare) == 0 {
			t.Fatalf("% x becomes % x", b, bare)
		}
		if again := opusBare(bytes.Clone(bare)); !bytes.Equal(again, bare) {
			t.Fatalf("% x becomes % x, and then % x", b, bare, again)
		}
		opusRepeats(bare)
	})
}
