package recorder

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp/codecs"

	"liqa/internal/player"
	"liqa/internal/switchboard"
)

// run runs a program on the input, and returns its output.
func run(t testing.TB, in []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(in)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil || complaint.Len() > 0 {
		t.Fatalf("%s %v: %v %s", name, args, err, complaint.String())
	}
	return out
}

func ffmpeg(t testing.TB, in []byte, args ...string) []byte {
	t.Helper()
	return run(t, in, "ffmpeg", append([]string{"-hide_banner", "-loglevel", "error"}, args...)...)
}

// tones is Opus that changes its tone: each of the frequencies sounds for the
// same time, in turn.
func tones(t testing.TB, each time.Duration, frequencies ...int) []player.Frame {
	t.Helper()
	var pcm []byte
	for _, f := range frequencies {
		for i := range int(each.Seconds() * 48000) {
			pcm = binary.LittleEndian.AppendUint16(pcm, uint16(int16(16000*math.Sin(2*math.Pi*float64(f)*float64(i)/48000))))
		}
	}
	ogg := ffmpeg(t, pcm, "-f", "s16le", "-ar", "48000", "-ac", "1", "-i", "-",
		"-c:a", "libopus", "-application", "lowdelay", "-b:a", "64k", "-frame_duration", "20", "-f", "ogg", "-")
	r, err := player.Opus(bytes.NewReader(ogg))
	if err != nil {
		t.Fatal(err)
	}
	return framesOf(r)[:int(each/(20*time.Millisecond))*len(frequencies)]
}

// colours is a picture that changes its colour, at 15 pictures a second with a
// key frame every two seconds.
func colours(t testing.TB, codec switchboard.Codec, size string, each time.Duration, names ...string) []player.Frame {
	t.Helper()
	var inputs, filter []string
	for i, c := range names {
		inputs = append(inputs, "-f", "lavfi", "-i", fmt.Sprintf("color=%s:s=%s:r=15:d=%f", c, size, each.Seconds()))
		filter = append(filter, fmt.Sprintf("[%d]", i))
	}
	args := append(inputs, "-filter_complex", strings.Join(filter, "")+fmt.Sprintf("concat=n=%d,format=yuv420p", len(names)), "-g", "30")
	var r *player.Recording
	var err error
	if codec == switchboard.H264 {
		stream := ffmpeg(t, nil, append(args, "-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-threads", "1",
			"-x264-params", "scenecut=0:repeat-headers=1", "-f", "h264", "-")...)
		r, err = player.H264(bytes.NewReader(stream), 15)
	} else {
		stream := ffmpeg(t, nil, append(args, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k", "-lag-in-frames", "0", "-f", "ivf", "-")...)
		r, err = player.VP9(bytes.NewReader(stream))
	}
	if err != nil {
		t.Fatal(err)
	}
	return framesOf(r)
}

func framesOf(r *player.Recording) []player.Frame {
	var frames []player.Frame
	clip := r.Loop()
	for total := time.Duration(0); total < r.Length(); {
		f := clip.Next()
		frames = append(frames, f)
		total += f.Length
	}
	return frames
}

// board is a switchboard that only has taps.
type board struct {
	mu    sync.Mutex
	taps  map[switchboard.SourceID]func(switchboard.Packet)
	asked map[switchboard.SourceID]int
}

func newBoard() *board {
	return &board{taps: map[switchboard.SourceID]func(switchboard.Packet){}, asked: map[switchboard.SourceID]int{}}
}

func (b *board) Tap(id switchboard.SourceID, sink func(switchboard.Packet)) func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taps[id] = sink
	return func() {}
}

func (b *board) AddReceiver(switchboard.Key, []switchboard.SlotSpec, switchboard.Output) (*switchboard.Receiver, error) {
	panic("this board has no receivers")
}

func (b *board) RequestKeyframe(id switchboard.SourceID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked[id]++
}

// sender sends frames as packets.
type sender struct {
	codec  switchboard.Codec
	stream uint64
	seq    uint64
	origin time.Time // where ts counts from
	rate   int64
	pack   interface {
		Payload(mtu uint16, payload []byte) [][]byte
	}
}

func newSender(c switchboard.Codec, origin time.Time) *sender {
	s := &sender{codec: c, stream: 1, seq: 7000, origin: origin, rate: rateOf(c.Kind())}
	switch c {
	case switchboard.H264:
		s.pack = &codecs.H264Payloader{}
	case switchboard.VP9:
		s.pack = &codecs.VP9Payloader{}
	default:
		s.pack = &codecs.OpusPayloader{}
	}
	return s
}

// packets makes the packets of a frame that was captured then.
func (s *sender) packets(f player.Frame, captured time.Time) []switchboard.Packet {
	var out []switchboard.Packet
	payloads := s.pack.Payload(1200, f.Data)
	for i, p := range payloads {
		out = append(out, switchboard.Packet{
			Source: "tested", Codec: s.codec, Stream: s.stream, Seq: s.seq, Timestamp: ticksOf(int64(captured.Sub(s.origin)), s.rate),
			Capture: captured, Arrival: time.Now(), Marker: i == len(payloads)-1 && s.codec.Kind() == switchboard.Video,
			Keyframe: i == 0 && begins(s.codec, p), Payload: p,
		})
		s.seq++
	}
	return out
}

// begins reports whether a payload begins a key frame, as the switchboard does.
func begins(c switchboard.Codec, p []byte) bool {
	switch c {
	case switchboard.H264:
		return p[0]&0x1f == nalSPS || p[0]&0x1f == 24
	case switchboard.VP9:
		return p[0]&0x48 == 0x08
	}
	return false
}

// play sends frames in their time, from now on.
func play(s *sender, frames []player.Frame, sink func(switchboard.Packet)) {
	next := time.Now()
	for _, f := range frames {
		time.Sleep(time.Until(next))
		for _, p := range s.packets(f, next) {
			sink(p)
		}
		next = next.Add(f.Length)
	}
	time.Sleep(time.Until(next))
}

// together runs functions at the same time, and waits for all.
func together(parts ...func()) {
	var all sync.WaitGroup
	for _, p := range parts {
		all.Go(p)
	}
	all.Wait()
}

// newStore makes a folder. It must not be made in a synctest bubble, whose
// folders do not outlive it.
func newStore(t testing.TB) Store {
	t.Helper()
	s, err := Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newRecorder(t testing.TB, s Store, b Board, change func(*Config)) *Recorder {
	t.Helper()
	c := Config{Store: s, Summit: "s1", Board: b, OnTrouble: func(p Trouble) {
		if p.Err != nil {
			t.Errorf("trouble: %v", p.Err)
		}
	}}
	if change != nil {
		change(&c)
	}
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func seatMicrophone() Track {
	return Track{Name: "a-principal-microphone", Role: Seat, Kind: switchboard.Audio, Source: "s1/seat/a-principal/microphone", Seat: "a-principal"}
}

func seatCamera() Track {
	return Track{Name: "a-principal-camera", Role: Seat, Kind: switchboard.Video, Source: "s1/seat/a-principal/camera", Seat: "a-principal"}
}

func channelOf(l string) Track {
	return Track{Name: "channel-" + l, Role: Channel, Kind: switchboard.Audio, Source: switchboard.SourceID("s1/channel/" + l), Language: l}
}

func record(t testing.TB, r *Recorder, tracks ...Track) {
	t.Helper()
	for _, is := range tracks {
		if err := r.Record(is); err != nil {
			t.Fatal(err)
		}
	}
}

func begin(t testing.TB, r *Recorder, item string, c Coverage) string {
	t.Helper()
	id, err := r.Begin(Scene{Item: item, Title: map[string]string{"en": item}, Coverage: c})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// manifestOf reads a finished take's manifest.
func manifestOf(t testing.TB, s Store, at string) *Manifest {
	t.Helper()
	m, digest, err := readManifest(s, at)
	if err != nil || m == nil || digest == "" {
		t.Fatalf("%s has no manifest: %v", at, err)
	}
	return m
}

func trackOf(t testing.TB, m *Manifest, name string) *TrackRecord {
	t.Helper()
	for _, r := range m.Tracks {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("the take %s has no track %s", m.Take, name)
	return nil
}

// whole joins the segments of a track that have one init segment.
func whole(t testing.TB, s Store, at string, r *TrackRecord, init int) []byte {
	t.Helper()
	b := read(t, s, path.Join(at, r.Name, r.Inits[init].File))
	for _, g := range r.Segments {
		if g.Init == init {
			b = append(b, read(t, s, path.Join(at, r.Name, g.File))...)
		}
	}
	return b
}

func read(t testing.TB, s Store, name string) []byte {
	t.Helper()
	b, err := fs.ReadFile(s, name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// export copies a file of a store to a folder.
func export(t testing.TB, s Store, name, to string) {
	t.Helper()
	if err := os.MkdirAll(path.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, read(t, s, name), 0o644); err != nil {
		t.Fatal(err)
	}
}
