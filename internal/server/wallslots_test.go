package server

import (
	"testing"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/switchboard"
)

// The wall says how what is heard and shown apart gets there, and not whose it is.
func TestTheWallDoesNotSayWhoConfersWithWhom(t *testing.T) {
	now := time.Now()
	of := func(k plan.Kind) switchboard.SourceID { return sourceOf("s1", plan.Source{Kind: k, Seat: "notes-a"}) }
	seen := slotsSeen("principal-a", switchboard.ReceiverSurvey{Slots: []switchboard.SlotSurvey{
		{ID: switchboard.SlotID(plan.Original1), Kind: switchboard.Audio, Carries: of(plan.Microphone), Last: now},
		{ID: switchboard.SlotID(plan.Private), Kind: switchboard.Audio, Carries: of(plan.Microphone), Last: now},
		{ID: switchboard.SlotID(plan.ScreenSlot), Kind: switchboard.Video, Carries: of(plan.Screen), Last: now},
	}}, now)
	if len(seen) != 3 {
		t.Fatalf("seen are %+v", seen)
	}
	for _, s := range seen {
		want := summit.SeatID("")
		if s.Slot == string(plan.Original1) {
			want = "notes-a"
		}
		if s.Of != want {
			t.Errorf("of what is in %s it says that it is %q", s.Slot, s.Of)
		}
	}
}
