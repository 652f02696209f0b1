package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"liqa/internal/summit"
)

// problem is an error as a caller gets it: RFC 9457, with a stable code for
// programs and a sentence for people.
type problem struct {
	Type   string            `json:"type"` // always "about:blank": the code says which
	Title  string            `json:"title"`
	Status int               `json:"status"`
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
	Detail string            `json:"detail"`
	Faults any               `json:"faults,omitempty"`
}

// sentences of the codes that are this package's own; the others come with a
// refusal of the rules.
var sentences = map[string]string{
	"nothing-here":           "There is nothing here.",
	"not-authorized":         "This needs the link of a seat. Open your link again, on the device on which you opened it first.",
	"not-permitted":          "Your seat may not do that. If it needs to be done, ask the protocol officer.",
	"too-many-calls":         "Too many calls came from your address. Wait a minute and try again.",
	"too-many-calls-of-seat": "Your seat has called too often at once. Wait a moment; the page tries again by itself.",
	"too-large":              "What was sent is too large. Nothing was changed.",
	"not-understood":         "What was sent could not be read. Nothing was changed.",
	"wrong-type":             "What was sent is of another type than is read here.",
	"which-state":            "Say by If-Match which state of the connection this is about.",
	"not-acceptable":         "The answer is application/sdp, which was not asked for.",
	"sent-by-program":        "Another program is sending for this seat. Stop it to send from here.",
	"foreign-origin":         "This was asked for by a page of another server. Nothing was changed.",
	"method":                 "That cannot be done with this address.",
	"changed":                "This connection has been negotiated anew since. Fetch it again.",
	"not-open":               "This is not open to the public now.",
	"server-full":            "The server carries as many as it can just now, and delegations come first. Try again in half a minute.",
	"too-many-players":       "Too many players are connected. Try again in a minute.",
	"too-many-tests":         "The line has just been tested. Wait a quarter of a minute and try again.",
	"tests-busy":             "Many lines are being tested now. It is tried again by itself; you can go in meanwhile.",
	"internal":               "The server could not do that. The administrator can see the reason in the log.",
	"bad-summit-file":        "The summit file has faults. Nothing was changed.",
	"not-ready":              "The page is not ready to be published. Nothing was changed.",
	"picture":                "The picture could not be used.",
	"only-https":             "This address is for HTTPS only. What you sent was not used.",
}

func newProblem(status int, code string) problem {
	return problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: sentence(code)}
}

func sentence(code string) string {
	if s, ok := sentences[code]; ok {
		return s
	}
	return summit.Sentence(code, nil)
}

func (p problem) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) // a caller that has gone away is its own problem
}

func refuse(w http.ResponseWriter, status int, code string) { newProblem(status, code).write(w) }

// nothing is the one answer to everything that does not exist, and to
// everything that the caller must not know to exist.
func nothing(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusNotFound, "nothing-here") }

// statusOf is the HTTP status of the refusals of the rules that are not a
// plain conflict with how things stand.
var statusOf = map[string]int{
	"no-such-summit": 404, "no-such-seat": 404, "no-such-link": 404, "no-such-edition": 404,
	"link-reissued": 410, "link-expired": 410, "link-revoked": 410, "summit-ended": 410,
	"not-permitted": 403, "not-admitted": 403, "not-your-side": 403, "not-for-you": 403,
	"bad-description": 422, "journal-behind": 503, "cut-unrecorded": 503, "too-many-messages": 429,
}

// refused writes an error that came from the rules, the body or the server
// itself.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, err error) {
	var refusal *summit.Refusal
	var offer *BadOffer
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &refusal):
		s.refusedBy(w, refusal)
	case errors.As(err, &offer):
		if offer.Status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "5")
		}
		p := newProblem(offer.Status, offer.Code)
		p.Detail = offer.Sentence
		p.write(w)
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, "too-large")
	case errors.Is(err, errNotUnderstood):
		p := newProblem(http.StatusBadRequest, "not-understood")
		p.Params = map[string]string{"why": strings.TrimPrefix(err.Error(), errNotUnderstood.Error()+": ")}
		p.write(w)
	default:
		s.log.Error("a call failed", "route", r.Pattern, "error", err)
		refuse(w, http.StatusInternalServerError, "internal")
	}
}

// refusedBy writes a refusal of the rules.
func (s *Server) refusedBy(w http.ResponseWriter, refusal *summit.Refusal) {
	status, ok := statusOf[refusal.Code]
	if !ok {
		status = http.StatusConflict
	}
	p := newProblem(status, refusal.Code)
	p.Params, p.Detail = refusal.Params, refusal.Error()
	if len(refusal.Faults) > 0 {
		p.Faults = refusal.Faults
	}
	p.write(w)
}

var errNotUnderstood = errors.New("what was sent could not be read")

// answer writes what a call was answered with.
func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}
