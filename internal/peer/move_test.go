package peer

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/turn/v5"
	"github.com/pion/webrtc/v4"

	"liqa/internal/player"
	"liqa/internal/switchboard"
)

// pairOf publishes and listens on cables of their own, over connections that
// both ends keep for long.
type pairOf struct {
	h         *hall
	up, down  *player.Cable
	out       *player.Publisher
	in        *player.Receiver
	publisher *Conn
	listener  *Conn
	heard     *tally
	states    chan State // of the listener
}

func newPair(t *testing.T) *pairOf {
	h := newHall(t, player.Config{})
	p := &pairOf{h: h, states: make(chan State, 16)}
	var sender, receiver *player.Player
	sender, p.up = h.bad(player.Config{})
	receiver, p.down = h.bad(player.Config{})
	p.out, p.publisher = h.seat(sender, "a", player.Track{MIME: webrtc.MimeTypeOpus, Clip: h.mark(webrtc.MimeTypeOpus, "sound")},
		player.Track{MIME: webrtc.MimeTypeH264, Clip: h.mark(webrtc.MimeTypeH264, "picture")})
	h.board.Allow("seat/l", switchboard.Slots{"channel": only("a/microphone"), "picture-1": only("a/camera")})
	p.in, p.heard, p.listener = h.listen(receiver, "seat/l", Plain, func(s State) { p.states <- s }, nil)
	p.flows("at first")
	return p
}

// flows waits until new sound and pictures come.
func (p *pairOf) flows(when string) {
	p.h.t.Helper()
	p.heard.reset()
	eventually(p.h.t, 45*time.Second, when+" sound comes", func() bool { return p.heard.of("channel", "sound") > 25 })
	eventually(p.h.t, 45*time.Second, when+" pictures come", func() bool { return p.heard.of("picture-1", "picture") > 10 })
}

// same says that both connections are those of before, keys and all.
func (p *pairOf) same() {
	p.h.t.Helper()
	for _, c := range []*Conn{p.publisher, p.listener} {
		if s := c.State(); s != Connected {
			p.h.t.Errorf("a connection is %v", s)
		}
	}
}

func (c *Conn) patch(_ context.Context, fragment string) (string, error) { return c.Patch(fragment) }

func TestICERestartsWhileMediaGoOn(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for range 2 {
		if err := p.out.Restart(soon(t), p.publisher.patch); err != nil {
			t.Fatal(err)
		}
		if err := p.in.Restart(soon(t), p.listener.patch); err != nil {
			t.Fatal(err)
		}
		p.flows("after a restart")
		p.same()
	}
}

// The answer to a restart may be lost: the same request gets it again.
func TestTheSameRestartGetsTheSameAnswer(t *testing.T) {
	g := newGate(t)
	_, c, err := g.Ingest(soon(t), Publish{Sources: devices(Microphone), Offer: simple("audio opus/48000/2")})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	restart := "a=ice-ufrag:efgh\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
	first, err := c.Patch(restart)
	if err != nil || !strings.Contains(first, "a=ice-pwd:") {
		t.Fatalf("%q %v", first, err)
	}
	if again, err := c.Patch(restart); err != nil || again != first {
		t.Errorf("the second time %q %v", again, err)
	}
	if trickle, err := c.Patch("a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"); err != nil || trickle == first {
		t.Errorf("a candidate of before the restart got %q %v", trickle, err)
	}
}

// A NAT forgets, or the client is on another network: it comes from another
// port, without a restart.
func TestAnotherPortIsTakenOver(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for _, cable := range []*player.Cable{p.up, p.down} {
		if err := cable.Move(); err != nil {
			t.Fatal(err)
		}
		p.flows("from another port")
		p.same()
	}
	if err := p.down.Move(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := p.in.Restart(soon(t), p.listener.patch); err != nil {
		t.Fatal(err)
	}
	p.flows("from another port with a restart")
	t.Logf("after %v", time.Since(began))
	p.same()
}

// A laptop sleeps for longer than the server waits until it tells the others,
// and goes on where it was.
func TestWhoIsAwayComesBackToTheSameConnection(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.up.Cut(true)
	p.down.Cut(true)
	for _, c := range []*Conn{p.publisher, p.listener} {
		eventually(t, 20*time.Second, "the silence is noticed", func() bool { return c.State() == Away })
	}
	eventually(t, 10*time.Second, "the sources of who is away are gone", func() bool { return len(p.h.board.Survey().Sources) == 0 })
	sent := p.listener.Figures().Packets
	time.Sleep(300 * time.Millisecond)
	if now := p.listener.Figures().Packets; now != sent {
		t.Errorf("%d packets to who is away", now-sent)
	}
	if err := p.down.Move(); err != nil { // and wakes on another network
		t.Fatal(err)
	}
	p.up.Cut(false)
	p.down.Cut(false)
	for _, c := range []*Conn{p.publisher, p.listener} {
		eventually(t, 30*time.Second, "it is back", func() bool { return c.State() == Connected })
	}
	p.flows("back again")
	p.same()
	if got := []State{<-p.states, <-p.states, <-p.states}; !slices.Equal(got, []State{Connected, Away, Connected}) {
		t.Errorf("told %v", got)
	}
}

// AES-GCM is agreed with who offers it, whatever stands first there.
func TestTheCheaperCipherIsAgreed(t *testing.T) {
	h := newHall(t, player.Config{})
	_, c := h.publish("a", "")
	eventually(t, 5*time.Second, "there are keys", func() bool { return c.Figures().Cipher != "" })
	if f := c.Figures(); f.Cipher != "AES-128-GCM" || f.Class != Loopback {
		t.Errorf("cipher %s, remote address %s", f.Cipher, f.Class)
	}
}

// A client that reaches the server through a TURN server only is a client as
// any other: its packets come from the relay.
func TestAClientBehindARelayIsReached(t *testing.T) {
	t.Parallel()
	socket, err := net.ListenUDP("udp4", loopback)
	if err != nil {
		t.Fatal(err)
	}
	server, err := turn.NewServer(turn.ServerConfig{
		Realm: "liqa",
		AuthHandler: func(a *turn.RequestAttributes) (string, []byte, bool) {
			return a.Username, turn.GenerateAuthKey(a.Username, "liqa", "secret"), true
		},
		PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: socket,
			RelayAddressGenerator: &turn.RelayAddressGeneratorStatic{RelayAddress: loopback.IP, Address: "127.0.0.1"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	h := newHall(t, player.Config{})
	h.publish("a", "")
	behind, err := player.New(player.Config{OnlyRelays: true, Relays: []webrtc.ICEServer{{
		URLs: []string{"turn:" + socket.LocalAddr().String() + "?transport=udp"}, Username: "u", Credential: "secret"}}})
	if err != nil {
		t.Fatal(err)
	}
	h.board.Allow("seat/l", switchboard.Slots{"channel": only("a/microphone")})
	_, heard, _ := h.listen(behind, "seat/l", Plain, nil, nil)
	eventually(t, 30*time.Second, "it is heard through the relay", func() bool { return heard.of("channel", "a-sound") > 25 })
}
