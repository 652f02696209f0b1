package switchboard

import (
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp/codecs"
)

// lens is a camera in layers that sends keyframes when it is asked for them.
type lens struct {
	layers []*sender
	rates  [maxLayers]int // bit/s; 0 does not send
	asked  [maxLayers]int
}

const (
	small, middle, large = 150_000, 500_000, 1_700_000

	frameEvery = 40 * ms
)

func (s *stage) lens(id SourceID, origin Origin, c Codec) *lens {
	return &lens{layers: s.layered(id, origin, c), rates: [maxLayers]int{small, middle, large}}
}

// shoot sends one picture, of 40 ms, in each layer that sends.
func (l *lens) shoot() {
	for i, s := range l.layers {
		if l.rates[i] == 0 {
			continue
		}
		key := s.number == uint16(9000*i) || s.up.askedOf(i) != l.asked[i]
		l.asked[i] = s.up.askedOf(i)
		size := l.rates[i] / 8 / int(time.Second/frameEvery)
		packets := size/1100 + 1
		for k := range packets {
			payload := append(s.part(key, min(k, 1)), make([]byte, size/packets)...)
			if s.source.spec.Codec == VP9 { // the last packet ends the frame
				payload[0] = payload[0]&^0x04 | b2(k == packets-1, 0x04)
			}
			s.source.WriteLayer(i, s.raw(payload, k == packets-1), s.source.board.clock.now())
		}
		s.ts += uint32(ticks(frameEvery, 90000))
		s.number++
	}
}

// film lets cameras and microphones go on for some time.
func (s *stage) film(d time.Duration, lenses []*lens, mics ...*sender) {
	for end := s.clock.instant().add(d); s.clock.instant() < end; {
		for _, l := range lenses {
			l.shoot()
		}
		for range 2 {
			for _, m := range mics {
				m.sound()
			}
			s.pass(frameEvery / 2)
		}
	}
}

// layersSeen gives which layers the packets of a slot are of, without repeats.
func layersSeen(packets []Outgoing, slot int) (seen []int) {
	for _, p := range packets {
		if p.Slot == slot && p.Source != "" && !p.Again {
			seen = append(seen, p.Layer)
		}
	}
	return slices.Compact(seen)
}

// A slot that is made larger has the larger layer from its next keyframe on,
// which is asked for at once; till then it keeps the one it has. For whoever
// receives it the stream goes on: numbers, time, and the numbers of pictures.
func TestLayerTurnsAtItsKeyframe(t *testing.T) {
	for _, codec := range []Codec{H264, VP9} {
		t.Run(codec.String(), func(t *testing.T) {
			onStage(t, func(t *testing.T, s *stage) {
				cam := s.lens("c", "P", codec)
				r, w := s.receiver("seat", repeating(pictureSlot("picture", 0, 2)))
				r.SetSize("picture", 320, 180)
				s.Allow("seat", only("picture", "c"))
				s.film(2*time.Second, []*lens{cam})
				if got := layersSeen(w.all(), 0); !slices.Equal(got, []int{0}) {
					t.Fatalf("in a small slot layers %v, want 0", got)
				}
				before := len(w.all())
				for i := range cam.layers { // a camera that does not answer
					cam.asked[i] = cam.layers[i].up.askedOf(i)
				}
				r.SetSize("picture", 1280, 720)
				s.settle()
				if n := cam.layers[0].up.askedOf(2); n != cam.asked[2]+1 {
					t.Errorf("the large layer was asked for a keyframe %d times at once, want once", n-cam.asked[2])
				}
				cam.asked[2]++
				s.film(200*ms, []*lens{cam})
				if got := layersSeen(w.all()[before:], 0); !slices.Equal(got, []int{0}) {
					t.Errorf("before the keyframe layers %v, want the old one", got)
				}
				s.film(2*time.Second, []*lens{cam})
				if got := layersSeen(w.all(), 0); !slices.Equal(got, []int{0, 2}) {
					t.Errorf("layers %v, want 0 and then 2", got)
				}
				r.SetSize("picture", 640, 360)
				s.film(2*time.Second, []*lens{cam})
				got := w.all()
				if seen := layersSeen(got, 0); !slices.Equal(seen, []int{0, 2, 1}) {
					t.Errorf("layers %v, want 0, 2, 1", seen)
				}
				continuous(t, got, 0)
				checkPictures(t, got, codec)
				if span := time.Duration(got[len(got)-1].Header.Timestamp-got[0].Header.Timestamp) * time.Second / 90000; span < 6100*ms || span > 6200*ms {
					t.Errorf("the stream spans %v of 6.2 s", span)
				}
			})
		})
	}
}

// checkPictures reads the stream as a browser does: each picture has the number
// after that of the one before, and where a layer begins there is a keyframe.
func checkPictures(t *testing.T, packets []Outgoing, codec Codec) {
	t.Helper()
	last, lastTS, layer, turns := -1, uint32(0), -1, 0
	for i, p := range packets {
		if p.Layer != layer && !p.Keyframe {
			t.Fatalf("packet %d: layer %d begins with no keyframe", i, p.Layer)
		}
		if p.Layer != layer {
			layer = p.Layer
			turns++
		}
		if codec != VP9 {
			continue
		}
		var v codecs.VP9Packet
		if _, err := v.Unmarshal(p.Payload); err != nil {
			t.Fatal(err)
		}
		switch id := int(v.PictureID); {
		case last >= 0 && p.Header.Timestamp == lastTS && id != last,
			last >= 0 && p.Header.Timestamp != lastTS && id != (last+1)&0x7fff:
			t.Fatalf("packet %d: picture %d follows %d", i, id, last)
		default:
			last, lastTS = id, p.Header.Timestamp
		}
	}
	if turns != 3 {
		t.Errorf("%d layers begun, want 3", turns)
	}
}

// Chromium stops the large layers when its uplink is poor: who had one gets the
// next lower one that comes, and the large one when it is back.
func TestLayerThatStopsIsLeft(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam := s.lens("c", "P", H264)
		_, w := s.receiver("seat", pictureSlot("picture", 0, 2))
		s.Allow("seat", only("picture", "c"))
		s.film(2*time.Second, []*lens{cam})
		if got := layersSeen(w.take(), 0); got[len(got)-1] != 2 {
			t.Fatalf("layers %v, want the largest at last", got)
		}
		cam.rates[2] = 0
		s.film(1200*ms, []*lens{cam})
		if got := layersSeen(w.take(), 0); !slices.Equal(got, []int{1}) {
			t.Errorf("within 1.2 s of the large layer's end layers %v, want the middle one", got)
		}
		cam.rates[0], cam.rates[1] = small, 0
		s.film(1200*ms, []*lens{cam})
		if got := layersSeen(w.take(), 0); !slices.Equal(got, []int{1, 0}) && !slices.Equal(got, []int{0}) {
			t.Errorf("then layers %v, want the small one", got)
		}
		cam.rates[1], cam.rates[2] = middle, large
		s.film(1500*ms, []*lens{cam})
		if got := layersSeen(w.take(), 0); got[len(got)-1] != 2 {
			t.Errorf("when all are back layers %v, want the largest at last", got)
		}
		s.film(1500*ms, []*lens{cam})
		layers := s.Survey().Sources[0].Layers
		for i, rate := range []int{small, middle, large} {
			if l := layers[i]; !l.Living || l.BitRate < rate*9/10 || l.BitRate > rate*13/10 || l.FrameRate < 24 || l.FrameRate > 26 {
				t.Errorf("layer %d of %d bit/s is surveyed as %+v", i, rate, l)
			}
		}
	})
}

// When the whole line of a camera stands still no layer counts as stopped.
func TestLayersThatPauseTogetherStay(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam := s.lens("c", "P", H264)
		_, w := s.receiver("seat", pictureSlot("picture", 0, 2))
		s.Allow("seat", only("picture", "c"))
		s.film(2*time.Second, []*lens{cam})
		s.pass(4 * time.Second)
		w.take()
		s.film(400*ms, []*lens{cam})
		if got := layersSeen(w.take(), 0); !slices.Equal(got, []int{2}) {
			t.Errorf("after a pause layers %v, want the one as before", got)
		}
	})
}

// A recorder is given the highest layer that comes, and another from a keyframe
// on, as a stream of another number.
func TestTapIsGivenTheHighestLayer(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam := s.lens("c", "P", VP9)
		var got []Packet
		stop := s.Tap("c", func(p Packet) { p.Payload = slices.Clone(p.Payload); got = append(got, p) })
		s.film(3*time.Second, []*lens{cam})
		late := *cam.layers[2] // a packet of the large layer that will come late
		cam.layers[2].seq++
		s.film(400*ms, []*lens{cam})
		cam.rates[2] = 0
		s.film(2*time.Second, []*lens{cam})
		late.source.WriteLayer(2, late.raw(late.part(false, 1), true), s.clock.now())
		s.film(time.Second, []*lens{cam})
		stop()
		var streams []uint64
		size := map[uint64]int{}
		for i, p := range got {
			if i == 0 || p.Stream != got[i-1].Stream {
				if !p.Keyframe {
					t.Fatalf("packet %d begins a stream with no keyframe", i)
				}
				streams = append(streams, p.Stream)
			} else if p.Seq <= got[i-1].Seq || p.Timestamp < got[i-1].Timestamp {
				t.Fatalf("packet %d: %d at %d follows %d at %d", i, p.Seq, p.Timestamp, got[i-1].Seq, got[i-1].Timestamp)
			}
			size[p.Stream]++
		}
		if !slices.IsSorted(streams) || len(slices.Compact(slices.Clone(streams))) != 3 || len(streams) != 3 {
			t.Errorf("streams %v, want three, each of a greater number: the first layer, the largest, the middle one", streams)
		}
		if n := size[streams[1]]; n < 7*25*2 {
			t.Errorf("%d packets of the largest layer in some 3 s", n)
		}
		if last := got[len(got)-1]; s.clock.now().Sub(last.Capture) > 100*ms {
			t.Errorf("the last packet given was captured %v ago", s.clock.now().Sub(last.Capture))
		}
	})
}

// What a set asks for is obeyed: no layer above its limit.
func TestSetLimitsTheLayer(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam := s.lens("c", "P", H264)
		_, w := s.receiver("seat", pictureSlot("picture", 0, 2))
		for _, c := range []struct {
			most uint8
			want int
			says Reduced
		}{{1, 0, ByHand}, {2, 1, ByHand}, {3, 2, NotReduced}, {0, 2, NotReduced}, {1, 0, ByHand}} {
			s.Allow("seat", Slots{"picture": {Sources: []SourceID{"c"}, Most: c.most}})
			s.film(1500*ms, []*lens{cam})
			if got := layersSeen(w.take(), 0); got[len(got)-1] != c.want {
				t.Errorf("with the limit %d layers %v, want %d at last", c.most, got, c.want)
			}
			if slot := s.Survey().Receivers[0].Slots[0]; slot.Layer != c.want || slot.Reduced != c.says {
				t.Errorf("with the limit %d the survey says layer %d, reduced %q", c.most, slot.Layer, slot.Reduced)
			}
		}
		s.Cut("seat", Slots{"picture": {Sources: []SourceID{"c"}}})
		s.film(200*ms, []*lens{cam})
		if got := layersSeen(w.take(), 0); !slices.Equal(got, []int{0}) {
			t.Errorf("after a cut that takes nothing layers %v, want 0", got)
		}
	})
}

// A slot that is not shown costs nothing, and has its picture when it is.
func TestSlotThatIsNotShownCarriesNothing(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam := s.lens("c", "P", H264)
		r, w := s.receiver("seat", pictureSlot("picture", 0, 2))
		s.Allow("seat", only("picture", "c"))
		s.film(time.Second, []*lens{cam})
		r.SetSize("picture", 0, 0)
		s.settle()
		if got := w.take(); got[len(got)-1].Source != "" {
			t.Error("no slate stands where the picture was")
		}
		s.film(500*ms, []*lens{cam})
		if got := w.take(); len(got) != 0 {
			t.Errorf("%d packets to a slot that is not shown", len(got))
		}
		r.SetSize("picture", 1280, 720)
		s.film(200*ms, []*lens{cam})
		if got := layersSeen(w.take(), 0); !slices.Equal(got, []int{2}) {
			t.Errorf("when it is shown again layers %v, want the largest at once", got)
		}
	})
}

// Who cannot take a picture's codec is known not to see it, and whose it is; the
// sound of the pair is heard.
func TestPictureOfAForeignCodec(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic, cam := s.microphone("m", "P"), s.camera("c", "P", H264)
		picture := pictureSlot("picture", 1, 2)
		picture.PT = map[Codec]uint8{VP9: 98}
		_, w := s.receiver("seat", soundSlot("original", 1, 1), picture)
		s.Allow("seat", only("original", "m", "picture", "c"))
		slot := func() SlotSurvey {
			for range 60 {
				mic.sound()
				cam.frame(true)
				s.pass(20 * ms)
			}
			return s.Survey().Receivers[0].Slots[1]
		}
		if got := slot(); got.Reduced != ByCodec || got.Foreign != "c" || got.Carries != "" {
			t.Errorf("of H.264 for who takes VP9 the survey says %+v", got)
		}
		if got := w.take(); of(got, "c") != 0 || of(got, "m") == 0 {
			t.Errorf("%d packets of the picture and %d of the sound went out", of(got, "c"), of(got, "m"))
		}
		cam.source.Close()
		cam = s.camera("d", "P", VP9)
		s.Allow("seat", only("original", "m", "picture", "d"))
		if got := slot(); got.Reduced != NotReduced || got.Foreign != "" || got.Carries != "d" {
			t.Errorf("of VP9 the survey says %+v", got)
		}
	})
}
