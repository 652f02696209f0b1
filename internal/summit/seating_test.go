package summit_test

import (
	"strings"
	"testing"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// convened is who sits where, once a summit of three delegations is convened.
func convened(t *testing.T, s summit.Seating) (delegations, seats string) {
	t.Helper()
	d := summittest.Bilateral()
	d.Delegations = []summit.Delegation{
		{ID: "a", Name: summit.Text{"en": "Delegation A"}, Country: summit.Text{"en": "Sweden", "sv": "Sverige", "de": "Schweden"}, Speaks: "ru"},
		{ID: "b", Name: summit.Text{"en": "Delegation B"}, Country: summit.Text{"en": "Åland", "sv": "Åland", "de": "Åland"}, Speaks: "zh"},
		{ID: "c", Name: summit.Text{"en": "Zambia"}, Speaks: "en"},
	}
	third := summit.Seat{ID: "principal-c", Role: summit.Principal, Delegation: "c", Name: summit.Text{"en": "Ms Banda"}}
	third.Invitation.Hash = summittest.Hash("third")
	one := summit.Seat{ID: "one-c", Role: summit.Delegate, Delegation: "c", PlusOne: true, Name: summit.Text{"en": "Mr Phiri"}}
	one.Invitation.Hash = summittest.Hash("one")
	d.Seats = append([]summit.Seat{one}, append(d.Seats, third)...)
	d.Seating = s
	state := summittest.Do(t, summit.State{}, summit.Administrator, summit.Convene{Description: d})
	if err := summit.Check(state); err != nil {
		t.Error(err)
	}
	var sides, ids []string
	for _, x := range state.Delegations {
		sides = append(sides, string(x.ID))
	}
	for _, x := range state.Seats {
		if x.Delegation != "" {
			ids = append(ids, string(x.ID))
		}
	}
	if state.Seats[1].ID != "officer" || len(state.Seats) != len(d.Seats) {
		t.Errorf("%d seats, the second is %s", len(state.Seats), state.Seats[1].ID)
	}
	return strings.Join(sides, " "), strings.Join(ids, " ")
}

func TestSeating(t *testing.T) {
	for name, c := range map[string]struct {
		seating            summit.Seating
		delegations, seats string
	}{
		"nothing said": {summit.Seating{}, "a b c",
			"one-c principal-a delegate-a delegate-a2 notes-a principal-b delegate-b principal-c"},
		"as listed": {summit.Seating{Order: summit.Listed}, "a b c",
			"one-c principal-a delegate-a delegate-a2 notes-a principal-b delegate-b principal-c"},
		"by the English alphabet": {summit.Seating{Order: summit.Alphabetical, Language: "en"}, "b a c",
			"principal-b delegate-b principal-a delegate-a delegate-a2 notes-a principal-c one-c"},
		"by the Swedish alphabet, in which Å is the last but two": {summit.Seating{Order: summit.Alphabetical, Language: "sv"}, "a c b",
			"principal-a delegate-a delegate-a2 notes-a principal-c one-c principal-b delegate-b"},
		"alternating": {summit.Seating{Order: summit.Alternating}, "a b c",
			"principal-a principal-b principal-c delegate-a delegate-b one-c delegate-a2 notes-a"},
		"alternating, by the English alphabet": {summit.Seating{Order: summit.Alternating, Language: "en"}, "b a c",
			"principal-b principal-a principal-c delegate-b delegate-a one-c delegate-a2 notes-a"},
	} {
		delegations, seats := convened(t, c.seating)
		if delegations != c.delegations || seats != c.seats {
			t.Errorf("%s: %s\n%s", name, delegations, seats)
		}
	}
}

// What the journal has is the order itself: whoever folds it needs no alphabet.
func TestSeatingIsDecidedOnce(t *testing.T) {
	d := summittest.Bilateral()
	d.Seating = summit.Seating{Order: summit.Alphabetical, Language: "zh"}
	e := summit.Convened{Stamp: summit.Stamp{At: summittest.Noon, By: summit.Administrator}, Description: d}
	if s := summit.Apply(summit.State{}, e); s.Seats[3].ID != d.Seats[3].ID || s.Delegations[0].ID != "a" {
		t.Error("folding an event rearranges the table")
	}
}
