package view

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"liqa/internal/summit"
)

// Drawn is a view as it is sent: the JSON of each of its members but the clock,
// so that a screen is sent what has changed and no more. It is not changed once
// made, and much of it is shared by the screens of a crowd.
type Drawn struct {
	members []drawing // in the order of [View]; without JSON where absent
	rows    []row     // the member "seats"
	// Of a reporter's: by what they are alike, and the sum of what they share.
	key, common string
}

// drawing is some JSON and its digest.
type drawing struct {
	json []byte
	sum  [8]byte
}

// row is one seat as another's screen has it.
type row struct {
	drawing
	id summit.SeatID
}

// members are the members of a view that are drawn, by name.
var members = func() (all []struct {
	name     string
	index    int
	optional bool
}) {
	t := reflect.TypeFor[View]()
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "now" {
			all = append(all, struct {
				name     string
				index    int
				optional bool
			}{name, i, option != ""})
		}
	}
	return all
}()

// The two members that are treated apart, and where they stand.
var memberMe, memberSeats = memberOf("me"), memberOf("seats")

func memberOf(name string) int {
	for i, m := range members {
		if m.name == name {
			return i
		}
	}
	panic("a view has no member " + name)
}

// drawn writes a part of a view. What a view has can always be written.
func drawn(v any) drawing {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(text)
	return drawing{text, [8]byte(sum[:8])}
}

// draw writes a view.
func draw(v View) *Drawn {
	d := &Drawn{members: make([]drawing, len(members)), rows: make([]row, len(v.Seats))}
	whole := reflect.ValueOf(v)
	for i, m := range members {
		field := whole.Field(m.index)
		if i != memberSeats && !(m.optional && field.IsZero()) {
			d.members[i] = drawn(field.Interface())
		}
	}
	for i, x := range v.Seats {
		d.rows[i] = row{drawn(x), x.ID}
	}
	return d
}

// as is the same for another reporter who is alike.
func (d *Drawn) as(of summit.SeatID, self Me, mine Seat) *Drawn {
	one := &Drawn{members: slices.Clone(d.members), rows: slices.Clone(d.rows)}
	one.members[memberMe] = drawn(self)
	for i := range one.rows {
		if one.rows[i].id == of {
			one.rows[i] = row{drawn(mine), mine.ID}
		}
	}
	return one
}

// Sum tells whether two screens show the same, but for the clock: 16 digits.
func (d *Drawn) Sum() string {
	whole := sha256.New()
	for _, m := range d.members {
		whole.Write(m.sum[:])
	}
	for _, r := range d.rows {
		whole.Write(r.sum[:])
	}
	return hex.EncodeToString(whole.Sum(nil)[:8])
}

func (d drawing) same(o drawing) bool { return d.sum == o.sum && bytes.Equal(d.json, o.json) }

// Same reports whether two screens show the same, but for the clock.
func (d *Drawn) Same(o *Drawn) bool {
	return slices.EqualFunc(d.members, o.members, drawing.same) &&
		slices.EqualFunc(d.rows, o.rows, func(a, b row) bool { return a.same(b.drawing) })
}

// Whole appends the JSON of the [View], with the clock as it is now.
func (d *Drawn) Whole(to []byte, now time.Time) []byte {
	to = append(to, `{"now":`...)
	to = append(to, drawn(now.UTC()).json...)
	for i, m := range members {
		if i == memberSeats {
			to = append(to, `,"seats":`...)
			to = d.seats(to)
		} else if d.members[i].json != nil {
			to = entry(append(to, ','), m.name, d.members[i].json)
		}
	}
	return append(to, '}')
}

func (d *Drawn) seats(to []byte) []byte {
	to = append(to, '[')
	for i, r := range d.rows {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(to, r.json...)
	}
	return append(to, ']')
}

func entry(to []byte, name string, value []byte) []byte {
	to = append(to, '"')
	to = append(to, name...)
	to = append(to, '"', ':')
	return append(to, value...)
}

// Changes appends what is other than in old: the object "view" of the members
// that are, null for one that is gone, and, where the same seats are there in
// the same order, the list "seats" of those that are other than they were.
func (d *Drawn) Changes(to []byte, old *Drawn) []byte {
	to = append(to, `"view":{`...)
	first := true
	member := func(name string, value []byte) {
		if !first {
			to = append(to, ',')
		}
		to, first = entry(to, name, value), false
	}
	for i, m := range members {
		switch {
		case i == memberSeats || d.members[i].same(old.members[i]):
		case d.members[i].json == nil:
			member(m.name, []byte("null"))
		default:
			member(m.name, d.members[i].json)
		}
	}
	if !slices.EqualFunc(d.rows, old.rows, func(a, b row) bool { return a.id == b.id }) {
		member("seats", d.seats(nil))
		return append(to, '}')
	}
	to = append(to, `},"seats":[`...)
	first = true
	for i, r := range d.rows {
		if r.same(old.rows[i].drawing) {
			continue
		}
		if !first {
			to = append(to, ',')
		}
		to, first = append(to, r.json...), false
	}
	return append(to, ']')
}
