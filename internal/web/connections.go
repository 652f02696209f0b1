package web

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// connections are the TCP connections of each address to one listener: so many,
// and so many that ask for nothing. An address that opens them without end
// takes descriptors from nobody else.
type connections struct {
	most, idle int
	trusted    func(netip.Addr) bool // a proxy's are everybody's
	log        *slog.Logger

	mu    sync.Mutex
	open  map[netip.Prefix]int
	quiet map[netip.Prefix][]net.Conn // the longest quiet first
	said  map[netip.Prefix]time.Time  // when the log was told last
}

// Guard limits the connections of each address at a listener that h serves.
// Behind a proxy nothing is limited: its connections are everybody's.
func (s *Server) Guard(l net.Listener, h *http.Server) net.Listener {
	c := &connections{most: s.Limits.Connections, idle: s.Limits.IdleConnections, trusted: s.trusted, log: s.log,
		open: map[netip.Prefix]int{}, quiet: map[netip.Prefix][]net.Conn{}, said: map[netip.Prefix]time.Time{}}
	h.ConnState = c.state
	return &guarded{l, c}
}

type guarded struct {
	net.Listener
	of *connections
}

// Accept waits for a connection of an address that has not too many.
func (g *guarded) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := parseAddress(conn.RemoteAddr().String())
		if g.of.trusted(from) {
			return conn, nil
		}
		key := network(from)
		if g.of.enter(key) {
			return &guardedConn{Conn: conn, leave: sync.OnceFunc(func() { g.of.leave(key) })}, nil
		}
		if t, ok := conn.(*net.TCPConn); ok {
			_ = t.SetLinger(0) // nothing of it shall remain, not even waiting
		}
		_ = conn.Close()
	}
}

func (c *connections) enter(key netip.Prefix) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[key] < c.most {
		c.open[key]++
		return true
	}
	if now := time.Now(); now.Sub(c.said[key]) > time.Minute {
		if len(c.said) > maxKnown {
			clear(c.said)
		}
		c.said[key] = now
		c.log.Warn("an address has too many connections; more are closed at once", "from", key.String(), "connections", c.most)
	}
	return false
}

func (c *connections) leave(key netip.Prefix) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[key]--; c.open[key] <= 0 {
		delete(c.open, key)
	}
}

type guardedConn struct {
	net.Conn
	leave func()
}

func (g *guardedConn) Close() error {
	g.leave()
	return g.Conn.Close()
}

// state follows what a connection does, as the HTTP server says it.
func (c *connections) state(conn net.Conn, now http.ConnState) {
	from := parseAddress(conn.RemoteAddr().String())
	if c.trusted(from) {
		return
	}
	key := network(from)
	c.mu.Lock()
	defer c.mu.Unlock()
	list := slices.DeleteFunc(c.quiet[key], func(other net.Conn) bool { return other == conn })
	if now == http.StateNew || now == http.StateIdle {
		list = append(list, conn)
	}
	if len(list) > c.idle {
		longest := list[0]
		list = list[1:]
		go longest.Close() // it may say goodbye, which takes a while
	}
	if len(list) == 0 {
		delete(c.quiet, key)
		return
	}
	c.quiet[key] = list
}
