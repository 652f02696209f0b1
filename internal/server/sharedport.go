package server

import (
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

const (
	// firstWithin is how long a connection may take to say what it is.
	firstWithin = 10 * time.Second
	// silentMost are connections that have not said it, and silentHere those of one
	// address; more are closed.
	silentMost = 1024
	silentHere = 64
)

// sharedPort is one TCP port for pages over TLS and for media by ICE over TCP.
// They are told apart by their first byte: a TLS record of a handshake begins
// with 22 (RFC 8446 §5.1), and a frame of media with the higher byte of its
// length (RFC 4571 §2), which is 8 at most here. What is neither is closed.
type sharedPort struct {
	listener net.Listener
	pages    *portHalf
	media    *portHalf
	reading  sync.WaitGroup

	mu     sync.Mutex
	silent map[netip.Addr]int // by address, IPv6 by its network
	all    int
}

// portHalf is the listener of one of the two.
type portHalf struct {
	of     *sharedPort
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// share begins to tell connections apart. The halves are to be closed; the
// port closes with that of the pages.
func share(l net.Listener) *sharedPort {
	p := &sharedPort{listener: l, silent: map[netip.Addr]int{}}
	p.pages = &portHalf{of: p, conns: make(chan net.Conn), closed: make(chan struct{})}
	p.media = &portHalf{of: p, conns: make(chan net.Conn), closed: make(chan struct{})}
	p.reading.Add(1)
	go p.accept()
	return p
}

func (p *sharedPort) accept() {
	defer p.reading.Done()
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			select {
			case <-p.pages.closed:
				return
			case <-time.After(50 * time.Millisecond): // out of descriptors, perhaps
				continue
			}
		}
		from := fromOf(conn)
		if !p.waits(from) {
			_ = conn.Close()
			continue
		}
		p.reading.Add(1)
		go p.tell(conn, from)
	}
}

// fromOf is the address that a connection comes from; of IPv6, of which one
// caller has a whole network, that network's first.
func fromOf(conn net.Conn) netip.Addr {
	at, _ := netip.ParseAddrPort(conn.RemoteAddr().String())
	from := at.Addr().Unmap().WithZone("")
	if from.Is6() {
		from = netip.PrefixFrom(from, 64).Masked().Addr()
	}
	return from
}

// waits takes a connection among those that have said nothing; false when there
// are too many of them, or too many of this address.
func (p *sharedPort) waits(from netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all >= silentMost || p.silent[from] >= silentHere {
		return false
	}
	p.all++
	p.silent[from]++
	return true
}

func (p *sharedPort) waitsNoMore(from netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all--
	if p.silent[from]--; p.silent[from] == 0 {
		delete(p.silent, from)
	}
}

// tell waits for a connection's first byte, and leaves it to be read.
func (p *sharedPort) tell(conn net.Conn, from netip.Addr) {
	defer p.reading.Done()
	stop := make(chan struct{})
	go func() { // a port that closes does not wait for who says nothing
		select {
		case <-p.pages.closed:
			_ = conn.SetReadDeadline(time.Now())
		case <-stop:
		}
	}()
	_ = conn.SetReadDeadline(time.Now().Add(firstWithin))
	first, err := peek(conn)
	close(stop)
	p.waitsNoMore(from)
	half := p.pages
	switch {
	case err != nil:
		_ = conn.Close()
		return
	case first == 22:
	case first <= 8:
		half = p.media
	default:
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	select {
	case half.conns <- conn:
	case <-half.closed:
		_ = conn.Close()
	case <-p.pages.closed:
		_ = conn.Close()
	}
}

func (h *portHalf) Accept() (net.Conn, error) {
	select {
	case conn := <-h.conns:
		return conn, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

func (h *portHalf) Close() error {
	var err error
	h.once.Do(func() {
		close(h.closed)
		if h == h.of.pages {
			err = h.of.listener.Close()
			h.of.reading.Wait()
		}
	})
	return ignoreClosed(err)
}

func (h *portHalf) Addr() net.Addr { return h.of.listener.Addr() }

// oneTCPPort reports whether pages and media are to share a port: both name
// the same, and not one that the system chooses.
func oneTCPPort(https, media string) bool {
	return https == media && https != "" && !strings.HasSuffix(https, ":0")
}
