package preflight

import (
	"crypto/tls"
	"crypto/x509"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"liqa/internal/certificate"
	"liqa/internal/config"
)

// soon is how long a certificate should last at least.
const soon = 14 * 24 * time.Hour

func checkCertificate(c config.Config, m Machine) []Finding {
	switch c.Certificate.Mode {
	case config.BehindProxy:
		return []Finding{good("certificate", "The proxy in front of this server has the certificate; it must pass on Host, Upgrade and X-Forwarded-For.")}
	case config.Files:
		return checkFiles(c, m.Now())
	case config.ACME:
		return checkACME(c)
	}
	return checkLocal(c, m)
}

func checkFiles(c config.Config, now time.Time) []Finding {
	k := c.Certificate
	pair, err := tls.LoadX509KeyPair(k.Chain, k.Key)
	if err != nil {
		return []Finding{failure("certificate", "See that certificate.chain and certificate.key name PEM files that belong together and that this user may read.",
			"The certificate %s cannot be used: %v.", k.Chain, err)}
	}
	leaf := pair.Leaf
	var all []Finding
	switch {
	case now.Before(leaf.NotBefore):
		all = append(all, failure("certificate", "Set the clock, or use another certificate.",
			"The certificate %s is valid only from %s.", k.Chain, leaf.NotBefore.Format(time.DateOnly)))
	case now.After(leaf.NotAfter):
		all = append(all, failure("certificate", "Have it renewed; the server takes the new file within a minute.",
			"The certificate %s expired on %s. Browsers refuse the page.", k.Chain, leaf.NotAfter.Format(time.DateOnly)))
	case leaf.NotAfter.Sub(now) < soon:
		all = append(all, doubt("certificate", "Have it renewed; the server takes the new file within a minute.",
			"The certificate %s expires on %s.", k.Chain, leaf.NotAfter.Format(time.DateOnly)))
	}
	for _, name := range names(c) {
		if err := leaf.VerifyHostname(name); err != nil {
			all = append(all, failure("certificate", "Use a certificate for that name, or correct address and certificate.names.",
				"The certificate %s is not for %s but for %s. Browsers refuse the page.", k.Chain, name, strings.Join(covered(leaf), ", ")))
		}
	}
	if len(all) == 0 {
		all = append(all, good("certificate", "The certificate is valid until %s.", leaf.NotAfter.Format(time.DateOnly)))
	}
	return all
}

func covered(c *x509.Certificate) []string {
	all := append([]string{}, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		all = append(all, "no name at all")
	}
	return all
}

// names are those by which people open the server, as far as it is told.
func names(c config.Config) []string {
	all := append([]string{}, c.Certificate.Names...)
	if u, err := url.Parse(c.Address); err == nil && u.Hostname() != "" {
		all = append(all, u.Hostname())
	}
	return all
}

func checkACME(c config.Config) []Finding {
	var all []Finding
	for _, name := range c.Certificate.Names {
		if _, err := netip.ParseAddr(name); err == nil || !strings.Contains(name, ".") {
			all = append(all, failure("certificate", "Name a public name such as summit.example.org under certificate.names, or set certificate.mode to local.",
				"No public authority certifies %s.", name))
		}
	}
	if at, err := config.ParseListen(c.Listen.HTTP); err == nil && at.Port() != 80 {
		if at, err := config.ParseListen(c.Listen.HTTPS); err == nil && at.Port() != 443 {
			all = append(all, doubt("certificate", "Set listen.http to :80 and listen.https to :443, or lead those ports here.",
				"The authority asks at ports 80 and 443, and this server listens at others."))
		}
	}
	if len(all) == 0 {
		all = append(all, good("certificate", "A certificate for %s is asked for when the server starts.", strings.Join(c.Certificate.Names, ", ")))
	}
	return all
}

// checkLocal looks at the local authority, if there is one yet, without making it.
func checkLocal(c config.Config, m Machine) []Finding {
	dir := filepath.Join(c.Data, "authority")
	if _, err := os.Stat(filepath.Join(dir, "root.pem")); err != nil {
		return []Finding{good("certificate", "A local authority is made when the server starts; people install its root once, from the page /ca.")}
	}
	at := certificate.Here(names(c)...)
	authority, err := certificate.OpenAuthority(dir, at, m.Now())
	if err != nil {
		return []Finding{failure("certificate", "Restore the folder "+dir+" from a backup. Without one, remove it: a new authority is made, and everybody installs its root anew.",
			"%s.", capital(err.Error()))}
	}
	if missing := authority.Missing(at); len(missing) > 0 {
		return []Finding{doubt("certificate", "Open the server by another of its addresses. Or remove the folder "+dir+": a new authority is made for this network, and everybody installs its root anew.",
			"The local authority was made for another network and cannot vouch for %s.", strings.Join(missing, ", "))}
	}
	if authority.Expires().Sub(m.Now()) < soon {
		return []Finding{doubt("certificate", "Remove the folder "+dir+" after the next meeting: a new authority is made, and everybody installs its root anew.",
			"The local authority expires on %s.", authority.Expires().Format(time.DateOnly))}
	}
	return []Finding{good("certificate", "The local authority is valid until %s; its fingerprint is %s.", authority.Expires().Format(time.DateOnly), authority.Fingerprint())}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
