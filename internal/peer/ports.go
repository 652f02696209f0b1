package peer

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"
)

// ports are the gate's sockets: one UDP port on each of the machine's
// addresses, and one TCP listener.
type ports struct {
	listener net.Listener

	mu      sync.Mutex
	every   bool // listen on all addresses, and follow their changes
	only4   bool // of them, IPv4 only
	port    uint16
	sockets map[netip.Addr]*socket
	looked  time.Time
}

func (p *ports) open(g *Gate) error {
	host, service, err := net.SplitHostPort(g.config.UDPAddr)
	if err != nil {
		return fmt.Errorf("listen for media over UDP at %q: %w", g.config.UDPAddr, err)
	}
	port, err := net.LookupPort("udp", service)
	if err != nil {
		return fmt.Errorf("listen for media over UDP at %q: %w", g.config.UDPAddr, err)
	}
	p.port = uint16(port)
	p.sockets = map[netip.Addr]*socket{}
	addr, err := netip.ParseAddr(host)
	p.every = host == "" || err == nil && addr.IsUnspecified()
	if p.every {
		p.only4 = err == nil && addr.Is4()
		return p.openEvery(g)
	}
	if err != nil {
		resolved, err := net.ResolveIPAddr("ip", host)
		if err != nil {
			return fmt.Errorf("listen for media over UDP at %q: %w", g.config.UDPAddr, err)
		}
		addr, _ = netip.AddrFromSlice(resolved.IP)
	}
	s, err := g.openSocket(netip.AddrPortFrom(addr.Unmap(), p.port))
	if err != nil {
		return fmt.Errorf("listen for media over UDP: %w", err)
	}
	p.sockets[s.local.Addr()] = s
	return nil
}

// openEvery opens a socket on each address. With port 0 the first socket
// chooses, and where another address has that port taken, it begins anew.
func (p *ports) openEvery(g *Gate) error {
	chosen := p.port
	for try := 0; ; try++ {
		err := p.follow(g)
		if err == nil && len(p.sockets) == 0 {
			err = errNoSocket
		}
		if err == nil {
			return nil
		}
		if chosen != 0 || try == 10 {
			return fmt.Errorf("listen for media over UDP: %w", err)
		}
		p.close()
		p.port, p.sockets = 0, map[netip.Addr]*socket{}
	}
}

// follow opens sockets on new addresses and closes those on addresses that are
// gone.
func (p *ports) follow(g *Gate) error {
	p.looked = time.Now()
	addrs, err := localAddresses(p.only4)
	if err != nil {
		return err
	}
	for a, s := range p.sockets {
		if !slices.Contains(addrs, a) {
			_ = s.conn.Close()
			delete(p.sockets, a)
		}
	}
	for _, a := range addrs {
		if p.sockets[a] != nil {
			continue
		}
		s, err := g.openSocket(netip.AddrPortFrom(a, p.port))
		if errors.Is(err, syscall.EADDRNOTAVAIL) {
			continue // an IPv6 address still being tried, or one just gone
		}
		if err != nil {
			return err
		}
		p.port = s.local.Port()
		p.sockets[a] = s
	}
	return nil
}

func (p *ports) refresh(g *Gate) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.every || time.Since(p.looked) < 2*time.Second {
		return nil
	}
	return p.follow(g)
}

// localAddresses of the machine, without those of one link only, which a
// candidate cannot name.
func localAddresses(only4 bool) ([]netip.Addr, error) {
	nets, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var list []netip.Addr
	for _, n := range nets {
		prefix, err := netip.ParsePrefix(n.String())
		if err != nil {
			continue
		}
		a := prefix.Addr().Unmap()
		if a.IsLinkLocalUnicast() || a.IsMulticast() || only4 && !a.Is4() {
			continue
		}
		list = append(list, a)
	}
	return list, nil
}

// advertised are the addresses for clients: those configured, or the machine's
// own, with loopback last so that a browser on this machine finds it too.
func (p *ports) advertised(configured []netip.Addr) (udp, tcp []netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	hosts := slices.Clone(configured)
	if len(hosts) == 0 {
		for a := range p.sockets {
			hosts = append(hosts, a)
		}
		slices.SortFunc(hosts, func(a, b netip.Addr) int {
			if a.IsLoopback() != b.IsLoopback() {
				if a.IsLoopback() {
					return 1
				}
				return -1
			}
			return a.Compare(b)
		})
	}
	var listening netip.AddrPort
	if p.listener != nil {
		listening = p.listener.Addr().(*net.TCPAddr).AddrPort()
	}
	for _, h := range hosts {
		udp = append(udp, netip.AddrPortFrom(h.Unmap(), p.port0()))
		at := listening.Addr().Unmap()
		if listening.IsValid() && (at.IsUnspecified() || at == h || len(configured) > 0) {
			tcp = append(tcp, netip.AddrPortFrom(h.Unmap(), listening.Port()))
		}
	}
	return udp, tcp
}

// port0 is the UDP port that is bound, also when 0 was asked for.
func (p *ports) port0() uint16 {
	for _, s := range p.sockets {
		return s.local.Port()
	}
	return p.port
}

func (p *ports) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		_ = p.listener.Close()
	}
	for _, s := range p.sockets {
		_ = s.conn.Close()
	}
}
