package summit_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"liqa/internal/summit"
)

// exactly compares the seats for which something holds with those named, in
// the order of the seating list.
func exactly(holds func(summit.State, summit.SeatID) bool) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		st := told(ts)
		var are []summit.SeatID
		for _, x := range st.s.Seats {
			if holds(st.s, x.ID) {
				are = append(are, x.ID)
			}
		}
		if want := st.seats(ts, args); !slices.Equal(are, want) {
			ts.Fatalf("it is  %v\nand not %v", are, want)
		}
	}
}

var (
	room     = exactly(summit.State.InRoom)   // "room table interpreters staff"
	maySpeak = exactly(summit.State.MaySpeak) // "may-speak principals"
	watching = exactly(summit.State.Watches)  // "watching nobody"
)

// coverage says which coverage holds: "coverage open".
func coverage(ts *testscript.TestScript, _ bool, args []string) {
	if c := told(ts).s.Coverage(); string(c) != strings.Join(args, " ") {
		ts.Fatalf("the coverage is %s", c)
	}
}

// public says whether the public may see: "public sees" or "public barred".
func public(ts *testscript.TestScript, _ bool, args []string) {
	word := "barred"
	if told(ts).s.Coverage() == summit.Open {
		word = "sees"
	}
	if !slices.Equal(args, []string{word}) {
		ts.Fatalf("the public is: %s", word)
	}
}

// floor says who has the floor: "floor principal-a" or "floor nobody".
func floor(ts *testscript.TestScript, _ bool, args []string) {
	is := string(told(ts).s.Floor)
	if is == "" {
		is = "nobody"
	}
	if !slices.Equal(args, []string{is}) {
		ts.Fatalf("the floor is with %s", is)
	}
}

// queue says whose hands are raised, in order: "queue delegate-a delegate-b".
func queue(ts *testscript.TestScript, _ bool, args []string) {
	var is []string
	for _, id := range told(ts).s.Queue {
		is = append(is, string(id))
	}
	if is == nil {
		is = []string{"nobody"}
	}
	if !slices.Equal(args, is) {
		ts.Fatalf("the queue is %v", is)
	}
}

// channel says what a channel carries: "channel ru interpreter-1", "channel ru
// interpreter-1 coughing" or "channel ru original".
func channel(ts *testscript.TestScript, _ bool, args []string) {
	is := "original"
	for _, b := range told(ts).s.Booths {
		if b.OnAir != "" && len(args) > 0 && string(b.Into) == args[0] {
			is = string(b.OnAir)
			if b.Cough {
				is += " coughing"
			}
		}
	}
	if len(args) < 2 || strings.Join(args[1:], " ") != is {
		ts.Fatalf("the channel carries %s", is)
	}
}

// seat says how a seat is, in any of the words below: "seat principal-a present
// hears ru muted"; "!" says that it is not so.
func seat(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: seat SEAT WORD...")
	}
	x, ok := told(ts).s.Seat(summit.SeatID(args[0]))
	if !ok {
		ts.Fatalf("there is no seat %s", args[0])
	}
	hears := string(x.Hears)
	if hears == "" {
		hears = "original"
	}
	text := fmt.Sprintf(" %s %s hears %s link %d ", x.Presence, x.Role, hears, x.Invitation.Serial)
	for word, is := range map[string]bool{"connected": x.Connected, "muted": x.Muted, "admitted": x.Admitted,
		"revoked": x.Invitation.Revoked, "unopened": x.Invitation.Device == ""} {
		if is {
			text += word + " "
		}
	}
	if x.MutedBy != "" {
		text += "by " + string(x.MutedBy) + " "
	}
	if x.StandsFor != "" {
		text += "for " + string(x.StandsFor) + " "
	}
	words := args[1:]
	for i := 0; i < len(words); i++ {
		part := words[i]
		if slices.Contains([]string{"hears", "link", "by", "for"}, part) && i+1 < len(words) {
			i++
			part += " " + words[i]
		}
		if strings.Contains(text, " "+part+" ") == neg {
			ts.Fatalf("%q: the seat is:%s", part, text)
		}
	}
}

// item says which item is in progress: "item talks", "item talks in recess" or
// "item none".
func item(ts *testscript.TestScript, _ bool, args []string) {
	s := told(ts).s
	is := "none"
	if s.Current != "" {
		is = string(s.Current)
	}
	if s.InRecess {
		is += " in recess"
	}
	if strings.Join(args, " ") != is {
		ts.Fatalf("the item in progress is: %s", is)
	}
}

// proposed says which coverage is proposed and by whom: "proposed open officer"
// or "proposed nothing".
func proposed(ts *testscript.TestScript, _ bool, args []string) {
	is := "nothing"
	if o := told(ts).s.Opening; o.Item != "" {
		is = string(o.Coverage)
		for _, id := range o.Agreed {
			is += " " + string(id)
		}
	}
	if strings.Join(args, " ") != is {
		ts.Fatalf("what is proposed is: %s", is)
	}
}
