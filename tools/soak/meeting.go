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

	"github.com/pion/rtp"

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
	staying sync.WaitGroup // who is there all the time
	visits  atomic.Int64
	fallen  atomic.Int64 // connections of who stays that ended, and were made again

	heard    atomic.Uint64 // packets that b has got
	last     uint64        // of them, at the last look
	silences error         // minutes in which b heard too little
}

func recording(file string) (*player.Recording, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return cast.Read(file, f)
}

// begin brings the principals and an interpreter in and opens the item. They
// stay for as long as the whole lasts.
func begin(whole context.Context, server *trial.Server) (m *meeting, err error) {
	ctx, cancel := context.WithTimeout(whole, time.Minute)
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
	if m.a, err = m.enter(ctx, "a-principal"); err != nil {
		return nil, err
	}
	if m.b, err = m.enter(ctx, "b-principal"); err != nil {
		return nil, err
	}
	booth, err := m.enter(ctx, "interpreter-ru")
	if err != nil {
		return nil, err
	}
	if _, err := m.enter(ctx, "technician"); err != nil {
		return nil, err
	}
	m.always(whole, func(ctx context.Context) (ended <-chan struct{}, err error) { return m.send(ctx, m.a, true) })
	m.always(whole, func(ctx context.Context) (ended <-chan struct{}, err error) { return m.send(ctx, m.b, true) })
	m.always(whole, func(ctx context.Context) (ended <-chan struct{}, err error) { return m.send(ctx, booth, false) })
	m.always(whole, func(ctx context.Context) (ended <-chan struct{}, err error) {
		r, err := m.b.Receive(ctx, m.player, func(string, *rtp.Packet) { m.heard.Add(1) })
		if err != nil {
			return nil, err
		}
		return r.Done(), nil
	})
	if err := m.Sending(ctx, "a-principal", "b-principal", "interpreter-ru"); err != nil {
		return nil, err
	}
	if err := m.Officer.Do(ctx, "start-item", map[string]any{"item": "opening"}); err != nil {
		return nil, err
	}
	return m, booth.Do(ctx, "go-on-air", map[string]any{"into": "ru"})
}

// enter takes a seat and waits to be admitted.
func (m *meeting) enter(ctx context.Context, seat string) (*attendee.Attendee, error) {
	a, err := m.Enter(ctx, seat)
	if err != nil {
		return nil, err
	}
	if _, err := a.Until(ctx, trial.Admitted); err != nil {
		return nil, fmt.Errorf("%s: %w", seat, err)
	}
	return a, nil
}

// always makes a connection, and makes it again whenever it has ended, as the
// screens do: on a machine that is busy with something else, players are late
// and are given up by the server.
func (m *meeting) always(ctx context.Context, join func(context.Context) (ended <-chan struct{}, err error)) {
	m.staying.Go(func() {
		for ctx.Err() == nil {
			joining, cancel := context.WithTimeout(ctx, 15*time.Second)
			ended, err := join(joining)
			cancel()
			if err != nil {
				wait(ctx, time.Second)
				continue
			}
			select {
			case <-ended:
				m.fallen.Add(1)
			case <-ctx.Done():
			}
		}
	})
}

func (m *meeting) send(ctx context.Context, a *attendee.Attendee, camera bool) (ended <-chan struct{}, err error) {
	sent, err := a.Send(ctx, m.player, m.tracks(camera)...)
	if err != nil {
		return nil, err
	}
	return sent.Done(), nil
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

// stay brings listeners who stay. While the item is closed to them they are
// not there, and come back.
func (m *meeting) stay(ctx context.Context, n int) {
	for range n {
		m.always(ctx, func(ctx context.Context) (ended <-chan struct{}, err error) {
			r, err := m.listener(ctx)
			if err != nil {
				if r != nil {
					err = errors.Join(err, r.Vanish())
				}
				return nil, err
			}
			return r.Done(), nil
		})
	}
}

// comeAndGo lets people come and go until ctx ends, each with a pause of at
// least so long between two visits, and closes what it returns when the last has
// gone.
func (m *meeting) comeAndGo(ctx context.Context, pause time.Duration) <-chan struct{} {
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
				wait(ctx, max(one.least, pause)+time.Duration(rand.Int64N(int64(2*time.Second))))
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
		if _, err := m.send(ctx, a, true); err != nil {
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
	now := m.heard.Load()
	if least := uint64(since / (40 * time.Millisecond)); now-m.last < least {
		m.silences = errors.Join(m.silences, fmt.Errorf("before minute %.1f Principal B got %d packets", minute, now-m.last))
	}
	m.last = now
}
