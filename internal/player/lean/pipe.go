package lean

import (
	"net"
	"os"
	"sync"
	"time"

	"github.com/pion/transport/v5/deadline"
)

// pipe is what DTLS runs on.
type pipe struct {
	put      func([]byte) error
	in       chan []byte
	deadline *deadline.Deadline
	once     sync.Once
	closed   chan struct{}
}

// deliver hands DTLS a datagram; one too many is lost, as on any network.
func (p *pipe) deliver(b []byte) {
	select {
	case p.in <- append([]byte(nil), b...):
	default:
	}
}

func (p *pipe) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-p.in:
		return copy(b, d), server{}, nil
	case <-p.closed:
		return 0, nil, net.ErrClosed
	case <-p.deadline.Done():
		return 0, nil, os.ErrDeadlineExceeded
	}
}

func (p *pipe) WriteTo(b []byte, _ net.Addr) (int, error) {
	return len(b), p.put(b)
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipe) LocalAddr() net.Addr                { return server{} }
func (p *pipe) SetDeadline(t time.Time) error      { return p.SetReadDeadline(t) }
func (p *pipe) SetReadDeadline(t time.Time) error  { p.deadline.Set(t); return nil }
func (p *pipe) SetWriteDeadline(_ time.Time) error { return nil } // a write never waits

// server is the address of the one at the other end.
type server struct{}

func (server) Network() string { return "ice" }
func (server) String() string  { return "server" }
