package web

import (
	"context"
	"net/http"

	"liqa/internal/access"
	"liqa/internal/greenroom"
	"liqa/internal/summit"
)

// Lines makes tests of the line: connections that carry nothing of any summit,
// send what holds nothing, and throw away what they receive.
type Lines interface {
	// TestLine answers an offer. Over is "udp" or "tcp", and the only way that
	// the answer names.
	TestLine(ctx context.Context, offer, over string) (answer string, line Line, err error)
}

// Line is a test that runs or has ended. It ends by itself within a quarter of
// a minute.
type Line interface {
	Session
	Measured() greenroom.Measured
}

// GreenRoom keeps the results: *greenroom.Shelf.
type GreenRoom interface {
	Keep(summit.SummitID, summit.SeatID, greenroom.Result) error
	Last(summit.SummitID, summit.SeatID) (greenroom.Result, bool)
	Of(summit.SummitID) map[summit.SeatID]greenroom.Result
	Forget(summit.SummitID) error
}

// testLine begins a test for a seat, at the door too. It is no media
// connection: nothing of the summit can reach it.
func (s *Server) testLine(w http.ResponseWriter, r *http.Request) {
	offer, ok := s.offer(w, r)
	if !ok {
		return
	}
	who := caller(r)
	if state, _ := s.state(who.Summit); state.Phase == summit.Ended {
		s.notConnected(w, state)
		return
	}
	over := r.URL.Query().Get("over")
	if over != "udp" && over != "tcp" {
		nothing(w, r)
		return
	}
	device := s.deviceOf(who)
	name, code := s.tests.begin(who, device, s.addressOf(r), s.now())
	if code != "" {
		w.Header().Set("Retry-After", "15")
		status := http.StatusTooManyRequests
		if code == "tests-busy" {
			status = http.StatusServiceUnavailable
		}
		refuse(w, status, code)
		return
	}
	text, line, err := s.Lines.TestLine(r.Context(), offer, over)
	if err != nil {
		s.tests.drop(name)
		s.refused(w, r, err)
		return
	}
	s.tests.run(name, line)
	// Who was sent out meanwhile is seen by Sweep, or here.
	if state, _ := s.state(who.Summit); !tests(state, who, device) {
		line.Close()
		refuse(w, http.StatusForbidden, "not-permitted")
		return
	}
	s.log.Info("a line is being tested", "summit", string(who.Summit), "seat", string(who.Seat), "over", over)
	created(w, r.URL.Path+"/"+name, "", text)
}

// measured tells how far a test has come.
func (s *Server) measured(w http.ResponseWriter, r *http.Request) {
	if one, ok := s.tests.find(r.PathValue("session"), caller(r)); ok {
		answer(w, http.StatusOK, one.Measured())
		return
	}
	nothing(w, r)
}

// endTest ends a test; what it has measured stays for its result.
func (s *Server) endTest(w http.ResponseWriter, r *http.Request) {
	one, ok := s.tests.find(r.PathValue("session"), caller(r))
	if !ok {
		nothing(w, r)
		return
	}
	one.Close()
	w.WriteHeader(http.StatusOK)
}

// deviceOf is the hash that a seat is bound to now.
func (s *Server) deviceOf(who access.Caller) string {
	state, _ := s.state(who.Summit)
	seat, _ := state.Seat(who.Seat)
	return seat.Invitation.Device
}

// tests reports whether a seat may still have a test that it began on a device.
func tests(state summit.State, who access.Caller, device string) bool {
	seat, found := state.Seat(who.Seat)
	return found && state.Phase != summit.Ended && !seat.Invitation.Revoked && seat.Invitation.Device == device
}
