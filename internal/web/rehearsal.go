package web

import (
	"net/http"

	"liqa/internal/summit"
)

// rehearse gives an interpreter a link into the rehearsal of their summit; who is
// in it already, one to a seat that listens.
func (s *Server) rehearse(w http.ResponseWriter, r *http.Request) {
	who := caller(r)
	link, err := s.Rehearsals.Enter(r.Context(), who.Summit, who.Seat)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	answer(w, http.StatusCreated, map[string]string{"link": link.Reveal(s.base(r))})
}

// behind is the summit that one is a rehearsal of; nil of a summit that is meant.
func (s *Server) behind(state summit.State) *summit.State {
	if state.Rehearses == "" {
		return nil
	}
	of, ok := s.Rehearsals.Behind(state.ID)
	if !ok {
		return nil
	}
	return &of
}
