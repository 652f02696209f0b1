package summit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Fault is one thing that is wrong with a description.
type Fault struct {
	Place    string // where, counted from 1, for example "seat 4 (principal-a), hears"
	Sentence string // what is wrong, and what would be right
}

// String is the place and the sentence.
func (f Fault) String() string { return f.Place + ": " + f.Sentence }

// Validate names every fault of a description, in the order of its parts; none
// when the summit can be held as it is described. Invitations are not looked
// at: they are made later.
//
// Whether the zone exists is asked of the machine's own list of zones.
func Validate(p Description) []Fault {
	c := &check{p: p}
	c.head()
	c.delegations()
	c.seats()
	c.booths()
	c.items()
	c.seating()
	return c.faults
}

// check is one description being looked through.
type check struct {
	p      Description
	place  string // of the part that is looked at
	faults []Fault
}

// fault notes a fault in a field of the part; "" is the part as a whole.
func (c *check) fault(field, sentence string, args ...any) {
	place := c.place
	if field != "" && place != "" {
		place += ", "
	}
	c.faults = append(c.faults, Fault{place + field, fmt.Sprintf(sentence, args...)})
}

func (c *check) at(part string, i int, id string) {
	c.place = fmt.Sprintf("%s %d", part, i+1)
	if id != "" {
		c.place += " (" + id + ")"
	}
}

// lists are as long as this at most; beyond it a file is a mistake.
const mostSeats, mostItems, mostLanguages = 1000, 200, 40

func (c *check) head() {
	if !summitForm.MatchString(string(c.p.ID)) {
		c.fault("id", "%q cannot be the id of a summit: letters, digits, - and _ only, at most 64.", c.p.ID)
	}
	c.text("title", c.p.Title, true)
	c.text("place", c.p.Place, false)
	if c.p.Scheduled.IsZero() {
		c.fault("time", "The summit has no time. Write its date and hour with the zone's offset.")
	}
	if c.p.Zone == "" || c.p.Zone == "Local" {
		c.fault("zone", "The summit has no time zone. Write an IANA name such as Asia/Muscat or Europe/Geneva.")
	} else if _, err := time.LoadLocation(c.p.Zone); err != nil {
		c.fault("zone", "%q is not a time zone. Write an IANA name such as Asia/Muscat or Europe/Geneva.", c.p.Zone)
	}
	if len(c.p.Publication) == 0 {
		c.fault("publication", "There is no language to publish in. Name at least one.")
	}
	c.languages("publication", c.p.Publication)
	if n := len(c.p.Delegations); n < 2 {
		c.fault("delegations", "A summit needs two delegations at least; there are %d.", n)
	}
	if n := len(c.p.Seats); n > mostSeats {
		c.fault("seats", "There are %d seats; %d is the most.", n, mostSeats)
	}
	if n := len(c.p.Items); n == 0 || n > mostItems {
		c.fault("run of show", "The run of show needs at least one item and at most %d; there are %d.", mostItems, n)
	}
	if r := c.p.Remind; r != 0 && (r < LeastTurn || r > MostTurn) {
		c.fault("shift-reminder", "Interpreters are reminded of their partner after 5 minutes to 2 hours on air. Write 25m, for example.")
	}
	if !slices.ContainsFunc(c.p.Seats, func(x Seat) bool { return x.Role == Officer }) {
		c.fault("seats", "There is no protocol officer, so nobody could run the meeting. Give one seat the role officer.")
	}
}

func (c *check) delegations() {
	ids := seen[DelegationID]{}
	for i, x := range c.p.Delegations {
		c.at("delegation", i, string(x.ID))
		c.id(string(x.ID), ids.twice(x.ID, i))
		c.text("name", x.Name, true)
		c.text("country", x.Country, false)
		c.language("speaks", x.Speaks, true)
		if n := c.count(func(s Seat) bool { return s.Role == Principal && s.Delegation == x.ID }); n != 1 {
			c.fault("", "A delegation has one principal; this one has %d. Others are delegates, and can take the principal's place.", n)
		}
		if n := c.count(func(s Seat) bool { return s.PlusOne && s.Delegation == x.ID }); n > 1 {
			c.fault("", "Only one seat of a delegation can be its plus one; this one has %d.", n)
		}
	}
}

func (c *check) booths() {
	ids := seen[BoothID]{}
	for i, x := range c.p.Booths {
		c.at("booth", i, string(x.ID))
		c.id(string(x.ID), ids.twice(x.ID, i))
		c.text("name", x.Name, false)
		if len(x.Outgoing) == 0 {
			c.fault("outgoing", "A booth speaks into one language at least. Name it.")
		}
		c.languages("outgoing", x.Outgoing)
		c.languages("works-from", x.WorksFrom)
		if x.Bidirectional && len(x.Outgoing) != 2 {
			c.fault("outgoing", "A bidirectional booth speaks into two languages; this one has %d.", len(x.Outgoing))
		}
		if x.Sign && len(x.Outgoing) != 1 {
			c.fault("outgoing", "A booth that signs has one language; this one has %d.", len(x.Outgoing))
		}
		c.pivot(x)
		c.shifts(x)
		if c.count(func(s Seat) bool { return s.Booth == x.ID }) == 0 {
			c.fault("", "Nobody has a seat in this booth. Name it in the seat of an interpreter, or leave it out.")
		}
	}
}

func (c *check) items() {
	ids := seen[ItemID]{}
	for i, x := range c.p.Items {
		c.at("item", i, string(x.ID))
		c.id(string(x.ID), ids.twice(x.ID, i))
		c.text("title", x.Title, true)
		if x.Planned <= 0 || x.Planned > 24*time.Hour {
			c.fault("planned", "An item has a planned length, of at most a day. Write it as in 15m.")
		}
		switch x.Coverage {
		case Open, Pool, Closed:
		case Sealed:
			c.fault("coverage", "This server cannot hold a sealed item yet. Make it closed.")
		default:
			c.fault("coverage", "%q is not a coverage. It is open, pool or closed.", x.Coverage)
		}
		switch x.Attendance {
		case "", Principals, Plenary:
		case PrincipalsOne:
			c.plusOnes()
		default:
			c.fault("attendance", "%q is not an attendance. It is principals, principals-plus-one or plenary.", x.Attendance)
		}
	}
}

// plusOnes wants a plus one of each delegation, for an item that is for them.
func (c *check) plusOnes() {
	for _, d := range c.p.Delegations {
		if c.count(func(s Seat) bool { return s.PlusOne && s.Delegation == d.ID }) == 0 {
			c.fault("attendance", "The item is for the principals and one more each, and delegation %s names nobody. Mark one of its seats as plus one.", d.ID)
		}
	}
}

func (c *check) count(is func(Seat) bool) (n int) {
	for _, x := range c.p.Seats {
		if is(x) {
			n++
		}
	}
	return n
}

var (
	summitForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)
	idForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
)

// seen remembers at which place of a list an id stood first.
type seen[T ~string] map[T]int

// twice is the earlier place of an id, counted from 1; 0 when there is none.
func (s seen[T]) twice(id T, i int) int {
	if first, ok := s[id]; ok {
		return first
	}
	s[id] = i + 1
	return 0
}

func (c *check) id(id string, first int) {
	switch {
	case id == "":
		c.fault("id", "There is no id. Write one of small letters, digits and -.")
	case !idForm.MatchString(id):
		c.fault("id", "%q has other characters than small letters, digits and -, or more than 64. It stands in links.", id)
	case first > 0:
		c.fault("id", "%q is also the id of number %d. Each needs its own.", id, first)
	}
}

// text looks at a text in each of its languages.
func (c *check) text(field string, t Text, needed bool) {
	if len(t) == 0 && needed {
		c.fault(field, "There is none. Write it in one language at least.")
	}
	for _, l := range sortedKeys(t) {
		c.language(field, l, true)
		switch s := t[l]; {
		case strings.TrimSpace(s) == "":
			c.fault(field, "It is empty in %q. Write it, or leave that language out.", l)
		case utf8.RuneCountInString(s) > 300:
			c.fault(field, "It has %d characters in %q; 300 is the most.", utf8.RuneCountInString(s), l)
		case !utf8.ValidString(s) || strings.ContainsFunc(s, unseen):
			c.fault(field, "It has characters in %q that are not seen, such as a line break or a change of direction. Remove them.", l)
		}
	}
}

// unseen reports whether a character could make a name look like another one.
func unseen(r rune) bool {
	return unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r == '\u200b' || r == '\ufeff'
}

func (c *check) languages(field string, ls []Language) {
	if len(ls) > mostLanguages {
		c.fault(field, "There are %d languages; %d is the most.", len(ls), mostLanguages)
	}
	for i, l := range ls {
		c.language(field, l, true)
		if slices.Contains(ls[:i], l) {
			c.fault(field, "%q stands there twice.", l)
		}
	}
}

func (c *check) language(field string, l Language, needed bool) {
	if l == "" {
		if needed {
			c.fault(field, "The language is missing. Write a tag such as ar, ru, zh or en.")
		}
		return
	}
	tag, err := language.Parse(string(l))
	switch {
	case err != nil || tag == language.Und:
		c.fault(field, "%q is not a language. Write a tag such as ar, ru, zh or en.", l)
	case tag.String() != string(l):
		c.fault(field, "%q is usually written %q. Write it so everywhere.", l, tag)
	}
}
