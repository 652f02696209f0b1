package web

import (
	"net/http"

	"liqa/internal/summit"
)

// publishReadout publishes the draft of a page, or a correction of it with a
// reason. The document is on disk before the journal says that it is out.
func (s *Server) publishReadout(w http.ResponseWriter, r *http.Request) {
	state, l, ok := s.edition(w, r)
	if !ok {
		return
	}
	var body struct{ Reason string }
	if err := readJSON(r, &body); err != nil {
		s.refused(w, r, err)
		return
	}
	draft, found, err := s.Desk.Draft(r.Context(), state.ID, l)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	faults, err := s.faults(r, state, draft)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	if !found || len(faults) > 0 {
		p := newProblem(http.StatusUnprocessableEntity, "not-ready")
		p.Faults = faults
		p.write(w)
		return
	}
	digest, err := s.Desk.Keep(r.Context(), state.ID, draft)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	who := caller(r)
	act := summit.PublishReadout{Language: l, Digest: digest, Reason: body.Reason}
	if _, err := s.Summits.Do(r.Context(), state.ID, summit.Actor(who.Seat), act); err != nil {
		s.refused(w, r, err)
		return
	}
	s.log.Info("a readout was published", "summit", string(state.ID), "seat", string(who.Seat), "language", string(l))
	answer(w, http.StatusOK, map[string]string{"address": publicAddress(state.ID, l)})
}
