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
	"liqa/internal/secretariat"
	"liqa/internal/summit"
)

// line is one live connection of a seat, once it is known whose.
type line struct {
	server *Server
	socket *websocket.Conn
	auth   access.Authorization
	place
	log   *slog.Logger
	link  func(access.Secret, summit.SeatID) string
	shown shown // what the screen shows; write's
	wall  wallView

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
	leave, sent := l.server.attended.enter(l)
	defer leave()
	l.shown.sent = sent

	updates, errWatch := l.server.Summits.Watch(ctx, l.summit)
	said, errListen := l.server.Summits.Listen(ctx, l.summit, l.seat)
	detach, errAttach := l.server.Summits.Attach(l.summit, l.seat)
	if err := errors.Join(errWatch, errListen, errAttach); err != nil {
		l.log.Error("a screen cannot be shown", "error", err)
		if errAttach == nil {
			detach()
		}
		l.socket.Close(websocket.StatusInternalError, "")
		return
	}
	defer detach()
	l.log.Info("a screen is connected", "from", from)
	var parts sync.WaitGroup
	parts.Go(func() { l.write(ctx, updates, said) })
	parts.Go(func() { l.ping(ctx) })
	parts.Go(func() {
		<-ctx.Done() // reading ends only when the socket is closed
		l.mu.Lock()
		code, why := l.code, l.why
		l.mu.Unlock()
		if code == 0 {
			code = websocket.StatusGoingAway
		}
		l.socket.Close(code, why)
	})
	l.read()
	cancel()
	parts.Wait()
	l.mu.Lock() // an act may still be waited for
	defer l.mu.Unlock()
	l.log.Info("a screen has gone", "reason", l.why)
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
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
		err := l.socket.Ping(limit)
		cancel()
		if err != nil && ctx.Err() == nil {
			l.shut(closedSlow, "no answer to a ping")
			l.socket.CloseNow() // it would not answer a farewell either
			return
		}
	}
}

type pulse struct {
	Type string    `json:"type"` // "pulse"
	Now  time.Time `json:"now"`
}

type chatLine struct {
	Type string `json:"type"` // "chat"
	secretariat.Message
}

// write sends views, answers and chat, and a pulse every other second, by
// which a screen knows that the silence is not the network's. It is this
// connection's alone: a screen that reads slowly finds the newest view when it
// has caught up, and holds up nobody.
func (l *line) write(ctx context.Context, updates <-chan *secretariat.Update, said <-chan secretariat.Message) {
	tick := time.NewTicker(pulseEvery)
	defer tick.Stop()
	wall := time.NewTicker(wallEvery)
	defer wall.Stop()
	if !l.watchesWall() {
		wall.Stop()
	}
	fresh := updates
	var rested <-chan time.Time // when the next view may be sent
	for {
		var next any
		select {
		case next = <-l.out: // an answer goes before a view
		default:
			select {
			case <-ctx.Done():
				return
			case <-rested:
				fresh, rested = updates, nil
				continue
			case u, open := <-fresh:
				if !open {
					l.shut(websocket.StatusGoingAway, "the summit is no longer here")
					return
				}
				text, ok := l.look(u)
				if !ok {
					l.lastAnswers(ctx)
					l.shut(closedUnknown, "the link has been withdrawn")
					return
				}
				fresh, rested = nil, time.After(viewsApart)
				if text == nil {
					continue
				}
				next = text
			case m, open := <-said:
				if !open {
					said = nil // who does not read chat does not get it
					continue
				}
				next = chatLine{"chat", m}
			case next = <-l.out:
			case <-tick.C:
				next = pulse{"pulse", l.server.now().UTC()}
			case <-wall.C:
				now, any := l.wallNow()
				if !any {
					continue
				}
				next = now
			}
		}
		if err := l.send(ctx, next); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				l.shut(closedSlow, "does not read")
				l.socket.CloseNow()
			}
			l.hangUp()
			return
		}
	}
}

// lastAnswers sends what a withdrawn seat's own acts have led to: an officer who
// reissues their own link has lost the seat by it, and needs the new link.
func (l *line) lastAnswers(ctx context.Context) {
	limit, free := time.After(lastWord), 0
	for late := false; free < cap(l.slots) && !late; {
		select {
		case l.slots <- struct{}{}: // none is free while its act is waited for
			free++
		case <-limit:
			late = true
		}
	}
	for {
		select {
		case next := <-l.out:
			if l.send(ctx, next) != nil {
				return
			}
		default:
			return
		}
	}
}

// send sends a message; what has been written as JSON already goes as it is.
func (l *line) send(ctx context.Context, message any) error {
	text, written := message.(json.RawMessage)
	if !written {
		var err error
		if text, err = json.Marshal(message); err != nil {
			l.log.Error("a message cannot be written", "error", err)
			return err
		}
	}
	// The end of ctx must not break a message off: a farewell follows it.
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeWithin)
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
