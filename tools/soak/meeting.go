package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"liqa/internal/attendee"
	"liqa/internal/cast"
	"liqa/internal/player"
	"liqa/tools/trial"
)

// meeting is the meeting that goes on.
type meeting struct {
	*trial.Server
	player  *player.Player
	voice   *player.Recording
	camera  *player.Recording
	a, b    *attendee.Attendee
	hears   *player.Receiver // of b, who hears a all the time
	staying []*player.Receiver
	visits  atomic.Int64

	heard    uint64 // packets, at the last look
	silences error  // minutes in which b heard too little
}

func recording(file string) (*player.Recording, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return cast.Read(file, f)
}

// begin brings the principals and an interpreter in and opens the item.
func begin(ctx context.Context, server *trial.Server) (m *meeting, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	m = &meeting{Server: server}
	if m.voice, err = recording("demo/media/interpreter-en.ogg"); err != nil {
		return nil, err
	}
	if m.camera, err = recording("demo/media/a-principal.h264"); err != nil {
		return nil, err
	}
	if m.player, err = player.New(player.Config{}); err != nil {
		return nil, err
	}
	if m.a, err = m.enter(ctx, "a-principal", true); err != nil {
		return nil, err
	}
	if m.b, err = m.enter(ctx, "b-principal", true); err != nil {
		return nil, err
	}
	booth, err := m.enter(ctx, "interpreter-ru", false)
	if err != nil {
		return nil, err
	}
	if m.hears, err = m.b.Receive(ctx, m.player, nil); err != nil {
		return nil, err
	}
	if _, err := m.enter(ctx, "technician", false); err != nil {
		return nil, err
	}
	if err := m.Officer.Do(ctx, "start-item", map[string]any{"item": "opening"}); err != nil {
		return nil, err
	}
	return m, booth.Do(ctx, "go-on-air", map[string]any{"into": "ru"})
}

// enter takes a seat and sends what it may.
func (m *meeting) enter(ctx context.Context, seat string, camera bool) (*attendee.Attendee, error) {
	a, err := m.Enter(ctx, seat)
	if err != nil {
		return nil, err
	}
	v, err := a.Until(ctx, trial.Admitted)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", seat, err)
	}
	if len(v.Me.Sends) > 0 && seat != "technician" {
		if err := m.send(ctx, a, camera); err != nil {
			return nil, fmt.Errorf("%s: %w", seat, err)
		}
	}
	return a, nil
}

func (m *meeting) send(ctx context.Context, a *attendee.Attendee, camera bool) error {
	_, err := a.Send(ctx, m.player, m.tracks(camera)...)
	return err
}

func (m *meeting) tracks(camera bool) []player.Track {
	tracks := []player.Track{{MIME: "audio/opus", Clip: m.voice.Loop()}}
	if camera {
		tracks = append(tracks, player.Track{MIME: "video/H264", Clip: m.camera.Loop()})
	}
	return tracks
}

var pressSlots = []string{"original-1", "picture-1", "original-2", "picture-2", "channel", "sign"}

// listener is one of the public.
func (m *meeting) listener(ctx context.Context) (*player.Receiver, error) {
	exchange := player.HTTP(m.Client, m.URL+"/api/summits/"+string(m.Summit)+"/whep?player=press&lang=ru", nil)
	r, err := m.player.Receive(ctx, exchange, pressSlots, nil)
	if err != nil {
		return nil, err
	}
	return r, r.Wait(ctx)
}

// stay brings listeners who stay.
func (m *meeting) stay(ctx context.Context, n int) error {
	for range n {
		r, err := m.listener(ctx)
		if err != nil {
			return fmt.Errorf("a listener who stays: %w", err)
		}
		m.staying = append(m.staying, r)
	}
	return nil
}

// comeAndGo lets people come and go until ctx ends, and closes what it returns
// when the last has gone.
func (m *meeting) comeAndGo(ctx context.Context) <-chan struct{} {
	again := []struct {
		visit func(context.Context) error
		least time.Duration // between two
	}{
		{m.visitOfThePublic, 0}, {m.visitOfThePublic, 0}, {m.visitOfThePublic, 0},
		{func(ctx context.Context) error { return m.visitOfAReporter(ctx, "reporter-1") }, 0},
		{func(ctx context.Context) error { return m.visitOfAReporter(ctx, "reporter-2") }, 5 * time.Second},
		{func(ctx context.Context) error { return m.visitOfADelegate(ctx, "a-delegate") }, 10 * time.Second},
		{m.closeAndOpen, time.Minute},
		{m.changeFloor, 15 * time.Second},
	}
	var all sync.WaitGroup
	for _, one := range again {
		all.Add(1)
		go func() {
			defer all.Done()
			for ctx.Err() == nil {
				// A visit may find the item closed, or its seat's link replaced. What
				// matters is what the server holds afterwards.
				if one.visit(ctx) == nil {
					m.visits.Add(1)
				}
				wait(ctx, one.least+time.Duration(rand.Int64N(int64(2*time.Second))))
			}
		}()
	}
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	return ended
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// visitOfThePublic listens for some seconds; every other one leaves without a
// word.
func (m *meeting) visitOfThePublic(ctx context.Context) error {
	coming, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	r, err := m.listener(coming)
	if err != nil {
		if r != nil {
			err = errors.Join(err, r.Vanish())
		}
		return err
	}
	wait(ctx, time.Duration(rand.Int64N(int64(10*time.Second))))
	if rand.IntN(2) == 0 {
		return r.Vanish()
	}
	leaving, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return r.Hangup(leaving)
}

// visitOfAReporter has a new link, is admitted, watches, and closes the laptop.
func (m *meeting) visitOfAReporter(ctx context.Context, seat string) error {
	return m.visit(ctx, seat, func(ctx context.Context, a *attendee.Attendee) error {
		_, err := a.Receive(ctx, m.player, nil)
		return err
	})
}

// visitOfADelegate sends and receives for a while.
func (m *meeting) visitOfADelegate(ctx context.Context, seat string) error {
	return m.visit(ctx, seat, func(ctx context.Context, a *attendee.Attendee) error {
		if err := m.send(ctx, a, true); err != nil {
			return err
		}
		_, err := a.Receive(ctx, m.player, nil)
		return err
	})
}

func (m *meeting) visit(ctx context.Context, seat string, do func(context.Context, *attendee.Attendee) error) error {
	coming, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	link, err := m.Officer.Reissue(coming, seat)
	if err != nil {
		return err
	}
	a, err := attendee.Redeem(coming, link, attendee.Options{Client: m.Client})
	if err != nil {
		return err
	}
	err = a.Do(coming, "arrive", nil)
	if err == nil {
		_, err = a.Until(coming, trial.Admitted)
	}
	if err == nil {
		err = do(coming, a)
	}
	if err == nil {
		wait(ctx, time.Duration(rand.Int64N(int64(8*time.Second))))
	}
	_ = a.Close() // an item that closed meanwhile has ended its connections
	return err
}

// closeAndOpen closes to the press and opens again.
func (m *meeting) closeAndOpen(ctx context.Context) error {
	if err := m.Officer.Do(ctx, "set-coverage", map[string]any{"coverage": "closed"}); err != nil {
		return err
	}
	wait(ctx, 3*time.Second)
	return m.Officer.Do(ctx, "set-coverage", map[string]any{"coverage": "open", "item": "opening"})
}

func (m *meeting) changeFloor(ctx context.Context) error {
	seat := []string{"a-principal", "b-principal"}[rand.IntN(2)]
	return m.Officer.Do(ctx, "give-floor", map[string]any{"seat": seat})
}

// listen notes when b heard less than half of a stream of sound since the last
// time: a packet is 20 ms long.
func (m *meeting) listen(minute float64, since time.Duration) {
	now := m.hears.Packets()
	if least := uint64(since / (40 * time.Millisecond)); now-m.heard < least {
		m.silences = errors.Join(m.silences, fmt.Errorf("before minute %.1f Principal B got %d packets", minute, now-m.heard))
	}
	m.heard = now
}

// close lets everybody go.
func (m *meeting) close() {
	for _, r := range m.staying {
		_ = r.Vanish()
	}
	for _, a := range []*attendee.Attendee{m.a, m.b} {
		_ = a.Close() // the server goes anyway
	}
}
