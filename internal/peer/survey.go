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

	Rate     int      // bit/s over the last second, of what Bytes counts
	Estimate int      // bit/s that a listener's path carries; 0 when not known
	Cipher   string   // of SRTP, as "AES-128-GCM"; "" before there are keys
	Class    Class    // of the remote address
	Counted  bool     // transport-wide feedback was agreed, both ways of telling a rate from delay
	RTX, RED bool     // agreed in some section
	Streams  []Stream // of a publisher: each layer of each source
}

// Stream is one RTP stream that a publisher sends.
type Stream struct {
	Source        switchboard.SourceID
	Codec         switchboard.Codec
	Layer         int    // 0 the smallest, as the switchboard numbers them
	RID           string // the client's name for it, "" when it is the only one
	Width, Height int    // of the last keyframe that told; 0 when not known
	Rate          int    // bit/s over the last second
	Lost          float64
	Jitter        time.Duration
	Repaired      uint64 // packets that came as retransmissions (RTX), asked for or to try the path
}

// Class is how far away an address is.
type Class string

// The classes.
const (
	Loopback Class = "loopback" // this machine
	Private  Class = "private"  // a network of the house (RFC 1918, RFC 4193), or one link
	Carrier  Class = "carrier"  // behind a provider's address translation (RFC 6598)
	Public   Class = "public"
)

func classOf(a netip.Addr) Class {
	switch {
	case !a.IsValid():
		return ""
	case a.IsLoopback():
		return Loopback
	case a.IsPrivate(), a.IsLinkLocalUnicast():
		return Private
	case netip.MustParsePrefix("100.64.0.0/10").Contains(a):
		return Carrier
	}
	return Public
}

// Figures are the connection's figures now.
func (c *Conn) Figures() Figures {
	f := Figures{Session: c.session, State: c.State(), Since: c.started,
		RoundTrip: time.Duration(c.trip.Load()), Quiet: time.Duration(ticks(time.Now()) - c.heard.Load())}
	if r := c.active.Load(); r != nil {
		f.Transport, f.Remote, f.Class = r.transport(), r.remote, classOf(r.remote.Addr())
	}
	if k := c.keys.Load(); k != nil {
		f.Cipher = k.cipher
	}
	f.Rate = int(c.rate.Load())
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
	Connecting, Connected int // Connected includes those that are away
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
	f.Estimate = int(l.gauge.estimate.Load())
	now := time.Now()
	for i := range l.strands {
		w := &l.strands[i]
		f.RTX, f.RED = f.RTX || l.slots[i].RTX.SSRC != 0, f.RED || l.slots[i].RED != 0
		f.Counted = f.Counted || w.count != 0
		if !w.flows(now) {
			continue
		}
		w.mu.Lock()
		if now.Sub(w.at) < 10*time.Second {
			f.Lost, f.Jitter = max(f.Lost, w.lost), max(f.Jitter, w.jitter)
			if w.trip > 0 {
				f.RoundTrip = w.trip
			}
		}
		w.mu.Unlock()
	}
}

func (p *publisher) figures(f *Figures) {
	f.Publishes = true
	f.Origin = p.origin
	f.Packets, f.Bytes, f.Dropped = p.inbox.packets.Load(), p.inbox.bytes.Load(), p.inbox.dropped.Load()
	f.Counted = p.countExtension != 0
	for _, one := range p.feeds {
		f.RTX, f.RED = f.RTX || one.codec.repair != 0, f.RED || one.codec.redundant != 0
		for _, l := range one.layers {
			s := l.stream(one)
			f.Streams = append(f.Streams, s)
			f.Lost, f.Jitter = max(f.Lost, s.Lost), max(f.Jitter, s.Jitter)
		}
	}
}

func (l *layer) stream(f *feed) Stream {
	size := l.size.Load()
	s := Stream{
		Source: f.id, Codec: f.codec.kind, Layer: int(l.place.Load()), RID: l.rid,
		Width: int(size >> 16), Height: int(size & 0xffff), Repaired: l.repaired.Load(),
	}
	r := &l.reception
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Rate, s.Lost = r.rate, r.lost
	if r.clock > 0 {
		s.Jitter = time.Duration(r.jitter * float64(time.Second) / float64(r.clock))
	}
	return s
}
