package web

import "net/http"

// Figures are the metrics' part of this package: how much is connected now, and
// who has been refused since the start because the server was full.
type Figures struct {
	Screens, MediaConnections   int
	RefusedPress, RefusedPublic uint64
}

// Figures counts.
func (s *Server) Figures() Figures {
	s.turned.mu.Lock()
	defer s.turned.mu.Unlock()
	return Figures{Screens: s.attended.connected(), MediaConnections: s.sessions.count(),
		RefusedPress: s.turned.press, RefusedPublic: s.turned.public}
}

// metrics answers Prometheus, which shows the administrator's token.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if s.Metrics == nil {
		nothing(w, r)
		return
	}
	s.Metrics.ServeHTTP(w, r)
}
