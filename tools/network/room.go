//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"liqa/internal/attendee"
	"liqa/internal/summit"
	"liqa/internal/view"
	"liqa/tools/network/lab"
)

//go:embed summit.yaml
var summitFile []byte

var (
	roomAddress  = netip.MustParsePrefix("10.77.0.1/24")
	farAddress   = netip.MustParsePrefix("10.77.0.2/24")
	otherAddress = netip.MustParsePrefix("10.77.0.3/24")
)

// room is a server in a place of its own, a meeting in it, and a wire to
// another place. Who is "near" sits beside the server; who is "far", at the
// other end of the wire.
type room struct {
	near, far *lab.Place
	wire      *lab.Wire
	folder    string
	url       string
	client    *http.Client // calls from beside the server
	links     map[string]string
	officer   *attendee.Attendee
	server    *exec.Cmd
	version   string // of the server's program
}

// openRoom makes the places, starts the server and convenes the meeting. The
// officer is in and admits whoever comes.
func openRoom(ctx context.Context, binary string) (r *room, err error) {
	r = &room{}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	if r.near, err = lab.NewPlace("the room"); err != nil {
		return nil, err
	}
	if r.far, err = lab.NewPlace("the far end"); err != nil {
		return nil, err
	}
	if r.wire, err = lab.Connect(r.near, r.far, "wire0", roomAddress, farAddress); err != nil {
		return nil, err
	}
	r.wire.B.Translate() // the far end is behind a router, as people are
	r.client = &http.Client{Transport: &http.Transport{
		DialContext: r.near.Dial, ForceAttemptHTTP2: false, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}}
	if err := r.serve(ctx, binary); err != nil {
		return nil, err
	}
	if err := r.convene(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// serve starts the server and waits until it answers.
func (r *room) serve(ctx context.Context, binary string) (err error) {
	if r.folder, err = os.MkdirTemp("", "liqa-network-"); err != nil {
		return err
	}
	host := roomAddress.Addr().String()
	r.url = "https://" + host + ":8443"
	settings := fmt.Sprintf(`data: %s
listen: {http: "%s:8080", https: "%s:8443"}
media: {udp: "%s:8444", tcp: "%s:8444"}
limits: {calls-per-second: 500, calls-at-once: 2000, guesses-per-minute: 1000}
`, filepath.Join(r.folder, "data"), host, host, host, host)
	file := filepath.Join(r.folder, "liqa.yaml")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(r.folder, "log"))
	if err != nil {
		return err
	}
	defer log.Close() // the server has its own
	version, err := exec.Command(binary, "version").Output()
	if err != nil {
		return fmt.Errorf("%s version: %w", binary, err)
	}
	r.version = strings.TrimSpace(string(version))
	r.server = exec.Command(binary, "serve", "--config", file)
	r.server.Stdout, r.server.Stderr = log, log
	if err := r.near.Start(r.server); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		answer, err := r.client.Get(r.url + "/healthz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return fmt.Errorf("the server does not answer; it said:\n%s", r.said())
}

func (r *room) said() string {
	text, err := os.ReadFile(filepath.Join(r.folder, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (r *room) convene(ctx context.Context) error {
	token, err := os.ReadFile(filepath.Join(r.folder, "data", "admin-token"))
	if err != nil {
		return err
	}
	call, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/api/summits", bytes.NewReader(summitFile))
	if err != nil {
		return err
	}
	call.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	answer, err := r.client.Do(call)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusCreated {
		err = fmt.Errorf("not convened (%d): %s", answer.StatusCode, body)
	}
	if err != nil {
		return err
	}
	var made struct{ Links []struct{ Seat, Link string } }
	if err := json.Unmarshal(body, &made); err != nil {
		return err
	}
	r.links = map[string]string{}
	for _, l := range made.Links {
		r.links[l.Seat] = l.Link
	}
	if r.officer, err = r.enter(ctx, "officer"); err != nil {
		return err
	}
	go r.admit(ctx)
	return nil
}

// enter takes a seat beside the server, without a screen, and arrives.
func (r *room) enter(ctx context.Context, seat string) (*attendee.Attendee, error) {
	a, err := attendee.Redeem(ctx, r.links[seat], attendee.Options{Client: r.client, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", seat, err)
	}
	return a, a.Do(ctx, "arrive", nil)
}

// connects says that a seat may connect: it has been admitted.
func connects(v view.View) bool { return v.Me.Connects }

// admit lets in whoever waits, until the officer has gone.
func (r *room) admit(ctx context.Context) {
	waiting := func(v view.View) (seat summit.SeatID) {
		for _, s := range v.Seats {
			if s.Presence == summit.Waiting {
				return s.ID
			}
		}
		return ""
	}
	for {
		v, err := r.officer.Until(ctx, func(v view.View) bool { return waiting(v) != "" })
		if err != nil {
			return
		}
		// A refusal means that the view was old; the next one says what to do.
		_ = r.officer.Do(ctx, "admit", map[string]any{"seat": waiting(v)})
		time.Sleep(100 * time.Millisecond)
	}
}

// sending waits until the seats send something.
func (r *room) sending(ctx context.Context, seats ...summit.SeatID) error {
	_, err := r.officer.Until(ctx, func(v view.View) bool {
		n := 0
		for _, s := range v.Seats {
			for _, wanted := range seats {
				if s.ID == wanted && len(s.Sends) > 0 {
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

// Close ends the meeting, the server and the network.
func (r *room) Close() {
	if r.officer != nil {
		_ = r.officer.Close() // the server goes anyway
	}
	if r.server != nil && r.server.Process != nil {
		_ = r.server.Process.Kill()
		_ = r.server.Wait() // it was killed
	}
	if r.wire != nil {
		r.wire.Close()
	}
	for _, p := range []*lab.Place{r.near, r.far} {
		if p != nil {
			p.Close()
		}
	}
	if r.folder != "" {
		if err := os.RemoveAll(r.folder); err != nil && !errors.Is(err, os.ErrNotExist) {
			fmt.Fprintln(os.Stderr, "network:", err)
		}
	}
}
