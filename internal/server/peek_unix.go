//go:build unix

package server

import (
	"errors"
	"io"
	"net"

	"golang.org/x/sys/unix"
)

// peek waits for a connection's first byte and leaves it there.
func peek(conn net.Conn) (first byte, err error) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return 0, err
	}
	var b [1]byte
	n := 0
	var fault error
	err = raw.Read(func(fd uintptr) bool {
		n, _, fault = unix.Recvfrom(int(fd), b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		return !errors.Is(fault, unix.EAGAIN) && !errors.Is(fault, unix.EINTR)
	})
	switch {
	case err != nil:
		return 0, err
	case fault != nil:
		return 0, fault
	case n == 0:
		return 0, io.EOF
	}
	return b[0], nil
}
