//go:build linux

package lab

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Wire joins two places: what one end's interface sends arrives at the other's,
// after a while. Each end is a TUN device, so that IP packets of every protocol
// pass, and the kernel's own filters and queues work on both.
type Wire struct {
	A, B   *End
	copies sync.WaitGroup
}

// End is one end of a wire.
type End struct {
	Place   *Place
	Device  string       // the interface's name in the place
	Address netip.Prefix // of the interface

	tun *os.File
	// Of packets that leave here.
	delay, jitter atomic.Int64 // nanoseconds
	cut           atomic.Bool
	translate     atomic.Pointer[translator]
	dropped       atomic.Uint64
}

// queueLength is how many packets may be under way in one direction: 300 ms of
// 40 Mbit/s. A wire that is fuller drops.
const queueLength = 1500

// Connect joins two places by a wire whose ends have addresses of one network.
func Connect(a, b *Place, device string, addressA, addressB netip.Prefix) (*Wire, error) {
	w := &Wire{A: &End{Place: a, Device: device, Address: addressA}, B: &End{Place: b, Device: device, Address: addressB}}
	for _, e := range []*End{w.A, w.B} {
		if err := e.open(); err != nil {
			w.Close()
			return nil, err
		}
	}
	w.copies.Add(2)
	go func() { defer w.copies.Done(); w.A.carry(w.B) }()
	go func() { defer w.copies.Done(); w.B.carry(w.A) }()
	return w, nil
}

func openTUN() (fd int, err error) {
	if fd, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0); err != nil {
		return fd, fmt.Errorf("%w: /dev/net/tun cannot be opened (%w)", ErrNotPermitted, err)
	}
	return fd, nil
}

func (e *End) open() error {
	err := e.Place.Do(func() error {
		fd, err := openTUN()
		if err != nil {
			return err
		}
		request, err := unix.NewIfreq(e.Device)
		if err == nil {
			request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
			err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("make the interface %s in %s: %w", e.Device, e.Place.Label, err), unix.Close(fd))
		}
		e.tun = os.NewFile(uintptr(fd), "tun")
		return nil
	})
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{"addr", "add", e.Address.String(), "dev", e.Device},
		{"link", "set", e.Device, "up", "mtu", "1500", "txqueuelen", "1000"},
		// The other end leads on to everywhere, for those who have no other way.
		{"route", "append", "default", "dev", e.Device},
	} {
		if err := e.Place.Run("ip", args...); err != nil {
			return err
		}
	}
	return nil
}

// Close cuts the wire for good.
func (w *Wire) Close() {
	for _, e := range []*End{w.A, w.B} {
		if e.tun != nil {
			_ = e.tun.Close() // nothing is lost by it that the wire would not lose
		}
	}
	w.copies.Wait()
}

// Delay makes every packet take so long, half of the round trip each way.
// Jitter, if any, adds between nothing and so much to each; packets stay in
// order.
func (w *Wire) Delay(roundTrip, jitter time.Duration) {
	for _, e := range []*End{w.A, w.B} {
		e.delay.Store(int64(roundTrip / 2))
		e.jitter.Store(int64(jitter))
	}
}

// Cut lets nothing pass, or everything again.
func (w *Wire) Cut(on bool) {
	w.A.cut.Store(on)
	w.B.cut.Store(on)
}

// Dropped says how many packets the wire had no room for.
func (w *Wire) Dropped() uint64 { return w.A.dropped.Load() + w.B.dropped.Load() }

type parcel struct {
	due  time.Time
	data []byte
}

// carry takes what leaves this end to the other until the wire is closed.
func (e *End) carry(to *End) {
	under := make(chan parcel, queueLength)
	var delivering sync.WaitGroup
	delivering.Add(1)
	go func() {
		defer delivering.Done()
		for p := range under {
			if wait := time.Until(p.due); wait > 0 {
				time.Sleep(wait)
			}
			if to.cut.Load() {
				continue
			}
			_, _ = to.tun.Write(p.data) // refused while the interface is down, as on any wire
		}
	}()
	defer delivering.Wait()
	defer close(under)
	buf := make([]byte, 65536)
	var last time.Time
	for {
		n, err := e.tun.Read(buf)
		if errors.Is(err, os.ErrClosed) || errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			time.Sleep(time.Millisecond) // the interface is down for a moment
			continue
		}
		data := e.through(to, append([]byte(nil), buf[:n]...))
		if data == nil || e.cut.Load() {
			continue
		}
		p := parcel{time.Now().Add(time.Duration(e.delay.Load() + random(e.jitter.Load()))), data}
		if p.due.Before(last) {
			p.due = last
		}
		last = p.due
		select {
		case under <- p:
		default:
			e.dropped.Add(1)
		}
	}
}

// through passes a packet through the translator of either end; nil is a
// packet that goes no further.
func (e *End) through(to *End, packet []byte) []byte {
	if t := e.translate.Load(); t != nil {
		return t.outward(packet)
	}
	if t := to.translate.Load(); t != nil {
		return t.inward(packet)
	}
	return packet
}
