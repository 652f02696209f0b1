package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/coder/websocket"

	"liqa/internal/access"
	"liqa/internal/summit"
)

// line is one live connection of a seat, once it is known whose.
type line struct {
	server *Server
	socket *websocket.Conn
	auth   access.Authorization
	place
	log  *slog.Logger
	link func(access.Secret, summit.SeatID) string

	out   chan any      // answers and chat lines; full means too slow
	slots chan struct{} // acts whose outcome is waited for

	hangUp context.CancelFunc // ends run
	mu     sync.Mutex
	code   websocket.StatusCode // why, when it was this side's wish
	why    string
}

// shut ends the connection with a code. The first reason counts.
func (l *line) shut(code websocket.StatusCode, why string) {
	l.mu.Lock()
	if l.code == 0 {
		l.code, l.why = code, why
	}
	l.mu.Unlock()
	l.hangUp()
}

// run serves the connection until it ends.
func (l *line) run(from string) {
	ctx, cancel := context.WithCancel(l.server.ctx)
	l.hangUp = cancel
	defer cancel()

	leave := l.server.attended.enter(l)
	defer leave()
	screens, err := l.server.Screens.Follow(ctx, l.summit, l.seat)
	if err != nil {
		l.log.Error("a screen cannot be followed", "error", err)
		l.socket.Close(websocket.StatusInternalError, "")
		return
	}
	l.log.Info("a screen is connected", "from", from)
	var parts sync.WaitGroup
	parts.Go(func() { l.announce(ctx) })
	parts.Go(func() { l.write(ctx, screens) })
	parts.Go(func() { l.ping(ctx) })
	parts.Go(func() {
		// Reading must be stopped from outside: only closing does.
		<-ctx.Done()
		l.mu.Lock()
		code, why := l.code, l.why
		l.mu.Unlock()
		if code == 0 {
			code = websocket.StatusGoingAway
		}
		l.socket.Close(code, why)
	})
	l.read(ctx)
	cancel()
	parts.Wait()
	l.log.Info("a screen has gone", "reason", l.why)
}

// announce has the rules know that the seat is connected, and keeps at it
// while the journal is behind.
func (l *line) announce(ctx context.Context) {
	turn := l.server.attended.turn(l.place)
	for {
		turn.Lock()
		wait := l.server.Summits.Submit(ctx, l.summit, summit.Server, summit.Connect{Seat: l.seat})
		turn.Unlock()
		_, err := wait()
		if err == nil || ctx.Err() != nil {
			return
		}
		l.log.Warn("that a seat is connected could not be recorded; it is tried again", "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// gone tells the rules that the seat's last connection has ended.
func (l *line) gone() {
	ctx, cancel := context.WithTimeout(context.Background(), actWithin)
	defer cancel()
	_, err := l.server.Summits.Submit(ctx, l.summit, summit.Server, summit.Disconnect{Seat: l.seat})()
	if err != nil {
		l.log.Warn("that a seat is gone could not be recorded", "error", err)
	}
}

// ping notices a connection that is dead without having been closed.
func (l *line) ping(ctx context.Context) {
	tick := time.NewTicker(pulseEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		limit, cancel := context.WithTimeout(ctx, answerWithin)
		err := l.socket.Ping(limit)
		cancel()
		if err != nil && ctx.Err() == nil {
			l.shut(closedSlow, "no answer to a ping")
			l.socket.CloseNow() // it would not answer a farewell either
			return
		}
	}
}

// shown is a view on its way to a screen.
type shown struct {
	Type     string `json:"type"` // "snapshot" first, then "change"
	Revision uint64 `json:"revision"`
	View     any    `json:"view"`
}

type pulse struct {
	Type string    `json:"type"` // "pulse"
	Now  time.Time `json:"now"`
}

// write sends views, answers and chat, and a pulse every other second, by
// which a screen knows that the silence is not the network's.
func (l *line) write(ctx context.Context, screens <-chan Screen) {
	tick := time.NewTicker(pulseEvery)
	defer tick.Stop()
	kind := "snapshot"
	for {
		var next any
		select {
		case <-ctx.Done():
			return
		case screen, open := <-screens:
			if !open {
				l.shut(websocket.StatusGoingAway, "the summit is no longer here")
				return
			}
			if who, ok := l.server.seatOf(l.auth); !ok || !access.May(who.Standing, "GET /api/live") {
				l.shut(closedUnknown, "the link has been withdrawn")
				return
			}
			next = shown{kind, screen.Revision, screen.View}
		case next = <-l.out:
		case <-tick.C:
			next = pulse{"pulse", l.server.now().UTC()}
		}
		if err := l.send(ctx, next); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				l.shut(closedSlow, "does not read")
				l.socket.CloseNow()
			}
			l.hangUp()
			return
		}
		if _, first := next.(shown); first && kind == "snapshot" {
			kind = "change"
			l.server.attended.recall(l)
		}
	}
}

func (l *line) send(ctx context.Context, message any) error {
	text, err := json.Marshal(message)
	if err != nil {
		l.log.Error("a message cannot be written", "error", err)
		return err
	}
	limit, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	return l.socket.Write(limit, websocket.MessageText, text)
}

// queue puts a message on its way; a screen that has too many waiting is
// dropped and will come back with a fresh snapshot.
func (l *line) queue(message any) {
	select {
	case l.out <- message:
	default:
		l.shut(closedSlow, "too much is waiting")
		l.socket.CloseNow()
	}
}
