// Package pipe is what DTLS runs on where its records share a way with STUN and
// SRTP: whoever reads that way hands them in, and sends them out.
//
// It keeps a few datagrams and loses what is more, as any network does. It knows
// no address, opens no socket and tells no record from anything else.
package pipe

import (
	"net"
	"os"
	"sync"
	"time"

	"github.com/pion/transport/v5/deadline"
)

// Pipe is a net.PacketConn with one peer.
type Pipe struct {
	send     func([]byte) error
	in       chan []byte
	deadline *deadline.Deadline
	once     sync.Once
	closed   chan struct{}
}

// New makes a pipe whose datagrams leave by send, which must not wait.
func New(send func([]byte) error) *Pipe {
	return &Pipe{send: send, in: make(chan []byte, 16), deadline: deadline.New(), closed: make(chan struct{})}
}

// Deliver hands in a datagram, which it copies; one too many is lost.
func (p *Pipe) Deliver(b []byte) {
	select {
	case p.in <- append([]byte(nil), b...):
	default:
	}
}

func (p *Pipe) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-p.in:
		return copy(b, d), Peer{}, nil
	case <-p.closed:
		return 0, nil, net.ErrClosed
	case <-p.deadline.Done():
		return 0, nil, os.ErrDeadlineExceeded
	}
}

func (p *Pipe) WriteTo(b []byte, _ net.Addr) (int, error) { return len(b), p.send(b) }

// Close ends what waits to read. What is sent is the sender's to stop.
func (p *Pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *Pipe) LocalAddr() net.Addr                { return Peer{} }
func (p *Pipe) SetDeadline(t time.Time) error      { return p.SetReadDeadline(t) }
func (p *Pipe) SetReadDeadline(t time.Time) error  { p.deadline.Set(t); return nil }
func (p *Pipe) SetWriteDeadline(_ time.Time) error { return nil } // a write never waits

// Peer stands for the other end, which may change its address while DTLS goes on.
type Peer struct{}

func (Peer) Network() string { return "ice" }
func (Peer) String() string  { return "peer" }
