package web

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"

	"liqa/internal/access"
	"liqa/internal/summit"
)

type callerKey struct{}

// caller is who makes a request, as [Server.judged] found.
func caller(r *http.Request) access.Caller {
	c, _ := r.Context().Value(callerKey{}).(access.Caller)
	return c
}

// judged finds out who is calling, once, before anything else is done, and
// turns away floods, guesses and the pages of other servers.
func (s *Server) judged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shared := s.shared(w, r)
		if shared && preflight(r) {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if err := s.foreign.Check(r); err != nil && !shared {
			refuse(w, http.StatusForbidden, "foreign-origin")
			return
		}
		from := s.addressOf(r)
		who := access.Caller{Standing: access.Anonymous}
		if shown := r.Header.Get("Authorization"); shown != "" {
			var ok bool
			if who, ok = s.recognise(shown); !ok && !s.limits.guess(from) {
				w.Header().Set("Retry-After", "60")
				refuse(w, http.StatusTooManyRequests, "too-many-calls")
				return
			}
		}
		if who.Standing == access.Anonymous && !s.limits.call(from) {
			w.Header().Set("Retry-After", "10")
			refuse(w, http.StatusTooManyRequests, "too-many-calls")
			return
		}
		if !s.allows(w, r, who) {
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, who)))
	})
}

// recognise reads an Authorization header: "Liqa SUMMIT.SEAT.CREDENTIAL", and
// after "Bearer" the same, the token of a program that sends for a seat, or
// the administrator's.
func (s *Server) recognise(header string) (access.Caller, bool) {
	scheme, text, _ := strings.Cut(header, " ")
	text = strings.TrimSpace(text)
	bearer := strings.EqualFold(scheme, "Bearer")
	if bearer && s.isAdmin(text) {
		return access.Caller{Standing: access.Administrator}, true
	}
	if bearer || strings.EqualFold(scheme, "Liqa") {
		if a, err := access.ParseAuthorization(text); err == nil {
			who, ok := s.seatOf(a)
			if !ok && bearer {
				who, ok = s.senderOf(a)
			}
			return who, ok
		}
	}
	return access.Caller{Standing: access.Anonymous}, false
}

// state is a summit as it is now; false, and the zero State, when there is no
// such summit.
func (s *Server) state(id summit.SummitID) (summit.State, bool) {
	u, err := s.Summits.Now(id)
	if err != nil {
		return summit.State{}, false
	}
	return u.State, true
}

func (s *Server) seatOf(a access.Authorization) (access.Caller, bool) {
	state, _ := s.state(a.Summit)
	return access.Recognise(state, a)
}

func (s *Server) isAdmin(token string) bool {
	shown, err := access.ParseSecret(token)
	return err == nil && s.Admin != (access.Secret{}) &&
		subtle.ConstantTimeCompare([]byte(shown.Hash()), []byte(s.Admin.Hash())) == 1
}

// permitted asks the table, and answers when the answer is no.
func (s *Server) permitted(w http.ResponseWriter, r *http.Request, route access.Action) bool {
	who := caller(r)
	// A seat of one summit is nobody in another.
	if id := r.PathValue("summit"); id != "" && who.Summit != "" && who.Summit != summit.SummitID(id) {
		who = access.Caller{Standing: access.Anonymous}
	}
	// Who opens the live connection says who they are in its first message.
	if who.May(route) || route == "GET /api/live" {
		return true
	}
	switch {
	case who.Standing == access.Anonymous:
		w.Header().Set("WWW-Authenticate", "Liqa")
		refuse(w, http.StatusUnauthorized, "not-authorized")
	case who.Standing.Waits() && access.May(who.Standing.Admitted(), route):
		refuse(w, http.StatusForbidden, "not-admitted")
	default:
		refuse(w, http.StatusForbidden, "not-permitted")
	}
	s.log.Info("a call was denied", "route", string(route), "standing", string(who.Standing),
		"summit", string(who.Summit), "seat", string(who.Seat), "from", s.addressOf(r).String())
	return false
}
