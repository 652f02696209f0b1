package peer

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"liqa/internal/player"
	"liqa/internal/switchboard"
)

// marked is a clip whose every packet says whose it is and which frame:
// «name#000012». Pictures are a key frame and nine others, of three packets.
type marked struct {
	mime, name string
	frame      atomic.Int64
	wantKey    atomic.Bool
}

var markPattern = regexp.MustCompile(`«([a-z0-9-]+)#([0-9]{6})»`)

func (m *marked) Next() player.Frame {
	n := m.frame.Add(1)
	mark := fmt.Appendf(nil, "«%s#%06d»", m.name, n)
	if m.mime == webrtc.MimeTypeOpus {
		return player.Frame{Data: append([]byte{0x78}, mark...), Length: 20 * time.Millisecond, Level: player.Speech}
	}
	key := n%30 == 1 || m.wantKey.Swap(false)
	body := bytes.Repeat(mark, 3000/len(mark))
	var head []byte
	switch {
	case m.mime == webrtc.MimeTypeVP9 && key: // an uncompressed header of 320×180
		head = []byte{0x82, 0x49, 0x83, 0x42, 0x40, 0x13, 0xf0, 0x0b, 0x30}
	case m.mime == webrtc.MimeTypeVP9:
		head = []byte{0x86}
	case key:
		head = []byte{0, 0, 0, 1, 0x67, 0x42, 0xe0, 0x1f, 0x8c, 0x8d, 0x40, 0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80, 0, 0, 0, 1, 0x65, 0x88}
	default:
		head = []byte{0, 0, 0, 1, 0x41, 0x9a}
	}
	return player.Frame{Data: append(head, body...), Length: 40 * time.Millisecond}
}

func (m *marked) Refresh() { m.wantKey.Store(true) }

// hall is a gate and a board with their clients, all in one test.
type hall struct {
	t     testing.TB
	board *switchboard.Board
	gate  *Gate
	pool  *player.Player
	clips map[string]*marked // by mark
}

func newHall(t testing.TB, config player.Config) *hall {
	t.Helper()
	g := newGate(t)
	if config.Socket == nil {
		config.Socket = func() (net.PacketConn, error) { return net.ListenUDP("udp4", loopback) }
	}
	p, err := player.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return &hall{t: t, board: g.board, gate: g, pool: p, clips: map[string]*marked{}}
}

func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// publish sends a microphone and perhaps a camera as a seat: the sources
// SEAT/microphone and SEAT/camera, marked SEAT-sound and SEAT-picture.
func (h *hall) publish(seat string, camera string) (*player.Publisher, *Conn) {
	h.t.Helper()
	sound := &marked{mime: webrtc.MimeTypeOpus, name: seat + "-sound"}
	h.clips[sound.name] = sound
	tracks := []player.Track{{MIME: sound.mime, Clip: sound}}
	sources := map[Device]switchboard.SourceID{Microphone: switchboard.SourceID(seat + "/microphone")}
	if camera != "" {
		picture := &marked{mime: camera, name: seat + "-picture"}
		h.clips[picture.name] = picture
		tracks = append(tracks, player.Track{MIME: camera, Clip: picture})
		sources[Camera] = switchboard.SourceID(seat + "/camera")
	}
	var conn *Conn
	out, err := h.pool.Publish(soon(h.t), func(ctx context.Context, offer string) (string, func(context.Context) error, error) {
		answer, c, err := h.gate.Ingest(ctx, Publish{Session: seat, Origin: switchboard.Origin(seat), Sources: sources, Offer: offer})
		conn = c
		return answer, nil, err
	}, tracks...)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = out.Vanish() })
	if err := out.Wait(soon(h.t)); err != nil {
		h.t.Fatal(err)
	}
	return out, conn
}

// tally is what a listener heard: packets by slot and mark.
type tally struct {
	mu    sync.Mutex
	count map[string]map[string]int
	last  map[string]int // the newest frame of each mark
	first map[string]int // the oldest since the last reset
	seqs  map[string][]uint16
}

func newTally() *tally {
	t := &tally{}
	t.reset()
	return t
}

func (y *tally) reset() {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.count, y.first, y.last, y.seqs = map[string]map[string]int{}, map[string]int{}, map[string]int{}, map[string][]uint16{}
}

func (y *tally) add(slot string, p *rtp.Packet) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.count[slot] == nil {
		y.count[slot] = map[string]int{}
	}
	y.seqs[slot] = append(y.seqs[slot], p.SequenceNumber)
	found := markPattern.FindAllSubmatch(p.Payload, -1)
	if len(found) == 0 {
		y.count[slot][""]++
		return
	}
	for _, m := range found {
		name := string(m[1])
		number, _ := strconv.Atoi(string(m[2]))
		if y.first[name] == 0 {
			y.first[name] = number
		}
		y.last[name] = max(y.last[name], number)
		if &m[0][0] == &found[0][0][0] {
			y.count[slot][name]++
		}
	}
}

// marks lists which marks came in a slot, sorted.
func (y *tally) marks(slot string) []string {
	y.mu.Lock()
	defer y.mu.Unlock()
	var list []string
	for name := range y.count[slot] {
		if name != "" {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

func (y *tally) of(slot, mark string) int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.count[slot][mark]
}

// holes counts the sequence numbers between the first and the last of a slot
// that never came.
func (y *tally) holes(slot string) int {
	y.mu.Lock()
	defer y.mu.Unlock()
	list := y.seqs[slot]
	if len(list) == 0 {
		return 0
	}
	seen := map[int16]bool{}
	highest := int16(0)
	for _, s := range list {
		ahead := int16(s - list[0])
		seen[ahead], highest = true, max(highest, ahead)
	}
	missing := 0
	for i := int16(0); i <= highest; i++ {
		if !seen[i] {
			missing++
		}
	}
	return missing
}

// settle waits until a count has stood still for a while: what had been sent
// has arrived, however slow the machine.
func settle(t testing.TB, count func() int64) {
	t.Helper()
	last, since := count(), time.Now()
	for end := time.Now().Add(5 * time.Second); time.Since(since) < 500*time.Millisecond; time.Sleep(5 * time.Millisecond) {
		if n := count(); n != last {
			last, since = n, time.Now()
		}
		if time.Now().After(end) {
			t.Error("it goes on and on")
			return
		}
	}
}

func (h *hall) listen(p *player.Player, key switchboard.Key, template Template, onState func(State), rewrite func(string) string) (*player.Receiver, *tally, *Conn) {
	h.t.Helper()
	y := newTally()
	var conn *Conn
	var slots []string
	for _, s := range template.Sections {
		slots = append(slots, string(s.Slot))
	}
	in, err := p.Receive(soon(h.t), func(ctx context.Context, offer string) (string, func(context.Context) error, error) {
		answer, c, err := h.gate.Serve(ctx, Play{Session: string(key), Key: key, Template: template, Offer: offer, OnState: onState})
		conn = c
		if rewrite != nil {
			answer = rewrite(answer)
		}
		return answer, nil, err
	}, slots, y.add)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = in.Vanish() })
	if err := in.Wait(soon(h.t)); err != nil {
		h.t.Fatal(err)
	}
	return in, y, conn
}

// eventually waits for a condition that must come true.
func eventually(t testing.TB, within time.Duration, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}

func only(sources ...switchboard.SourceID) switchboard.Set { return switchboard.Set{Sources: sources} }

// wire is a client's socket that counts the media packets on it, and can be
// cut like a cable.
type wire struct {
	net.PacketConn
	media atomic.Int64
	cut   atomic.Bool
}

var loopback = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}

func newWire(t testing.TB) *wire {
	conn, err := net.ListenUDP("udp4", loopback)
	if err != nil {
		t.Fatal(err)
	}
	return &wire{PacketConn: conn}
}

// open is the player's way to the socket.
func (w *wire) open() (net.PacketConn, error) { return w, nil }

func (w *wire) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := w.PacketConn.ReadFrom(b)
		if err != nil || !w.cut.Load() {
			if err == nil && isMedia(b[:n]) && !isControl(b[:n]) {
				w.media.Add(1)
			}
			return n, from, err
		}
	}
}

func (w *wire) WriteTo(b []byte, to net.Addr) (int, error) {
	if w.cut.Load() {
		return len(b), nil
	}
	return w.PacketConn.WriteTo(b, to)
}
