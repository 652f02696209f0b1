package summit

import (
	"maps"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// seated is the description with its delegations and the seats of the table in
// the order of its seating. It is decided when the summit is convened, so that
// a newer edition of an alphabet never rearranges a table that has met.
func (p Description) seated() Description {
	if p.Seating.Language != "" {
		p.Delegations = alphabetical(p.Delegations, p.Seating.Language)
	}
	if p.Seating.Order == Alphabetical || p.Seating.Order == Alternating {
		p.Seats = around(p.Seats, p.Delegations, p.Seating.Order == Alternating)
	}
	return p
}

// alphabetical orders delegations by their plates in a language.
func alphabetical(ds []Delegation, l Language) []Delegation {
	tag, err := language.Parse(string(l))
	if err != nil {
		return ds
	}
	ds = slices.Clone(ds)
	by := collate.New(tag)
	slices.SortStableFunc(ds, func(a, b Delegation) int {
		return by.CompareString(a.Plate().In(l), b.Plate().In(l))
	})
	return ds
}

// around deals the seats of the delegations in order to the places that they
// have in the list together; every other seat stays where it is. Alternating,
// each delegation's first comes before anybody's second.
func around(seats []Seat, ds []Delegation, alternating bool) []Seat {
	sides := map[DelegationID][]Seat{}
	for _, x := range seats {
		if speaks(x.Role) {
			sides[x.Delegation] = append(sides[x.Delegation], x)
		}
	}
	for _, side := range sides {
		slices.SortStableFunc(side, func(a, b Seat) int { return rank(a) - rank(b) })
	}
	seats = slices.Clone(seats)
	next := dealer(ds, maps.Clone(sides), alternating)
	for i, x := range seats {
		if speaks(x.Role) {
			seats[i] = next()
		}
	}
	return seats
}

// rank puts a delegation's principal before everybody else of it.
func rank(x Seat) int {
	if x.Role == Principal {
		return 0
	}
	return 1
}

// dealer gives one seat after another: side by side, or in turn from each.
func dealer(ds []Delegation, left map[DelegationID][]Seat, alternating bool) func() Seat {
	turn := 0
	return func() Seat {
		for range ds {
			id := ds[turn%len(ds)].ID
			side := left[id]
			if alternating || len(side) == 0 {
				turn++
			}
			if len(side) > 0 {
				left[id] = side[1:]
				return side[0]
			}
		}
		return Seat{}
	}
}

func (c *check) seating() {
	if l := c.p.Lock; l != "" && l != Interlock && l != Override {
		c.fault("busy-channels", "%q is not known. It is interlock or override.", l)
	}
	c.place = "seating"
	switch s := c.p.Seating; s.Order {
	case "", Listed:
		if s.Language != "" {
			c.fault("language", "A table that is seated as listed has no alphabet. Write alphabetical or alternating, or leave the language out.")
		}
	case Alphabetical:
		c.language("language", s.Language, true)
	case Alternating:
		c.language("language", s.Language, false)
	default:
		c.fault("order", "%q is not an order of seats. It is listed, alphabetical or alternating.", s.Order)
	}
}
