package plan

import (
	"slices"
	"testing"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// Booths work in closed items and behind closed doors as in open ones: only the
// press is out.
func TestBoothsWorkInEveryItem(t *testing.T) {
	s := summittest.Enter(t, summittest.Convened(t))
	live := Live{}
	for _, x := range s.Seats {
		live[microphone(x.ID)] = true
	}
	for _, item := range []summit.ItemID{"opening", "tete-a-tete", "talks"} {
		in := summittest.Do(t, s, "officer", summit.StartItem{Item: item}, summit.GiveFloor{Seat: "principal-a"})
		in = summittest.Do(t, in, "interpreter-1", summit.GoOnAir{Into: "zh"})
		p := Compute(in, live)
		if d := p.Channels["zh"]; d.Carries != CarriesDirect || !slices.Equal(d.Set.Sources, []Source{microphone("interpreter-1")}) {
			t.Errorf("%s: the channel carries %+v", item, d)
		}
		if got := p.Receivers[SeatReceiver("principal-b")][ChannelSlot].Sources; !slices.Equal(got, []Source{channel("zh")}) {
			t.Errorf("%s: the principal is given %v", item, got)
		}
		if heard := len(p.Receivers[SeatReceiver("reporter")]) > 0; heard != (item == "opening") {
			t.Errorf("%s: the reporter receives: %v", item, heard)
		}
	}
}

// Whispering takes the interpreter out of the channel and the room, and leaves
// both to the others.
func TestWhisperingReachesOneSide(t *testing.T) {
	s := summittest.Enter(t, summittest.Convened(t))
	s = summittest.Do(t, s, "officer", summit.StartItem{Item: "opening"}, summit.GiveFloor{Seat: "principal-b"})
	s = summittest.Do(t, s, "interpreter-1", summit.GoOnAir{Into: "ru"})
	for _, by := range []summit.Actor{"principal-a", "delegate-a"} {
		s = summittest.Do(t, s, by, summit.EnterHuddle{})
	}
	s = summittest.Do(t, s, "principal-a", summit.AskWhisper{Booth: "main"})
	s = summittest.Do(t, s, "interpreter-1", summit.AnswerWhisper{Delegation: "a", Agree: true})
	live := Live{}
	for _, x := range s.Seats {
		live[microphone(x.ID)], live[camera(x.ID)] = true, true
	}
	p := Compute(s, live)
	for _, id := range []summit.SeatID{"interpreter-1", "principal-a", "delegate-a"} {
		if p.Sources()[microphone(id)] {
			t.Errorf("%s may be recorded", id)
		}
	}
	member := p.Receivers[SeatReceiver("delegate-a")]
	if !slices.Equal(member[Private].Sources, []Source{microphone("principal-a")}) || !slices.Equal(member[Partner].Sources, []Source{microphone("interpreter-1")}) ||
		!member[Private].Apart || !member[Partner].Apart || len(member[Original1].Sources) == 0 {
		t.Errorf("who confers receives %+v", member)
	}
	if whisperer := p.Receivers[SeatReceiver("interpreter-1")]; len(whisperer) != 1 || len(whisperer[Private].Sources) != 2 {
		t.Errorf("who whispers receives %+v", whisperer)
	}
	if feed := p.Channels["ru"]; feed.Carries != CarriesOriginal {
		t.Errorf("the channel carries %+v", feed)
	}
	s = summittest.Do(t, s, "interpreter-2", summit.GoOnAir{Into: "ru"})
	if feed := Compute(s, live).Channels["ru"]; !slices.Equal(feed.Set.Sources, []Source{microphone("interpreter-2")}) {
		t.Errorf("the partner's channel carries %+v", feed)
	}
}
