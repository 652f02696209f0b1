package web

import (
	"net/http"

	"liqa/internal/summit"
)

// export gives the administrator a copy of a summit's journal, in the form
// that `liqa verify` reads.
func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	id := summit.SummitID(r.PathValue("summit"))
	if _, found := s.state(id); !found {
		nothing(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(id)+`.journal"`)
	w.Header().Set("Cache-Control", "no-store")
	if err := s.Journal.Export(r.Context(), id, w); err != nil {
		// Half of it may be on its way: only an end without an end says so.
		s.log.Error("a journal could not be exported", "summit", string(id), "error", err)
		panic(http.ErrAbortHandler)
	}
}
