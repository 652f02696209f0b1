package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"

	"liqa/internal/access"
	"liqa/internal/summit"
)

// The close codes of a live connection that are Liqa's own.
const (
	closedElsewhere websocket.StatusCode = 4001 // the seat was opened in another window
	closedUnknown   websocket.StatusCode = 4003 // no seat here, or no longer
	closedSilent    websocket.StatusCode = 4008 // did not say who it is
	closedSlow      websocket.StatusCode = 4009 // does not read what it is sent
	closedFlood     websocket.StatusCode = 4029 // sends more than a person could
)

// How a live connection is kept honest. None of these is felt by the others:
// each connection has its own goroutines and its own bounded queue.
const (
	sayWhoWithin  = 5 * time.Second
	writeWithin   = 5 * time.Second
	pulseEvery    = 2 * time.Second
	answerWithin  = 3 * time.Second // to a ping; so a dead one is noticed within 5 s
	actWithin     = 20 * time.Second
	viewsApart    = 100 * time.Millisecond
	wallEvery     = time.Second
	handOver      = 50 * time.Millisecond // for an act to be decided, if not written
	lastWord      = time.Second           // for the answers to who has just lost the seat
	longestSaying = 16 << 10              // bytes of one message
	waitingOut    = 64                    // answers and chat lines on their way to a screen
	actsAtOnce    = 16                    // of one seat, whose outcomes are waited for
)

// live is the one connection over which a seat's screen gets its view and
// sends its acts.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	options := &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled}
	if u, err := url.Parse(s.Address); err == nil && u.Host != "" {
		options.OriginPatterns = []string{u.Host} // besides the request's own host
	}
	socket, err := websocket.Accept(w, r, options)
	if err != nil {
		return // Accept has answered
	}
	defer socket.CloseNow()
	socket.SetReadLimit(longestSaying)
	from := s.addressOf(r).String()

	auth, has, code := s.firstWord(socket)
	if code != 0 {
		s.log.Info("a live connection said nothing that is known", "from", from, "code", int(code))
		socket.Close(code, "")
		return
	}
	who, ok := s.seatOf(auth)
	if !ok || !access.May(who.Standing, "GET /api/live") {
		s.limits.guess(s.addressOf(r))
		s.log.Warn("a live connection was refused", "from", from)
		socket.Close(closedUnknown, "")
		return
	}
	if ok, _ := s.limits.within(s.limits.seat(place{who.Summit, who.Seat}).sessions); !ok {
		s.log.Warn("a seat connects too often", "from", from, "summit", string(who.Summit), "seat", string(who.Seat))
		socket.Close(closedFlood, "too many connections")
		return
	}
	line := &line{
		server: s, socket: socket, auth: auth, place: place{who.Summit, who.Seat},
		log:   s.log.With("summit", string(who.Summit), "seat", string(who.Seat)),
		shown: shown{held: has}, out: make(chan any, waitingOut), slots: make(chan struct{}, actsAtOnce),
		link: func(secret access.Secret, seat summit.SeatID) string {
			return access.Link{Summit: who.Summit, Seat: seat, Secret: secret}.Reveal(s.base(r))
		},
	}
	line.run(from)
}

// firstWord reads the first message: who it is, and what its screen has.
func (s *Server) firstWord(socket *websocket.Conn) (a access.Authorization, has *held, code websocket.StatusCode) {
	// A context that ends would break the connection off without a farewell.
	patience := time.AfterFunc(sayWhoWithin, func() { socket.Close(closedSilent, "") })
	defer patience.Stop()
	defer context.AfterFunc(s.ctx, func() { socket.Close(websocket.StatusGoingAway, "") })()
	kind, text, err := socket.Read(context.Background())
	if err != nil || kind != websocket.MessageText {
		return a, nil, closedSilent
	}
	var word struct {
		Authorization string
		Has           *held
	}
	if json.Unmarshal(text, &word) != nil {
		return a, nil, closedUnknown
	}
	a, err = access.ParseAuthorization(word.Authorization)
	if err != nil {
		return a, nil, closedUnknown
	}
	return a, word.Has, 0
}
