package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// crowded is a state in which each reporter has so many beside them who are
// just like them.
func crowded(s summit.State, more int) summit.State {
	var seats []summit.Seat
	for _, x := range s.Seats {
		seats = append(seats, x)
		for i := range more {
			if twin := x; x.Role == summit.Reporter {
				twin.ID = summit.SeatID(fmt.Sprintf("%s-like-%d", x.ID, i))
				twin.Name = summit.Text{"en": fmt.Sprintf("name of %s", twin.ID)}
				if twin.MutedBy == x.ID {
					twin.MutedBy = twin.ID
				}
				seats = append(seats, twin)
			}
		}
	}
	s.Seats = seats
	return s
}

// What a crowd shares must not make anybody's view another than it is when it
// is made for them alone; neither as it is made, nor as it is sent, whole or in
// changes.
func TestWhatACrowdSharesIsWhatEachWouldSee(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		turn := 0
		shown := map[summit.SeatID]*Drawn{}
		held := map[summit.SeatID]map[string]json.RawMessage{}
		summittest.History(r, 60, func(_, s summit.State, step summittest.Step) {
			if turn++; turn%50 != 0 {
				return
			}
			s = crowded(marked(s), 2)
			f := facts(s)
			for i, x := range s.Seats { // not everybody's connection is there
				f.Measured.Receiving[x.ID] = i%4 != 0
			}
			m := At(s, f, step.Now)
			for _, x := range s.Seats {
				want := For(s, x.ID, f, step.Now)
				if d := cmp.Diff(want, m.For(x.ID)); d != "" {
					r.Fatalf("%s sees another view in the crowd (-alone +crowd):\n%s", x.ID, d)
				}
				if want.Me.Seat == "" {
					continue // revoked: it is sent nothing
				}
				d := m.Draw(x.ID, shown[x.ID])
				text := d.Whole(nil, step.Now)
				if alone := wire(r, want); alone != string(text) {
					r.Fatalf("%s is sent another view:\n%s\n%s", x.ID, alone, text)
				}
				held[x.ID] = changed(r, held[x.ID], shown[x.ID], d, text)
				shown[x.ID] = d
			}
		})
	})
}

// changed does what a screen does with changes, and compares what it holds then
// with the whole view.
func changed(r *rapid.T, held map[string]json.RawMessage, old, d *Drawn, whole []byte) map[string]json.RawMessage {
	var want map[string]json.RawMessage
	if err := json.Unmarshal(whole, &want); err != nil {
		r.Fatal(err)
	}
	delete(want, "now")
	if old == nil {
		return want
	}
	if (old.Sum() == d.Sum()) != old.Same(d) {
		r.Fatal("the sums of two views do not say whether they are the same")
	}
	var change struct {
		View  map[string]json.RawMessage
		Seats []json.RawMessage
	}
	if err := json.Unmarshal(append(d.Changes([]byte("{"), old), '}'), &change); err != nil {
		r.Fatal(err)
	}
	for name, value := range change.View {
		held[name] = value
		if string(value) == "null" {
			delete(held, name)
		}
	}
	held["seats"] = replaced(r, held["seats"], change.Seats)
	for name := range want {
		if !bytes.Equal(want[name], held[name]) {
			r.Fatalf("after the changes, %s is\n%s\ninstead of\n%s", name, held[name], want[name])
		}
	}
	if len(held) != len(want) {
		r.Fatalf("after the changes there are %d members, not %d", len(held), len(want))
	}
	return held
}

func replaced(r *rapid.T, list json.RawMessage, by []json.RawMessage) json.RawMessage {
	var all []json.RawMessage
	if err := json.Unmarshal(list, &all); err != nil {
		r.Fatal(err)
	}
	id := func(raw json.RawMessage) string {
		var x struct{ ID string }
		if err := json.Unmarshal(raw, &x); err != nil {
			r.Fatal(err)
		}
		return x.ID
	}
	for _, x := range by {
		for i := range all {
			if id(all[i]) == id(x) {
				all[i] = x
			}
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		r.Fatal(err)
	}
	return text
}

// A reporter whom the state names, be it only as the officer's partner in
// something, shares nothing: what it sees may be unlike what others see.
func TestWhoIsNamedSharesNothing(t *testing.T) {
	s := crowded(opening(t), 3)
	m := At(s, facts(s), summittest.Noon)
	one, _ := m.Seat("reporter-like-1")
	if !sharing(m, one) {
		t.Error("a reporter like many shares nothing")
	}
	s.Floor = one.ID
	if sharing(At(s, facts(s), summittest.Noon), one) {
		t.Error("a reporter whom the state names shares a view with others")
	}
	if officer, _ := m.Seat("officer"); sharing(m, officer) {
		t.Error("an officer shares a view with others")
	}
}

// BenchmarkDraw is what a change costs to draw for an officer and 1,000
// reporters, of whom half hear each language.
func BenchmarkDraw(b *testing.B) {
	s := opening(b)
	for i := range 1000 {
		x, _ := s.Seat("reporter")
		x.ID = summit.SeatID(fmt.Sprintf("reporter-%d", i+3))
		x.Hears = []summit.Language{"ru", "zh"}[i%2]
		s.Seats = append(s.Seats, x)
	}
	f := facts(s)
	b.Run("officer", func(b *testing.B) {
		for b.Loop() {
			At(s, f, summittest.Noon).Draw("officer", nil)
		}
	})
	b.Run("press=1000", func(b *testing.B) {
		for b.Loop() {
			m := At(s, f, summittest.Noon.Add(time.Minute))
			for i := range 1000 {
				m.Draw(s.Seats[len(s.Seats)-1-i].ID, nil)
			}
		}
	})
}

func sharing(m *Moment, x summit.Seat) bool {
	l, _ := m.shares(x)
	return l != nil
}
