package web

import (
	"errors"
	"io/fs"
	"net/http"
	"path"
	"time"

	"liqa/internal/access"
	"liqa/internal/summit"
)

// recording lists the takes of the open items, for the page and for the desk.
func (s *Server) recording(w http.ResponseWriter, r *http.Request) {
	id := summit.SummitID(r.PathValue("summit"))
	state, found := s.state(id)
	pressOfficer := access.May(caller(r).Standing, "PUT /api/summits/{summit}/readouts/{language}") && caller(r).Summit == id
	if !found || !isPublic(state) && !pressOfficer {
		nothing(w, r)
		return
	}
	takes, err := s.Records.Takes(r.Context(), id)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	if takes == nil {
		takes = []Take{}
	}
	answer(w, http.StatusOK, map[string][]Take{"takes": takes})
}

// recordFile serves a playlist or a segment of an open take.
func (s *Server) recordFile(w http.ResponseWriter, r *http.Request) {
	id, name := summit.SummitID(r.PathValue("summit")), r.PathValue("file")
	if state, found := s.state(id); !found || !isPublic(state) || !fs.ValidPath(name) {
		s.nothingPage(w, r)
		return
	}
	file, err := s.Records.Open(r.Context(), id, name)
	if errors.Is(err, fs.ErrNotExist) {
		s.nothingPage(w, r)
		return
	}
	if err != nil {
		s.refused(w, r, err)
		return
	}
	defer file.Close()
	switch path.Ext(name) {
	case ".m3u8":
		w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
		w.Header().Set("Cache-Control", "no-cache")
	case ".mp4", ".m4s", ".m4a", ".m4v", ".cmfv", ".cmfa":
		w.Header().Set("Content-Type", "video/mp4")
		w.Header().Set("Cache-Control", "public, max-age=3600")
	default:
		w.Header().Set("Cache-Control", "no-cache")
	}
	http.ServeContent(w, r, path.Base(name), time.Time{}, file)
}
