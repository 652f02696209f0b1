package player

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pion/webrtc/v4"
)

// Exchange carries an offer to a server and brings the answer back. End, which
// may be nil, tells the server that the connection is over.
type Exchange func(ctx context.Context, offer string) (answer string, end func(context.Context) error, err error)

// Refusal is a server's no to an offer.
type Refusal struct {
	Status int    // of HTTP
	Body   string // a problem document (RFC 9457), mostly
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("the server refused the offer (%d): %s", r.Status, r.Body)
}

// Patch carries a fragment of a description to a server and brings the answer
// back (RFC 9725 §4.3).
type Patch func(ctx context.Context, fragment string) (answer string, err error)

// HTTP exchanges by WHIP or WHEP: POST the offer, DELETE the Location. The
// header is sent with both.
func HTTP(client *http.Client, endpoint string, header http.Header) Exchange {
	exchange, _ := HTTPSession(client, endpoint, header)
	return exchange
}

// HTTPSession is HTTP for one connection, with the way to change it: PATCH of
// the same Location.
func HTTPSession(client *http.Client, endpoint string, header http.Header) (Exchange, Patch) {
	call := func(ctx context.Context, method, target, kind, body string) (*http.Response, string, error) {
		req, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
		if err != nil {
			return nil, "", err
		}
		for k, v := range header {
			req.Header[k] = v
		}
		if kind != "" {
			req.Header.Set("Content-Type", kind)
		}
		if method == http.MethodPatch {
			req.Header.Set("If-Match", "*")
		}
		res, err := client.Do(req)
		if err != nil {
			return nil, "", err
		}
		defer res.Body.Close()
		answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		if err == nil && res.StatusCode >= 300 {
			err = &Refusal{Status: res.StatusCode, Body: string(answer)}
		}
		return res, string(answer), err
	}
	var resource atomic.Pointer[string]
	exchange := func(ctx context.Context, offer string) (string, func(context.Context) error, error) {
		res, answer, err := call(ctx, http.MethodPost, endpoint, "application/sdp", offer)
		if err != nil {
			return "", nil, err
		}
		location, err := url.Parse(res.Header.Get("Location"))
		if err != nil || location.String() == "" {
			return answer, nil, nil
		}
		target := res.Request.URL.ResolveReference(location).String()
		resource.Store(&target)
		return answer, func(ctx context.Context) error {
			_, _, err := call(ctx, http.MethodDelete, target, "", "")
			return err
		}, nil
	}
	return exchange, func(ctx context.Context, fragment string) (string, error) {
		target := resource.Load()
		if target == nil {
			return "", errors.New("there is no connection to change")
		}
		_, answer, err := call(ctx, http.MethodPatch, *target, "application/trickle-ice-sdpfrag", fragment)
		return answer, err
	}
}

// connection is what publishing and receiving have in common.
type connection struct {
	peer      *webrtc.PeerConnection
	release   func() // of its socket
	end       func(context.Context) error
	connected chan struct{}
	done      chan struct{}
	once      sync.Once
	up        sync.Once
}

func (p *Player) newConnection() (*connection, error) {
	api, release, err := p.prepare()
	if err != nil {
		return nil, err
	}
	pc, err := api.NewPeerConnection(p.configuration)
	if err != nil {
		release()
		return nil, fmt.Errorf("make a connection: %w", err)
	}
	c := &connection{peer: pc, release: release, connected: make(chan struct{}), done: make(chan struct{})}
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		switch s {
		case webrtc.PeerConnectionStateConnected:
			c.up.Do(func() { close(c.connected) })
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			c.once.Do(func() { close(c.done) })
		}
	})
	return c, nil
}

// negotiate sends the offer at once, without waiting for candidates: the
// server learns the address from the checks.
func (c *connection) negotiate(ctx context.Context, exchange Exchange) error {
	offer, err := c.peer.CreateOffer(nil)
	if err != nil {
		return fmt.Errorf("make the offer: %w", err)
	}
	if err := c.peer.SetLocalDescription(offer); err != nil {
		return fmt.Errorf("make the offer: %w", err)
	}
	answer, end, err := exchange(ctx, offer.SDP)
	if err != nil {
		return err
	}
	c.end = end
	if err := c.peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		return fmt.Errorf("take the answer: %w", err)
	}
	return nil
}

// Connected is closed when media can flow.
func (c *connection) Connected() <-chan struct{} { return c.connected }

// Done is closed when the connection has ended, by either side or for want of
// an answer.
func (c *connection) Done() <-chan struct{} { return c.done }

// Wait waits until media can flow.
func (c *connection) Wait(ctx context.Context) error {
	select {
	case <-c.connected:
		return nil
	case <-c.done:
		return errors.New("the connection ended before it was made")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Vanish ends the connection without a word to the server's HTTP side; DTLS
// still says goodbye.
func (c *connection) Vanish() error {
	defer c.once.Do(func() { close(c.done) })
	defer c.release()
	return c.peer.GracefulClose()
}

// Hangup ends the connection and tells the server.
func (c *connection) Hangup(ctx context.Context) error {
	var err error
	if c.end != nil {
		err = c.end(ctx)
	}
	return errors.Join(err, c.Vanish())
}

// Close ends the connection and tells the server.
func (c *connection) Close() error { return c.Hangup(context.Background()) }
