package peer

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"liqa/internal/switchboard"
)

// Config says where a gate listens and what it tells clients.
type Config struct {
	// UDPAddr and TCPAddr are "host:port" to listen at. Without a host, or with
	// an unspecified one, it is every address of the machine; port 0 takes a
	// free one. An empty TCPAddr means no TCP.
	UDPAddr, TCPAddr string
	// TCPListener is used in place of TCPAddr when it is not nil. It gives
	// *net.TCPConn, and the gate closes it.
	TCPListener net.Listener

	// AdvertisedIPs replace the machine's own addresses in answers, for a
	// server behind address translation. The ports stay.
	AdvertisedIPs []netip.Addr

	// PictureRate caps what one camera or screen may send, in bits a second
	// with all its sizes and repetitions; 0 is 4 Mbit/s.
	PictureRate int

	Log *slog.Logger // nil discards
}

// Gate is the server's one UDP port and one TCP port for media, and all the
// connections that go through them.
type Gate struct {
	board    *switchboard.Board
	log      *slog.Logger
	identity *identity
	config   Config
	ports    ports
	reading  sync.WaitGroup // the goroutines of sockets, streams and the watch
	strays   atomic.Uint64  // packets that belong to nobody
	probes   atomic.Int64   // under way

	handshakeTime, awayTime time.Duration

	mu       sync.RWMutex
	closed   bool
	byUfrag  map[string]*Conn
	conns    map[*Conn]struct{}
	streams  map[*stream]struct{}
	holders  map[switchboard.SourceID]*Conn // who publishes a source
	stopping chan struct{}
}

// New opens the ports. The board gets what clients publish and says what they
// receive.
func New(config Config, board *switchboard.Board) (*Gate, error) {
	id, err := newIdentity(time.Now())
	if err != nil {
		return nil, fmt.Errorf("make the media certificate: %w", err)
	}
	g := &Gate{
		board: board, log: config.Log, identity: id, config: config,
		byUfrag: map[string]*Conn{}, conns: map[*Conn]struct{}{}, streams: map[*stream]struct{}{},
		holders: map[switchboard.SourceID]*Conn{}, stopping: make(chan struct{}), handshakeTime: handshakeTime, awayTime: AwayTime,
	}
	if g.config.PictureRate == 0 {
		g.config.PictureRate = pictureRate
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	if err := g.listen(); err != nil {
		_ = g.Close()
		return nil, err
	}
	g.reading.Add(1)
	go g.watch()
	return g, nil
}

// Close ends every connection and closes the ports. When it returns no
// goroutine of the gate's is left.
func (g *Gate) Close() error {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return nil
	}
	g.closed = true
	close(g.stopping)
	conns := make([]*Conn, 0, len(g.conns))
	for c := range g.conns {
		conns = append(conns, c)
	}
	g.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
	for _, c := range conns {
		<-c.done
	}
	g.mu.Lock()
	streams := make([]*stream, 0, len(g.streams))
	for s := range g.streams {
		streams = append(streams, s)
	}
	g.mu.Unlock()
	for _, s := range streams {
		s.finish()
	}
	g.ports.close()
	g.reading.Wait()
	return nil
}

func (g *Gate) isClosed() bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.closed
}

// admit gives the connection its place, and its goroutine.
func (g *Gate) admit(c *Conn) *BadOffer {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return refuse(CodeGateClosed, "The server is closing.")
	}
	g.byUfrag[c.local.ufrag] = c
	g.conns[c] = struct{}{}
	go c.run()
	return nil
}

func (g *Gate) remove(c *Conn) {
	c.mu.Lock()
	now, before := c.local.ufrag, c.before.local.ufrag
	c.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, c)
	delete(g.byUfrag, now)
	delete(g.byUfrag, before)
}

func (g *Gate) dropUfrag(ufrag string, c *Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byUfrag[ufrag] == c {
		delete(g.byUfrag, ufrag)
	}
}

// watch looks after every connection's liveness and once-a-second work.
func (g *Gate) watch() {
	defer g.reading.Done()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	var conns []*Conn
	for round := 0; ; round++ {
		select {
		case <-g.stopping:
			return
		case <-tick.C:
		}
		now := time.Now()
		conns = conns[:0]
		g.mu.RLock()
		for c := range g.conns {
			conns = append(conns, c)
		}
		g.mu.RUnlock()
		for _, c := range conns {
			c.watch(now)
			connected := c.State() == Connected
			if connected {
				c.side.beat(now)
			}
			if round%4 != 0 {
				continue
			}
			if connected {
				c.side.tick(now)
			}
			c.rate.Store(c.meter.read(c.side.moved(), now))
		}
		clear(conns)
	}
}

// Addresses are those a client is told to send to, UDP and TCP.
func (g *Gate) Addresses() (udp, tcp []netip.AddrPort) {
	return g.ports.advertised(g.config.AdvertisedIPs)
}

// answer completes a new connection: the local end of the answer, and its
// place at the gate.
func (g *Gate) answer(ctx context.Context, c *Conn, list []answered) (string, error) {
	if err := ctx.Err(); err != nil {
		_ = c.tls.Close()
		return "", fmt.Errorf("the offer was taken back: %w", err)
	}
	candidates, bad := g.candidates()
	if bad == nil {
		bad = g.admit(c)
	}
	if bad != nil {
		_ = c.tls.Close()
		return "", bad
	}
	for _, a := range list {
		if len(a.codecs) > 0 && a.offered.mid != "" {
			c.mids = append(c.mids, a.offered.mid)
		}
	}
	return writeAnswer(randomNumber(), ending{local: c.local, print: g.identity.print, candidates: c.narrowed(candidates)}, list), nil
}

func (g *Gate) candidates() ([]string, *BadOffer) {
	g.refresh()
	list := candidateLines(g.Addresses())
	if len(list) == 0 {
		return nil, refuse(CodeNoAddress, "The server has no network address that media could be sent to.")
	}
	return list, nil
}

// randomNumber is for SDP session ids and SSRCs; never 0.
func randomNumber() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return binary.BigEndian.Uint64(b[:])>>2 | 1
}

// refresh follows changes of the machine's addresses, when the gate listens on
// all of them: a laptop that has moved to another network is reachable for the
// next connection.
func (g *Gate) refresh() {
	if err := g.ports.refresh(g); err != nil {
		g.log.Warn("cannot follow the machine's addresses", "error", err)
	}
}

func (g *Gate) listen() error {
	if err := g.ports.open(g); err != nil {
		return err
	}
	l := g.config.TCPListener
	if l == nil && g.config.TCPAddr == "" {
		return nil
	}
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", g.config.TCPAddr); err != nil {
			return fmt.Errorf("listen for media over TCP: %w", err)
		}
	}
	g.ports.listener = l
	g.reading.Add(1)
	go g.accept(l)
	return nil
}

var errNoSocket = errors.New("no UDP address to listen at")
