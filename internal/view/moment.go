package view

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// Moment is one moment of a summit, prepared to be drawn on many screens. What
// reporters who are alike see, but for who they are themselves, is made once:
// there may be a thousand. Its methods may be called from several goroutines.
//
// A view that it makes is the one that [For] makes.
type Moment struct {
	s     summit.State
	f     Facts
	now   time.Time
	place map[summit.SeatID]int // in the seating list
	room  []summit.Seat         // who is no reporter
	named map[string]bool       // everything that the state names beside the seating list

	mu    sync.Mutex
	alike map[string][]*likeness
}

// At prepares a moment.
func At(s summit.State, f Facts, now time.Time) *Moment {
	m := &Moment{s: s, f: f, now: now, place: make(map[summit.SeatID]int, len(s.Seats)), alike: map[string][]*likeness{}}
	for i := range s.Seats {
		m.place[s.Seats[i].ID] = i
		if s.Seats[i].Role != summit.Reporter {
			m.room = append(m.room, s.Seats[i])
		}
	}
	m.named = named(s)
	return m
}

// named are the strings in a state without its seating list. A reporter among
// them is called by somebody, asked for something or otherwise unlike others.
func named(s summit.State) map[string]bool {
	s.Seats = nil
	all := map[string]bool{}
	text, err := json.Marshal(s)
	if err != nil {
		return nil // see shares: then nobody is alike
	}
	for _, word := range strings.Split(string(text), `"`) {
		all[word] = true
	}
	return all
}

// likeness is what the views of reporters who are alike have in common.
type likeness struct {
	slots   plan.Slots
	carried map[plan.Slot]plan.Source

	once  sync.Once
	eyes  *eyes // of the first of them
	view  View
	drawn *Drawn
	sum   string // of what is common
}

// Seat returns a seat of this moment; false when there is none.
func (m *Moment) Seat(id summit.SeatID) (me summit.Seat, ok bool) {
	i, ok := m.place[id]
	if !ok {
		return me, false
	}
	return m.s.Seats[i], true
}

// shares finds those who are like a reporter, and by what; nil for everybody else.
func (m *Moment) shares(me summit.Seat) (l *likeness, key string) {
	if me.Role != summit.Reporter || me.Invitation.Revoked || m.named == nil || m.named[string(me.ID)] {
		return nil, ""
	}
	r := plan.SeatReceiver(me.ID)
	slots, carried := m.f.Plan.Receivers[r], m.f.Measured.Carried[r]
	key = m.key(me)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.alike[key] {
		if l.slots.Equal(slots) && maps.Equal(l.carried, carried) {
			return l, key
		}
	}
	l = &likeness{slots: slots, carried: carried}
	m.alike[key] = append(m.alike[key], l)
	return l, key
}

// key is all that makes a reporter's view differ from another's, but for the
// slots and for who they are.
func (m *Moment) key(me summit.Seat) string {
	flags := []byte("----")
	if m.f.Measured.Receiving[me.ID] {
		flags[0] = 'r'
	}
	for i, k := range []plan.Kind{plan.Microphone, plan.Camera, plan.Screen} {
		if m.f.Measured.Sending[plan.Source{Kind: k, Seat: me.ID}] {
			flags[i+1] = 's'
		}
	}
	if me.MutedBy != "" && me.MutedBy != me.ID {
		me.MutedBy = "another"
	} else {
		me.MutedBy = ""
	}
	before := m.before(me.ID)
	me.ID, me.Name, me.Function, me.Invitation = "", nil, nil, summit.Invitation{}
	text, err := json.Marshal(me)
	if err != nil {
		return string(flags) // unreachable: a seat was read from JSON
	}
	return string(flags) + string(rune(before)) + string(text)
}

// before is how many who are no reporters come before a seat in the seating list.
func (m *Moment) before(id summit.SeatID) int {
	n, _ := slices.BinarySearchFunc(m.room, m.place[id], func(x summit.Seat, at int) int { return m.place[x.ID] - at })
	return n
}

// make draws what is common, by the first who needs it.
func (l *likeness) make(m *Moment, me summit.Seat) {
	l.once.Do(func() {
		s := m.s
		s.Seats = slices.Insert(slices.Clone(m.room), m.before(me.ID), me)
		l.eyes = open(s, me, m.f, m.now)
		l.view = l.eyes.view()
		l.drawn = draw(l.view)
		anybody := me // of them; who they are is in nobody's sum
		anybody.ID, anybody.Name, anybody.Function = "-", nil, nil
		self, mine := l.own(anybody)
		l.sum = l.drawn.as(me.ID, self, mine).Sum()
	})
}

// own is what of a view is a reporter's own: who they are, and their entry
// among the seats.
func (l *likeness) own(me summit.Seat) (Me, Seat) {
	e := *l.eyes
	e.me, e.s.Seats = me, []summit.Seat{me}
	e.few.Seats, e.tried = e.s.Seats, nil
	return e.self(), e.seat(me)
}

// For makes the view of one seat, as [For] does.
func (m *Moment) For(id summit.SeatID) View {
	me, ok := m.Seat(id)
	l, _ := m.shares(me)
	if !ok || l == nil {
		return For(m.s, id, m.f, m.now)
	}
	l.make(m, me)
	v := l.view
	self, mine := l.own(me)
	v.Me = self
	v.Seats = list(v.Seats)
	for i := range v.Seats {
		if v.Seats[i].ID == l.eyes.me.ID {
			v.Seats[i] = mine
		}
	}
	return v
}

// Draw makes the view of one seat as it is sent. Before is what was drawn for
// the same seat last, or nil; it is returned when nothing has changed.
func (m *Moment) Draw(id summit.SeatID, before *Drawn) *Drawn {
	me, ok := m.Seat(id)
	l, key := m.shares(me)
	if !ok || l == nil {
		return draw(For(m.s, id, m.f, m.now))
	}
	l.make(m, me)
	if before != nil && before.key == key && before.common == l.sum {
		return before // who they are is in the key, and a name does not change
	}
	self, mine := l.own(me)
	d := l.drawn.as(l.eyes.me.ID, self, mine)
	d.key, d.common = key, l.sum
	return d
}
