package peer

import (
	"net"

	"golang.org/x/sys/unix"
)

// limitUnsent has the kernel take no more for a connection than it can send
// soon.
func limitUnsent(c *net.TCPConn) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsentMost)
	})
}

// unsent is how many bytes wait to be sent.
func (s *stream) unsent() (n int) {
	raw, err := s.conn.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQNSD) })
	return n
}
