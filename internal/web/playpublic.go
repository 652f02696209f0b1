package web

import (
	"net/http"
	"slices"

	"liqa/internal/access"
	"liqa/internal/summit"
)

// playPublic gives anybody the program of an open item by WHEP: our own page,
// or any player. While nothing is open, a summit that exists and one that does
// not are the same.
func (s *Server) playPublic(w http.ResponseWriter, r *http.Request) {
	offer, ok := s.offer(w, r)
	if !ok {
		return
	}
	id := summit.SummitID(r.PathValue("summit"))
	state, found := s.state(id)
	if !found || state.Coverage() != summit.Open {
		nothing(w, r)
		return
	}
	player := Player(r.URL.Query().Get("player"))
	language := summit.Language(r.URL.Query().Get("lang"))
	if player == "" {
		player = PlainPlayer
	}
	if language == "" && len(state.Channels()) > 0 {
		language = state.Channels()[0]
	}
	known := slices.Contains(state.Channels(), language) || slices.Contains(state.Publication, language)
	if !known || player != PressPlayer && player != PlainPlayer {
		nothing(w, r)
		return
	}
	if s.full(w, place{summit: id}) {
		return
	}
	leave, ok := s.limits.player(s.addressOf(r))
	if !ok {
		w.Header().Set("Retry-After", "60")
		refuse(w, http.StatusTooManyRequests, "too-many-players")
		return
	}
	text, one, err := s.Media.PlayPublic(r.Context(), id, language, player, offer)
	if err != nil {
		leave()
		s.refused(w, r, err)
		return
	}
	s.opened(w, r, &session{Session: one, of: access.Caller{Standing: access.Anonymous}, at: id,
		route: access.Action(r.Pattern), leave: leave}, text)
}
