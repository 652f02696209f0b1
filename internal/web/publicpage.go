package web

import (
	"bytes"
	"net/http"
	"slices"

	"liqa/internal/newsroom"
	"liqa/internal/press"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// isPublic reports whether the public may know that a summit exists: it has
// been announced, something of it has been open, or an account was published.
func isPublic(s summit.State) bool {
	return s.Advisory.Digest != "" || len(s.Readouts) > 0 || s.Opened
}

// publicSummit is a summit that the public may know, in a language it is
// published in; "" is the first.
func (s *Server) publicSummit(r *http.Request, asked summit.Language) (summit.State, view.Public, bool) {
	u, err := s.Summits.Now(summit.SummitID(r.PathValue("summit")))
	if err != nil {
		return summit.State{}, view.Public{}, false
	}
	state := u.State
	if !isPublic(state) || state.Rehearses != "" || len(state.Publication) == 0 {
		return summit.State{}, view.Public{}, false
	}
	if asked == "" {
		asked = state.Publication[0]
		if want := summit.Language(preferred(r)); slices.Contains(state.Publication, want) {
			asked = want
		}
	}
	if !slices.Contains(state.Publication, asked) && !slices.Contains(state.Channels(), asked) {
		return summit.State{}, view.Public{}, false
	}
	facts := view.Facts{Plan: u.Plan, Measured: u.Measured}
	return state, view.ForPublic(state, asked, facts, s.now()), true
}

// publicPage is the page of a summit for everybody, in one of its publication
// languages: before it, during it and after it.
func (s *Server) publicPage(w http.ResponseWriter, r *http.Request) {
	asked := summit.Language(r.PathValue("language"))
	state, public, ok := s.publicSummit(r, asked)
	if !ok || asked != "" && !slices.Contains(state.Publication, asked) {
		s.nothingPage(w, r)
		return
	}
	language := public.Language
	page := newsroom.Page{Public: public, Address: s.base(r) + publicAddress(state.ID, language), Assets: s.pages.public}
	for _, l := range state.Publication {
		page.Languages = append(page.Languages, newsroom.Edition{Language: string(l), Address: publicAddress(state.ID, l)})
	}
	if published := state.Readouts[language]; published.Digest != "" {
		readout, err := s.Desk.Document(r.Context(), state.ID, published.Digest)
		if err != nil {
			s.refused(w, r, err)
			return
		}
		page.Readout, page.Published, page.Corrected = &readout, published.Published, published.Corrected
		page.Quoted = quoted(state, readout)
	}
	takes, err := s.Records.Takes(r.Context(), state.ID)
	if err != nil {
		s.log.Error("the recording cannot be listed", "summit", string(state.ID), "error", err)
	}
	page.HasRecording = len(takes) > 0
	var html bytes.Buffer
	if err := page.Render(r.Context(), &html); err != nil {
		s.refused(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(language))
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Vary", "Accept-Language")
	html.WriteTo(w)
}

func publicAddress(id summit.SummitID, l summit.Language) string {
	return "/s/" + string(id) + "/" + string(l)
}

// quoted are the people whom a readout quotes, as its page names them.
func quoted(state summit.State, r press.Readout) []view.Speaker {
	var all []view.Speaker
	for _, block := range r.Body {
		if block.Quotation == nil {
			continue
		}
		seat, ok := state.Seat(block.Quotation.Seat)
		if ok && !slices.ContainsFunc(all, func(s view.Speaker) bool { return s.ID == seat.ID }) {
			all = append(all, view.Speaker{ID: seat.ID, Delegation: seat.Delegation, Name: seat.Name, Function: seat.Function})
		}
	}
	return all
}

// publicView is what the public page's script asks for while it is open.
func (s *Server) publicView(w http.ResponseWriter, r *http.Request) {
	_, public, ok := s.publicSummit(r, summit.Language(r.URL.Query().Get("lang")))
	if !ok {
		nothing(w, r)
		return
	}
	answer(w, http.StatusOK, public)
}
