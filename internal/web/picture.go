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
	id, digest := summit.SummitID(r.PathValue("summit")), r.PathValue("digest")
	state, _ := s.state(id)
	if !s.isPublished(r, state, digest) {
		s.nothingPage(w, r)
		return
	}
	whole, kind, err := s.Desk.OpenPicture(id, digest)
	if err != nil {
		s.nothingPage(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
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
