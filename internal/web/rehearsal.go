package web

import "net/http"

// rehearse gives an interpreter a link into the rehearsal of their summit.
func (s *Server) rehearse(w http.ResponseWriter, r *http.Request) {
	who := caller(r)
	link, err := s.Rehearsals.Enter(r.Context(), who.Summit, who.Seat)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	answer(w, http.StatusCreated, map[string]string{"link": link.Reveal(s.base(r))})
}
