package server

import (
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"liqa/internal/access"
	"liqa/internal/plan"
	"liqa/internal/player"
)

// counted is a socket that counts what comes in.
type counted struct {
	net.PacketConn
	bytes *atomic.Int64
}

func (c counted) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.PacketConn.ReadFrom(b)
	c.bytes.Add(int64(n))
	return n, from, err
}

// listening is a player whose every byte received is counted.
func listening(t *testing.T) (*player.Player, *atomic.Int64) {
	t.Helper()
	bytes := new(atomic.Int64)
	p, err := player.New(player.Config{Socket: func() (net.PacketConn, error) {
		c, err := net.ListenPacket("udp4", "127.0.0.1:0")
		return counted{c, bytes}, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p, bytes
}

// While two delegations talk, a reporter who waits at the door tries every way
// to media, with offers that would be taken from who has been admitted. Not a
// byte reaches the reporter's sockets; once admitted, the same offers bring
// sound.
func TestWhoWaitsGetsNotAByteOnTheWire(t *testing.T) {
	atItsLeisure(t)
	c := settings(t)
	c.Media.UDP, c.Media.TCP = "127.0.0.1:0", "127.0.0.1:0"
	s := start(t, c)
	made := convene(t, s)
	officer, _ := join(t, s, made, "officer")
	act(t, officer, "arrive", nil)
	principal, principalAuth := join(t, s, made, "principal-a")
	act(t, principal, "arrive", nil)
	act(t, officer, "admit", map[string]string{"seat": "principal-a"})
	act(t, officer, "start-item", map[string]string{"item": "opening"})

	header := func(auth string) http.Header { return http.Header{"Authorization": {"Liqa " + auth}} }
	door := func(path, auth string) player.Exchange {
		return player.HTTP(http.DefaultClient, s.LocalURL()+path, header(auth))
	}
	speaker, _ := listening(t)
	publisher, err := speaker.Publish(t.Context(), door("/api/whip", principalAuth), player.Track{MIME: "audio/opus", Clip: player.Silence()})
	if err != nil {
		t.Fatal(err)
	}
	defer publisher.Close()
	if err := publisher.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}

	live, auth := join(t, s, made, "reporter")
	act(t, live, "arrive", nil)
	waiting, bytes := listening(t)
	var slots []string
	for _, one := range plan.PressSlots {
		slots = append(slots, string(one))
	}
	var refusal *player.Refusal
	_, err = waiting.Receive(t.Context(), door("/api/whep", auth), slots, nil)
	if !errors.As(err, &refusal) || refusal.Status != http.StatusForbidden {
		t.Errorf("WHEP of who waits: %v", err)
	}
	if _, err = waiting.Publish(t.Context(), door("/api/whip", auth), player.Track{MIME: "audio/opus", Clip: player.Silence()}); err == nil {
		t.Error("WHIP of who waits was taken")
	}
	stolen := access.Authorization{Summit: made.Summit, Seat: "principal-a", Credential: access.NewCredential()}.Reveal()
	if _, err = waiting.Receive(t.Context(), door("/api/whep", stolen), slots, nil); err == nil {
		t.Error("WHEP with another's seat was taken")
	}
	time.Sleep(500 * time.Millisecond)
	if n := bytes.Load(); n != 0 {
		t.Errorf("%d bytes reached who waits", n)
	}

	act(t, officer, "admit", map[string]string{"seat": "reporter"})
	receiver, err := waiting.Receive(t.Context(), door("/api/whep", auth), slots, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer receiver.Close()
	deadline := time.Now().Add(10 * time.Second)
	for receiver.Packets() == 0 {
		if time.Now().After(deadline) {
			t.Fatal("who was admitted hears nothing: this test would not notice a leak either")
		}
		time.Sleep(20 * time.Millisecond)
	}

	// Sent out again, the connection ends by itself.
	act(t, officer, "dismiss", map[string]string{"seat": "reporter"})
	select {
	case <-receiver.Done():
	case <-time.After(5 * time.Second):
		t.Error("the connection of who was dismissed is still there")
	}
	before := bytes.Load()
	time.Sleep(300 * time.Millisecond)
	if after := bytes.Load(); after != before {
		t.Errorf("%d bytes came after the connection had ended", after-before)
	}
}
