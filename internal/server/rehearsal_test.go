//go:build linux

package server

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"

	"liqa/demo"
	"liqa/internal/access"
	"liqa/internal/attendee"
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
	early, err := attendee.Redeem(t.Context(), m.link[seat], attendee.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = early.Close() })
	link, err := early.Rehearse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, err := attendee.Redeem(t.Context(), link, attendee.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	r := &rehearser{guest: &guest{a, m.house}}
	r.act("arrive", nil)
	r.until("let in by the officer whom the server plays", func(v view.View) bool { return v.Me.Connects })
	_, err = r.Receive(t.Context(), m.pool, func(slot string, p *rtp.Packet) {
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

// Two interpreters whose summit is days away work in their booth: they hear a
// recorded speech and each other, and hand the microphone over. The summit
// itself knows nothing of it, nothing is recorded, and nobody else comes in.
func TestInterpretersRehearseBeforeTheSummit(t *testing.T) {
	atItsLeisure(t)
	c := loopbackOnly(t.TempDir())
	s := start(t, c)
	at := address{URL: s.LocalURL(), Admin: s.Admin()}
	m := &interpreted{house: convened(t, at, fmt.Appendf(nil, threeLanguages, "interlock")), data: c.Data, server: s}
	before, err := s.walls.summits.Now(m.id)
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]bool{}
	for _, language := range []string{"ru", "zh"} {
		speech, ok := demo.SpeechIn(language)
		if !ok {
			t.Fatal("there is no speech in", language)
		}
		clip, err := player.Opus(bytes.NewReader(speech.Ogg))
		if err != nil {
			t.Fatal(err)
		}
		frames := clip.Loop()
		for range clip.Length() / (20 * time.Millisecond) {
			if f := frames.Next(); len(f.Data) > 20 {
				recorded[string(f.Data)] = true
			}
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
	heard("the recorded speech", &one.speech)
	heard("the recorded speech, to the partner", &two.speech)
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
