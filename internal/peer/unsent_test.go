//go:build linux

package peer

import (
	"io"
	"net"
	"testing"
	"time"

	"liqa/internal/switchboard"
)

// slowPair is a stream of the gate's and the connection of a client that reads
// nothing.
func slowPair(t *testing.T) (*stream, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	s := &stream{gate: &Gate{streams: map[*stream]struct{}{}}, conn: conn.(*net.TCPConn)}
	t.Cleanup(s.finish)
	_ = s.conn.SetWriteBuffer(streamBuffer)
	limitUnsent(s.conn)
	return s, client
}

// fill sends until there is no more room, and says how much was sent.
func fill(t *testing.T, s *stream) (sent int) {
	t.Helper()
	packet := make([]byte, 1000)
	for end := time.Now().Add(20 * time.Second); ; {
		if s.send(packet) {
			sent += len(packet) + 2
			continue
		}
		if s.unsent() > 0 {
			return sent
		}
		if time.Now().After(end) {
			t.Fatal("the kernel takes everything")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestLittleWaitsForWhoReadsSlowly(t *testing.T) {
	s, _ := slowPair(t)
	fill(t, s)
	if n := s.unsent(); n > unsentMost+4<<10 {
		t.Errorf("%d bytes wait to be sent", n)
	}
}

// What waits at a cut never reaches the client: neither the bytes in the kernel,
// nor the rest of a frame.
func TestACutBreaksOffWhatHasNotBeenSent(t *testing.T) {
	s, client := slowPair(t)
	sent := fill(t, s)
	waiting := s.unsent()
	r := &route{tcp: s}
	clearAtCut(r, []switchboard.Outgoing{{Source: "somebody"}})
	if got := s.unsent(); got < waiting {
		t.Fatalf("without a cut, what waits becomes %d of %d bytes", got, waiting)
	}
	clearAtCut(r, []switchboard.Outgoing{{Source: "somebody"}, {Source: ""}})
	_ = client.SetReadDeadline(time.Now().Add(10 * time.Second))
	read, err := io.Copy(io.Discard, client)
	if err == nil {
		t.Error("the connection ends as if everything had been sent")
	}
	// Between the two looks the kernel may have sent a little more.
	if most := sent - waiting/2; int(read) > most {
		t.Errorf("the client reads %d of %d bytes; %d waited to be sent at the cut", read, sent, waiting)
	}
	if s.send([]byte("more")) {
		t.Error("something is sent after the connection has been broken off")
	}
}

// Who reads is not broken off.
func TestACutLeavesWhoReadsAlone(t *testing.T) {
	s, client := slowPair(t)
	go io.Copy(io.Discard, client)
	if !s.send(make([]byte, 1000)) {
		t.Fatal("nothing can be sent")
	}
	for end := time.Now().Add(10 * time.Second); s.unsent() > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	clearAtCut(&route{tcp: s}, []switchboard.Outgoing{{Source: ""}})
	if !s.send([]byte("more")) {
		t.Error("a client that reads has been broken off")
	}
}
