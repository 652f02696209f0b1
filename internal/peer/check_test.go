package peer

import (
	"context"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/webrtc/v4"

	"liqa/internal/player"
)

// knock sends a STUN message to the gate and waits for an answer; nil if none
// comes.
func knock(t *testing.T, g *Gate, setters ...stun.Setter) *stun.Message {
	t.Helper()
	udp, _ := g.Addresses()
	conn, err := net.Dial("udp", udp[0].String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	m, err := stun.Build(setters...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(m.Raw); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	buf := make([]byte, 1500)
	n, err := conn.Read(buf)
	if err != nil {
		return nil
	}
	answer := &stun.Message{Raw: buf[:n]}
	if err := answer.Decode(); err != nil {
		t.Fatal(err)
	}
	return answer
}

// Only who knows the connection's password is answered at all.
func TestStrangersAreNotAnswered(t *testing.T) {
	g := newGate(t)
	_, c, err := g.Ingest(soon(t), Publish{Sources: devices(Microphone), Offer: simple("audio opus/48000/2")})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	name := stun.NewUsername(c.local.ufrag + ":" + c.remote.ufrag)
	right := stun.NewShortTermIntegrity(c.local.password)
	for what, setters := range map[string][]stun.Setter{
		"no name":            {stun.TransactionID, stun.BindingRequest},
		"no password":        {stun.TransactionID, stun.BindingRequest, name},
		"the wrong password": {stun.TransactionID, stun.BindingRequest, name, stun.NewShortTermIntegrity("0123456789012345678901"), stun.Fingerprint},
		"another's name":     {stun.TransactionID, stun.BindingRequest, stun.NewUsername(c.local.ufrag + ":else"), right, stun.Fingerprint},
		"an unknown name":    {stun.TransactionID, stun.BindingRequest, stun.NewUsername("nobody:abcd"), right, stun.Fingerprint},
	} {
		if knock(t, g, setters...) != nil {
			t.Errorf("answered with %s", what)
		}
	}
	c.mu.Lock()
	routes := len(c.routes)
	c.mu.Unlock()
	if routes != 0 || c.active.Load() != nil {
		t.Error("a stranger has become a route")
	}
	answer := knock(t, g, stun.TransactionID, stun.BindingRequest, name, right, stun.Fingerprint)
	if answer == nil || answer.Type != stun.BindingSuccess || right.Check(answer) != nil {
		t.Fatalf("the client is not answered: %v", answer)
	}
	var seen stun.XORMappedAddress
	if err := seen.GetFrom(answer); err != nil || !seen.IP.IsLoopback() {
		t.Errorf("it is told the address %v, %v", seen, err)
	}
	// A nomination outside of what the password protects counts for nothing,
	// and a client that believes it is controlled is set right.
	conflict := knock(t, g, stun.TransactionID, stun.BindingRequest, name,
		stun.RawAttribute{Type: stun.AttrICEControlled, Value: make([]byte, 8)}, right, stun.Fingerprint)
	var code stun.ErrorCodeAttribute
	if conflict == nil || conflict.Type != stun.BindingError || code.GetFrom(conflict) != nil || code.Code != stun.CodeRoleConflict {
		t.Errorf("a role conflict is answered with %v", conflict)
	}
}

// Who knows the password could write another's address on a check: nothing is
// sent there, whatever is nominated, before that address has answered.
func TestAnAddressThatDoesNotAnswerIsNotFollowed(t *testing.T) {
	g := newGate(t)
	_, c, err := g.Ingest(soon(t), Publish{Sources: devices(Microphone), Offer: simple("audio opus/48000/2")})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	udp, _ := g.Addresses()
	dial := func() net.Conn {
		conn, err := net.Dial("udp", udp[0].String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	nominate := func(conn net.Conn) (probe *stun.Message) {
		m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(c.local.ufrag+":"+c.remote.ufrag),
			stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.NewShortTermIntegrity(c.local.password), stun.Fingerprint)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(m.Raw); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		for {
			buf := make([]byte, 1500)
			n, err := conn.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			if m := (&stun.Message{Raw: buf[:n]}); m.Decode() == nil && m.Type == stun.BindingRequest {
				return m
			}
		}
	}
	answer := func(conn net.Conn, probe *stun.Message) {
		m, err := stun.Build(stun.NewTransactionIDSetter(probe.TransactionID), stun.BindingSuccess,
			stun.NewShortTermIntegrity(c.remote.password), stun.Fingerprint)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(m.Raw); err != nil {
			t.Fatal(err)
		}
	}
	follows := func(conn net.Conn) bool {
		r := c.active.Load()
		return r != nil && r.remote.Port() == uint16(conn.LocalAddr().(*net.UDPAddr).Port)
	}

	mine, victim := dial(), dial()
	first := nominate(mine)
	answer(mine, first)
	second := nominate(victim)
	answer(victim, first) // what was asked elsewhere proves nothing
	answer(mine, second)
	time.Sleep(100 * time.Millisecond)
	if !follows(mine) {
		t.Fatal("an address that has not answered is followed")
	}
	answer(victim, nominate(victim))
	eventually(t, 5*time.Second, "the answer is believed", func() bool { return follows(victim) })
}

func TestOtherPacketsFromStrangersAreDropped(t *testing.T) {
	g := newGate(t)
	udp, tcp := g.Addresses()
	for _, packet := range [][]byte{
		{}, {0}, {0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3}, {22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1},
		[]byte("GET / HTTP/1.1\r\n\r\n"), make([]byte, 1400),
	} {
		for network, to := range map[string]string{"udp": udp[0].String(), "tcp": tcp[0].String()} {
			conn, err := net.Dial(network, to)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = conn.Write(packet)
			_ = conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
			if n, _ := conn.Read(make([]byte, 100)); n != 0 {
				t.Errorf("%d bytes come back over %s for %x", n, network, packet)
			}
			_ = conn.Close()
		}
	}
	eventually(t, time.Second, "the streams are closed", func() bool { return g.Census().Streams == 0 })
}

// A client whose network changes restarts ICE by PATCH, and goes on with the
// same keys and streams.
func TestRestartByPatch(t *testing.T) {
	h := newHall(t, player.Config{})
	h.publish("a", "")
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	for _, s := range Press.Sections {
		kind := webrtc.NewRTPCodecType(mediaName(s.Kind))
		if _, err := pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			t.Fatal(err)
		}
	}
	offer := func(restart bool) string {
		o, err := pc.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
		if err != nil {
			t.Fatal(err)
		}
		if err := pc.SetLocalDescription(o); err != nil {
			t.Fatal(err)
		}
		return o.SDP
	}
	take := func(answer string) {
		if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
			t.Fatal(err)
		}
	}
	answer, c, err := h.gate.Serve(context.Background(), Play{Key: "seat/l", Template: Press, Offer: offer(false)})
	if err != nil {
		t.Fatal(err)
	}
	take(answer)
	eventually(t, 5*time.Second, "it connects", func() bool { return c.State() == Connected })

	if reply, err := c.Patch("a=ice-ufrag:" + c.remote.ufrag + "\r\na=ice-pwd:" + c.remote.password +
		"\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:1 1 udp 2 4d1f2b3c.local 5000 typ host\r\na=end-of-candidates\r\n"); err != nil || reply != "" {
		t.Errorf("a trickled candidate is answered with %q, %v", reply, err)
	}

	was := c.active.Load()
	again := offer(true)
	old := c.local
	line := func(text, key string) string {
		_, rest, _ := strings.Cut(text, "a="+key+":")
		value, _, _ := strings.Cut(rest, "\r\n")
		return value
	}
	reply, err := c.Patch("a=ice-ufrag:" + line(again, "ice-ufrag") + "\r\na=ice-pwd:" + line(again, "ice-pwd") + "\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if line(reply, "ice-ufrag") == old.ufrag || !strings.Contains(reply, "a=candidate:") {
		t.Fatalf("the restart is answered with %q", reply)
	}
	take(strings.ReplaceAll(strings.ReplaceAll(answer, old.ufrag, line(reply, "ice-ufrag")), old.password, line(reply, "ice-pwd")))
	eventually(t, 5*time.Second, "it goes on by a new route", func() bool {
		r := c.active.Load()
		h.gate.mu.RLock()
		_, still := h.gate.byUfrag[old.ufrag]
		h.gate.mu.RUnlock()
		return r != nil && r != was && !still
	})
	if c.State() != Connected {
		t.Errorf("the connection is %v", c.State())
	}
	c.Close()
	if _, err := c.Patch("a=ice-ufrag:" + c.remote.ufrag + "\r\n"); err == nil {
		t.Error("a connection that has ended takes a fragment")
	}
}

func TestBadFragmentsAreRefused(t *testing.T) {
	for name, body := range map[string]string{
		"empty": "", "no lines": "hello", "two users": "a=ice-ufrag:abcd\r\na=ice-ufrag:efgh\r\n",
		"short password": "a=ice-ufrag:abcd\r\na=ice-pwd:x\r\n", "half a candidate": "a=candidate:1 1 udp\r\n",
		"too large": strings.Repeat("a=x\r\n", 10_000),
	} {
		if _, bad := parseFragment(body); bad == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func descriptors(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0 // not Linux: goroutines still tell
	}
	return len(list)
}

func TestNothingIsLeftOfFiftyJoins(t *testing.T) {
	if testing.Short() {
		t.Skip("make test waits for it")
	}
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			h := newHall(t, player.Config{TCP: transport == "tcp"})
			visit := func(i int) {
				in, _, c := h.listen(h.pool, "seat/l", Press, nil, nil)
				out, p := h.publish("a", "")
				if i%2 == 0 {
					c.Close()
					p.Close()
				}
				_ = in.Vanish()
				_ = out.Close()
				<-c.Done()
				<-p.Done()
			}
			h.gate.awayTime = 0 // whose goodbye is lost with its TCP connection need not be waited for
			visit(0)
			time.Sleep(200 * time.Millisecond)
			runtime.GC()
			goroutines, files, began := runtime.NumGoroutine(), descriptors(t), time.Now()
			for i := range 50 {
				visit(i)
			}
			t.Logf("fifty joins and leaves of both kinds in %v", time.Since(began))
			eventually(t, 8*time.Second, "goroutines and descriptors are back where they were", func() bool {
				return runtime.NumGoroutine() <= goroutines && descriptors(t) <= files
			})
			h.gate.mu.RLock()
			defer h.gate.mu.RUnlock()
			if len(h.gate.conns)+len(h.gate.byUfrag)+len(h.gate.streams)+len(h.gate.holders) != 0 {
				t.Errorf("the gate still holds %d connections, %d names, %d streams, %d sources",
					len(h.gate.conns), len(h.gate.byUfrag), len(h.gate.streams), len(h.gate.holders))
			}
			for _, s := range h.gate.ports.sockets {
				if len(s.routes) != 0 {
					t.Errorf("%d routes are left", len(s.routes))
				}
			}
		})
	}
}
