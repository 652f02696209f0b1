package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"liqa/internal/access"
	"liqa/internal/summit"
)

func TestALinkIsBoundToTheDeviceThatOpensItFirst(t *testing.T) {
	h := openHall(t)
	g := h.guest("principal-a")
	if status, _ := g.redeem(h.links["principal-a"].Secret); status != http.StatusOK {
		t.Errorf("the same device opens its link again: %d", status)
	}
	thief := &guest{h, "principal-a", access.NewCredential()}
	status, body := thief.redeem(h.links["principal-a"].Secret)
	if status != http.StatusConflict || !strings.Contains(body, `"link-in-use"`) {
		t.Errorf("a second browser with the same link got %d %s", status, body)
	}
	if log := h.log.String(); !strings.Contains(log, "a link was refused") || !strings.Contains(log, "seat=principal-a") {
		t.Error("the log does not say that the link was replayed")
	}
	if status, _ := thief.ask("POST", "/api/whep", sdpType, []byte(goodOffer)); status != http.StatusUnauthorized {
		t.Errorf("the second browser calls with its own credential and gets %d", status)
	}
}

// A mail scanner fetches whatever a message links to, runs its scripts, and
// follows forms that are sent by GET. None of it may use the link up.
func TestAPrefetchingBotDoesNotConsumeALink(t *testing.T) {
	h := openHall(t)
	link := h.links["principal-a"]
	for _, method := range []string{"GET", "HEAD"} {
		for _, path := range []string{"/join", "/join?x=" + link.Secret.Reveal(), "/api/redeem",
			"/api/redeem?summit=" + string(h.id) + "&seat=principal-a&secret=" + link.Secret.Reveal()} {
			r, _ := http.NewRequest(method, h.http.URL+path, nil)
			r.Header.Set("Sec-Purpose", "prefetch")
			answer, err := h.http.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
		}
	}
	if seat, _ := h.state().Seat("principal-a"); seat.Invitation.Device != "" {
		t.Fatal("fetching the link has used it up")
	}
	h.guest("principal-a")
	if log := h.log.String(); strings.Contains(log, link.Secret.Reveal()) {
		t.Error("a secret that a bot put into an address is in the log")
	}
}

func TestAReissuedLinkReplacesTheOldOne(t *testing.T) {
	h := openHall(t)
	_, officer := h.enter("officer")
	g := h.guest("delegate-a")
	live := g.connect()
	answer := officer.act("reissue", map[string]string{"seat": "delegate-a"})
	if !answer.OK || !strings.HasPrefix(answer.Link, h.http.URL+"/join#"+string(h.id)+".delegate-a.") {
		t.Fatalf("reissue: %+v", answer)
	}
	if code := live.closed(); code != closedUnknown {
		t.Errorf("the old device's connection was closed with %d", code)
	}
	if status, _ := g.ask("GET", "/api/summits/"+string(h.id)+"/readouts/ar", "", nil); status != http.StatusUnauthorized {
		t.Errorf("the old device is still known: %d", status)
	}
	status, body := g.redeem(h.links["delegate-a"].Secret)
	if status != http.StatusGone || !strings.Contains(body, `"link-reissued"`) {
		t.Errorf("the old link: %d %s", status, body)
	}
	link, err := access.ParseLink(answer.Link)
	if err != nil {
		t.Fatal(err)
	}
	fresh := &guest{h, "delegate-a", access.NewCredential()}
	if status, body := fresh.redeem(link.Secret); status != http.StatusOK {
		t.Errorf("the new link: %d %s", status, body)
	}
}

func TestExpiredAndRevokedLinksSayWhy(t *testing.T) {
	h := openHall(t)
	h.do("officer", summit.Revoke{Seat: "reporter"})
	g := &guest{h, "reporter", access.NewCredential()}
	if status, body := g.redeem(h.links["reporter"].Secret); status != http.StatusGone || !strings.Contains(body, `"link-revoked"`) {
		t.Errorf("revoked: %d %s", status, body)
	}
	secret := access.NewSecret()
	h.do("officer", summit.Reissue{Seat: "delegate-b", Hash: secret.Hash(), Expires: time.Now().Add(30 * time.Millisecond)})
	time.Sleep(50 * time.Millisecond)
	g = &guest{h, "delegate-b", access.NewCredential()}
	if status, body := g.redeem(secret); status != http.StatusGone || !strings.Contains(body, `"link-expired"`) {
		t.Errorf("expired: %d %s", status, body)
	}
}

// Whoever guesses gets one answer, byte for byte and header for header, and
// gets it as fast.
func TestWhatDoesNotExistLooksLikeWhatIsWrong(t *testing.T) {
	h := openHall(t)
	other, wrong := access.NewSecret(), access.NewCredential().Reveal()
	guesses := map[string]map[string]string{
		"no such summit": {"summit": "aaaaaaaaaaaaaaaa", "seat": "officer", "secret": other.Reveal(), "credential": wrong},
		"no such seat":   {"summit": string(h.id), "seat": "nobody", "secret": other.Reveal(), "credential": wrong},
		"wrong secret":   {"summit": string(h.id), "seat": "officer", "secret": other.Reveal(), "credential": wrong},
		"not a secret":   {"summit": string(h.id), "seat": "officer", "secret": "1234", "credential": wrong},
		"another's":      {"summit": string(h.id), "seat": "officer", "secret": h.links["reporter"].Secret.Reveal(), "credential": wrong},
	}
	answers := map[string]string{}
	times := map[string][]time.Duration{}
	for range 60 {
		for name, guess := range guesses {
			body, _ := json.Marshal(guess)
			began := time.Now()
			answer := h.send("POST", "/api/redeem", "", "application/json", body)
			times[name] = append(times[name], time.Since(began))
			var text bytes.Buffer
			answer.Header.Del("Date")
			answer.Header.Write(&text)
			text.ReadFrom(answer.Body)
			answer.Body.Close()
			answers[name] = answer.Status + "\n" + text.String()
		}
	}
	for name, text := range answers {
		if text != answers["wrong secret"] {
			t.Errorf("%s is told apart from a wrong secret:\n%s\n%s", name, text, answers["wrong secret"])
		}
	}
	reference := median(times["wrong secret"])
	for _, name := range []string{"no such summit", "no such seat", "another's"} {
		if d := median(times[name]) - reference; d.Abs() > max(2*time.Millisecond, reference/2) {
			t.Errorf("%s takes %v longer than a wrong secret", name, d)
		}
	}
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}

// No address of a summit may tell whether it exists before it is announced.
func TestAnUnannouncedSummitLooksLikeNone(t *testing.T) {
	h := openHall(t)
	for _, path := range []string{"/s/%", "/s/%/ar", "/s/%/record/take-1/program.m3u8", "/s/%/pictures/abc",
		"/api/summits/%/public", "/api/summits/%/recording"} {
		status, body := h.call("GET", strings.ReplaceAll(path, "%", string(h.id)), "", "", nil)
		status2, body2 := h.call("GET", strings.ReplaceAll(path, "%", "aaaaaaaaaaaaaaaa"), "", "", nil)
		if status != http.StatusNotFound || status2 != status || body != body2 {
			t.Errorf("GET %s: %d for one that exists, %d for one that does not", path, status, status2)
		}
		if strings.Contains(body, "delegations") {
			t.Errorf("GET %s tells the title", path)
		}
	}
	path := "/api/summits/%/whep?lang=ar&player=press"
	status, body := h.call("POST", strings.ReplaceAll(path, "%", string(h.id)), "", sdpType, []byte(goodOffer))
	status2, body2 := h.call("POST", strings.ReplaceAll(path, "%", "aaaaaaaaaaaaaaaa"), "", sdpType, []byte(goodOffer))
	if status != http.StatusNotFound || status2 != status || body != body2 {
		t.Errorf("POST %s: %d %d", path, status, status2)
	}
}

func TestGuessesAreLimitedAndRightLinksAreNot(t *testing.T) {
	h := openHall(t, func(o *Options) { o.Limits.GuessesPerMinute = 5 })
	guess, _ := json.Marshal(map[string]string{"summit": string(h.id), "seat": "officer",
		"secret": access.NewSecret().Reveal(), "credential": access.NewCredential().Reveal()})
	var statuses []int
	for range 8 {
		status, _ := h.call("POST", "/api/redeem", "", "application/json", guess)
		statuses = append(statuses, status)
	}
	if want := []int{404, 404, 404, 404, 404, 429, 429, 429}; !slices.Equal(statuses, want) {
		t.Errorf("eight guesses got %v", statuses)
	}
	h.guest("principal-a") // behind the same address as whoever guesses
}

// Who reissues their own link, to move to another laptop, has lost the seat by
// it, and still gets the link.
func TestAnOfficerWhoReissuesTheirOwnLinkGetsIt(t *testing.T) {
	h := openHall(t)
	for range 10 {
		_, officer := h.enter("officer")
		time.Sleep(2 * viewsApart) // the next view is sent at once
		answer := officer.act("reissue", map[string]string{"seat": "officer"})
		if !answer.OK || answer.Link == "" {
			t.Fatalf("reissue: %+v", answer)
		}
		if code := officer.closed(); code != closedUnknown {
			t.Fatalf("closed with %d", code)
		}
		h.convene()
	}
}
