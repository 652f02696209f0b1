// Package cast plays the seats of the demonstration: attendees who come, speak
// when they have the floor, interpret, run the show and publish its readout,
// over the same front door as everybody. Whoever opens a seat's new link takes
// the seat over, and the cast goes on without it.
//
// It decides nothing about a summit and has no way into the server; a cast of
// bots is not a test either, though it would notice a broken front door.
package cast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"liqa/internal/attendee"
	"liqa/internal/player"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// Props is what a seat shows and says. Either may be nil.
type Props struct {
	Camera *player.Recording
	Voice  *player.Recording // said from the beginning when its turn comes
	// Turns is what a speaker of a rehearsal says in each turn, from 0, instead.
	Turns func(turn int) *player.Recording
}

// Cast is the seats that are played and what they need.
type Cast struct {
	Links    map[summit.SeatID]string // of the seats to play
	Props    map[summit.SeatID]Props
	Speakers []summit.SeatID // of a rehearsal: who speaks one after another; nil plays the demonstration
	Readouts []Readout       // published when the summit has ended
	Still    []byte          // the picture of the readouts
	Pace     float64         // 1 as it is; 10 is ten times as fast
	Client   *http.Client    // http.DefaultClient when nil
	Log      *slog.Logger    // required
	Tell     func(string)    // sentences for whoever watches; may be nil

	mu     sync.Mutex
	turns  map[summit.SeatID]turn              // each seat's first
	voices map[summit.SeatID]*player.Recording // of the turns of a rehearsal
	player *player.Player
}

// Run plays until the summit has ended and its readouts are published, or ctx
// ends. It returns the first fault of a member who was not taken over.
func (c *Cast) Run(ctx context.Context) error {
	p, err := player.New(player.Config{Unasking: true})
	if err != nil {
		return err
	}
	c.player, c.turns, c.voices = p, map[summit.SeatID]turn{}, map[summit.SeatID]*player.Recording{}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		all    sync.WaitGroup
		mu     sync.Mutex
		faults []error
	)
	for seat, link := range c.Links {
		all.Add(1)
		go func() {
			defer all.Done()
			if c.Speakers != nil && !slices.Contains(c.Speakers, seat) {
				defer cancel() // without its officer nobody would end a rehearsal
			}
			if err := c.play(ctx, link); err != nil && ctx.Err() == nil {
				c.Log.Warn("a member of the cast has left", "seat", seat, "why", err)
				mu.Lock()
				faults = append(faults, fmt.Errorf("%s: %w", seat, err))
				mu.Unlock()
			}
		}()
	}
	all.Wait()
	return errors.Join(faults...)
}

func (c *Cast) tell(format string, args ...any) {
	if c.Tell != nil {
		c.Tell(fmt.Sprintf(format, args...))
	}
}

// pause waits for a stretch of the show, faster when the pace is.
func (c *Cast) pause(ctx context.Context, d time.Duration) error {
	if c.Pace > 0 {
		d = time.Duration(float64(d) / c.Pace)
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// member is one seat while it is being played.
type member struct {
	*Cast
	*attendee.Attendee
	seat  summit.SeatID
	sends *player.Publisher
}

// play attends until the summit is over or somebody takes the seat over.
func (c *Cast) play(ctx context.Context, link string) error {
	a, err := attendee.Redeem(ctx, link, attendee.Options{Client: c.Client, Log: c.Log})
	if err != nil {
		return err
	}
	m := &member{Cast: c, Attendee: a, seat: summit.SeatID(a.Seat)}
	defer m.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-a.Done():
			cancel()
		case <-ctx.Done():
		}
	}()
	err = m.attend(ctx)
	select {
	case <-a.Done(): // taken over, or the server is gone: nothing to mend here
		return nil
	default:
		return err
	}
}

func (m *member) attend(ctx context.Context) error {
	v, err := m.Until(ctx, func(view.View) bool { return true })
	if err != nil {
		return err
	}
	if v.Me.Role == summit.PressOfficer {
		return m.publish(ctx)
	}
	if err := m.Do(ctx, "arrive", nil); err != nil {
		return fmt.Errorf("arriving: %w", err)
	}
	if v.Me.Role == summit.Officer {
		if err := m.connect(ctx); err != nil {
			return err
		}
		return m.officiate(ctx)
	}
	if _, err := m.Until(ctx, func(v view.View) bool { return v.Me.Connects }); err != nil {
		return err
	}
	if err := m.connect(ctx); err != nil {
		return err
	}
	switch v.Me.Role {
	case summit.Interpreter:
		return m.interpret(ctx)
	case summit.Principal, summit.Delegate:
		return m.speak(ctx)
	}
	return m.stay(ctx)
}

// connect makes the media connections of the seat.
func (m *member) connect(ctx context.Context) error {
	if _, err := m.Receive(ctx, m.player, nil); err != nil {
		return fmt.Errorf("receiving: %w", err)
	}
	if len(m.View().Me.Sends) == 0 {
		return nil
	}
	tracks := []player.Track{{MIME: "audio/opus", Clip: player.Silence()}}
	if camera := m.Props[m.seat].Camera; camera != nil {
		tracks = append(tracks, player.Track{MIME: "video/H264", Clip: camera.Loop()})
	}
	sends, err := m.Send(ctx, m.player, tracks...)
	if err != nil {
		return fmt.Errorf("sending: %w", err)
	}
	m.sends = sends
	return nil
}

// say begins the seat's voice from its first word, or ends it.
func (m *member) say(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	voice := cmp.Or(m.voices[m.seat], m.Props[m.seat].Voice)
	if m.sends == nil || voice == nil {
		return
	}
	first, before := m.turns[m.seat]
	if !on {
		m.sends.Play(0, player.Silence())
		if before && first.ended.IsZero() {
			m.turns[m.seat] = turn{first.began, time.Now()}
		}
		return
	}
	m.sends.Play(0, voice.Loop())
	if !before {
		m.turns[m.seat] = turn{began: time.Now()}
	}
}

// turn is from when to when somebody spoke.
type turn struct{ began, ended time.Time }

// holds reports whether the turn lasted so long.
func (t turn) holds(until time.Time) bool {
	return !t.began.IsZero() && (t.ended.IsZero() || until.Before(t.ended))
}

func over(v view.View) bool { return v.Summit.Phase == summit.Ended }

// stay watches to the end.
func (m *member) stay(ctx context.Context) error {
	_, err := m.Until(ctx, over)
	return err
}

// speak speaks whenever the seat has the floor.
func (m *member) speak(ctx context.Context) error {
	for {
		v, err := m.Until(ctx, func(v view.View) bool { return over(v) || v.Me.HasFloor && v.Me.MaySpeak })
		if err != nil || over(v) {
			return err
		}
		m.say(true)
		v, err = m.Until(ctx, func(v view.View) bool { return over(v) || !v.Me.HasFloor || !v.Me.MaySpeak })
		m.say(false)
		if err != nil || over(v) {
			return err
		}
	}
}

// interpret goes on air while somebody has the floor who speaks another
// language than the booth does, and off again.
func (m *member) interpret(ctx context.Context) error {
	for {
		v, err := m.Until(ctx, func(v view.View) bool { return over(v) || wanted(v) != live(v) })
		if err != nil || over(v) {
			return err
		}
		act, with := "go-off-air", map[string]any(nil)
		if wanted(v) {
			act, with = "go-on-air", map[string]any{"into": booth(v).Outgoing[0]}
		}
		m.say(wanted(v))
		// A refusal here is the rules' business: a recess that has just begun,
		// say. The next view says what to do.
		if err := m.Do(ctx, act, with); err != nil && !refused(err) {
			return err
		}
		if err := m.pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}

func refused(err error) bool {
	var p *attendee.Problem
	return errors.As(err, &p)
}

func booth(v view.View) view.Booth {
	for _, b := range v.Booths {
		if b.ID == v.Me.Booth {
			return b
		}
	}
	return view.Booth{}
}

func live(v view.View) bool { return booth(v).OnAir == v.Me.Seat }

// wanted reports whether a listener of the booth's channel needs it now.
func wanted(v view.View) bool {
	b := booth(v)
	if !v.Me.InRoom || v.Room.Floor == "" || len(b.Outgoing) == 0 || b.OnAir != "" && b.OnAir != v.Me.Seat {
		return false
	}
	for _, s := range v.Seats {
		if s.ID == v.Room.Floor {
			return s.Speaks != "" && s.Speaks != b.Outgoing[0]
		}
	}
	return false
}

// Read reads a clip of the demonstration: an Ogg Opus voice or an H.264 camera.
func Read(name string, r io.Reader) (*player.Recording, error) {
	if strings.HasSuffix(name, ".ogg") {
		return player.Opus(r)
	}
	return player.H264(r, 15)
}
