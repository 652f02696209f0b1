package summit_test

import (
	"testing"
	"time"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// turns tells a story of one booth's turns, minute by minute.
type turns struct {
	t *testing.T
	s summit.State
}

func (x *turns) do(minute int, by summit.Actor, a summit.Act) {
	x.t.Helper()
	events, err := summit.Decide(x.s, by, a, summittest.Noon.Add(time.Duration(minute)*time.Minute))
	if err != nil {
		x.t.Fatalf("%s may not %s: %v", by, a.Kind(), err)
	}
	x.s = summittest.Fold(x.s, events...)
}

func (x *turns) next(who summit.SeatID, minute int) {
	x.t.Helper()
	b, _ := x.s.Booth("main")
	have, at := x.s.NextTurn(b)
	want := time.Time{}
	if minute > 0 {
		want = summittest.Noon.Add(time.Duration(minute) * time.Minute)
	}
	if have != who || !at.Equal(want) {
		x.t.Errorf("next is %q at %v, and not %q at %v", have, at, who, want)
	}
}

func TestWhoseTurnItIs(t *testing.T) {
	d := summittest.Bilateral()
	d.Booths[0].Shifts = summit.Shifts{Turn: 20 * time.Minute, Order: []summit.SeatID{"interpreter-2", "interpreter-1"},
		Starts: map[summit.ItemID]summit.SeatID{"talks": "interpreter-1"}}
	s := summittest.Enter(t, summittest.Do(t, summit.State{}, summit.Administrator, summit.Convene{Description: d}))
	x := &turns{t, s}
	x.next("interpreter-2", 0)
	x.do(1, "officer", summit.StartItem{Item: "talks"})
	x.next("interpreter-1", 0) // who begins this item
	x.do(2, "interpreter-1", summit.GoOnAir{Into: "ru"})
	x.next("interpreter-2", 22)
	// A pause is part of the turn; a rest ends it.
	x.do(10, "interpreter-1", summit.GoOffAir{})
	x.next("interpreter-2", 0)
	x.do(12, "interpreter-1", summit.GoOnAir{Into: "zh"})
	x.next("interpreter-2", 22)
	x.do(20, "interpreter-1", summit.OfferHandover{})
	x.do(21, "interpreter-2", summit.AcceptHandover{})
	x.next("interpreter-1", 41)
	// Who whispers to one side is not next.
	x.do(22, "principal-a", summit.EnterHuddle{})
	x.do(22, "principal-a", summit.AskWhisper{Booth: "main"})
	x.do(23, "interpreter-1", summit.AnswerWhisper{Delegation: "a", Agree: true})
	x.next("", 0)
	x.do(24, "interpreter-1", summit.EndWhisper{})
	x.next("interpreter-1", 41)
	x.do(30, "interpreter-2", summit.GoOffAir{})
	x.do(36, "interpreter-2", summit.GoOnAir{Into: "ru"})
	x.next("interpreter-1", 56)
}

func TestTheReminderOfASummit(t *testing.T) {
	d := summittest.Bilateral()
	if s := summittest.Convened(t); s.Reminder() != 25*time.Minute {
		t.Errorf("the usual reminder is after %v", s.Reminder())
	}
	d.Remind = 30 * time.Minute
	if s := summittest.Do(t, summit.State{}, summit.Administrator, summit.Convene{Description: d}); s.Reminder() != d.Remind {
		t.Errorf("the summit says 30 minutes, and its reminder is after %v", s.Reminder())
	}
	for _, bad := range []time.Duration{time.Second, 3 * time.Hour, -time.Minute} {
		if d.Remind = bad; len(summit.Validate(d)) != 1 {
			t.Errorf("a reminder after %v: %v", bad, summit.Validate(d))
		}
	}
	d.Remind = 0
	for _, bad := range []summit.Shifts{{Turn: time.Second}, {Order: []summit.SeatID{"interpreter-3"}},
		{Order: []summit.SeatID{"interpreter-1", "interpreter-1"}}, {Starts: map[summit.ItemID]summit.SeatID{"dinner": "interpreter-1"}},
		{Starts: map[summit.ItemID]summit.SeatID{"talks": "officer"}}} {
		if d.Booths[0].Shifts = bad; len(summit.Validate(d)) != 1 {
			t.Errorf("shifts %+v: %v", bad, summit.Validate(d))
		}
	}
}

// A booth that turns with the floor is in its own language only from then on.
func TestSinceWhenABoothSpeaksTheFloorsLanguage(t *testing.T) {
	x := &turns{t, summittest.Enter(t, summittest.Convened(t))}
	at := func(minute int) {
		t.Helper()
		want := time.Time{}
		if minute > 0 {
			want = summittest.Noon.Add(time.Duration(minute) * time.Minute)
		}
		if b, _ := x.s.Booth("main"); !x.s.OwnLanguage(b).Equal(want) {
			t.Errorf("it is %v, and not %v", x.s.OwnLanguage(b), want)
		}
	}
	x.do(1, "officer", summit.StartItem{Item: "talks"})
	x.do(2, "officer", summit.GiveFloor{Seat: "principal-a"}) // Russian
	x.do(3, "interpreter-1", summit.GoOnAir{Into: "zh"})
	at(0)
	x.do(4, "interpreter-1", summit.GoOnAir{Into: "ru"})
	at(4)
	x.do(5, "officer", summit.GiveFloor{Seat: "principal-b"}) // Chinese
	at(0)
	x.do(6, "officer", summit.GiveFloor{Seat: "delegate-a"}) // Russian
	at(6)
	x.do(7, "interpreter-1", summit.GoOffAir{})
	at(0)
}
