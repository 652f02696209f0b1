package web

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"liqa/internal/config"
)

// addressOf is the caller's address: the connection's, or what a trusted proxy
// says it is. Only the last address that no trusted proxy has can be believed;
// what stands before it was written by the caller.
func (s *Server) addressOf(r *http.Request) netip.Addr {
	from := parseAddress(r.RemoteAddr)
	if !s.trusted(from) {
		return from
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := parseAddress(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			break
		}
		from = hop
		if !s.trusted(hop) {
			break
		}
	}
	return from
}

func (s *Server) trusted(a netip.Addr) bool {
	for _, p := range s.proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func parseAddress(text string) netip.Addr {
	if ap, err := netip.ParseAddrPort(text); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	a, _ := netip.ParseAddr(text)
	return a.Unmap().WithZone("")
}

// limits counts what each address does. IPv6 is counted by /64, which is what
// one household or office has.
type limits struct {
	of  config.Limits
	now func() time.Time

	mu    sync.Mutex
	known map[netip.Prefix]*allowance
	seats map[place]*seatAllowance
	total int // players in
}

type allowance struct {
	calls   *rate.Limiter
	guesses *rate.Limiter
	players int
	seen    time.Time
}

// maxKnown addresses are remembered; beyond that those who have been quiet are
// forgotten first.
const maxKnown = 20_000

func newLimits(of config.Limits, now func() time.Time) *limits {
	return &limits{of: of, now: now, known: map[netip.Prefix]*allowance{}, seats: map[place]*seatAllowance{}}
}

func network(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p
}

// at gives the allowance of an address. The caller holds mu.
func (l *limits) at(a netip.Addr) *allowance {
	key := network(a)
	one, ok := l.known[key]
	if !ok {
		if len(l.known) >= maxKnown {
			l.forget()
		}
		one = &allowance{
			calls:   rate.NewLimiter(rate.Limit(l.of.CallsPerSecond), l.of.CallsAtOnce),
			guesses: rate.NewLimiter(rate.Limit(l.of.GuessesPerMinute/60), max(1, int(l.of.GuessesPerMinute))),
		}
		l.known[key] = one
	}
	one.seen = l.now()
	return one
}

// forget drops who has been quiet for a minute, or everybody without a player
// when nobody has: somebody is inventing addresses.
func (l *limits) forget() {
	limit := l.now().Add(-time.Minute)
	for key, one := range l.known {
		if one.players == 0 && one.seen.Before(limit) {
			delete(l.known, key)
		}
	}
	if len(l.known) < maxKnown {
		return
	}
	for key, one := range l.known {
		if one.players == 0 {
			delete(l.known, key)
		}
	}
}

// call counts a call without a seat; false when there are too many.
func (l *limits) call(a netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at(a).calls.AllowN(l.now(), 1)
}

// guess counts a link or credential that was wrong; false when there are too
// many. Right ones are never refused: somebody who guesses behind the same
// address must not keep a delegation out.
func (l *limits) guess(a netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at(a).guesses.AllowN(l.now(), 1)
}

// player counts a public player in; false when the address has too many.
func (l *limits) player(a netip.Addr) (leave func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one := l.at(a); one.players < l.of.PublicPlayers && l.total < l.of.PublicTotal {
		one.players++
		l.total++
		return sync.OnceFunc(func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			one.players--
			l.total--
		}), true
	}
	return nil, false
}
