package recorder

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// sound decodes a track's sound with ffmpeg, as a player would place it: at its
// time stamps.
type sound []float64

func decodeSound(t testing.TB, s Store, at, name string) sound {
	t.Helper()
	r := trackOf(t, manifestOf(t, s, at), name)
	pcm := ffmpeg(t, whole(t, s, at, r, 0), "-i", "-", "-af", "aresample=48000:async=1:first_pts=0:min_hard_comp=0.01", "-ac", "1", "-f", "s16le", "-")
	out := make(sound, len(pcm)/2)
	for i := range out {
		out[i] = float64(int16(uint16(pcm[2*i])|uint16(pcm[2*i+1])<<8)) / 32768
	}
	return out
}

// level is the amplitude of a frequency in 60 ms around a time (Goertzel).
func (s sound) level(at time.Duration, frequency int) float64 {
	const n = 2880
	from := int(at.Seconds()*48000) - n/2
	if from < 0 || from+n > len(s) {
		return 0
	}
	c := 2 * math.Cos(2*math.Pi*float64(frequency)/48000)
	var s1, s2 float64
	for i, x := range s[from : from+n] {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/n)
		s1, s2 = x*w+c*s1-s2, s1
	}
	return 4 * math.Sqrt(max(0, s1*s1+s2*s2-c*s1*s2)) / n
}

// sounds reports whether just one of the frequencies sounds then.
func (s sound) sounds(at time.Duration, frequency int, others ...int) bool {
	if s.level(at, frequency) < 0.3 {
		return false
	}
	for _, o := range others {
		if o != frequency && s.level(at, o) > 0.05 {
			return false
		}
	}
	return true
}

// shown is a decoded picture's time and the colour of its middle.
type shown struct {
	at      time.Duration
	r, g, b byte
}

func decodePictures(t testing.TB, s Store, at, name string, init int) []shown {
	t.Helper()
	file := whole(t, s, at, trackOf(t, manifestOf(t, s, at), name), init)
	times := run(t, file, "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0", "-")
	pixels := ffmpeg(t, file, "-i", "-", "-vf", "crop=16:16,scale=1:1", "-fps_mode", "passthrough", "-enc_time_base", "1/90000", "-pix_fmt", "rgb24", "-f", "rawvideo", "-")
	var out []shown
	for i, line := range strings.Fields(string(times)) {
		var seconds float64
		fmt.Sscanf(strings.Trim(line, ","), "%f", &seconds)
		if 3*i+3 > len(pixels) {
			t.Fatalf("%s: %d time stamps, %d pictures", name, i+1, len(pixels)/3)
		}
		out = append(out, shown{time.Duration(seconds * 1e9), pixels[3*i], pixels[3*i+1], pixels[3*i+2]})
	}
	return out
}

// is reports whether a picture is "red", "green" or "blue".
func (p shown) is(colour string) bool {
	switch colour {
	case "red":
		return p.r > 150 && p.g < 90 && p.b < 90
	case "green":
		return p.g > 90 && p.r < 90 && p.b < 90
	case "blue":
		return p.b > 150 && p.r < 90 && p.g < 90
	}
	return false
}

// around is the picture that is shown at a time.
func around(t testing.TB, pictures []shown, at time.Duration) shown {
	t.Helper()
	var best shown
	found := false
	for _, p := range pictures {
		if p.at <= at {
			best, found = p, true
		}
	}
	if !found {
		t.Fatalf("no picture is shown at %v", at)
	}
	return best
}
