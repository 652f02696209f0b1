package recorder

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"liqa/internal/player"
	"liqa/internal/switchboard"
)

// Some of what is tested here happens to a process: it runs this test binary
// again as a child that records in real time.

const childFolder = "RECORDER_TEST_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := childMain(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// said is what the child says on its output, a line of JSON each.
type said struct {
	Fed     time.Duration `json:"fed"`     // so much has been sent
	Trouble string        `json:"trouble"` // an alarm
	Full    bool          `json:"full"`
	Track   string        `json:"track"`
	Over    bool          `json:"over"` // the alarm is over
	Done    bool          `json:"done"` // the recorder has been closed
}

// childMain records a microphone and a camera into the folder until its input
// ends. Its soft limit of a file's size may be changed from outside meanwhile.
func childMain(dir string) error {
	signal.Ignore(syscall.SIGXFSZ) // a write beyond the limit is an error then
	var telling sync.Mutex
	tell := func(s said) {
		telling.Lock()
		defer telling.Unlock()
		_ = json.NewEncoder(os.Stdout).Encode(s)
	}
	voice, err := clipOf(filepath.Join(dir, "voice.ogg"), player.Opus)
	if err != nil {
		return err
	}
	camera, err := clipOf(filepath.Join(dir, "camera.h264"), func(r io.Reader) (*player.Recording, error) { return player.H264(r, 15) })
	if err != nil {
		return err
	}
	store, err := Folder(filepath.Join(dir, "record"))
	if err != nil {
		return err
	}
	b := newBoard()
	r, err := New(Config{Store: store, Summit: "s1", Board: b, OnTrouble: func(t Trouble) {
		s := said{Over: t.Err == nil, Track: t.Track}
		if storage := (*StorageError)(nil); errors.As(t.Err, &storage) {
			s.Full = storage.Full
		}
		if t.Err != nil {
			s.Trouble = t.Err.Error()
		}
		tell(s)
	}})
	if err != nil {
		return err
	}
	if err := r.Record(seatMicrophone()); err != nil {
		return err
	}
	if err := r.Record(seatCamera()); err != nil {
		return err
	}
	if _, err := r.Begin(Scene{Item: "opening", Coverage: Open}); err != nil {
		return err
	}
	stop := make(chan struct{})
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		close(stop)
	}()
	start := time.Now()
	loop := func(s *sender, clip player.Clip, sink func(switchboard.Packet)) func() {
		return func() {
			for next := start; ; {
				select {
				case <-stop:
					return
				case <-time.After(time.Until(next)):
				}
				f := clip.Next()
				for _, p := range s.packets(f, next) {
					sink(p)
				}
				next = next.Add(f.Length)
				tell(said{Fed: next.Sub(start)})
			}
		}
	}
	together(
		loop(newSender(switchboard.Opus, start), voice, b.taps[seatMicrophone().Source]),
		loop(newSender(switchboard.H264, start), camera, b.taps[seatCamera().Source]),
	)
	err = r.Close()
	tell(said{Done: true})
	return err
}

func clipOf(file string, read func(io.Reader) (*player.Recording, error)) (player.Clip, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r, err := read(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return r.Loop(), nil
}

// child is such a process.
type child struct {
	*exec.Cmd
	dir    string
	stdin  interface{ Close() error }
	mu     sync.Mutex
	fed    time.Duration
	lines  []said
	closed chan struct{}
}

func startChild(t *testing.T) *child {
	t.Helper()
	c := &child{dir: t.TempDir(), closed: make(chan struct{})}
	for name, args := range map[string][]string{
		"voice.ogg": {"-f", "lavfi", "-i", "sine=f=500:d=10", "-c:a", "libopus", "-frame_duration", "20"},
		"camera.h264": {"-f", "lavfi", "-i", "testsrc=s=320x180:r=15:d=4", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast",
			"-profile:v", "baseline", "-g", "30", "-x264-params", "scenecut=0"},
	} {
		ffmpeg(t, nil, append(args, filepath.Join(c.dir, name))...)
	}
	c.Cmd = exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childFolder+"="+c.dir)
	c.Stderr = os.Stderr
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.stdin = stdin
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); <-c.closed; _ = c.Wait() })
	go func() {
		defer close(c.closed)
		for in := bufio.NewScanner(out); in.Scan(); {
			var s said
			if json.Unmarshal(in.Bytes(), &s) != nil {
				continue
			}
			c.mu.Lock()
			c.fed = max(c.fed, s.Fed)
			if s.Fed == 0 {
				c.lines = append(c.lines, s)
			}
			c.mu.Unlock()
		}
	}()
	return c
}

// fedFor waits until the child has been fed for so long.
func (c *child) fedFor(t *testing.T, d time.Duration) {
	t.Helper()
	c.until(t, fmt.Sprintf("it has been fed %v", d), func() bool { return c.fed >= d })
}

func (c *child) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		c.mu.Lock()
		done := is()
		c.mu.Unlock()
		if done {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the child never came so far that %s; it said %+v", what, c.lines)
		}
	}
}

// alarmed reports whether the last alarm of a track was one, and not its end.
func (c *child) alarmed(track string) bool {
	on := false
	for _, s := range c.lines {
		if s.Track == track && (s.Over || s.Trouble != "") {
			on = !s.Over
		}
	}
	return on
}

func TestKilledServerLosesLessThanASecond(t *testing.T) {
	t.Parallel()
	c := startChild(t)
	c.fedFor(t, 5300*time.Millisecond)
	if err := c.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-c.closed
	fed := c.fed

	store, err := Folder(filepath.Join(c.dir, "record"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(Config{Store: store, Summit: "s1", Board: newBoard()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	const at = "sources/s1/0001-opening"
	m := manifestOf(t, store, at)
	if !m.Mended || m.Ended.IsZero() {
		t.Errorf("the manifest does not say that the take was cut short: %+v", m)
	}
	for _, f := range m.verify(store, at) {
		t.Error(f)
	}
	for _, name := range []string{"a-principal-camera", "a-principal-microphone"} {
		record := trackOf(t, m, name)
		file := whole(t, store, at, record, 0)
		ffmpeg(t, file, "-xerror", "-i", "-", "-f", "null", "-") // decodes without a complaint
		out := run(t, file, "ffprobe", "-v", "error", "-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0", "-")
		lines := strings.Fields(string(out))
		var from, length float64
		fmt.Sscanf(lines[len(lines)-1], "%f,%f", &from, &length)
		if lost := fed - time.Duration((from+length)*1e9); lost > time.Second {
			t.Errorf("%s: %v of %v were lost", name, lost, fed)
		} else {
			t.Logf("%s: %v of %v were lost", name, lost, fed)
		}
	}
	if text := string(read(t, store, path.Join(at, "a-principal-camera", playlistFile))); !strings.Contains(text, "#EXT-X-ENDLIST") {
		t.Error("the playlist of a take that was cut short has no end")
	}
	if id, err := r.Begin(Scene{Item: "opening", Coverage: Open}); err != nil || id != "0002-opening" {
		t.Errorf("the take after it is %q, %v", id, err)
	}
}

// TestFullDisk limits the size of the child's files, which to a process is the
// same as a disk that has no more space, and then gives it space again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("make test waits for it")
	}
	c := startChild(t)
	const camera, microphone = "a-principal-camera", "a-principal-microphone"
	c.fedFor(t, 3*time.Second)
	limit := func(bytes uint64) {
		if err := unix.Prlimit(c.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}, nil); err != nil {
			t.Fatal(err)
		}
	}
	limit(100) // not even an init segment
	c.until(t, "both alarms are on", func() bool { return c.alarmed(camera) && c.alarmed(microphone) })
	c.mu.Lock()
	for _, s := range c.lines {
		if s.Trouble != "" && (!s.Full || !strings.Contains(s.Trouble, "the disk is full")) {
			t.Errorf("the alarm does not say that the disk is full: %+v", s)
		}
	}
	alarms, fed := len(c.lines), c.fed
	c.mu.Unlock()
	c.fedFor(t, fed+3*time.Second)
	c.mu.Lock()
	if n := len(c.lines) - alarms; n > 1 { // of the ledger
		t.Errorf("the same alarm was given again: %+v", c.lines)
	}
	c.mu.Unlock()
	limit(unix.RLIM_INFINITY)
	c.until(t, "the alarms are over", func() bool { return !c.alarmed(camera) && !c.alarmed(microphone) && !c.alarmed("") })
	again := c.fed
	c.fedFor(t, again+3*time.Second)
	_ = c.stdin.Close()
	<-c.closed
	if n := len(c.lines); n == 0 || !c.lines[n-1].Done {
		t.Fatalf("the recorder was not closed well: %+v", c.lines)
	}

	store, err := Folder(filepath.Join(c.dir, "record"))
	if err != nil {
		t.Fatal(err)
	}
	const at = "sources/s1/0001-opening"
	m := manifestOf(t, store, at)
	for _, f := range m.verify(store, at) {
		t.Error(f)
	}
	for _, name := range []string{camera, microphone} {
		r := trackOf(t, m, name)
		ffmpeg(t, whole(t, store, at, r, 0), "-i", "-", "-f", "null", "-")
		if r.Counts.Unwritten < int64(time.Second) {
			t.Errorf("%s: the manifest says that %v are missing", name, time.Duration(r.Counts.Unwritten))
		}
		if end := time.Duration(nsOf(r.end(), r.Rate)); end < again+2*time.Second {
			t.Errorf("%s: recorded until %v only, there was space from %v on", name, end, again)
		}
		if first := r.Segments[0]; first.From > r.Rate/5 {
			t.Errorf("%s: what was recorded before the disk was full begins at %d", name, first.From)
		}
	}
}
