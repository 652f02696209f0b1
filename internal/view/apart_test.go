package view

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

func TestWhatIsApartIsShown(t *testing.T) {
	s := opening(t)
	for _, id := range []summit.Actor{"principal-a", "notes-a"} {
		s = summittest.Do(t, s, id, summit.EnterHuddle{})
	}
	s = summittest.Do(t, s, "notes-a", summit.ShareScreen{To: summit.ToDelegation})
	s = summittest.Do(t, s, "delegate-b", summit.ShareScreen{To: summit.ToTable})
	s = summittest.Do(t, s, "technician", summit.OpenPrivateWord{With: "principal-a"}, summit.AskSeat{Seat: "principal-b", What: summit.MuteMicrophone})
	s = summittest.Do(t, s, "officer", summit.Pin{Seat: "delegate-b"})

	v := For(s, "principal-a", facts(s), summittest.Noon)
	if d := cmp.Diff([]summit.SeatID{"principal-a", "notes-a"}, v.Huddle); d != "" || !v.Me.InHuddle || v.Me.MaySpeak {
		t.Errorf("the huddle %s, %+v", d, v.Me)
	}
	if d := cmp.Diff([]PrivateWord{{Seat: "technician", With: "principal-a", Since: summittest.Noon}}, v.PrivateWords); d != "" {
		t.Error(d)
	}
	if len(v.Room.Screens) != 2 || v.Room.Screens[0].Seat != "notes-a" || v.Room.Screens[1].Seat != "delegate-b" {
		t.Errorf("the screens: %+v", v.Room.Screens)
	}
	other := For(s, "principal-b", facts(s), summittest.Noon)
	if len(other.Huddle) > 0 || len(other.PrivateWords) > 0 || len(other.Room.Screens) != 1 || other.Room.Pinned != "delegate-b" {
		t.Errorf("the other side is told %+v %+v %+v", other.Huddle, other.PrivateWords, other.Room.Screens)
	}
	if other.Me.Asked == nil || other.Me.Asked.What != summit.MuteMicrophone || other.Me.Asked.By != "technician" {
		t.Errorf("asked: %+v", other.Me.Asked)
	}
	for _, x := range other.Seats {
		if x.Apart {
			t.Errorf("the other side is told that %s is apart", x.ID)
		}
	}
	for viewer, sees := range map[summit.SeatID][]summit.SeatID{
		"principal-a": {"delegate-a", "delegate-a2", "delegate-b", "notes-a", "principal-a"}, "principal-b": {"delegate-b", "principal-b"},
		"interpreter-1": {"delegate-b", "interpreter-1"},
	} {
		var told []summit.SeatID
		for _, x := range For(s, viewer, facts(s), summittest.Noon).Seats {
			if slices.Contains(x.Sends, plan.Screen) {
				told = append(told, x.ID)
			}
		}
		slices.Sort(told)
		if d := cmp.Diff(sees, told); d != "" {
			t.Errorf("whose screens %s is told of: %s", viewer, d)
		}
	}
	s = summittest.Do(t, s, "principal-b", summit.AnswerAsk{})
	for _, x := range For(s, "technician", facts(s), summittest.Noon).Seats {
		if x.ID == "principal-b" && (x.Desk.Asked == nil || !x.Desk.Asked.Declined) {
			t.Errorf("the technician is told %+v", x.Desk.Asked)
		}
	}
}

func TestSpeakingTimesAreShown(t *testing.T) {
	s := opening(t) // delegate-a has the floor since noon
	later := func(a summit.Act, at time.Duration) {
		events, err := summit.Decide(s, "officer", a, summittest.Noon.Add(at))
		if err != nil {
			t.Fatal(err)
		}
		s = summittest.Fold(s, events...)
	}
	later(summit.GiveFloor{Seat: "principal-b"}, 90*time.Second)
	want := []Speaking{
		{Delegation: "a", SummitSeconds: 90, ItemSeconds: 90},
		{Delegation: "b", Since: summittest.Noon.Add(90 * time.Second)},
	}
	if d := cmp.Diff(want, For(s, "notes-a", facts(s), summittest.Noon).Speaking); d != "" {
		t.Error(d)
	}
	later(summit.StartItem{Item: "talks", Ending: "opening"}, 2*time.Minute)
	want = []Speaking{{Delegation: "a", SummitSeconds: 90}, {Delegation: "b", SummitSeconds: 30}}
	if d := cmp.Diff(want, For(s, "interpreter-1", facts(s), summittest.Noon).Speaking); d != "" {
		t.Error(d)
	}
	if told := For(s, "reporter", facts(s), summittest.Noon).Speaking; len(told) > 0 {
		t.Errorf("the press is told %v", told)
	}
}

// nothingApart: who is in a huddle is known to their delegation, who in a private
// word to those two and the staff; what is asked of somebody, to them and the
// staff; of the table's screen, to who is in the room for it.
func nothingApart(v seen) string {
	if v.public() {
		return ""
	}
	member := v.me.Role == summit.Principal || v.me.Role == summit.Delegate || v.me.Role == summit.NoteTaker
	table := v.me.Admitted && v.me.Delegation != "" && member
	interprets := v.me.Admitted && v.me.Role == summit.Interpreter
	for _, id := range v.view.Huddle {
		x, _ := v.s.Seat(id)
		in := x.HuddleOf()
		if in == "" || !(table && in == v.me.Delegation) && !(interprets && in == v.me.Whispers) {
			return string(id) + " confers"
		}
	}
	for _, w := range v.view.Whispers {
		if !v.staff() && !(table && w.Delegation == v.me.Delegation) && !(interprets && w.Booth == v.me.Booth) {
			return fmt.Sprintf("%+v", w)
		}
	}
	for _, c := range v.view.Calls {
		if !(interprets && c.Booth == v.me.Booth) && !(v.staff() && c.With == v.me.Role) {
			return fmt.Sprintf("%+v", c)
		}
	}
	for _, b := range v.view.Booths {
		if (len(b.Whispering) > 0 || b.Shift != nil) && !v.staff() && !(interprets && b.ID == v.me.Booth) {
			return fmt.Sprintf("%+v", b)
		}
	}
	for _, w := range v.view.PrivateWords {
		if !v.staff() && (!v.me.Admitted || w.Seat != v.me.ID && w.With != v.me.ID) {
			return fmt.Sprintf("%+v", w)
		}
	}
	inside := v.staff() || v.me.Admitted && v.s.Attends(v.me.ID)
	for _, x := range v.view.Room.Screens {
		from, _ := v.s.Seat(x.Seat)
		own := (table || interprets) && v.me.HuddleOf() != "" && v.me.HuddleOf() == from.Delegation
		if x.To == summit.ToTable && !inside || x.To == summit.ToDelegation && !own {
			return fmt.Sprintf("%+v", x)
		}
	}
	for _, x := range v.view.Seats {
		side := table && x.Delegation == v.me.Delegation || interprets && x.Booth == v.me.Booth
		if x.Apart && !v.staff() && !side && x.ID != v.me.ID || x.Desk != nil && x.Desk.Asked != nil && !v.staff() {
			return string(x.ID) + " is apart, or asked for something"
		}
	}
	if v.view.Room.Pinned != "" && !inside && !v.s.Watches(v.me.ID) {
		return "who is pinned"
	}
	if len(v.view.Speaking) > 0 && (!v.me.Admitted || v.press()) {
		return "how long each has spoken"
	}
	return ""
}

func noDocuments(v seen) string {
	for _, x := range v.s.Documents {
		told := strings.Contains(v.json, `"`+x.ID+`"`)
		may := slices.ContainsFunc(v.s.Documents, func(y summit.HandedIn) bool { return y.ID == x.ID && v.s.Reads(v.me.ID, y) })
		if told != may {
			return fmt.Sprintf("%s: told %v", x.ID, told)
		}
	}
	return ""
}
