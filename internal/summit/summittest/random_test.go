package summittest

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"liqa/internal/summit"
)

func TestEveryKindIsDrawn(t *testing.T) {
	if d := cmp.Diff(summit.Acts(), slices.Sorted(maps.Keys(draws))); d != "" {
		t.Errorf("kinds that are and kinds that are drawn (-are +drawn):\n%s", d)
	}
}

func TestHistoriesGetSomewhere(t *testing.T) {
	const public = "somebody has the floor in public"
	reached := map[string]int{"convened": 1} // before every history
	missing := func(kind string) bool { return reached[kind] == 0 }
	wanted := append(summit.Events(), "refused", public)
	for round := 0; round < 400 && slices.ContainsFunc(wanted, missing); round++ {
		rapid.Check(t, func(t *rapid.T) {
			History(t, 300, func(_, after summit.State, step Step) {
				if step.Err != nil {
					reached["refused"]++
				}
				for _, e := range step.Events {
					reached[e.Kind()]++
				}
				if after.Floor != "" && after.Coverage() == summit.Open {
					reached[public]++
				}
			})
		})
	}
	for _, kind := range wanted {
		if missing(kind) {
			t.Errorf("no random history reached %q: %v", kind, reached)
		}
	}
}

func TestEnterBringsEverybodyIn(t *testing.T) {
	s := Enter(t, Convened(t))
	s = Do(t, s, "officer", summit.StartItem{Item: "opening"})
	for _, x := range s.Seats {
		press := x.Role == summit.Reporter || x.Role == summit.PressOfficer
		if s.InRoom(x.ID) == press || s.Watches(x.ID) != press {
			t.Errorf("%s: in the room %v, watches %v", x.ID, s.InRoom(x.ID), s.Watches(x.ID))
		}
	}
}
