package summit_test

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// The stories of testdata/story are told in the words of testdata/story/README.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/story",
		Setup: func(env *testscript.Env) error {
			env.Values[storyKey{}] = &story{now: summittest.Noon, links: map[summit.SeatID]string{}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"summit": begin, "clock": clock, "later": later, "everybody": everybody,

			"administrator": actor("administrator"), "server": actor("server"),
			"officer": actor("officer"), "technician": actor("technician"),
			"principal": actor("principal"), "delegate": actor("delegate"), "note-taker": actor("note-taker"),
			"interpreter": actor("interpreter"), "reporter": actor("reporter"),
			"press-officer": actor("press-officer"), "intruder": actor("intruder"),

			"refused": refused, "nothing-changed": nothingChanged, "happened": happened,
			"coverage": coverage, "public": public, "room": room, "may-speak": maySpeak, "watching": watching,
			"floor": floor, "queue": queue, "channel": channel, "seat": seat, "item": item,
			"proposed": proposed,

			"huddle":   huddle,
			"whispers": whispers, "calls": calls, "hears-apart": hearsApart, "word": word, "screen": screen,
			"carries": carries, "incoming": incoming, "live": live, "booth": boothIs,
			"asked": asked, "spoken": spoken, "reads": reads, "pinned": pinned,
		},
	})
}

type storyKey struct{}

// story is one summit while it is told.
type story struct {
	s      summit.State
	now    time.Time
	last   []summit.Event
	refuse *summit.Refusal          // of the last act; nil when it was accepted
	links  map[summit.SeatID]string // the secret in each seat's newest link
}

func told(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }

// begin convenes the summit of the story: "summit bilateral", or "summit
// two-officers", in which each delegation has its own officer and the host a third.
func begin(ts *testscript.TestScript, neg bool, args []string) {
	st := told(ts)
	d := summittest.Bilateral()
	switch strings.Join(args, " ") {
	case "bilateral":
	case "two-officers":
		d.Seats[0].Delegation, d.Seats[1].Delegation = "a", "b"
		host := summit.Seat{ID: "officer-3", Role: summit.Officer, Name: summit.Text{"en": "Ms Amiri"}}
		host.Invitation.Hash = summittest.Hash(summittest.Secret(host.ID))
		d.Seats = append(d.Seats, host)
	case "override":
		d.Lock = summit.Override
	case "trilateral":
		trilateral(&d)
	default:
		ts.Fatalf("usage: summit bilateral|two-officers|override|trilateral")
	}
	for _, x := range d.Seats {
		st.links[x.ID] = summittest.Secret(x.ID)
	}
	st.act(ts, neg, summit.Administrator, summit.Convene{Description: d})
}

// act lets an actor act, holds the state to its invariants, and compares the
// outcome with what the story says: "!" before a line means it is refused.
func (st *story) act(ts *testscript.TestScript, neg bool, by summit.Actor, a summit.Act) {
	events, err := summit.Decide(st.s, by, a, st.now)
	st.last, st.refuse = events, nil
	if err != nil {
		if !errors.As(err, &st.refuse) {
			ts.Fatalf("refused with something else than a refusal: %v", err)
		}
		ts.Logf("refused (%s): %s", st.refuse.Code, err)
	}
	for _, e := range events {
		st.s = summit.Apply(st.s, reread(ts, e))
		ts.Logf("%s", e.Kind())
	}
	if err := summit.Check(st.s); err != nil {
		ts.Fatalf("%v", err)
	}
	switch {
	case neg && err == nil:
		ts.Fatalf("it was not refused")
	case !neg && err != nil:
		ts.Fatalf("it was refused (%s): %s", st.refuse.Code, err)
	}
}

// clock sets the time of day at the summit's place: "clock 16:05".
func clock(ts *testscript.TestScript, _ bool, args []string) {
	st := told(ts)
	zone, err := time.LoadLocation(st.s.Zone)
	ts.Check(err)
	at, err := time.Parse("15:04", strings.Join(args, ""))
	ts.Check(err)
	day := st.now.In(zone)
	st.now = time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), 0, 0, zone)
}

// later lets time pass: "later 20m".
func later(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(strings.Join(args, ""))
	ts.Check(err)
	told(ts).now = told(ts).now.Add(d)
}

// everybody comes in: "everybody comes in", or "everybody comes in but reporter".
func everybody(ts *testscript.TestScript, neg bool, args []string) {
	st := told(ts)
	if len(args) < 2 || args[0] != "comes" || args[1] != "in" {
		ts.Fatalf("usage: everybody comes in [but SEAT...]")
	}
	for _, id := range st.seats(ts, append([]string{"all"}, args[2:]...)) {
		st.comesIn(ts, neg, id)
	}
}

// comesIn is the whole way of a person: link, connection, arrival, admission.
func (st *story) comesIn(ts *testscript.TestScript, neg bool, id summit.SeatID) {
	st.act(ts, neg, summit.Server, st.opens(id, st.links[id], summittest.Device(id)))
	st.act(ts, neg, summit.Server, summit.Connect{Seat: id})
	st.act(ts, neg, summit.Actor(id), summit.Arrive{})
	if x, _ := st.s.Seat(id); !x.Admitted {
		st.act(ts, neg, "officer", summit.Admit{Seat: id})
	}
}

func (st *story) opens(id summit.SeatID, secret, device string) summit.Redeem {
	return summit.Redeem{Seat: id, Hash: summittest.Hash(secret), Device: summittest.Hash(device)}
}

// seats reads a list of seats: ids, "nobody", "all", or "table", "staff",
// "principals", "interpreters", "press"; what follows "but" is left out.
func (st *story) seats(ts *testscript.TestScript, words []string) []summit.SeatID {
	groups := map[string][]summit.Role{
		"nobody": {}, "all": summit.Roles,
		"table":      {summit.Principal, summit.Delegate, summit.NoteTaker},
		"principals": {summit.Principal}, "interpreters": {summit.Interpreter},
		"staff": {summit.Officer, summit.Technician}, "press": {summit.Reporter, summit.PressOfficer},
	}
	set := map[summit.SeatID]bool{}
	in := true
	for _, w := range words {
		if w == "but" {
			in = false
			continue
		}
		roles, group := groups[w]
		_, one := st.s.Seat(summit.SeatID(w))
		if !group && !one {
			ts.Fatalf("%q is no seat and no group of seats", w)
		}
		for _, x := range st.s.Seats {
			if string(x.ID) == w || slices.Contains(roles, x.Role) {
				set[x.ID] = in
			}
		}
	}
	var ids []summit.SeatID
	for _, x := range st.s.Seats {
		if set[x.ID] {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// refused says with which code the last act was refused, and optionally what
// the sentence says: "refused link-expired 'at 16:00'".
func refused(ts *testscript.TestScript, _ bool, args []string) {
	st := told(ts)
	if len(args) < 1 || st.refuse == nil {
		ts.Fatalf("the last act was not refused, or no code is given")
	}
	if st.refuse.Code != args[0] {
		ts.Fatalf("it was refused as %s: %s", st.refuse.Code, st.refuse)
	}
	for _, pattern := range args[1:] {
		if ok, err := regexp.MatchString(pattern, st.refuse.Error()); err != nil || !ok {
			ts.Fatalf("the sentence is %q (%v)", st.refuse, err)
		}
	}
}

// nothingChanged says that the last act was accepted and was so already.
func nothingChanged(ts *testscript.TestScript, _ bool, _ []string) {
	if st := told(ts); st.refuse != nil || len(st.last) > 0 {
		ts.Fatalf("refused %v, with %d events", st.refuse, len(st.last))
	}
}

// happened lists the kinds of the events of the last act, in order.
func happened(ts *testscript.TestScript, _ bool, args []string) {
	var kinds []string
	for _, e := range told(ts).last {
		kinds = append(kinds, e.Kind())
	}
	if !slices.Equal(kinds, args) {
		ts.Fatalf("what happened is %v", kinds)
	}
}

func number(ts *testscript.TestScript, word string) uint64 {
	n, err := strconv.ParseUint(word, 10, 64)
	ts.Check(err)
	return n
}
