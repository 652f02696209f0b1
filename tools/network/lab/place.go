//go:build linux

// Package lab makes networks to try things on: network namespaces of the
// kernel's own, wires between them that delay, cut and translate, loss by
// nftables and rates by tbf. Whatever runs in a place has real sockets and
// real routes, and cannot tell that the network is no wider than this machine.
//
// It needs to be root. It knows nothing of summits, measures nothing, and
// leaves nothing behind: a place has no name in the system, and the kernel
// takes it away with the process that made it, also one that was killed.
package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrNotPermitted says that this process may not make network namespaces, as
// in most containers and for everybody but root.
var ErrNotPermitted = errors.New("network namespaces are not permitted here")

// Place is a network namespace. One thread stays in it for as long as it
// exists and does whatever must be done there.
type Place struct {
	Label string // in messages only

	work chan func()
	once sync.Once
}

// Permitted is nil where this process may make places and wires, and says why
// not where it is not.
func Permitted() error {
	tried := make(chan error)
	p := &Place{work: make(chan func())}
	go p.stay(tried)
	if err := <-tried; err != nil {
		return err
	}
	defer p.Close()
	return p.Do(func() error {
		fd, err := openTUN()
		if err != nil {
			return err
		}
		return unix.Close(fd)
	})
}

// NewPlace makes a namespace with nothing but a loopback interface. Its error
// is [ErrNotPermitted] where that is not allowed.
func NewPlace(label string) (*Place, error) {
	p := &Place{Label: label, work: make(chan func())}
	made := make(chan error)
	go p.stay(made)
	if err := <-made; err != nil {
		return nil, err
	}
	if err := p.Run("ip", "link", "set", "lo", "up"); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// stay is the life of the place's thread. It never leaves the namespace, and
// ends with the goroutine, because it is never unlocked.
func (p *Place) stay(made chan<- error) {
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
			err = fmt.Errorf("%w (%w)", ErrNotPermitted, err)
		}
		made <- err
		return
	}
	made <- nil
	for f := range p.work {
		f()
	}
}

// Do calls f on the place's thread: sockets that it opens and processes that
// it starts are in the place, whoever uses them later.
func (p *Place) Do(f func() error) error {
	done := make(chan error)
	p.work <- func() { done <- f() }
	return <-done
}

// Close gives the place up. It goes when its last socket and process have gone.
// Processes started in it are killed with its thread.
func (p *Place) Close() { p.once.Do(func() { close(p.work) }) }

// Start starts a command in the place. It is killed when the place is closed
// or this process ends, however that happens.
func (p *Place) Start(cmd *exec.Cmd) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	return p.Do(cmd.Start)
}

// Run runs a command in the place to its end. The error has what it printed.
func (p *Place) Run(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	err := p.Start(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return fmt.Errorf("%s, in %s: %w: %s", strings.Join(append([]string{name}, args...), " "), p.Label, err, strings.TrimSpace(said.String()))
	}
	return nil
}

// Forward makes the place a router: what arrives for others goes on to them.
func (p *Place) Forward() error {
	// What /proc/sys/net shows is of the thread that opens it.
	return p.Do(func() error { return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0) })
}

// Dial connects from the place. The address must be a literal one: a name
// would be looked up outside.
func (p *Place) Dial(ctx context.Context, network, address string) (c net.Conn, err error) {
	err = p.Do(func() error {
		c, err = (&net.Dialer{}).DialContext(ctx, network, address)
		return err
	})
	return c, err
}

// ListenUDP opens a UDP socket in the place.
func (p *Place) ListenUDP(address string) (c net.PacketConn, err error) {
	err = p.Do(func() error {
		c, err = net.ListenPacket("udp4", address)
		return err
	})
	return c, err
}
