package peer

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"liqa/internal/switchboard"
)

// Figures of one connection, for the technician's wall and the roster.
type Figures struct {
	Session   string
	Origin    switchboard.Origin // whose, of a publisher
	Key       switchboard.Key    // whose, of a listener
	State     State
	Since     time.Time
	Publishes bool           // WHIP; else WHEP
	Transport string         // "udp", "tcp", or "" before the first check
	Remote    netip.AddrPort // where packets go now
	Quiet     time.Duration  // since the client last proved that it is there
	RoundTrip time.Duration  // of a check, or by the client's reports; 0 when not known
	Jitter    time.Duration  // of what a publisher sends, the worst of its streams (RFC 3550 §6.4.1)
	// Lost is the worst fraction, 0 to 1, of the streams that carry media: of
	// what the server sends by the client's reports, or of what it receives by
	// its own count. An idle slot counts for nothing.
	Lost    float64
	Packets uint64 // sent to a listener, or received from a publisher
	Bytes   uint64
	Dropped uint64 // by the server: a full TCP queue, a publisher's full inbox
}

// Figures are the connection's figures now.
func (c *Conn) Figures() Figures {
	f := Figures{Session: c.session, State: c.State(), Since: c.started,
		RoundTrip: time.Duration(c.trip.Load()), Quiet: time.Duration(ticks(time.Now()) - c.heard.Load())}
	if r := c.active.Load(); r != nil {
		f.Transport, f.Remote = r.transport(), r.remote
	}
	c.side.figures(&f)
	return f
}

// Survey lists the figures of all connections, by session.
func (g *Gate) Survey() []Figures {
	g.mu.RLock()
	conns := make([]*Conn, 0, len(g.conns))
	for c := range g.conns {
		conns = append(conns, c)
	}
	g.mu.RUnlock()
	list := make([]Figures, 0, len(conns))
	for _, c := range conns {
		list = append(list, c.Figures())
	}
	slices.SortFunc(list, func(a, b Figures) int { return strings.Compare(a.Session, b.Session) })
	return list
}

// Census counts the gate's connections, so that a caller can refuse more of
// them, and the packets that belonged to none.
type Census struct {
	Connecting, Connected int
	Streams               int // TCP connections, proved or not
	Strays                uint64
}

// Census is cheap enough to ask before every answer.
func (g *Gate) Census() Census {
	g.mu.RLock()
	defer g.mu.RUnlock()
	n := Census{Streams: len(g.streams), Strays: g.strays.Load()}
	for c := range g.conns {
		if c.State() == Connecting {
			n.Connecting++
		} else {
			n.Connected++
		}
	}
	return n
}

func (l *listener) figures(f *Figures) {
	f.Key = l.key
	f.Packets, f.Bytes, f.Dropped = l.packets.Load(), l.bytes.Load(), l.dropped.Load()
	l.mu.Lock()
	heard := l.heard
	l.mu.Unlock()
	now := time.Now()
	for i := range heard {
		h := &heard[i]
		if ticks(now)-h.sent.Load() > int64(2*time.Second) || h.sent.Load() == 0 {
			continue // idle: to the client's statistics it looks like loss of everything
		}
		h.mu.Lock()
		if now.Sub(h.at) < 10*time.Second {
			f.Lost = max(f.Lost, h.lost)
			if h.trip > 0 {
				f.RoundTrip = h.trip
			}
		}
		h.mu.Unlock()
	}
}

func (p *publisher) figures(f *Figures) {
	f.Publishes, f.Origin = true, p.origin
	f.Packets, f.Bytes, f.Dropped = p.inbox.packets.Load(), p.inbox.bytes.Load(), p.inbox.dropped.Load()
	for _, one := range p.feeds {
		one.reception.mu.Lock()
		f.Lost = max(f.Lost, one.reception.lost)
		if r := &one.reception; r.clock > 0 {
			f.Jitter = max(f.Jitter, time.Duration(r.jitter*float64(time.Second)/float64(r.clock)))
		}
		one.reception.mu.Unlock()
	}
}
