//go:build !race

// The race detector makes pools forget at random, which allocates.

package switchboard

import (
	"encoding/binary"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// No packet costs an allocation, from the source's sender to the Output: not
// sound, not pictures with their keyframes, not a retransmission, not a
// channel's.
func TestNothingIsAllocatedPerPacket(t *testing.T) {
	b := New(Config{})
	defer b.Close()
	s := &stage{t, b}
	mic, cam := s.microphone("m", "P"), s.camera("c", "P", H264)
	slots := []SlotSpec{soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2)}
	const receivers = 20
	var outs [receivers]null
	var last *Receiver
	for i := range outs {
		r, err := b.AddReceiver("seat", slots, &outs[i])
		if err != nil {
			t.Fatal(err)
		}
		last = r
	}
	b.Allow("seat", only("original-1", "m", "picture-1", "c"))

	sound := mic.raw([]byte{0xf8, 1, 2, 3, 4, 5}, false)
	key := [2][]byte{cam.raw(cam.part(true, 0), false), cam.raw(cam.part(true, 1), true)}
	now := time.Now()
	seq, ts := uint16(0), uint32(0)
	write := func(src *Source, raw []byte) {
		raw[2], raw[3] = byte(seq>>8), byte(seq)
		raw[4], raw[5], raw[6], raw[7] = byte(ts>>24), byte(ts>>16), byte(ts>>8), byte(ts)
		src.Write(raw, now)
	}
	var soundSeq, pictureSeq uint16
	var soundTS, pictureTS uint32
	written := int64(0)
	round := func() {
		now = now.Add(20 * time.Millisecond)
		soundSeq, soundTS = soundSeq+1, soundTS+960
		seq, ts = soundSeq, soundTS
		write(mic.source, sound)
		for _, raw := range key {
			pictureSeq++
			seq, ts = pictureSeq, pictureTS
			write(cam.source, raw)
		}
		pictureTS += 1800
		for i := range outs {
			outs[i].await(written + 3)
		}
		written += 3
	}
	round1 := func() { // the first sound is withheld
		now = now.Add(20 * time.Millisecond)
		soundSeq, soundTS = 1, 960
		seq, ts = 1, 960
		write(mic.source, sound)
	}
	round1()
	for range 2000 {
		round() // caches, queues and histories find their size
	}
	if n := testing.AllocsPerRun(2000, round); n >= 1 {
		t.Errorf("%v allocations for three packets to %d receivers", n, receivers)
	}

	lost := []uint16{0}
	if n := testing.AllocsPerRun(500, func() {
		sl := &last.slots[0]
		lost[0] = sl.history.ring[(soundSeq)%soundRemembered].seq
		last.Nack(1, lost)
		sl.count.nacksAnswered.Load()
	}); n >= 1 {
		t.Errorf("%v allocations for a retransmission", n)
	}
}

func TestAChannelAllocatesNothingPerPacket(t *testing.T) {
	at := time.Now()
	var now atomic.Int64
	b := New(Config{Clock: func() time.Time { return at.Add(time.Duration(now.Load())) }})
	defer b.Close()
	s := &stage{t, b}
	mic := s.microphone("m", "P")
	c := b.AddChannel("channel/ru")
	c.SetFeed(set("m"))
	var out null
	if _, err := b.AddReceiver("seat", []SlotSpec{soundSlot("channel", 0, 1)}, &out); err != nil {
		t.Fatal(err)
	}
	b.Allow("seat", only("channel", "channel/ru"))
	raw := mic.raw([]byte{0xf8, 1, 2, 3, 4, 5}, false)
	seq, ts := uint16(0), uint32(0)
	round := func() {
		now.Add(int64(20 * time.Millisecond))
		seq, ts = seq+1, ts+960
		raw[2], raw[3] = byte(seq>>8), byte(seq)
		raw[4], raw[5], raw[6], raw[7] = byte(ts>>24), byte(ts>>16), byte(ts>>8), byte(ts)
		mic.source.Write(raw, b.clock.now())
		c.emit(b.clock.instant())
		out.await(int64(seq) - 2)
	}
	for range 2000 {
		round()
	}
	if n := testing.AllocsPerRun(2000, round); n >= 1 {
		t.Errorf("%v allocations for a packet through a channel", n)
	}
	if out.packets.Load() < 3000 {
		t.Errorf("%d packets have come out of 4000", out.packets.Load())
	}
}

// Nor does a packet in layers, with other numbers than its source's, with
// earlier ones in it, or one that is sent again in a stream of its own.
func TestNothingIsAllocatedForLayersAndRedundancy(t *testing.T) {
	at := time.Now()
	var now atomic.Int64
	b := New(Config{Clock: func() time.Time { return at.Add(time.Duration(now.Load())) }})
	defer b.Close()
	s := &stage{t, b}
	mic, other, cam := s.microphone("m", "P"), s.camera("o", "P", VP9), s.lens("c", "P", VP9)
	const receivers = 20
	var outs [receivers]latest
	var list []*Receiver
	for i := range outs {
		r, err := b.AddReceiver([]Key{"rich", "poor"}[i%2],
			[]SlotSpec{redundant(soundSlot("original-1", 1, 1)), repeating(pictureSlot("picture-1", 1, 2))}, &outs[i])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	show := func(camera SourceID) {
		b.AllowAll(map[Key]Slots{
			"rich": {"original-1": set("m"), "picture-1": set(camera)},
			"poor": {"original-1": set("m"), "picture-1": {Sources: []SourceID{camera}, Most: 1}},
		})
	}
	show("o") // whose pictures have other numbers
	other.number = 77
	other.frame(true)
	for i := range outs {
		outs[i].await(2)
	}
	show("c")

	sound := mic.raw(mic.voice(), false)
	red := mic.raw(slices.Concat([]byte{0x80 | 111, 960 >> 6, 960 << 2 & 0xff, 6, 111}, mic.voice(), mic.voice()), false)
	var frames [maxLayers][]byte
	for i, l := range cam.layers {
		frames[i] = l.raw(l.part(true, 0), true)
	}
	n, lost := uint32(0), []uint16{0}
	stamp := func(raw []byte, ticks uint32) []byte {
		binary.BigEndian.PutUint16(raw[2:], uint16(n))
		binary.BigEndian.PutUint32(raw[4:], n*ticks)
		return raw
	}
	round := func() {
		n++
		now.Add(int64(20 * time.Millisecond))
		switch n % 4 {
		case 3: // lost, and had from the next
		case 0:
			mic.source.WriteRED(stamp(red, 960), b.clock.now())
		default:
			mic.source.Write(stamp(sound, 960), b.clock.now())
		}
		for i, raw := range frames {
			binary.BigEndian.PutUint16(raw[13:], 0x8000|uint16(n))
			cam.layers[0].source.WriteLayer(i, stamp(raw, 1800), b.clock.now())
		}
		if n%50 == 0 {
			i := n / 50 % receivers
			lost[0] = uint16(outs[i].picture.Load())
			list[i].Nack(2, lost)
		}
		if n%8 == 0 {
			for i := range outs { // let them catch up: nothing is dropped
				for list[i].slots[1].count.packets.Load()+list[i].slots[0].count.packets.Load()+40 < uint64(2*n) {
					runtime.Gosched()
				}
			}
		}
	}
	for range 4000 {
		round()
	}
	for limit := at.Add(20 * time.Second); b.Survey().Receivers[0].Slots[1].Layer != 2 && time.Now().Before(limit); {
		time.Sleep(time.Millisecond) // which layers there are is looked at now and then
		round()
	}
	if n := testing.AllocsPerRun(4000, round); n >= 1 {
		t.Errorf("%v allocations for a round", n)
	}
	seen := b.Survey()
	rtx, layers := uint64(0), 0
	for _, r := range seen.Receivers {
		rtx += r.Retransmissions
		layers |= 1 << r.Slots[1].Layer
	}
	if recovered := seen.Sources[1].Recovered; recovered < 1500 || layers != 1<<0|1<<2 || rtx == 0 || seen.Receivers[0].Redundancy != 1 {
		t.Errorf("%d recovered, layers %b, %d retransmissions: that proves nothing", recovered, layers, rtx)
	}
}

// latest is an Output that knows what it was given last of the pictures.
type latest struct {
	null
	picture atomic.Uint32
}

func (l *latest) WriteRTP(packets []Outgoing) {
	for i := range packets {
		if packets[i].Slot == 1 && !packets[i].RTX {
			l.picture.Store(uint32(packets[i].Header.SequenceNumber))
		}
	}
	l.null.WriteRTP(packets)
}
