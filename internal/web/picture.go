package web

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"liqa/internal/summit"
)

// takePicture takes a picture for a page.
func (s *Server) takePicture(w http.ResponseWriter, r *http.Request) {
	whole, err := io.ReadAll(r.Body)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	digest, err := s.Desk.Picture(r.Context(), summit.SummitID(r.PathValue("summit")), whole)
	if err != nil {
		p := newProblem(http.StatusUnprocessableEntity, "picture")
		p.Detail = err.Error()
		p.write(w)
		return
	}
	answer(w, http.StatusCreated, map[string]string{"digest": digest})
}

// picture serves a picture that a published page uses; before that it is as if
// it did not exist.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	state, _ := s.state(summit.SummitID(r.PathValue("summit")))
	if !s.isPublished(r, state, r.PathValue("digest")) {
		s.nothingPage(w, r)
		return
	}
	s.showPicture(w, r, "public, max-age=31536000, immutable")
}

// draftPicture serves a picture of a page that is still being written to who
// writes it.
func (s *Server) draftPicture(w http.ResponseWriter, r *http.Request) {
	s.showPicture(w, r, "private, no-store")
}

func (s *Server) showPicture(w http.ResponseWriter, r *http.Request, cache string) {
	whole, kind, err := s.Desk.OpenPicture(summit.SummitID(r.PathValue("summit")), r.PathValue("digest"))
	if err != nil {
		s.nothingPage(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", cache)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(whole))
}

func (s *Server) isPublished(r *http.Request, state summit.State, digest string) bool {
	for _, published := range state.Readouts {
		document, err := s.Desk.Document(r.Context(), state.ID, published.Digest)
		if err == nil && document.Picture != nil && document.Picture.Digest == digest {
			return true
		}
	}
	return false
}
