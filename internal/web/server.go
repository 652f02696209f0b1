package web

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"sync"
	"time"

	"liqa/internal/access"
	"liqa/internal/certificate"
	"liqa/internal/config"
	"liqa/internal/summit"
)

// Options is what a server is made of.
type Options struct {
	Summits Summits
	Media   Media
	Records Records
	Journal Journal
	Desk    Desk
	Wall    Wall // nil when nobody watches
	// Rehearsals are held before a summit.
	Rehearsals Rehearsals
	// Full reports whether more of the press and the public are to be refused;
	// nil is never.
	Full func() bool
	// Lines tests lines, and GreenRoom keeps what was found.
	Lines     Lines
	GreenRoom GreenRoom
	// Documents keeps what is handed in.
	Documents Documents

	// FrontEnd is the built front end, the folder dist.
	FrontEnd fs.FS
	// Authority is the local one, offered at /ca; nil when there is none.
	Authority *certificate.Authority
	// Metrics answers /metrics; nil when there is none.
	Metrics http.Handler
	// Admin is the administrator's token.
	Admin access.Secret
	// SenderKey makes the tokens of programs that send for a seat.
	SenderKey access.SenderKey
	// Origins are the other servers' pages that may call WHIP and WHEP, with a
	// token: "https://studio.example.org".
	Origins []string
	// Turn is an external TURN server; nil when there is none.
	Turn *Turn
	// Address is what links begin with, such as "https://summit.example.org";
	// "" takes it from each request.
	Address string
	// Public says that the name is a public one, which browsers shall never
	// open without HTTPS again.
	Public bool
	// Proxies are those whose word about the caller's address is taken.
	Proxies []netip.Prefix
	Limits  config.Limits
	Log     *slog.Logger
	Now     func() time.Time // nil is time.Now
}

// Server answers HTTP. Make one with [New], and Close it.
type Server struct {
	Options
	log      *slog.Logger
	now      func() time.Time
	public   bool
	proxies  []netip.Prefix
	limits   *limits
	attended *attendance
	drawing  chan struct{} // room for those whose screens are being drawn
	sessions *sessions
	turned   turnedAway
	tests    *lineTests
	shelving sync.Mutex    // held while a document's file and its entry are made or taken away
	body     time.Duration // how long a request's body may take to come
	pages    pages
	foreign  *http.CrossOriginProtection
	mux      *http.ServeMux
	routes   map[access.Action]bool
	ctx      context.Context // ends with Close; what outlives a request lives in it
	end      context.CancelFunc
}

// New makes a server. It does not listen.
func New(o Options) (*Server, error) {
	s := &Server{Options: o, log: o.Log, now: o.Now, public: o.Public, proxies: o.Proxies,
		mux: http.NewServeMux(), routes: map[access.Action]bool{}, foreign: http.NewCrossOriginProtection()}
	if s.now == nil {
		s.now = time.Now
	}
	s.ctx, s.end = context.WithCancel(context.Background())
	s.limits = newLimits(o.Limits, s.now)
	s.attended = newAttendance()
	s.drawing = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))
	s.sessions = newSessions()
	s.turned.of = map[summit.SummitID]*outside{}
	s.tests = newLineTests()
	s.body = bodyWithin
	var err error
	if s.pages, err = readPages(o.FrontEnd); err != nil {
		return nil, err
	}
	if o.Address != "" {
		if err := s.foreign.AddTrustedOrigin(o.Address); err != nil {
			return nil, err
		}
	}
	s.handleAll()
	return s, nil
}

// Close ends every live and media connection.
func (s *Server) Close() {
	s.end()
	s.sessions.closeAll()
	s.tests.close(func(*lineTest) bool { return true })
	s.attended.wait()
}

// Handler answers everything over HTTPS, or behind a proxy.
func (s *Server) Handler() http.Handler { return s.secured(s.judged(s.mux)) }

// PlainHandler answers over plain HTTP, where there is HTTPS beside it: the
// certificate page, so that a second machine can fetch the root before it
// trusts it, and the way to HTTPS.
func (s *Server) PlainHandler(httpsPort string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ca", s.authorityPage)
	mux.HandleFunc("GET /ca/{file}", s.authorityFile)
	mux.HandleFunc("GET /healthz", s.health)
	mux.Handle("/", toHTTPS(httpsPort))
	return s.secured(s.judged(mux))
}

// handle gives a route its handler. The route is its action's name, so a route
// that the table does not have is denied to everybody.
func (s *Server) handle(route access.Action, most int64, h http.HandlerFunc) {
	s.routes[route] = true
	s.mux.HandleFunc(string(route), func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, most)
		if most > 0 {
			// Who sends a body a byte at a time is not waited for. An error
			// means only that this connection knows no deadlines.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.body))
		}
		if s.permitted(w, r, route) {
			h(w, r)
		}
	})
}

// base is what links begin with: the configured address, or else the one by
// which the caller reached this server.
func (s *Server) base(r *http.Request) string {
	switch {
	case s.Address != "":
		return s.Address
	case r.TLS == nil:
		return (&url.URL{Scheme: "http", Host: r.Host}).String()
	}
	return (&url.URL{Scheme: "https", Host: r.Host}).String()
}
