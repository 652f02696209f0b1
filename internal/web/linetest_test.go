package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"liqa/internal/greenroom"
	"liqa/internal/summit"
)

// fakeLine is a test that has measured what it was told to.
type fakeLine struct {
	*fakeSession
	measured greenroom.Measured
}

func (f fakeLine) Measured() greenroom.Measured { return f.measured }

func (m *fakeMedia) TestLine(_ context.Context, offer, over string) (string, Line, error) {
	text, s, err := m.open("line "+over, "", offer)
	if err != nil {
		return "", nil, err
	}
	return text, fakeLine{s.(*fakeSession), greenroom.Measured{Transport: over, Up: 2_000_000, Down: 3_000_000,
		Sent: 500, Came: 500, RoundTrip: 20 * time.Millisecond, Over: true}}, nil
}

func (g *guest) beginTest(over string) (at string, status int) {
	g.t.Helper()
	made := g.send("POST", "/api/linetest?over="+over, "Liqa "+g.authorization(), sdpType, []byte(goodOffer))
	made.Body.Close()
	return made.Header.Get("Location"), made.StatusCode
}

// Days before the summit, before anybody has been admitted, a seat tests its
// line; the technician finds the result, and who must not know it does not.
func TestALineIsTestedBeforeTheDoor(t *testing.T) {
	h := openHall(t)
	g := h.guest("principal-a")
	at, status := g.beginTest("udp")
	if status != http.StatusCreated || !strings.HasPrefix(at, "/api/linetest/") {
		t.Fatalf("%d %q", status, at)
	}
	if status, body := g.ask("GET", at, "", nil); status != http.StatusOK || !strings.Contains(body, `"up":2000000`) {
		t.Errorf("%d %s", status, body)
	}
	other := h.guest("principal-b")
	for _, method := range []string{"GET", "DELETE"} {
		if status, _ := other.ask(method, at, "", nil); status != http.StatusNotFound {
			t.Errorf("another seat's %s of the test: %d", method, status)
		}
	}
	if status, _ := g.ask("GET", "/api/linetest", "", nil); status != http.StatusNoContent {
		t.Errorf("a result before there is one: %d", status)
	}
	said, _ := json.Marshal(map[string]any{"session": at[len("/api/linetest/"):], "tcp": "reached", "microphone": "Desk",
		"camera": "Lens", "browser": "Chrome 140, Windows", "level": -20, "noise": -58, "echo": "nothing", "lacks": []string{"red", "soul"}})
	status, body := g.ask("PUT", "/api/linetest", "application/json", said)
	var result greenroom.Result
	if err := json.Unmarshal([]byte(body), &result); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, body, err)
	}
	if result.Colour != greenroom.Green || result.Says != greenroom.Good || result.UDP != greenroom.Reached || len(result.Lacks) != 1 {
		t.Errorf("%+v", result)
	}
	if status, again := g.ask("GET", "/api/linetest", "", nil); status != http.StatusOK || again != body {
		t.Errorf("the seat's own result: %d %s", status, again)
	}
	if status, _ := g.ask("DELETE", at, "", nil); status != http.StatusOK {
		t.Errorf("ending the test: %d", status)
	}
	h.enter("officer")
	technician, _ := h.enter("technician")
	path := "/api/summits/" + string(h.id) + "/linetests"
	if status, all := technician.ask("GET", path, "", nil); status != http.StatusOK || !strings.Contains(all, `"principal-a":{`) {
		t.Errorf("the technician finds %d %s", status, all)
	}
	if status, all := other.ask("GET", path, "", nil); status != http.StatusForbidden {
		t.Errorf("another principal finds %d %s", status, all)
	}
	// A browser's word about the path does not stand above what was measured.
	at, _ = g.beginTest("tcp")
	lie := `{"udp":"blocked","tcp":"blocked","session":"` + at[len("/api/linetest/"):] + `","microphone":"Desk","camera":"Lens"}`
	if _, body := g.ask("PUT", "/api/linetest", "application/json", []byte(lie)); !strings.Contains(body, `"says":"by-tcp"`) {
		t.Errorf("%s", body)
	}
	for _, bad := range []string{`{"colour":"green"}`, `[]`, `{"level":"loud"}`} {
		if status, _ := g.ask("PUT", "/api/linetest", "application/json", []byte(bad)); status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, status)
		}
	}
	h.do("officer", summit.EndSummit{})
	h.web.Sweep(h.id)
	if n := len(h.web.GreenRoom.Of(h.id)); n != 0 {
		t.Errorf("%d results outlast the summit", n)
	}
	if _, status := g.beginTest("udp"); status != http.StatusGone {
		t.Errorf("a test after the summit: %d", status)
	}
	if status, _ := g.ask("PUT", "/api/linetest", "application/json", []byte(`{}`)); status != http.StatusGone || len(h.web.GreenRoom.Of(h.id)) != 0 {
		t.Errorf("a result is handed in after the summit: %d", status)
	}
}

func TestTestsAreFew(t *testing.T) {
	h := openHall(t)
	g := h.guest("principal-a")
	for i, want := range []int{201, 201, 429} {
		if _, status := g.beginTest("udp"); status != want {
			t.Errorf("test %d of one seat at once: %d", i+1, status)
		}
	}
	seats := []summit.SeatID{"principal-b", "delegate-a", "delegate-b", "notes-a"}
	began := 0
	for _, seat := range seats {
		other := h.guest(seat)
		for range 2 {
			if _, status := other.beginTest("udp"); status == 201 {
				began++
			} else if status != http.StatusServiceUnavailable {
				t.Errorf("%s: %d", seat, status)
			}
		}
	}
	if began != testsHere-2 {
		t.Errorf("%d more tests of one address at once", began)
	}
	if _, status := g.beginTest("carrier-pigeon"); status != http.StatusNotFound {
		t.Errorf("over nothing that there is: %d", status)
	}
	// Who is sent away takes the test along.
	before := h.media.count("")
	h.enter("officer")
	h.do("officer", summit.Revoke{Seat: "principal-a"})
	h.web.Sweep(h.id)
	eventually(t, "the tests of a withdrawn seat end", func() bool { return h.media.count("") == before-2 })
	if _, status := g.beginTest("udp"); status != http.StatusUnauthorized {
		t.Errorf("a test of a withdrawn seat: %d", status)
	}
}
