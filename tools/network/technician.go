//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// technician reads off the wall what the server takes the line to a seat for.
type technician struct {
	conn *websocket.Conn

	mu        sync.Mutex
	estimates []estimate
}

type estimate struct {
	at       time.Time
	kilobits float64
}

// wall is as much of the wall's message as is read here; see internal/wall.
type wall struct {
	Type string `json:"type"`
	Wall struct {
		Seats []struct {
			Seat string `json:"seat"`
			Out  struct {
				Estimate float64 `json:"estimate"` // kbit/s; 0 when it is not known
			} `json:"out"`
		} `json:"seats"`
	} `json:"wall"`
}

// technician takes the technician's seat and reads until the meeting is over.
func (m *meeting) technician(ctx context.Context, of string) (*technician, error) {
	link, err := url.Parse(m.Links["technician"])
	if err != nil {
		return nil, err
	}
	parts := strings.Split(link.Fragment, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("the technician's link is %s", link)
	}
	credential := make([]byte, 32)
	rand.Read(credential) // never fails
	shown := hex.EncodeToString(credential)
	body, err := json.Marshal(map[string]string{"summit": parts[0], "seat": parts[1], "secret": parts[2], "credential": shown})
	if err != nil {
		return nil, err
	}
	answer, err := m.Client.Post(m.URL+"/api/redeem", "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer.Body.Close()
	if answer.StatusCode >= 300 {
		return nil, fmt.Errorf("the technician's link was refused with %d", answer.StatusCode)
	}
	conn, _, err := websocket.Dial(ctx, m.URL+"/api/live", &websocket.DialOptions{HTTPClient: m.Client})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(8 << 20)
	t := &technician{conn: conn}
	for _, say := range []any{
		map[string]string{"authorization": parts[0] + "." + parts[1] + "." + shown},
		map[string]any{"type": "act", "id": 1, "act": "arrive", "with": map[string]any{}},
	} {
		if err := wsjson.Write(ctx, conn, say); err != nil {
			return nil, err
		}
	}
	go t.read(ctx, of)
	return t, nil
}

func (t *technician) read(ctx context.Context, of string) {
	for {
		var w wall
		if err := wsjson.Read(ctx, t.conn, &w); err != nil {
			return // the meeting is over
		}
		if w.Type != "wall" {
			continue
		}
		for _, s := range w.Wall.Seats {
			if s.Seat == of {
				t.mu.Lock()
				t.estimates = append(t.estimates, estimate{time.Now(), s.Out.Estimate})
				t.mu.Unlock()
			}
		}
	}
}

// at is the last estimate before an instant; 0 without one.
func (t *technician) at(when time.Time) (kilobits float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.estimates {
		if !e.at.After(when) {
			kilobits = e.kilobits
		}
	}
	return kilobits
}

func (t *technician) leave() { _ = t.conn.Close(websocket.StatusNormalClosure, "") }
