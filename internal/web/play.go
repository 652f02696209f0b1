package web

import "net/http"

// play gives a seat its slots by WHEP.
func (s *Server) play(w http.ResponseWriter, r *http.Request) {
	s.connect(w, r, ItsDevices, s.Media.Play)
}
