//go:build linux

package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liqa/demo"
	"liqa/internal/plan"
	"liqa/internal/player"
	"liqa/internal/summit"
	"liqa/internal/switchboard"
	"liqa/internal/wall"
)

// watchedSummit is a summit with somebody at every kind of seat.
const watchedSummit = `language: en
title: A bilateral
place: By video link
time: 2026-12-01T10:00:00Z
zone: Europe/Zurich
publication: [en]
delegations:
  - {id: a, name: A, speaks: ru}
  - {id: b, name: B, speaks: zh}
booths:
  - {id: main, name: Main, outgoing: [ru, zh]}
seats:
  - {id: officer, role: officer, name: Officer, hears: en}
  - {id: technician, role: technician, name: Technician, hears: en}
  - {id: principal-a, role: principal, delegation: a, name: Principal A}
  - {id: principal-b, role: principal, delegation: b, name: Principal B}
  - {id: delegate-a, role: delegate, delegation: a, name: Adviser A}
  - {id: delegate-b, role: delegate, delegation: b, name: Adviser B}
  - {id: interpreter, role: interpreter, booth: main, name: Interpreter, hears: ru}
  - {id: reporter, role: reporter, name: Reporter, hears: ru}
run-of-show:
  - {id: talks, title: Talks, planned: 10m, coverage: closed}
`

// lossy is a network that loses a share of the media, either way.
type lossy struct {
	net.PacketConn
	lost *atomic.Int64 // of a thousand
}

// carriesMedia reports whether a packet is RTP and not RTCP, STUN or DTLS (RFC 7983 §7).
func carriesMedia(b []byte) bool {
	return len(b) > 12 && b[0] >= 128 && b[0] < 192 && (b[1] < 192 || b[1] > 223)
}

func (l *lossy) drops(b []byte) bool { return carriesMedia(b) && rand.Int64N(1000) < l.lost.Load() }

func (l *lossy) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := l.PacketConn.ReadFrom(b)
		if err != nil || !l.drops(b[:n]) {
			return n, from, err
		}
	}
}

func (l *lossy) WriteTo(b []byte, to net.Addr) (int, error) {
	if l.drops(b) {
		return len(b), nil
	}
	return l.PacketConn.WriteTo(b, to)
}

// nothing is a clip that sends no packets: a microphone that was unplugged, a
// camera that hangs.
type nothing struct{}

func (nothing) Next() player.Frame { return player.Frame{Length: 20 * time.Millisecond} }

// devices are a seat's clips while all is well.
type devices struct {
	sent            *player.Publisher
	sound, pictures *player.Recording
}

func (d devices) well() {
	d.sent.Play(0, d.sound.Loop())
	if d.pictures != nil {
		d.sent.Play(1, d.pictures.Loop())
	}
}

// send sends a seat's sound, and a picture unless it is a booth's.
func (g *guest) send(pool *player.Player, of string) devices {
	g.house.tb.Helper()
	voice, err := demo.VoiceOf(of)
	if err != nil {
		g.house.tb.Fatal(err)
	}
	d := devices{}
	if d.sound, err = player.Opus(bytes.NewReader(voice.Ogg)); err != nil {
		g.house.tb.Fatal(err)
	}
	tracks := []player.Track{{MIME: "audio/opus", Clip: d.sound.Loop()}}
	if picture, err := demo.PictureOf(of); err == nil {
		if d.pictures, err = player.H264(bytes.NewReader(picture.H264), demo.FPS); err != nil {
			g.house.tb.Fatal(err)
		}
		tracks = append(tracks, player.Track{MIME: "video/H264", Clip: d.pictures.Loop()})
	}
	if d.sent, err = g.Send(g.house.tb.Context(), pool, tracks...); err != nil {
		g.house.tb.Fatalf("%s: %v", g.Seat, err)
	}
	return d
}

// stands are the alarms that a technician of the summit is shown now.
func stands(tb testing.TB, s *Server, id summit.SummitID) (all []wall.Alarm) {
	tb.Helper()
	var v wall.View
	if text := s.walls.Look(id, false, false); text != nil {
		if err := json.Unmarshal(text, &v); err != nil {
			tb.Fatal(err)
		}
	}
	return v.Alarms
}

// what names an alarm without its time and figure.
func what(a wall.Alarm) string {
	return strings.TrimRight(fmt.Sprint(a.Code, "/", a.Seat, "/", a.Way, a.Language), "/")
}

// awaits waits until exactly these alarms stand.
func awaits(tb testing.TB, s *Server, id summit.SummitID, when string, want ...string) {
	tb.Helper()
	slices.Sort(want)
	var got []string
	for end := time.Now().Add(45 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		got = nil
		for _, a := range stands(tb, s, id) {
			got = append(got, what(a))
		}
		if slices.Sort(got); slices.Equal(got, want) {
			return
		}
	}
	tb.Fatalf("%s there are the alarms %q, and should be %q", when, got, want)
}

// Real faults of devices and networks, all at once, are each an alarm at its
// own seat; when they end, so do the alarms; and before there is none.
func TestFaultsAreAlarmsAndEnd(t *testing.T) {
	atItsLeisure(t)
	takesItsTime(t)
	s := start(t, loopbackOnly(t.TempDir()))
	h := convened(t, address{URL: s.LocalURL(), Admin: s.Admin()}, []byte(watchedSummit))
	var lost atomic.Int64
	bad, err := player.New(player.Config{Unreliable: true, Socket: func() (net.PacketConn, error) {
		socket, err := net.ListenUDP("udp4", &net.UDPAddr{})
		return &lossy{socket, &lost}, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	officer := h.enter(nil, "officer")
	officer.listen()
	a, b, adviser := h.enter(officer, "principal-a"), h.enter(officer, "principal-b"), h.enter(officer, "delegate-b")
	interpreter, reporter := h.enter(officer, "interpreter"), h.enter(officer, "reporter")
	h.enter(officer, "technician").listen()
	officer.act("start-item", map[string]any{"item": "talks"})
	fromA, fromB := a.send(h.pool, "a-principal"), b.send(h.pool, "b-principal")
	fromBooth := interpreter.send(h.pool, "interpreter-zh")
	a.listen()
	b.listen()
	interpreter.listen()
	reporter.listen()
	good := h.pool
	fromAdviser := adviser.send(bad, "b-delegate")
	h.pool = bad
	adviser.listen()
	h.pool = good
	officer.act("give-floor", map[string]any{"seat": "principal-a"})
	interpreter.act("go-on-air", map[string]any{"into": "zh"})
	awaits(t, s, h.id, "at first")

	fromA.sent.Play(0, player.Silence())
	fromB.sent.Play(1, nothing{})
	fromBooth.sent.Play(0, nothing{})
	lost.Store(200)
	ghost, err := s.walls.board.AddSource(switchboard.SourceSpec{ID: sourceOf(h.id, plan.Source{Kind: plan.Microphone, Seat: "stranger"}),
		Origin: originOf(h.id, "stranger"), Kind: switchboard.Audio, Codec: switchboard.Opus})
	if err != nil {
		t.Fatal(err)
	}
	late := h.enter(officer, "delegate-a") // present, and without a connection
	awaits(t, s, h.id, "while things are wrong", "silent-floor/principal-a", "picture-stopped/principal-b", "channel-silent/interpreter/zh",
		"loss/delegate-b/in", "loss/delegate-b/out", "unseen/stranger", "missing/delegate-a")

	fromA.well()
	fromB.well()
	fromBooth.well()
	fromAdviser.well()
	lost.Store(0)
	ghost.Close()
	late.listen()
	awaits(t, s, h.id, "when all has been mended")
}
