package recorder

import (
	"path"
	"testing"
	"testing/synctest"
	"time"

	"liqa/internal/switchboard"
)

// TestTakesHoldWhatWasSaidAndShown records an open item and closed talks after
// it, and decodes them with ffmpeg.
func TestTakesHoldWhatWasSaidAndShown(t *testing.T) {
	speech := tones(t, time.Second, 300, 500, 700, 900, 1100, 1300, 1500, 1700)
	channel := tones(t, time.Second, 400, 600, 800, 1000, 1200, 1400, 1600, 1800)
	camera := colours(t, switchboard.H264, "320x180", time.Second, "red", "green", "blue", "red", "green", "blue", "red", "green")
	store := newStore(t)
	var open, closed string
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		r := newRecorder(t, store, b, nil)
		record(t, r, seatMicrophone(), seatCamera(), channelOf("ru"))
		open = begin(t, r, "opening-remarks", Open)
		start := time.Now()
		together(
			func() { play(newSender(switchboard.Opus, start), speech, b.taps["s1/seat/a-principal/microphone"]) },
			func() { play(newSender(switchboard.Opus, start), channel, b.taps["s1/channel/ru"]) },
			func() { play(newSender(switchboard.H264, start), camera, b.taps["s1/seat/a-principal/camera"]) },
			func() {
				time.Sleep(4*time.Second - time.Millisecond)
				closed = begin(t, r, "talks", Closed)
			},
		)
		r.Pause()
		ended := time.Now()
		for {
			if _, digest, _ := readManifest(store, path.Join("closed/s1", closed)); digest != "" {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if d := time.Since(ended); d > 2*time.Second {
			t.Errorf("the take was finished %v after its end", d)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})

	for _, part := range []struct {
		at      string
		channel string
		first   int
	}{{"sources/s1/" + open, "open/s1/" + open, 0}, {"closed/s1/" + closed, "closed/s1/" + closed, 4}} {
		said, heard := decodeSound(t, store, part.at, "a-principal-microphone"), decodeSound(t, store, part.channel, "channel-ru")
		seen := decodePictures(t, store, part.at, "a-principal-camera", 0)
		for second := range 4 {
			at := time.Duration(second)*time.Second + 500*time.Millisecond
			if f := 300 + 200*(part.first+second); !said.sounds(at, f, f-200, f+200) {
				t.Errorf("%s: at %v the microphone is not at %d Hz", part.at, at, f)
			}
			if f := 400 + 200*(part.first+second); !heard.sounds(at, f, f-200, f+200) {
				t.Errorf("%s: at %v the channel is not at %d Hz", part.channel, at, f)
			}
			if c := []string{"red", "green", "blue"}[(part.first+second)%3]; !around(t, seen, at).is(c) {
				t.Errorf("%s: at %v the picture is %v, not %s", part.at, at, around(t, seen, at), c)
			}
		}
	}
	// Sound and picture change at the same moment, within what a viewer notices.
	said, seen := decodeSound(t, store, "sources/s1/"+open, "a-principal-microphone"), decodePictures(t, store, "sources/s1/"+open, "a-principal-camera", 0)
	for _, p := range seen {
		if p.is("green") {
			if p.at < 960*time.Millisecond || p.at > 1040*time.Millisecond {
				t.Errorf("the picture that changes at 1 s changes at %v", p.at)
			}
			break
		}
	}
	if said.level(955*time.Millisecond, 500) > 0.1 || said.level(1045*time.Millisecond, 500) < 0.3 {
		t.Error("the tone that begins at 1 s does not")
	}
	for _, v := range []string{"open/s1/" + open, "sources/s1/" + open, "closed/s1/" + closed} {
		for _, f := range manifestOf(t, store, v).verify(store, v) {
			t.Error(f)
		}
	}
}
