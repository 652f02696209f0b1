// Command speaker takes a seat and sends a camera and a microphone from files,
// round and round, both from the same moment. The end-to-end stories use it
// where a browser's fake devices cannot be kept in step with each other, and for
// people whose screen is not what the story is about.
//
// It is an attendee and nothing more: by itself it does no act but to arrive.
// What else it is to do comes line by line on its standard input, as JSON, and
// each line is answered by one:
//
//	{"act": "go-on-air", "with": {"into": "ru"}}   {"ok": true} or {"refused": "booth-busy"}
//	{"voice": false}                               sends no more sound; true: again
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"liqa/internal/attendee"
	"liqa/internal/player"
	"liqa/internal/view"
)

type speaker struct {
	Link   string `arg:"" help:"The seat's link."`
	Camera string `help:"H.264 in Annex B, with a key frame at least every second; without it no picture is sent." type:"existingfile"`
	Rate   int    `default:"25" help:"Pictures a second."`
	Voice  string `required:"" help:"Opus in Ogg, in packets of 20 ms." type:"existingfile"`
}

// inStep is a clip that does not skip to a key frame when it is asked for one:
// that would take the picture out of step with the sound.
type inStep struct{ player.Clip }

func main() {
	var s speaker
	kong.Parse(&s)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := s.speak(ctx); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "speaker:", err)
		os.Exit(1)
	}
}

func (s *speaker) speak(ctx context.Context) error {
	voice, err := read(s.Voice, func(f *os.File) (*player.Recording, error) { return player.Opus(f) })
	if err != nil {
		return err
	}
	tracks := []player.Track{{MIME: "audio/opus", Clip: voice.Loop()}}
	if s.Camera != "" {
		camera, err := read(s.Camera, func(f *os.File) (*player.Recording, error) { return player.H264(f, s.Rate) })
		if err != nil {
			return err
		}
		tracks = append(tracks, player.Track{MIME: "video/H264", Clip: inStep{camera.Loop()}})
	}
	p, err := player.New(player.Config{})
	if err != nil {
		return err
	}
	a, err := attendee.Redeem(ctx, s.Link, attendee.Options{})
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Do(ctx, "arrive", nil); err != nil {
		return err
	}
	if _, err := a.Until(ctx, func(v view.View) bool { return v.Me.Connects }); err != nil {
		return err
	}
	sent, err := a.Send(ctx, p, tracks...)
	if err != nil {
		return err
	}
	fmt.Println("sending")
	go obey(ctx, a, sent, voice)
	select {
	case <-a.Done():
	case <-ctx.Done():
	}
	return nil
}

// order is a line of the standard input.
type order struct {
	Act   string         `json:"act"`
	With  map[string]any `json:"with"`
	Voice *bool          `json:"voice"`
}

// answer is what became of an order.
type answer struct {
	OK      bool   `json:"ok"`
	Refused string `json:"refused,omitempty"`
}

// obey does what the standard input says, until it ends.
func obey(ctx context.Context, a *attendee.Attendee, sent *player.Publisher, voice *player.Recording) {
	tell := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var o order
		err := json.Unmarshal(lines.Bytes(), &o)
		switch {
		case err != nil:
		case o.Voice != nil && *o.Voice:
			sent.Play(0, voice.Loop())
		case o.Voice != nil:
			sent.Play(0, unplugged{})
		default:
			err = a.Do(ctx, o.Act, o.With)
		}
		got := answer{OK: err == nil}
		if p := (*attendee.Problem)(nil); errors.As(err, &p) {
			got.Refused = p.Code
		} else if err != nil {
			got.Refused = err.Error()
		}
		if tell.Encode(got) != nil {
			return
		}
	}
}

// unplugged is a microphone of which nothing comes.
type unplugged struct{}

func (unplugged) Next() player.Frame { return player.Frame{Length: 20 * time.Millisecond} }

func read(path string, as func(*os.File) (*player.Recording, error)) (*player.Recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return as(f)
}
