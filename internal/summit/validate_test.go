package summit_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

func TestBilateralHasNoFault(t *testing.T) {
	if faults := summit.Validate(summittest.Bilateral()); faults != nil {
		t.Error(faults)
	}
}

func TestRandomDescriptionsHaveNoFault(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if faults := summit.Validate(summittest.Description(t)); faults != nil {
			t.Error(faults)
		}
	})
}

// Each case spoils one thing; the fault is named where it is, in a sentence
// that has these words, and nothing else is complained of.
func TestFaults(t *testing.T) {
	en := func(s string) summit.Text { return summit.Text{"en": s} }
	seat := func(x summit.Seat) func(*summit.Description) {
		return func(d *summit.Description) { d.Seats = append(d.Seats, x) }
	}
	for _, c := range []struct {
		name         string
		spoil        func(*summit.Description)
		place, words string
	}{
		{"no id", func(d *summit.Description) { d.ID = "" }, "id", "letters, digits"},
		{"a path for an id", func(d *summit.Description) { d.ID = "../x" }, "id", "letters, digits"},
		{"no title", func(d *summit.Description) { d.Title = nil }, "title", "one language at least"},
		{"an empty title", func(d *summit.Description) { d.Title["ar"] = " " }, "title", `empty in "ar"`},
		{"a title in no language", func(d *summit.Description) { d.Title["xx-yy-zz"] = "?" }, "title", "not a language"},
		{"a title with a line break", func(d *summit.Description) { d.Title["en"] = "a\nb" }, "title", "not seen"},
		{"a name that turns around", func(d *summit.Description) { d.Seats[3].Name = en("\u202eavolrO") }, "seat 4 (principal-a), name", "change of direction"},
		{"a title like a book", func(d *summit.Description) { d.Title["en"] = strings.Repeat("x", 301) }, "title", "300 is the most"},
		{"no time", func(d *summit.Description) { d.Scheduled = time.Time{} }, "time", "no time"},
		{"no zone", func(d *summit.Description) { d.Zone = "" }, "zone", "IANA"},
		{"a zone that is none", func(d *summit.Description) { d.Zone = "Mars/Base" }, "zone", "Mars/Base"},
		{"nothing to publish in", func(d *summit.Description) { d.Publication = nil }, "publication", "at least one"},
		{"a language twice", func(d *summit.Description) { d.Publication = []summit.Language{"ar", "ar"} }, "publication", "twice"},
		{"a language in capitals", func(d *summit.Description) { d.Publication = []summit.Language{"AR"} }, "publication", `usually written "ar"`},
		{"an old tag", func(d *summit.Description) { d.Publication = []summit.Language{"iw"} }, "publication", `"he"`},
		{"no language at all", func(d *summit.Description) { d.Publication = []summit.Language{"und"} }, "publication", "not a language"},
		{"no items", func(d *summit.Description) { d.Items = nil }, "run of show", "at least one item"},
		{"an order of seats that is none", func(d *summit.Description) { d.Seating.Order = "by-height" }, "seating, order", "alternating"},
		{"an alphabet in no language", func(d *summit.Description) { d.Seating.Order = summit.Alphabetical }, "seating, language", "missing"},
		{"an alphabet for a list", func(d *summit.Description) { d.Seating.Language = "en" }, "seating, language", "no alphabet"},
		{"a country with a line break", func(d *summit.Description) { d.Delegations[0].Country = en("a\nb") }, "delegation 1 (a), country", "not seen"},
		{"no officer", func(d *summit.Description) { d.Seats = d.Seats[2:] }, "seats", "no protocol officer"},

		{"a delegation without a name", func(d *summit.Description) { d.Delegations[1].Name = nil }, "delegation 2 (b), name", "There is none"},
		{"a delegation without a language", func(d *summit.Description) { d.Delegations[0].Speaks = "" }, "delegation 1 (a), speaks", "missing"},
		{"no principal", func(d *summit.Description) { d.Seats[3].Role = summit.Delegate }, "delegation 1 (a)", "one principal; this one has 0"},
		{"two principals", func(d *summit.Description) { d.Seats[5].Role = summit.Principal }, "delegation 1 (a)", "this one has 2"},
		{"two plus ones", func(d *summit.Description) { d.Seats[5].PlusOne = true }, "delegation 1 (a)", "Only one seat"},

		{"two seats of one id", func(d *summit.Description) { d.Seats[4].ID = "delegate-a2" }, "seat 6 (delegate-a2), id", "number 5"},
		{"a seat called server", func(d *summit.Description) { d.Seats[2].ID = "server" }, "seat 3 (server), id", "means something else"},
		{"a seat without an id", func(d *summit.Description) { d.Seats[2].ID = "" }, "seat 3, id", "no id"},
		{"a seat with a dot", func(d *summit.Description) { d.Seats[2].ID = "a.b" }, "seat 3 (a.b), id", "stands in links"},
		{"a seat without a name", func(d *summit.Description) { d.Seats[2].Name = nil }, "seat 3 (technician), name", "There is none"},
		{"two people of one name", func(d *summit.Description) { d.Seats[5].Name = en("mr  BELOV") }, "seat 6 (delegate-a2), name", "nobody could tell them apart"},
		{"a role that is none", seat(summit.Seat{ID: "x", Role: "king", Name: en("X")}), "seat 16 (x), role", "one of principal, delegate"},
		{"a delegate of nobody", func(d *summit.Description) { d.Seats[5].Delegation = "" }, "seat 6 (delegate-a2), delegation", "belongs to a delegation"},
		{"a delegate of somebody else", func(d *summit.Description) { d.Seats[5].Delegation = "c" }, "seat 6 (delegate-a2), delegation", `no delegation "c"`},
		{"an interpreter in the corridor", func(d *summit.Description) { d.Seats[10].Booth = "" }, "seat 11 (interpreter-2), booth", "works in a booth"},
		{"an interpreter in no booth", func(d *summit.Description) { d.Seats[10].Booth = "third" }, "seat 11 (interpreter-2), booth", `no booth "third"`},
		{"a technician in a booth", func(d *summit.Description) { d.Seats[2].Booth = "main" }, "seat 3 (technician), booth", "Only interpreters"},
		{"a plus one who interprets", func(d *summit.Description) { d.Seats[9].PlusOne = true }, "seat 10 (interpreter-1), plus-one", "delegate or a note-taker"},
		{"a language nobody hears", func(d *summit.Description) { d.Seats[2].Hears = "en_US!" }, "seat 3 (technician), hears", "not a language"},

		{"two booths of one id", func(d *summit.Description) { d.Booths = append(d.Booths, d.Booths[0]) }, "booth 3 (main), id", "number 1"},
		{"a booth into nowhere", func(d *summit.Description) { d.Booths[0].Outgoing = nil }, "booth 1 (main), outgoing", "one language at least"},
		{"an empty booth", func(d *summit.Description) {
			d.Booths = append(d.Booths, summit.Booth{ID: "third", Outgoing: []summit.Language{"fr"}})
		}, "booth 3 (third)", "Nobody has a seat"},

		{"two items of one id", func(d *summit.Description) { d.Items[1].ID = "opening" }, "item 2 (opening), id", "number 1"},
		{"an item without a title", func(d *summit.Description) { d.Items[1].Title = summit.Text{} }, "item 2 (tete-a-tete), title", "There is none"},
		{"an item without a length", func(d *summit.Description) { d.Items[1].Planned = 0 }, "item 2 (tete-a-tete), planned", "15m"},
		{"a sealed item", func(d *summit.Description) { d.Items[3].Coverage = summit.Sealed }, "item 4 (talks), coverage", "cannot hold a sealed item yet"},
		{"a coverage that is none", func(d *summit.Description) { d.Items[3].Coverage = "secret" }, "item 4 (talks), coverage", "open, pool or closed"},
		{"an attendance that is none", func(d *summit.Description) { d.Items[3].Attendance = "friends" }, "item 4 (talks), attendance", "plenary"},
		{"a plus one who is not named", func(d *summit.Description) { d.Seats[4].PlusOne = false }, "item 3 (photo), attendance", "delegation a names nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := summittest.Bilateral()
			c.spoil(&d)
			faults := summit.Validate(d)
			if len(faults) != 1 || faults[0].Place != c.place || !strings.Contains(faults[0].Sentence, c.words) {
				t.Errorf("wanted one at %q with %q, have %v", c.place, c.words, faults)
			}
		})
	}
}

// All faults are named at once, and the summit is not convened.
func TestConvenePointsAtEveryFault(t *testing.T) {
	d := summittest.Bilateral()
	d.Title = nil
	d.Seats[0].Invitation.Hash = ""
	d.Seats[2].Invitation.Hash = d.Seats[1].Invitation.Hash
	d.Seats[3].Invitation.Expires = summittest.Noon.Add(-time.Hour)
	d.Items[3].Coverage = summit.Sealed
	events, err := summit.Decide(summit.State{}, summit.Administrator, summit.Convene{Description: d}, summittest.Noon)
	var r *summit.Refusal
	if !errors.As(err, &r) || r.Code != "bad-description" || len(events) > 0 {
		t.Fatalf("have %v, %v", events, err)
	}
	var places []string
	for _, f := range r.Faults {
		places = append(places, f.Place)
	}
	want := "title; item 4 (talks), coverage; seat 1 (officer), invitation; seat 3 (technician), invitation; seat 4 (principal-a), invitation"
	if have := strings.Join(places, "; "); have != want {
		t.Errorf("faults at %s", have)
	}
	if text := err.Error(); strings.Count(text, "\n") != len(r.Faults) {
		t.Errorf("the sentence does not name each: %s", text)
	}
}

func TestConvenedFillsIn(t *testing.T) {
	d := summittest.Bilateral()
	d.Seats[3].Admitted, d.Seats[3].Presence, d.Seats[3].Invitation.Device = true, summit.Present, "stolen"
	d.Items[0].Started, d.Items[0].Attendance = summittest.Noon, ""
	s := summittest.Do(t, summit.State{}, summit.Administrator, summit.Convene{Description: d})
	x, _ := s.Seat("principal-a")
	if x.Admitted || x.Presence != summit.Expected || x.Invitation.Device != "" || x.Invitation.Serial != 1 {
		t.Errorf("a description has let somebody in: %+v", x)
	}
	if x.Speaks != "ru" || x.Hears != "ru" {
		t.Errorf("the principal of delegation a speaks %q and hears %q", x.Speaks, x.Hears)
	}
	if i, _ := s.Item("opening"); !i.Started.IsZero() || i.Attendance != summit.Plenary {
		t.Errorf("a description has started an item: %+v", i)
	}
	if have, want := s.Channels(), []summit.Language{"en", "ru", "zh"}; len(have) != 3 || have[0] != want[0] || have[2] != want[2] {
		t.Errorf("channels are %v", have)
	}
	_, err := summit.Decide(s, summit.Administrator, summit.Convene{Description: d}, summittest.Noon)
	if r, ok := err.(*summit.Refusal); !ok || r.Code != "already-convened" {
		t.Errorf("convening twice: %v", err)
	}
}
