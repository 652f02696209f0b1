package summit_test

import (
	"testing"

	"pgregory.net/rapid"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// Who comes back from a huddle or a private word by another's act is not heard
// at the table before they have opened their microphone themselves.
func TestNobodyIsPutBackOnTheTableSpeaking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		summittest.History(t, steps, func(before, after summit.State, step summittest.Step) {
			for _, x := range before.Seats {
				if before.Apart(x.ID) && step.By != summit.Actor(x.ID) && after.MaySpeak(x.ID) {
					t.Fatalf("%s by %s put %s back on the table, speaking", step.Act.Kind(), step.By, x.ID)
				}
			}
		})
	})
}

// Who is called goes apart by their own act only, and so does who confers.
func TestNobodyIsTakenFromTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		summittest.History(t, steps, func(before, after summit.State, step summittest.Step) {
			for _, x := range after.Seats {
				if after.Apart(x.ID) && !before.Apart(x.ID) && x.Delegation != "" && x.Role != summit.Officer && step.By != summit.Actor(x.ID) {
					t.Fatalf("%s by %s took %s from the table", step.Act.Kind(), step.By, x.ID)
				}
			}
		})
	})
}
