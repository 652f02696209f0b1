package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"liqa/internal/press"
	"liqa/internal/summit"
)

// desk is what the press officer's desk shows of a page.
type desk struct {
	Draft     press.Readout `json:"draft"`
	Faults    []press.Fault `json:"faults"`
	Published *published    `json:"published"`
	// Changed: the draft is not what has been published.
	Changed bool `json:"changed"`
	// Speakers are whom a quotation may name: the press officer's own view need
	// not have them.
	Speakers []quotable `json:"speakers"`
}

// quotable is a seat as a quotation may name it.
type quotable struct {
	ID         summit.SeatID       `json:"id"`
	Delegation summit.DelegationID `json:"delegation"`
	Name       summit.Text         `json:"name"`
	Function   summit.Text         `json:"function"`
	Speaks     summit.Language     `json:"speaks"`
}

func speakers(state summit.State) []quotable {
	all := []quotable{}
	for _, x := range state.Seats {
		if press.Quotable(x.Role) {
			all = append(all, quotable{x.ID, x.Delegation, x.Name, x.Function, x.Speaks})
		}
	}
	return all
}

type published struct {
	summit.Publication
	Address string `json:"address"`
}

// edition is the summit and the language that a desk's request names, and
// answers when the summit is not published in it.
func (s *Server) edition(w http.ResponseWriter, r *http.Request) (summit.State, summit.Language, bool) {
	state, found := s.state(summit.SummitID(r.PathValue("summit")))
	l := summit.Language(r.PathValue("language"))
	if !found || !slices.Contains(state.Publication, l) {
		refuse(w, http.StatusNotFound, "no-such-edition")
		return summit.State{}, "", false
	}
	return state, l, true
}

// readout gives the press officer the draft of a page and what is missing yet.
func (s *Server) readout(w http.ResponseWriter, r *http.Request) {
	state, l, ok := s.edition(w, r)
	if !ok {
		return
	}
	draft, found, err := s.Desk.Draft(r.Context(), state.ID, l)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	if !found {
		draft = press.Readout{Language: l, Place: state.Place.In(l), Body: []press.Block{}, Sources: []press.Reference{}}
	}
	faults, err := s.faults(r, state, draft)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	all := desk{Draft: draft, Faults: faults, Speakers: speakers(state)}
	if p := state.Readouts[l]; p.Digest != "" {
		all.Published = &published{p, publicAddress(state.ID, l)}
	}
	if all.Changed, err = s.changed(r, state, draft); err != nil {
		s.refused(w, r, err)
		return
	}
	answer(w, http.StatusOK, all)
}

// faults is what keeps a draft from being published.
func (s *Server) faults(r *http.Request, state summit.State, draft press.Readout) ([]press.Fault, error) {
	takes, err := s.Records.Takes(r.Context(), state.ID)
	if err != nil {
		return nil, err
	}
	var open []press.Span
	for _, t := range takes {
		open = append(open, press.Span{From: t.From, To: t.To})
	}
	faults := press.Check(draft, state, open)
	if faults == nil {
		faults = []press.Fault{}
	}
	return faults, nil
}

// changed reports whether a page has been published and its draft is another.
func (s *Server) changed(r *http.Request, state summit.State, draft press.Readout) (bool, error) {
	p := state.Readouts[draft.Language]
	if p.Digest == "" {
		return false, nil
	}
	document, err := s.Desk.Document(r.Context(), state.ID, p.Digest)
	if err != nil {
		return false, err
	}
	a, errA := json.Marshal(document)
	b, errB := json.Marshal(draft)
	return !bytes.Equal(a, b), errors.Join(errA, errB)
}

// saveReadout keeps a draft. One that is not ready is kept all the same.
func (s *Server) saveReadout(w http.ResponseWriter, r *http.Request) {
	if !hasType(w, r, "application/json") {
		return
	}
	state, l, ok := s.edition(w, r)
	if !ok {
		return
	}
	var draft press.Readout
	if err := readJSON(r, &draft); err != nil {
		s.refused(w, r, err)
		return
	}
	draft.Language = l
	if err := s.Desk.Save(r.Context(), state.ID, draft); err != nil {
		s.refused(w, r, err)
		return
	}
	faults, err := s.faults(r, state, draft)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	changed, err := s.changed(r, state, draft)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	answer(w, http.StatusOK, map[string]any{"faults": faults, "changed": changed})
}
