package view

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
		if x.Apart != (x.ID == "principal-a" || x.ID == "notes-a") {
			t.Errorf("%s is apart: %v", x.ID, x.Apart)
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
