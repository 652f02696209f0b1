package web

import (
	"net/http"
	"slices"
	"strings"
)

// isMedia reports whether an address is one of WHIP or WHEP, which pages of
// other servers may call when the configuration names them.
func isMedia(path string) bool {
	path, ok := strings.CutPrefix(path, "/api/")
	if !ok {
		return false
	}
	if rest, ok := strings.CutPrefix(path, "summits/"); ok {
		if _, path, ok = strings.Cut(rest, "/"); !ok || !strings.HasPrefix(path, "whep") {
			return false
		}
	}
	door, _, _ := strings.Cut(path, "/")
	return door == "whip" || door == "whep"
}

// shared lets the pages of named servers call WHIP and WHEP (Fetch §3.2; RFC
// 9725 §4.2). They show a token as every other program does; there are no
// cookies that they could use unseen.
func (s *Server) shared(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || !isMedia(r.URL.Path) || !slices.Contains(s.Origins, origin) {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After")
	if preflight(r) {
		h.Set("Access-Control-Allow-Methods", "POST, PATCH, DELETE, OPTIONS")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
		h.Set("Access-Control-Max-Age", "600")
	}
	return true
}

// preflight is a browser's question whether a page may call at all.
func preflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}
