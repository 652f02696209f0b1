package peer

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/rtcp"

	"liqa/internal/peer/pipe"
)

// handshakeTime is what a client has, from its offer on, to prove an address
// and finish DTLS; then the connection is freed.
const handshakeTime = 10 * time.Second

var errEndedEarly = errors.New("it was ended while it was being made")

// ticks are nanoseconds of the monotonic clock: a client is not lost because
// somebody has set the machine's clock.
func ticks(t time.Time) int64 { return int64(t.Sub(epoch)) }

var epoch = time.Now()

// State of a connection, as told to OnState.
type State uint8

const (
	Connecting State = iota // answered; nothing has come yet
	Connected               // keys are agreed; media flow
	// Away: the client has fallen silent. What it published has left the board
	// and nothing is sent to it; a valid check brings it back with the keys it
	// had, within [AwayTime].
	Away
	Lost   // it stayed silent, or never came; it is freed
	Closed // ended by the client or by [Conn.Close]; it is freed
)

func (s State) String() string {
	return [...]string{"connecting", "connected", "away", "lost", "closed"}[s]
}

// Conn is one client's connection, publishing or receiving. Its goroutines and
// its place at the gate are freed when it is lost or closed.
type Conn struct {
	gate    *Gate
	session string
	log     *slog.Logger
	onState func(State)
	mids    []string // of the answer, for an ICE restart's fragment
	only    string   // "udp" or "tcp": the only addresses it is told; "" is all
	started time.Time

	side   side
	tls    *dtls.Conn
	pipe   *pipe.Pipe
	keys   atomic.Pointer[keys]
	active atomic.Pointer[route]
	heard  atomic.Int64 // ticks; the last packet that proved the client is there
	trip   atomic.Int64 // nanoseconds; the last probe's round trip
	rate   atomic.Int64 // bit/s over the last second
	meter  meter        // of the gate's watch
	ended  sync.Once
	state  atomic.Uint32
	done   chan struct{}

	turning sync.Mutex // held to go away and to come back
	telling sync.Mutex
	told    State // to OnState; guarded by telling

	mu     sync.Mutex
	local  credentials
	remote credentials
	before former // those that an ICE restart replaces, until it has worked
	// restarted is the answer to the restart that is under way.
	restarted string
	routes    []*route
	wanted    *route    // nominated, and not proved yet
	asked     time.Time // when any route was probed last
	over      bool
}

type former struct{ local, remote credentials }

// meter makes a rate of a count of bytes.
type meter struct {
	bytes uint64
	at    time.Time
}

// read gives bits a second since it was read last.
func (m *meter) read(bytes uint64, now time.Time) (rate int64) {
	if passed := now.Sub(m.at); !m.at.IsZero() && passed > 0 && bytes >= m.bytes {
		rate = int64(float64(bytes-m.bytes) * 8 / passed.Seconds())
	}
	m.bytes, m.at = bytes, now
	return rate
}

// side is what a connection is for: a publisher or a listener.
type side interface {
	begin() error                  // the keys are there: take part
	leave()                        // the client is away: as if it were not there
	back()                         // it is here again
	packet(b []byte, at time.Time) // one SRTP or SRTCP packet; b is the caller's
	tick(now time.Time)            // once a second
	beat(now time.Time)            // four times a second
	moved() uint64                 // bytes of media so far
	end()                          // leave; on return nothing more reaches the switchboard
	figures(*Figures)
}

// newConn makes the connection and starts waiting for the client.
func (g *Gate) newConn(session string, o *offer, onState func(State), log *slog.Logger) (*Conn, error) {
	if log == nil {
		log = g.log
	}
	c := &Conn{
		gate: g, session: session, onState: onState, started: time.Now(),
		log:    log.With("session", session),
		local:  newCredentials(),
		remote: o.remote,
		done:   make(chan struct{}),
	}
	c.heard.Store(ticks(c.started))
	c.pipe = pipe.New(func(b []byte) error { c.send(b); return nil }) // what is lost, DTLS sends again
	var err error
	c.tls, err = g.identity.dtlsServer(c.pipe, o.print)
	return c, err
}

// newCredentials draws an ICE fragment and password: 48 and 144 random bits
// (RFC 8445 §5.3 asks for 24 and 128).
func newCredentials() credentials {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails; see crypto/rand
	text := base64.RawStdEncoding.EncodeToString(b[:])
	return credentials{ufrag: text[:8], password: text[8:]}
}

// Session is the id the connection was made with.
func (c *Conn) Session() string { return c.session }

// State is how far the connection has come.
func (c *Conn) State() State { return State(c.state.Load()) }

// Done is closed when the connection has ended and all of it is freed.
func (c *Conn) Done() <-chan struct{} { return c.done }

// run waits for the handshake, lives as long as DTLS does, and reports.
func (c *Conn) run() {
	defer close(c.done)
	ctx, cancel := context.WithDeadline(context.Background(), c.started.Add(c.gate.handshakeTime))
	err := c.tls.HandshakeContext(ctx)
	cancel()
	if err == nil {
		err = c.begin()
	}
	if err != nil {
		if c.State() == Connecting {
			c.log.Info("the connection did not come about", "reason", err)
		}
		c.finish(Lost)
	} else {
		scratch := make([]byte, 256) // there is no application data; what comes is passed over
		for {
			if _, err := c.tls.Read(scratch); err != nil {
				break
			}
		}
		c.finish(Closed)
	}
	c.log.Debug("the connection has ended", "state", c.State().String())
	c.tell()
}

// tell says how the connection stands, when that has changed.
func (c *Conn) tell() {
	c.telling.Lock()
	defer c.telling.Unlock()
	if s := c.State(); c.onState != nil && s != c.told {
		c.told = s
		c.onState(s)
	}
}

// begin takes the keys and lets the media in.
func (c *Conn) begin() error {
	k, err := newKeys(c.tls)
	if err != nil {
		return err
	}
	c.keys.Store(k)
	if err := c.side.begin(); err != nil {
		return err
	}
	c.heard.Store(ticks(time.Now()))
	if !c.state.CompareAndSwap(uint32(Connecting), uint32(Connected)) {
		return errEndedEarly
	}
	c.log.Debug("connected", "transport", c.transport())
	c.tell()
	return nil
}

// Close ends the connection: it leaves the switchboard, then tells the client
// and frees the rest. It may be called more than once, and from OnState.
func (c *Conn) Close() { c.finish(Closed) }

func (c *Conn) finish(why State) {
	c.ended.Do(func() {
		c.state.Store(uint32(why))
		c.side.end()
		c.gate.remove(c)
		_ = c.tls.Close() // tells the client (close_notify)
		_ = c.pipe.Close()
		c.mu.Lock()
		c.over = true
		routes := c.routes
		c.routes = nil
		c.mu.Unlock()
		for _, r := range routes {
			r.forget()
		}
	})
}

// watch is called four times a second by the gate.
func (c *Conn) watch(now time.Time) {
	quiet := time.Duration(ticks(now) - c.heard.Load())
	switch s := c.State(); {
	case s == Connected && quiet > lostAfter:
		go c.away()
	case s == Connected && quiet > askAfter:
		c.ask(now, askEvery)
	case s == Away && quiet > lostAfter+c.gate.awayTime:
		go c.finish(Lost)
	case s == Away:
		c.ask(now, askAwayEvery)
	} // the handshake has its own deadline
}

// away takes a client that has fallen silent off the board.
func (c *Conn) away() {
	c.turning.Lock()
	if gone := c.state.CompareAndSwap(uint32(Connected), uint32(Away)); gone {
		c.side.leave()
		c.log.Info("the client has fallen silent", "remote", c.remoteNow())
	}
	c.turning.Unlock()
	c.tell()
}

// hears notes a packet that only the client can have sent, and takes it back
// if it was away.
func (c *Conn) hears(at time.Time) {
	c.heard.Store(ticks(at))
	if c.State() == Away {
		go c.back()
	}
}

func (c *Conn) back() {
	c.turning.Lock()
	if c.State() == Away {
		c.side.back()
		if c.state.CompareAndSwap(uint32(Away), uint32(Connected)) {
			c.log.Info("the client is back", "remote", c.remoteNow())
		}
	}
	c.turning.Unlock()
	c.tell()
}

// send sends by the active route.
func (c *Conn) send(b []byte) bool {
	r := c.active.Load()
	return r != nil && r.send(b)
}

// sendControl protects and sends RTCP.
func (c *Conn) sendControl(packets ...rtcp.Packet) {
	if b, err := rtcp.Marshal(packets); err == nil {
		c.sendRawControl(b)
	}
}

func (c *Conn) sendRawControl(b []byte) {
	if k := c.keys.Load(); k != nil {
		if sealed, err := k.protectControl(b); err == nil {
			c.send(sealed)
		}
	}
}

func (c *Conn) remoteNow() string {
	if r := c.active.Load(); r != nil {
		return r.remote.String()
	}
	return ""
}

func (c *Conn) transport() string {
	if r := c.active.Load(); r != nil {
		return r.transport()
	}
	return ""
}
