//go:build !unix

package server

import (
	"errors"
	"net"
)

// peek is for systems with MSG_PEEK; elsewhere each has a port of its own.
func peek(net.Conn) (byte, error) { return 0, errors.ErrUnsupported }
