package web

import (
	"net/http"

	"liqa/internal/access"
	"liqa/internal/summit"
)

// redeemed is the answer to a link that was opened.
type redeemed struct {
	Summit summit.SummitID `json:"summit"`
	Seat   summit.SeatID   `json:"seat"`
	Role   summit.Role     `json:"role"`
	Hears  summit.Language `json:"hears"`
	Name   summit.Text     `json:"name"`
}

// redeem binds a seat to the device that opens its link first. Only a POST
// does: whatever fetches the link itself, a mail scanner or a preview, gets a
// page that is the same for everybody.
func (s *Server) redeem(w http.ResponseWriter, r *http.Request) {
	if !hasType(w, r, "application/json") {
		return
	}
	var body struct{ Summit, Seat, Secret, Credential string }
	if err := readJSON(r, &body); err != nil {
		s.refused(w, r, err)
		return
	}
	link, errLink := access.ParseLink(body.Summit + "." + body.Seat + "." + body.Secret)
	device, errDevice := access.ParseCredential(body.Credential)
	if errLink != nil || errDevice != nil {
		s.unknownLink(w, r)
		return
	}
	state, _ := s.state(link.Summit)
	if !access.Knows(state, link) {
		s.unknownLink(w, r)
		return
	}
	log := s.log.With("summit", body.Summit, "seat", body.Seat, "from", s.addressOf(r).String())
	act := summit.Redeem{Seat: link.Seat, Hash: link.Secret.Hash(), Device: device.Hash()}
	if _, err := s.Summits.Do(r.Context(), link.Summit, summit.Server, act); err != nil {
		log.Warn("a link was refused", "reason", err)
		s.refused(w, r, err)
		return
	}
	seat, _ := state.Seat(link.Seat)
	log.Info("a link was redeemed", "role", string(seat.Role))
	answer(w, http.StatusOK, redeemed{link.Summit, seat.ID, seat.Role, seat.Hears, seat.Name})
}

// unknownLink is the one answer to an unknown summit, an unknown seat, a wrong
// secret and something that is not a link at all.
func (s *Server) unknownLink(w http.ResponseWriter, r *http.Request) {
	// What was shown is not logged: part of it may be somebody's secret.
	s.log.Warn("a link that is not known was opened", "from", s.addressOf(r).String())
	if !s.limits.guess(s.addressOf(r)) {
		w.Header().Set("Retry-After", "60")
		refuse(w, http.StatusTooManyRequests, "too-many-calls")
		return
	}
	refuse(w, http.StatusNotFound, "no-such-link")
}
