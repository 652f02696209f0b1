package web

import (
	"errors"
	"net/http"

	"liqa/internal/documents"
	"liqa/internal/summit"
)

// checkTerms refuses what is handed in as a term list and cannot be used as
// one, while whoever made it can still mend it.
func checkTerms(about summit.Document, came *documents.Received) error {
	if about.As != summit.TermList {
		return nil
	}
	if about.Type != "text/plain" {
		return documents.ErrNotTerms
	}
	file, err := came.Read()
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = documents.ReadTerms(file)
	return err
}

// terms gives a term list to a seat that may read it, as what is in it.
func (s *Server) terms(w http.ResponseWriter, r *http.Request) {
	who := caller(r)
	of, handed, ok := s.readable(who, r.PathValue("document"))
	if !ok || handed.As != summit.TermList {
		nothing(w, r)
		return
	}
	file, err := s.Documents.Open(of, handed.ID)
	if err == nil {
		defer file.Close()
		var list documents.Terms
		if list, err = documents.ReadTerms(file); err == nil {
			answer(w, http.StatusOK, list)
			return
		}
	}
	var fault *documents.Fault
	if !errors.As(err, &fault) {
		s.log.Error("a term list cannot be read", "summit", who.Summit, "seat", who.Seat, "document", handed.ID, "err", err)
		nothing(w, r)
		return
	}
	s.documentRefused(w, r, fault)
}
