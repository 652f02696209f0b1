package web

import (
	"encoding/json"
	"testing"
	"time"

	"liqa/internal/summit"
)

// part is a view's message as a screen reads it that keeps what it has.
type part struct {
	Type     string
	Revision uint64
	Hash     string
	Now      time.Time
	View     map[string]json.RawMessage
	Seats    []struct {
		ID       summit.SeatID
		Muted    bool
		HasFloor bool
	}
}

// keeper is a screen that says what it has.
func (g *guest) keeper(has any) *screen {
	s := g.dial("")
	s.write(map[string]any{"authorization": g.authorization(), "has": has})
	return s
}

// part reads the next message that is of a view.
func (s *screen) part() (p part) {
	s.t.Helper()
	for {
		_, text, err := s.socket.Read(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		p = part{}
		if err := json.Unmarshal(text, &p); err == nil && (p.Type == "snapshot" || p.Type == "change") {
			return p
		}
	}
}

// A screen that comes back says what it has and is sent what has changed since,
// which after a short break is next to nothing.
func TestAScreenThatComesBackIsSentWhatHasChanged(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	g, first := h.enter("delegate-a")
	first.socket.CloseNow()
	s := g.keeper(map[string]any{})
	whole := s.part()
	if whole.Type != "snapshot" || whole.Hash == "" || whole.View["seats"] == nil || whole.View["now"] == nil {
		t.Fatalf("who has nothing is sent %+v", whole)
	}
	h.do("delegate-a", summit.Mute{On: true})
	change := s.part()
	for change.View["me"] == nil { // the connection itself is a change too
		change = s.part()
	}
	if change.Type != "change" || change.View["items"] != nil || change.View["summit"] != nil || change.Now.IsZero() {
		t.Errorf("after one act a screen is sent %+v", change)
	}
	if len(change.Seats) != 1 || change.Seats[0].ID != "delegate-a" || change.View["seats"] != nil {
		t.Errorf("of the seats it is sent %+v", change.Seats)
	}
	settled := change
	s.socket.CloseNow()
	h.do("officer", summit.MuteSeat{Seat: "delegate-a2"})

	again := g.keeper(map[string]any{"revision": settled.Revision, "view": settled.Hash})
	if m := again.part(); m.Type != "change" || m.View["summit"] != nil || m.View["items"] != nil || m.Revision <= settled.Revision {
		t.Errorf("who comes back with what came last is sent %+v", m)
	}
	again.socket.CloseNow()
	stranger := g.keeper(map[string]any{"revision": 7, "view": "0123456789abcdef"})
	if m := stranger.part(); m.Type != "snapshot" || m.View["summit"] == nil {
		t.Errorf("who comes back with something unknown is sent %+v", m)
	}
}

// A screen that says nothing of what it has is sent every view whole, as it
// always was.
func TestAScreenThatKeepsNothingIsSentWholeViews(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	_, s := h.enter("delegate-a")
	h.do("delegate-a", summit.Mute{On: true})
	for {
		p := s.part()
		if p.View["summit"] == nil || p.View["now"] == nil || p.View["seats"] == nil || p.Hash != "" {
			t.Fatalf("it is sent %+v", p)
		}
		var me struct{ Muted bool }
		if err := json.Unmarshal(p.View["me"], &me); err != nil {
			t.Fatal(err)
		}
		if me.Muted {
			return
		}
	}
}

// A screen whose network may have changed asks whether the connection is alive.
func TestAPingIsAnswered(t *testing.T) {
	h := openHall(t)
	s := h.guest("delegate-a").connect()
	for range 3 {
		s.write(map[string]string{"type": "ping"})
	}
	began, pulses := time.Now(), 0
	for ; pulses < 3; pulses++ {
		for s.read().Type != "pulse" {
		}
	}
	if took := time.Since(began); took > 2*pulseEvery {
		t.Errorf("three pings are answered after %v: by pulses alone", took)
	}
}
