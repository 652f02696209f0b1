//go:build linux

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"liqa/demo"
	"liqa/internal/cast"
	"liqa/internal/player"
	"liqa/internal/summit"
	"liqa/internal/wall"
)

// ledger keeps every line that is logged, as it would be written.
type ledger struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *ledger) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *ledger) lines(t *testing.T) (all []map[string]any) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(l.text.Bytes()) {
		var m map[string]any
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, m)
	}
	return all
}

// staged holds the demonstration's summit with its whole cast, as the command
// does, while it is watched.
func staged(t *testing.T, s *Server, watch func(summit.SummitID)) {
	t.Helper()
	file, err := os.ReadFile("../../cmd/liqa/demo/summit.yaml")
	if err != nil {
		t.Fatal(err)
	}
	h := convened(t, address{URL: s.LocalURL(), Admin: s.Admin()}, file)
	c := &cast.Cast{Links: map[summit.SeatID]string{}, Props: map[summit.SeatID]cast.Props{}, Pace: 1, Log: slog.New(slog.DiscardHandler)}
	for seat, link := range h.link {
		if seat != "technician" && seat != "press-officer" {
			c.Links[seat] = link
		}
		props := cast.Props{}
		if picture, err := demo.PictureOf(string(seat)); err == nil {
			if props.Camera, err = player.H264(bytes.NewReader(picture.H264), demo.FPS); err != nil {
				t.Fatal(err)
			}
		}
		if voice, err := demo.VoiceOf(string(seat)); err == nil {
			if props.Voice, err = player.Opus(bytes.NewReader(voice.Ogg)); err != nil {
				t.Fatal(err)
			}
		}
		c.Props[seat] = props
	}
	ctx, end := context.WithCancel(t.Context())
	played := make(chan error, 1)
	go func() { played <- c.Run(ctx) }()
	watch(h.id)
	end()
	if err := <-played; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// ofLateness are the alarms that a machine with too much other work raises by
// right: what it should have sent is late. The long tests have it to themselves.
var ofLateness = map[wall.Code]bool{wall.PictureStopped: true, wall.PictureFrozen: true, wall.ChannelSilent: true,
	wall.Loss: true, wall.PressLoss: true, wall.SilentFloor: true, wall.Strained: true, wall.Full: true}

// In the demonstration, in which nothing is wrong, no alarm is ever raised; and
// whatever is logged of it says of which summit it is, and of which seat.
func TestTheDemonstrationIsHealthyAndItsLogSaysWhose(t *testing.T) {
	atItsLeisure(t)
	takesItsTime(t)
	said := &ledger{}
	s, err := Start(t.Context(), Options{Config: loopbackOnly(t.TempDir()),
		Log: slog.New(slog.NewJSONHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	var id string
	staged(t, s, func(of summit.SummitID) {
		id = string(of)
		lasts := 15 * time.Second
		if long() {
			lasts = 45 * time.Second
		}
		for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(time.Second) {
			for _, a := range stands(t, s, of) {
				if !ofLateness[a.Code] || long() {
					t.Fatalf("in a healthy demonstration: %+v", a)
				}
			}
		}
	})
	seats, checked := 0, 0
	for _, line := range said.lines(t) {
		text, _ := json.Marshal(line)
		if !strings.Contains(string(text), id) {
			if line["session"] != nil || line["seat"] != nil {
				t.Errorf("it does not say of which summit it is: %s", text)
			}
			continue
		}
		checked++
		if line["summit"] != id {
			t.Errorf("the summit is in it, and not by its name: %s", text)
		}
		if line["seat"] != nil {
			seats++
		} else if strings.Contains(string(text), "/seat/") || line["session"] != nil && !strings.Contains(string(text), "public") {
			t.Errorf("a seat is in it, and not by its name: %s", text)
		}
	}
	if checked < 20 || seats < 15 {
		t.Errorf("only %d lines of the summit, and %d of seats, were there to be looked at", checked, seats)
	}
}
