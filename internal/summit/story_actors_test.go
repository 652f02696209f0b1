package summit_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// actor is the command of one kind of actor: "principal a raises a hand" is by
// the seat principal-a, "officer closes" by the seat officer.
func actor(kind string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		st := told(ts)
		by := kind
		if kind == "note-taker" {
			by = "notes"
		}
		if len(args) > 0 {
			if id := by + "-" + args[0]; st.has(id) {
				by, args = id, args[1:]
			}
		}
		if st.does(ts, neg, by, args) {
			return
		}
		for _, p := range slices.Concat(phrases, apartPhrases, boothPhrases) {
			if with, ok := match(p.words, args); ok {
				st.act(ts, neg, summit.Actor(by), p.act(st, ts, with))
				return
			}
		}
		ts.Fatalf("nobody here knows how to %q", strings.Join(args, " "))
	}
}

func (st *story) has(id string) bool {
	_, ok := st.s.Seat(summit.SeatID(id))
	return ok
}

// does what is not an act of the actor's own: opening links, losing and finding
// connections, the whole way in.
func (st *story) does(ts *testscript.TestScript, neg bool, by string, args []string) bool {
	id := summit.SeatID(by)
	if with, ok := match("opens the link", args); ok && len(with) == 0 {
		st.act(ts, neg, summit.Server, st.opens(id, st.links[id], summittest.Device(id)))
		return true
	}
	if with, ok := match("opens the link on _", args); ok {
		st.act(ts, neg, summit.Server, st.opens(id, st.links[id], with[0]))
		return true
	}
	if with, ok := match("opens the first link of _", args); ok { // an intruder's, or one that was replaced
		target := summit.SeatID(with[0])
		st.act(ts, neg, summit.Server, st.opens(target, summittest.Secret(target), "device of "+by))
		return true
	}
	if with, ok := match("opens the newest link of _", args); ok {
		target := summit.SeatID(with[0])
		st.act(ts, neg, summit.Server, st.opens(target, st.links[target], "device of "+by))
		return true
	}
	if with, ok := match("guesses a link of _", args); ok {
		st.act(ts, neg, summit.Server, st.opens(summit.SeatID(with[0]), "a guess", "device of "+by))
		return true
	}
	if _, ok := match("connects", args); ok {
		st.act(ts, neg, summit.Server, summit.Connect{Seat: id})
		return true
	}
	if _, ok := match("drops", args); ok {
		st.act(ts, neg, summit.Server, summit.Disconnect{Seat: id})
		return true
	}
	if _, ok := match("comes in", args); ok {
		st.comesIn(ts, neg, id)
		return true
	}
	return false
}

// match compares words with a phrase, in which _ stands for any one word and a
// last _* for the rest; it returns what stood there.
func match(phrase string, words []string) (with []string, ok bool) {
	for i, w := range strings.Fields(phrase) {
		if w == "_*" {
			return append(with, words[min(i, len(words)):]...), true
		}
		if i >= len(words) || w != "_" && w != words[i] {
			return nil, false
		}
		if w == "_" {
			with = append(with, words[i])
		}
	}
	return with, len(strings.Fields(phrase)) == len(words)
}

type phrase struct {
	words string
	act   func(st *story, ts *testscript.TestScript, with []string) summit.Act
}

// always is a phrase without variable parts.
func always(words string, a summit.Act) phrase {
	return phrase{words, func(*story, *testscript.TestScript, []string) summit.Act { return a }}
}

// about is a phrase about one seat.
func about[A summit.Act](words string, make func(summit.SeatID) A) phrase {
	return phrase{words, func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return make(summit.SeatID(with[0]))
	}}
}

// phrases is how the stories say each act.
var phrases = []phrase{
	always("restarts", summit.Restart{}),
	always("arrives", summit.Arrive{}),
	always("leaves", summit.Leave{}),
	always("hears the original", summit.Hear{}),
	{"hears _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.Hear{Language: summit.Language(with[0])}
	}},
	always("mutes", summit.Mute{On: true}),
	always("unmutes", summit.Mute{}),
	always("raises a hand", summit.RaiseHand{}),
	always("lowers the hand", summit.LowerHand{}),
	about("lowers the hand of _", func(id summit.SeatID) summit.LowerHand { return summit.LowerHand{Seat: id} }),
	always("yields the floor", summit.YieldFloor{}),

	{"starts _ _*", starts},
	{"ends the summit", func(*story, *testscript.TestScript, []string) summit.Act { return summit.EndSummit{} }},
	always("ends the item", summit.EndItem{}),
	{"ends _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.EndItem{Item: summit.ItemID(with[0])}
	}},
	always("closes", summit.SetCoverage{Coverage: summit.Closed}),
	{"sets _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.SetCoverage{Coverage: summit.Coverage(with[0])}
	}},
	{"sets _ for _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.SetCoverage{Coverage: summit.Coverage(with[0]), Item: summit.ItemID(with[1])}
	}},
	{"sets _ for _ having seen revision _", func(_ *story, ts *testscript.TestScript, with []string) summit.Act {
		return summit.SetCoverage{Coverage: summit.Coverage(with[0]), Item: summit.ItemID(with[1]), Seen: number(ts, with[2])}
	}},
	{"resumes", func(st *story, _ *testscript.TestScript, _ []string) summit.Act {
		return summit.ResumeCoverage{Item: st.s.Current}
	}},
	{"resumes for _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.ResumeCoverage{Item: summit.ItemID(with[0])}
	}},
	always("calls a recess", summit.Recess{}),
	always("reconvenes", summit.Reconvene{}),
	{"reconvenes _", func(st *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.Reconvene{Coverage: summit.Coverage(with[0]), Item: st.s.Current}
	}},
	{"reconvenes _ for _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.Reconvene{Coverage: summit.Coverage(with[0]), Item: summit.ItemID(with[1])}
	}},
	{"admits every _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.Admit{Role: summit.Role(with[0])}
	}},
	about("admits _", func(id summit.SeatID) summit.Admit { return summit.Admit{Seat: id} }),
	about("dismisses _", func(id summit.SeatID) summit.Dismiss { return summit.Dismiss{Seat: id} }),
	about("revokes _", func(id summit.SeatID) summit.Revoke { return summit.Revoke{Seat: id} }),
	{"reissues _ _*", reissues},
	{"puts _ in the place of _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.Substitute{By: summit.SeatID(with[0]), Principal: summit.SeatID(with[1])}
	}},
	about("gives the floor to _", func(id summit.SeatID) summit.GiveFloor { return summit.GiveFloor{Seat: id} }),
	always("takes the floor back", summit.TakeFloor{}),
	about("mutes _", func(id summit.SeatID) summit.MuteSeat { return summit.MuteSeat{Seat: id} }),

	{"goes on air into _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.GoOnAir{Into: summit.Language(with[0])}
	}},
	{"takes over into _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.GoOnAir{Into: summit.Language(with[0]), TakeOver: true}
	}},
	always("goes off air", summit.GoOffAir{}),
	always("coughs", summit.Cough{On: true}),
	always("stops coughing", summit.Cough{}),
	{"says _", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.SlowDown{Reason: summit.Reason(with[0])}
	}},

	{"announces _ _*", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.PublishAdvisory{Digest: summittest.Hash(with[0]), Reason: because(with[1:])}
	}},
	{"publishes _ in _ _*", func(_ *story, _ *testscript.TestScript, with []string) summit.Act {
		return summit.PublishReadout{Digest: summittest.Hash(with[0]), Language: summit.Language(with[1]), Reason: because(with[2:])}
	}},
}

// starts reads "starts ITEM [ending ITEM] [again] [having seen revision N]".
func starts(_ *story, ts *testscript.TestScript, with []string) summit.Act {
	a := summit.StartItem{Item: summit.ItemID(with[0])}
	if rest := with[1:]; len(rest) > 1 && rest[0] == "ending" {
		a.Ending, with = summit.ItemID(rest[1]), rest[1:]
	}
	if rest := with[1:]; slices.Equal(rest, []string{"again"}) {
		a.Again = true
	} else if len(rest) == 4 && slices.Equal(rest[:3], []string{"having", "seen", "revision"}) {
		a.Seen = number(ts, rest[3])
	} else if len(rest) > 0 {
		ts.Fatalf("usage: starts ITEM [ending ITEM] [again | having seen revision N]")
	}
	return a
}

// reissues reads "reissues SEAT [for DURATION]" and remembers the new secret.
func reissues(st *story, ts *testscript.TestScript, with []string) summit.Act {
	id := summit.SeatID(with[0])
	x, _ := st.s.Seat(id)
	st.links[id] = fmt.Sprintf("secret %d of %s", x.Invitation.Serial+1, id)
	a := summit.Reissue{Seat: id, Hash: summittest.Hash(st.links[id])}
	if len(with) == 3 && with[1] == "for" {
		d, err := time.ParseDuration(with[2])
		ts.Check(err)
		a.Expires = st.now.Add(d)
	}
	return a
}

// because reads "because REASON".
func because(words []string) string {
	if len(words) > 1 && words[0] == "because" {
		return strings.Join(words[1:], " ")
	}
	return ""
}
