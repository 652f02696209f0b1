// Command speaker takes a seat and sends a camera and a microphone from files,
// round and round, both from the same moment. The end-to-end stories use it
// where a browser's fake devices cannot be kept in step with each other.
//
// It is an attendee and nothing more: it does no act but to arrive.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"liqa/internal/attendee"
	"liqa/internal/player"
	"liqa/internal/view"
)

type speaker struct {
	Link   string `arg:"" help:"The seat's link."`
	Camera string `required:"" help:"H.264 in Annex B, with a key frame at least every second." type:"existingfile"`
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
	camera, err := read(s.Camera, func(f *os.File) (*player.Recording, error) { return player.H264(f, s.Rate) })
	if err != nil {
		return err
	}
	voice, err := read(s.Voice, func(f *os.File) (*player.Recording, error) { return player.Opus(f) })
	if err != nil {
		return err
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
	_, err = a.Send(ctx, p, player.Track{MIME: "audio/opus", Clip: voice.Loop()}, player.Track{MIME: "video/H264", Clip: inStep{camera.Loop()}})
	if err != nil {
		return err
	}
	fmt.Println("sending")
	select {
	case <-a.Done():
	case <-ctx.Done():
	}
	return nil
}

func read(path string, as func(*os.File) (*player.Recording, error)) (*player.Recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return as(f)
}
