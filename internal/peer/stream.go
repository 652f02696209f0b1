package peer

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// streamBuffer is the kernel's share for a client that reads slowly over
	// TCP: half a second of sound and pictures. More would only come too late.
	streamBuffer = 128 << 10
	// streamPatience is how long a packet waits for room in it, and streamPause
	// how long after that packets are dropped without trying again.
	streamPatience = 10 * time.Millisecond
	streamPause    = 40 * time.Millisecond

	streamProof = 10 * time.Second // from accept to the first valid check
	maxUnproven = 512              // accepted and not yet proved; more are closed at once
	maxUnknown  = 64               // of them from one address
)

// stream is one TCP connection of a client: datagrams in frames of a two-byte
// length (RFC 4571). Nothing is queued here, so that nothing leaves after a
// cut: a packet for which the kernel has no room is dropped, and only the rest
// of a frame that was begun is kept until it can be ended.
type stream struct {
	gate   *Gate
	conn   *net.TCPConn
	remote netip.AddrPort
	route  atomic.Pointer[route]
	once   sync.Once

	mu     sync.Mutex
	frame  []byte // scratch; its rest, when the last write was cut short
	rest   []byte
	paused time.Time // until then nothing is tried
}

func (g *Gate) accept(l net.Listener) {
	defer g.reading.Done()
	for {
		conn, err := l.Accept()
		if err != nil {
			if g.isClosed() || errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(50 * time.Millisecond) // out of descriptors, perhaps
			continue
		}
		remote := conn.RemoteAddr().(*net.TCPAddr).AddrPort()
		s := &stream{
			gate: g, conn: conn.(*net.TCPConn),
			remote: netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port()),
		}
		_ = s.conn.SetWriteBuffer(streamBuffer)
		limitUnsent(s.conn)
		if !g.addStream(s) {
			_ = conn.Close()
		}
	}
}

// addStream starts reading a stream; false when too many wait to prove
// themselves.
func (g *Gate) addStream(s *stream) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	unproven, here := 0, 0
	for other := range g.streams {
		if other.route.Load() == nil {
			unproven++
			if other.remote.Addr() == s.remote.Addr() {
				here++
			}
		}
	}
	if g.closed || unproven >= maxUnproven || here >= maxUnknown {
		return false
	}
	g.streams[s] = struct{}{}
	g.reading.Add(1)
	go s.read()
	return true
}

func (s *stream) read() {
	defer s.gate.reading.Done()
	defer s.finish()
	_ = s.conn.SetReadDeadline(time.Now().Add(streamProof))
	in := bufio.NewReaderSize(s.conn, 4<<10)
	buf := make([]byte, maxPacket)
	proved := false
	for {
		var length [2]byte
		if _, err := io.ReadFull(in, length[:]); err != nil {
			return
		}
		n := int(binary.BigEndian.Uint16(length[:]))
		if n > maxPacket {
			return // no honest client frames more
		}
		if _, err := io.ReadFull(in, buf[:n]); err != nil {
			return
		}
		s.gate.receive(s.route.Load(), origin{tcp: s, remote: s.remote}, buf[:n], time.Now())
		if !proved && s.route.Load() != nil {
			proved = true
			_ = s.conn.SetReadDeadline(time.Time{})
		}
	}
}

// send writes one datagram, or drops it and says so.
func (s *stream) send(b []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rest) > 0 {
		n := s.write(s.rest)
		if s.rest = s.rest[n:]; len(s.rest) > 0 {
			return false
		}
	}
	s.frame = binary.BigEndian.AppendUint16(s.frame[:0], uint16(len(b)))
	s.frame = append(s.frame, b...)
	n := s.write(s.frame)
	if n > 0 && n < len(s.frame) {
		s.rest = s.frame[n:]
	}
	return n == len(s.frame)
}

// write writes what there is room for. It tries twice when nothing went: on a
// busy machine the first deadline may pass before the first attempt.
func (s *stream) write(b []byte) (n int) {
	for range 2 {
		now := time.Now()
		if now.Before(s.paused) {
			return 0
		}
		_ = s.conn.SetWriteDeadline(now.Add(streamPatience))
		var err error
		if n, err = s.conn.Write(b); err == nil || n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
	}
	if n < len(b) {
		s.paused = time.Now().Add(streamPause)
	}
	return n
}

// finish closes the stream; what the kernel has of it still goes out.
func (s *stream) finish() {
	s.once.Do(func() {
		_ = s.conn.Close()
		s.gate.mu.Lock()
		delete(s.gate.streams, s)
		s.gate.mu.Unlock()
	})
}
