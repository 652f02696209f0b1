package switchboard

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"
)

// wire is an Output that remembers all it was given.
type wire struct {
	mu      sync.Mutex
	packets []Outgoing // with headers and payloads of their own
	reports [][]byte
	hold    chan struct{} // while not nil, writes do not return until it is closed
}

func (w *wire) WriteRTP(packets []Outgoing) {
	w.mu.Lock()
	hold := w.hold
	for _, p := range packets {
		p.Payload = slices.Clone(p.Payload)
		w.packets = append(w.packets, p)
	}
	w.mu.Unlock()
	if hold != nil {
		<-hold
	}
}

func (w *wire) WriteRTCP(b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reports = append(w.reports, slices.Clone(b))
}

func (w *wire) stick() (free func()) {
	hold := make(chan struct{})
	w.mu.Lock()
	w.hold = hold
	w.mu.Unlock()
	return func() {
		w.mu.Lock()
		if w.hold == hold {
			w.hold = nil
		}
		w.mu.Unlock()
		close(hold)
	}
}

// all gives what has been written so far.
func (w *wire) all() []Outgoing {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.packets)
}

// take gives what has been written since the last call.
func (w *wire) take() []Outgoing {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.packets
	w.packets = nil
	return p
}

// null is an Output that does nothing but count.
type null struct{ packets atomic.Int64 }

func (n *null) WriteRTP(p []Outgoing) { n.packets.Add(int64(len(p))) }
func (n *null) WriteRTCP([]byte)      {}

// await waits until an Output has got so many packets.
func (n *null) await(packets int64) {
	for n.packets.Load() < packets {
		runtime.Gosched()
	}
}

// upstream counts what is asked of a sender.
type upstream struct {
	mu        sync.Mutex
	keyframes int
	byLayer   [maxLayers]int
	nacks     [][]uint16
}

func (u *upstream) RequestKeyframe(layer int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.keyframes++
	u.byLayer[layer]++
}

func (u *upstream) askedOf(layer int) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.byLayer[layer]
}

func (u *upstream) Nack(_ int, seqs []uint16) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.nacks = append(u.nacks, slices.Clone(seqs))
}

func (u *upstream) asked() (keyframes int, nacks [][]uint16) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.keyframes, slices.Clone(u.nacks)
}

const levelID = 1

// sender makes the packets of one source, or of one layer of it.
type sender struct {
	t      testing.TB
	source *Source
	layer  int
	number uint16 // of the picture, in VP9
	up     *upstream
	seq    uint16
	ts     uint32
	level  uint8
	mark   byte // the last byte of every payload
	plain  bool // sound without in-band FEC
}

func (s *sender) raw(payload []byte, marker bool) []byte {
	h := rtp.Header{Version: 2, Marker: marker, PayloadType: 96, SequenceNumber: s.seq, Timestamp: s.ts, SSRC: 7}
	if s.source.spec.Kind == Audio {
		if err := h.SetExtension(levelID, []byte{s.level}); err != nil {
			s.t.Fatal(err)
		}
	}
	b, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
	if err != nil {
		s.t.Fatal(err)
	}
	s.seq++
	return b
}

// sound sends one frame of 20 ms: fullband hybrid with in-band FEC, or CELT,
// which has none.
func (s *sender) sound() {
	s.source.Write(s.raw(s.voice(), false), s.source.board.clock.now())
	s.ts += 960
}

func (s *sender) voice() []byte {
	if s.plain {
		return []byte{0xf8, 1, 2, 3, 4, s.mark}
	}
	return []byte{0x78, 0x40, 2, 3, 4, s.mark}
}

// frame sends a picture of two packets, a thirtieth of a second long.
func (s *sender) frame(key bool) {
	for i := range 2 {
		s.source.WriteLayer(s.layer, s.raw(s.part(key, i), i == 1), s.source.board.clock.now())
	}
	s.ts += 3000
	s.number++
}

func (s *sender) part(key bool, i int) []byte {
	if s.source.spec.Codec == VP9 {
		return []byte{0x80 | b2(!key, 0x40) | b2(i == 0, 0x08) | b2(i == 1, 0x04), 0x80 | byte(s.number>>8), byte(s.number), 2, s.mark}
	}
	switch {
	case key && i == 0:
		return []byte{24, 0, 2, 0x67, 1, 0, 2, 0x68, s.mark}
	case key:
		return []byte{0x65, 1, 2, s.mark}
	}
	return []byte{0x41, byte(i), s.mark}
}

func b2(on bool, v byte) byte {
	if on {
		return v
	}
	return 0
}

// stage is a board in fake time.
type stage struct {
	t testing.TB
	*Board
}

// onStage runs a test in fake time, with a board of its own.
func onStage(t *testing.T, f func(t *testing.T, s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := New(Config{})
		defer b.Close()
		f(t, &stage{t, b})
	})
}

func (s *stage) microphone(id SourceID, origin Origin) *sender {
	s.t.Helper()
	return s.add(SourceSpec{ID: id, Origin: origin, Kind: Audio, Codec: Opus, AudioLevelID: levelID})
}

func (s *stage) camera(id SourceID, origin Origin, c Codec) *sender {
	s.t.Helper()
	return s.add(SourceSpec{ID: id, Origin: origin, Kind: Video, Codec: c})
}

// layered adds a camera in three layers, with a sender for each.
func (s *stage) layered(id SourceID, origin Origin, c Codec) []*sender {
	s.t.Helper()
	low := s.add(SourceSpec{ID: id, Origin: origin, Kind: Video, Codec: c, Layers: 3})
	return layersOf(low)
}

// layersOf gives a sender for each layer of a source, with numbers of its own.
func layersOf(low *sender) []*sender {
	list := []*sender{low}
	for i := 1; i < len(low.source.layers); i++ {
		l := *low
		l.layer, l.seq, l.ts, l.number, l.mark = i, low.seq+uint16(7000*i), low.ts+uint32(i)<<28, low.number+uint16(9000*i), byte('0'+i)
		list = append(list, &l)
	}
	return list
}

func (s *stage) add(spec SourceSpec) *sender {
	s.t.Helper()
	up := new(upstream)
	spec.Upstream = up
	src, err := s.AddSource(spec)
	if err != nil {
		s.t.Fatal(err)
	}
	return &sender{t: s.t, source: src, up: up, seq: 1000, ts: 5000, level: 20, mark: spec.ID[0]}
}

var (
	soundPT   = map[Codec]uint8{Opus: 111}
	picturePT = map[Codec]uint8{H264: 102, VP9: 98}
)

func soundSlot(id SlotID, pair int, ssrc uint32) SlotSpec {
	return SlotSpec{ID: id, Kind: Audio, Pair: pair, SSRC: ssrc, PT: soundPT}
}

// redundant is a slot of sound that takes RED, and repeating one of pictures
// that takes RTX.
func redundant(s SlotSpec) SlotSpec {
	s.RED = 63
	return s
}

func repeating(s SlotSpec) SlotSpec {
	s.RTX = RTX{SSRC: s.SSRC + 1000, PT: map[Codec]uint8{H264: 103, VP9: 99}}
	return s
}

func pictureSlot(id SlotID, pair int, ssrc uint32) SlotSpec {
	return SlotSpec{ID: id, Kind: Video, Pair: pair, SSRC: ssrc, PT: picturePT}
}

func (s *stage) receiver(key Key, slots ...SlotSpec) (*Receiver, *wire) {
	s.t.Helper()
	w := new(wire)
	r, err := s.AddReceiver(key, slots, w)
	if err != nil {
		s.t.Fatal(err)
	}
	return r, w
}

// settle waits until all that was sent has been written.
func (s *stage) settle() { synctest.Wait() }

// pass lets time go by.
func (s *stage) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// set is a set of these sources.
func set(ids ...SourceID) Set { return Set{Sources: ids} }

// slotsOf writes down sets of one source each: slot, source, slot, source …
func only(pairs ...string) Slots {
	slots := Slots{}
	for i := 0; i < len(pairs); i += 2 {
		slots[SlotID(pairs[i])] = set(SourceID(pairs[i+1]))
	}
	return slots
}

// of counts the packets of a source.
func of(packets []Outgoing, id SourceID) int {
	n := 0
	for _, p := range packets {
		if p.Source == id {
			n++
		}
	}
	return n
}

// continuous checks that a slot's packets are one stream: sequence numbers
// without a gap in the order of sending, timestamps that never go back.
func continuous(t testing.TB, packets []Outgoing, slot int) {
	t.Helper()
	var last *rtp.Header
	for _, p := range packets {
		if p.Slot != slot || p.Again {
			continue
		}
		if h := p.Header; last != nil {
			if h.SequenceNumber != last.SequenceNumber+1 {
				t.Fatalf("slot %d: packet %d follows %d", slot, h.SequenceNumber, last.SequenceNumber)
			}
			if d := int32(h.Timestamp - last.Timestamp); d < 0 || d == 0 && last.Marker {
				t.Fatalf("slot %d: packet %d: time goes by %d", slot, h.SequenceNumber, d)
			}
			if h.SSRC != last.SSRC {
				t.Fatalf("slot %d: SSRC %d becomes %d", slot, last.SSRC, h.SSRC)
			}
		}
		last = new(p.Header)
	}
}
