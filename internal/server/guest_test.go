package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"liqa/internal/access"
	"liqa/internal/summit"
	"liqa/internal/web"
)

// join redeems a seat's link over HTTP and opens its live connection.
func join(t *testing.T, s *Server, made web.Convened, seat summit.SeatID) (*websocket.Conn, string) {
	t.Helper()
	for _, one := range made.Links {
		if one.Seat != seat {
			continue
		}
		link, err := access.ParseLink(one.Link)
		if err != nil {
			t.Fatal(err)
		}
		device := access.NewCredential()
		body, _ := json.Marshal(map[string]string{"summit": string(link.Summit), "seat": string(seat),
			"secret": link.Secret.Reveal(), "credential": device.Reveal()})
		answer, err := http.Post(s.LocalURL()+"/api/redeem", "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", seat, answer.StatusCode)
		}
		auth := access.Authorization{Summit: link.Summit, Seat: seat, Credential: device}.Reveal()
		return dial(t, s, auth), auth
	}
	t.Fatalf("there is no seat %s", seat)
	return nil, ""
}

func dial(t *testing.T, s *Server, auth string) *websocket.Conn {
	t.Helper()
	socket, _, err := websocket.Dial(t.Context(), strings.Replace(s.LocalURL(), "http", "ws", 1)+"/api/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	socket.SetReadLimit(1 << 20)
	t.Cleanup(func() { socket.CloseNow() })
	word, _ := json.Marshal(map[string]string{"authorization": auth})
	if err := socket.Write(t.Context(), websocket.MessageText, word); err != nil {
		t.Fatal(err)
	}
	return socket
}

// act sends an act and fails the test unless it is done.
func act(t *testing.T, socket *websocket.Conn, kind string, with any) {
	t.Helper()
	text, _ := json.Marshal(map[string]any{"type": "act", "id": 7, "act": kind, "with": with})
	if err := socket.Write(t.Context(), websocket.MessageText, text); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, text, err := socket.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var m struct {
			Type    string
			OK      bool
			Refusal json.RawMessage
		}
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		if m.Type == "answer" {
			if !m.OK {
				t.Fatalf("%s: %s", kind, m.Refusal)
			}
			return
		}
	}
}

// vp8Offer is what a sender that has only VP8 offers.
const vp8Offer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n" +
	"a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n" +
	"m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\na=setup:actpass\r\n" +
	"a=ice-ufrag:abcdefgh\r\na=ice-pwd:abcdefghabcdefghabcdefgh\r\na=rtpmap:96 VP8/90000\r\n"
