package recorder

import (
	"math/rand/v2"
	"testing"
)

// TestSoundStaysInStepForHours has senders whose clocks go wrong by 100 parts in
// a million, and capture times that are uncertain by some milliseconds.
func TestSoundStaysInStepForHours(t *testing.T) {
	for _, ppm := range []int64{-100, 0, 100} {
		rng := rand.New(rand.NewPCG(1, 2))
		var p soundPace
		end, corrections := int64(0), 0
		for i := range int64(4 * 3600 * 50) {
			truth := i*960 + i*960*ppm/1_000_000
			ideal := truth + rng.Int64N(240) - 120
			f := frame{ts: 5000 + i*960, ticks: 960, payload: make([]byte, 80)}
			at, keep := p.place(&f, ideal)
			if !keep {
				corrections++
				continue
			}
			if off := at - truth; i > 100 && (off > 50*48 || off < -50*48) {
				t.Fatalf("%d ppm: after %d s the sound is %d ms off", ppm, i/50, off/48)
			}
			if end != 0 && at < end {
				t.Fatalf("%d ppm: two frames overlap", ppm)
			}
			if end != 0 && at > end {
				corrections++
			}
			end = at + 960
		}
		// 100 ppm of four hours are 1.44 s: each correction is up to 40 ms.
		if most := map[int64]int{-100: 80, 0: 0, 100: 80}[ppm]; corrections > most {
			t.Errorf("%d ppm: %d corrections in four hours", ppm, corrections)
		}
	}
}

func TestPicturesStayInStepForHours(t *testing.T) {
	for _, ppm := range []int64{-100, 100} {
		rng := rand.New(rand.NewPCG(1, 2))
		var p picturePace
		newest := int64(0)
		for i := range int64(4 * 3600 * 30) {
			truth := i*3000 + i*3000*ppm/1_000_000
			at := p.place(&frame{ts: i * 3000}, truth+rng.Int64N(1800)-900)
			if off := at - truth; off > 90*30 || off < -90*30 {
				t.Fatalf("%d ppm: after %d s the picture is %d ms off", ppm, i/30, off/90)
			}
			if i > 0 && at <= newest {
				t.Fatalf("%d ppm: a picture is not after the one before", ppm)
			}
			newest = at
		}
	}
}

// A correction is made where nobody hears it, if there is such a place in time.
func TestSoundIsCorrectedInPauses(t *testing.T) {
	var p soundPace
	loud, quiet := make([]byte, 100), []byte{0xf8, 0xff, 0xfe}
	at := int64(0)
	step := func(payload []byte, ahead int64) (int64, bool) {
		f := frame{ts: at, ticks: 960, payload: payload}
		at += 960
		return p.place(&f, f.ts+ahead)
	}
	for range 100 {
		step(loud, 0)
	}
	if got, _ := step(loud, 1200); got != p.end-960 || got != at-960 {
		t.Errorf("a frame of speech was moved by 25 ms: %d", got-(at-960))
	}
	if got, _ := step(quiet, 1200); got != at-960+1200 {
		t.Errorf("a silent frame was not moved: %d", got-(at-960))
	}
	for range 10 {
		step(loud, 1200)
	}
	if _, keep := step(quiet, 0); keep {
		t.Error("a silent frame that is too much was kept")
	}
}

func TestSoundFollowsAClockThatWasSet(t *testing.T) {
	var p soundPace
	for i := range int64(50) {
		p.place(&frame{ts: i * 960, ticks: 960}, i*960)
	}
	if at, keep := p.place(&frame{ts: 90_000_000, ticks: 960}, 50*960+96000); !keep || at != 50*960+96000 {
		t.Errorf("after a jump of its time stamps the sound is at %d", at)
	}
}
