package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"liqa/internal/summit"
)

// summitChecker looks for what a file must have before the rules can judge it,
// while the lines are still known.
type summitChecker struct {
	file   summitFile
	top    *yaml.Node
	faults Faults
}

func (c *summitChecker) fault(line int, format string, args ...any) {
	c.faults = append(c.faults, Fault{line, fmt.Sprintf(format, args...)})
}

// child is the value of a key of a mapping node, and nil when it is not there.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// line is the line of one entry of a list, or of a key in that entry.
func (c *summitChecker) line(list string, i int, key string) int {
	n := child(c.top, list)
	if n == nil || i >= len(n.Content) {
		return 0
	}
	if value := child(n.Content[i], key); value != nil {
		return value.Line
	}
	return n.Content[i].Line
}

func (c *summitChecker) lineOf(key string) int {
	if n := child(c.top, key); n != nil {
		return n.Line
	}
	return 0
}

func (c *summitChecker) head() {
	f := c.file
	if len(f.Title) == 0 {
		c.fault(0, "The summit has no title.")
	}
	if f.Time.IsZero() {
		c.fault(0, "The summit has no time; write it as in time: 2026-12-01T10:00:00+03:00.")
	}
	if _, err := time.LoadLocation(f.Zone); f.Zone == "" || err != nil {
		c.fault(c.lineOf("zone"), "The zone %q is not known; write a place such as Asia/Riyadh or Europe/Geneva.", f.Zone)
	}
	if len(f.Publication) == 0 {
		c.fault(0, "The summit has no publication language; write publication: [en], for example.")
	}
	for _, one := range []struct {
		key  string
		tags []string
	}{{"language", []string{f.Language}}, {"publication", f.Publication}} {
		for _, tag := range one.tags {
			if tag != "" && !isLanguage(tag) {
				c.fault(c.lineOf(one.key), "%q is not a language; write a tag such as ar, ru, zh or en.", tag)
			}
		}
	}
	for _, one := range []struct {
		key   string
		count int
		says  string
	}{
		{"delegations", len(f.Delegations), "The summit has no delegations."},
		{"seats", len(f.Seats), "The summit has no seats."},
		{"run-of-show", len(f.RunOfShow), "The run of show has no items."},
	} {
		if one.count == 0 {
			c.fault(c.lineOf(one.key), "%s", one.says)
		}
	}
	c.seating()
	if r := f.Remind; r != 0 && (r < summit.LeastTurn || r > summit.MostTurn) {
		c.fault(c.lineOf("shift-reminder"), "Interpreters are reminded of their partner after 5 minutes to 2 hours on air; write shift-reminder: 25m, for example.")
	}
	if locks := []string{"", string(summit.Interlock), string(summit.Override)}; !slices.Contains(locks, f.Busy) {
		c.fault(c.lineOf("busy-channels"), "%q is not known; busy-channels is interlock or override.", f.Busy)
	}
}

// seating looks at the order of the table. An alphabet is that of a language.
func (c *summitChecker) seating() {
	line := func(key string) int {
		if n := child(child(c.top, "seating"), key); n != nil {
			return n.Line
		}
		return c.lineOf("seating")
	}
	orders := []summit.Order{summit.Listed, summit.Alphabetical, summit.Alternating}
	switch s := c.file.Seating; {
	case s.Order == "" && s.Language == "":
	case s.Order == "" || !slices.Contains(orders, summit.Order(s.Order)):
		c.fault(line("order"), "The order %q is not known; it is one of listed, alphabetical, alternating.", s.Order)
	case s.Language != "" && !isLanguage(s.Language):
		c.fault(line("language"), "%q is not a language; write a tag such as ar, ru, zh or en.", s.Language)
	case s.Language == "" && s.Order == string(summit.Alphabetical):
		c.fault(line("order"), "An alphabetical order needs the language whose alphabet it follows; write language: en, for example.")
	case s.Language != "" && s.Order == string(summit.Listed):
		c.fault(line("language"), "A table that is seated as listed follows no alphabet; leave the language out.")
	}
}

var identifier = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// names checks that what is referred to has an identifier, and one of its own.
func (c *summitChecker) names() {
	f := c.file
	c.unique("delegations", "delegation", len(f.Delegations), func(i int) string { return f.Delegations[i].ID })
	c.unique("booths", "booth", len(f.Booths), func(i int) string { return f.Booths[i].ID })
	c.unique("seats", "seat", len(f.Seats), func(i int) string { return f.Seats[i].ID })
	c.unique("run-of-show", "item", len(f.RunOfShow), func(i int) string { return f.RunOfShow[i].ID })
	c.sameName()
}

func (c *summitChecker) unique(list, what string, count int, id func(int) string) {
	seen := map[string]int{}
	for i := range count {
		line := c.line(list, i, "id")
		switch first, twice := seen[id(i)]; {
		case id(i) == "":
			c.fault(line, "This %s has no id.", what)
			continue
		case !identifier.MatchString(id(i)):
			c.fault(line, "The id %q may only have small letters a-z, digits and -, at most 64: it stands in links.", id(i))
		case twice:
			c.fault(line, "Two %ss have the id %q: this one and the one in line %d.", what, id(i), first)
		case what == "seat" && (id(i) == string(summit.Administrator) || id(i) == string(summit.Server)):
			c.fault(line, "A seat cannot have the id %q; it has a meaning of its own.", id(i))
		}
		if _, twice := seen[id(i)]; !twice {
			seen[id(i)] = line
		}
	}
}

// sameName refuses two seats that nobody could tell apart on a screen.
func (c *summitChecker) sameName() {
	type spoken struct{ language, name string }
	seen := map[spoken]int{}
	for i, s := range c.file.Seats {
		line := c.line("seats", i, "name")
		if len(s.Name) == 0 {
			c.fault(line, "The seat %q has no name.", s.ID)
		}
		said := false
		for language, name := range s.Name {
			key := spoken{language, strings.ToLower(strings.Join(strings.Fields(name), " "))}
			if first, twice := seen[key]; twice && !said {
				c.fault(line, "Two seats have the name %q: this one and the one in line %d. Nobody could tell them apart.", name, first)
				said = true
			} else if !twice {
				seen[key] = line
			}
		}
	}
}

func (c *summitChecker) references() {
	f := c.file
	languages := func(list string, i int, key string, tags ...string) {
		for _, tag := range tags {
			if tag != "" && !isLanguage(tag) {
				c.fault(c.line(list, i, key), "%q is not a language; write a tag such as ar, ru, zh or en.", tag)
			}
		}
	}
	for i, d := range f.Delegations {
		languages("delegations", i, "speaks", d.Speaks)
	}
	for i, b := range f.Booths {
		languages("booths", i, "outgoing", b.Outgoing...)
		languages("booths", i, "works-from", b.WorksFrom...)
		languages("booths", i, "pivot", b.Pivot)
		if b.Bidirectional && len(b.Outgoing) != 2 {
			c.fault(c.line("booths", i, "bidirectional"), "A bidirectional booth speaks into two languages; this one names %d.", len(b.Outgoing))
		}
		c.shifts(i)
	}
	for i, s := range f.Seats {
		languages("seats", i, "speaks", s.Speaks)
		languages("seats", i, "hears", s.Hears)
		c.oneOf("seats", i, "role", s.Role, summit.Roles)
		if s.Delegation != "" && !slices.ContainsFunc(f.Delegations, func(d delegationFile) bool { return d.ID == s.Delegation }) {
			c.fault(c.line("seats", i, "delegation"), "No delegation has the id %q.", s.Delegation)
		}
		if s.Booth != "" && !slices.ContainsFunc(f.Booths, func(b boothFile) bool { return b.ID == s.Booth }) {
			c.fault(c.line("seats", i, "booth"), "No booth has the id %q.", s.Booth)
		}
	}
	for i, item := range f.RunOfShow {
		c.oneOf("run-of-show", i, "coverage", item.Coverage,
			[]summit.Coverage{summit.Open, summit.Pool, summit.Closed, summit.Sealed})
		if item.Attendance != "" {
			c.oneOf("run-of-show", i, "attendance", item.Attendance,
				[]summit.Attendance{summit.Principals, summit.PrincipalsOne, summit.Plenary})
		}
		if item.Planned <= 0 {
			c.fault(c.line("run-of-show", i, "planned"), "This item needs a planned length such as planned: 10m.")
		}
	}
}

// shifts looks at how the team of a booth means to share its work.
func (c *summitChecker) shifts(i int) {
	booth, line := c.file.Booths[i], c.line("booths", i, "shifts")
	if t := booth.Shifts.Turn; t != 0 && (t < summit.LeastTurn || t > summit.MostTurn) {
		c.fault(line, "A turn has 5 minutes to 2 hours; write turn: 25m, for example.")
	}
	works := func(id string) {
		if !slices.ContainsFunc(c.file.Seats, func(s seatFile) bool { return s.ID == id && s.Booth == booth.ID }) {
			c.fault(line, "No seat %q works in this booth.", id)
		}
	}
	for k, id := range booth.Shifts.Order {
		if works(id); slices.Contains(booth.Shifts.Order[:k], id) {
			c.fault(line, "The seat %q stands in the order twice.", id)
		}
	}
	for _, item := range slices.Sorted(maps.Keys(booth.Shifts.Starts)) {
		if works(booth.Shifts.Starts[item]); !slices.ContainsFunc(c.file.RunOfShow, func(x itemFile) bool { return x.ID == item }) {
			c.fault(line, "No item has the id %q.", item)
		}
	}
}

func (c *summitChecker) oneOf(list string, i int, key, value string, known any) {
	names := strings.Fields(strings.Trim(fmt.Sprint(known), "[]"))
	if slices.Contains(names, value) {
		return
	}
	if value == "" {
		c.fault(c.line(list, i, key), "This entry has no %s; it is one of %s.", key, strings.Join(names, ", "))
		return
	}
	c.fault(c.line(list, i, key), "The %s %q is not known; it is one of %s.", key, value, strings.Join(names, ", "))
}
