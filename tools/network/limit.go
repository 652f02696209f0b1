//go:build linux

package main

import (
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"time"

	"liqa/internal/cast"
	"liqa/internal/player"
	"liqa/tools/trial"
)

type limitCmd struct {
	Kilobits int           `help:"kbit/s of the bad line to the far end, while it is limited." default:"300"`
	Free     time.Duration `help:"How long it is free before." default:"12s"`
	Limited  time.Duration `help:"How long it is limited." default:"20s"`
	After    time.Duration `help:"How long it is free after." default:"20s"`
}

// limited is what was measured at the far end of a line that was narrow for a
// while.
type limited struct {
	Kilobits   int
	From, To   float64 // of the limit, in seconds from the start
	Moments    []moment
	Concealed  float64 // share of the sound that was made up while the line was limited
	LongestGap float64 // seconds without any sound that was received, at most
	// Seconds from the end of the limit to the picture as it was before, in
	// size and in movement; negative when it did not come back.
	Back float64
}

// moment is a stretch of half a second at the far end, or a little more.
type moment struct {
	At        float64 // seconds from the start
	Picture   float64 // kbit/s of the first picture
	Others    float64 // kbit/s of all the others
	Sound     float64 // kbit/s, of every sound
	Height    int     // of the first picture; 0 while it stands still
	Moving    int     // pictures that move
	Concealed float64 // share of the sound
	Loudness  float64 // of the sound that was played, root mean square, 0 to 1
	Estimate  float64 `json:",omitempty"` // kbit/s that the server takes the line for; 0 when it does not say
}

// Run limits the line and shows what becomes of rate and layer.
func (l *limitCmd) Run(ctx context.Context, c *command) error {
	if err := tools(); err != nil {
		return err
	}
	m, err := openMeeting(ctx, c.Server, wholeCamera)
	if err != nil {
		return err
	}
	defer m.Close()
	if err := m.advisers(ctx); err != nil {
		return err
	}
	t, err := m.technician(ctx, "a-principal")
	if err != nil {
		return err
	}
	defer t.leave()
	result, err := l.measure(ctx, m, t)
	if err != nil {
		return err
	}
	fmt.Printf("%d kbit/s: %.1f %% of the sound concealed, longest gap %.1f s, picture back after %.1f s\n",
		l.Kilobits, 100*result.Concealed, result.LongestGap, result.Back)
	if err := keep("limit", c.As, m.Version, result); err != nil {
		return err
	}
	return drawLimit()
}

func (l *limitCmd) measure(ctx context.Context, m *meeting, t *technician) (r limited, err error) {
	if err := pause(ctx, 5*time.Second); err != nil { // the cameras find their rates
		return r, err
	}
	var narrow, wide time.Time
	looks, _, err := m.during(ctx, 250*time.Millisecond, func() error {
		if err := pause(ctx, l.Free); err != nil {
			return err
		}
		if err := m.wire.A.Limit(l.Kilobits); err != nil {
			return err
		}
		narrow = time.Now()
		if err := pause(ctx, l.Limited); err != nil {
			return err
		}
		if err := m.wire.A.Limit(0); err != nil {
			return err
		}
		wide = time.Now()
		return pause(ctx, l.After)
	})
	if err != nil || len(looks) < 2 {
		return r, err
	}
	began := looks[0].time()
	r = limited{Kilobits: l.Kilobits, From: narrow.Sub(began).Seconds(), To: wide.Sub(began).Seconds(), Moments: moments(looks)}
	for i := range r.Moments {
		r.Moments[i].Estimate = t.at(began.Add(time.Duration(r.Moments[i].At * float64(time.Second))))
	}
	r.Concealed = judge(within(looks, narrow, wide)).Concealed
	r.LongestGap = gap(within(looks, narrow, wide.Add(l.After)))
	r.Back = pictureBack(r)
	return r, nil
}

// within are the looks between two instants.
func within(looks []look, from, to time.Time) (some []look) {
	for _, l := range looks {
		if t := l.time(); !t.Before(from) && !t.After(to) {
			some = append(some, l)
		}
	}
	return some
}

// moments makes stretches of at least half a second out of the looks.
func moments(looks []look) (all []moment) {
	began, last := looks[0].time(), looks[0]
	for _, now := range looks[1:] {
		took := now.time().Sub(last.time()).Seconds()
		if took < 0.45 {
			continue
		}
		m := moment{At: now.time().Sub(began).Seconds(), Concealed: judge([]look{last, now}).Concealed}
		if s, ok := now.stream(soundMid, "audio"); ok {
			if before := last.same(s); s.Played > before.Played {
				m.Loudness = math.Sqrt(max(0, (s.Energy-before.Energy)/(s.Played-before.Played)))
			}
		}
		for _, s := range now.Received {
			before := last.same(s)
			kilobits := (s.Bytes - before.Bytes) * 8 / 1000 / took
			moving := s.Frames > before.Frames
			switch {
			case s.Kind == "audio":
				m.Sound += kilobits
				continue
			case s.Mid == pictureMid:
				m.Picture += kilobits
				if moving {
					m.Height = s.Height
				}
			default:
				m.Others += kilobits
			}
			if moving {
				m.Moving++
			}
		}
		all = append(all, m)
		last = now
	}
	return all
}

// same finds a stream as it was; what was not there has counted nothing.
func (l look) same(s received) received {
	for _, r := range l.Received {
		if r.Connection == s.Connection && r.Mid == s.Mid {
			return r
		}
	}
	return received{}
}

// pictureBack says how long after the limit the picture was again what it had
// been before, for two stretches in a row.
func pictureBack(r limited) float64 {
	full := 0
	for _, m := range r.Moments {
		if m.At <= r.From {
			full = max(full, m.Height)
		}
	}
	for i := 1; i < len(r.Moments); i++ {
		m := r.Moments[i]
		if m.At > r.To && full > 0 && m.Height >= full && r.Moments[i-1].Height >= full && r.Moments[i-1].At > r.To {
			return max(0, r.Moments[i-1].At-r.To)
		}
	}
	return -1
}

// advisers brings two more cameras to the table, from beside the server and
// without browsers.
func (m *meeting) advisers(ctx context.Context) error {
	p, err := player.New(player.Config{Socket: func() (net.PacketConn, error) {
		return m.near.ListenUDP(net.JoinHostPort(roomAddress.Addr().String(), "0"))
	}})
	if err != nil {
		return err
	}
	for seat, file := range map[string]string{"b-delegate-1": "demo/media/b-delegate.h264", "b-delegate-2": "demo/media/a-delegate.h264"} {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		camera, err := cast.Read(file, f)
		f.Close()
		if err != nil {
			return err
		}
		a, err := m.Enter(ctx, seat)
		if err != nil {
			return err
		}
		m.others = append(m.others, a)
		if _, err := a.Until(ctx, trial.Admitted); err != nil {
			return err
		}
		if _, err := a.Send(ctx, p, player.Track{MIME: "audio/opus", Clip: player.Silence()}, player.Track{MIME: "video/H264", Clip: camera.Loop()}); err != nil {
			return fmt.Errorf("%s: %w", seat, err)
		}
	}
	return m.Sending(ctx, "b-delegate-1", "b-delegate-2")
}
