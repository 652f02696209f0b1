package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func lan() Place {
	return Place{Names: []string{"localhost", "hall"}, Addresses: []netip.Addr{netip.MustParseAddr("192.168.7.3")}}
}

func open(t *testing.T, dir string, at Place) *Authority {
	t.Helper()
	a, err := OpenAuthority(dir, at, now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func leaf(t *testing.T, a *Authority, at Place, when time.Time) *x509.Certificate {
	t.Helper()
	c, err := a.Leaf(at, when)
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf
}

func trusts(a *Authority, c *x509.Certificate, name string, when time.Time) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(a.PEM())
	_, err := c.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: when})
	return err
}

func TestTheLeafIsTrustedByWhoInstalledTheRoot(t *testing.T) {
	a := open(t, t.TempDir(), lan())
	c := leaf(t, a, lan(), now)
	for _, name := range []string{"localhost", "hall", "192.168.7.3"} {
		if err := trusts(a, c, name, now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := trusts(a, c, "192.168.7.4", now); err == nil {
		t.Error("the certificate covers an address that it was not made for")
	}
}

func TestTheRootCannotVouchForTheRestOfTheWeb(t *testing.T) {
	a := open(t, t.TempDir(), lan())
	bank := Place{Names: []string{"bank.example.com"}, Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.9")}}
	c, _, err := a.sign(bank, now) // as somebody with the stolen key would
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bank.example.com", "203.0.113.9"} {
		if err := trusts(a, c, name, now); err == nil {
			t.Errorf("a browser would believe this authority about %s", name)
		}
	}
	if got := a.Missing(bank); len(got) != 2 {
		t.Errorf("missing %v, want both", got)
	}
}

func TestTheLeafIsKeptAndRenewed(t *testing.T) {
	dir := t.TempDir()
	first := leaf(t, open(t, dir, lan()), lan(), now)
	again := open(t, dir, lan()) // a restart
	if c := leaf(t, again, lan(), now.Add(24*time.Hour)); !c.Equal(first) {
		t.Error("a new certificate was made although the old one serves")
	}
	if c := leaf(t, again, lan(), now.Add(leafLife-renewAt+time.Hour)); c.Equal(first) {
		t.Error("the certificate was not renewed in its last month")
	}
	moved := lan()
	moved.Addresses = append(moved.Addresses, netip.MustParseAddr("10.9.8.7"))
	c := leaf(t, again, moved, now)
	if err := trusts(again, c, "10.9.8.7", now); err != nil {
		t.Errorf("after the machine moved to another network: %v", err)
	}
}

func TestKeysAreForTheOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "authority")
	leaf(t, open(t, dir, lan()), lan(), now)
	for _, name := range []string{"root.key", "server.key"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

func TestAnAuthorityThatCannotBeUsedIsSaidSo(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, lan())
	if _, err := OpenAuthority(dir, lan(), now.Add(rootLife+48*time.Hour)); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("expired: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "root.pem"), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAuthority(dir, lan(), now); err == nil {
		t.Error("a broken root was replaced in silence: everyone who installed the old one would be locked out")
	}
}

func serve(t *testing.T, s *Source) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = s.TLS
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestLocalServesOverTLS(t *testing.T) {
	s, err := Local(t.Context(), t.TempDir(), nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	server := serve(t, s)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.Authority.PEM())
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	answer, err := client.Get(strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
}

func TestFilesMustBelongTogether(t *testing.T) {
	dir := t.TempDir()
	leaf(t, open(t, dir, lan()), lan(), now)
	log := slog.New(slog.DiscardHandler)
	if _, err := FromFiles(t.Context(), filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key"), log); err != nil {
		t.Error(err)
	}
	if _, err := FromFiles(t.Context(), filepath.Join(dir, "server.pem"), filepath.Join(dir, "root.key"), log); err == nil {
		t.Error("a certificate with another's key was taken")
	}
}

// An authority that answers nothing sensible must leave a server that runs and
// a log that says why there is no certificate.
func TestAnACMEAuthorityThatFailsIsLogged(t *testing.T) {
	directory := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	}))
	defer directory.Close()
	said := make(chan string, 100)
	log := slog.New(slog.NewTextHandler(lines{said}, nil))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := FromACME(ctx, Public{Names: []string{"summit.example.org"}, Directory: directory.URL, Dir: t.TempDir()}, log)
	if err != nil {
		t.Fatal(err)
	}
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "next") })
	w := httptest.NewRecorder()
	s.Challenge(next).ServeHTTP(w, httptest.NewRequest("GET", "/join", nil))
	if w.Body.String() != "next" {
		t.Errorf("a page on plain HTTP answered %q", w.Body)
	}
	select {
	case line := <-said:
		if !strings.Contains(line, "no certificate could be obtained") || !strings.Contains(line, "summit.example.org") {
			t.Errorf("the log says %q", line)
		}
	case <-time.After(20 * time.Second):
		t.Error("the log does not say that there is no certificate")
	}
}

type lines struct{ to chan string }

func (l lines) Write(p []byte) (int, error) {
	select {
	case l.to <- string(p):
	default:
	}
	return len(p), nil
}
