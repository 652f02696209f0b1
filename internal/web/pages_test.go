package web

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"liqa/internal/access"
	"liqa/internal/press"
	"liqa/internal/summit"
)

func TestEveryAnswerIsSecured(t *testing.T) {
	h := openHall(t, func(o *Options) { o.Public = true })
	for _, path := range []string{"/", "/join", "/s/abc", "/assets/join-1.js", "/nothing", "/api/nothing", "/ca", "/healthz", "/api/live"} {
		answer := h.send("GET", path, "", "", nil)
		answer.Body.Close()
		for header, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000",
		} {
			if got := answer.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q", path, header, got)
			}
		}
		csp := answer.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "data:") || strings.Contains(csp, "*") {
			t.Errorf("%s: the policy is %q", path, csp)
		}
		if policy := answer.Header.Get("Permissions-Policy"); !strings.Contains(policy, "camera=(self), microphone=(self)") {
			t.Errorf("%s: the permissions are %q", path, policy)
		}
	}
}

// What a browser would put into Referer when it leaves the seat's page: the
// policy forbids it, the secret is in the fragment, and no page leads anywhere
// else.
func TestNoPageLeaksALinkByReferer(t *testing.T) {
	var captured []string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		captured = append(captured, r.Referer(), r.URL.String())
	}))
	defer elsewhere.Close()
	h := openHall(t)
	link := h.links["officer"].Reveal(h.http.URL)
	r, err := http.NewRequest("GET", link, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := h.http.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Error("the page lets its address be told")
	}
	// The worst a browser could send without the policy is the address it asked for.
	leave, _ := http.NewRequest("GET", elsewhere.URL, nil)
	leave.Header.Set("Referer", answer.Request.URL.Scheme+"://"+answer.Request.URL.Host+answer.Request.URL.RequestURI())
	if left, err := http.DefaultClient.Do(leave); err == nil {
		left.Body.Close()
	}
	secret := h.links["officer"].Secret.Reveal()
	if all := strings.Join(captured, " ") + h.log.String(); strings.Contains(all, secret) {
		t.Errorf("the secret leaks: %s", all)
	}
}

// Everything that a whole meeting logs, and no secret in it.
func TestNoSecretIsInTheLog(t *testing.T) {
	h := openHall(t)
	var secrets []string
	for _, seat := range []summit.SeatID{"officer", "principal-a", "reporter"} {
		g, live := h.enter(seat)
		secrets = append(secrets, h.links[seat].Secret.Reveal(), g.device.Reveal())
		g.ask("POST", "/api/whep", sdpType, []byte("nonsense"))
		g.ask("GET", "/metrics", "", nil)
		live.act("give-floor", map[string]string{"seat": "x"})
		thief := &guest{h, seat, access.NewCredential()}
		thief.redeem(h.links[seat].Secret)
		secrets = append(secrets, thief.device.Reveal())
		if seat == "officer" {
			secrets = append(secrets, live.act("reissue", map[string]string{"seat": "notes-a"}).Link)
		}
	}
	_, body := h.call("POST", "/api/summits/"+string(h.id)+"/links/delegate-b", "Bearer "+h.admin.Reveal(), "application/json", []byte("{}"))
	var link SeatLink
	if err := json.Unmarshal([]byte(body), &link); err != nil || link.Link == "" {
		t.Fatalf("%s %v", body, err)
	}
	l, err := access.ParseLink(link.Link)
	if err != nil {
		t.Fatal(err)
	}
	h.call("GET", "/join?secret="+l.Secret.Reveal(), "Bearer "+l.Secret.Reveal(), "", nil)
	secrets = append(secrets, l.Secret.Reveal(), h.admin.Reveal())
	log := h.log.String()
	for _, secret := range secrets {
		if secret == "" || strings.Contains(log, secret) {
			t.Errorf("a secret is in the log, or empty: %q", secret)
		}
	}
	for _, want := range []string{"a link was redeemed", "a link was refused", "a call was denied", "an offer was refused", "seat=officer", "summit=" + string(h.id)} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %q", want)
		}
	}
}

func TestWithoutAFrontEndThePageSaysWhatToDo(t *testing.T) {
	h := openHall(t, func(o *Options) { o.FrontEnd = fstest.MapFS{".keep": {}} })
	status, body := h.call("GET", "/join", "", "", nil)
	if status != http.StatusServiceUnavailable || !strings.Contains(body, "make") {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := h.call("GET", "/", "", "", nil); status != http.StatusOK {
		t.Errorf("the landing page: %d", status)
	}
}

func TestTheFrontEndIsServed(t *testing.T) {
	h := openHall(t)
	answer := h.send("GET", "/assets/join-1.js", "", "", nil)
	answer.Body.Close()
	if answer.StatusCode != 200 || !strings.Contains(answer.Header.Get("Cache-Control"), "immutable") || !strings.Contains(answer.Header.Get("Content-Type"), "javascript") {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
	for _, path := range []string{"/assets/../join.html", "/assets/%2e%2e/.vite/manifest.json", "/assets/", "/.vite/manifest.json", "/assets/none.js"} {
		if status, _ := h.call("GET", path, "", "", nil); status == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
	if want := []string{"/assets/" + h.web.pages.sheet, "/assets/x.css", "/assets/public-1.css"}; !slices.Equal(h.web.pages.public.Stylesheets, want) {
		t.Errorf("the public page's style sheets are %v", h.web.pages.public.Stylesheets)
	}
	if status, _ := h.call("GET", "/assets/"+h.web.pages.sheet, "", "", nil); status != http.StatusOK {
		t.Errorf("the pages' own style sheet: %d", status)
	}
	if _, err := readPages(fstest.MapFS{"join.html": {Data: []byte("x")}}); err == nil {
		t.Error("a front end without its list of files was taken")
	}
	if _, err := fs.ReadFile(h.web.pages.dist, "join.html"); err != nil {
		t.Error(err)
	}
}

func TestThePublicPageFromAnnouncementToReadout(t *testing.T) {
	h := openHall(t)
	admin := "Bearer " + h.admin.Reveal()
	at := "/api/summits/" + string(h.id)
	if status, body := h.call("POST", at+"/advisory", admin, "application/json", []byte("{}")); status != http.StatusOK {
		t.Fatalf("announcing: %d %s", status, body)
	}
	status, body := h.call("GET", "/s/"+string(h.id)+"/ar", "", "", nil)
	if status != http.StatusOK || !strings.Contains(body, "لقاء الوفدين") || !strings.Contains(body, `dir="rtl"`) {
		t.Errorf("the advisory in Arabic: %d %s", status, body)
	}
	if strings.Contains(body, "Tête-à-tête") {
		t.Error("the page tells the title of a closed item")
	}
	if status, _ := h.call("GET", "/s/"+string(h.id)+"/ru", "", "", nil); status != http.StatusNotFound {
		t.Errorf("a page in a language it is not published in: %d", status)
	}
	if status, body := h.call("GET", at+"/public?lang=en", "", "", nil); status != http.StatusOK || !strings.Contains(body, `"stage":"announced"`) {
		t.Errorf("the public view: %d %s", status, body)
	}

	g := h.guest("press-officer")
	status, body = g.ask("GET", at+"/readouts/en", "", nil)
	if status != http.StatusOK || !strings.Contains(body, `"faults":[{`) || !strings.Contains(body, `"published":null`) {
		t.Fatalf("the desk: %d %s", status, body)
	}
	draft := press.Readout{Place: "Muscat", Headline: "The delegations met", Lead: "Both sides spoke of trade.",
		Body:    []press.Block{{Kind: press.Paragraph, Text: "They will meet again.", Basis: press.OpenRemarks}},
		Sources: []press.Reference{{Name: "Delegation A"}}}
	text, _ := json.Marshal(draft)
	if status, body := g.ask("PUT", at+"/readouts/en", "application/json", text); status != http.StatusOK || !strings.Contains(body, `"faults":[]`) {
		t.Fatalf("saving: %d %s", status, body)
	}
	if status, body := g.ask("POST", at+"/readouts/en/publish", "application/json", []byte("{}")); status != http.StatusConflict || !strings.Contains(body, "summit-not-ended") {
		t.Errorf("publishing before the end: %d %s", status, body)
	}
	h.enter("officer")
	h.do("officer", summit.EndSummit{})
	if status, body := g.ask("POST", at+"/readouts/ar/publish", "application/json", []byte("{}")); status != http.StatusUnprocessableEntity || !strings.Contains(body, `"faults":[{`) {
		t.Errorf("publishing what was not written: %d %s", status, body)
	}
	if status, body := g.ask("POST", at+"/readouts/en/publish", "application/json", []byte("{}")); status != http.StatusOK || !strings.Contains(body, "/s/"+string(h.id)+"/en") {
		t.Fatalf("publishing: %d %s", status, body)
	}
	if status, body := g.ask("GET", at+"/readouts/en", "", nil); status != http.StatusOK || !strings.Contains(body, `"changed":false`) {
		t.Errorf("the desk after publishing: %d %s", status, body)
	}
	draft.Lead = "Both sides spoke of trade and of water."
	text, _ = json.Marshal(draft)
	if status, body := g.ask("PUT", at+"/readouts/en", "application/json", text); status != http.StatusOK || !strings.Contains(body, `"changed":true`) {
		t.Errorf("the desk after a change: %d %s", status, body)
	}
	status, body = h.call("GET", "/s/"+string(h.id)+"/en", "", "", nil)
	if status != http.StatusOK || !strings.Contains(body, "The delegations met") || !strings.Contains(body, "They will meet again.") {
		t.Errorf("the readout: %d %s", status, body)
	}
}

// A picture is the press officer's until a page that uses it is published.
func TestAPictureIsPublicWithItsPage(t *testing.T) {
	h := openHall(t)
	g := h.guest("press-officer")
	at := "/api/summits/" + string(h.id)
	var whole bytes.Buffer
	if err := png.Encode(&whole, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	status, body := g.ask("POST", at+"/pictures", "image/png", whole.Bytes())
	var taken struct{ Digest string }
	if err := json.Unmarshal([]byte(body), &taken); err != nil || status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	if status, body := g.ask("POST", at+"/pictures", "image/png", []byte("<svg onload=alert(1)>")); status != http.StatusUnprocessableEntity {
		t.Errorf("what is no picture: %d %s", status, body)
	}
	public := "/s/" + string(h.id) + "/pictures/" + taken.Digest
	if status, _ := h.call("GET", public, "", "", nil); status != http.StatusNotFound {
		t.Errorf("before the page is published: %d", status)
	}
	if status, body := g.ask("GET", at+"/pictures/"+taken.Digest, "", nil); status != http.StatusOK || body != whole.String() {
		t.Errorf("the press officer's own: %d", status)
	}
	draft := press.Readout{Place: "Muscat", Headline: "The delegations met", Lead: "Both sides spoke of trade.",
		Body:    []press.Block{{Kind: press.Paragraph, Text: "They will meet again.", Basis: press.OpenRemarks}},
		Picture: &press.Picture{Digest: taken.Digest, Alt: "Two flags", Caption: "The two delegations", Credit: "Liqa"},
		Sources: []press.Reference{{Name: "Delegation A"}}}
	text, _ := json.Marshal(draft)
	g.ask("PUT", at+"/readouts/en", "application/json", text)
	h.enter("officer")
	h.do("officer", summit.EndSummit{})
	if status, body := g.ask("POST", at+"/readouts/en/publish", "application/json", []byte("{}")); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	answer := h.send("GET", public, "", "", nil)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "image/png" {
		t.Errorf("after it is: %d %v", answer.StatusCode, answer.Header)
	}
}

func TestTheRecordingOfOpenItems(t *testing.T) {
	h := openHall(t)
	h.records.takes = []Take{{ID: "take-1", Item: "opening", From: time.Now(), Playlist: "/s/x/record/take-1/program.m3u8"}}
	base := "/s/" + string(h.id) + "/record/"
	if status, _ := h.call("GET", base+"take-1/program.m3u8", "", "", nil); status != http.StatusNotFound {
		t.Errorf("before the summit is public: %d", status)
	}
	h.do(summit.Administrator, summit.PublishAdvisory{Digest: strings.Repeat("a", 64)})
	answer := h.send("GET", base+"take-1/program.m3u8", "", "", nil)
	answer.Body.Close()
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "application/vnd.apple.mpegurl" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
	for _, name := range []string{"take-2/program.m3u8", "../closed/take.mp4", "..%2fclosed%2ftake.mp4", "/etc/passwd", ""} {
		if status, _ := h.call("GET", base+name, "", "", nil); status == http.StatusOK {
			t.Errorf("%s is served", name)
		}
	}
	if status, body := h.call("GET", "/api/summits/"+string(h.id)+"/recording", "", "", nil); status != 200 || !strings.Contains(body, "take-1") {
		t.Errorf("the list: %d %s", status, body)
	}
}

func TestConveningOverHTTP(t *testing.T) {
	h := openHall(t)
	admin := "Bearer " + h.admin.Reveal()
	status, body := h.call("POST", "/api/summits", admin, "application/yaml", []byte("titel: x\n"))
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, `Did you mean \"title\"?`) {
		t.Errorf("%d %s", status, body)
	}
	if status, body := h.call("GET", "/api/summits", admin, "", nil); status != 200 || !strings.Contains(body, string(h.id)) || strings.Contains(body, "hash") {
		t.Errorf("%d %s", status, body)
	}
	if status, body := h.call("GET", "/api/summits/"+string(h.id)+"/export", admin, "", nil); status != 200 || body != "journal\n" {
		t.Errorf("%d %s", status, body)
	}
}
