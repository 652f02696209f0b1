package summit

import (
	"maps"
	"slices"
	"strings"
	"time"
)

func (c *check) seats() {
	ids := seen[SeatID]{}
	names := map[DelegationID]seen[string]{}
	for i, x := range c.p.Seats {
		c.at("seat", i, string(x.ID))
		c.id(string(x.ID), ids.twice(x.ID, i))
		if Actor(x.ID) == Administrator || Actor(x.ID) == Server {
			c.fault("id", "%q means something else here. Choose another id.", x.ID)
		}
		c.text("name", x.Name, true)
		if names[x.Delegation] == nil {
			names[x.Delegation] = seen[string]{}
		}
		c.sameName(x, names[x.Delegation], i)
		c.text("function", x.Function, false)
		c.language("speaks", x.Speaks, false)
		c.language("hears", x.Hears, false)
		c.role(x)
	}
}

// sameName refuses two people of one delegation whom nobody could tell apart.
func (c *check) sameName(x Seat, names seen[string], i int) {
	for _, l := range sortedKeys(x.Name) {
		name := strings.ToLower(strings.Join(strings.Fields(x.Name[l]), " "))
		if first := names.twice(string(l)+" "+name, i); first > 0 && name != "" {
			c.fault("name", "%q is also the name of seat %d, and nobody could tell them apart. Add a function or an initial to one.", x.Name[l], first)
			return
		}
	}
}

// role looks at what goes with the seat's role.
func (c *check) role(x Seat) {
	if !slices.Contains(Roles, x.Role) {
		c.fault("role", "%q is not a role. It is one of %s.", x.Role, listed(Roles))
		return
	}
	known := slices.ContainsFunc(c.p.Delegations, func(d Delegation) bool { return d.ID == x.Delegation })
	switch {
	case x.Delegation == "" && speaks(x.Role):
		c.fault("delegation", "A %s belongs to a delegation. Name it.", x.Role)
	case x.Delegation != "" && !known:
		c.fault("delegation", "There is no delegation %q.", x.Delegation)
	}
	inBooth := slices.ContainsFunc(c.p.Booths, func(b Booth) bool { return b.ID == x.Booth })
	switch {
	case x.Role == Interpreter && x.Booth == "":
		c.fault("booth", "An interpreter works in a booth. Name it.")
	case x.Role != Interpreter && x.Booth != "":
		c.fault("booth", "Only interpreters have a booth, and this is a %s.", x.Role)
	case x.Booth != "" && !inBooth:
		c.fault("booth", "There is no booth %q.", x.Booth)
	}
	if x.PlusOne && x.Role != Delegate && x.Role != NoteTaker {
		c.fault("plus-one", "Only a delegate or a note-taker can be the plus one, and this is a %s.", x.Role)
	}
}

// pivot looks at what a booth works from when it does not understand the floor.
func (c *check) pivot(x Booth) {
	all := channels(c.p.Delegations, c.p.Seats, c.p.Booths)
	switch {
	case x.Pivot == "":
	case len(x.WorksFrom) == 0:
		c.fault("pivot", "A booth that works from every language needs no pivot. Write what it works from, or leave the pivot out.")
	case slices.Contains(x.Outgoing, x.Pivot):
		c.fault("pivot", "A booth cannot work from the channel it speaks into. Name another.")
	case !slices.Contains(all, x.Pivot):
		c.fault("pivot", "No channel carries %q in this summit.", x.Pivot)
	}
}

// shifts looks at how a team means to share its work.
func (c *check) shifts(x Booth) {
	p := x.Shifts
	if p.Turn != 0 && (p.Turn < LeastTurn || p.Turn > MostTurn) {
		c.fault("shifts", "A turn has 5 minutes to 2 hours. Write 25m, for example.")
	}
	works := func(id SeatID) bool {
		return c.count(func(s Seat) bool { return s.ID == id && s.Booth == x.ID }) > 0
	}
	for i, id := range p.Order {
		switch {
		case !works(id):
			c.fault("shifts", "%q has no seat in this booth.", id)
		case slices.Contains(p.Order[:i], id):
			c.fault("shifts", "%q stands in the order twice.", id)
		}
	}
	for _, item := range slices.Sorted(maps.Keys(p.Starts)) {
		switch id := p.Starts[item]; {
		case !slices.ContainsFunc(c.p.Items, func(i Item) bool { return i.ID == item }):
			c.fault("shifts", "There is no item %q in the run of show.", item)
		case !works(id):
			c.fault("shifts", "%q has no seat in this booth.", id)
		}
	}
}

func listed(roles []Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// invitations looks at what was made for each seat after the file was read.
func (c *check) invitations(now time.Time) []Fault {
	hashes := seen[string]{}
	for i, x := range c.p.Seats {
		c.at("seat", i, string(x.ID))
		switch first := hashes.twice(x.Invitation.Hash, i); {
		case !hashForm.MatchString(x.Invitation.Hash):
			c.fault("invitation", "The seat has no link: its secret's hash is not 64 hexadecimal digits.")
		case first > 0:
			c.fault("invitation", "The link has the same secret as that of seat %d.", first)
		}
		if at := x.Invitation.Expires; !at.IsZero() && !at.After(now) {
			c.fault("invitation", "The link would have expired before it is sent.")
		}
	}
	return c.faults
}

func sortedKeys[V any](m map[Language]V) []Language { return slices.Sorted(maps.Keys(m)) }
