package summit_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// apartPhrases is how the stories say what happens beside the table.
var apartPhrases = []phrase{
	always("enters the huddle", summit.EnterHuddle{}),
	always("leaves the huddle", summit.LeaveHuddle{}),
	about("calls _", func(id summit.SeatID) summit.OpenPrivateWord { return summit.OpenPrivateWord{With: id} }),
	always("answers", summit.AnswerPrivateWord{}),
	always("hangs up", summit.EndPrivateWord{}),

	{"shares the screen with _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.ShareScreen{To: summit.Audience(with[0])}
	}},
	always("stops sharing", summit.StopSharing{}),
	about("stops the sharing of _", func(id summit.SeatID) summit.StopSharing { return summit.StopSharing{Seat: id} }),
	{"hands in _ for _ _*", handsIn},
	{"withdraws _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.WithdrawDocument{ID: summittest.Hash(with[0])}
	}},

	{"asks _ to _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.AskSeat{Seat: summit.SeatID(with[0]), What: summit.Remedy(with[1])}
	}},
	always("agrees", summit.AnswerAsk{Agree: true}),
	always("declines", summit.AnswerAsk{}),
	{"limits pictures to _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.LimitPictures{To: summit.PictureSize(with[0])}
	}},
	{"limits the pictures of _ to _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.LimitPictures{Seat: summit.SeatID(with[0]), To: summit.PictureSize(with[1])}
	}},
	about("pins _", func(id summit.SeatID) summit.Pin { return summit.Pin{Seat: id} }),
	always("unpins", summit.Unpin{}),
}

// handsIn reads "hands in NAME for AUDIENCE [about ITEM]".
func handsIn(_ *story, _ *testscript.TestScript, with []string) summit.Act {
	x := summit.Document{ID: summittest.Hash(with[0]), Title: summit.Text{"en": with[0]}, File: with[0] + ".pdf",
		Type: "application/pdf", Bytes: 1000, To: summit.Audience(with[1])}
	if rest := with[2:]; len(rest) == 2 && rest[0] == "about" {
		x.Item = summit.ItemID(rest[1])
	}
	return summit.HandIn{Document: x}
}

// huddle says who is in a delegation's huddle: "huddle a principal-a notes-a".
func huddle(ts *testscript.TestScript, _ bool, args []string) {
	st := told(ts)
	var are []summit.SeatID
	for _, x := range st.s.Seats {
		if x.Huddle && len(args) > 0 && string(x.Delegation) == args[0] {
			are = append(are, x.ID)
		}
	}
	if want := st.seats(ts, args[1:]); !slices.Equal(are, want) {
		ts.Fatalf("it is  %v\nand not %v", are, want)
	}
}

// hearsApart says whose microphones a seat may hear in a huddle or a private
// word, everybody's being connected: "hears-apart principal-a notes-a".
func hearsApart(ts *testscript.TestScript, _ bool, args []string) {
	st := told(ts)
	live := plan.Live{}
	for _, x := range st.s.Seats {
		live[plan.Source{Kind: plan.Microphone, Seat: x.ID}] = true
	}
	slots := plan.Compute(st.s, live).Receivers[plan.SeatReceiver(summit.SeatID(args[0]))]
	may := slots[plan.Private].Sources
	if whispered := slots[plan.Partner]; whispered.Apart {
		may = slices.Concat(may, whispered.Sources)
	}
	var are []summit.SeatID
	for _, x := range st.s.Seats {
		if slices.Contains(may, plan.Source{Kind: plan.Microphone, Seat: x.ID}) {
			are = append(are, x.ID)
		}
	}
	if want := st.seats(ts, args[1:]); !slices.Equal(are, want) {
		ts.Fatalf("it is  %v\nand not %v", are, want)
	}
}

// is compares what is with the words of a line.
func is(ts *testscript.TestScript, what string, args []string) {
	if strings.Join(args, " ") != what {
		ts.Fatalf("it is: %s", what)
	}
}

// word says which private words there are: "word technician principal-a",
// "word technician principal-a answered" or "word none".
func word(ts *testscript.TestScript, _ bool, args []string) {
	var all []string
	for _, w := range told(ts).s.PrivateWords {
		text := fmt.Sprint(w.Seat, " ", w.With)
		if w.Answered {
			text += " answered"
		}
		all = append(all, text)
	}
	if all == nil {
		all = []string{"none"}
	}
	is(ts, strings.Join(all, " and "), args)
}

// screen says who shares a screen with whom: "screen table delegate-a" or
// "screen nobody".
func screen(ts *testscript.TestScript, _ bool, args []string) {
	var all []string
	for _, x := range told(ts).s.Sharing {
		all = append(all, fmt.Sprint(x.To, " ", x.Seat))
	}
	if all == nil {
		all = []string{"nobody"}
	}
	is(ts, strings.Join(all, " and "), args)
}

// asked says what is asked of whom: "asked delegate-a mute", "asked delegate-a
// mute declined" or "asked nobody".
func asked(ts *testscript.TestScript, _ bool, args []string) {
	all := []string{}
	for _, x := range told(ts).s.Asks {
		text := fmt.Sprint(x.Seat, " ", x.What)
		if x.Declined {
			text += " declined"
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		all = append(all, "nobody")
	}
	is(ts, strings.Join(all, " and "), args)
}

// spoken says how long a delegation has had the floor, the present speaker
// included, in the whole summit or one item: "spoken a 3m0s [talks]".
func spoken(ts *testscript.TestScript, _ bool, args []string) {
	st := told(ts)
	in := summit.ItemID("")
	if len(args) == 3 {
		in = summit.ItemID(args[2])
	}
	total := st.s.SpokenBy(summit.DelegationID(args[0]), in)
	if holder, ok := st.s.Seat(st.s.Floor); ok && string(holder.Delegation) == args[0] && !st.s.Running.IsZero() && (in == "" || in == st.s.Current) {
		total += st.now.Sub(st.s.Running)
	}
	if want, err := time.ParseDuration(args[1]); err != nil || want != total {
		ts.Fatalf("it is %v (%v)", total, err)
	}
}

// reads says who may read a document: "reads speech table interpreters".
func reads(ts *testscript.TestScript, _ bool, args []string) {
	st := told(ts)
	var are []summit.SeatID
	for _, x := range st.s.Seats {
		for _, doc := range st.s.Documents {
			if doc.ID == summittest.Hash(args[0]) && st.s.Reads(x.ID, doc) && !slices.Contains(are, x.ID) {
				are = append(are, x.ID)
			}
		}
	}
	if want := st.seats(ts, args[1:]); !slices.Equal(are, want) {
		ts.Fatalf("it is  %v\nand not %v", are, want)
	}
}

// pinned says whose picture goes first: "pinned delegate-b" or "pinned nobody".
func pinned(ts *testscript.TestScript, _ bool, args []string) {
	who := string(told(ts).s.Pinned)
	if who == "" {
		who = "nobody"
	}
	is(ts, who, args)
}
