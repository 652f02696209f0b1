package peer

import (
	"net"
	"os"
	"sync"
	"time"

	"github.com/pion/transport/v5/deadline"
)

// pipe is the net.PacketConn that DTLS runs on: its records come from the
// connection's routes and leave by the active one.
type pipe struct {
	send     func([]byte) bool
	in       chan []byte
	deadline *deadline.Deadline
	once     sync.Once
	closed   chan struct{}
}

func newPipe(send func([]byte) bool) *pipe {
	return &pipe{send: send, in: make(chan []byte, 16), deadline: deadline.New(), closed: make(chan struct{})}
}

// deliver hands a datagram to DTLS; one too many is lost, as on any network.
func (p *pipe) deliver(b []byte) {
	select {
	case p.in <- append([]byte(nil), b...):
	default:
	}
}

func (p *pipe) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-p.in:
		return copy(b, d), pipeAddr{}, nil
	case <-p.closed:
		return 0, nil, net.ErrClosed
	case <-p.deadline.Done():
		return 0, nil, os.ErrDeadlineExceeded
	}
}

func (p *pipe) WriteTo(b []byte, _ net.Addr) (int, error) {
	p.send(b) // what is lost, DTLS sends again
	return len(b), nil
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipe) LocalAddr() net.Addr                { return pipeAddr{} }
func (p *pipe) SetDeadline(t time.Time) error      { return p.SetReadDeadline(t) }
func (p *pipe) SetReadDeadline(t time.Time) error  { p.deadline.Set(t); return nil }
func (p *pipe) SetWriteDeadline(_ time.Time) error { return nil } // a write never waits

// pipeAddr stands for the client, which may change its address while DTLS
// goes on.
type pipeAddr struct{}

func (pipeAddr) Network() string { return "ice" }
func (pipeAddr) String() string  { return "client" }
