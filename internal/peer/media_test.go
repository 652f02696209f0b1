package peer

import (
	"context"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"liqa/internal/player"
	"liqa/internal/switchboard"
)

func TestEachSlotCarriesItsOwnSourceAndNoOther(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			h := newHall(t, player.Config{TCP: transport == "tcp"})
			_, a := h.publish("a", webrtc.MimeTypeH264)
			h.publish("b", webrtc.MimeTypeVP9)
			h.publish("interpreter", "")
			h.board.Allow("seat/l", switchboard.Slots{
				"original-1": only("a/microphone"), "picture-1": only("a/camera"),
				"original-2": only("b/microphone"), "picture-2": only("b/camera"),
				"channel": only("interpreter/microphone"),
			})
			_, heard, c := h.listen(h.pool, "seat/l", Room, nil, nil)
			want := map[string]string{"original-1": "a-sound", "picture-1": "a-picture", "original-2": "b-sound",
				"picture-2": "b-picture", "channel": "interpreter-sound"}
			for slot, mark := range want {
				eventually(t, 45*time.Second, slot+" carries "+mark, func() bool { return heard.of(slot, mark) > 30 })
			}
			for _, s := range Room.Sections {
				slot := string(s.Slot)
				if got := heard.marks(slot); fmt.Sprint(got) != fmt.Sprint(strings.Fields(want[slot])) {
					t.Errorf("%s carried %v, not %q", slot, got, want[slot])
				}
				eventually(t, 8*time.Second, slot+" is without a gap, lost packets sent again", func() bool { return heard.holes(slot) == 0 })
			}
			if f := c.Figures(); f.Transport != transport || f.Packets == 0 || f.Dropped != 0 || f.State != Connected {
				t.Errorf("figures of the listener: %+v", f)
			}
			eventually(t, 3*time.Second, "a report of the round trip", func() bool { return c.Figures().RoundTrip > 0 })
			if f := a.Figures(); !f.Publishes || f.Packets == 0 || f.Lost > 0.1 || f.RoundTrip <= 0 {
				t.Errorf("figures of the publisher: %+v", f)
			}
		})
	}
}

func TestNothingIsHeardAfterACut(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{})
	h.publish("a", webrtc.MimeTypeVP9)
	sound := h.clips["a-sound"]
	open := switchboard.Slots{"original-1": only("a/microphone")}
	h.board.Allow("press/r", open)
	cable := newWire(t)
	reporter, err := player.New(player.Config{Socket: cable.open})
	if err != nil {
		t.Fatal(err)
	}
	in, heard, _ := h.listen(reporter, "press/r", Press, nil, nil)
	eventually(t, 5*time.Second, "the open item is heard", func() bool { return heard.of("original-1", "a-sound") > 25 })
	if cleared := h.board.Cut("press/r", nil); !cleared.Clear() {
		t.Errorf("after the cut still carrying: %+v", cleared)
	}
	said := int(sound.frame.Load())
	settle(t, func() int64 { return cable.media.Load() }) // what was in the kernel's hands
	heard.mu.Lock()
	seqs := append([]uint16(nil), heard.seqs["original-1"]...)
	heard.mu.Unlock()
	before, counted := cable.media.Load(), heard.of("original-1", "a-sound")
	for range 20 {
		if err := in.Ask("original-1", seqs[len(seqs)-20:]...); err != nil {
			t.Fatal(err)
		}
		if err := in.Ask("original-1", seqs[len(seqs)-1]+1, seqs[len(seqs)-1]+2, seqs[len(seqs)-1]+3); err != nil {
			t.Fatal(err)
		}
		_ = in.Refresh("original-1")
		time.Sleep(50 * time.Millisecond)
	}
	if after := cable.media.Load(); after != before {
		t.Errorf("%d media packets on the wire after the cut", after-before)
	}
	if after := heard.of("original-1", "a-sound"); after != counted {
		t.Errorf("%d packets heard after the cut", after-counted)
	}

	heard.mu.Lock()
	last := heard.last["a-sound"]
	heard.mu.Unlock()
	if last > said {
		t.Errorf("frame %d was heard, but the cut was in force at frame %d", last, said)
	}
	again := int(sound.frame.Load())
	heard.reset()
	h.board.Allow("press/r", open)
	eventually(t, 2*time.Second, "the reopened item is heard", func() bool { return heard.of("original-1", "a-sound") > 5 })
	heard.mu.Lock()
	defer heard.mu.Unlock()
	// What was said meanwhile, 75 frames and more, stays unheard, up to the
	// packets that were still on their way in: on a machine with other work
	// these are more than one.
	if first := heard.first["a-sound"]; first <= said || first < again-25 {
		t.Errorf("reopening at frame %d began with frame %d", again, first)
	}
	if gap := heard.seqs["original-1"][0] - seqs[len(seqs)-1]; gap != 1 && gap < 1<<15 {
		t.Errorf("the slot's sequence numbers jump by %d over the cut", gap)
	}
}

func TestAPictureIsGoneAfterACut(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{})
	h.publish("a", webrtc.MimeTypeVP9)
	h.board.Allow("press/r", switchboard.Slots{"picture-1": only("a/camera")})
	in, heard, _ := h.listen(h.pool, "press/r", Press, nil, nil)
	eventually(t, 45*time.Second, "the picture comes", func() bool { return heard.of("picture-1", "a-picture") > 30 })
	h.board.Cut("press/r", nil)
	shown := int(h.clips["a-picture"].frame.Load())
	settle(t, func() int64 { return int64(heard.of("picture-1", "a-picture")) })
	heard.mu.Lock()
	if last := heard.last["a-picture"]; last > shown {
		t.Errorf("picture %d was seen, but the cut was in force at picture %d", last, shown)
	}
	seqs := append([]uint16(nil), heard.seqs["picture-1"]...)
	heard.mu.Unlock()
	heard.reset()
	for range 10 {
		_ = in.Ask("picture-1", seqs[len(seqs)-10:]...)
		_ = in.Refresh("picture-1")
		time.Sleep(30 * time.Millisecond)
	}
	if got := heard.marks("picture-1"); len(got) != 0 {
		t.Errorf("after the cut: %v", got)
	}
}

func TestADeadClientIsNoticedAndFreed(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{})
	h.gate.awayTime = time.Second
	h.publish("a", "")
	h.board.Allow("seat/l", switchboard.Slots{"original-1": only("a/microphone")})
	cable := newWire(t)
	own, err := player.New(player.Config{Socket: cable.open})
	if err != nil {
		t.Fatal(err)
	}
	states := make(chan State, 8)
	_, heard, c := h.listen(own, "seat/l", Press, func(s State) { states <- s }, nil)
	eventually(t, 5*time.Second, "it is heard", func() bool { return heard.of("original-1", "a-sound") > 5 })
	cable.cut.Store(true)
	cut := time.Now()
	if s := <-states; s != Connected {
		t.Fatalf("first state %v", s)
	}
	for _, want := range []State{Away, Lost} {
		select {
		case s := <-states:
			if s != want || s == Away && time.Since(cut) > 5*time.Second {
				t.Errorf("%v after %v, not %v", s, time.Since(cut), want)
			}
		case <-time.After(8 * time.Second):
			t.Fatal("not noticed")
		}
	}
	<-c.Done()
	if n := h.gate.Census(); n.Connected != 1 {
		t.Errorf("%d connections are left, not the publisher's alone", n.Connected)
	}
}

func TestAQuietClientIsNotTakenForDead(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{})
	_, _, c := h.listen(h.pool, "seat/l", Press, nil, nil) // receives nothing at all
	select {
	case <-c.Done():
		t.Fatal("freed while it was there")
	case <-time.After(lostAfter + 2*time.Second):
	}
}

func TestGoodbyeIsNoticedAtOnce(t *testing.T) {
	h := newHall(t, player.Config{})
	states := make(chan State, 8)
	in, _, c := h.listen(h.pool, "seat/l", Press, func(s State) { states <- s }, nil)
	if err := in.Vanish(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.Done():
	case <-time.After(time.Second):
		t.Fatal("the closing alert went unnoticed")
	}
	if first, second := <-states, <-states; first != Connected || second != Closed {
		t.Errorf("states %v, %v", first, second)
	}
}

func TestAClientIsToldOfTheEnd(t *testing.T) {
	h := newHall(t, player.Config{})
	in, _, c := h.listen(h.pool, "seat/l", Press, nil, nil)
	eventually(t, time.Second, "the server has agreed too", func() bool { return c.State() == Connected })
	c.Close()
	select {
	case <-in.Done():
	case <-time.After(2 * time.Second):
		t.Fatal("the client goes on waiting")
	}
}

// An offer that somebody else took over on its way, certificate and all but
// the fingerprint's, is worth nothing.
func TestAnotherCertificateThanTheOffersIsRefused(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{})
	states := make(chan State, 2)
	in, err := h.pool.Receive(soon(t), func(ctx context.Context, offer string) (string, func(context.Context) error, error) {
		forged := regexp.MustCompile(`(a=fingerprint:sha-256 )[0-9A-F]{2}:[0-9A-F]{2}`).ReplaceAllString(offer, "${1}00:00")
		answer, _, err := h.gate.Serve(ctx, Play{Key: "seat/l", Template: Plain, Offer: forged, OnState: func(s State) { states <- s }})
		return answer, nil, err
	}, []string{"channel", "picture-1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Vanish()
	select {
	case s := <-states:
		if s != Lost {
			t.Errorf("the stranger is %v", s)
		}
	case <-time.After(5 * time.Second):
		t.Error("the stranger is not turned away")
	}
}

func TestAClientThatNeverComesIsFreed(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.handshakeTime = 200 * time.Millisecond
	states := make(chan State, 2)
	_, c, err := g.Ingest(soon(t), Publish{Sources: devices(Microphone), Offer: simple("audio opus/48000/2"), OnState: func(s State) { states <- s }})
	if err != nil {
		t.Fatal(err)
	}
	if n := g.Census(); n.Connecting != 1 {
		t.Errorf("%d are connecting", n.Connecting)
	}
	select {
	case <-c.Done():
	case <-time.After(2 * time.Second):
		t.Fatal("still waiting for a client that never came")
	}
	if s := <-states; s != Lost {
		t.Errorf("state %v", s)
	}
	if n := g.Census(); n.Connecting != 0 {
		t.Errorf("%d are connecting", n.Connecting)
	}
}

func TestASeatThatComesBackReplacesItself(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{})
	_, before := h.publish("a", "")
	_, after := h.publish("a", "")
	select {
	case <-before.Done():
	case <-time.After(2 * time.Second):
		t.Fatal("two connections publish one microphone")
	}
	h.board.Allow("seat/l", switchboard.Slots{"original-1": only("a/microphone")})
	_, heard, _ := h.listen(h.pool, "seat/l", Press, nil, nil)
	eventually(t, 5*time.Second, "the new one is heard", func() bool { return heard.of("original-1", "a-sound") > 10 })
	if after.State() != Connected {
		t.Errorf("the new connection is %v", after.State())
	}
}

// relay is a TCP cable between a client and the gate that can be clogged on
// the way to the client.
func relay(t *testing.T, to string, clogged *atomic.Bool) net.Addr {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	pump := func(from, to net.Conn, clogs bool) {
		defer from.Close()
		defer to.Close()
		buf := make([]byte, 4<<10)
		for {
			for clogs && clogged.Load() {
				time.Sleep(5 * time.Millisecond)
			}
			n, err := from.Read(buf)
			if err != nil {
				return
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				_ = client.Close()
				return
			}
			go pump(client, server, false)
			go pump(server, client, true)
		}
	}()
	return l.Addr()
}

func TestAStalledTCPClientHoldsUpNobody(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{})
	h.publish("a", webrtc.MimeTypeVP9)
	slots := switchboard.Slots{"original-1": only("a/microphone"), "picture-1": only("a/camera")}
	h.board.Allow("seat/slow", slots)
	h.board.Allow("seat/fast", slots)
	_, tcp := h.gate.Addresses()
	var clogged atomic.Bool
	through := relay(t, tcp[0].String(), &clogged)
	slowPool, err := player.New(player.Config{TCP: true})
	if err != nil {
		t.Fatal(err)
	}
	_, slow, conn := h.listen(slowPool, "seat/slow", Press, nil, func(answer string) string {
		_, port, _ := net.SplitHostPort(through.String())
		return regexp.MustCompile(` \d+ typ host tcptype`).ReplaceAllString(answer, " "+port+" typ host tcptype")
	})
	_, heard, _ := h.listen(h.pool, "seat/fast", Press, nil, nil)
	eventually(t, 45*time.Second, "both hear", func() bool {
		return heard.of("picture-1", "a-picture") > 10 && slow.of("picture-1", "a-picture") > 10
	})

	clogged.Store(true)
	// 1.9 Mbit/s of pictures: the kernel's buffers are full within the pause.
	var worst time.Duration
	last := heard.of("original-1", "a-sound")
	for at, end := time.Now(), time.Now().Add(3*time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if n := heard.of("original-1", "a-sound"); n != last {
			worst, last, at = max(worst, time.Since(at)), n, time.Now()
		}
	}
	if worst > time.Second { // a stall would last all three; less is the machine's own
		t.Errorf("the other listener waited %v for a packet", worst)
	}
	eventually(t, 10*time.Second, "the other listener has all of the sound", func() bool { return heard.holes("original-1") == 0 })
	if conn.State() != Connected {
		t.Fatalf("the stalled client, which still speaks, is %v", conn.State())
	}

	clogged.Store(false)
	heardAgain := slow.of("original-1", "a-sound")
	eventually(t, 45*time.Second, "the stalled client hears again", func() bool {
		return slow.of("original-1", "a-sound") > heardAgain+100
	})
}
