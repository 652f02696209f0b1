package web

import (
	"errors"
	"io"
	"net/http"

	"liqa/internal/access"
	"liqa/internal/config"
	"liqa/internal/summit"
)

// Convened is the answer to a summit file: the links are shown once, and no
// one can ask for them again.
type Convened struct {
	Summit summit.SummitID `json:"summit"`
	Page   string          `json:"page"` // the public page
	Links  []SeatLink      `json:"links"`
}

// SeatLink is the link of one seat, which is a secret.
type SeatLink struct {
	Seat       summit.SeatID       `json:"seat"`
	Role       summit.Role         `json:"role"`
	Delegation summit.DelegationID `json:"delegation,omitempty"`
	Name       summit.Text         `json:"name"`
	Link       string              `json:"link"`
}

// convene reads a summit file (YAML, whatever type it is sent as) and brings
// the summit into being.
func (s *Server) convene(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	description, err := config.ParseSummit(text)
	var faults config.Faults
	if errors.As(err, &faults) {
		p := newProblem(http.StatusUnprocessableEntity, "bad-summit-file")
		p.Detail = err.Error()
		p.Faults = faults
		p.write(w)
		return
	}
	if err != nil {
		s.refused(w, r, err)
		return
	}
	secrets := make([]access.Secret, len(description.Seats))
	for i := range description.Seats {
		secrets[i] = access.NewSecret()
		description.Seats[i].Invitation.Hash = secrets[i].Hash()
	}
	id, err := s.Summits.Convene(r.Context(), description)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	s.log.Info("a summit was convened", "summit", string(id), "seats", len(description.Seats))
	made := Convened{Summit: id, Page: s.base(r) + "/s/" + string(id)}
	for i, seat := range description.Seats {
		link := access.Link{Summit: id, Seat: seat.ID, Secret: secrets[i]}
		made.Links = append(made.Links, SeatLink{seat.ID, seat.Role, seat.Delegation, seat.Name, link.Reveal(s.base(r))})
	}
	answer(w, http.StatusCreated, made)
}
