package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/coder/websocket"
	"liqa/internal/access"
	"liqa/internal/plan"
	"liqa/internal/summit"
)

// saying is one message from a screen.
type saying struct {
	Type   string               `json:"type"` // "act", "chat", "ping", "sizes", "report" or "wall"
	ID     int64                `json:"id"`   // acts: what the answer refers to
	Act    string               `json:"act"`
	With   json.RawMessage      `json:"with"`
	To     plan.Chat            `json:"to"`
	Booth  summit.BoothID       `json:"booth"` // chats: which, where the seat has one with each
	Text   string               `json:"text"`
	Slots  map[plan.Slot][2]int `json:"slots"`  // sizes: width and height shown, in pixels
	Report json.RawMessage      `json:"report"` // what the browser has measured
	Press  *bool                `json:"press"`  // wall: with each reporter's line
}

// outcome answers an act.
type outcome struct {
	Type     string   `json:"type"` // "answer"
	Re       int64    `json:"re"`
	OK       bool     `json:"ok"`
	Revision uint64   `json:"revision,omitempty"`
	Link     string   `json:"link,omitempty"` // the new one of a reissued seat
	Refusal  *refusal `json:"refusal,omitempty"`
}

// refusal says why an act was not done.
type refusal struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
	Detail string            `json:"detail"`
}

// read hears what the screen says until its connection is closed.
func (l *line) read() {
	pace := l.server.limits.seat(l.place).messages
	for {
		kind, text, err := l.socket.Read(context.Background())
		if err != nil {
			return
		}
		if !pace.Allow() {
			l.shut(closedFlood, "too many messages")
			continue // until it is closed
		}
		if kind != websocket.MessageText {
			l.queue(outcome{Type: "answer", Refusal: refusalOf("not-understood")})
			continue
		}
		l.hear(text)
	}
}

// parseSaying reads one message; a member it does not know is an error, so
// that a screen of another version is told and does not half work.
func parseSaying(text []byte) (saying, error) {
	var m saying
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return m, errNotUnderstood
	}
	return m, nil
}

// hear does what one message asks for. The standing is looked up for each:
// a seat that was dismissed a moment ago is not what it was when it connected.
func (l *line) hear(text []byte) {
	m, err := parseSaying(text)
	who, known := l.server.seatOf(l.auth)
	switch {
	case !known:
		l.shut(closedUnknown, "the link has been withdrawn")
	case err != nil:
		l.queue(outcome{Type: "answer", Re: m.ID, Refusal: refusalOf("not-understood")})
	case m.Type == "act":
		l.act(who, m)
	case m.Type == "chat":
		l.chat(who, m)
	case m.Type == "ping": // its network may have changed: is this connection alive?
		l.queue(pulse{"pulse", l.server.now().UTC()})
	case m.Type == "sizes":
		l.sizes(who, m)
	case m.Type == "report":
		l.report(who, m)
	case m.Type == "wall":
		l.askWall(who, m)
	default:
		l.queue(outcome{Type: "answer", Re: m.ID, Refusal: refusalOf("not-understood")})
	}
}

func refusalOf(code string) *refusal { return &refusal{Code: code, Detail: sentence(code)} }

// denied asks the table, and says which refusal it is when the answer is no.
func denied(who access.Caller, what access.Action) *refusal {
	switch {
	case access.May(who.Standing, what):
		return nil
	case who.Standing.Waits() && access.May(who.Standing.Admitted(), what):
		return refusalOf("not-admitted")
	default:
		return refusalOf("not-permitted")
	}
}

func (l *line) act(who access.Caller, m saying) {
	no := outcome{Type: "answer", Re: m.ID}
	if no.Refusal = denied(who, access.Act(m.Act)); no.Refusal != nil {
		l.log.Info("an act was denied", "act", m.Act, "standing", string(who.Standing), "code", no.Refusal.Code)
		l.queue(no)
		return
	}
	act, err := summit.UnmarshalAct(m.Act, m.With)
	if err != nil {
		no.Refusal = refusalOf("not-understood")
		l.queue(no)
		return
	}
	if !l.written(who, act) {
		no.Refusal = refusalOf("too-many-messages")
		l.queue(no)
		return
	}
	// The server makes the secret of a new link, and only the officer who
	// asked for it gets to see it.
	link := ""
	if reissue, ok := act.(summit.Reissue); ok {
		secret := access.NewSecret()
		reissue.Hash = secret.Hash()
		act, link = reissue, l.link(secret, reissue.Seat)
	}
	select {
	case l.slots <- struct{}{}:
	default:
		no.Refusal = refusalOf("too-many-messages")
		l.queue(no)
		return
	}
	// What follows from an act is decided at once; only the disk takes time. So
	// waiting a moment keeps acts in their order, and waiting no longer lets a
	// closing overtake a start whose record is stalled.
	decided := make(chan struct{})
	go func() {
		defer close(decided)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(l.server.ctx), actWithin)
		defer cancel()
		revision, err := l.server.Summits.Do(ctx, l.summit, summit.Actor(l.seat), act)
		l.queue(l.outcome(m, link, revision, err))
		<-l.slots
	}()
	select {
	case <-decided:
	case <-time.After(handOver):
	}
}

func (l *line) outcome(m saying, link string, revision uint64, err error) outcome {
	var no *summit.Refusal
	switch {
	case err == nil:
		return outcome{Type: "answer", Re: m.ID, OK: true, Revision: revision, Link: link}
	case errors.As(err, &no):
		return outcome{Type: "answer", Re: m.ID, Refusal: &refusal{no.Code, no.Params, no.Error()}}
	}
	l.log.Error("an act failed", "act", m.Act, "error", err)
	return outcome{Type: "answer", Re: m.ID, Refusal: refusalOf("internal")}
}

func (l *line) chat(who access.Caller, m saying) {
	no := outcome{Type: "answer", Re: m.ID}
	if no.Refusal = denied(who, access.Chat(string(m.To))); no.Refusal == nil {
		ctx, cancel := context.WithTimeout(l.server.ctx, actWithin)
		defer cancel()
		err := l.server.Summits.Say(ctx, l.summit, l.seat, plan.Circle{Chat: m.To, Booth: m.Booth}, m.Text)
		if err == nil {
			return // its writer reads it with the others
		}
		no = l.outcome(m, "", 0, err)
	}
	l.queue(no)
}

// largestSide is the most pixels that a screen can say a picture has.
const largestSide = 16384

// sizes tells the seat's receiving connection how large its pictures are shown.
func (l *line) sizes(who access.Caller, m saying) {
	if denied(who, access.Message("sizes")) != nil {
		return // who waits shows nothing yet
	}
	for slot, size := range m.Slots {
		if !slices.Contains(plan.RoomSlots, slot) || min(size[0], size[1]) < 0 || max(size[0], size[1]) > largestSide {
			l.queue(outcome{Type: "answer", Re: m.ID, Refusal: refusalOf("not-understood")})
			return
		}
	}
	l.server.sessions.size(place{l.summit, l.seat}, m.Slots)
}
