// Package server puts the parts of Liqa together into one running server:
// journal, secretariat, switchboard, connections, recorder, press desk, pages
// and certificates, with the few adapters between them.
//
// It has no rules of its own and no command line. Whatever decides something
// is in the package that the decision belongs to.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"liqa/internal/certificate"
	"liqa/internal/config"
	"liqa/internal/documents"
	"liqa/internal/greenroom"
	"liqa/internal/journal"
	"liqa/internal/newsroom"
	"liqa/internal/peer"
	"liqa/internal/rehearsal"
	"liqa/internal/secretariat"
	"liqa/internal/strain"
	"liqa/internal/switchboard"
	"liqa/internal/web"
)

// Options of [Start].
type Options struct {
	Config config.Config
	Log    *slog.Logger
	// Beside, when it is not nil, is asked first on the local plain HTTP
	// address; it answers false for what is not its own. The demonstration's
	// own page stands there.
	Beside func(http.ResponseWriter, *http.Request) bool
}

// Server is a running server.
type Server struct {
	options   Options
	log       *slog.Logger
	admin     string
	authority *certificate.Authority
	greenroom *greenroom.Shelf
	https     net.Listener // nil behind a proxy
	http      net.Listener
	mediaTCP  net.Listener // that shares its port with https; else nil
	strain    *strain.Gauge
	closers   []func() error // in the order of starting
	walls     *walls
	failed    chan error
}

// Start starts a server. When it returns without an error the server answers.
// The context bounds the start only; [Server.Close] ends the server.
func Start(ctx context.Context, o Options) (s *Server, err error) {
	s = &Server{options: o, log: o.Log, failed: make(chan error, 2)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
			s = nil
		}
	}()
	if err := os.MkdirAll(o.Config.Data, 0o700); err != nil {
		return s, fmt.Errorf("the data folder cannot be made: %w", err)
	}
	if err := s.listen(); err != nil {
		return s, err
	}
	book, err := journal.OpenJetStream(ctx, s.path("journal"), journal.Options{Log: s.log})
	if err != nil {
		return s, err
	}
	s.onClose(book.Close)

	watching, rest := context.WithCancel(context.Background())
	s.onClose(func() error { rest(); return nil })
	s.strain = strain.Watch(watching, strain.Settings{Limits: fullAt(o.Config.Limits), Log: s.log})
	board := switchboard.New(switchboard.Config{Log: s.log, Reduce: reducing(s.strain.Now)})
	s.onClose(func() error { board.Close(); return nil })
	records, err := openRecords(s.path("record"), board, s.log)
	if err != nil {
		return s, err
	}
	s.onClose(records.Close)
	media := newMedia(board, records, s.log)
	acts := newActs()
	passed, endTraces, err := openTraces(ctx, acts.passed)
	if err != nil {
		return s, err
	}
	s.onClose(endTraces)
	summits := secretariat.New(secretariat.Config{Journal: book, Media: media, Log: s.log, Passed: passed})
	s.onClose(func() error { summits.Close(); return nil })

	peers, err := s.openPeers(board)
	if err != nil {
		return s, err
	}
	s.onClose(peers.Close)
	if err := summits.Open(ctx); err != nil {
		return s, err
	}
	desk, err := newsroom.OpenDesk(s.path("desk"))
	if err != nil {
		return s, err
	}
	shelf, err := documents.Open(s.path("documents"))
	if err != nil {
		return s, err
	}
	own := rehearsal.Speeches(s.path("speeches"))
	if err := own.Check(); err != nil {
		s.log.Warn("not every recorded speech for rehearsals can be used", "why", err)
	}
	rehearsals := rehearsal.Open(summits, shelf, own, s.LocalURL(), func() bool { return s.strain.Now().Full }, s.log)
	s.onClose(rehearsals.Close)
	sweepDocuments(shelf, summits, s.log)
	watched := newAttentive(summits, s.log)
	s.onClose(watched.close)
	seen := newWalls(watched, board, peers, records, s.strain.Now, s.log)
	s.onClose(seen.close)
	s.walls = seen
	counted := &figures{board: board, peers: peers, walls: seen, acts: acts}
	if s.greenroom, err = greenroom.Open(s.path("greenroom")); err != nil {
		return s, err
	}
	seen.lines = s.greenroom
	doors := &gate{peers: peers, board: board, summits: summits, log: s.log}
	site, err := s.serve(web.Options{
		Summits: watched, Metrics: counted.handler(), Media: doors, Lines: doors, GreenRoom: s.greenroom,
		Records: records, Journal: exporter{book}, Desk: desk, Documents: shelf, Wall: seen, Rehearsals: rehearsals,
	})
	if err != nil {
		return s, err
	}
	counted.site, seen.refused = site.Figures, site.Refused
	watched.begin(func(u *secretariat.Update) {
		site.Sweep(u.State.ID)
		records.follow(u) // last: it may read the disk
	})
	seen.begin()
	return s, s.noteAddress()
}

func (s *Server) path(name string) string { return filepath.Join(s.options.Config.Data, name) }

func (s *Server) onClose(f func() error) { s.closers = append(s.closers, f) }

// Close ends everything, the newest part first. It waits for what is being
// written.
func (s *Server) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// Failed gives the error of a listener that stopped by itself.
func (s *Server) Failed() <-chan error { return s.failed }

// listen takes the ports before anything else is opened, so that a second
// server on the same ports fails without touching the data.
func (s *Server) listen() (err error) {
	c := s.options.Config
	s.http, err = net.Listen("tcp", c.Listen.HTTP)
	if err != nil {
		return fmt.Errorf("the address %s cannot be listened at: %w", c.Listen.HTTP, err)
	}
	s.onClose(func() error { return ignoreClosed(s.http.Close()) })
	if c.Certificate.Mode == config.BehindProxy {
		return nil
	}
	s.https, err = net.Listen("tcp", c.Listen.HTTPS)
	if err != nil {
		return fmt.Errorf("the address %s cannot be listened at: %w", c.Listen.HTTPS, err)
	}
	if oneTCPPort(c.Listen.HTTPS, c.Media.TCP) {
		port := share(s.https)
		s.https, s.mediaTCP = port.pages, port.media
	}
	s.onClose(func() error { return ignoreClosed(s.https.Close()) })
	return nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (s *Server) openPeers(board *switchboard.Board) (*peer.Gate, error) {
	c := s.options.Config.Media
	advertised := make([]netip.Addr, 0, len(c.Addresses))
	for _, a := range c.Addresses {
		ip, err := netip.ParseAddr(a)
		if err != nil {
			return nil, fmt.Errorf("media.addresses: %w", err)
		}
		advertised = append(advertised, ip)
	}
	peers, err := peer.New(peer.Config{UDPAddr: c.UDP, TCPAddr: c.TCP, TCPListener: s.mediaTCP, AdvertisedIPs: advertised,
		PictureRate: c.PictureRate * 1000, Log: s.log}, board)
	if err != nil {
		return nil, fmt.Errorf("the media ports cannot be opened: %w", err)
	}
	return peers, nil
}

// serve starts answering HTTP.
func (s *Server) serve(o web.Options) (*web.Server, error) {
	c := s.options.Config
	lasting, end := context.WithCancel(context.Background())
	s.onClose(func() error { end(); return nil })
	source, err := s.certificates(lasting)
	if err != nil {
		return nil, err
	}
	admin, err := adminToken(s.path("admin-token"))
	if err != nil {
		return nil, err
	}
	s.admin = admin.Reveal()
	if o.FrontEnd, err = frontEnd(); err != nil {
		return nil, err
	}
	o.Full = func() bool { return s.strain.Now().Full }
	if o.SenderKey, err = senderKey(s.path("sender-key")); err != nil {
		return nil, err
	}
	o.Origins = c.Media.Origins
	if t := c.Media.Turn; len(t.URLs) > 0 {
		o.Turn = &web.Turn{URLs: t.URLs, Secret: t.Secret}
	}
	o.Admin, o.Address, o.Limits, o.Log = admin, c.Address, c.Limits, s.log
	o.Public = c.Certificate.Mode == config.ACME
	if c.Certificate.Mode == config.BehindProxy {
		for _, p := range c.Proxy.Trusted {
			prefix, err := config.ParsePrefix(p)
			if err != nil {
				return nil, fmt.Errorf("proxy.trusted: %w", err)
			}
			o.Proxies = append(o.Proxies, prefix)
		}
	}
	if source != nil {
		s.authority, o.Authority = source.Authority, source.Authority
	}
	site, err := web.New(o)
	if err != nil {
		return nil, err
	}
	s.onClose(func() error { site.Close(); return nil })
	if source == nil {
		s.answer(site, s.http, &http.Server{Handler: site.Handler()}, false)
		return site, nil
	}
	_, port, err := net.SplitHostPort(s.https.Addr().String())
	if err != nil {
		return nil, err
	}
	plain := source.Challenge(site.PlainHandler(port))
	s.answer(site, s.http, &http.Server{Handler: s.local(site.Handler(), plain)}, false)
	s.answer(site, s.https, &http.Server{Handler: site.Handler(), TLSConfig: source.TLS}, true)
	return site, nil
}

// fullAt are the limits from which on more of the press and the public are refused.
func fullAt(l config.Limits) strain.Limits {
	return strain.Limits{CPU: l.FullAtCPU, Memory: l.FullAtMemory, Descriptors: l.FullAtDescriptors,
		Lag: time.Duration(l.FullAtLag * float64(time.Second)), Unsent: l.FullAtUnsent}
}

// answer serves on a listener until the server is closed.
func (s *Server) answer(site *web.Server, l net.Listener, h *http.Server, secure bool) {
	l = site.Guard(l, h)
	h.ReadHeaderTimeout = 10 * time.Second
	h.IdleTimeout = 2 * time.Minute
	h.MaxHeaderBytes = 32 << 10
	h.ErrorLog = slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)
	go func() {
		var err error
		if secure {
			err = h.ServeTLS(l, "", "")
		} else {
			err = h.Serve(l)
		}
		if !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			s.failed <- fmt.Errorf("%s: %w", l.Addr(), err)
		}
	}()
	s.onClose(func() error { return ignoreClosed(h.Close()) })
}

func (s *Server) certificates(ctx context.Context) (*certificate.Source, error) {
	c := s.options.Config.Certificate
	switch c.Mode {
	case config.BehindProxy:
		return nil, nil
	case config.ACME:
		return certificate.FromACME(ctx, certificate.Public{
			Names: c.Names, Email: c.Email, Directory: c.Directory, Dir: s.path("acme")}, s.log)
	case config.Files:
		return certificate.FromFiles(ctx, c.Chain, c.Key, s.log)
	}
	return certificate.Local(ctx, s.path("authority"), c.Names, s.log)
}
