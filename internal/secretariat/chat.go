package secretariat

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// Limits of chats.
const (
	MaxMessage = 2000 // characters of one message
	kept       = 50   // messages of a chat that are told to who comes later
	unread     = 128  // messages that wait for one reader; more and the reader is dropped
	burst      = 10   // messages that a seat may send at once
	perMessage = time.Second
	maxReaders = 8 // of one seat
)

// Message is one message of a chat. It is not journaled.
type Message struct {
	Chat  plan.Chat      `json:"to"`
	Booth summit.BoothID `json:"booth,omitempty"` // of a chat with a booth
	From  summit.SeatID  `json:"from"`
	Text  string         `json:"text"`
	At    time.Time      `json:"at"`
}

// chats are the chats of one summit, for as long as the server runs.
type chats struct {
	said    map[plan.Circle][]Message // the last few
	readers map[*reader]bool
	quiet   map[summit.SeatID]time.Time // when a seat's allowance is whole again
}

type reader struct {
	seat summit.SeatID
	ch   chan Message
}

func newChats() chats {
	return chats{said: map[plan.Circle][]Message{}, readers: map[*reader]bool{}, quiet: map[summit.SeatID]time.Time{}}
}

func (c *chats) close() {
	for r := range c.readers {
		c.drop(r)
	}
}

func (c *chats) drop(r *reader) {
	if c.readers[r] {
		delete(c.readers, r)
		close(r.ch)
	}
}

// send gives a reader a message, or drops one who does not read.
func (c *chats) send(r *reader, msg Message) {
	if !c.readers[r] {
		return // dropped at an earlier message of the same round
	}
	select {
	case r.ch <- msg:
	default:
		c.drop(r)
	}
}

// say sends a message to a circle that the seat belongs to. One's own delegation
// or booth need not be named.
func (m *meeting) say(ctx context.Context, from summit.SeatID, to plan.Circle, text string) error {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	if utf8.RuneCountInString(text) > MaxMessage {
		return refuse("message-too-long", "limit", strconv.Itoa(MaxMessage))
	}
	var refusal error
	err := m.call(ctx, func() { refusal = m.tell(from, to, text) })
	if err != nil {
		return err
	}
	return refusal
}

func (m *meeting) tell(from summit.SeatID, to plan.Circle, text string) error {
	var circle plan.Circle
	sender, _ := m.state.Seat(from)
	if to.Booth == "" {
		to.Booth = sender.Booth
	}
	for _, c := range plan.Circles(m.state, from) {
		if c.Chat == to.Chat && c.Booth == to.Booth {
			circle = c
		}
	}
	if !m.reads(from, circle) {
		return refuse("not-your-chat")
	}
	if text == "" {
		return nil
	}
	now := m.cfg.Clock()
	if !m.chats.allow(from, now) {
		return refuse("too-many-messages")
	}
	msg := Message{Chat: circle.Chat, Booth: circle.Booth, From: from, Text: text, At: now.UTC()}
	said := append(m.chats.said[circle], msg)
	m.chats.said[circle] = said[max(0, len(said)-kept):]
	for r := range m.chats.readers {
		if m.reads(r.seat, circle) {
			m.chats.send(r, msg)
		}
	}
	return nil
}

// allow reports whether a seat may send one more message now: burst at once,
// and then one each perMessage.
func (c *chats) allow(seat summit.SeatID, now time.Time) bool {
	whole := c.quiet[seat]
	if whole.Before(now) {
		whole = now
	}
	if whole.Sub(now) > (burst-1)*perMessage {
		return false
	}
	c.quiet[seat] = whole.Add(perMessage)
	return true
}

// reads reports whether a seat belongs to a circle now, by the written state and
// by what has been decided since. It is asked for every message: who has been
// dismissed reads no more.
func (m *meeting) reads(seat summit.SeatID, circle plan.Circle) bool {
	return slices.Contains(plan.Circles(m.state, seat), circle) &&
		slices.Contains(plan.Circles(m.ahead(), seat), circle)
}

// listen registers a reader and tells it what was said last.
func (m *meeting) listen(ctx context.Context, seat summit.SeatID) (<-chan Message, error) {
	r := &reader{seat: seat}
	var refusal error
	err := m.call(ctx, func() {
		// What was said before in all of its chats comes at once, and drops nobody.
		me, _ := m.state.Seat(seat)
		r.ch = make(chan Message, unread+kept*max(0, len(plan.Chats(m.state, me))-1))
		same := 0
		for other := range m.chats.readers {
			if other.seat == seat {
				same++
			}
		}
		if same >= maxReaders {
			refusal = refuse("too-many-messages")
			return
		}
		m.chats.readers[r] = true
		m.remind(r)
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = m.call(m.ctx, func() { m.chats.drop(r) }) })
	return r.ch, nil
}

// remind tells a reader what was said last in its chats.
func (m *meeting) remind(r *reader) {
	for _, circle := range plan.Circles(m.state, r.seat) {
		if !m.reads(r.seat, circle) {
			continue
		}
		for _, msg := range m.chats.said[circle] {
			m.chats.send(r, msg)
		}
	}
}

// admitted reminds those who have just been let in of what was said before.
func (m *meeting) admitted(events []summit.Event) {
	for _, e := range events {
		a, ok := e.(summit.Admitted)
		if !ok {
			continue
		}
		for r := range m.chats.readers {
			if r.seat == a.Seat {
				m.remind(r)
			}
		}
	}
}
