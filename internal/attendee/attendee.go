// Package attendee attends a summit without a screen, over the same HTTP,
// WebSocket and WebRTC that a browser uses: it redeems a seat's link, waits to
// be admitted, sends a camera and a microphone, receives its slots, and does
// what it is told. The demo's delegations and the load of the benchmarks are
// attendees.
//
// It is a client and no part of the server: it has no way in but the front
// door, and nothing it does is taken on trust.
package attendee

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"liqa/internal/view"
)

// Attendee is one seat's client. Its methods may be called from any goroutine.
type Attendee struct {
	Summit string
	Seat   string

	base   *url.URL
	secret string // the credential of this device
	client *http.Client
	log    *slog.Logger
	live   *live

	mu      sync.Mutex
	view    view.View
	has     held          // of which view it is
	changed chan struct{} // closed at each change of view
	media   []closer
}

type closer interface{ Close() error }

// Problem is a refusal by the server (RFC 9457).
type Problem struct {
	Status int               `json:"status"`
	Code   string            `json:"code"`
	Detail string            `json:"detail"`
	Params map[string]string `json:"params"`
}

func (p *Problem) Error() string {
	if p.Detail != "" {
		return p.Detail
	}
	return fmt.Sprintf("the server answered %d (%s)", p.Status, p.Code)
}

// Options of [Redeem].
type Options struct {
	Client *http.Client // http.DefaultClient when nil; a local authority's root goes in here
	Log    *slog.Logger // slog.Default() when nil
}

// Redeem opens a seat's link, "https://HOST/join#SUMMIT.SEAT.SECRET", on a
// device of its own, and connects. The seat then still has to [Attendee.Do]
// "arrive". Its error is a [Problem] where the server refused.
func Redeem(ctx context.Context, link string, o Options) (*Attendee, error) {
	u, err := url.Parse(link)
	if err != nil {
		return nil, fmt.Errorf("this is not a seat's link: %w", err)
	}
	parts := strings.Split(u.Fragment, ".")
	if len(parts) != 3 {
		return nil, errors.New("this is not a seat's link: it does not end in #SUMMIT.SEAT.SECRET")
	}
	credential := make([]byte, 32)
	rand.Read(credential) // never fails
	a := &Attendee{
		Summit: parts[0], Seat: parts[1],
		base: &url.URL{Scheme: u.Scheme, Host: u.Host}, secret: hex.EncodeToString(credential),
		client: o.Client, log: o.Log, changed: make(chan struct{}),
	}
	if a.client == nil {
		a.client = http.DefaultClient
	}
	if a.log == nil {
		a.log = slog.Default()
	}
	a.log = a.log.With("summit", a.Summit, "seat", a.Seat)
	body, err := json.Marshal(map[string]string{"summit": a.Summit, "seat": a.Seat, "secret": parts[2], "credential": a.secret})
	if err != nil {
		return nil, err
	}
	if _, _, err := a.call(ctx, http.MethodPost, "/api/redeem", "application/json", body); err != nil {
		return nil, err
	}
	if a.live, err = a.connect(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

// authorization is what shows that this device has the seat.
func (a *Attendee) authorization() string { return a.Summit + "." + a.Seat + "." + a.secret }

// call makes one HTTP call and returns the body and the headers of the answer,
// or a [Problem].
func (a *Attendee) call(ctx context.Context, method, path, mediaType string, body []byte) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.base.ResolveReference(&url.URL{Path: path}).String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if mediaType != "" {
		req.Header.Set("Content-Type", mediaType)
	}
	if path != "/api/redeem" { // before it the server does not know the device, and counts a wrong guess
		req.Header.Set("Authorization", "Liqa "+a.authorization())
	}
	res, err := a.client.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: the answer was cut short: %w", method, path, err)
	}
	if res.StatusCode >= 300 {
		p := &Problem{Status: res.StatusCode}
		_ = json.Unmarshal(answer, p) // a problem without a readable body is its status
		return nil, nil, p
	}
	return answer, res.Header, nil
}

// View is what the seat's screen would show now.
func (a *Attendee) View() view.View {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.view
}

// Until waits until the view is as asked, and returns it.
func (a *Attendee) Until(ctx context.Context, is func(view.View) bool) (view.View, error) {
	for {
		a.mu.Lock()
		v, changed := a.view, a.changed
		a.mu.Unlock()
		if v.Me.Seat != "" && is(v) {
			return v, nil
		}
		select {
		case <-changed:
		case <-a.live.done:
			return v, fmt.Errorf("the live connection ended: %w", a.live.why())
		case <-ctx.Done():
			return v, ctx.Err()
		}
	}
}

// Again comes back to the seat at the address of a server that has been
// restarted, on the same device. The media connections are to be made anew.
func (a *Attendee) Again(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	a.mu.Lock()
	media := a.media
	a.media = nil
	a.mu.Unlock()
	for _, m := range media {
		_ = m.Close() // what it was connected to has gone
	}
	a.base = u
	a.live, err = a.connect(ctx)
	return err
}

func (a *Attendee) show(v view.View, of held) {
	a.mu.Lock()
	a.view, a.has = v, of
	close(a.changed)
	a.changed = make(chan struct{})
	a.mu.Unlock()
}

// Done is closed when the live connection has ended, as when somebody else has
// taken the seat.
func (a *Attendee) Done() <-chan struct{} { return a.live.done }

// Close leaves the seat as a closed laptop does: without a word.
func (a *Attendee) Close() error {
	a.mu.Lock()
	media := a.media
	a.media = nil
	a.mu.Unlock()
	var errs []error
	for _, m := range media {
		errs = append(errs, m.Close())
	}
	return errors.Join(append(errs, a.live.close())...)
}
