package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"

	"liqa/demo"
	"liqa/internal/attendee"
	"liqa/internal/player"
	"liqa/internal/summit"
	"liqa/internal/view"
	"liqa/internal/web"
)

// patient bounds whatever waits for a server in another process.
func patient() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	_ = cancel // the process is over before
	return ctx
}

// bilateral is a summit file with so many reporters.
func bilateral(reporters int) []byte {
	var b strings.Builder
	b.WriteString(`language: en
title: A bilateral
place: By video link
time: 2026-12-01T10:00:00Z
zone: Europe/Zurich
publication: [ru, zh, en]
delegations:
  - {id: a, name: A, speaks: ru}
  - {id: b, name: B, speaks: zh}
booths:
  - {id: main, name: Main, outgoing: [ru, zh]}
seats:
  - {id: officer, role: officer, name: Officer, hears: en}
  - {id: principal-a, role: principal, delegation: a, name: Principal A}
  - {id: principal-b, role: principal, delegation: b, name: Principal B}
  - {id: interpreter, role: interpreter, booth: main, name: Interpreter}
`)
	for i := range reporters {
		fmt.Fprintf(&b, "  - {id: reporter-%d, role: reporter, name: Reporter %d, hears: %s}\n", i, i, []string{"ru", "zh"}[i%2])
	}
	b.WriteString(`run-of-show:
  - {id: opening, title: Opening, planned: 10m, coverage: open}
  - {id: talks, title: Talks, planned: 10m, coverage: closed}
`)
	return []byte(b.String())
}

// house is a summit at a server in this process or another, and who attends.
type house struct {
	tb   testing.TB
	at   address
	id   summit.SummitID
	link map[summit.SeatID]string
	pool *player.Player
}

// convened convenes a summit file at a server.
func convened(tb testing.TB, at address, file []byte) *house {
	tb.Helper()
	pool, err := player.New(player.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	h := &house{tb: tb, at: at, pool: pool, link: map[summit.SeatID]string{}}
	var made web.Convened
	if err := json.Unmarshal(h.call(http.MethodPost, "/api/summits", file), &made); err != nil {
		tb.Fatal(err)
	}
	h.id = made.Summit
	for _, l := range made.Links {
		h.link[l.Seat] = l.Link
	}
	return h
}

// call makes a call as the administrator.
func (h *house) call(method, path string, body []byte) []byte {
	h.tb.Helper()
	r, err := http.NewRequest(method, h.at.URL+path, bytes.NewReader(body))
	if err != nil {
		h.tb.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.at.Admin)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		h.tb.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		h.tb.Fatalf("%s %s: %d %s %v", method, path, answer.StatusCode, text, err)
	}
	return text
}

// reissue replaces a seat's link.
func (h *house) reissue(seat summit.SeatID) {
	h.tb.Helper()
	var l web.SeatLink
	if err := json.Unmarshal(h.call(http.MethodPost, "/api/summits/"+string(h.id)+"/links/"+string(seat), []byte("{}")), &l); err != nil {
		h.tb.Fatal(err)
	}
	h.link[seat] = l.Link
}

// guest is somebody at a seat.
type guest struct {
	*attendee.Attendee
	house *house
}

// enter takes a seat, and has the officer admit who waits.
func (h *house) enter(officer *guest, seat summit.SeatID) *guest {
	h.tb.Helper()
	a, err := attendee.Redeem(h.tb.Context(), h.link[seat], attendee.Options{})
	if err != nil {
		h.tb.Fatalf("%s: %v", seat, err)
	}
	h.tb.Cleanup(func() { _ = a.Close() }) // the server may have gone
	g := &guest{a, h}
	g.act("arrive", nil)
	if officer != nil {
		officer.act("admit", map[string]any{"seat": seat})
	}
	g.until("connected", func(v view.View) bool { return v.Me.Connects })
	return g
}

func (g *guest) until(what string, is func(view.View) bool) {
	g.house.tb.Helper()
	ctx, cancel := context.WithTimeout(g.house.tb.Context(), 20*time.Second)
	defer cancel()
	if v, err := g.Until(ctx, is); err != nil {
		g.house.tb.Fatalf("%s does not see: %s: %v (%+v, alarms %v)", g.Seat, what, err, v.Room, v.Alarms)
	}
}

// act does an act, which must be done.
func (g *guest) act(kind string, with map[string]any) {
	g.house.tb.Helper()
	if code := g.try(kind, with); code != "" {
		g.house.tb.Fatalf("%s: %s: %s", g.Seat, kind, code)
	}
}

// try does an act, and returns the code of its refusal.
func (g *guest) try(kind string, with map[string]any) (code string) {
	g.house.tb.Helper()
	err := g.Do(g.house.tb.Context(), kind, with)
	if p, ok := err.(*attendee.Problem); ok {
		return p.Code
	}
	if err != nil {
		g.house.tb.Fatalf("%s: %s: %v", g.Seat, kind, err)
	}
	return ""
}

// speak sends a seat's voice and picture of the demonstration.
func (g *guest) speak(of string) {
	g.house.tb.Helper()
	voice, err := demo.VoiceOf(of)
	if err != nil {
		g.house.tb.Fatal(err)
	}
	sound, err := player.Opus(bytes.NewReader(voice.Ogg))
	if err != nil {
		g.house.tb.Fatal(err)
	}
	picture, err := demo.PictureOf(of)
	if err != nil {
		g.house.tb.Fatal(err)
	}
	moving, err := player.H264(bytes.NewReader(picture.H264), demo.FPS)
	if err != nil {
		g.house.tb.Fatal(err)
	}
	_, err = g.Send(g.house.tb.Context(), g.house.pool,
		player.Track{MIME: "audio/opus", Clip: sound.Loop()}, player.Track{MIME: "video/H264", Clip: moving.Loop()})
	if err != nil {
		g.house.tb.Fatalf("%s: %v", g.Seat, err)
	}
}

// ears note when something of somebody's came last. The slate, which is
// nobody's picture, does not count.
type ears struct{ packets, pictures, last, slates atomic.Int64 }

// listen receives a seat's slots.
func (g *guest) listen() *ears {
	g.house.tb.Helper()
	e := &ears{}
	if _, err := g.Receive(g.house.tb.Context(), g.house.pool, e.hear(g.house.tb)); err != nil {
		g.house.tb.Fatalf("%s: %v", g.Seat, err)
	}
	return e
}

func (e *ears) hear(tb testing.TB) func(string, *rtp.Packet) {
	slate, err := os.ReadFile("../switchboard/frames/slate.h264")
	if err != nil {
		tb.Fatal(err)
	}
	return func(slot string, p *rtp.Packet) {
		if n := len(p.Payload); player.IsVideo(slot) && n > 20 && bytes.Contains(slate, p.Payload[n-20:]) {
			e.slates.Add(1)
			return
		}
		if player.IsVideo(slot) {
			e.pictures.Add(1)
		}
		e.packets.Add(1)
		e.last.Store(time.Now().UnixNano())
	}
}

// more waits until something more has come.
func (e *ears) more(tb testing.TB, who string) {
	tb.Helper()
	for before, end := e.packets.Load(), time.Now().Add(10*time.Second); e.packets.Load() < before+10; {
		if time.Now().After(end) {
			tb.Fatalf("%s hears nothing", who)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// sees waits until there is a picture: it begins when the line has been found to
// take it.
func (e *ears) sees(tb testing.TB, who string) {
	tb.Helper()
	for end := time.Now().Add(20 * time.Second); e.pictures.Load() == 0; {
		if time.Now().After(end) {
			tb.Fatalf("%s sees nothing", who)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// after is how long after an instant the last packet came; negative when before.
func (e *ears) after(t time.Time) time.Duration { return time.Unix(0, e.last.Load()).Sub(t) }
