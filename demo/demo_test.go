package demo

import (
	"bytes"
	"image/color"
	"image/jpeg"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ffmpeg runs it on the input, and returns its output.
func ffmpeg(t *testing.T, in []byte, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("ffmpeg", append([]string{"-hide_banner", "-loglevel", "error"}, args...)...)
	cmd.Stdin = bytes.NewReader(in)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil || complaint.Len() > 0 {
		t.Fatalf("ffmpeg %v: %v %s", args, err, complaint.String())
	}
	return out
}

// near reports whether a pixel is the colour, but for what encoding does to it.
func near(rgb []byte, c color.RGBA) bool {
	for i, want := range []byte{c.R, c.G, c.B} {
		if d := int(rgb[i]) - int(want); d < -8 || d > 8 {
			return false
		}
	}
	return true
}

func TestEveryPictureIsItsSeats(t *testing.T) {
	for _, seat := range Cameras() {
		p, err := PictureOf(seat)
		if err != nil {
			t.Fatal(err)
		}
		pixels := ffmpeg(t, p.H264, "-f", "h264", "-r", "15", "-i", "-", "-vf", "crop=16:16:8:8,scale=1:1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-")
		if want := 20 * FPS * 3; len(pixels) != want {
			t.Errorf("%s: %d pictures, want %d", seat, len(pixels)/3, want/3)
		}
		for i := 0; i+3 <= len(pixels); i += 3 {
			if !near(pixels[i:], p.Backdrop) {
				t.Fatalf("%s: picture %d has the backdrop %v, want %v", seat, i/3, pixels[i:i+3], p.Backdrop)
			}
		}
		for _, other := range cameras {
			if other.Seat != seat && near(pixels, other.Backdrop) {
				t.Errorf("the backdrops of %s and %s cannot be told apart", seat, other.Seat)
			}
		}
	}
}

func TestPicturesBeginAgainEveryTwoSeconds(t *testing.T) {
	for _, seat := range Cameras() {
		p, _ := PictureOf(seat)
		slices := bytes.Count(p.H264, []byte{0, 0, 1, 0x65}) // IDR
		sets := bytes.Count(p.H264, []byte{0, 0, 1, 0x67})   // sequence parameter sets
		if slices != 10 || sets != slices {
			t.Errorf("%s: %d key frames with %d parameter sets, want 10 of each", seat, slices, sets)
		}
		// profile_idc 66 with constraint_set1: constrained baseline.
		at := bytes.Index(p.H264, []byte{0, 0, 1, 0x67})
		if p.H264[at+4] != 66 || p.H264[at+5]&0x40 == 0 {
			t.Errorf("%s is not constrained baseline", seat)
		}
	}
}

func TestEveryVoiceSpeaks(t *testing.T) {
	heard := map[string]string{}
	for _, seat := range Microphones() {
		v, err := VoiceOf(seat)
		if err != nil {
			t.Fatal(err)
		}
		pcm := ffmpeg(t, v.Ogg, "-i", "-", "-ar", "8000", "-f", "s16le", "-")
		if seconds := len(pcm) / 2 / 8000; seconds < 8 || seconds > 60 {
			t.Errorf("%s speaks for %d s", seat, seconds)
		}
		loud := 0
		for i := 0; i+1 < len(pcm); i += 2 {
			if s := int16(uint16(pcm[i]) | uint16(pcm[i+1])<<8); s > 1000 || s < -1000 {
				loud++
			}
		}
		if share := float64(loud) / float64(len(pcm)/2); share < 0.1 {
			t.Errorf("%s: %.0f %% of the samples are audible", seat, 100*share)
		}
		if v.Text == "" {
			t.Errorf("%s: what is said is not written down", seat)
		}
		if twin, ok := heard[string(v.Ogg)]; ok {
			t.Errorf("%s and %s have one voice", seat, twin)
		}
		heard[string(v.Ogg)] = seat
	}
}

func TestNothingIsUnused(t *testing.T) {
	known := map[string]bool{"media/still.jpg": true}
	for _, s := range Cameras() {
		known["media/"+s+".h264"] = true
	}
	for _, v := range microphones {
		known["media/"+v.Seat+".ogg"] = true
		known["texts/"+v.Seat+"."+v.Language+".txt"] = true
	}
	total := 0
	for _, dir := range []string{"media", "texts"} {
		entries, err := files.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := filepath.Join(dir, e.Name())
			if !known[name] {
				t.Errorf("%s belongs to no seat", name)
			}
			info, err := e.Info()
			if err != nil {
				t.Fatal(err)
			}
			total += int(info.Size())
		}
	}
	if total > 3<<20 {
		t.Errorf("%d bytes of media, more than 3 MiB", total)
	}
}

func TestStillIsAPicture(t *testing.T) {
	still, err := jpeg.Decode(bytes.NewReader(Still()))
	if err != nil {
		t.Fatal(err)
	}
	if b := still.Bounds(); b.Dx() != 1280 || b.Dy() != 360 {
		t.Errorf("the still is %v", b)
	}
}

func TestASeatWithoutMediaIsNamed(t *testing.T) {
	if _, err := PictureOf("officer"); err == nil || !strings.Contains(err.Error(), `"officer"`) {
		t.Errorf("got %v", err)
	}
	if _, err := VoiceOf("b-note-taker"); err == nil || !strings.Contains(err.Error(), `"b-note-taker"`) {
		t.Errorf("got %v", err)
	}
}
