package certificate

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
)

// Source gives the server's certificate, and has it renewed while its context
// lasts.
type Source struct {
	// TLS is the configuration to listen with.
	TLS *tls.Config
	// Authority is the local one; nil when the certificate comes from elsewhere.
	Authority *Authority
	// Challenge lets a public authority's question on plain HTTP through to
	// whom it is for; everything else goes to next.
	Challenge func(next http.Handler) http.Handler
}

// every is how often a source looks whether its certificate still serves: a
// laptop that moves to another network needs a new one soon.
const every = time.Minute

// Local is a source whose certificates come from an authority kept in dir. It
// covers this machine's names and addresses as they change, and more names.
func Local(ctx context.Context, dir string, more []string, log *slog.Logger) (*Source, error) {
	at := Here(more...)
	authority, err := OpenAuthority(dir, at, time.Now())
	if err != nil {
		return nil, err
	}
	leaf := func() (*tls.Certificate, error) { return authority.Leaf(Here(more...), time.Now()) }
	s, err := kept(ctx, leaf, log)
	if err != nil {
		return nil, err
	}
	s.Authority = authority
	return s, nil
}

// FromFiles is a source that reads a certificate chain and its key, and reads
// them again when somebody has renewed them.
func FromFiles(ctx context.Context, chain, key string, log *slog.Logger) (*Source, error) {
	return kept(ctx, func() (*tls.Certificate, error) {
		c, err := tls.LoadX509KeyPair(chain, key)
		if err != nil {
			return nil, fmt.Errorf("the certificate %s cannot be used: %w", chain, err)
		}
		return &c, nil
	}, log)
}

// kept is a source that asks again every so often, and keeps what it has when
// the answer is an error.
func kept(ctx context.Context, get func() (*tls.Certificate, error), log *slog.Logger) (*Source, error) {
	first, err := get()
	if err != nil {
		return nil, err
	}
	var current atomic.Pointer[tls.Certificate]
	current.Store(first)
	go func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			next, err := get()
			if err != nil {
				log.Error("the certificate could not be renewed; the old one stays", "error", err)
				continue
			}
			current.Store(next)
		}
	}()
	return &Source{
		TLS: &tls.Config{
			MinVersion:     tls.VersionTLS12,
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return current.Load(), nil },
		},
		Challenge: func(next http.Handler) http.Handler { return next },
	}, nil
}

// Public says how a certificate is had from a public authority.
type Public struct {
	Names     []string // the public names of this server
	Email     string   // where the authority writes to when something is wrong; may be ""
	Directory string   // the authority's address; "" is Let's Encrypt
	Dir       string   // where keys and certificates are kept
}

// FromACME is a source whose certificates come from a public authority by ACME
// (RFC 8555). It returns at once; until the first certificate is there,
// connections fail, and the log says why.
func FromACME(ctx context.Context, p Public, log *slog.Logger) (*Source, error) {
	quiet := zap.NewNop()
	var magic *certmagic.Config
	cache := certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return magic, nil },
		Logger:           quiet,
	})
	context.AfterFunc(ctx, cache.Stop)
	magic = certmagic.New(cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: filepath.Join(p.Dir)},
		Logger:  quiet,
		OnEvent: func(_ context.Context, event string, data map[string]any) error {
			switch event {
			case "cert_obtained":
				log.Info("a certificate was obtained", "name", data["identifier"])
			case "cert_failed":
				log.Error("no certificate could be obtained; see that the name leads here and that ports 80 and 443 are open",
					"name", data["identifier"], "error", data["error"])
			}
			return nil
		},
	})
	directory := p.Directory
	if directory == "" {
		directory = certmagic.LetsEncryptProductionCA
	}
	issuer := certmagic.NewACMEIssuer(magic, certmagic.ACMEIssuer{
		CA: directory, Email: p.Email, Agreed: true, Logger: quiet,
	})
	magic.Issuers = []certmagic.Issuer{issuer}
	if err := magic.ManageAsync(ctx, p.Names); err != nil {
		return nil, fmt.Errorf("a certificate for %v cannot be asked for: %w", p.Names, err)
	}
	config := magic.TLSConfig()
	config.MinVersion = tls.VersionTLS12
	return &Source{TLS: config, Challenge: issuer.HTTPChallengeHandler}, nil
}
