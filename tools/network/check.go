//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

type checkCmd struct{}

// What the sound must be like at least. The targets are far better; these hold
// on a machine that is busy with something else.
const (
	concealedAtMost = 0.08 // of the sound, at 10 % loss, and under the limit
	gapAtMost       = 1.0  // seconds, under the limit
)

// Run listens for ten seconds over 10 % loss, and for ten over 300 kbit/s.
func (checkCmd) Run(ctx context.Context, c *command) error {
	if err := tools(); err != nil {
		return err
	}
	m, err := openMeeting(ctx, c.Server, wholeCamera)
	if err != nil {
		return err
	}
	defer m.Close()
	m.wire.Delay(40*time.Millisecond, 0)
	return errors.Join(m.thrice(ctx, m.checkLoss), m.thrice(ctx, m.checkLimit))
}

// tooBad is sound that is worse than it must be.
type tooBad struct{ error }

// thrice tries up to three times, as what a busy machine spoils once it does
// not spoil always. Every try listens for ten seconds.
func (m *meeting) thrice(ctx context.Context, try func(context.Context) error) (err error) {
	for range 3 {
		if err = try(ctx); !errors.As(err, new(tooBad)) {
			return err
		}
		fmt.Println("again:", err)
	}
	return err
}

// listen watches both ends for ten seconds.
func (m *meeting) listen(ctx context.Context) (a, b []look, err error) {
	return m.during(ctx, 250*time.Millisecond, func() error { return pause(ctx, 10*time.Second) })
}

func (m *meeting) checkLoss(ctx context.Context) error {
	if err := m.lose(0.1); err != nil {
		return err
	}
	a, b, err := m.listen(ctx)
	if err != nil {
		return err
	}
	down, up := judge(a), judge(b)
	fmt.Printf("10 %% loss each way: of the sound %.1f %% concealed at the far end, %.1f %% of what it says; pictures frozen %.1f %% and %.1f %% of the time\n",
		100*down.Concealed, 100*up.Concealed, 100*down.Frozen, 100*up.Frozen)
	if worst := max(down.Concealed, up.Concealed); worst > concealedAtMost {
		return tooBad{fmt.Errorf("at 10 %% loss %.1f %% of the sound is concealed; %.0f %% are allowed", 100*worst, 100*concealedAtMost)}
	}
	return m.lose(0)
}

func (m *meeting) checkLimit(ctx context.Context) error {
	if err := m.wire.A.Limit(300); err != nil {
		return err
	}
	if err := pause(ctx, 3*time.Second); err != nil { // to find out how wide the line is
		return err
	}
	a, _, err := m.listen(ctx)
	if err != nil {
		return err
	}
	q, silent := judge(a), gap(a)
	fmt.Printf("300 kbit/s to the far end: %.1f %% of the sound concealed, longest gap %.1f s, picture %.0f kbit/s\n", 100*q.Concealed, silent, q.Kilobits)
	if q.Concealed > concealedAtMost || silent > gapAtMost {
		return tooBad{fmt.Errorf("over 300 kbit/s %.1f %% of the sound is concealed, with a gap of %.1f s; %.0f %% and %.0f s are allowed",
			100*q.Concealed, silent, 100*concealedAtMost, gapAtMost)}
	}
	return m.wire.A.Limit(0)
}
