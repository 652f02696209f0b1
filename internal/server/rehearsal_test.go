//go:build linux

package server

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"

	"liqa/demo"
	"liqa/internal/access"
	"liqa/internal/attendee"
	"liqa/internal/documents"
	"liqa/internal/player"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// rehearser is an interpreter at a rehearsal, and what they hear.
type rehearser struct {
	*guest
	speech, partner atomic.Int64 // packets of the recorded speech, and of the partner
}

// rehearses has an interpreter, who has not been let in anywhere, go to the
// rehearsal by the link that is given on asking.
func rehearses(t *testing.T, m *interpreted, seat summit.SeatID, of byte, recorded map[string]bool) *rehearser {
	t.Helper()
	early := opens(t, m, m.link[seat])
	r := &rehearser{guest: goesInto(t, m, early)}
	_, err := r.Receive(t.Context(), m.pool, func(slot string, p *rtp.Packet) {
		switch who, _ := whose(p.Payload); {
		case recorded[string(p.Payload)]:
			r.speech.Add(1)
		case slot == "partner" && who != nobody && who != stranger:
			r.partner.Add(1)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	r.says(of, nil)
	return r
}

// opens takes a seat, and goes no further.
func opens(t *testing.T, m *interpreted, link string) *guest {
	t.Helper()
	a, err := attendee.Redeem(t.Context(), link, attendee.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return &guest{a, m.house}
}

// goesInto takes the seat that one is given on asking, and goes in.
func goesInto(t *testing.T, m *interpreted, who *guest) *guest {
	t.Helper()
	link, err := who.Rehearse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := opens(t, m, link)
	r.act("arrive", nil)
	r.until("let in by the officer whom the server plays", func(v view.View) bool { return v.Me.Connects })
	return r
}

// Two interpreters whose summit is days away work in their booth: they hear a
// recorded speech and each other, and hand the microphone over. The summit
// itself knows nothing of it, nothing is recorded, and nobody else comes in.
func TestInterpretersRehearseBeforeTheSummit(t *testing.T) {
	atItsLeisure(t)
	c := loopbackOnly(t.TempDir())
	// The operator has brought a speech in Russian.
	own, err := demo.VoiceOf("a-delegate")
	if err == nil {
		err = os.MkdirAll(filepath.Join(c.Data, "speeches"), 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(c.Data, "speeches", "ru.delegate.opus"), own.Ogg, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, c)
	at := address{URL: s.LocalURL(), Admin: s.Admin()}
	m := &interpreted{house: convened(t, at, fmt.Appendf(nil, threeLanguages, "interlock")), data: c.Data, server: s}
	before, err := s.walls.summits.Now(m.id)
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]bool{}
	clip, err := player.Opus(bytes.NewReader(own.Ogg))
	if err != nil {
		t.Fatal(err)
	}
	frames := clip.Loop()
	for range clip.Length() / (20 * time.Millisecond) {
		if f := frames.Next(); len(f.Data) > 20 {
			recorded[string(f.Data)] = true
		}
	}
	one, two := rehearses(t, m, "interpreter-1", '1', recorded), rehearses(t, m, "interpreter-2", '2', recorded)
	heard := func(what string, n *atomic.Int64) {
		t.Helper()
		for end := time.Now().Add(60 * time.Second); n.Load() < 25; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %d packets", what, n.Load())
			}
		}
	}
	heard("the operator's speech", &one.speech)
	heard("the operator's speech, to the partner", &two.speech)
	one.act("go-on-air", into("zh"))
	heard("who is on air, to the partner", &two.partner)
	one.act("offer-handover", nil)
	two.act("accept-handover", nil)
	heard("who is on air now, to the partner", &one.partner)

	if one.Summit == string(m.id) || one.Summit != two.Summit {
		t.Errorf("the summit %s is rehearsed in %s and %s", m.id, one.Summit, two.Summit)
	}
	after, err := s.walls.summits.Now(m.id)
	if err != nil {
		t.Fatal(err)
	}
	if was, is := before.State, after.State; is.Phase != summit.Announced || is.Booths[0].OnAir != "" || len(after.Plan.Receivers) != 0 ||
		is.InForce != was.InForce || is.Current != "" {
		t.Errorf("the summit has been touched by its rehearsal: %+v", is)
	}
	if left, _ := filepath.Glob(filepath.Join(c.Data, "record", "*", one.Summit, "*")); len(left) > 0 {
		t.Errorf("something of the rehearsal is recorded: %v", left)
	}
	if _, err := os.Stat(filepath.Join(c.Data, "record", one.Summit)); err == nil {
		t.Error("the rehearsal has a recording")
	}

	// When its officer is gone nobody would end it, so it ends.
	if _, err := s.walls.summits.Do(t.Context(), summit.SummitID(one.Summit), summit.Administrator,
		summit.Reissue{Seat: "rehearsal-officer", Hash: access.NewSecret().Hash()}); err != nil {
		t.Fatal(err)
	}
	two.until("over, with its officer", func(v view.View) bool { return v.Summit.Phase == summit.Ended })

	// Nobody but interpreters, nobody once the summit has begun.
	for _, seat := range []summit.SeatID{"principal-a", "reporter", "technician"} {
		a, err := attendee.Redeem(t.Context(), m.link[seat], attendee.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var no *attendee.Problem
		if _, err := a.Rehearse(t.Context()); !errors.As(err, &no) || no.Status != http.StatusForbidden && no.Status != http.StatusNotFound {
			t.Errorf("%s may rehearse: %v", seat, err)
		}
		_ = a.Close()
	}
	officer := m.enter(nil, "officer")
	officer.act("start-item", map[string]any{"item": "opening"})
	late, err := attendee.Redeem(t.Context(), m.link["interpreter-3"], attendee.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	var no *attendee.Problem
	if _, err := late.Rehearse(t.Context()); !errors.As(err, &no) || no.Code != "rehearse-before" {
		t.Errorf("a summit that has begun is rehearsed: %v", err)
	}
}

// A rehearsal has the texts of its recorded speeches for everybody, and of the
// summit behind it what an interpreter may know there: nothing before an officer
// has vouched for them, and nothing more for who has lost their link. When the
// summit begins it ends.
func TestRehearsalsKnowWhatTheirInterpretersMayKnow(t *testing.T) {
	atItsLeisure(t)
	c := loopbackOnly(t.TempDir())
	s := start(t, c)
	m := &interpreted{house: convened(t, address{URL: s.LocalURL(), Admin: s.Admin()}, fmt.Appendf(nil, threeLanguages, "interlock")), data: c.Data, server: s}
	ofTheSummit := handedIn(t, s, c.Data, m.id)
	early := opens(t, m, m.link["interpreter-1"])
	one, two := goesInto(t, m, early), goesInto(t, m, opens(t, m, m.link["interpreter-2"]))
	if v := one.View(); v.Rehearsal == nil || v.Rehearsal.Of != m.id || !v.Rehearsal.Ends.Before(v.Summit.Scheduled) {
		t.Errorf("the rehearsal does not say what it is of, and when it ends: %+v", v.Rehearsal)
	}
	for _, r := range []*guest{one, two} {
		r.until("given the texts of both speeches", func(v view.View) bool { return len(v.Documents) == 2 })
		for _, x := range r.View().Documents {
			if text, err := r.Document(t.Context(), x.ID); err != nil || len(text) != int(x.Bytes) || x.As != summit.SpeechText {
				t.Errorf("the text of %s: %d bytes, %v", x.Delegation, len(text), err)
			}
		}
		if _, err := r.Document(t.Context(), ofTheSummit); err == nil || len(r.View().Items) != 1 {
			t.Error("who has been vouched for by nobody knows something of the summit in its rehearsal")
		}
	}
	listener := goesInto(t, m, one)
	if _, err := listener.Document(t.Context(), ofTheSummit); err == nil || listener.View().Me.Role != summit.NoteTaker {
		t.Errorf("who listens in a rehearsal is %s, and reads the summit's text: %v", listener.View().Me.Role, err)
	}

	officer := m.enter(nil, "officer")
	early.act("arrive", nil)
	officer.act("admit", map[string]any{"seat": "interpreter-1"})
	early.until("admitted", func(v view.View) bool { return v.Me.Admitted })
	one.until("told of the summit's text and its run of show", func(v view.View) bool { return len(v.Documents) == 3 && len(v.Items) > 1 })
	if text, err := one.Document(t.Context(), ofTheSummit); err != nil || string(text) != speechOfTheSummit {
		t.Errorf("the text of the summit, in its rehearsal: %q, %v", text, err)
	}
	if _, err := two.Document(t.Context(), ofTheSummit); err == nil || len(two.View().Documents) != 2 {
		t.Error("the partner, whom nobody has vouched for, knows it too")
	}

	m.reissue("interpreter-1")
	for who, r := range map[string]*guest{"who has lost the link": one, "what they listened by": listener} {
		select {
		case <-r.Done():
		case <-time.After(30 * time.Second):
			t.Errorf("%s is still at the rehearsal", who)
		}
	}
	if _, err := one.Document(t.Context(), ofTheSummit); err == nil {
		t.Error("who has lost the link reads on")
	}
	officer.act("start-item", map[string]any{"item": "opening"})
	two.until("over, as the summit begins", func(v view.View) bool { return v.Summit.Phase == summit.Ended })
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(c.Data, "documents", two.Summit)); errors.Is(err, os.ErrNotExist) {
			break
		} else if time.Now().After(end) {
			t.Fatal("the texts of the rehearsal are left behind")
		}
	}
}

const speechOfTheSummit = "What will be said at the table."

// handedIn is a text of a delegate's for the booths.
func handedIn(t *testing.T, s *Server, data string, id summit.SummitID) string {
	t.Helper()
	shelf, err := documents.Open(filepath.Join(data, "documents"))
	if err != nil {
		t.Fatal(err)
	}
	came, err := shelf.Receive(id, strings.NewReader(speechOfTheSummit))
	if err != nil {
		t.Fatal(err)
	}
	defer came.Drop()
	if err := came.Keep(); err != nil {
		t.Fatal(err)
	}
	_, err = s.walls.summits.Do(t.Context(), id, "delegate-b", summit.HandIn{Document: summit.Document{ID: came.ID, Title: summit.Text{"en": "Speech"},
		File: "speech.txt", Type: came.Type, Bytes: came.Bytes, To: summit.ToBooths, Item: "opening", As: summit.SpeechText}})
	if err != nil {
		t.Fatal(err)
	}
	return came.ID
}
