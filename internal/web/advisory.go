package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"liqa/internal/access"
	"liqa/internal/summit"
)

// advisory is the announcement of a summit: what its page says before it
// begins. Its digest is in the journal.
type advisory struct {
	Title       summit.Text   `json:"title"`
	Place       summit.Text   `json:"place,omitempty"`
	Scheduled   time.Time     `json:"scheduled"`
	Zone        string        `json:"zone"`
	Delegations []summit.Text `json:"delegations"`
}

// publishAdvisory makes the announcement public, and with it that the summit
// exists.
func (s *Server) publishAdvisory(w http.ResponseWriter, r *http.Request) {
	var body struct{ Reason string }
	if err := readJSON(r, &body); err != nil {
		s.refused(w, r, err)
		return
	}
	state, found := s.state(summit.SummitID(r.PathValue("summit")))
	if !found {
		nothing(w, r)
		return
	}
	announced := advisory{Title: state.Title, Place: state.Place, Scheduled: state.Scheduled, Zone: state.Zone}
	for _, d := range state.Delegations {
		announced.Delegations = append(announced.Delegations, d.Name)
	}
	text, err := json.Marshal(announced) // maps are written in the order of their keys
	if err != nil {
		s.refused(w, r, err)
		return
	}
	sum := sha256.Sum256(text)
	act := summit.PublishAdvisory{Digest: hex.EncodeToString(sum[:]), Reason: body.Reason}
	by := summit.Actor(caller(r).Seat)
	if caller(r).Standing == access.Administrator {
		by = summit.Administrator
	}
	if _, err := s.Summits.Do(r.Context(), state.ID, by, act); err != nil {
		s.refused(w, r, err)
		return
	}
	answer(w, http.StatusOK, map[string]string{"address": publicAddress(state.ID, state.Publication[0])})
}
