package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"

	"liqa/internal/access"
	"liqa/internal/certificate"
	"liqa/internal/journal"
	"liqa/internal/summit"
	frontend "liqa/web"
)

// LocalURL is where a browser on this machine opens the server without a
// certificate: browsers take localhost for secure.
func (s *Server) LocalURL() string {
	_, port, err := net.SplitHostPort(s.http.Addr().String())
	if err != nil {
		return ""
	}
	return "http://localhost:" + port
}

// URLs are where other machines open the server, the best first.
func (s *Server) URLs() []string {
	c := s.options.Config
	if c.Address != "" {
		return []string{c.Address}
	}
	if s.https == nil {
		return nil
	}
	at := s.https.Addr().(*net.TCPAddr).AddrPort()
	var all []string
	for _, name := range c.Certificate.Names {
		all = append(all, fmt.Sprintf("https://%s:%d", name, at.Port()))
	}
	addresses := []netip.Addr{at.Addr().Unmap()}
	if at.Addr().IsUnspecified() {
		addresses = certificate.Reachable(certificate.InterfaceAddresses())
	}
	for _, ip := range addresses {
		all = append(all, "https://"+netip.AddrPortFrom(ip, at.Port()).String())
	}
	return all
}

// Admin is the administrator's token, which also lies in the data folder.
func (s *Server) Admin() string { return s.admin }

// Authority is the local authority; nil when certificates come from elsewhere.
func (s *Server) Authority() *certificate.Authority { return s.authority }

// local lets a browser on this machine have everything by plain HTTP, which it
// takes for secure, and everybody else the way to HTTPS. The name must be a
// local one too: a page elsewhere could make its own name point here.
func (s *Server) local(whole, plain http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !fromHere(r) {
			plain.ServeHTTP(w, r)
			return
		}
		if beside := s.options.Beside; beside != nil && beside(w, r) {
			return
		}
		whole.ServeHTTP(w, r)
	})
}

func fromHere(r *http.Request) bool {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// adminToken reads the administrator's token, or makes it.
func adminToken(path string) (access.Secret, error) {
	return keptSecret(path, "the administrator's token")
}

// senderKey reads the key of the tokens of programs that send for a seat, or
// makes it.
func senderKey(path string) (access.SenderKey, error) {
	secret, err := keptSecret(path, "the key of the senders' tokens")
	return access.SenderKey{Secret: secret}, err
}

func keptSecret(path, what string) (access.Secret, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		secret, err := access.ParseSecret(strings.TrimSpace(string(text)))
		if err != nil {
			return secret, fmt.Errorf("%s does not hold %s; delete it and start again to have a new one", path, what)
		}
		return secret, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return access.Secret{}, fmt.Errorf("%s cannot be read: %w", what, err)
	}
	secret := access.NewSecret()
	if err := os.WriteFile(path, []byte(secret.Reveal()+"\n"), 0o600); err != nil {
		return secret, fmt.Errorf("%s cannot be kept: %w", what, err)
	}
	return secret, nil
}

func frontEnd() (fs.FS, error) { return fs.Sub(frontend.Dist, "dist") }

// exporter lets the administrator take a copy of the journal.
type exporter struct{ *journal.JetStream }

func (e exporter) Export(ctx context.Context, id summit.SummitID, w io.Writer) error {
	return e.JetStream.Export(ctx, string(id), w, nil)
}
