// Package trial runs a real server for the length of a trial, in a folder of
// its own, and convenes a summit on it whose officer admits whoever comes. The
// laboratory of bad networks and the soak are trials.
//
// It comes in by the front door like everybody: it knows the server's program,
// its addresses and the administrator's token, and nothing of its inside.
package trial

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"liqa/internal/attendee"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// Options of [Start].
type Options struct {
	Program string // the server's
	Host    string // the one address that it listens at
	Port    int    // of plain HTTP; the next two are those of HTTPS and of media
	// Run starts the server's command, and Dial connects to it; nil is as
	// usual, in this process's own network.
	Run  func(*exec.Cmd) error
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Server is a server on trial.
type Server struct {
	Summit  summit.SummitID
	Links   map[string]string // by seat
	Officer *attendee.Attendee
	Version string       // of the server's program
	URL     string       // that it is called at
	Folder  string       // temporary; it goes at the end
	Client  *http.Client // whose calls reach it

	command *exec.Cmd
	token   string // the administrator's
}

// Start starts a server, waits until it answers, convenes the summit of a file,
// and brings its seat "officer" in.
func Start(ctx context.Context, o Options, file []byte) (s *Server, err error) {
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	s = &Server{Links: map[string]string{}, URL: fmt.Sprintf("https://%s:%d", o.Host, o.Port+1)}
	// The server is its own authority; on trial nobody else is there.
	s.Client = &http.Client{Transport: &http.Transport{DialContext: o.Dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.Folder, err = os.MkdirTemp("", "liqa-trial-"); err != nil {
		return s, err
	}
	if err := s.run(ctx, o); err != nil {
		return s, err
	}
	if err := s.convene(ctx, file); err != nil {
		return s, err
	}
	if s.Officer, err = s.Enter(ctx, "officer"); err != nil {
		return s, err
	}
	go s.admit(ctx)
	return s, nil
}

func (s *Server) run(ctx context.Context, o Options) error {
	settings := fmt.Sprintf(`data: %s
listen: {http: "%[2]s:%[3]d", https: "%[2]s:%[4]d"}
media: {udp: "%[2]s:%[5]d", tcp: "%[2]s:%[5]d"}
limits: {calls-per-second: 500, calls-at-once: 2000, guesses-per-minute: 1000, public-players: 1000}
`, filepath.Join(s.Folder, "data"), o.Host, o.Port, o.Port+1, o.Port+2)
	file := filepath.Join(s.Folder, "liqa.yaml")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return err
	}
	version, err := exec.CommandContext(ctx, o.Program, "version").Output()
	if err != nil {
		return fmt.Errorf("%s version: %w", o.Program, err)
	}
	s.Version = strings.TrimSpace(string(version))
	log, err := os.Create(filepath.Join(s.Folder, "log"))
	if err != nil {
		return err
	}
	defer log.Close() // the server has its own
	s.command = exec.Command(o.Program, "serve", "--config", file)
	s.command.Stdout, s.command.Stderr = log, log
	if o.Run == nil {
		o.Run = (*exec.Cmd).Start
	}
	if err := o.Run(s.command); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		if _, err := s.call(ctx, http.MethodGet, "/healthz", nil); err == nil {
			token, err := os.ReadFile(filepath.Join(s.Folder, "data", "admin-token"))
			s.token = strings.TrimSpace(string(token))
			return err
		}
	}
	return fmt.Errorf("the server does not answer; it said:\n%s", s.Said())
}

// Said is what the server has written to its log.
func (s *Server) Said() string {
	text, err := os.ReadFile(filepath.Join(s.Folder, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// call calls the server as its administrator.
func (s *Server) call(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	call, err := http.NewRequestWithContext(ctx, method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	call.Header.Set("Authorization", "Bearer "+s.token)
	answer, err := s.Client.Do(call)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: the server answered %d: %s", method, path, answer.StatusCode, text)
	}
	return text, err
}

func (s *Server) convene(ctx context.Context, file []byte) error {
	body, err := s.call(ctx, http.MethodPost, "/api/summits", file)
	if err != nil {
		return err
	}
	var made struct {
		Summit summit.SummitID
		Links  []struct{ Seat, Link string }
	}
	if err := json.Unmarshal(body, &made); err != nil {
		return err
	}
	s.Summit = made.Summit
	for _, l := range made.Links {
		s.Links[l.Seat] = l.Link
	}
	return nil
}

// Metrics is what the server tells Prometheus.
func (s *Server) Metrics(ctx context.Context) ([]byte, error) {
	return s.call(ctx, http.MethodGet, "/metrics", nil)
}

// Enter takes a seat without a screen, and arrives.
func (s *Server) Enter(ctx context.Context, seat string) (*attendee.Attendee, error) {
	a, err := attendee.Redeem(ctx, s.Links[seat], attendee.Options{Client: s.Client, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", seat, err)
	}
	if err := a.Do(ctx, "arrive", nil); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", seat, err), a.Close())
	}
	return a, nil
}

// Admitted says that a seat may connect.
func Admitted(v view.View) bool { return v.Me.Connects }

// admit lets in whoever waits, until the officer has gone.
func (s *Server) admit(ctx context.Context) {
	waiting := func(v view.View) (seat summit.SeatID) {
		for _, one := range v.Seats {
			if one.Presence == summit.Waiting {
				return one.ID
			}
		}
		return ""
	}
	for {
		v, err := s.Officer.Until(ctx, func(v view.View) bool { return waiting(v) != "" })
		if err != nil {
			return
		}
		// A refusal means that the view was old; the next one says what to do.
		_ = s.Officer.Do(ctx, "admit", map[string]any{"seat": waiting(v)})
		time.Sleep(100 * time.Millisecond)
	}
}

// Sending waits until the seats send something.
func (s *Server) Sending(ctx context.Context, seats ...summit.SeatID) error {
	_, err := s.Officer.Until(ctx, func(v view.View) bool {
		n := 0
		for _, one := range v.Seats {
			for _, wanted := range seats {
				if one.ID == wanted && len(one.Sends) > 0 {
					n++
				}
			}
		}
		return n == len(seats)
	})
	if err != nil {
		return fmt.Errorf("%v do not send: %w", seats, err)
	}
	return nil
}

// Process is the server's process identifier.
func (s *Server) Process() int { return s.command.Process.Pid }

// Close ends the server and takes its folder away.
func (s *Server) Close() {
	if s.Officer != nil {
		_ = s.Officer.Close() // the server goes anyway
	}
	if s.command != nil && s.command.Process != nil {
		_ = s.command.Process.Kill()
		_ = s.command.Wait() // it was killed
	}
	if s.Folder == "" {
		return
	}
	if err := os.RemoveAll(s.Folder); err != nil {
		fmt.Fprintln(os.Stderr, "trial:", err)
	}
}
