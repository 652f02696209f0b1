package peer

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// maxPacket is the largest datagram or frame read; media packets stay below
// 1,500 bytes.
const maxPacket = 2048

// route is one way to a connection's client: an address that has proved by a
// connectivity check that it knows the connection's password.
type route struct {
	conn   *Conn
	remote netip.AddrPort
	udp    *socket // or
	tcp    *stream
	heard  atomic.Int64 // ticks; when anything came by it last

	// Guarded by the connection's lock.
	asked    time.Time // when it was probed last
	question [12]byte  // transaction of that probe
	proved   bool      // it has answered
}

// send sends one datagram. It never waits for the client: over UDP the network
// takes or drops it, over TCP the kernel does.
func (r *route) send(b []byte) bool {
	if r.tcp != nil {
		return r.tcp.send(b)
	}
	_, err := r.udp.conn.WriteToUDPAddrPort(b, r.remote)
	return err == nil
}

func (r *route) transport() string {
	if r.tcp != nil {
		return "tcp"
	}
	return "udp"
}

// forget takes the route out of its socket, or closes its stream.
func (r *route) forget() {
	if r.tcp != nil {
		if r.tcp.route.Load() == r {
			r.tcp.finish()
		}
		return
	}
	r.udp.mu.Lock()
	if r.udp.routes[r.remote] == r {
		delete(r.udp.routes, r.remote)
	}
	r.udp.mu.Unlock()
}

// socket is the gate's UDP port on one local address. One socket for each
// address, not one for all: an answer then leaves by the address it was asked
// at, also on a machine with several networks.
type socket struct {
	gate  *Gate
	local netip.AddrPort
	conn  *net.UDPConn

	mu     sync.RWMutex
	routes map[netip.AddrPort]*route
}

func (g *Gate) openSocket(local netip.AddrPort) (*socket, error) {
	network := "udp6"
	if local.Addr().Is4() {
		network = "udp4"
	}
	conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(local))
	if err != nil {
		return nil, err
	}
	// Room for a key frame to some hundred listeners at once. The kernel caps
	// it (net.core.wmem_max, rmem_max) and says nothing.
	_ = conn.SetWriteBuffer(4 << 20)
	_ = conn.SetReadBuffer(4 << 20)
	bound := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	s := &socket{
		gate: g, conn: conn, routes: map[netip.AddrPort]*route{},
		local: netip.AddrPortFrom(bound.Addr().Unmap(), bound.Port()),
	}
	g.reading.Add(1)
	go s.read()
	return s, nil
}

// read takes packets in until the socket is closed.
func (s *socket) read() {
	defer s.gate.reading.Done()
	buf := make([]byte, maxPacket)
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			if s.gate.isClosed() || errors.Is(err, net.ErrClosed) {
				return
			}
			continue // an ICMP error of some earlier packet; not about this socket
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		s.mu.RLock()
		r := s.routes[from]
		s.mu.RUnlock()
		s.gate.receive(r, origin{udp: s, remote: from}, buf[:n], time.Now())
	}
}

// origin is where a packet came from, known or not.
type origin struct {
	udp    *socket
	tcp    *stream
	remote netip.AddrPort
}

// open registers the origin as a route of c.
func (o origin) open(c *Conn) *route {
	r := &route{conn: c, remote: o.remote, udp: o.udp, tcp: o.tcp}
	if o.tcp != nil {
		o.tcp.route.Store(r)
		return r
	}
	o.udp.mu.Lock()
	o.udp.routes[o.remote] = r
	o.udp.mu.Unlock()
	return r
}

// Kinds of packet on the one port, by the first byte (RFC 7983 §7).
func isSTUN(b []byte) bool  { return len(b) >= 20 && b[0] < 4 }
func isDTLS(b []byte) bool  { return len(b) >= 13 && b[0] >= 20 && b[0] < 64 }
func isMedia(b []byte) bool { return len(b) >= 12 && b[0] >= 128 && b[0] < 192 }

// isControl tells SRTCP from SRTP by the payload type (RFC 5761 §4).
func isControl(b []byte) bool { return b[1] >= 192 && b[1] <= 223 }

// receive hands a packet to its connection. Everything but a connectivity
// check is dropped until the address has passed one.
func (g *Gate) receive(r *route, from origin, b []byte, at time.Time) {
	switch {
	case isSTUN(b):
		g.check(r, from, b, at)
	case r == nil:
		g.strays.Add(1)
	case isMedia(b):
		r.heard.Store(ticks(at))
		r.conn.side.packet(b, at)
	case isDTLS(b):
		r.conn.pipe.Deliver(b)
	}
}
