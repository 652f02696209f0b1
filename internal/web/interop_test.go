package web

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"liqa/internal/access"
	"liqa/internal/summit"
)

// bearer is a program's own token for a seat.
func (g *guest) bearer() string {
	g.t.Helper()
	status, body := g.ask("GET", "/api/sender", "", nil)
	var s sender
	if err := json.Unmarshal([]byte(body), &s); err != nil || status != http.StatusOK {
		g.t.Fatalf("%d %s", status, body)
	}
	if s.URL != g.http.URL+"/api/whip" || strings.Contains(s.URL, s.Token) || strings.Contains(s.Token, g.device.Reveal()) {
		g.t.Fatalf("%+v", s)
	}
	return "Bearer " + s.Token
}

func withSenderKey(o *Options) { o.SenderKey = access.SenderKey{Secret: access.NewSecret()} }

// A program that sends for a seat may send, and nothing else; the seat's own
// page does not take it off the air; and it goes with the seat's link.
func TestAProgramSendsForASeat(t *testing.T) {
	h := openHall(t, withSenderKey)
	h.enter("officer")
	waiting := h.guest("principal-b")
	if status, _ := h.call("POST", "/api/whip", waiting.bearer(), sdpType, []byte(goodOffer)); status != http.StatusForbidden {
		t.Errorf("a program of who waits: %d", status)
	}
	g, _ := h.enter("principal-a")
	token := g.bearer()
	if status, body := h.call("POST", "/api/whip", token, sdpType, []byte(goodOffer)); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	if status, body := g.ask("POST", "/api/whip", sdpType, []byte(goodOffer)); status != http.StatusConflict || !strings.Contains(body, "sent-by-program") {
		t.Errorf("the seat's page beside it: %d %s", status, body)
	}
	for _, route := range access.Actions() {
		method, pattern, _ := strings.Cut(string(route), " ")
		if !route.IsRoute() || route == "GET /api/live" || access.May(access.Anonymous, route) || strings.Contains(pattern, "/api/whip") {
			continue
		}
		if status, body := h.call(method, fill(pattern, h.id), token, kindOf(method, pattern), bodyOf(pattern)); status != http.StatusForbidden && status != http.StatusUnauthorized {
			t.Errorf("with a sender's token %s gives %d %s", route, status, body)
		}
	}
	if code := h.dial(strings.TrimPrefix(token, "Bearer ")).closed(); code != closedUnknown {
		t.Errorf("a live connection with it was closed with %d", code)
	}
	if status, _ := h.call("POST", "/api/whip", strings.Replace(token, "Bearer", "Liqa", 1), sdpType, []byte(goodOffer)); status != http.StatusUnauthorized {
		t.Errorf("in the seat's own form it gives %d", status)
	}
	h.do("officer", summit.Reissue{Seat: "principal-a", Hash: access.NewSecret().Hash()})
	h.web.Sweep(h.id)
	eventually(t, "what it sent ends with the link", func() bool { return h.media.count("principal-a") == 0 })
	if status, _ := h.call("POST", "/api/whip", token, sdpType, []byte(goodOffer)); status != http.StatusUnauthorized {
		t.Errorf("after the link was reissued: %d", status)
	}
}

func TestPagesOfNamedServersMayCall(t *testing.T) {
	h := openHall(t, withSenderKey, func(o *Options) { o.Origins = []string{"https://studio.example.org"} })
	h.enter("officer")
	g, _ := h.enter("principal-a")
	call := func(method, path, origin string, more ...string) *http.Response {
		t.Helper()
		r, err := http.NewRequest(method, h.http.URL+path, strings.NewReader(goodOffer))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", origin)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		for i := 0; i < len(more); i += 2 {
			r.Header.Set(more[i], more[i+1])
		}
		answer, err := h.http.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer
	}
	const known, other = "https://studio.example.org", "https://elsewhere.example.org"
	for _, path := range []string{"/api/whip", "/api/whip/abc", "/api/whep", "/api/summits/x/whep", "/api/summits/x/whep/abc"} {
		a := call("OPTIONS", path, known, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
		if a.StatusCode != http.StatusNoContent || a.Header.Get("Access-Control-Allow-Origin") != known ||
			!strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Authorization") || a.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: a named server's page is told %d %v", path, a.StatusCode, a.Header)
		}
		if a := call("OPTIONS", path, other, "Access-Control-Request-Method", "POST"); a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: another server's page is told %v", path, a.Header)
		}
	}
	for _, path := range []string{"/api/redeem", "/api/live", "/api/sender", "/api/linetest", "/api/whipper"} {
		if a := call("OPTIONS", path, known, "Access-Control-Request-Method", "POST"); a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s is shared with other servers' pages", path)
		}
	}
	made := call("POST", "/api/whip", known, "Authorization", g.bearer(), "Content-Type", sdpType)
	if made.StatusCode != http.StatusCreated || made.Header.Get("Access-Control-Allow-Origin") != known || !strings.Contains(made.Header.Get("Access-Control-Expose-Headers"), "Location") {
		t.Errorf("%d %v", made.StatusCode, made.Header)
	}
	if a := call("POST", "/api/whip", other, "Authorization", g.bearer(), "Content-Type", sdpType); a.StatusCode != http.StatusForbidden {
		t.Errorf("another server's page: %d", a.StatusCode)
	}
	if a := call("POST", "/api/redeem", known, "Content-Type", "application/json"); a.StatusCode != http.StatusForbidden {
		t.Errorf("a named server's page redeems: %d", a.StatusCode)
	}
}

var iceServer = regexp.MustCompile(`^<(turns?:[^>]+)>; rel="ice-server"; username="([^"]+)"; credential="([^"]+)"; credential-type="password"$`)

func TestTheTURNServerIsNamedToSeatsOnly(t *testing.T) {
	now := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	h := openHall(t, func(o *Options) {
		o.Turn = &Turn{URLs: []string{"turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443?transport=tcp"}, Secret: "kept here"}
		o.Now = func() time.Time { return now }
	})
	_, officer := h.enter("officer")
	g, _ := h.enter("principal-a")
	auth := "Liqa " + g.authorization()
	for _, method := range []string{"POST", "OPTIONS"} {
		a := h.send(method, "/api/whep", auth, sdpType, []byte(goodOffer))
		a.Body.Close()
		links := a.Header.Values("Link")
		if len(links) != 2 {
			t.Fatalf("%s: %v", method, links)
		}
		for _, l := range links {
			m := iceServer.FindStringSubmatch(l)
			if m == nil || strings.Contains(l, "kept here") {
				t.Fatalf("%s: %s", method, l)
			}
			until, _, _ := strings.Cut(m[2], ":")
			seconds, err := strconv.ParseInt(until, 10, 64)
			if left := time.Unix(seconds, 0).Sub(now); err != nil || left <= 0 || left > 24*time.Hour {
				t.Errorf("good for %v", left)
			}
			mac := hmac.New(sha1.New, []byte("kept here"))
			mac.Write([]byte(m[2]))
			if m[3] != base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
				t.Errorf("the credential is not the user name's: %s", l)
			}
		}
	}
	if m := officer.act("start-item", map[string]string{"item": "opening"}); !m.OK {
		t.Fatalf("%+v", m.Refusal)
	}
	waiting := h.guest("principal-b")
	for path, auth := range map[string]string{"/api/whep": "", "/api/whip": "Liqa " + waiting.authorization()} {
		a := h.send("OPTIONS", path, auth, "", nil)
		a.Body.Close()
		if len(a.Header.Values("Link")) > 0 {
			t.Errorf("OPTIONS %s tells it to somebody who may have no media", path)
		}
	}
	public := h.send("POST", "/api/summits/"+string(h.id)+"/whep", "", sdpType, []byte(goodOffer))
	public.Body.Close()
	if public.StatusCode != http.StatusCreated || len(public.Header.Values("Link")) > 0 {
		t.Errorf("the public is answered %d %v", public.StatusCode, public.Header)
	}
}

func TestAcceptIsObeyed(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	g, _ := h.enter("principal-a")
	for accept, want := range map[string]int{"application/sdp": 201, "*/*": 201, "text/html, application/*;q=0.1": 201, "text/html": 406, "application/sdp;q=0": 406} {
		r, _ := http.NewRequest("POST", h.http.URL+"/api/whep", strings.NewReader(goodOffer))
		r.Header = http.Header{"Authorization": {"Liqa " + g.authorization()}, "Content-Type": {sdpType}, "Accept": {accept}}
		a, err := h.http.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if a.StatusCode != want {
			t.Errorf("Accept: %s gives %d", accept, a.StatusCode)
		}
	}
}
