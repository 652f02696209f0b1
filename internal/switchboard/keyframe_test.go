package switchboard

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/pion/rtp/codecs"
)

func TestKeyframeBegins(t *testing.T) {
	for _, c := range []struct {
		name  string
		codec Codec
		b     []byte
		want  bool
	}{
		{"parameter set", H264, []byte{0x67, 0x42}, true},
		{"IDR slice alone", H264, []byte{0x65, 0x88}, false},
		{"slice", H264, []byte{0x41, 0x9a}, false},
		{"aggregate with parameter sets", H264, []byte{0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 1}, true},
		{"aggregate behind a delimiter", H264, []byte{0x78, 0, 2, 9, 0x10, 0, 2, 0x67, 1}, true},
		{"aggregate of slices", H264, []byte{0x78, 0, 2, 0x41, 1, 0, 2, 0x41, 1}, false},
		{"aggregate cut short", H264, []byte{0x78, 0, 9, 0x67}, false},
		{"first fragment of an IDR slice", H264, []byte{0x7c, 0x85, 1}, false},
		{"first fragment of a parameter set", H264, []byte{0x7c, 0x87, 1}, true},
		{"later fragment of a parameter set", H264, []byte{0x7c, 0x07, 1}, false},
		{"empty", H264, nil, false},
		{"keyframe", VP9, []byte{0x88, 0x05, 0x82}, true},
		{"keyframe, long picture id", VP9, []byte{0x88, 0x85, 0x10, 0x82}, true},
		{"keyframe, lowest layer", VP9, []byte{0xa8, 0x05, 0x00, 0x01, 0x82}, true},
		{"keyframe, second spatial layer", VP9, []byte{0xa8, 0x05, 0x03, 0x01, 0x82}, false},
		{"keyframe, second packet", VP9, []byte{0x84, 0x05, 0x82}, false},
		{"predicted", VP9, []byte{0xc8, 0x05, 0x82}, false},
		{"descriptor alone", VP9, []byte{0x88, 0x05}, false},
		{"sound", Opus, []byte{0xf8, 0x67}, false},
	} {
		if got := c.codec.beginsKeyframe(c.b); got != c.want {
			t.Errorf("%s, %s: %v", c.codec, c.name, got)
		}
	}
}

// The slates, read as a browser would, are the very pictures that frames/make.sh
// has made, and each begins a keyframe.
func TestSlatesArePictures(t *testing.T) {
	var h264 codecs.H264Packet
	var got []byte
	for _, picture := range slates[H264] {
		for _, part := range picture {
			b, err := h264.Unmarshal(part)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, b...)
		}
	}
	// A start code may be three or four bytes long.
	units := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte{0, 0, 0, 1}, []byte{0, 0, 1}) }
	if want := file(t, "frames/slate.h264"); !bytes.Equal(units(got), units(want)) {
		t.Errorf("H.264: got %x, want %x", got, want)
	}

	for i, picture := range slates[VP9] {
		var vp9 codecs.VP9Packet
		got = nil
		for _, part := range picture {
			b, err := vp9.Unmarshal(part)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, b...)
		}
		if want := file(t, "frames/slate.vp9"); !bytes.Equal(got, want) {
			t.Errorf("VP9: got %x, want %x", got, want)
		}
		if vp9.P || !vp9.B || !vp9.E || !vp9.F || int(vp9.PictureID) != i {
			t.Errorf("VP9 descriptor: %+v", vp9)
		}
	}
	for _, c := range []Codec{H264, VP9} {
		for _, picture := range slates[c] {
			if len(picture) == 0 || !c.beginsKeyframe(picture[0]) {
				t.Fatalf("%s: the slate does not begin a keyframe", c)
			}
			for _, part := range picture {
				if len(part) > 1200 {
					t.Errorf("%s: a part of %d bytes does not fit a packet", c, len(part))
				}
			}
		}
		if bytes.Equal(slates[c][0][0], slates[c][1][0]) {
			t.Errorf("%s: the second slate cannot be told from the first", c)
		}
	}
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOpusTicks(t *testing.T) {
	for _, c := range []struct {
		b    []byte
		want uint32
	}{
		{[]byte{0xf8}, 960},         // CELT, 20 ms
		{[]byte{0xe0, 1}, 120},      // CELT, 2.5 ms
		{[]byte{0x08, 1}, 960},      // SILK, 20 ms
		{[]byte{0x18, 1}, 2880},     // SILK, 60 ms
		{[]byte{0x19, 1}, 5760},     // two of them
		{[]byte{0x78, 1}, 960},      // hybrid, 20 ms
		{[]byte{0xfb, 0x03}, 2880},  // three of 20 ms
		{[]byte{0x1b, 0x03}, 0},     // longer than allowed
		{[]byte{0xfb}, 0},           // no count
		{[]byte{0xfb, 0x00}, 0},     // none
		{nil, 0},                    // nothing
		{opusSilence, channelFrame}, // what a channel sends of itself
	} {
		if got := opusTicks(c.b); got != c.want {
			t.Errorf("%x: %d, want %d", c.b, got, c.want)
		}
	}
	// Fullband CELT, mono, one frame (RFC 6716 §3.1).
	if toc := opusSilence[0]; toc != 31<<3 {
		t.Errorf("silence is of the kind %#x", toc)
	}
}

func FuzzKeyframe(f *testing.F) {
	f.Add([]byte{0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 1})
	f.Add([]byte{0x7c, 0x87, 1})
	f.Add([]byte{0xa8, 0x85, 0x10, 0x00, 0x01, 0x82})
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		h264Begins(b)
		opusTicks(b)
		var p codecs.VP9Packet
		if begins := startsVP9(b); begins {
			if _, err := p.Unmarshal(b); err == nil && (p.P || !p.B || p.L && p.SID != 0) {
				t.Fatalf("taken for a keyframe: %+v", p)
			}
		}
		if !bytes.Equal(b, before) {
			t.Fatal("the payload was changed")
		}
	})
}

// One receiver that asks for keyframes all the time does not spoil the picture
// of all: after a few it gets one now and then.
func TestOneReceiverCannotAskForEver(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam := s.lens("c", "P", H264)
		r, _ := s.receiver("seat", pictureSlot("picture", 0, 1))
		s.Allow("seat", only("picture", "c"))
		s.film(2*time.Second, []*lens{cam})
		before, _ := cam.layers[0].up.asked()
		for range 300 {
			r.PictureLoss(1)
			s.film(frameEvery, []*lens{cam})
		}
		if n, _ := cam.layers[0].up.asked(); n-before < 5 || n-before > 13 {
			t.Errorf("%d keyframes in 12 s, want about 11", n-before)
		}
	})
}

// Nor can one whose picture changes its size all the time, on purpose or not;
// the last size is heeded in the end.
func TestOneReceiverCannotHaveKeyframesByResizing(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam := s.lens("c", "P", H264)
		r, w := s.receiver("seat", pictureSlot("picture", 0, 1))
		s.Allow("seat", only("picture", "c"))
		s.film(2*time.Second, []*lens{cam})
		before, _ := cam.layers[0].up.asked()
		for i := range 300 {
			if i%2 == 0 {
				r.SetSize("picture", 0, 0)
			} else {
				r.SetSize("picture", 320<<(i%3), 180<<(i%3))
			}
			s.film(frameEvery, []*lens{cam})
		}
		if n, _ := cam.layers[0].up.asked(); n == before || n-before > 4+12/2 {
			t.Errorf("%d keyframes in 12 s", n-before)
		}
		r.SetSize("picture", 320, 180)
		s.film(3*time.Second, []*lens{cam})
		w.take()
		s.film(time.Second, []*lens{cam})
		if got := layersSeen(w.take(), 0); len(got) != 1 || got[0] != 0 {
			t.Errorf("layers %v, want the smallest", got)
		}
	})
}

// Many who come one after another share keyframes; the first few need not wait.
func TestNewcomersShareKeyframes(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		cam := s.lens("c", "P", H264)
		s.film(2*time.Second, []*lens{cam})
		came := func(key Key) *wire {
			_, w := s.receiver(key, pictureSlot("picture", 0, 1))
			s.Allow(key, only("picture", "c"))
			return w
		}
		first := came("first")
		s.film(200*ms, []*lens{cam})
		if len(first.all()) == 0 {
			t.Error("the first newcomer waits for a picture")
		}
		before, _ := cam.layers[0].up.asked()
		var last *wire
		for i := range 100 {
			last = came(Key(rune('A' + i)))
			s.film(frameEvery*5/2, []*lens{cam})
		}
		if n, _ := cam.layers[0].up.asked(); n-before > 4+10+1 {
			t.Errorf("%d keyframes in 10 s", n-before)
		}
		s.film(time.Second, []*lens{cam})
		if len(last.all()) == 0 {
			t.Error("the last newcomer has no picture after a second")
		}
	})
}
