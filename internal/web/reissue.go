package web

import (
	"net/http"
	"time"

	"liqa/internal/access"
	"liqa/internal/summit"
)

// reissue replaces the link of a seat, for the administrator, when no officer
// can. The old link and the device it was opened on stop working at once.
func (s *Server) reissue(w http.ResponseWriter, r *http.Request) {
	var body struct{ Expires time.Time }
	if err := readJSON(r, &body); err != nil {
		s.refused(w, r, err)
		return
	}
	id, seatID := summit.SummitID(r.PathValue("summit")), summit.SeatID(r.PathValue("seat"))
	secret := access.NewSecret()
	act := summit.Reissue{Seat: seatID, Hash: secret.Hash(), Expires: body.Expires}
	if _, err := s.Summits.Do(r.Context(), id, summit.Administrator, act); err != nil {
		s.refused(w, r, err)
		return
	}
	state, _ := s.state(id)
	seat, _ := state.Seat(seatID)
	s.log.Info("a link was reissued by the administrator", "summit", string(id), "seat", string(seatID))
	link := access.Link{Summit: id, Seat: seatID, Secret: secret}
	answer(w, http.StatusCreated, SeatLink{seat.ID, seat.Role, seat.Delegation, seat.Name, link.Reveal(s.base(r))})
}
