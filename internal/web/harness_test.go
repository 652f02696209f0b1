package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"

	"liqa/internal/access"
	"liqa/internal/config"
	"liqa/internal/documents"
	"liqa/internal/greenroom"
	"liqa/internal/journal"
	"liqa/internal/newsroom"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// hall is a running server with one summit, the bilateral of the stories, and
// every link of it. Rules, journal and screens are the real ones; media is
// counted and not carried.
type hall struct {
	t       testing.TB
	web     *Server
	sec     *secretariat.Secretariat
	http    *httptest.Server
	media   *fakeMedia
	records *fakeRecords
	log     *lockedBuffer
	admin   access.Secret
	id      summit.SummitID
	links   map[summit.SeatID]access.Link
}

// openLimits are such as no test meets that is not about them.
var openLimits = config.Limits{CallsPerSecond: 1e5, CallsAtOnce: 1e5, GuessesPerMinute: 1e5, PublicPlayers: 20, PublicTotal: 2000,
	Connections: 1e5, IdleConnections: 1e5, SeatCallsPerSecond: 1e5, SeatCallsAtOnce: 1e5, SeatSessionsPerMinute: 1e5,
	SeatMessagesPerSecond: 20, SeatActsPerMinute: 1e5}

// openHall starts one. Each change may alter the options first.
func openHall(t testing.TB, changes ...func(*Options)) *hall {
	t.Helper()
	h := &hall{t: t, media: &fakeMedia{}, records: &fakeRecords{}, log: &lockedBuffer{},
		admin: access.NewSecret(), links: map[summit.SeatID]access.Link{}}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.sec = secretariat.New(secretariat.Config{Journal: journal.OpenMemory(), Media: h.media, Log: log,
		Grace: 50 * time.Millisecond})
	desk, err := newsroom.OpenDesk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := documents.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	found, err := greenroom.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Summits: h.sec, Media: h.media, Lines: h.media, GreenRoom: found, Records: h.records, Journal: fakeJournal{}, Desk: desk, Documents: shelf, Rehearsals: fakeRehearsals{},
		FrontEnd: builtFrontEnd, Metrics: http.NotFoundHandler(), Admin: h.admin, Limits: openLimits, Log: log}
	for _, change := range changes {
		change(&o)
	}
	if h.web, err = New(o); err != nil {
		t.Fatal(err)
	}
	h.http = httptest.NewTLSServer(h.web.Handler())
	h.http.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	t.Cleanup(func() {
		h.web.Close()
		h.http.Close()
		h.sec.Close()
	})
	h.convene()
	return h
}

func (h *hall) convene() { h.conveneAs(summittest.Bilateral()) }

func (h *hall) conveneAs(d summit.Description) {
	h.t.Helper()
	secrets := map[summit.SeatID]access.Secret{}
	for i, seat := range d.Seats {
		secrets[seat.ID] = access.NewSecret()
		d.Seats[i].Invitation.Hash = secrets[seat.ID].Hash()
	}
	id, err := h.sec.Convene(h.t.Context(), d)
	if err != nil {
		h.t.Fatal(err)
	}
	h.id = id
	for seat, secret := range secrets {
		h.links[seat] = access.Link{Summit: id, Seat: seat, Secret: secret}
	}
}

// state is the summit now.
func (h *hall) state() summit.State {
	h.t.Helper()
	u, err := h.sec.Now(h.id)
	if err != nil {
		h.t.Fatal(err)
	}
	return u.State
}

// do lets somebody act, past the table.
func (h *hall) do(by summit.Actor, acts ...summit.Act) {
	h.t.Helper()
	for _, a := range acts {
		if _, err := h.sec.Do(h.t.Context(), h.id, by, a); err != nil {
			h.t.Fatalf("%s may not %s: %v", by, a.Kind(), err)
		}
	}
}

// guest is one device with one seat.
type guest struct {
	*hall
	seat   summit.SeatID
	device access.Credential
}

// guest opens a seat's link on a new device.
func (h *hall) guest(seat summit.SeatID) *guest {
	h.t.Helper()
	g := &guest{h, seat, access.NewCredential()}
	if status, body := g.redeem(h.links[seat].Secret); status != http.StatusOK {
		h.t.Fatalf("the link of %s was refused: %d %s", seat, status, body)
	}
	return g
}

// enter brings a seat all the way in: redeemed, connected, arrived, admitted.
func (h *hall) enter(seat summit.SeatID) (*guest, *screen) {
	h.t.Helper()
	g := h.guest(seat)
	s := g.connect()
	h.do(summit.Actor(seat), summit.Arrive{})
	if x, _ := h.state().Seat(seat); !x.Admitted {
		h.do("officer", summit.Admit{Seat: seat})
	}
	return g, s
}

func (g *guest) redeem(secret access.Secret) (int, string) {
	body, _ := json.Marshal(map[string]string{"summit": string(g.id), "seat": string(g.seat),
		"secret": secret.Reveal(), "credential": g.device.Reveal()})
	return g.call("POST", "/api/redeem", "", "application/json", body)
}

func (g *guest) authorization() string {
	return access.Authorization{Summit: g.id, Seat: g.seat, Credential: g.device}.Reveal()
}

// ask makes a call of this seat.
func (g *guest) ask(method, path, kind string, body []byte) (int, string) {
	g.t.Helper()
	return g.call(method, path, "Liqa "+g.authorization(), kind, body)
}

// call makes a call and returns the status and the body of the answer.
func (h *hall) call(method, path, authorization, kind string, body []byte) (int, string) {
	h.t.Helper()
	answer := h.send(method, path, authorization, kind, body)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func (h *hall) send(method, path, authorization, kind string, body []byte) *http.Response {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.http.URL+path, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	client := *h.http.Client() // a copy: calls are made at the same time
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer
}

// screen is a live connection as a browser has it.
type screen struct {
	t      testing.TB
	socket *websocket.Conn
	next   int64
}

// dial opens a live connection and says who it is; "" says nothing.
func (h *hall) dial(authorization string) *screen {
	h.t.Helper()
	socket, _, err := websocket.Dial(h.t.Context(), h.http.URL+"/api/live", &websocket.DialOptions{HTTPClient: h.http.Client()})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { socket.CloseNow() })
	socket.SetReadLimit(1 << 20)
	s := &screen{t: h.t, socket: socket}
	if authorization != "" {
		s.write(map[string]string{"authorization": authorization})
	}
	return s
}

// connect opens the seat's live connection and waits for its first view.
func (g *guest) connect() *screen {
	g.t.Helper()
	s := g.dial(g.authorization())
	if m := s.read(); m.Type != "snapshot" {
		g.t.Fatalf("the first message is %q", m.Type)
	}
	return s
}

func (s *screen) write(message any) {
	s.t.Helper()
	text, err := json.Marshal(message)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.socket.Write(s.t.Context(), websocket.MessageText, text); err != nil {
		s.t.Fatal(err)
	}
}

// heard is any message of the server.
type heard struct {
	Type     string
	Re       int64
	OK       bool
	Revision uint64
	Link     string
	Refusal  *refusal
	View     json.RawMessage
	From     summit.SeatID
	Text     string
}

func (s *screen) tryRead() (m heard, err error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	_, text, err := s.socket.Read(ctx)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(text, &m)
}

func (s *screen) read() heard {
	s.t.Helper()
	m, err := s.tryRead()
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

// act sends an act and waits for its answer.
func (s *screen) act(kind string, with any) heard {
	s.t.Helper()
	s.next++
	s.write(map[string]any{"type": "act", "id": s.next, "act": kind, "with": with})
	return s.answer(s.next)
}

func (s *screen) answer(to int64) heard {
	s.t.Helper()
	for {
		if m := s.read(); m.Type == "answer" && m.Re == to {
			return m
		}
	}
}

// closed reads until the server closes, and returns the code.
func (s *screen) closed() websocket.StatusCode {
	s.t.Helper()
	for {
		if _, err := s.tryRead(); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				s.t.Fatal("the server did not close the connection")
			}
			return websocket.CloseStatus(err)
		}
	}
}
