//go:build linux

package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"liqa/internal/attendee"
	"liqa/internal/strain"
	"liqa/internal/wall"
)

// A server that takes more of the processors than it has been allowed refuses
// more of the press and the public, in words. The delegations come in, and who
// is in stays in and hears on. The limit is artificially small, the load real.
func TestAFullServerRefusesThePressAndNotTheDelegations(t *testing.T) {
	c := loopbackOnly(t.TempDir())
	s, err := Start(t.Context(), Options{Config: c, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	h := convened(t, address{URL: s.LocalURL(), Admin: s.Admin()}, bilateral(2))
	officer := h.enter(nil, "officer")
	a := h.enter(officer, "principal-a")
	officer.act("start-item", map[string]any{"item": "opening"})
	a.speak("a-principal")
	early := h.enter(officer, "reporter-0")
	hears := early.listen()
	hears.more(t, "the reporter who came early")

	limits := c.Limits
	limits.FullAtCPU = 0.000001
	s.strain.Limit(fullAt(limits))
	for end := time.Now().Add(30 * time.Second); !s.strain.Now().Full; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the server does not notice: %+v", s.strain.Now())
		}
	}
	late := h.enter(officer, "reporter-1")
	_, err = late.Receive(t.Context(), h.pool, (&ears{}).hear(t))
	if p, ok := err.(*attendee.Problem); (!ok || p.Code != "server-full") && (err == nil || !strings.Contains(err.Error(), "503")) {
		t.Errorf("one more reporter: %v", err)
	}
	r, _ := http.NewRequest("POST", s.LocalURL()+"/api/summits/"+string(h.id)+"/whep?lang=ru", strings.NewReader("v=0\r\n"))
	r.Header.Set("Content-Type", "application/sdp")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var p struct{ Code, Detail string }
	if err := json.NewDecoder(answer.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || p.Code != "server-full" || p.Detail == "" {
		t.Errorf("one more of the public is answered %d, %+v", answer.StatusCode, p)
	}
	h.wallSays(s, "how many were refused, and why", func(a wall.Alarm, stands bool) bool {
		return stands && a.Press == 1 && a.Public == 1 && a.Why == strain.CPU
	})
	text, _ := scrape(t, s)
	for _, line := range []string{`liqa_refused_total{who="press"} 1`, `liqa_refused_total{who="public"} 1`, "liqa_strain_full 1"} {
		if !strings.Contains(text, line) {
			t.Errorf("the metrics do not have %s", line)
		}
	}
	b := h.enter(officer, "principal-b")
	b.listen().more(t, "principal B, who comes late,")
	hears.more(t, "the reporter who is in")
	early.listen().more(t, "the reporter who is in, connected anew,") // a network may go

	s.strain.Limit(strain.Limits{})
	h.wallSays(s, "that there is room again", func(_ wall.Alarm, stands bool) bool { return !stands })
	late.listen().more(t, "the reporter who was refused,")
	if press, _ := s.walls.refused(h.id); press != 0 {
		t.Errorf("%d reporters still wait outside", press)
	}
}

// wallSays waits until the technician's wall says so of the server's being full.
func (h *house) wallSays(s *Server, what string, so func(a wall.Alarm, stands bool) bool) {
	h.tb.Helper()
	var all []wall.Alarm
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		all = stands(h.tb, s, h.id)
		full, any := wall.Alarm{}, false
		for _, a := range all {
			if a.Code == wall.Full {
				full, any = a, true
			}
		}
		if so(full, any) {
			return
		}
	}
	h.tb.Fatalf("the wall does not say %s: %+v", what, all)
}

// Each limit has its own words on the wall, in each language.
func TestEveryLimitHasItsWords(t *testing.T) {
	for _, tongue := range []string{"ar", "en", "ru", "zh"} {
		words, err := os.ReadFile("../../web/src/words/wall." + tongue + ".ts")
		if err != nil {
			t.Fatal(err)
		}
		for _, why := range []string{strain.CPU, strain.Memory, strain.Descriptors, strain.Lag, strain.Unsent} {
			if !strings.Contains(string(words), `"wall.limit-of.`+why+`"`) {
				t.Errorf("%s has no words for the limit %q", tongue, why)
			}
		}
		for _, code := range wall.Codes {
			if !strings.Contains(string(words), `"wall.remedy.`+string(code)+`"`) {
				t.Errorf("%s has no remedy for %q", tongue, code)
			}
		}
	}
}
