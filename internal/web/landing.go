package web

import (
	"bytes"
	"net/http"

	"golang.org/x/text/language"

	"liqa/internal/locale"
	"liqa/internal/newsroom"
)

var supported = func() language.Matcher {
	tags := []language.Tag{language.English} // when none fits
	for _, l := range locale.Supported {
		tags = append(tags, language.Make(string(l)))
	}
	return language.NewMatcher(tags)
}()

// preferred is the language in which to speak to who has not said which.
func preferred(r *http.Request) string {
	tag, _ := language.MatchStrings(supported, r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
	base, _ := tag.Base()
	return base.String()
}

// landing is the server's first page. It names no summit: which there are is
// nobody's business.
func (s *Server) landing(w http.ResponseWriter, r *http.Request) {
	var page bytes.Buffer
	if err := newsroom.Landing(r.Context(), &page, preferred(r), s.pages.public.Stylesheets); err != nil {
		s.refused(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Vary", "Accept-Language")
	page.WriteTo(w)
}
