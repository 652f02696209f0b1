//go:build linux

package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

type roamCmd struct {
	Times int    `help:"How often each of the mishaps happens." default:"5"`
	Only  string `help:"Only the mishaps whose name has this in it; the others stay as they were measured."`
}

// mishap is something that happens to a line, and what it cost: seconds from
// when the line worked again until sound was heard for good, at the far end and
// of it; negative where it never came back, 0 where it never went.
type mishap struct {
	What     string
	Down, Up []float64
}

// Run lets each mishap happen some times.
func (r *roamCmd) Run(ctx context.Context, c *command) error {
	if err := tools(); err != nil {
		return err
	}
	m, err := openMeeting(ctx, c.Server, smallCamera)
	if err != nil {
		return err
	}
	defer m.Close()
	m.wire.Delay(40*time.Millisecond, 0)
	outage := func(d time.Duration) func() error {
		return func() error {
			m.wire.Cut(true)
			defer m.wire.Cut(false)
			return pause(ctx, d)
		}
	}
	all := []struct {
		what string
		do   func() error
	}{
		{"nothing passes for 2 s", outage(2 * time.Second)},
		{"nothing passes for 10 s", outage(10 * time.Second)},
		{"the router forgets its ports", func() error { m.wire.B.Forget(); return nil }},
		{"another address, as from Wi-Fi to mobile", m.move},
		{"asleep for 20 s", func() error { return m.asleep(ctx, 20*time.Second) }},
	}
	var results []mishap
	for _, one := range all {
		if !strings.Contains(one.what, r.Only) {
			continue
		}
		result := mishap{What: one.what}
		for range r.Times {
			down, up, err := m.disturbed(ctx, one.do)
			if err != nil {
				return fmt.Errorf("%s: %w", one.what, err)
			}
			fmt.Printf("%-45s down %5.1f s, up %5.1f s\n", one.what, down, up)
			result.Down, result.Up = append(result.Down, down), append(result.Up, up)
		}
		results = append(results, result)
	}
	if r.Only != "" {
		all, err := read[[]mishap]("roam")
		if err != nil {
			return err
		}
		results = among(all[c.As].Result, results, func(m, o mishap) bool { return m.What == o.What })
	}
	if err := keep("roam", c.As, m.Version, results); err != nil {
		return err
	}
	return drawRoam()
}

// move changes the far end's address, to and fro.
func (m *meeting) move() error {
	to := farAddress
	if m.wire.B.Address == farAddress {
		to = otherAddress
	}
	return m.wire.B.Move(to)
}

// asleep stops the far browser, as a lid that is closed does.
func (m *meeting) asleep(ctx context.Context, d time.Duration) error {
	if err := m.a.browser.Sleep(true); err != nil {
		return err
	}
	if err := pause(ctx, d); err != nil {
		return err
	}
	return m.a.browser.Sleep(false)
}

const (
	calm     = 8 * time.Second  // after a mishap everything may still go
	patience = 40 * time.Second // for sound to come back
	steadily = 3 * time.Second  // is how long it must have been back
)

// disturbed lets a mishap happen and says for each side when after it the
// longest stretch without sound ended.
func (m *meeting) disturbed(ctx context.Context, mishap func() error) (down, up float64, err error) {
	if err := pause(ctx, 3*time.Second); err != nil {
		return 0, 0, err
	}
	a, b, over, err := m.after(ctx, mishap, patience, func(a, b []look, over time.Time) bool {
		return time.Since(over) > calm && steady(a) && steady(b)
	})
	return silentUntil(a, over), silentUntil(b, over), err
}

// steady says that sound has been heard without a gap lately.
func steady(looks []look) bool {
	if len(looks) == 0 {
		return false
	}
	end := looks[len(looks)-1].time()
	return gap(within(looks, end.Add(-steadily), end)) < 0.5
}

// silentUntil says when after an instant, in seconds, the last gap of more
// than 300 ms ended: 0 when there was none, -1 when it has not ended.
func silentUntil(looks []look, after time.Time) (until float64) {
	heard := after
	for i := 1; i < len(looks); i++ {
		if !looks[i].time().After(after) || real(looks[i-1], looks[i]) < 0.8 {
			continue
		}
		if looks[i].time().Sub(heard) > 300*time.Millisecond {
			until = looks[i].time().Sub(after).Seconds()
		}
		heard = looks[i].time()
	}
	if len(looks) == 0 || looks[len(looks)-1].time().Sub(heard) > steadily {
		return -1
	}
	return until
}
