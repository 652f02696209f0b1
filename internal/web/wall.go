package web

import (
	"encoding/json"
	"sync/atomic"

	"liqa/internal/access"
)

// wallView is what a technician's screen has been sent of the wall.
type wallView struct {
	begun bool        // it has had the last minutes
	press atomic.Bool // it wants each reporter's line
}

// watchesWall reports whether this connection is sent the wall.
func (l *line) watchesWall() bool {
	who, ok := l.server.seatOf(l.auth)
	return l.server.Wall != nil && ok && denied(who, access.Message("wall")) == nil
}

// wallMessage is the wall as it is sent.
type wallMessage struct {
	Type string          `json:"type"` // "wall"
	Wall json.RawMessage `json:"wall"`
}

// wallNow is what the technician's screen is to be sent now, if anything.
func (l *line) wallNow() (m wallMessage, any bool) {
	if !l.watchesWall() {
		return m, false
	}
	text := l.server.Wall.Look(l.summit, !l.wall.begun, l.wall.press.Load())
	l.wall.begun = l.wall.begun || text != nil
	return wallMessage{"wall", text}, text != nil
}

// askWall says how much of the wall a technician's screen wants.
func (l *line) askWall(who access.Caller, m saying) {
	if no := denied(who, access.Message("wall")); no != nil {
		l.queue(outcome{Type: "answer", Re: m.ID, Refusal: no})
		return
	}
	l.wall.press.Store(m.Press != nil && *m.Press)
}

// report takes what a seat's browser has measured. It is not answered: the next
// one is two seconds away.
func (l *line) report(who access.Caller, m saying) {
	if l.server.Wall == nil || denied(who, access.Message("report")) != nil {
		return
	}
	if err := l.server.Wall.Report(l.summit, l.seat, m.Report); err != nil {
		l.log.Debug("a report was not understood", "error", err)
	}
}
