package recorder

import (
	"bytes"
	"path"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bluenviron/gohlslib/v2/pkg/playlist"
	"github.com/pion/rtp"

	"liqa/internal/player"
	"liqa/internal/switchboard"
)

// asking is a camera's or microphone's way back: it counts what it is asked for.
type asking struct{ keyframes chan struct{} }

func (a asking) RequestKeyframe(int) {
	select {
	case a.keyframes <- struct{}{}:
	default:
	}
}

func (asking) Nack(int, []uint16) {}

// source adds a source to a board.
func source(t testing.TB, b *switchboard.Board, id, origin string, c switchboard.Codec) *switchboard.Source {
	t.Helper()
	s, err := b.AddSource(switchboard.SourceSpec{
		ID: switchboard.SourceID(id), Origin: switchboard.Origin(origin), Kind: c.Kind(), Codec: c,
		Upstream: asking{make(chan struct{}, 100)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// raw sends a sender's packets to a source as they are on the wire.
func raw(to *switchboard.Source) func(switchboard.Packet) {
	return func(p switchboard.Packet) {
		b, err := (&rtp.Packet{
			Header:  rtp.Header{Version: 2, Marker: p.Marker, SequenceNumber: uint16(p.Seq), Timestamp: uint32(p.Timestamp), SSRC: 7},
			Payload: p.Payload,
		}).Marshal()
		if err != nil {
			panic(err)
		}
		to.Write(b, p.Arrival)
	}
}

func repeat(frames []player.Frame, times int) []player.Frame {
	var all []player.Frame
	for range times {
		all = append(all, frames...)
	}
	return all
}

// programOf is the sets of a program in which one of two seats is on air.
func programOf(seat string) switchboard.Slots {
	both := func(device string) switchboard.Set {
		return switchboard.Set{
			Sources: []switchboard.SourceID{switchboard.SourceID("a/" + device), switchboard.SourceID("b/" + device)},
			Prefer:  switchboard.SourceID(seat + "/" + device),
		}
	}
	return switchboard.Slots{originalSlot: both("microphone"), pictureSlot: both("camera")}
}

// TestProgramFollowsTheSwitch has two seats of different pictures on air one
// after the other, and nobody in between.
func TestProgramFollowsTheSwitch(t *testing.T) {
	store := newStore(t)
	voices := [][]player.Frame{tones(t, time.Second, 500), tones(t, time.Second, 900)}
	cameras := [][]player.Frame{
		colours(t, switchboard.H264, "320x180", 2*time.Second, "red"),
		colours(t, switchboard.H264, "640x360", 2*time.Second, "green"),
	}
	const length = 12 * time.Second
	var take string
	synctest.Test(t, func(t *testing.T) {
		b := switchboard.New(switchboard.Config{})
		r := newRecorder(t, store, b, nil)
		start := time.Now()
		var parts []func()
		for i, seat := range []string{"a", "b"} {
			voice, camera := source(t, b, seat+"/microphone", seat, switchboard.Opus), source(t, b, seat+"/camera", seat, switchboard.H264)
			parts = append(parts,
				func() { play(newSender(switchboard.Opus, start), repeat(voices[i], 12), raw(voice)) },
				func() { play(newSender(switchboard.H264, start), repeat(cameras[i], 6), raw(camera)) })
		}
		channel := b.AddChannel("channel/ru")
		channel.SetFeed(switchboard.Set{Sources: []switchboard.SourceID{"b/microphone"}})
		if err := r.RecordProgram("program"); err != nil {
			t.Fatal(err)
		}
		record(t, r, Track{Name: "channel-ru", Role: Channel, Kind: switchboard.Audio, Source: "channel/ru", Language: "ru"})
		b.Allow("program", programOf("a"))
		take = begin(t, r, "opening", Open)
		together(append(parts, func() {
			time.Sleep(3 * time.Second)
			b.Allow("program", programOf("b"))
			time.Sleep(3 * time.Second)
			b.Cut("program", nil)
			time.Sleep(3 * time.Second)
			b.Allow("program", programOf("a"))
		})...)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		b.Close()
	})

	at := path.Join("open/s1", take)
	m := manifestOf(t, store, at)
	sight, said, heard := trackOf(t, m, "picture"), decodeSound(t, store, at, "original"), decodeSound(t, store, at, "channel-ru")
	if len(sight.Inits) != 3 { // the slate has its own
		t.Fatalf("the picture has %d formats: %+v", len(sight.Inits), sight.Inits)
	}
	for i, want := range []struct{ width, height int }{{320, 180}, {640, 360}} {
		if got := sight.Inits[i]; got.Width != want.width || got.Height != want.height {
			t.Errorf("format %d is %dx%d, want %v", i, got.Width, got.Height, want)
		}
	}
	red, green := decodePictures(t, store, at, "picture", 0), decodePictures(t, store, at, "picture", 1)
	for _, want := range []struct {
		at     time.Duration
		in     []shown
		colour string
	}{{time.Second, red, "red"}, {11 * time.Second, red, "red"}, {5500 * time.Millisecond, green, "green"}} {
		if p := around(t, want.in, want.at); !p.is(want.colour) || want.at-p.at > 200*time.Millisecond {
			t.Errorf("at %v the program shows %+v, not %s", want.at, p, want.colour)
		}
	}
	for _, p := range red {
		if p.at > 5200*time.Millisecond && p.at < 9*time.Second {
			t.Errorf("at %v the program still shows what was taken off", p.at)
		}
	}
	for _, want := range []struct {
		at    time.Duration
		tone  int
		other int
	}{{time.Second, 500, 900}, {4 * time.Second, 900, 500}, {10 * time.Second, 500, 900}} {
		if !said.sounds(want.at, want.tone, want.other) {
			t.Errorf("at %v the original is not at %d Hz: %f %f", want.at, want.tone, said.level(want.at, want.tone), said.level(want.at, want.other))
		}
		if !heard.sounds(want.at, 900, 500) {
			t.Errorf("at %v the channel is not at 900 Hz", want.at)
		}
	}
	if l := said.level(7500*time.Millisecond, 500) + said.level(7500*time.Millisecond, 900); l > 0.02 {
		t.Errorf("something is heard of the original while nobody is on air: %f", l)
	}
	for _, s := range []sound{said, heard} {
		if d := time.Duration(len(s)) * time.Second / 48000; d < length-200*time.Millisecond || d > length+200*time.Millisecond {
			t.Errorf("a sound lasts %v, want %v", d, length)
		}
	}
	checkPlaylists(t, store, at, m)
}

// checkPlaylists reads the playlists back with gohlslib, and has ffmpeg follow
// the master playlist.
func checkPlaylists(t *testing.T, s Store, at string, m *Manifest) {
	t.Helper()
	var master playlist.Multivariant
	if err := master.Unmarshal(read(t, s, path.Join(at, masterFile))); err != nil {
		t.Fatal(err)
	}
	if len(master.Variants) != 1 || master.Variants[0].Resolution != "640x360" || len(master.Renditions) != 2 || !master.Renditions[0].Default {
		t.Errorf("the master playlist is %+v", master)
	}
	breaks := map[string]int{}
	for _, r := range m.Tracks {
		text := read(t, s, path.Join(at, r.Name, playlistFile))
		var media playlist.Media
		if err := media.Unmarshal(text); err != nil {
			t.Fatalf("%s: %v", r.Name, err)
		}
		if !media.Endlist || len(media.Segments) != len(r.Segments) {
			t.Errorf("the playlist of %s has %d segments of %d", r.Name, len(media.Segments), len(r.Segments))
		}
		if maps := bytes.Count(text, []byte("#EXT-X-MAP:")); maps < len(r.Inits) {
			t.Errorf("the playlist of %s names %d init segments of %d", r.Name, maps, len(r.Inits))
		}
		for _, g := range media.Segments {
			if g.Discontinuity {
				breaks[r.Name]++
			}
			if g.DateTime == nil || g.DateTime.Before(m.Started) || g.DateTime.After(m.Ended) {
				t.Errorf("%s/%s has the time %v", r.Name, g.URI, g.DateTime)
			}
			if g.Duration > time.Duration(media.TargetDuration)*time.Second+500*time.Millisecond {
				t.Errorf("%s/%s lasts %v, more than the target of %d s", r.Name, g.URI, g.Duration, media.TargetDuration)
			}
		}
	}
	if breaks["picture"] != 3 || breaks["original"] != 3 || breaks["channel-ru"] != 3 {
		t.Errorf("the renditions have different discontinuities: %v", breaks)
	}
	dir := t.TempDir()
	for _, r := range m.Tracks {
		for _, name := range append(files(r), playlistFile) {
			export(t, s, path.Join(at, r.Name, name), path.Join(dir, r.Name, name))
		}
	}
	export(t, s, path.Join(at, masterFile), path.Join(dir, masterFile))
	out := run(t, nil, "ffprobe", "-v", "fatal", "-count_frames", "-show_entries", "stream=codec_type,nb_read_frames", "-of", "csv=p=0", path.Join(dir, masterFile))
	for _, line := range strings.Fields(string(out)) {
		kind, n, _ := strings.Cut(line, ",")
		if want := map[string]string{"audio": "6", "video": "1"}[kind]; !strings.HasPrefix(n, want) || len(n) != 3 {
			t.Errorf("ffprobe follows the playlist and reads %s", line)
		}
	}
}

func files(r *TrackRecord) []string {
	var names []string
	for _, i := range r.Inits {
		names = append(names, i.File)
	}
	for _, g := range r.Segments {
		names = append(names, g.File)
	}
	return names
}
