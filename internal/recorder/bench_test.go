package recorder

import (
	"bytes"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"

	"liqa/internal/player"
	"liqa/internal/switchboard"
)

// BenchmarkRecording records what a bilateral summit has: two cameras of 720p
// at 30 pictures a second and about 1.5 Mbit/s with their microphones, the
// program, and four languages' channels, to a folder. It feeds media faster
// than real time, and says how much of a core real time would take: the time of
// the processor that was used, in user mode and in the kernel, by the time of
// the media.
func BenchmarkRecording(b *testing.B) {
	const seconds = 10
	voice := tones(b, time.Second, 500)
	camera := cameraOf(b)
	for b.Loop() {
		b.StopTimer()
		var now atomic.Int64
		start := time.Now()
		store, err := Folder(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		taps := newBoard()
		r := newRecorder(b, store, taps, func(c *Config) {
			c.Clock = func() time.Time { return start.Add(time.Duration(now.Load())) }
			c.Wall = c.Clock
		})
		var feeds []func(at time.Time)
		feed := func(s *sender, frames []player.Frame, sink func(switchboard.Packet)) {
			next, n := start, 0
			feeds = append(feeds, func(at time.Time) {
				for ; !next.After(at); n++ {
					f := frames[n%len(frames)]
					for _, p := range s.packets(f, next) {
						sink(p)
					}
					next = next.Add(f.Length)
				}
			})
		}
		for _, name := range []string{"a-principal", "b-principal"} {
			mic, cam := seatMicrophone(), seatCamera()
			mic.Name, mic.Source = name+"-microphone", switchboard.SourceID(name+"m")
			cam.Name, cam.Source = name+"-camera", switchboard.SourceID(name+"c")
			record(b, r, mic, cam)
			feed(newSender(switchboard.Opus, start), voice, taps.taps[mic.Source])
			feed(newSender(switchboard.H264, start), camera, taps.taps[cam.Source])
		}
		for _, l := range []string{"ar", "en", "ru", "zh"} {
			record(b, r, channelOf(l))
			feed(newSender(switchboard.Opus, start), voice, taps.taps[channelOf(l).Source])
		}
		program := r.program("program")
		feed(newSender(switchboard.Opus, start), voice, program.slot(0))
		feed(newSender(switchboard.H264, start), camera, program.slot(1))
		begin(b, r, "opening", Open)
		used := processor()
		b.StartTimer()
		for t := time.Duration(0); t < seconds*time.Second; t += 10 * time.Millisecond {
			now.Store(int64(t))
			for _, f := range feeds {
				f(start.Add(t))
			}
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(100*(processor()-used).Seconds()/seconds, "%core")
	}
}

// cameraOf is a moving picture of 720p.
func cameraOf(b *testing.B) []player.Frame {
	stream := ffmpeg(b, nil, "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=4", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast",
		"-profile:v", "baseline", "-b:v", "1500k", "-maxrate", "1500k", "-bufsize", "1500k", "-g", "60", "-x264-params", "scenecut=0", "-f", "h264", "-")
	r, err := player.H264(bytes.NewReader(stream), 30)
	if err != nil {
		b.Fatal(err)
	}
	return framesOf(r)
}

// slot takes packets as the program's receiver gives them.
func (o *Output) slot(n int) func(switchboard.Packet) {
	return func(p switchboard.Packet) {
		o.WriteRTP([]switchboard.Outgoing{{
			Slot: n, Codec: p.Codec, Keyframe: p.Keyframe, Capture: p.Capture, Source: p.Source, Payload: p.Payload,
			Header: rtp.Header{SequenceNumber: uint16(p.Seq), Timestamp: uint32(p.Timestamp), Marker: p.Marker},
		}})
	}
}

// processor is the time that this process has used of it.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
