package summit_test

import (
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// trilateral makes of the bilateral summit one of three languages: the main
// booth is bidirectional between Russian and Chinese, the English booth has no
// Chinese and works from Russian when it is spoken, and principal-b can be heard
// in Arabic from a booth that knows English only.
func trilateral(d *summit.Description) {
	d.Booths[0].Bidirectional = true
	d.Booths[1].WorksFrom, d.Booths[1].Pivot = []summit.Language{"ru", "en"}, "ru"
	d.Booths = append(d.Booths, summit.Booth{ID: "arabic", Name: summit.Text{"en": "Arabic"}, Outgoing: []summit.Language{"ar"},
		WorksFrom: []summit.Language{"en"}, Pivot: "en"})
	x := summit.Seat{ID: "interpreter-4", Role: summit.Interpreter, Booth: "arabic", Name: summit.Text{"en": "Mr Aziz"}}
	x.Invitation.Hash = summittest.Hash(summittest.Secret(x.ID))
	d.Seats = append(d.Seats, x)
}

// boothPhrases is how the stories say what happens in booths.
var boothPhrases = []phrase{
	always("offers the microphone", summit.OfferHandover{}),
	always("accepts the microphone", summit.AcceptHandover{}),
	always("declines the microphone", summit.DeclineHandover{}),
	always("works from the floor", summit.TakeFrom{}),
	always("works from what suits", summit.TakeFrom{Auto: true}),
	{"works from _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.TakeFrom{From: summit.Language(with[0])}
	}},
	{"asks booth _ to whisper", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.AskWhisper{Booth: summit.BoothID(with[0])}
	}},
	{"sends booth _ back", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.EndWhisper{Booth: summit.BoothID(with[0])}
	}},
	{"goes to whisper for _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.AnswerWhisper{Delegation: summit.DelegationID(with[0]), Agree: true}
	}},
	{"will not whisper for _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.AnswerWhisper{Delegation: summit.DelegationID(with[0])}
	}},
	always("comes back to the booth", summit.EndWhisper{}),
	{"lights the call to _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.CallAct{To: summit.Role(with[0]), Booth: summit.BoothID(with[0])}
	}},
	{"answers the call of _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.AnswerCall{To: summit.Role(with[0]), Booth: summit.BoothID(with[0])}
	}},
	{"clears the call of _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.ClearCall{To: summit.Role(with[0]), Booth: summit.BoothID(with[0])}
	}},
	always("cannot hear", summit.SoundInsufficient{On: true}),
	always("can hear again", summit.SoundInsufficient{}),
	{"finds booth _ silent", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.Stall{Booth: summit.BoothID(with[0]), On: true}
	}},
	{"finds booth _ sounding", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.Stall{Booth: summit.BoothID(with[0])}
	}},
}

// carries says what the listeners of a channel hear, every microphone being
// connected: "carries ru direct", "carries en relayed-once".
func carries(ts *testscript.TestScript, _ bool, args []string) {
	st := told(ts)
	all := plan.Live{}
	for _, x := range st.s.Seats {
		all[plan.Source{Kind: plan.Microphone, Seat: x.ID}] = true
	}
	feed := plan.Compute(st.s, all).Channels[summit.Language(args[0])]
	is(ts, string(feed.Carries), args[1:])
}

// incoming says what an interpreter works from: "incoming interpreter-3 ru", or
// "incoming interpreter-3 floor".
func incoming(ts *testscript.TestScript, _ bool, args []string) {
	from := string(told(ts).s.Incoming(summit.SeatID(args[0])))
	if from == "" {
		from = "floor"
	}
	is(ts, from, args[1:])
}

// live says whose microphones are switched on in a booth, first the one that is
// heard: "live main interpreter-2 interpreter-1" or "live main nobody".
func live(ts *testscript.TestScript, _ bool, args []string) {
	b, _ := told(ts).s.Booth(summit.BoothID(args[0]))
	on := slices.DeleteFunc([]string{string(b.OnAir), string(b.Also)}, func(s string) bool { return s == "" })
	if len(on) == 0 {
		on = []string{"nobody"}
	}
	is(ts, strings.Join(on, " "), args[1:])
}

// boothIs says what is the matter with a booth: "booth main offered",
// "booth main insufficient", "booth main stalled" or "booth main well".
func boothIs(ts *testscript.TestScript, _ bool, args []string) {
	b, _ := told(ts).s.Booth(summit.BoothID(args[0]))
	var all []string
	for word, holds := range map[string]bool{"offered": !b.Offered.IsZero(), "insufficient": b.Insufficient.Seat != "", "stalled": b.Stalled} {
		if holds {
			all = append(all, word)
		}
	}
	if all == nil {
		all = []string{"well"}
	}
	slices.Sort(all)
	is(ts, strings.Join(all, " "), args[1:])
}

// whispers says who whispers in a delegation's huddle: "whispers a
// interpreter-1" or "whispers a nobody".
func whispers(ts *testscript.TestScript, _ bool, args []string) {
	st := told(ts)
	var are []summit.SeatID
	for _, x := range st.s.Seats {
		if string(x.Whispers) == args[0] {
			are = append(are, x.ID)
		}
	}
	if want := st.seats(ts, args[1:]); !slices.Equal(are, want) {
		ts.Fatalf("it is  %v\nand not %v", are, want)
	}
}

// calls says which lights are on: "calls main technician interpreter-1", with
// "answered by" whom, or "calls none".
func calls(ts *testscript.TestScript, _ bool, args []string) {
	var all []string
	for _, c := range told(ts).s.Calls {
		text := strings.Join([]string{string(c.Booth), string(c.With), string(c.Seat)}, " ")
		if c.Answered != "" {
			text += " answered by " + string(c.Answered)
		}
		all = append(all, text)
	}
	if all == nil {
		all = []string{"none"}
	}
	is(ts, strings.Join(all, " and "), args)
}
