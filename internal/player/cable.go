package player

import (
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// Cable is a player's UDP socket on a bad network: it loses packets, is slow,
// is pulled out, or comes out of another port than before. Its Open is for
// [Config.Socket]; a cable is of one connection.
type Cable struct {
	mu     sync.Mutex
	socket net.PacketConn
	in     chan datagram
	done   chan struct{}
	lost   [2]float64 // in, out
	rate   [2]int     // bits a second, 0: no limit
	delay  time.Duration
	free   [2]time.Time
	cut    bool
	closed bool
}

type datagram struct {
	data []byte
	from net.Addr
	at   time.Time // when it comes out
}

// queued is how long a packet may wait where the rate is limited; more are lost.
const queued = 300 * time.Millisecond

// Open opens the socket, on any address of the machine.
func (c *Cable) Open() (net.PacketConn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in, c.done = make(chan datagram, 1024), make(chan struct{})
	return c, c.plug()
}

func (c *Cable) plug() error {
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{})
	if err != nil {
		return err
	}
	c.socket = socket
	go c.read(socket)
	return nil
}

// Lose makes a fraction of packets be lost on the way in and on the way out.
func (c *Cable) Lose(in, out float64) { c.set(func() { c.lost = [2]float64{in, out} }) }

// Delay keeps each packet back for so long, either way.
func (c *Cable) Delay(d time.Duration) { c.set(func() { c.delay = d }) }

// Limit lets so many bits a second through, in and out; 0 is no limit.
func (c *Cable) Limit(in, out int) { c.set(func() { c.rate = [2]int{in, out} }) }

// Cut pulls the cable out, or puts it in again.
func (c *Cable) Cut(cut bool) { c.set(func() { c.cut = cut }) }

func (c *Cable) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// Move goes on from another port, as through a NAT that has forgotten the old
// one, or on another network.
func (c *Cable) Move() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	old := c.socket
	if err := c.plug(); err != nil {
		return err
	}
	return old.Close()
}

// passes says whether a packet gets through, and how long that takes.
func (c *Cable) passes(way, size int) (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cut || c.closed || rand.Float64() < c.lost[way] {
		return 0, false
	}
	if c.rate[way] == 0 {
		return c.delay, true
	}
	now := time.Now()
	leaves := now
	if c.free[way].After(now) {
		leaves = c.free[way]
	}
	if leaves.Sub(now) > queued {
		return 0, false
	}
	c.free[way] = leaves.Add(time.Duration(size+28) * 8 * time.Second / time.Duration(c.rate[way]))
	return c.delay + c.free[way].Sub(now), true
}

func (c *Cable) read(socket net.PacketConn) {
	buf := make([]byte, 2048)
	for {
		n, from, err := socket.ReadFrom(buf)
		if err != nil {
			return
		}
		if wait, ok := c.passes(0, n); ok {
			select {
			case c.in <- datagram{append([]byte(nil), buf[:n]...), from, time.Now().Add(wait)}:
			default:
			}
		}
	}
}

// ReadFrom is a net.PacketConn's.
func (c *Cable) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-c.in:
		time.Sleep(time.Until(d.at))
		return copy(b, d.data), d.from, nil
	case <-c.done:
		return 0, nil, net.ErrClosed
	}
}

// WriteTo is a net.PacketConn's.
func (c *Cable) WriteTo(b []byte, to net.Addr) (int, error) {
	wait, ok := c.passes(1, len(b))
	if !ok {
		return len(b), nil
	}
	c.mu.Lock()
	socket, closed := c.socket, c.closed
	c.mu.Unlock()
	switch {
	case closed:
		return 0, net.ErrClosed
	case wait > 0:
		late := append([]byte(nil), b...)
		time.AfterFunc(wait, func() { _, _ = socket.WriteTo(late, to) })
	default:
		if _, err := socket.WriteTo(b, to); err != nil && !errors.Is(err, net.ErrClosed) {
			return 0, err
		}
	}
	return len(b), nil
}

// Close is a net.PacketConn's.
func (c *Cable) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	err := c.socket.Close()
	close(c.done)
	return err
}

// LocalAddr is the address of now.
func (c *Cable) LocalAddr() net.Addr {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.socket.LocalAddr()
}

// Deadlines are not kept: whoever reads is ended by Close.

// SetDeadline is a net.PacketConn's.
func (c *Cable) SetDeadline(time.Time) error { return nil }

// SetReadDeadline is a net.PacketConn's.
func (c *Cable) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline is a net.PacketConn's.
func (c *Cable) SetWriteDeadline(time.Time) error { return nil }
