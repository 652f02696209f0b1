package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"time"
)

// Leaf gives the server's own certificate for a place: the one that is kept,
// while it covers the place and has a month to live, or else a new one.
func (a *Authority) Leaf(at Place, now time.Time) (*tls.Certificate, error) {
	at = a.covered(at)
	c, key, err := readPair(filepath.Join(a.dir, "server.pem"), filepath.Join(a.dir, "server.key"))
	if err != nil || !a.good(c, at, now) {
		if c, key, err = a.sign(at, now); err != nil {
			return nil, err
		}
	}
	return &tls.Certificate{Certificate: [][]byte{c.Raw, a.root.Raw}, PrivateKey: key, Leaf: c}, nil
}

// covered leaves out what the root may not vouch for: one such name in a
// certificate makes a browser refuse all of it.
func (a *Authority) covered(at Place) Place {
	return Place{
		Names:     slices.DeleteFunc(slices.Clone(at.Names), func(n string) bool { return !a.vouchesFor(n) }),
		Addresses: slices.DeleteFunc(slices.Clone(at.Addresses), func(ip netip.Addr) bool { return !a.vouchesForAddress(ip) }),
	}
}

// Missing names what of a place the root may not vouch for, because it was
// made for another: people who open those addresses would see a warning.
func (a *Authority) Missing(at Place) []string {
	var missing []string
	for _, n := range at.Names {
		if !a.vouchesFor(n) {
			missing = append(missing, n)
		}
	}
	for _, ip := range at.Addresses {
		if !a.vouchesForAddress(ip) {
			missing = append(missing, ip.String())
		}
	}
	return missing
}

func (a *Authority) good(c *x509.Certificate, at Place, now time.Time) bool {
	if c.CheckSignatureFrom(a.root) != nil || now.Before(c.NotBefore) || c.NotAfter.Sub(now) < renewAt {
		return false
	}
	for _, n := range at.Names {
		if !slices.Contains(c.DNSNames, n) {
			return false
		}
	}
	for _, ip := range at.Addresses {
		if !slices.ContainsFunc(c.IPAddresses, func(have net.IP) bool { return have.Equal(ip.AsSlice()) }) {
			return false
		}
	}
	return true
}

func (a *Authority) sign(at Place, now time.Time) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{Organization: []string{"Liqa"}},
		NotBefore:    now.Add(-backdated),
		NotAfter:     now.Add(leafLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     at.Names,
	}
	for _, ip := range at.Addresses {
		template.IPAddresses = append(template.IPAddresses, ip.AsSlice())
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.root, key.Public(), a.key)
	if err != nil {
		return nil, nil, err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	return c, key, writePair(a.dir, "server", der, key)
}
