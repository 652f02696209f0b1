package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// tight starts a hall with limits that are soon met.
func tight(t *testing.T, change func(*Options)) *hall {
	t.Helper()
	return openHall(t, change)
}

// A seat that asks without end is told so, in words and with a time to wait,
// and nobody else is.
func TestASeatThatCallsTooOftenIsToldToWait(t *testing.T) {
	h := tight(t, func(o *Options) { o.Limits.SeatCallsAtOnce, o.Limits.SeatCallsPerSecond = 5, 0.1 })
	h.enter("officer")
	g, _ := h.enter("principal-a")
	other, _ := h.enter("principal-b")
	var last *http.Response
	for range 6 {
		last = h.send("POST", "/api/whep", "Liqa "+g.authorization(), sdpType, []byte(goodOffer))
		defer last.Body.Close()
	}
	var p problem
	if err := json.NewDecoder(last.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	wait, err := strconv.Atoi(last.Header.Get("Retry-After"))
	if last.StatusCode != http.StatusTooManyRequests || last.Header.Get("Content-Type") != "application/problem+json" ||
		err != nil || wait < 1 || wait > 10 || p.Code != "too-many-calls-of-seat" || p.Detail == "" || p.Params["seconds"] == "" {
		t.Errorf("the sixth call is answered %d, Retry-After %q, %+v", last.StatusCode, last.Header.Get("Retry-After"), p)
	}
	if status, body := other.ask("POST", "/api/whep", sdpType, []byte(goodOffer)); status != http.StatusCreated {
		t.Errorf("another seat is answered %d %s", status, body)
	}
}

func TestASeatThatConnectsTooOftenIsToldToWait(t *testing.T) {
	h := tight(t, func(o *Options) { o.Limits.SeatSessionsPerMinute = 6 }) // three at once, the live connection among them
	h.enter("officer")
	g, _ := h.enter("principal-a")
	answers := map[int]int{}
	for range 4 {
		status, _ := g.ask("POST", "/api/whep", sdpType, []byte(goodOffer))
		answers[status]++
	}
	if answers[http.StatusCreated] != 2 || answers[http.StatusTooManyRequests] != 2 {
		t.Errorf("four connections are answered %v", answers)
	}
	if code := g.dial(g.authorization()).closed(); code != closedFlood {
		t.Errorf("one more live connection is closed with %d", code)
	}
}

// Acts that are written down are counted; what takes away always passes.
func TestActsThatAreWrittenDownAreCounted(t *testing.T) {
	h := tight(t, func(o *Options) { o.Limits.SeatActsPerMinute = 8 }) // four at once
	h.enter("officer")
	_, s := h.enter("reporter")
	for i := range 4 {
		if m := s.act("hear", map[string]string{"language": []string{"ru", "zh"}[i%2]}); !m.OK {
			t.Fatalf("act %d: %+v", i, m.Refusal)
		}
	}
	if m := s.act("hear", map[string]string{"language": "ru"}); m.Refusal == nil || m.Refusal.Code != "too-many-messages" {
		t.Errorf("the fifth is answered %+v", m)
	}
	if m := s.act("mute", map[string]bool{"on": true}); !m.OK {
		t.Errorf("a mute is refused: %+v", m.Refusal)
	}
	if m := s.act("leave", nil); !m.OK {
		t.Errorf("leaving is refused: %+v", m.Refusal)
	}
}

// guard serves the hall at a listener that is guarded.
func (h *hall) guard(t *testing.T) net.Addr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h.web.Handler()}
	go server.Serve(h.web.Guard(l, server))
	t.Cleanup(func() { server.Close() })
	return l.Addr()
}

// asks has a connection ask for something, and reports whether it is answered.
func asks(c net.Conn) bool {
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := fmt.Fprint(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return false
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err == nil && answer.StatusCode == http.StatusOK
}

func dialTo(t *testing.T, at net.Addr) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", at.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// served reports whether one more connection is; it is closed again.
func served(at net.Addr, is func(net.Conn) bool) bool {
	c, err := net.Dial("tcp", at.String())
	if err != nil {
		return false // closed as it was opened
	}
	defer c.Close()
	return is(c)
}

func TestAnAddressHasSoManyConnections(t *testing.T) {
	h := tight(t, func(o *Options) { o.Limits.Connections = 3 })
	at := h.guard(t)
	var all []net.Conn
	for range 3 {
		c := dialTo(t, at)
		if !asks(c) {
			t.Fatal("a connection is not served")
		}
		all = append(all, c)
	}
	if served(at, asks) {
		t.Error("one more than may be is served")
	}
	all[0].Close()
	eventually(t, "a place that has become free is not given", func() bool { return served(at, asks) })
}

// Of the connections that ask for nothing, the one that has been quiet longest
// is closed; a live connection is none of them.
func TestAnAddressHasSoManyIdleConnections(t *testing.T) {
	h := tight(t, func(o *Options) { o.Limits.IdleConnections = 2 })
	at := h.guard(t)
	h.enter("officer")
	g := h.guest("principal-a")
	socket, _, err := websocket.Dial(t.Context(), "ws://"+at.String()+"/api/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	word, _ := json.Marshal(map[string]string{"authorization": g.authorization()})
	if err := socket.Write(t.Context(), websocket.MessageText, word); err != nil {
		t.Fatal(err)
	}
	first := dialTo(t, at)
	if !asks(first) {
		t.Fatal("a connection is not served")
	}
	for range 2 {
		dialTo(t, at) // and says nothing
	}
	closed := make(chan error, 1)
	go func() {
		_ = first.SetReadDeadline(time.Now().Add(5 * time.Second))
		_, err := first.Read(make([]byte, 1))
		closed <- err
	}()
	if err := <-closed; err == nil || isTimeout(err) {
		t.Errorf("the connection that was quiet longest stays open: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, _, err := socket.Read(ctx); err != nil {
		t.Errorf("the live connection has been closed too: %v", err)
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	ok := false
	if timeout, ok = err.(net.Error); ok {
		return timeout.Timeout()
	}
	return false
}

// Behind a proxy, connections are the proxy's, and what it says of the caller's
// address counts; from anybody else such words are not believed.
func TestOnlyAProxyIsBelieved(t *testing.T) {
	for _, behind := range []bool{false, true} {
		h := tight(t, func(o *Options) {
			o.Limits.CallsAtOnce, o.Limits.CallsPerSecond, o.Limits.Connections = 2, 0.001, 2
			if behind {
				o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
			}
		})
		server := httptest.NewServer(h.web.Handler())
		defer server.Close()
		refused := 0
		for i := range 6 {
			r, _ := http.NewRequest("GET", server.URL+"/healthz", nil)
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i))
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode == http.StatusTooManyRequests {
				refused++
			}
		}
		if behind && refused != 0 || !behind && refused != 4 {
			t.Errorf("behind a proxy: %v; six callers, of whom %d are refused", behind, refused)
		}
		at, stay := h.guard(t), 0
		for range 4 {
			c, err := net.Dial("tcp", at.String())
			if err != nil {
				continue // closed as it was opened
			}
			defer c.Close()
			if open(c) {
				stay++
			}
		}
		if want := map[bool]int{true: 4, false: 2}[behind]; stay != want {
			t.Errorf("behind a proxy: %v; of four connections %d stay open", behind, stay)
		}
	}
}

// open reports whether a connection is answered, be it with a refusal.
func open(c net.Conn) bool {
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	_, err := fmt.Fprint(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	if err != nil {
		return false
	}
	_, err = c.Read(make([]byte, 1))
	return err == nil
}
