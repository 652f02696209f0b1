package peer

import (
	"net"
	"strings"
	"time"

	"github.com/pion/stun/v4"
)

// check handles a STUN message: a client's connectivity check (RFC 8445 §7.3)
// or its answer to a probe of ours. What does not carry the connection's
// password is dropped without a word.
func (g *Gate) check(r *route, from origin, b []byte, at time.Time) {
	m := &stun.Message{Raw: b}
	if m.Decode() != nil {
		g.strays.Add(1)
		return
	}
	switch m.Type {
	case stun.BindingRequest:
		g.checked(r, from, m, at)
	case stun.BindingSuccess:
		if r != nil && r.conn.proven(r, m, at) {
			r.conn.hears(at)
		}
	}
}

// checked answers one binding request and makes its address a route.
func (g *Gate) checked(r *route, from origin, m *stun.Message, at time.Time) {
	name, err := m.Get(stun.AttrUsername)
	if err != nil {
		g.strays.Add(1)
		return
	}
	local, remote, _ := strings.Cut(string(name), ":")
	g.mu.RLock()
	c := g.byUfrag[local]
	g.mu.RUnlock()
	if c == nil {
		g.strays.Add(1)
		return
	}
	password := c.passwordOf(local, remote)
	if password == "" || stun.NewShortTermIntegrity(password).Check(m) != nil {
		g.strays.Add(1)
		return
	}
	first := r == nil || r.conn != c
	if first {
		if r = c.addRoute(from); r == nil {
			return
		}
	}
	r.heard.Store(ticks(at))
	use, conflict := false, false
	for _, a := range m.Attributes {
		if a.Type == stun.AttrMessageIntegrity {
			break // what follows it is not protected by it
		}
		use = use || a.Type == stun.AttrUseCandidate
		conflict = conflict || a.Type == stun.AttrICEControlled
	}
	if conflict { // a lite agent never controls (RFC 8445 §6.1.1)
		r.answer(m, password, stun.BindingError, stun.CodeRoleConflict)
		return
	}
	r.answer(m, password, stun.BindingSuccess, &stun.XORMappedAddress{
		IP: net.IP(from.remote.Addr().AsSlice()), Port: int(from.remote.Port()),
	})
	if c.follow(r, local, use, at) || first {
		c.probe(r, at) // a check back also lets some clients nominate at once, not at their next tick
	}
	c.hears(at)
}

func (r *route) answer(m *stun.Message, password string, kind stun.MessageType, body stun.Setter) {
	reply, err := stun.Build(stun.NewTransactionIDSetter(m.TransactionID), kind, body,
		stun.NewShortTermIntegrity(password), stun.Fingerprint)
	if err == nil {
		r.send(reply.Raw)
	}
}

// AwayTime is how long a client that has fallen silent may come back to what
// it had: a laptop that was closed for a moment, a telephone in a lift.
const AwayTime = 30 * time.Second

// Limits of a connection's liveness, which together notice a dead client in
// less than 5 s: a silence of 2 s is asked about, several times.
const (
	askAfter     = 2 * time.Second
	askEvery     = 400 * time.Millisecond
	askAwayEvery = time.Second
	lostAfter    = 4 * time.Second
	maxRoutes    = 8

	// routeSilent is how long nothing may come by the route that is in use
	// before a check that comes by another is taken for a change of address:
	// the client has another network, or its NAT has forgotten it and gives it
	// another port.
	routeSilent = 3 * time.Second
)

// ask asks a client whether it is there, unless it was asked a moment ago.
func (c *Conn) ask(now time.Time, every time.Duration) {
	c.mu.Lock()
	early := now.Sub(c.asked) < every
	c.mu.Unlock()
	if r := c.active.Load(); r != nil && !early {
		c.probe(r, now)
	}
}

// probe sends a binding request that a living client answers at once (consent,
// RFC 7675 §5.1), although a lite agent need not send any.
func (c *Conn) probe(r *route, now time.Time) {
	id := stun.NewTransactionID()
	c.mu.Lock()
	c.asked, r.asked, r.question = now, now, id
	name, password := c.remote.ufrag+":"+c.local.ufrag, c.remote.password
	c.mu.Unlock()
	m, err := stun.Build(stun.NewTransactionIDSetter(id), stun.BindingRequest, stun.NewUsername(name),
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{126, 255, 255, 255}},
		stun.RawAttribute{Type: stun.AttrICEControlled, Value: id[:8]},
		stun.NewShortTermIntegrity(password), stun.Fingerprint)
	if err == nil {
		r.send(m.Raw)
	}
}

// proven says whether a binding success answers the last probe of a route, and
// notes how long that took. Who gave the answer has read the probe: the address
// is theirs, and packets may follow there.
func (c *Conn) proven(r *route, m *stun.Message, at time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.asked.IsZero() || m.TransactionID != r.question || stun.NewShortTermIntegrity(c.remote.password).Check(m) != nil {
		return false
	}
	c.trip.Store(int64(at.Sub(r.asked)))
	r.proved = true
	r.heard.Store(ticks(at))
	if c.wanted == r {
		c.active.Store(r)
		c.wanted = nil
	}
	return true
}

// passwordOf gives the password that a check for one of the connection's own
// fragments must carry; "" when the name is not of this connection.
func (c *Conn) passwordOf(local, remote string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case local == c.local.ufrag && remote == c.remote.ufrag:
		return c.local.password
	case local == c.before.local.ufrag && remote == c.before.remote.ufrag:
		return c.before.local.password
	}
	return ""
}

// addRoute makes a proved address a route; the oldest idle one goes when there
// are too many, as after many network changes.
func (c *Conn) addRoute(from origin) *route {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return nil
	}
	r := from.open(c)
	c.routes = append(c.routes, r)
	if len(c.routes) > maxRoutes {
		for i, old := range c.routes {
			if old != r && old != c.active.Load() {
				c.routes = append(c.routes[:i], c.routes[i+1:]...)
				old.forget()
				break
			}
		}
	}
	return r
}

// follow sends by the route the client has nominated, or by the first that
// works until it has nominated one. A check says where it comes from, and may
// lie: to another address than the first, whose client has yet to finish a
// handshake, nothing is sent before it has answered a probe, which follow then
// asks for. The first check with new credentials ends the old ones (RFC 8445
// §2.4). A client that has changed its address need not nominate anew: where
// the route in use has gone silent, or was another restart's, any check does.
func (c *Conn) follow(r *route, local string, nominated bool, at time.Time) (probe bool) {
	c.mu.Lock()
	restarted := local == c.local.ufrag && c.before != former{}
	if now := c.active.Load(); now != nil && now != r && (restarted || ticks(at)-now.heard.Load() > int64(routeSilent)) {
		nominated = true
	}
	switch {
	case c.active.Load() == nil, nominated && (r.proved || r.tcp != nil):
		c.active.Store(r)
		c.wanted = nil
	case nominated && c.active.Load() != r:
		c.wanted, probe = r, true
	}
	stale := ""
	if local == c.local.ufrag {
		stale, c.before = c.before.local.ufrag, former{}
	}
	c.mu.Unlock()
	if stale != "" {
		c.gate.dropUfrag(stale, c)
	}
	return probe
}
