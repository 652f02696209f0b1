package certificate

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// Place is where a server can be reached: the names and addresses that its
// certificate should cover.
type Place struct {
	Names     []string
	Addresses []netip.Addr
}

// Here finds this machine's place: localhost, its host name (and the same under
// .local), and the address of every interface that is up. More names can be
// given.
func Here(more ...string) Place {
	p := Place{Names: []string{"localhost"}}
	if host, err := os.Hostname(); err == nil && host != "" {
		host = strings.ToLower(strings.TrimSuffix(host, "."))
		p.Names = append(p.Names, host)
		if !strings.Contains(host, ".") {
			p.Names = append(p.Names, host+".local")
		}
	}
	for _, name := range more {
		if ip, err := netip.ParseAddr(name); err == nil {
			p.Addresses = append(p.Addresses, ip.Unmap())
		} else if name != "" {
			p.Names = append(p.Names, strings.ToLower(name))
		}
	}
	p.Addresses = append(p.Addresses, InterfaceAddresses()...)
	slices.Sort(p.Names)
	p.Names = slices.Compact(p.Names)
	slices.SortFunc(p.Addresses, netip.Addr.Compare)
	p.Addresses = slices.Compact(p.Addresses)
	return p
}

// InterfaceAddresses are the addresses of every interface that is up, loopback
// included, link-local IPv6 left out: it needs a zone, which no link can carry.
func InterfaceAddresses() []netip.Addr {
	var all []netip.Addr
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addresses {
			prefix, err := netip.ParsePrefix(a.String())
			if err != nil {
				continue
			}
			ip := prefix.Addr().Unmap()
			if ip.Is6() && ip.IsLinkLocalUnicast() {
				continue
			}
			all = append(all, ip)
		}
	}
	return all
}

// Reachable are the addresses at which another machine can reach this one: all
// but loopback, IPv4 first.
func Reachable(addresses []netip.Addr) []netip.Addr {
	var out []netip.Addr
	for _, ip := range addresses {
		if !ip.IsLoopback() && !ip.IsUnspecified() {
			out = append(out, ip)
		}
	}
	slices.SortStableFunc(out, func(a, b netip.Addr) int { return a.BitLen() - b.BitLen() })
	return out
}
