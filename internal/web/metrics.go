package web

import "net/http"

// Figures is how much is connected now, for the metrics.
type Figures struct{ Screens, MediaConnections int }

// Figures counts.
func (s *Server) Figures() Figures {
	return Figures{Screens: s.attended.connected(), MediaConnections: s.sessions.count()}
}

// metrics answers Prometheus, which shows the administrator's token.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if s.Metrics == nil {
		nothing(w, r)
		return
	}
	s.Metrics.ServeHTTP(w, r)
}
