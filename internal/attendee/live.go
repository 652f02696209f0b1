package attendee

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// live is the one WebSocket of a seat, see docs/PROTOCOL.md.
type live struct {
	conn *websocket.Conn
	done chan struct{}

	mu      sync.Mutex
	next    int
	answers map[int]chan answer
	err     error
}

type message struct {
	Type string          `json:"type"`
	View json.RawMessage `json:"view"`
	part
	Re      int      `json:"re"`
	OK      bool     `json:"ok"`
	Link    string   `json:"link"`
	Refusal *Problem `json:"refusal"`
}

type answer struct {
	link string
	err  error
}

const largestMessage = 4 << 20 // an officer's first view of a thousand seats

func (a *Attendee) connect(ctx context.Context) (*live, error) {
	address := a.base.ResolveReference(&url.URL{Path: "/api/live"})
	conn, _, err := websocket.Dial(ctx, address.String(), &websocket.DialOptions{HTTPClient: a.client})
	if err != nil {
		return nil, fmt.Errorf("the live connection cannot be made: %w", err)
	}
	conn.SetReadLimit(largestMessage)
	l := &live{conn: conn, done: make(chan struct{}), answers: map[int]chan answer{}}
	if err := wsjson.Write(ctx, conn, map[string]any{"authorization": a.authorization(), "has": a.holds()}); err != nil {
		return nil, errors.Join(fmt.Errorf("the live connection cannot be made: %w", err), conn.CloseNow())
	}
	go l.read(a)
	return l, nil
}

func (l *live) read(a *Attendee) {
	defer close(l.done)
	for {
		var m message
		if err := wsjson.Read(context.Background(), l.conn, &m); err != nil {
			l.end(err)
			return
		}
		switch m.Type {
		case "snapshot", "change":
			if err := a.shown(m); err != nil {
				l.end(fmt.Errorf("a view that cannot be read: %w", err))
				return
			}
		case "answer":
			l.settle(m)
		}
	}
}

func (l *live) settle(m message) {
	l.mu.Lock()
	waiting, ok := l.answers[m.Re]
	delete(l.answers, m.Re)
	l.mu.Unlock()
	if !ok {
		return
	}
	got := answer{link: m.Link}
	if !m.OK {
		got.err = &Problem{Code: "unknown"}
		if m.Refusal != nil {
			got.err = m.Refusal
		}
	}
	waiting <- got
}

// end fails everybody who still waits for an answer.
func (l *live) end(err error) {
	l.mu.Lock()
	l.err = err
	for id, waiting := range l.answers {
		waiting <- answer{err: err}
		delete(l.answers, id)
	}
	l.mu.Unlock()
	_ = l.conn.CloseNow() // it has ended already
}

func (l *live) why() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *live) close() error {
	err := l.conn.Close(websocket.StatusNormalClosure, "")
	select {
	case <-l.done:
		return nil // it had ended already, or ended in order
	case <-time.After(time.Second):
		return errors.Join(err, l.conn.CloseNow())
	}
}

// Do does an act by its kind, such as "give-floor", and waits for the answer.
// with holds its arguments by name and may be nil. A refusal is a [Problem].
func (a *Attendee) Do(ctx context.Context, act string, with map[string]any) error {
	_, err := a.do(ctx, act, with)
	return err
}

// Reissue replaces another seat's link, as an officer, and returns the new one.
func (a *Attendee) Reissue(ctx context.Context, seat string) (link string, err error) {
	return a.do(ctx, "reissue", map[string]any{"seat": seat})
}

func (a *Attendee) do(ctx context.Context, act string, with map[string]any) (string, error) {
	if with == nil {
		with = map[string]any{}
	}
	l := a.live
	waiting := make(chan answer, 1)
	l.mu.Lock()
	if l.err != nil {
		l.mu.Unlock()
		return "", l.err
	}
	l.next++
	id := l.next
	l.answers[id] = waiting
	l.mu.Unlock()
	if err := wsjson.Write(ctx, l.conn, map[string]any{"type": "act", "id": id, "act": act, "with": with}); err != nil {
		return "", err
	}
	select {
	case got := <-waiting:
		return got.link, got.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
