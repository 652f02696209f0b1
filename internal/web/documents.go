package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"time"

	"liqa/internal/access"
	"liqa/internal/documents"
	"liqa/internal/summit"
)

// documentBody is the longest request that hands a document in: the file, and
// what is said of it.
const documentBody = documents.MaxBytes + 64<<10

// handIn takes a document: a form (RFC 7578) of two parts, "about", a
// [summit.Document] without what the file itself tells, and then "file". The
// file is kept before it is handed in, so that nobody is shown what is not there.
func (s *Server) handIn(w http.ResponseWriter, r *http.Request) {
	// A large file on a slow line is waited for as long as it keeps coming at
	// 16 KiB a second.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.body + documents.MaxBytes/(16<<10)*time.Second))
	about, file, err := documentForm(r)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	who := caller(r)
	came, err := s.Documents.Receive(who.Summit, file)
	if err != nil {
		s.documentRefused(w, r, err)
		return
	}
	defer came.Drop()
	about.ID, about.Type, about.Bytes = came.ID, came.Type, came.Bytes
	if err := checkTerms(about, came); err != nil {
		s.documentRefused(w, r, err)
		return
	}
	// From when the file is kept until it is listed nobody takes it away: the
	// other side may be withdrawing the same one.
	s.shelving.Lock()
	defer s.shelving.Unlock()
	if err := came.Keep(); err != nil {
		s.documentRefused(w, r, err)
		return
	}
	// A client that hangs up meanwhile has handed it in all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), actWithin)
	defer cancel()
	if _, err := s.Summits.Do(ctx, who.Summit, summit.Actor(who.Seat), summit.HandIn{Document: about}); err != nil {
		if neverDone(err) {
			s.discardUnlisted(who.Summit, came.ID)
		}
		s.refused(w, r, err)
		return
	}
	answer(w, http.StatusCreated, map[string]string{"id": came.ID})
}

// neverDone reports whether an act that ended in err will not take effect later
// either, as one may that the journal was slow to take.
func neverDone(err error) bool {
	var no *summit.Refusal
	return errors.As(err, &no) && statusOf[no.Code] != http.StatusServiceUnavailable
}

// documentForm reads what is said of a document, and leaves its file to be read.
func documentForm(r *http.Request) (about summit.Document, file io.Reader, err error) {
	form, err := r.MultipartReader()
	if err != nil {
		return about, nil, fmt.Errorf("%w: %w", errNotUnderstood, err)
	}
	part, err := form.NextPart()
	if err != nil || part.FormName() != "about" {
		return about, nil, fmt.Errorf("%w: the form begins with what is said of the document", errNotUnderstood)
	}
	d := json.NewDecoder(io.LimitReader(part, smallBody))
	d.DisallowUnknownFields()
	if err := d.Decode(&about); err != nil {
		return about, nil, fmt.Errorf("%w: %w", errNotUnderstood, err)
	}
	part, err = form.NextPart()
	if err != nil || part.FormName() != "file" {
		return about, nil, fmt.Errorf("%w: the form has no file", errNotUnderstood)
	}
	return about, part, nil
}

// documentRefused answers with why a file was not kept.
func (s *Server) documentRefused(w http.ResponseWriter, r *http.Request, err error) {
	p := newProblem(http.StatusUnprocessableEntity, "document-size")
	var large *http.MaxBytesError
	var fault *documents.Fault
	switch {
	case errors.As(err, &fault):
		p.Code, p.Params = fault.Code, fault.Params
	case errors.Is(err, documents.ErrTooLarge), errors.As(err, &large), errors.Is(err, documents.ErrEmpty):
		p.Params = map[string]string{"limit": strconv.Itoa(documents.MaxBytes >> 20)}
	case errors.Is(err, documents.ErrKind):
		p.Code = "document-kind"
	case errors.Is(err, documents.ErrTooMany):
		p.Code, p.Params = "too-many-documents", map[string]string{"limit": strconv.Itoa(documents.MaxKept)}
	default:
		s.refused(w, r, err)
		return
	}
	p.Detail = err.Error()
	p.write(w)
}

// document gives a document to a seat that may read it; to everybody else it
// does not exist. It is never shown inside a page of ours: whatever is in it
// has no authority here.
func (s *Server) document(w http.ResponseWriter, r *http.Request) {
	who := caller(r)
	of, handed, ok := s.readable(who, r.PathValue("document"))
	if !ok {
		nothing(w, r)
		return
	}
	whole, err := s.Documents.Open(of, handed.ID)
	if err != nil {
		s.log.Error("a document cannot be read", "summit", who.Summit, "seat", who.Seat, "document", handed.ID, "err", err)
		nothing(w, r)
		return
	}
	defer whole.Close()
	h := w.Header()
	h.Set("Content-Type", handed.Type+charset(handed.Type))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": handed.File}))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r, "", time.Time{}, whole)
}

// readable finds the document that somebody may read under an id, and the summit
// it was handed in to: in a rehearsal those of the summit behind it too.
func (s *Server) readable(who access.Caller, id string) (of summit.SummitID, x summit.HandedIn, ok bool) {
	state, _ := s.state(who.Summit)
	among := []summit.State{state}
	if behind := s.behind(state); behind != nil {
		among = append(among, *behind)
	}
	for _, state := range among {
		for _, x := range state.Documents {
			if x.ID == id && state.Reads(who.Seat, x) {
				return state.ID, x, true
			}
		}
	}
	return "", x, false
}

// withdrawDocument takes a document back; its file goes when no other
// delegation has handed the same one in.
func (s *Server) withdrawDocument(w http.ResponseWriter, r *http.Request) {
	who := caller(r)
	id := r.PathValue("document")
	if _, _, ok := s.readable(who, id); !ok {
		nothing(w, r)
		return
	}
	s.shelving.Lock()
	defer s.shelving.Unlock()
	if _, err := s.Summits.Do(r.Context(), who.Summit, summit.Actor(who.Seat), summit.WithdrawDocument{ID: id}); err != nil {
		s.refused(w, r, err)
		return
	}
	s.discardUnlisted(who.Summit, id)
	w.WriteHeader(http.StatusNoContent)
}

// discardUnlisted removes the file of a document that nobody has handed in. The
// caller holds shelving.
func (s *Server) discardUnlisted(id summit.SummitID, document string) {
	state, _ := s.state(id)
	for _, x := range state.Documents {
		if x.ID == document {
			return
		}
	}
	if err := s.Documents.Discard(id, document); err != nil {
		s.log.Error("a withdrawn document's file could not be removed", "summit", id, "document", document, "err", err)
	}
}

// Documents keeps the files that are handed in: *documents.Shelf.
type Documents interface {
	Receive(summit.SummitID, io.Reader) (*documents.Received, error)
	Open(id summit.SummitID, document string) (*os.File, error)
	Discard(id summit.SummitID, document string) error
}

// charset is what a text needs said of it: only texts in UTF-8 are kept.
func charset(kind string) string {
	if kind == "text/plain" {
		return "; charset=utf-8"
	}
	return ""
}
