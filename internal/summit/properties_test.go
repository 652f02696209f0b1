package summit_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// steps is how long the random histories of this package are at most; more of
// them are asked for with -rapid.checks.
const steps = 60

func written(t interface{ Fatal(...any) }, v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// No act leads to an impossible state.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		summittest.History(t, steps, func(_, after summit.State, step summittest.Step) {
			if err := summit.Check(after); err != nil {
				t.Fatalf("after %s by %s: %v", step.Act.Kind(), step.By, err)
			}
		})
	})
}

// A State is a value: every state of a history is at its end what it was when
// it was new, however many others were made from it.
func TestStatesAreValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var states []summit.State
		var texts []string
		keep := func(s summit.State) {
			states, texts = append(states, s), append(texts, written(t, s))
		}
		summittest.History(t, steps, func(before, after summit.State, step summittest.Step) {
			if len(states) == 0 {
				keep(before)
			}
			keep(after)
			// Another branch from the same state must not write into this one.
			by, a := summittest.Act(t, before, len(states))
			events, _ := summit.Decide(before, by, a, step.Now)
			keep(summittest.Fold(before, events...))
		})
		for i, s := range states {
			if now := written(t, s); now != texts[i] {
				t.Fatalf("state %d was\n%s\nand has become\n%s", i, texts[i], now)
			}
		}
	})
}

// Events read back from the journal give the same state again, whether they
// are folded one after another or onto a state that was itself written down.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var replayed, last summit.State
		summittest.History(t, steps, func(before, after summit.State, step summittest.Step) {
			if replayed.Phase == "" {
				if err := json.Unmarshal([]byte(written(t, before)), &replayed); err != nil {
					t.Fatal(err)
				}
			}
			for _, e := range step.Events {
				replayed = summit.Apply(replayed, reread(t, e))
			}
			last = after
		})
		if a, b := written(t, last), written(t, replayed); a != b {
			t.Fatalf("the state was\n%s\nand the journal gives\n%s", a, b)
		}
	})
}

func reread(t interface{ Fatalf(string, ...any) }, e summit.Event) summit.Event {
	kind, raw, err := summit.MarshalEvent(e)
	if err != nil {
		t.Fatalf("%v", err)
	}
	again, err := summit.UnmarshalEvent(kind, raw)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if !reflect.DeepEqual(again, e) {
		t.Fatalf("%s was\n%#v\nand is read back as\n%#v", kind, e, again)
	}
	return again
}

func TestActsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		summittest.History(t, steps, func(_, _ summit.State, step summittest.Step) {
			kind, raw, err := summit.MarshalAct(step.Act)
			if err != nil {
				t.Fatal(err)
			}
			again, err := summit.UnmarshalAct(kind, raw)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(again, step.Act) {
				t.Fatalf("%s was\n%#v\nand is read back as\n%#v", kind, step.Act, again)
			}
		})
	})
}

// A refusal changes nothing and says why in a whole sentence.
func TestRefusals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		summittest.History(t, steps, func(before, _ summit.State, step summittest.Step) {
			if step.Err == nil {
				return
			}
			var r *summit.Refusal
			if !errors.As(step.Err, &r) || !slices.Contains(summit.Codes(), r.Code) {
				t.Fatalf("%s is refused with %#v, which has no code of the table", step.Act.Kind(), step.Err)
			}
			text := r.Error()
			if len(step.Events) > 0 || strings.ContainsAny(text, "{}") || !strings.HasSuffix(text, ".") {
				t.Fatalf("%s is refused with %d events and the words %q", step.Act.Kind(), len(step.Events), text)
			}
		})
	})
}

// Who is not in the table for an act is refused, whatever the state.
func TestDenyByDefault(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		summittest.History(t, steps, func(before, _ summit.State, step summittest.Step) {
			role := summit.Role(step.By)
			if x, ok := before.Seat(summit.SeatID(step.By)); ok {
				role = x.Role
			}
			if step.Err == nil && !summit.May(role, step.Act.Kind()) {
				t.Fatalf("%s, a %q, was allowed to %s", step.By, role, step.Act.Kind())
			}
		})
	})
}

// The same question has the same answer, and events carry its time and actor.
func TestDecideIsPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		summittest.History(t, steps, func(before, _ summit.State, step summittest.Step) {
			events, err := summit.Decide(before, step.By, step.Act, step.Now)
			if !reflect.DeepEqual(events, step.Events) || !reflect.DeepEqual(err, step.Err) {
				t.Fatalf("%s gave %v, %v and then %v, %v", step.Act.Kind(), step.Events, step.Err, events, err)
			}
			for _, e := range events {
				if !e.When().Equal(step.Now) || e.Who() != step.By {
					t.Fatalf("%s at %v by %s is stamped %v by %s", e.Kind(), step.Now, step.By, e.When(), e.Who())
				}
			}
		})
	})
}

// Nothing opens by itself: coverage becomes wider, the room flows, and a
// microphone opens, only by the acts that are there for it.
func TestNothingOpensByItself(t *testing.T) {
	wide := map[summit.Coverage]int{summit.Closed: 0, summit.Pool: 1, summit.Open: 2}
	opens := []string{"start-item", "set-coverage", "resume-coverage", "reconvene"}
	rapid.Check(t, func(t *rapid.T) {
		summittest.History(t, steps, func(before, after summit.State, step summittest.Step) {
			kind := step.Act.Kind()
			if wide[after.Coverage()] > wide[before.Coverage()] {
				officer, _ := before.Seat(summit.SeatID(step.By))
				if !slices.Contains(opens, kind) || officer.Role != summit.Officer {
					t.Fatalf("%s by %s made the coverage %s", kind, step.By, after.Coverage())
				}
			}
			if !before.Flows() && after.Flows() && kind != "start-item" && kind != "reconvene" {
				t.Fatalf("%s let the room flow", kind)
			}
			for _, e := range step.Events {
				if u, ok := e.(summit.Unmuted); ok && e.Who() != summit.Actor(u.Seat) {
					t.Fatalf("%s opened the microphone of %s", e.Who(), u.Seat)
				}
				if a, ok := e.(summit.Admitted); ok {
					by, _ := before.Seat(summit.SeatID(e.Who()))
					if by.Role != summit.Officer && by.Role != summit.Technician {
						t.Fatalf("%s let %s in", e.Who(), a.Seat)
					}
				}
			}
			if _, ok := step.Act.(summit.Restart); ok && step.Err == nil && after.Coverage() != summit.Closed {
				t.Fatalf("after a restart the coverage is %s", after.Coverage())
			}
		})
	})
}

// Closing to the press is never refused to an officer whose link works.
func TestClosingIsNeverTooLate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		summittest.History(t, steps, func(before, after summit.State, step summittest.Step) {
			if after.Phase == summit.Ended {
				return
			}
			for _, x := range after.Seats {
				if x.Role != summit.Officer || x.Invitation.Revoked {
					continue
				}
				a := summit.SetCoverage{Coverage: summit.Closed, Item: "of long ago", Seen: 1}
				events, err := summit.Decide(after, summit.Actor(x.ID), a, step.Now)
				if closed := summittest.Fold(after, events...); err != nil || closed.Coverage() != summit.Closed || closed.Resume {
					t.Fatalf("closing gave %v and left %s", err, closed.Coverage())
				}
			}
		})
	})
}

// Where both delegations have their own officer, the press never comes in at
// the word of one.
func TestOpeningNeedsBothSides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var agreed map[summit.DelegationID]summit.Coverage // what each side last said yes to
		summittest.History(t, steps, func(before, after summit.State, step summittest.Step) {
			if step.Err != nil {
				return
			}
			sides := map[summit.DelegationID]bool{}
			for _, x := range before.Seats {
				if x.Role == summit.Officer && x.Delegation != "" {
					sides[x.Delegation] = true
				}
			}
			if agreed == nil || after.Current != before.Current || after.InRecess != before.InRecess {
				agreed = map[summit.DelegationID]summit.Coverage{}
			}
			by, _ := before.Seat(summit.SeatID(step.By))
			switch a := step.Act.(type) {
			case summit.StartItem:
				item, _ := before.Item(a.Item)
				agreed[by.Delegation] = item.Coverage
			case summit.SetCoverage:
				agreed[by.Delegation] = a.Coverage
			case summit.Reconvene:
				agreed[by.Delegation] = a.Coverage
			case summit.ResumeCoverage:
				agreed[by.Delegation] = before.InForce
			}
			c := after.Coverage()
			if len(sides) < 2 || c == summit.Closed || c == before.Coverage() || before.Coverage() == summit.Open {
				return
			}
			for side := range sides {
				if agreed[side] != c {
					t.Fatalf("%s by %s made the coverage %s; delegation %s had said %q", step.Act.Kind(), step.By, c, side, agreed[side])
				}
			}
		})
	})
}
