package web

import (
	"net/http"

	"liqa/internal/greenroom"
	"liqa/internal/summit"
)

// finding is what a seat's browser hands in when its test is over.
type finding struct {
	Session string `json:"session"` // the test that measured the line; "" when none was made
	greenroom.Findings
}

// keepResult judges a test and keeps the result for the technician. What the
// server measured itself stands above what the browser says of it.
func (s *Server) keepResult(w http.ResponseWriter, r *http.Request) {
	var said finding
	if err := readJSON(r, &said); err != nil {
		s.refused(w, r, err)
		return
	}
	who := caller(r)
	state, _ := s.state(who.Summit)
	if state.Phase == summit.Ended {
		s.notConnected(w, state) // what was found has been forgotten
		return
	}
	seat, _ := state.Seat(who.Seat)
	var measured greenroom.Measured
	if line, ok := s.tests.find(said.Session, who); ok {
		measured = line.Measured()
	}
	found := said.Findings.Clean()
	switch measured.Transport {
	case "udp":
		found.UDP = greenroom.Reached
	case "tcp":
		found.TCP = greenroom.Reached
	}
	result := greenroom.Result{At: s.now(), Findings: found, Measured: measured}
	result.Colour, result.Says, result.Remarks = greenroom.Judge(seat.Role, found, measured)
	if err := s.GreenRoom.Keep(who.Summit, who.Seat, result); err != nil {
		// The person has a result all the same, and the technician until a restart.
		s.log.Error("a result of the green room could not be written", "summit", string(who.Summit), "seat", string(who.Seat), "error", err)
	}
	s.log.Info("a line was tested", "summit", string(who.Summit), "seat", string(who.Seat),
		"colour", string(result.Colour), "says", string(result.Says))
	answer(w, http.StatusOK, result)
}

// lastResult is the seat's own.
func (s *Server) lastResult(w http.ResponseWriter, r *http.Request) {
	if result, ok := s.GreenRoom.Last(caller(r).Summit, caller(r).Seat); ok {
		answer(w, http.StatusOK, result)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// results are those of all seats, for the technician and the officer.
func (s *Server) results(w http.ResponseWriter, r *http.Request) {
	all := s.GreenRoom.Of(caller(r).Summit)
	if all == nil {
		answer(w, http.StatusOK, struct{}{})
		return
	}
	answer(w, http.StatusOK, all)
}
