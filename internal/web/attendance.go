package web

import (
	"slices"
	"sync"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// place is a seat of a summit.
type place struct {
	summit summit.SummitID
	seat   summit.SeatID
}

// attendance knows the live connections: one for each seat, so that nobody is
// in a summit twice and unseen. It also carries chat, which is between
// connections only: it is in no journal and is forgotten with the process.
type attendance struct {
	mu    sync.Mutex
	lines map[place]*line
	chats map[room][]chatLine
	turns map[place]*sync.Mutex // so that a seat's coming and going stay in order
	all   sync.WaitGroup
}

// room is one chat of one summit.
type room struct {
	summit summit.SummitID
	circle plan.Circle
}

// chatLine is one line of a chat.
type chatLine struct {
	Type string        `json:"type"` // "chat"
	To   plan.Chat     `json:"to"`
	From summit.SeatID `json:"from"`
	Text string        `json:"text"`
	At   time.Time     `json:"at"`
}

// remembered lines are shown to who connects, of each chat.
const remembered = 100

func newAttendance() *attendance {
	return &attendance{lines: map[place]*line{}, chats: map[room][]chatLine{}, turns: map[place]*sync.Mutex{}}
}

// turn is held while a seat's coming or going is handed to the rules, so that
// the going of one connection never overtakes the coming of the next.
func (a *attendance) turn(at place) *sync.Mutex {
	a.mu.Lock()
	defer a.mu.Unlock()
	turn := a.turns[at]
	if turn == nil {
		turn = new(sync.Mutex)
		a.turns[at] = turn
	}
	return turn
}

// enter gives a seat's place to l, and ends the connection that had it. What
// it returns is to be called when l has ended.
func (a *attendance) enter(l *line) (leave func()) {
	a.all.Add(1)
	a.mu.Lock()
	before := a.lines[l.place]
	a.lines[l.place] = l
	a.mu.Unlock()
	if before != nil {
		before.shut(closedElsewhere, "opened elsewhere")
	}
	return func() {
		defer a.all.Done()
		turn := a.turn(l.place)
		turn.Lock()
		defer turn.Unlock()
		a.mu.Lock()
		last := a.lines[l.place] == l
		if last {
			delete(a.lines, l.place)
		}
		a.mu.Unlock()
		if last {
			l.gone()
		}
	}
}

func (a *attendance) wait() { a.all.Wait() }

// connected is how many seats have a live connection.
func (a *attendance) connected() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.lines)
}

// rooms are the chats that a seat may read and write in now.
func (l *line) rooms() []room {
	state, _ := l.server.Summits.State(l.summit)
	var all []room
	for _, circle := range plan.Circles(state, l.seat) {
		all = append(all, room{l.summit, circle})
	}
	return all
}

// say sends a line to everybody who reads the chat, its writer included.
func (a *attendance) say(from *line, to plan.Chat, text string) {
	rooms := from.rooms()
	i := slices.IndexFunc(rooms, func(r room) bool { return r.circle.Chat == to })
	if i < 0 {
		from.queue(outcome{Type: "answer", Refusal: refusalOf("not-your-chat")})
		return
	}
	here := rooms[i]
	said := chatLine{"chat", to, from.seat, text, from.server.now().UTC()}
	a.mu.Lock()
	kept := append(a.chats[here], said)
	if len(kept) > remembered {
		kept = slices.Clone(kept[len(kept)-remembered:])
	}
	a.chats[here] = kept
	var same []*line
	for at, l := range a.lines {
		if at.summit == from.summit {
			same = append(same, l)
		}
	}
	a.mu.Unlock()
	for _, l := range same {
		if slices.Contains(l.rooms(), here) {
			l.queue(said)
		}
	}
}

// recall sends a seat that has just connected what was said before, the last
// lines of it: its queue holds no more.
func (a *attendance) recall(l *line) {
	for _, here := range l.rooms() {
		a.mu.Lock()
		said := a.chats[here]
		if most := waitingOut / 2; len(said) > most {
			said = said[len(said)-most:]
		}
		said = slices.Clone(said)
		a.mu.Unlock()
		for _, one := range said {
			l.queue(one)
		}
	}
}
