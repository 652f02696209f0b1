package web

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"liqa/internal/access"
	"liqa/internal/summit"
)

func TestAnOfficerRunsAnItemOverTheLiveConnection(t *testing.T) {
	h := openHall(t)
	_, officer := h.enter("officer")
	g := h.guest("principal-a")
	principal := g.connect()
	if m := principal.act("arrive", nil); !m.OK || m.Revision == 0 {
		t.Fatalf("arrive: %+v", m)
	}
	if m := principal.act("raise-hand", nil); m.Refusal == nil || m.Refusal.Code != "not-admitted" {
		t.Errorf("who waits raises a hand: %+v", m)
	}
	if m := officer.act("admit", map[string]string{"seat": "principal-a"}); !m.OK {
		t.Fatalf("admit: %+v", m)
	}
	if m := officer.act("start-item", map[string]string{"item": "opening"}); !m.OK {
		t.Fatalf("start-item: %+v %+v", m, m.Refusal)
	}
	if m := officer.act("start-item", map[string]string{"item": "nothing"}); m.Refusal == nil || m.Refusal.Code == "" || m.Refusal.Detail == "" {
		t.Errorf("an item that does not exist: %+v", m)
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		m := principal.read()
		if (m.Type == "change" || m.Type == "snapshot") && strings.Contains(string(m.View), `"item":"opening"`) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the principal's screen does not show the item")
		}
	}
}

// The view of somebody who waits, or of the press, must not have in it what
// they may not know; here, that whatever is sent is what package view makes.
func TestAWaitingScreenKnowsNothingOfTheRoom(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	h.enter("delegate-a")
	s := h.dial(h.guest("reporter").authorization())
	first := s.read()
	var all map[string]any
	if err := json.Unmarshal(first.View, &all); err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"Tête-à-tête", "Talks", "Mr Belov", "hash", h.links["officer"].Secret.Hash()} {
		if strings.Contains(string(first.View), hidden) {
			t.Errorf("a waiting reporter's screen is sent %q", hidden)
		}
	}
}

// A waiting client tries everything that could lead to media.
func TestWhoWaitsGetsNoMedia(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	for _, seat := range []summit.SeatID{"principal-a", "delegate-a", "interpreter-1", "reporter", "press-officer"} {
		g := h.guest(seat)
		g.connect()
		h.do(summit.Actor(seat), summit.Arrive{})
		for _, path := range []string{"/api/whip", "/api/whep"} {
			for _, method := range []string{"POST", "PATCH", "PUT", "GET", "DELETE"} {
				status, body := g.ask(method, path, sdpType, []byte(goodOffer))
				if status < 400 {
					t.Errorf("%s: %s %s gives %d %s", seat, method, path, status, body)
				}
			}
		}
		path := "/api/summits/" + string(h.id) + "/whep?lang=ru&player=press"
		if status, _ := g.ask("POST", path, sdpType, []byte(goodOffer)); status != http.StatusNotFound {
			t.Errorf("%s: the public player of a closed summit gives %d", seat, status)
		}
	}
	if n := len(h.media.sessions); n != 0 {
		t.Errorf("%d media connections were made for who waits", n)
	}
}

func TestDismissalEndsMediaConnections(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	g, _ := h.enter("delegate-a")
	for _, path := range []string{"/api/whip", "/api/whep"} {
		if status, body := g.ask("POST", path, sdpType, []byte(goodOffer)); status != http.StatusCreated {
			t.Fatalf("%s: %d %s", path, status, body)
		}
	}
	h.do("officer", summit.Dismiss{Seat: "delegate-a"})
	h.web.Sweep(h.id)
	if n := h.media.count("delegate-a"); n != 0 {
		t.Errorf("%d media connections of a seat that was dismissed are left", n)
	}
}

func TestASeatIsConnectedOnce(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	g := h.guest("delegate-a")
	first := g.connect()
	second := g.connect()
	if code := first.closed(); code != closedElsewhere {
		t.Errorf("the first window was closed with %d", code)
	}
	if m := second.act("arrive", nil); !m.OK {
		t.Errorf("the second window: %+v", m)
	}
	time.Sleep(200 * time.Millisecond) // longer than the grace
	if seat, _ := h.state().Seat("delegate-a"); !seat.Connected {
		t.Error("the seat counts as gone because its first window was closed")
	}
	second.socket.CloseNow()
	eventually(t, "the seat counts as connected although it is gone", func() bool {
		seat, _ := h.state().Seat("delegate-a")
		return !seat.Connected
	})
	if n := h.web.Figures().Screens; n != 0 {
		t.Errorf("%d screens are counted", n)
	}
}

func eventually(t *testing.T, complaint string, is func() bool) {
	t.Helper()
	for range 200 {
		if is() {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Error(complaint)
}

// A page of another server that a delegate happens to have open must not be
// able to use this one, by WebSocket or by post.
func TestAForeignOriginIsRefused(t *testing.T) {
	h := openHall(t)
	g := h.guest("officer")
	for origin, want := range map[string]bool{
		"https://evil.example": false, "null": false, "http://" + strings.TrimPrefix(h.http.URL, "https://") + ".evil.example": false,
		h.http.URL: true, "": true,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		socket, answer, err := websocket.Dial(t.Context(), h.http.URL+"/api/live",
			&websocket.DialOptions{HTTPClient: h.http.Client(), HTTPHeader: header})
		if (err == nil) != want {
			t.Errorf("a live connection from %q: %v", origin, err)
		}
		if err == nil {
			socket.CloseNow()
		} else if answer.StatusCode != http.StatusForbidden {
			t.Errorf("a live connection from %q is answered %d", origin, answer.StatusCode)
		}
		r, _ := http.NewRequest("POST", h.http.URL+"/api/redeem", strings.NewReader("{}"))
		r.Header = header.Clone()
		r.Header.Set("Content-Type", "application/json")
		posted, err := h.http.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		posted.Body.Close()
		if forbidden := posted.StatusCode == http.StatusForbidden; forbidden == want {
			t.Errorf("a post from %q is answered %d", origin, posted.StatusCode)
		}
		if allowed := posted.Header.Get("Access-Control-Allow-Origin"); allowed != "" {
			t.Errorf("other servers' pages are invited: %q", allowed)
		}
	}
	if status, _ := g.ask("POST", "/api/whep", sdpType, []byte(goodOffer)); status == http.StatusUnauthorized {
		t.Error("a caller that is no browser is taken for a foreign page")
	}
}

func TestASilentConnectionIsClosed(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	began := time.Now()
	code := h.dial("").closed()
	if took := time.Since(began); code != closedSilent || took < 4*time.Second || took > 8*time.Second {
		t.Errorf("closed with %d after %v", code, took)
	}
}

// A client that stops reading is dropped, and nobody else waits for it.
func TestAClientThatDoesNotReadIsDropped(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	_, officer := h.enter("officer")
	g := h.guest("delegate-a")
	stuck := h.rawSocket(g)
	eventually(t, "the slow client is not connected", func() bool {
		seat, _ := h.state().Seat("delegate-a")
		return seat.Connected
	})
	began := time.Now()
	for i := range 20 {
		if m := officer.act("mute", map[string]bool{"on": i%2 == 0}); !m.OK {
			t.Fatalf("%+v", m)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("twenty acts of the officer took %v", took)
	}
	// It answers no ping, so it is gone when a ping has been sent and waited
	// for; how much later this is seen is the machine's affair.
	there := func() bool {
		seat, _ := h.state().Seat("delegate-a")
		return seat.Connected
	}
	for end := time.Now().Add(pulseEvery + answerWithin + 30*time.Second); there(); time.Sleep(25 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a client that reads nothing stays connected")
		}
	}
	stuck.Close()
}

// rawSocket opens a live connection, says who it is, and never reads again.
func (h *hall) rawSocket(g *guest) net.Conn {
	h.t.Helper()
	var raw net.Conn
	client := h.http.Client()
	transport := client.Transport.(*http.Transport).Clone()
	dial := (&net.Dialer{}).DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		raw = c
		return c, err
	}
	socket, _, err := websocket.Dial(h.t.Context(), h.http.URL+"/api/live",
		&websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		h.t.Fatal(err)
	}
	word, _ := json.Marshal(map[string]string{"authorization": g.authorization()})
	if err := socket.Write(h.t.Context(), websocket.MessageText, word); err != nil {
		h.t.Fatal(err)
	}
	return raw
}

func TestAFloodIsClosed(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	s := h.guest("delegate-a").connect()
	go func() {
		for range 500 {
			if s.socket.Write(context.Background(), websocket.MessageText, []byte(`{"type":"act","id":1,"act":"mute","with":{"on":true}}`)) != nil {
				return
			}
		}
	}()
	if code := s.closed(); code != closedFlood && code != closedSlow {
		t.Errorf("500 messages at once were closed with %d", code)
	}
}

func TestAMessageThatIsTooLargeIsClosed(t *testing.T) {
	h := openHall(t)
	s := h.guest("delegate-a").connect()
	s.socket.Write(t.Context(), websocket.MessageText, []byte(`{"type":"`+strings.Repeat("x", longestSaying)+`"}`))
	if code := s.closed(); code != websocket.StatusMessageTooBig {
		t.Errorf("closed with %d", code)
	}
}

func TestChatStaysInItsDelegation(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	_, a := h.enter("delegate-a")
	_, a2 := h.enter("principal-a")
	_, b := h.enter("delegate-b")
	a.write(map[string]string{"type": "chat", "to": "delegation", "text": "shall we?"})
	for _, s := range []*screen{a, a2} {
		for {
			if m := s.read(); m.Type == "chat" {
				if m.From != "delegate-a" || m.Text != "shall we?" {
					t.Errorf("%+v", m)
				}
				break
			}
		}
	}
	b.next++
	b.write(map[string]any{"type": "act", "id": b.next, "act": "mute", "with": map[string]bool{"on": true}})
	for {
		m := b.read()
		if m.Type == "chat" {
			t.Errorf("the other delegation reads %q", m.Text)
		}
		if m.Type == "answer" {
			break
		}
	}
	if log := h.log.String(); strings.Contains(log, "shall we?") {
		t.Error("a chat is in the log")
	}
}

// Whatever a stranger sends first, it is closed and learns nothing.
func TestFirstWords(t *testing.T) {
	h := openHall(t)
	g := h.guest("officer")
	for _, word := range []string{`{}`, `[]`, `x`, `{"authorization":""}`, `{"authorization":"` + strings.Repeat("a", 2000) + `"}`,
		`{"authorization":"` + h.links["officer"].Reveal("") + `"}`,
		`{"authorization":"` + access.Authorization{Summit: h.id, Seat: "officer-2", Credential: g.device}.Reveal() + `"}`} {
		s := h.dial("")
		if err := s.socket.Write(t.Context(), websocket.MessageText, []byte(word)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.socket.Read(t.Context()); websocket.CloseStatus(err) != closedUnknown {
			t.Errorf("%.60s: %v", word, err)
		}
	}
	s := h.dial("")
	if err := s.socket.Write(t.Context(), websocket.MessageBinary, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.socket.Read(t.Context()); websocket.CloseStatus(err) != closedSilent {
		t.Errorf("binary: %v", err)
	}
	answer := h.send("GET", "/api/live", "", "", nil)
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode < 400 {
		t.Errorf("a plain GET gives %d %s", answer.StatusCode, text)
	}
}
