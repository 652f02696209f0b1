package player

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

// ogg packs packets into pages of at most two packets each.
func ogg(packets ...[]byte) []byte {
	var file []byte
	for len(packets) > 0 {
		n := min(2, len(packets))
		head := make([]byte, 27)
		copy(head, "OggS")
		var lacing, body []byte
		for _, p := range packets[:n] {
			for size := len(p); ; size -= 255 {
				lacing = append(lacing, byte(min(size, 255)))
				if size < 255 {
					break
				}
			}
			body = append(body, p...)
		}
		head[26] = byte(len(lacing))
		file = append(append(append(file, head...), lacing...), body...)
		packets = packets[n:]
	}
	return file
}

// mono is the first packet of an Ogg Opus file (RFC 7845 §5.1).
var mono = []byte("OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00")

func TestOpusReadsEveryPacketOfAPage(t *testing.T) {
	long := bytes.Repeat([]byte{0xf8}, 600)
	r, err := Opus(bytes.NewReader(ogg(mono, []byte("OpusTags"), long, []byte{0xf8, 0xff, 0xfe}, long)))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.frames) != 3 || r.Length() != 60*time.Millisecond {
		t.Fatalf("got %d frames, %v", len(r.frames), r.Length())
	}
	if !bytes.Equal(r.frames[2].Data, long) || r.frames[0].Level != Speech || r.frames[1].Level != 127 {
		t.Errorf("a packet was cut wrongly, or speech and silence taken for each other")
	}
	clip := r.Loop()
	for range 3 {
		clip.Next()
	}
	if !bytes.Equal(clip.Next().Data, long) {
		t.Error("the clip does not begin again after its end")
	}
}

func TestWhatIsNotOpusOf20MillisecondsIsRefused(t *testing.T) {
	surround := bytes.Clone(mono)
	surround[9], surround[18] = 6, 1
	for what, file := range map[string][]byte{
		"nothing":      nil,
		"words":        []byte("These are words and no sound at all."),
		"another kind": ogg([]byte("\x01vorbis.............."), []byte{0xf8}),
		"surround":     ogg(surround, []byte("OpusTags"), []byte{0xf8, 1, 2}),
		"no sound":     ogg(mono, []byte("OpusTags")),
		"60 ms":        ogg(mono, []byte("OpusTags"), []byte{0x18, 1, 2}),
		"two frames":   ogg(mono, []byte("OpusTags"), []byte{0xf9, 1, 2}),
		"510 kbit/s":   ogg(mono, []byte("OpusTags"), bytes.Repeat([]byte{0xf8}, 1275)),
		"cut off":      ogg(mono, []byte("OpusTags"), bytes.Repeat([]byte{0xf8}, 500))[:300],
	} {
		if r, err := Opus(bytes.NewReader(file)); err == nil {
			t.Errorf("%s is taken for a voice of %v", what, r.Length())
		}
	}
	for toc, is := range map[byte]bool{0x08: true, 0x48: true, 0x68: true, 0x78: true, 0x98: true, 0xf8: true, 0xfc: true, 0x00: false, 0x60: false, 0x90: false, 0xfa: false} {
		if oneFrame(toc) != is {
			t.Errorf("a packet that begins with %#x is %v", toc, !is)
		}
	}
}

// What an operator brings for rehearsals comes from anywhere.
func FuzzOpus(f *testing.F) {
	f.Add(ogg(mono, []byte("OpusTags"), []byte{0xf8, 0xff, 0xfe}, bytes.Repeat([]byte{0xf8}, 600)))
	f.Add([]byte("OggS"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := Opus(bytes.NewReader(file))
		if err != nil {
			return
		}
		clip := r.Loop()
		for range r.Length() / (20 * time.Millisecond) {
			if p := clip.Next(); !oneFrame(p.Data[0]) || len(p.Data) > mostSound {
				t.Fatalf("a packet of %d bytes is let through", len(p.Data))
			}
		}
	})
}

func TestH264KeepsSlicesAndParameterSetsTogether(t *testing.T) {
	start := []byte{0, 0, 0, 1}
	var file []byte
	for _, nal := range [][]byte{
		{0x67, 1}, {0x68, 2}, {0x65, 0x88}, {0x65, 0x40}, // key picture of two slices
		{0x41, 0x9a}, {0x41, 0x20}, // picture of two slices
		{0x67, 1}, {0x68, 2}, {0x65, 0x88}, // key picture of one
	} {
		file = append(append(file, start...), nal...)
	}
	r, err := H264(bytes.NewReader(file), 25)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.frames) != 3 || len(r.keys) != 2 || r.keys[1] != 2 {
		t.Fatalf("got %d pictures, keys at %v", len(r.frames), r.keys)
	}
	if got := bytes.Count(r.frames[0].Data, start); got != 4 {
		t.Errorf("the first picture has %d units, not 4", got)
	}
	clip := r.Loop()
	clip.Next()
	clip.(Refresher).Refresh()
	if f := clip.Next(); f.Data[4] != 0x67 {
		t.Error("a refreshed clip does not go on with a key frame")
	}
}

func TestVP9FindsKeyFrames(t *testing.T) {
	head := make([]byte, 32)
	copy(head, "DKIF")
	binary.LittleEndian.PutUint16(head[6:], 32)
	copy(head[8:], "VP90")
	binary.LittleEndian.PutUint32(head[16:], 25)
	binary.LittleEndian.PutUint32(head[20:], 1)
	file := head
	for i, data := range [][]byte{{0x82, 1, 2}, {0x86, 3, 4}, {0x82, 5, 6}} {
		frame := make([]byte, 12)
		binary.LittleEndian.PutUint32(frame, uint32(len(data)))
		binary.LittleEndian.PutUint64(frame[4:], uint64(i))
		file = append(append(file, frame...), data...)
	}
	r, err := VP9(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.frames) != 3 || len(r.keys) != 2 || r.frames[0].Length != 40*time.Millisecond {
		t.Fatalf("got %d frames of %v, keys at %v", len(r.frames), r.frames[0].Length, r.keys)
	}
}

func TestFilesThatCannotBePlayedAreRefused(t *testing.T) {
	for name, err := range map[string]error{
		"no ogg":           second(Opus(bytes.NewReader([]byte("RIFF and then something longer than a page")))),
		"no frames":        second(Opus(bytes.NewReader(ogg([]byte("OpusHead"))))),
		"no key frame":     second(H264(bytes.NewReader([]byte{0, 0, 0, 1, 0x41, 0x9a}), 25)),
		"not an ivf":       second(VP9(bytes.NewReader([]byte("RIFF")))),
		"empty h264 bytes": second(H264(bytes.NewReader(nil), 25)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second(_ *Recording, err error) error { return err }
