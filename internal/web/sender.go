package web

import (
	"net/http"

	"liqa/internal/access"
)

// sender is what a person puts into a program that sends for their seat, such
// as OBS: where to, and a token that can do nothing else.
type sender struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// senderToken gives a seat its own. It dies with the seat's link.
func (s *Server) senderToken(w http.ResponseWriter, r *http.Request) {
	who := caller(r)
	state, _ := s.state(who.Summit)
	seat, _ := state.Seat(who.Seat)
	token, ok := s.SenderKey.Sender(who.Summit, seat)
	if !ok {
		nothing(w, r)
		return
	}
	answer(w, http.StatusOK, sender{URL: s.base(r) + "/api/whip", Token: token.Reveal()})
}

func (s *Server) senderOf(a access.Authorization) (access.Caller, bool) {
	state, _ := s.state(a.Summit)
	return s.SenderKey.RecogniseSender(state, a)
}
