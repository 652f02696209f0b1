package web

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"liqa/internal/summit"
)

func TestAMediaConnectionAsRFC9725Asks(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	g, _ := h.enter("principal-a")
	auth := "Liqa " + g.authorization()
	for _, path := range []string{"/api/whip", "/api/whep"} {
		made := h.send("POST", path, auth, sdpType, []byte(goodOffer))
		made.Body.Close()
		at, etag := made.Header.Get("Location"), made.Header.Get("ETag")
		if made.StatusCode != http.StatusCreated || !strings.HasPrefix(at, path+"/") || etag == "" ||
			made.Header.Get("Content-Type") != sdpType || made.Header.Get("Accept-Patch") != fragmentType {
			t.Fatalf("%s: %d %v", path, made.StatusCode, made.Header)
		}
		patch := func(match, body string) (int, http.Header) {
			t.Helper()
			r, _ := http.NewRequest("PATCH", h.http.URL+at, strings.NewReader(body))
			r.Header = http.Header{"Authorization": {auth}, "Content-Type": {fragmentType}}
			if match != "" {
				r.Header.Set("If-Match", match)
			}
			answer, err := h.http.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			return answer.StatusCode, answer.Header
		}
		for _, c := range []struct {
			match, body string
			want        int
		}{{"", "a=candidate", 428}, {etag, "a=candidate", 204}, {`"other"`, "a=candidate", 412}, {etag, "nonsense", 400}} {
			if status, _ := patch(c.match, c.body); status != c.want {
				t.Errorf("PATCH with If-Match %q, %q gives %d", c.match, c.body, status)
			}
		}
		status, header := patch("*", "restart")
		if status != http.StatusOK || header.Get("ETag") == etag || header.Get("Content-Type") != fragmentType {
			t.Errorf("a restart of ICE gives %d %v", status, header)
		}
		if status, _ := g.ask("PATCH", at, "text/plain", []byte("a=x")); status != http.StatusUnsupportedMediaType {
			t.Errorf("PATCH of another type gives %d", status)
		}
		for _, address := range []string{path, at} {
			if status, body := g.ask("GET", address, "", nil); status != http.StatusMethodNotAllowed || !strings.Contains(body, `"code":"method"`) {
				t.Errorf("GET %s gives %d %s", address, status, body)
			}
		}
		options := h.send("OPTIONS", path, "", "", nil)
		options.Body.Close()
		if options.StatusCode != http.StatusNoContent || options.Header.Get("Accept-Post") != sdpType {
			t.Errorf("OPTIONS %s gives %d %v", path, options.StatusCode, options.Header)
		}
		// Another seat may neither end it nor learn that it is there.
		other, _ := h.enter("principal-b")
		stolen, body := other.ask("DELETE", at, "", nil)
		unknown, body2 := other.ask("DELETE", path+"/abcdef", "", nil)
		if stolen != http.StatusNotFound || unknown != stolen || body != body2 {
			t.Errorf("another seat's DELETE gives %d, of nothing %d", stolen, unknown)
		}
		wrongDoor := map[string]string{"/api/whip": "/api/whep", "/api/whep": "/api/whip"}[path]
		if status, _ := g.ask("DELETE", strings.Replace(at, path, wrongDoor, 1), "", nil); status != http.StatusNotFound {
			t.Errorf("DELETE by the other door gives %d", status)
		}
		if status, _ := g.ask("DELETE", at, "", nil); status != http.StatusOK {
			t.Errorf("DELETE gives %d", status)
		}
		if status, _ := g.ask("DELETE", at, "", nil); status != http.StatusNotFound {
			t.Errorf("a second DELETE gives %d", status)
		}
		h.do("officer", summit.Dismiss{Seat: "principal-b"}, summit.Revoke{Seat: "principal-b"})
		h.convene()
		h.enter("officer")
		g, _ = h.enter("principal-a")
		auth = "Liqa " + g.authorization()
	}
	if n := h.media.count(""); n != 0 {
		t.Errorf("%d connections are left", n)
	}
}

func TestANewConnectionOfASeatEndsItsOldOne(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	g, _ := h.enter("principal-a")
	for range 3 {
		if status, _ := g.ask("POST", "/api/whep", sdpType, []byte(goodOffer)); status != http.StatusCreated {
			t.Fatal(status)
		}
	}
	if n := h.media.count("principal-a"); n != 1 {
		t.Errorf("one seat has %d connections", n)
	}
}

// A WHIP sender that knows only Bearer, such as OBS, is taken too.
func TestBearerIsTakenForLiqa(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	g, _ := h.enter("delegate-a")
	if status, body := h.call("POST", "/api/whip", "Bearer "+g.authorization(), sdpType, []byte(goodOffer)); status != http.StatusCreated {
		t.Errorf("%d %s", status, body)
	}
}

func TestOffersThatCannotBeUsed(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	g, _ := h.enter("delegate-a")
	for _, c := range []struct {
		name, kind string
		body       []byte
		status     int
		code       string
	}{
		{"no SDP", sdpType, []byte("nonsense"), 400, "malformed-offer"},
		{"nothing", sdpType, nil, 400, "malformed-offer"},
		{"NUL bytes", sdpType, make([]byte, 100), 400, "malformed-offer"},
		{"too large", sdpType, append([]byte("v=0"), make([]byte, sdpBody)...), 413, "too-large"},
		{"of another type", "application/json", []byte("{}"), 415, "wrong-type"},
		{"of no type", "", []byte(goodOffer), 415, "wrong-type"},
	} {
		for _, path := range []string{"/api/whip", "/api/whep"} {
			status, body := g.ask("POST", path, c.kind, c.body)
			if status != c.status || !strings.Contains(body, `"code":"`+c.code+`"`) || !strings.Contains(body, `"detail":"`) {
				t.Errorf("%s: %s is answered %d %s", path, c.name, status, body)
			}
		}
	}
	if n := h.media.count("delegate-a"); n != 0 {
		t.Errorf("%d connections came of it", n)
	}
}

func TestBodiesThatAreTooLarge(t *testing.T) {
	h := openHall(t)
	press := h.guest("press-officer")
	at := "/api/summits/" + string(h.id)
	large := bytes.Repeat([]byte(" "), 9<<20)
	for path, auth := range map[string]string{
		"POST /api/redeem": "", "POST /api/summits": "Bearer " + h.admin.Reveal(),
		"PUT " + at + "/readouts/ar": "Liqa " + press.authorization(), "POST " + at + "/pictures": "Liqa " + press.authorization(),
	} {
		method, path, _ := strings.Cut(path, " ")
		if status, body := h.call(method, path, auth, "application/json", large); status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s %s: %d %s", method, path, status, body)
		}
	}
}

// Who sends a body a byte at a time does not keep a connection for ever.
func TestASlowBodyIsNotWaitedFor(t *testing.T) {
	h := openHall(t)
	h.web.body = 200 * time.Millisecond
	slow, err := tls.Dial("tcp", h.http.Listener.Addr().String(), h.http.Client().Transport.(*http.Transport).TLSClientConfig)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	fmt.Fprintf(slow, "POST /api/redeem HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", h.http.Listener.Addr())
	slow.SetReadDeadline(time.Now().Add(5 * time.Second))
	began := time.Now()
	if _, err := slow.Read(make([]byte, 1)); err != nil && !errors.Is(err, io.EOF) {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

// Anybody hears an open item; nobody a closed one; and no address more than
// its share.
func TestThePublicPlayer(t *testing.T) {
	h := openHall(t, func(o *Options) { o.Limits.PublicPlayers = 2 })
	_, officer := h.enter("officer")
	h.enter("principal-a")
	h.enter("principal-b")
	path := "/api/summits/" + string(h.id) + "/whep?player=press&lang="
	if status, _ := h.call("POST", path+"ru", "", sdpType, []byte(goodOffer)); status != http.StatusNotFound {
		t.Errorf("before anything is open: %d", status)
	}
	if m := officer.act("start-item", map[string]string{"item": "opening"}); !m.OK {
		t.Fatalf("%+v", m.Refusal)
	}
	made := h.send("POST", path+"ru", "", sdpType, []byte(goodOffer))
	made.Body.Close()
	if made.StatusCode != http.StatusCreated {
		t.Fatalf("an open item: %d", made.StatusCode)
	}
	for _, bad := range []string{path + "xx", "/api/summits/" + string(h.id) + "/whep?player=admin&lang=ru"} {
		if status, _ := h.call("POST", bad, "", sdpType, []byte(goodOffer)); status != http.StatusNotFound {
			t.Errorf("%s: %d", bad, status)
		}
	}
	if status, _ := h.call("POST", path+"zh", "", sdpType, []byte(goodOffer)); status != http.StatusCreated {
		t.Errorf("the second player: %d", status)
	}
	if status, body := h.call("POST", path+"ru", "", sdpType, []byte(goodOffer)); status != http.StatusTooManyRequests || !strings.Contains(body, "too-many-players") {
		t.Errorf("the third player of one address: %d %s", status, body)
	}
	if status, _ := h.call("DELETE", made.Header.Get("Location"), "", "", nil); status != http.StatusOK {
		t.Errorf("leaving: %d", status)
	}
	eventually(t, "who has left is still counted", func() bool {
		status, _ := h.call("POST", path+"ru", "", sdpType, []byte(goodOffer))
		return status == http.StatusCreated
	})
	h.do("officer", summit.SetCoverage{Coverage: summit.Closed})
	if status, _ := h.call("POST", path+"ru", "", sdpType, []byte(goodOffer)); status != http.StatusNotFound {
		t.Errorf("after closing: %d", status)
	}
	h.do("officer", summit.EndSummit{})
	h.web.Sweep(h.id)
	if n := h.media.count(""); n != 0 {
		t.Errorf("%d connections outlast the summit", n)
	}
}

func TestASeatSendsItsScreenBesideItsDevices(t *testing.T) {
	h := openHall(t)
	g, _ := h.enter("principal-a")
	for _, path := range []string{"/api/whip", "/api/whip?purpose=screen", "/api/whip?purpose=screen"} {
		if status, said := g.ask("POST", path, sdpType, []byte(goodOffer)); status != http.StatusCreated {
			t.Fatalf("%s: %d %s", path, status, said)
		}
	}
	if n := h.media.count("principal-a"); n != 2 {
		t.Errorf("%d connections are open; the second screen takes the place of the first, and the devices stay", n)
	}
	if status, _ := g.ask("POST", "/api/whip?purpose=spying", sdpType, []byte(goodOffer)); status != http.StatusBadRequest {
		t.Errorf("an unknown purpose was answered %d", status)
	}
}
