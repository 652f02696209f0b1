package preflight

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"strings"
	"syscall"

	"liqa/internal/certificate"
	"liqa/internal/config"
)

// checkPorts tries to listen wherever the server would.
func checkPorts(c config.Config) []Finding {
	var all []Finding
	try := func(what, network, address, key string) {
		if address == "" {
			return
		}
		if err := listen(network, address); err != nil {
			all = append(all, portFailure(what, network, address, key, err))
			return
		}
		all = append(all, good("port", "%s can be served at %s %s.", what, network, address))
	}
	if c.Certificate.Mode != config.BehindProxy {
		try("HTTPS", "tcp", c.Listen.HTTPS, "listen.https")
	}
	try("HTTP", "tcp", c.Listen.HTTP, "listen.http")
	try("Sound and pictures", "udp", c.Media.UDP, "media.udp")
	try("Sound and pictures", "tcp", c.Media.TCP, "media.tcp")
	return all
}

func listen(network, address string) error {
	if network == "udp" {
		at, err := net.ResolveUDPAddr(network, address)
		if err != nil {
			return err
		}
		l, err := net.ListenUDP(network, at)
		if err != nil {
			return err
		}
		return l.Close()
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return err
	}
	return l.Close()
}

func portFailure(what, network, address, key string, err error) Finding {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return failure("port", fmt.Sprintf("Stop the other program (ss -l -n -p shows which it is; perhaps this server runs already), or choose another port under %s.", key),
			"%s cannot be served at %s %s: another program has the port.", what, network, address)
	case errors.Is(err, fs.ErrPermission):
		return failure("port", fmt.Sprintf("Choose a port above 1023 under %s, or give the program the right: setcap cap_net_bind_service=+ep on its file.", key),
			"%s cannot be served at %s %s: ports below 1024 are for the system.", what, network, address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return failure("port", fmt.Sprintf("Name an address that “ip address” shows under %s, or only the port, as in :8443.", key),
			"%s cannot be served at %s %s: this machine does not have that address.", what, network, address)
	}
	return failure("port", fmt.Sprintf("Choose another address under %s.", key), "%s cannot be served at %s %s: %v.", what, network, address, err)
}

// checkAddresses looks whether another machine can reach pages and media.
func checkAddresses(c config.Config, m Machine) []Finding {
	var all []Finding
	reachable := certificate.Reachable(m.Addresses())
	advertised := c.Media.Addresses
	switch {
	case len(advertised) > 0:
		for _, a := range advertised {
			if ip, err := netip.ParseAddr(a); err == nil && ip.IsLoopback() {
				all = append(all, failure("address", "Name under media.addresses the address by which others reach this machine, or leave it out to have it found.",
					"Browsers would be told to send sound and pictures to %s, which is each machine's own.", a))
			} else {
				all = append(all, good("address", "Browsers are told to send sound and pictures to %s.", a))
			}
		}
	case onlyLoopback(c.Media.UDP):
		all = append(all, doubt("address", "Write only the port under media.udp and media.tcp, as in :8444.",
			"Sound and pictures are received on this machine's own address only: nobody on another machine can take part."))
	case len(reachable) == 0:
		all = append(all, doubt("address", "Connect this machine to the network, or name its outside address under media.addresses.",
			"This machine has no address but its own (loopback): nobody on another machine can take part."))
	default:
		all = append(all, good("address", "Browsers are told to send sound and pictures to %s.", inList(reachable)))
	}
	if c.Certificate.Mode != config.BehindProxy && onlyLoopback(c.Listen.HTTPS) {
		all = append(all, doubt("address", "Write only the port under listen.https, as in :8443.",
			"Pages are served on this machine's own address only: nobody on another machine can open them."))
	}
	return all
}

func onlyLoopback(listen string) bool {
	at, err := config.ParseListen(listen)
	return err == nil && at.Addr().IsLoopback()
}

// inList names addresses as a sentence does.
func inList(all []netip.Addr) string {
	names := make([]string, len(all))
	for i, a := range all {
		names[i] = a.String()
	}
	return strings.Join(names, ", ")
}
