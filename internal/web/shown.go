package web

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"liqa/internal/access"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// held is what a screen says that it has, when it connects again. A screen that
// sends it, be it empty, is sent changes by their parts.
type held struct {
	Revision uint64 `json:"revision"`
	View     string `json:"view"` // the hash of the view that came last
}

// shown is what one screen has been sent.
type shown struct {
	held   *held       // nil: it wants each view whole
	last   *view.Drawn // nil before the first
	sent   *sent
	device string // the hash by which the seat was recognised last
}

// sent are the last views that a seat's screens have been sent: what a screen
// may have that connects again.
type sent struct {
	mu    sync.Mutex
	views [4]*view.Drawn
	next  int
}

func (s *sent) note(d *view.Drawn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.views[s.next] = d
	s.next = (s.next + 1) % len(s.views)
}

// find returns the view of a hash; nil when it is not known any more.
func (s *sent) find(sum string) *view.Drawn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.views {
		if d != nil && d.Sum() == sum {
			return d
		}
	}
	return nil
}

// look writes what the screen is to be sent of a moment; nil when it shows that
// already. It looks first whether the seat still is who it was: a link that was
// withdrawn has nothing to show.
func (l *line) look(u *secretariat.Update) (json.RawMessage, bool) {
	now := l.server.now()
	moment := u.Once(func() any {
		return view.At(u.State, view.Facts{Plan: u.Plan, Measured: u.Measured, Alarms: u.Alarms, Behind: l.server.behind(u.State)}, now)
	}).(*view.Moment)
	if !l.stillThere(u, moment) {
		return nil, false
	}
	drawn := l.draw(moment)
	s := &l.shown
	before, kind := s.last, "change"
	switch {
	case before != nil && (drawn == before || drawn.Same(before)):
		return nil, true
	case before == nil && s.held != nil && s.held.View != "":
		before = s.sent.find(s.held.View)
		if before == nil && drawn.Sum() == s.held.View {
			before = drawn // known to be so without having been kept
		}
	}
	if before == nil {
		kind = "snapshot"
	}
	s.last = drawn
	if s.held != nil {
		s.sent.note(drawn)
	}
	return s.message(kind, u.State.Revision, before, now), true
}

// draw draws what the screen shows. Reporters' screens are drawn a few at a
// time: a thousand at once would keep the processors from packets and answers.
func (l *line) draw(moment *view.Moment) *view.Drawn {
	if seat, _ := moment.Seat(l.seat); seat.Role == summit.Reporter {
		l.server.drawing <- struct{}{}
		defer func() { <-l.server.drawing }()
	}
	return moment.Draw(l.seat, l.shown.last)
}

// stillThere reports whether the seat still is who it was. A thousand are asked
// for each moment: the credential is compared when the seat's device has changed.
func (l *line) stillThere(u *secretariat.Update, moment *view.Moment) bool {
	seat, ok := moment.Seat(l.seat)
	if !ok || seat.Invitation.Revoked || seat.Invitation.Device == "" || !access.May(access.Of(seat), "GET /api/live") {
		return false
	}
	if seat.Invitation.Device == l.shown.device {
		return true
	}
	_, ok = access.Recognise(u.State, l.auth)
	if ok {
		l.shown.device = seat.Invitation.Device
	}
	return ok
}

// message writes a snapshot, or a change: of the whole view, or for who has
// said what it has, by its parts.
func (s *shown) message(kind string, revision uint64, before *view.Drawn, now time.Time) json.RawMessage {
	text := append([]byte(nil), `{"type":"`+kind+`","revision":`...)
	text = strconv.AppendUint(text, revision, 10)
	if s.held != nil {
		text = append(text, `,"hash":"`+s.last.Sum()+`"`...)
	}
	if s.held == nil || before == nil {
		text = s.last.Whole(append(text, `,"view":`...), now)
		return append(text, '}')
	}
	text = append(text, `,"now":"`...)
	text = now.UTC().AppendFormat(text, time.RFC3339Nano)
	text = s.last.Changes(append(text, `",`...), before)
	return append(text, '}')
}
