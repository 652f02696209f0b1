package server

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"liqa/internal/plan"
	"liqa/internal/player"
)

// Where only one TCP port gets through, pages and media come by the same.
func TestPagesAndMediaShareATCPPort(t *testing.T) {
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := probe.Addr().String()
	probe.Close()
	c := settings(t)
	c.Listen.HTTPS, c.Media.TCP, c.Media.UDP, c.Media.Addresses = at, at, "127.0.0.1:0", []string{"127.0.0.1"}
	s := start(t, c)
	made := convene(t, s)

	// Somebody who says nothing, and somebody who says nonsense, hold up nobody.
	silent, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	odd, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer odd.Close()
	fmt.Fprint(odd, "GET / HTTP/1.1\r\n\r\n")
	_ = odd.SetReadDeadline(time.Now().Add(20 * time.Second))
	if n, err := odd.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("plain text is answered on the port of TLS and media")
	}

	pages := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	answer, err := pages.Get("https://" + at + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("a page: %d", answer.StatusCode)
	}

	officer, auth := join(t, s, made, "officer")
	act(t, officer, "arrive", nil)
	principal, speaks := join(t, s, made, "principal-a")
	act(t, principal, "arrive", nil)
	act(t, officer, "admit", map[string]string{"seat": "principal-a"})
	act(t, officer, "start-item", map[string]string{"item": "opening"})
	attend(t, officer)
	attend(t, principal)
	byTCP, err := player.New(player.Config{TCP: true})
	if err != nil {
		t.Fatal(err)
	}
	door := func(path, auth string) player.Exchange {
		return player.HTTP(http.DefaultClient, s.LocalURL()+path, http.Header{"Authorization": {"Liqa " + auth}})
	}
	publisher, err := byTCP.Publish(t.Context(), door("/api/whip", speaks), player.Track{MIME: "audio/opus", Clip: player.Silence()})
	if err != nil {
		t.Fatal(err)
	}
	defer publisher.Close()
	receiver, err := byTCP.Receive(t.Context(), door("/api/whep", auth), names(plan.RoomSlots), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer receiver.Close()
	eventually(t, "sound comes by the port of the pages", func() bool { return receiver.Packets() > 20 })
}

// One address that says nothing, as often as it can, leaves room for others.
func TestWhoSaysNothingTakesThePortFromNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := share(l)
	t.Cleanup(func() { p.pages.Close() })
	go func() {
		for {
			conn, err := p.pages.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	for range silentHere + 10 {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
	}
	here := netip.MustParseAddr("127.0.0.1")
	eventually(t, "so many wait as may", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.silent[here] == silentHere && p.all == silentHere
	})
	if p.waits(here) || !p.waits(netip.MustParseAddr("192.0.2.1")) {
		t.Error("who says nothing has taken the room of others, or has room without end")
	}
	p.waitsNoMore(netip.MustParseAddr("192.0.2.1"))
}
