package certificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	rootLife = 10 * 365 * 24 * time.Hour
	leafLife = 90 * 24 * time.Hour
	renewAt  = 30 * 24 * time.Hour // of a leaf's life left
	// A clock that is behind, on either machine, must not make a new
	// certificate look as if it came from the future.
	backdated = 24 * time.Hour
)

// Authority is a certificate authority of this server's own. Its root can
// vouch only for private networks, local names and the names it was made for:
// who installs it gives nobody power over the rest of the web.
type Authority struct {
	dir  string
	root *x509.Certificate
	key  *ecdsa.PrivateKey
}

// OpenAuthority reads the authority kept in dir, or makes one there. Names and
// addresses are those that its root may vouch for beside the local ones.
func OpenAuthority(dir string, at Place, now time.Time) (*Authority, error) {
	root, key, err := readPair(filepath.Join(dir, "root.pem"), filepath.Join(dir, "root.key"))
	switch {
	case err == nil:
		a := &Authority{dir, root, key}
		if now.After(root.NotAfter) {
			return nil, fmt.Errorf("the local authority in %s expired on %s; remove that folder, start again, and let everyone install the new root",
				dir, root.NotAfter.Format(time.DateOnly))
		}
		return a, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the local authority cannot be read: %w", err)
	}
	return makeAuthority(dir, at, now)
}

func makeAuthority(dir string, at Place, now time.Time) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the local authority cannot be kept: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{Organization: []string{"Liqa"}, CommonName: strings.TrimSpace("Liqa local authority " + host)},
		NotBefore:             now.Add(-backdated),
		NotAfter:              now.Add(rootLife),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,

		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         append(append([]string{}, localDomains...), at.Names...),
	}
	for _, p := range privateNetworks {
		template.PermittedIPRanges = append(template.PermittedIPRanges, ipNet(p))
	}
	for _, ip := range at.Addresses {
		if !isPrivate(ip) {
			template.PermittedIPRanges = append(template.PermittedIPRanges, ipNet(netip.PrefixFrom(ip, ip.BitLen())))
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if err := writePair(dir, "root", der, key); err != nil {
		return nil, err
	}
	return &Authority{dir, root, key}, nil
}

// localDomains and privateNetworks are what means something on a local network
// only; nobody else can own them.
var (
	localDomains    = []string{"localhost", "local", "lan", "internal", "home.arpa", "test"}
	privateNetworks = []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("100.64.0.0/10"),
		netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("127.0.0.0/8"),
		netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"),
	}
)

func isPrivate(ip netip.Addr) bool {
	for _, p := range privateNetworks {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// PEM is the root certificate as text, and DER the same in the form that
// phones want. Neither is secret.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw})
}

// DER is the root certificate in binary form.
func (a *Authority) DER() []byte { return bytes.Clone(a.root.Raw) }

// Fingerprint is the root's SHA-256, in pairs of digits with colons between:
// what a careful person compares before installing it.
func (a *Authority) Fingerprint() string {
	sum := sha256.Sum256(a.root.Raw)
	text := strings.ToUpper(hex.EncodeToString(sum[:]))
	var b strings.Builder
	for i := 0; i < len(text); i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(text[i : i+2])
	}
	return b.String()
}

// Expires is when the root stops being valid.
func (a *Authority) Expires() time.Time { return a.root.NotAfter }

// vouchesFor reports whether the root may sign for a name.
func (a *Authority) vouchesFor(name string) bool {
	for _, domain := range a.root.PermittedDNSDomains {
		if name == domain || strings.HasSuffix(name, "."+domain) {
			return true
		}
	}
	return false
}

func (a *Authority) vouchesForAddress(ip netip.Addr) bool {
	for _, n := range a.root.PermittedIPRanges {
		if n.Contains(ip.AsSlice()) {
			return true
		}
	}
	return false
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return n
}

// readPair reads a certificate and its key.
func readPair(certificate, key string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(certificate)
	if err != nil {
		return nil, nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, nil, fmt.Errorf("%s holds no certificate", certificate)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", certificate, err)
	}
	text, err = os.ReadFile(key)
	if err != nil {
		return nil, nil, err
	}
	if block, _ = pem.Decode(text); block == nil {
		return nil, nil, fmt.Errorf("%s holds no key", key)
	}
	k, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", key, err)
	}
	if !k.PublicKey.Equal(c.PublicKey) {
		return nil, nil, fmt.Errorf("%s does not belong to %s", key, certificate)
	}
	return c, k, nil
}

// writePair writes the key first and the certificate last, each whole or not
// at all: a certificate whose key is missing would be found at the next start.
func writePair(dir, name string, der []byte, key *ecdsa.PrivateKey) error {
	k, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	if err := writeWhole(filepath.Join(dir, name+".key"), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: k}), 0o600); err != nil {
		return err
	}
	return writeWhole(filepath.Join(dir, name+".pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

func writeWhole(path string, text []byte, mode fs.FileMode) error {
	partial := path + ".partial"
	if err := os.WriteFile(partial, text, mode); err != nil {
		return fmt.Errorf("a certificate cannot be kept: %w", err)
	}
	return os.Rename(partial, path)
}
