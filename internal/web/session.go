package web

import (
	"crypto/rand"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"liqa/internal/access"
	"liqa/internal/plan"
	"liqa/internal/summit"
)

// session is one media connection as HTTP knows it (RFC 9725 §4.2).
type session struct {
	Session
	of      access.Caller   // whose; anonymous for the public
	device  string          // the hash that the seat was bound to
	at      summit.SummitID // which summit's
	route   access.Action   // the route it was made by
	purpose Purpose         // what it sends
	etag    string
	leave   func() // called when it has ended; may be nil
}

// sessions are the media connections that can be patched and ended. The name
// of one is 128 random bits: for a public player it is all the authority there is.
type sessions struct {
	mu    sync.Mutex
	named map[string]*session
	of    map[seatRoute]string // a seat has one connection for each purpose
	left  map[place]time.Time  // when a seat's last one ended, for a while
}

type seatRoute struct {
	place
	route   access.Action
	purpose Purpose
}

func newSessions() *sessions {
	return &sessions{named: map[string]*session{}, of: map[seatRoute]string{}, left: map[place]time.Time{}}
}

// add keeps a session until it ends, and ends the one that its seat had before.
func (all *sessions) add(one *session) (name string) {
	name = strings.ToLower(rand.Text())
	one.etag = newETag()
	key := seatRoute{place{one.at, one.of.Seat}, one.route, one.purpose}
	all.mu.Lock()
	var before *session
	if one.of.Seat != "" {
		before = all.named[all.of[key]]
		all.of[key] = name
	}
	all.named[name] = one
	all.mu.Unlock()
	if before != nil {
		before.Close()
	}
	go func() {
		<-one.Done()
		all.mu.Lock()
		delete(all.named, name)
		if all.of[key] == name {
			delete(all.of, key)
			all.leaves(key.place)
		}
		all.mu.Unlock()
		if one.leave != nil {
			one.leave()
		}
	}()
	return name
}

// stillIn is for how long a seat counts as in after its connection has ended:
// so long may it take to come back from a network that has gone.
const stillIn = time.Minute

// leaves notes that a seat's connection has ended. The caller holds mu.
func (all *sessions) leaves(at place) {
	now := time.Now()
	if len(all.left) >= 2048 {
		maps.DeleteFunc(all.left, func(_ place, when time.Time) bool { return now.Sub(when) > stillIn })
	}
	all.left[at] = now
}

// wasIn reports whether a seat receives now, or did a moment ago.
func (all *sessions) wasIn(at place) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	_, in := all.of[seatRoute{at, "POST /api/whep", ItsDevices}]
	return in || time.Since(all.left[at]) < stillIn
}

// full answers that more of the press and the public are refused now, a seat or
// "" for the public; false when they are not.
func (s *Server) full(w http.ResponseWriter, at place) bool {
	if s.Full == nil || !s.Full() {
		return false
	}
	s.turned.refuses(at, time.Now())
	w.Header().Set("Retry-After", "30")
	refuse(w, http.StatusServiceUnavailable, "server-full")
	return true
}

// sentByAProgram reports whether a program sends for a seat now.
func (all *sessions) sentByAProgram(key seatRoute) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	one := all.named[all.of[key]]
	return one != nil && one.of.Sender
}

// find gives the session of a name to who may touch it: the seat that made it.
func (all *sessions) find(name string, who access.Caller, route access.Action) (*session, bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	one, ok := all.named[name]
	if !ok || one.route != route {
		return nil, false
	}
	public := one.of.Seat == ""
	mine := one.of.Seat == who.Seat && one.of.Summit == who.Summit
	return one, public || mine
}

// sized is a media connection that can be told how large its pictures are shown.
type sized interface {
	// SetSize says how many pixels a slot's picture has on the screen; none when
	// it is not shown.
	SetSize(slot string, width, height int)
}

// size tells a seat's receiving connection how large its pictures are shown.
func (all *sessions) size(at place, slots map[plan.Slot][2]int) {
	all.mu.Lock()
	one := all.named[all.of[seatRoute{at, "POST /api/whep", ItsDevices}]]
	all.mu.Unlock()
	if one == nil {
		return // it says so again when it has one
	}
	if s, ok := one.Session.(sized); ok {
		for slot, size := range slots {
			s.SetSize(string(slot), size[0], size[1])
		}
	}
}

func newETag() string { return `"` + strings.ToLower(rand.Text()[:8]) + `"` }

func (all *sessions) etag(one *session) string {
	all.mu.Lock()
	defer all.mu.Unlock()
	return one.etag
}

func (all *sessions) renew(one *session) string {
	all.mu.Lock()
	defer all.mu.Unlock()
	one.etag = newETag()
	return one.etag
}

// close ends the sessions for which over says so.
func (all *sessions) close(over func(*session) bool) {
	all.mu.Lock()
	var ended []*session
	for _, one := range all.named {
		if over(one) {
			ended = append(ended, one)
		}
	}
	all.mu.Unlock()
	for _, one := range ended {
		one.Close()
	}
}

func (all *sessions) closeAll() { all.close(func(*session) bool { return true }) }

func (all *sessions) count() int {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.named)
}

// Sweep ends the media connections of a summit whose seats may no longer have
// them. The cut has been made before, by the plan; this frees what is left.
func (s *Server) Sweep(id summit.SummitID) {
	state, _ := s.state(id)
	s.sweepTests(state)
	s.sessions.close(func(one *session) bool {
		return one.at == id && over(state, one)
	})
}

// over reports whether whoever has a media connection may no longer have it.
func over(state summit.State, one *session) bool {
	if one.of.Seat == "" {
		return state.Phase == summit.Ended
	}
	return !connects(state, one)
}

// connects reports whether a seat may still have a media connection that it
// made, on the device it made it with.
func connects(state summit.State, one *session) bool {
	seat, _ := state.Seat(one.of.Seat)
	return plan.Connects(state, one.of.Seat) && seat.Invitation.Device == one.device &&
		access.May(access.Of(seat), one.route)
}

const (
	sdpType      = "application/sdp"
	fragmentType = "application/trickle-ice-sdpfrag"
)

// opened answers an offer that was taken (RFC 9725 §4.2), unless who made it
// has been sent out meanwhile. That is asked once it is among those that Sweep
// looks through, so that one of the two sees it.
func (s *Server) opened(w http.ResponseWriter, r *http.Request, one *session, text string) bool {
	name := s.sessions.add(one)
	if state, _ := s.state(one.at); over(state, one) {
		one.Close()
		s.notConnected(w, state)
		return false
	}
	s.linkTurn(w, one.of)
	created(w, r.URL.Path+"/"+name, one.etag, text)
	return true
}

// created answers with an answer's SDP and where its connection is.
func created(w http.ResponseWriter, at, etag, text string) {
	h := w.Header()
	h.Set("Content-Type", sdpType)
	h.Set("Location", at)
	if etag != "" {
		h.Set("ETag", etag)
		h.Set("Accept-Patch", fragmentType)
	}
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusCreated)
	io.WriteString(w, text)
}

// routeOf is the route by which a session with this address was made.
func routeOf(r *http.Request) access.Action {
	_, pattern, _ := strings.Cut(r.Pattern, " ")
	return access.Action("POST " + strings.TrimSuffix(pattern, "/{session}"))
}

// mine finds the session that a request is about, and answers when there is none.
func (s *Server) mine(w http.ResponseWriter, r *http.Request) (*session, bool) {
	one, ok := s.sessions.find(r.PathValue("session"), caller(r), routeOf(r))
	if ok && r.PathValue("summit") != "" && summit.SummitID(r.PathValue("summit")) != one.at {
		ok = false
	}
	if !ok {
		nothing(w, r)
	}
	return one, ok
}

// patchSession takes candidates that were found late, or restarts ICE
// (RFC 9725 §4.3), after which the connection has another ETag.
func (s *Server) patchSession(w http.ResponseWriter, r *http.Request) {
	if !hasType(w, r, fragmentType) {
		return
	}
	one, ok := s.mine(w, r)
	if !ok {
		return
	}
	switch match := r.Header.Get("If-Match"); match {
	case "":
		// Without it, candidates of one ICE session could end in the next
		// (RFC 9725 §4.3.1.1).
		refuse(w, http.StatusPreconditionRequired, "which-state")
		return
	case "*", `"*"`, s.sessions.etag(one):
	default:
		refuse(w, http.StatusPreconditionFailed, "changed")
		return
	}
	fragment, err := io.ReadAll(r.Body)
	if err != nil {
		s.refused(w, r, err)
		return
	}
	text, err := one.Patch(string(fragment))
	if err != nil {
		s.refused(w, r, err)
		return
	}
	if text == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", fragmentType)
	w.Header().Set("ETag", s.sessions.renew(one))
	w.WriteHeader(http.StatusOK)
	io.WriteString(w, text)
}

// deleteSession ends a media connection.
func (s *Server) deleteSession(w http.ResponseWriter, r *http.Request) {
	one, ok := s.mine(w, r)
	if !ok {
		return
	}
	one.Close()
	w.WriteHeader(http.StatusOK)
}

// mediaOptions says what an address takes (RFC 9725 §4.2) and, to who may use
// it, the TURN server: some clients need to know it before they offer (§4.6).
func (s *Server) mediaOptions(w http.ResponseWriter, r *http.Request) {
	s.linkTurn(w, caller(r))
	w.Header().Set("Accept-Post", sdpType)
	w.Header().Set("Allow", "POST, OPTIONS")
	w.WriteHeader(http.StatusNoContent)
}
