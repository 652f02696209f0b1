//go:build !linux

package peer

import "net"

// limitUnsent does nothing: the buffer's size is the limit.
func limitUnsent(*net.TCPConn) {}

// unsent is 0: the system does not say.
func (s *stream) unsent() int { return 0 }
