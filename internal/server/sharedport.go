package server

import (
	"net"
	"strings"
	"sync"
	"time"
)

const (
	// firstWithin is how long a connection may take to say what it is.
	firstWithin = 10 * time.Second
	// silentMost are connections that have not said it; more are closed.
	silentMost = 1024
)

// sharedPort is one TCP port for pages over TLS and for media by ICE over TCP.
// They are told apart by their first byte: a TLS record of a handshake begins
// with 22 (RFC 8446 §5.1), and a frame of media with the higher byte of its
// length (RFC 4571 §2), which is 8 at most here. What is neither is closed.
type sharedPort struct {
	listener net.Listener
	pages    *portHalf
	media    *portHalf
	silent   chan struct{}
	reading  sync.WaitGroup
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
	p := &sharedPort{listener: l, silent: make(chan struct{}, silentMost)}
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
		select {
		case p.silent <- struct{}{}:
			p.reading.Add(1)
			go p.tell(conn)
		default:
			_ = conn.Close()
		}
	}
}

// tell waits for a connection's first byte, and leaves it to be read.
func (p *sharedPort) tell(conn net.Conn) {
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
	<-p.silent
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
