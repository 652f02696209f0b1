package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"

	"liqa/internal/config"
	"liqa/internal/plan"
	"liqa/internal/player"
	"liqa/internal/summit"
)

// program finds a foreign program; the make targets install it.
func program(t *testing.T, name, need string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not here; tools/need %s installs it", name, need)
	}
	return path
}

// running starts a foreign program and ends it with the test.
func running(t *testing.T, environment []string, path string, args ...string) *bytes.Buffer {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Dir = t.TempDir()
	said := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	return said
}

// withoutUPnP keeps two libraries apart that do not live in one process; see
// the file.
func withoutUPnP(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	made, err := exec.Command(program(t, "cc", "cc"), "-shared", "-fPIC", "-Wl,-soname,libgupnp-igd-1.0.so.4",
		"-o", filepath.Join(dir, "libgupnp-igd-1.0.so.4"), "testdata/noupnp.c").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, made)
	}
	return []string{"LD_LIBRARY_PATH=" + dir}
}

// attend reads what a live connection says, as a screen does: who does not is
// taken for gone.
func attend(t *testing.T, live *websocket.Conn) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			if _, _, err := live.Read(ctx); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

// tape keeps what comes in a slot.
type tape struct {
	mu      sync.Mutex
	packets map[string][]*rtp.Packet
}

func (p *tape) add(slot string, packet *rtp.Packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.packets == nil {
		p.packets = map[string][]*rtp.Packet{}
	}
	p.packets[slot] = append(p.packets[slot], packet.Clone())
}

func (p *tape) of(slot string) []*rtp.Packet {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*rtp.Packet(nil), p.packets[slot]...)
}

// tone is the level of a frequency in a slot's sound, decoded by ffmpeg.
func (p *tape) tone(t *testing.T, slot string, hertz float64) float64 {
	t.Helper()
	var ogg bytes.Buffer
	w, err := oggwriter.NewWith(&ogg, 48000, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range p.of(slot) {
		if err := w.WriteRTP(one); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Close()
	pcm := decoded(t, ogg.Bytes(), "-f", "s16le", "-ac", "1", "-ar", "48000")
	n := min(len(pcm)/2, 48000)
	if n < 9600 {
		return 0
	}
	c := 2 * math.Cos(2*math.Pi*hertz/48000)
	var a, b float64
	for i := range n { // Goertzel over the last second
		at := len(pcm)/2 - n + i
		a, b = float64(int16(uint16(pcm[2*at])|uint16(pcm[2*at+1])<<8))/32768+c*a-b, a
	}
	return 2 * math.Sqrt(math.Max(0, a*a+b*b-c*a*b)) / float64(n)
}

// colour is the mean of a slot's last picture.
func (p *tape) colour(t *testing.T, slot string) (r, g, b int) {
	t.Helper()
	var h264 bytes.Buffer
	var depacketizer codecs.H264Packet
	for _, one := range p.of(slot) {
		if part, err := depacketizer.Unmarshal(one.Payload); err == nil {
			h264.Write(part)
		}
	}
	if h264.Len() == 0 {
		return 0, 0, 0
	}
	rgb := decoded(t, h264.Bytes(), "-f", "rawvideo", "-pix_fmt", "rgb24", "-vf", "scale=1:1")
	if len(rgb) < 3 {
		return 0, 0, 0
	}
	last := rgb[len(rgb)-3:]
	return int(last[0]), int(last[1]), int(last[2])
}

func decoded(t *testing.T, in []byte, out ...string) []byte {
	t.Helper()
	cmd := exec.Command(program(t, "ffmpeg", "ffmpeg"), append(append([]string{"-v", "quiet", "-i", "-"}, out...), "-")...)
	cmd.Stdin = bytes.NewReader(in)
	got, _ := cmd.Output() // what cannot be decoded yet is tried again
	return got
}

// eventually tries until it is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !is(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func names(slots []plan.Slot) []string {
	var list []string
	for _, s := range slots {
		list = append(list, string(s))
	}
	return list
}

// Debian's simple-whip-client, which is GStreamer's webrtcbin with a URL and a
// token, feeds a principal's seat: the other principal hears its tone and sees
// its colour, and any WHEP player gets both as the program.
func TestASimpleWHIPClientFeedsASeat(t *testing.T) {
	atItsLeisure(t)
	takesItsTime(t)
	client := program(t, "whip-client", "whip-client")
	c := settings(t)
	c.Media.UDP, c.Media.TCP, c.Media.Addresses = "127.0.0.1:0", "127.0.0.1:0", []string{"127.0.0.1"}
	s := start(t, c)
	made := convene(t, s)
	officer, _ := join(t, s, made, "officer")
	act(t, officer, "arrive", nil)
	auths := map[string]string{}
	lives := []*websocket.Conn{officer}
	for _, seat := range []string{"principal-a", "principal-b"} {
		live, auth := join(t, s, made, summit.SeatID(seat))
		auths[seat] = auth
		lives = append(lives, live)
		act(t, live, "arrive", nil)
		act(t, officer, "admit", map[string]string{"seat": seat})
	}
	act(t, officer, "start-item", map[string]string{"item": "opening"})
	act(t, officer, "give-floor", map[string]string{"seat": "principal-a"})
	for _, live := range lives {
		attend(t, live)
	}

	var sender struct{ URL, Token string }
	if err := json.Unmarshal(asked(t, s, "GET", "/api/sender", auths["principal-a"]), &sender); err != nil {
		t.Fatal(err)
	}
	said := running(t, withoutUPnP(t), client, "-u", sender.URL, "-t", sender.Token, "-l", "5", "-o",
		"-A", "audiotestsrc is-live=true wave=sine freq=440 volume=0.5 ! audioconvert ! audioresample ! opusenc bitrate=64000 ! rtpopuspay pt=111 ! "+
			"application/x-rtp,media=audio,encoding-name=OPUS,payload=111",
		"-V", "videotestsrc is-live=true pattern=red ! video/x-raw,width=320,height=180,framerate=15/1 ! "+
			"x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate=200 ! video/x-h264,profile=constrained-baseline ! "+
			"rtph264pay pt=102 config-interval=1 aggregate-mode=zero-latency ! application/x-rtp,media=video,encoding-name=H264,payload=102")

	pool, err := player.New(player.Config{})
	if err != nil {
		t.Fatal(err)
	}
	door := func(path, auth string) player.Exchange {
		header := http.Header{}
		if auth != "" {
			header.Set("Authorization", "Liqa "+auth)
		}
		return player.HTTP(http.DefaultClient, s.LocalURL()+path, header)
	}
	var other, program tape
	receiver, err := pool.Receive(t.Context(), door("/api/whep", auths["principal-b"]), names(plan.RoomSlots), other.add)
	if err != nil {
		t.Fatal(err)
	}
	defer receiver.Close()
	defer func() {
		if t.Failed() {
			t.Logf("whip-client:\n%s", said)
		}
	}()
	eventually(t, "the other principal hears the tone", func() bool { return other.tone(t, "original-1", 440) > 0.1 })
	eventually(t, "and sees the colour", func() bool { r, g, b := other.colour(t, "picture-1"); return r > 150 && g < 80 && b < 80 })

	// One sound and one picture, in a language that its address names.
	plain, err := pool.Receive(t.Context(), door("/api/summits/"+string(made.Summit)+"/whep?lang=ru", ""),
		[]string{"channel", "picture-1"}, program.add)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	eventually(t, "a plain player gets the sound", func() bool { return program.tone(t, "channel", 440) > 0.02 })
	eventually(t, "and the picture", func() bool { r, g, b := program.colour(t, "picture-1"); return r > 150 && g < 80 && b < 80 })
}

var iceServer = regexp.MustCompile(`^<([^>]+)>; rel="ice-server"; username="([^"]+)"; credential="([^"]+)"`)

// Who reaches nothing but the TURN server hears by it: coturn takes the
// credentials that the server made, and relays to the server's port.
func TestATURNServerRelays(t *testing.T) {
	atItsLeisure(t)
	takesItsTime(t)
	turnserver := program(t, "turnserver", "coturn")
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := probe.Addr().(*net.TCPAddr).Port
	probe.Close()
	dir := t.TempDir()
	running(t, nil, turnserver, "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", fmt.Sprint("--listening-port=", port),
		"--use-auth-secret", "--static-auth-secret=a secret of two servers", "--realm=liqa", "--no-tls", "--no-dtls",
		"--allow-loopback-peers", "--cli-password=unused", "--no-cli", "--no-multicast-peers", "--log-file=stdout",
		"--pidfile="+filepath.Join(dir, "pid"), "--userdb="+filepath.Join(dir, "db"))
	eventually(t, "coturn listens", func() bool {
		c, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	c := settings(t)
	c.Media.UDP, c.Media.TCP, c.Media.Addresses = "127.0.0.1:0", "127.0.0.1:0", []string{"127.0.0.1"}
	c.Media.Turn = config.Turn{URLs: []string{fmt.Sprintf("turn:127.0.0.1:%d?transport=udp", port)}, Secret: "a secret of two servers"}
	s := start(t, c)
	made := convene(t, s)
	officer, officerAuth := join(t, s, made, "officer")
	act(t, officer, "arrive", nil)
	principal, auth := join(t, s, made, "principal-a")
	act(t, principal, "arrive", nil)
	act(t, officer, "admit", map[string]string{"seat": "principal-a"})
	act(t, officer, "start-item", map[string]string{"item": "opening"})
	attend(t, officer)
	attend(t, principal)

	direct, err := player.New(player.Config{})
	if err != nil {
		t.Fatal(err)
	}
	door := func(path, auth string) player.Exchange {
		return player.HTTP(http.DefaultClient, s.LocalURL()+path, http.Header{"Authorization": {"Liqa " + auth}})
	}
	publisher, err := direct.Publish(t.Context(), door("/api/whip", auth), player.Track{MIME: "audio/opus", Clip: player.Silence()})
	if err != nil {
		t.Fatal(err)
	}
	defer publisher.Close()

	r, _ := http.NewRequest("OPTIONS", s.LocalURL()+"/api/whep", nil)
	r.Header.Set("Authorization", "Liqa "+officerAuth)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	link := iceServer.FindStringSubmatch(answer.Header.Get("Link"))
	if link == nil {
		t.Fatalf("no TURN server is named: %v", answer.Header)
	}
	hear := func(password string) (*player.Receiver, error) {
		relayed, err := player.New(player.Config{OnlyRelays: true,
			Relays: []webrtc.ICEServer{{URLs: []string{link[1]}, Username: link[2], Credential: password}}})
		if err != nil {
			t.Fatal(err)
		}
		return relayed.Receive(t.Context(), door("/api/whep", officerAuth), names(plan.RoomSlots), nil)
	}
	stranger, err := hear("guessed")
	if err == nil {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		if stranger.Wait(ctx) == nil {
			t.Error("with a guessed password it relays: this test would not notice a way past the TURN server either")
		}
		cancel()
		stranger.Vanish()
	}
	receiver, err := hear(link[3])
	if err != nil {
		t.Fatal(err)
	}
	defer receiver.Close()
	eventually(t, "sound comes by the TURN server", func() bool { return receiver.Packets() > 20 })
}

// asked makes a call as a seat.
func asked(t *testing.T, s *Server, method, path, auth string) []byte {
	t.Helper()
	r, err := http.NewRequest(method, s.LocalURL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Liqa "+auth)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, answer.StatusCode, strings.TrimSpace(string(text)))
	}
	return text
}
