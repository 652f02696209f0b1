package plan

import (
	"math/rand/v2"
	"os"
	"testing"

	"pgregory.net/rapid"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// The length of a random history, and how many steps a long run takes in all.
const (
	historySteps = 50
	longSteps    = 1_000_000
)

// long reports whether the long tests were asked for (make test-long).
func long() bool { return os.Getenv("LIQA_LONG") != "" }

// walk visits every moment of random histories: one batch of them, or in a
// long run as many as make up longSteps.
func walk(t *testing.T, visit func(*rapid.T, moment)) {
	steps := 0
	for first := true; first || long() && steps < longSteps && !t.Failed(); first = false {
		rapid.Check(t, func(r *rapid.T) { steps += history(r, Compute, visit) })
	}
	t.Logf("%d steps", steps)
}

// history visits the moments of one random history as computed by compute, and
// returns their number.
func history(r *rapid.T, compute func(summit.State, Live) Plan, visit func(*rapid.T, moment)) (steps int) {
	chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "chance"), 0))
	live := Live{}
	var was Plan
	summittest.History(r, historySteps, func(before, after summit.State, step summittest.Step) {
		same := steps > 0 && chance.IntN(3) > 0
		if !same {
			live = connect(live, after, chance)
		}
		if steps == 0 {
			was = compute(before, live)
		}
		m := moment{s: after, before: before, live: live, p: compute(after, live), was: was}
		if n := len(step.Events); n > 0 {
			_, m.restarted = step.Events[n-1].(summit.Restarted)
		}
		visit(r, m)
		was = m.p
		steps++
	})
	return steps
}

// connect returns live with a few sources more or less. Anybody may have any
// source: that a reporter sends a picture must not matter.
func connect(live Live, s summit.State, chance *rand.Rand) Live {
	next := Live{}
	for _, x := range s.Seats {
		for _, k := range []Kind{Microphone, Camera, Screen} {
			source := Source{Kind: k, Seat: x.ID}
			on := live[source]
			if len(live) == 0 {
				on = chance.IntN(8) > 0
			} else if chance.IntN(10) == 0 {
				on = !on
			}
			if on {
				next[source] = true
			}
		}
	}
	return next
}
