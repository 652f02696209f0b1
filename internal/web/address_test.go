package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

func TestTheAddressOfACallerBehindAProxy(t *testing.T) {
	s := &Server{proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}}
	for _, c := range []struct{ from, header, want string }{
		{"192.0.2.7:1", "", "192.0.2.7"},
		{"192.0.2.7:1", "198.51.100.1", "192.0.2.7"}, // who is no proxy is not believed
		{"127.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"127.0.0.1:1", "203.0.113.9, 198.51.100.1", "198.51.100.1"}, // the first was written by the caller
		{"127.0.0.1:1", "198.51.100.1, 10.1.2.3", "198.51.100.1"},
		{"127.0.0.1:1", "nonsense", "127.0.0.1"},
		{"127.0.0.1:1", "", "127.0.0.1"},
		{"[::ffff:127.0.0.1]:1", "2001:db8::1", "2001:db8::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		if c.header != "" {
			r.Header.Set("X-Forwarded-For", c.header)
		}
		if got := s.addressOf(r).String(); got != c.want {
			t.Errorf("%s with %q is %s", c.from, c.header, got)
		}
	}
}

func TestCallsAreLimitedByAddressAndSeatsAreNot(t *testing.T) {
	h := openHall(t, func(o *Options) { o.Limits.CallsPerSecond, o.Limits.CallsAtOnce = 0.001, 20 })
	h.enter("officer")
	g, _ := h.enter("delegate-a")
	var last int
	for range 40 {
		last, _ = h.call("GET", "/healthz", "", "", nil)
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("forty calls of one address: the last gives %d", last)
	}
	if status, body := g.ask("POST", "/api/whep", sdpType, []byte(goodOffer)); status != http.StatusCreated {
		t.Errorf("a seat at the same address: %d %s", status, body)
	}
}

func TestInventedAddressesAreForgotten(t *testing.T) {
	now := time.Now()
	l := newLimits(openLimits, func() time.Time { return now })
	leave, _ := l.player(netip.MustParseAddr("192.0.2.1"))
	for i := range 3 * maxKnown {
		l.call(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	if len(l.known) > maxKnown {
		t.Errorf("%d addresses are remembered", len(l.known))
	}
	if l.known[network(netip.MustParseAddr("192.0.2.1"))].players != 1 {
		t.Error("who is connected was forgotten")
	}
	leave()
	leave() // twice changes nothing
	if l.known[network(netip.MustParseAddr("192.0.2.1"))].players != 0 {
		t.Error("who has left is counted")
	}
	if network(netip.MustParseAddr("2001:db8::1")) != network(netip.MustParseAddr("2001:db8::2")) {
		t.Error("one household counts twice")
	}
}
