package summit_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// relayed is a summit of n booths, each on air into a channel of its own, whose
// interpreters work from what they like.
func relayed(t *rapid.T) summit.State {
	n := rapid.IntRange(1, 8).Draw(t, "booths")
	s := summit.State{Phase: summit.InProgress, Current: "talks", Items: []summit.Item{{ID: "talks", Attendance: summit.Plenary}}}
	language := func(i int) summit.Language { return summit.Language(fmt.Sprint("x-", i)) }
	for i := range n {
		id := summit.SeatID(fmt.Sprint("interpreter-", i))
		booth := summit.BoothID(fmt.Sprint("booth-", i))
		s.Booths = append(s.Booths, summit.Booth{ID: booth, Outgoing: []summit.Language{language(i)}, OnAir: id, Into: language(i)})
		s.Seats = append(s.Seats, summit.Seat{ID: id, Role: summit.Interpreter, Booth: booth, ByHand: true,
			Takes: language(rapid.IntRange(0, n).Draw(t, "from"))}) // n is a channel that nobody serves
	}
	return s
}

// round walks from an interpreter through those whose channels they work from,
// and reports whether it comes by somebody twice.
func round(s summit.State, from int, works func(summit.Seat) summit.Language) bool {
	var seen []int
	for i := from; i >= 0; {
		if slices.Contains(seen, i) {
			return true
		}
		seen = append(seen, i)
		l := works(s.Seats[i])
		i = slices.IndexFunc(s.Booths, func(b summit.Booth) bool { return b.Into == l })
	}
	return false
}

// Whatever the interpreters choose and whoever goes on air meanwhile, no channel
// leads back into itself; and nobody loses a relay who is not on a round.
func TestNoRelayGoesRound(t *testing.T) {
	rounds := 0
	rapid.Check(t, func(t *rapid.T) {
		s := relayed(t)
		for i, x := range s.Seats {
			if round(s, i, func(x summit.Seat) summit.Language { return x.Takes }) {
				rounds++
			} else if in := s.Incoming(x.ID); in != x.Takes {
				t.Fatalf("%s takes %s and works from %q", x.ID, x.Takes, in)
			}
			if round(s, i, func(x summit.Seat) summit.Language { return s.Incoming(x.ID) }) {
				t.Fatalf("the relay of %s goes round: %+v", x.ID, s.Seats)
			}
		}
	})
	if rounds == 0 {
		t.Error("nobody chose anything that goes round: this proves nothing")
	}
}

// Three languages, and a booth that works from two of them only.
func TestRelayFollowsTheFloor(t *testing.T) {
	d := summittest.Bilateral()
	d.Booths[1].WorksFrom, d.Booths[1].Pivot = []summit.Language{"ru"}, "ru" // the English booth has no Chinese
	s := summittest.Do(t, summit.State{}, summit.Administrator, summit.Convene{Description: d})
	s = summittest.Enter(t, s)
	for _, c := range []struct {
		floor summit.SeatID
		from  summit.Language
	}{{"principal-a", ""}, {"principal-b", "ru"}, {"delegate-a", ""}} {
		if s.Current == "" {
			s = summittest.Do(t, s, "officer", summit.StartItem{Item: "talks"})
		}
		s = summittest.Do(t, s, "officer", summit.GiveFloor{Seat: c.floor})
		if got := s.Incoming("interpreter-3"); got != c.from {
			t.Errorf("while %s speaks, the English booth works from %q", c.floor, got)
		}
	}
	s = summittest.Do(t, s, "interpreter-3", summit.TakeFrom{From: "zh"})
	if got := s.Incoming("interpreter-3"); got != "zh" {
		t.Errorf("by hand it works from %q", got)
	}
	s = summittest.Do(t, s, "interpreter-3", summit.TakeFrom{Auto: true})
	if got := s.Incoming("interpreter-3"); got != "" {
		t.Errorf("by itself again it works from %q", got)
	}
}
