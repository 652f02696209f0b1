//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"liqa/internal/attendee"
)

type sweepCmd struct {
	Length time.Duration `help:"How long each point is listened to." default:"20s"`
	Loss   []float64     `help:"Percent of the packets that are lost, each way." default:"0,1,5,10,17"`
	Delay  []int         `help:"Milliseconds there and back." default:"0,50,150,300"`
	Among  bool          `help:"Keep the other points as they were measured."`
}

// cutFor is how long the wire is cut at the end of each point.
const cutFor = 2 * time.Second

// point is what was measured at one loss and one delay. Down is what somebody
// at the far end hears and sees, up what is heard and seen of somebody there.
type point struct {
	Loss     float64 // percent, each way
	Delay    int     // ms, there and back
	Down, Up quality
	// Seconds from the end of a cut of 2 s to sound; negative when it did not
	// come back in the time allowed.
	BackDown, BackUp float64
	Load             float64 // of the machine
	Watched          int     // times until no browser lacked the processor
}

func (s *sweepCmd) Run(ctx context.Context, c *command) error {
	if err := tools(); err != nil {
		return err
	}
	m, err := openMeeting(ctx, c.Server, smallCamera)
	if err != nil {
		return err
	}
	defer m.Close()
	var points []point
	for _, delay := range s.Delay {
		for _, loss := range s.Loss {
			p, err := m.point(ctx, loss, delay, s.Length)
			if err != nil {
				return err
			}
			fmt.Println(p)
			points = append(points, p)
		}
	}
	if s.Among {
		all, err := read[[]point]("sweep")
		if err != nil {
			return err
		}
		points = among(all[c.As].Result, points, func(p, q point) bool { return p.Loss == q.Loss && p.Delay == q.Delay })
	}
	if err := keep("sweep", c.As, m.Version, points); err != nil {
		return err
	}
	return drawSweep()
}

func (p point) String() string {
	return fmt.Sprintf("%2.0f %% loss, %3d ms: down %4.1f %% concealed, %4.1f %% frozen (%d), back after %.1f s; up %4.1f %% concealed, %4.1f %% frozen (%d), back after %.1f s; load %.1f [x%d %s anew %d %d; %.0f %.0f kbit/s; lost for good %.1f %.1f; waited %.0f %.0f ms]",
		p.Loss, p.Delay, 100*p.Down.Concealed, 100*p.Down.Frozen, p.Down.Freezes, p.BackDown,
		100*p.Up.Concealed, 100*p.Up.Frozen, p.Up.Freezes, p.BackUp, p.Load, p.Watched, p.Down.Codec, p.Down.Anew, p.Up.Anew, p.Down.Kilobits, p.Up.Kilobits, 100*p.Down.PacketLoss, 100*p.Up.PacketLoss, 1000*p.Down.Buffered, 1000*p.Up.Buffered)
}

// meeting is a room in which the two principals hear and see each other.
type meeting struct {
	*room
	a, b   *person              // a is far, b near
	others []*attendee.Attendee // who have no browser
}

// openMeeting opens a room, brings both principals in, and starts the item.
func openMeeting(ctx context.Context, server string, c camera) (_ *meeting, err error) {
	m := &meeting{}
	if m.room, err = openRoom(ctx, server); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			m.Close()
		}
	}()
	d, err := makeDevices(ctx, m.Folder, c)
	if err != nil {
		return nil, err
	}
	if m.a, err = arrive(ctx, m.far, "a-principal", m.Links["a-principal"], d); err != nil {
		return nil, err
	}
	if m.b, err = arrive(ctx, m.near, "b-principal", m.Links["b-principal"], d); err != nil {
		return nil, err
	}
	soon, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := m.Sending(soon, "a-principal", "b-principal"); err != nil {
		return nil, err
	}
	if err := m.Officer.Do(soon, "start-item", map[string]any{"item": "talks"}); err != nil {
		return nil, err
	}
	for _, p := range []*person{m.a, m.b} {
		if err := p.hears(soon); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *meeting) Close() {
	for _, a := range m.others {
		_ = a.Close() // the server goes anyway
	}
	for _, p := range []*person{m.a, m.b} {
		if p != nil {
			p.leave()
		}
	}
	m.room.Close()
}

// hears waits until sound and a picture come in.
func (p *person) hears(ctx context.Context) error {
	if err := p.page.Until(ctx, "globalThis.liqaEars"); err != nil {
		return err
	}
	if err := p.watch(ctx, 200*time.Millisecond); err != nil {
		return err
	}
	var last look
	for ctx.Err() == nil {
		all, err := p.seen(ctx)
		if err != nil {
			return err
		}
		if n := len(all); n > 1 {
			last = all[n-1]
			sound, _ := last.stream(soundMid, "audio")
			picture, _ := last.stream(pictureMid, "video")
			if sound.Energy > 0 && picture.Frames > 0 {
				return nil
			}
		}
		time.Sleep(500 * time.Millisecond)
	}
	return fmt.Errorf("%s hears or sees nothing: %w; the last that its connections counted: %+v", p.seat, ctx.Err(), last)
}

// A browser that was not given the processor for so long while it was watched
// has concealed sound for that reason: the stretch is watched again.
const (
	starvedAfter = 600 * time.Millisecond
	watchAtMost  = 4
)

// point makes the connections anew, spoils the wire, lets it settle, and watches
// both ends for so long; then cuts it, and waits for the sound to come back.
func (m *meeting) point(ctx context.Context, loss float64, delay int, length time.Duration) (p point, err error) {
	p = point{Loss: loss, Delay: delay}
	if err := m.lose(0); err != nil {
		return p, err
	}
	m.wire.Delay(time.Duration(delay)*time.Millisecond, 0)
	if err := m.again(ctx); err != nil {
		return p, err
	}
	if err := m.lose(loss / 100); err != nil {
		return p, err
	}
	if err := pause(ctx, 5*time.Second); err != nil {
		return p, err
	}
	for {
		a, b, err := m.during(ctx, 250*time.Millisecond, func() error { return pause(ctx, length) })
		if err != nil {
			return p, err
		}
		p.Watched++
		if worst := max(longest(a), longest(b)); worst < starvedAfter || p.Watched == watchAtMost {
			p.Down, p.Up, p.Load = judge(a), judge(b), load()
			break
		}
	}
	p.BackDown, p.BackUp, err = m.outage(ctx, func() error {
		m.wire.Cut(true)
		defer m.wire.Cut(false)
		return pause(ctx, cutFor)
	})
	return p, err
}

// again reloads both pages, so that no browser waits for packets as long as the
// last point has taught it to.
func (m *meeting) again(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, p := range []*person{m.a, m.b} {
		if err := p.page.Eval(ctx, "location.reload()", nil); err != nil {
			return err
		}
	}
	if err := pause(ctx, time.Second); err != nil {
		return err
	}
	for _, p := range []*person{m.a, m.b} {
		if err := p.hears(ctx); err != nil {
			return err
		}
	}
	return nil
}

// lose loses a share of what arrives at either end of the wire.
func (m *meeting) lose(share float64) error {
	if err := m.wire.A.Lose(share); err != nil {
		return err
	}
	return m.wire.B.Lose(share)
}

// during watches both people while something is done.
func (m *meeting) during(ctx context.Context, every time.Duration, do func() error) (a, b []look, err error) {
	for _, p := range []*person{m.a, m.b} {
		if err := p.watch(ctx, every); err != nil {
			return nil, nil, err
		}
		if _, err := p.seen(ctx); err != nil {
			return nil, nil, err
		}
	}
	if err := do(); err != nil {
		return nil, nil, err
	}
	if a, err = m.a.seen(ctx); err != nil {
		return nil, nil, err
	}
	b, err = m.b.seen(ctx)
	return a, b, err
}

// after does something, and looks at both sides from then on until enough has
// been seen, or for as long as patience lasts.
func (m *meeting) after(ctx context.Context, do func() error, patience time.Duration,
	enough func(a, b []look, over time.Time) bool) (a, b []look, over time.Time, err error) {
	_, _, err = m.during(ctx, 100*time.Millisecond, func() error {
		if err := do(); err != nil {
			return err
		}
		over = time.Now()
		for time.Since(over) < patience {
			if err := pause(ctx, 500*time.Millisecond); err != nil {
				return err
			}
			moreA, errA := m.a.seen(ctx)
			moreB, errB := m.b.seen(ctx)
			if errA != nil || errB != nil {
				return fmt.Errorf("asking the pages: %v, %v", errA, errB)
			}
			a, b = append(a, moreA...), append(b, moreB...)
			if enough(a, b, over) {
				return nil
			}
		}
		return nil
	})
	return a, b, over, err
}

// backWithin is how long sound may take to come back.
const backWithin = 15 * time.Second

// outage does something that ends the sound, and says how many seconds after
// it was over each side heard the other again; -1 when one did not.
func (m *meeting) outage(ctx context.Context, do func() error) (down, up float64, err error) {
	a, b, over, err := m.after(ctx, do, backWithin, func(a, b []look, over time.Time) bool {
		_, heardA := soundBack(a, over)
		_, heardB := soundBack(b, over)
		return heardA && heardB
	})
	back := func(looks []look) float64 {
		if took, ok := soundBack(looks, over); ok {
			return took.Seconds()
		}
		return -1
	}
	return back(a), back(b), err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// load is the machine's over the last minute.
func load() (l float64) {
	text, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		_, _ = fmt.Sscan(strings.Fields(string(text))[0], &l)
	}
	return l
}
