package server

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Welcome says in words which addresses to open and what to do.
func (s *Server) Welcome(w io.Writer) {
	fmt.Fprintln(w, "Liqa is running.")
	urls := s.URLs()
	switch {
	case len(urls) > 0:
		fmt.Fprintln(w, "\nOpen it at")
		for _, u := range urls {
			fmt.Fprintf(w, "  %s\n", u)
		}
	case s.https != nil:
		fmt.Fprintln(w, "\nThis machine has no address that others could open. Connect it to a network.")
	}
	fmt.Fprintf(w, "\nOn this machine: %s\n", s.LocalURL())
	if s.authority != nil {
		fmt.Fprintln(w, "\nThe first time, every other machine must be told to trust this server. Open there")
		for _, u := range urls {
			if parsed, err := url.Parse(u); err == nil {
				_, port, _ := net.SplitHostPort(s.http.Addr().String())
				fmt.Fprintf(w, "  http://%s/ca\n", net.JoinHostPort(parsed.Hostname(), port))
			}
		}
		fmt.Fprintf(w, "and follow the page; the fingerprint it shows must be\n  %s\n", fingerprintLines(s.authority.Fingerprint()))
	}
	fmt.Fprintf(w, "\nConvene a summit with: liqa summit create FILE --data %s\n", s.options.Config.Data)
}

// fingerprintLines breaks a fingerprint in two, as people compare it.
func fingerprintLines(f string) string {
	half := len(f) / 2
	return strings.TrimSuffix(f[:half+1], ":") + "\n  " + strings.TrimPrefix(f[half+1:], ":")
}

// noteAddress keeps beside the administrator's token where the server is to be
// asked: `liqa summit` finds both there.
func (s *Server) noteAddress() error {
	address := s.LocalURL()
	// By the outside address where there is one: the links that are made begin
	// with the address by which they were asked for.
	if urls := s.URLs(); s.authority != nil && len(urls) > 0 {
		address = urls[0]
	}
	path := filepath.Join(s.options.Config.Data, "admin-address")
	if err := os.WriteFile(path, []byte(address+"\n"), 0o600); err != nil {
		return fmt.Errorf("the server's address cannot be kept for its administrator: %w", err)
	}
	return nil
}
