package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"liqa/internal/access"
	"liqa/internal/plan"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
)

// gatekeeper stands before the rules and notes what reaches them. What a seat
// asks for is not carried out, so that one cell cannot change the next.
type gatekeeper struct {
	*secretariat.Secretariat
	mu      sync.Mutex
	reached map[string]int // by seat and action
}

func (g *gatekeeper) note(by string, what access.Action) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reached[by+" "+string(what)]++
}

func (g *gatekeeper) count(by string, what access.Action) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.reached[by+" "+string(what)]
}

func (g *gatekeeper) Do(ctx context.Context, id summit.SummitID, by summit.Actor, a summit.Act) (uint64, error) {
	if by == summit.Server || by == summit.Administrator {
		return g.Secretariat.Do(ctx, id, by, a)
	}
	g.note(string(by), access.Act(a.Kind()))
	return 0, &summit.Refusal{Code: "no-item"}
}

func (g *gatekeeper) Say(_ context.Context, _ summit.SummitID, from summit.SeatID, to plan.Circle, _ string) error {
	g.note(string(from), access.Chat(string(to.Chat)))
	return nil
}

// condition is one way in which a seat can stand before the server.
type condition struct {
	name    string
	bring   func(h *hall, seat summit.SeatID) // what has become of it since its link was opened
	stands  func(summit.Role) access.Standing
	applies func(summit.Role) bool
}

func everyRole(summit.Role) bool { return true }

var conditions = []condition{
	{"admitted", func(h *hall, seat summit.SeatID) {
		h.do(summit.Actor(seat), summit.Arrive{})
		if x, _ := h.state().Seat(seat); !x.Admitted {
			h.do("officer", summit.Admit{Seat: seat})
		}
	}, func(r summit.Role) access.Standing { return access.Standing(r) }, everyRole},
	{"waiting", func(h *hall, seat summit.SeatID) {
		h.do(summit.Actor(seat), summit.Arrive{})
	}, waitingStanding, access.NeedsAdmission},
	{"in the green room", func(*hall, summit.SeatID) {}, waitingStanding, access.NeedsAdmission},
	{"dismissed", func(h *hall, seat summit.SeatID) {
		h.do(summit.Actor(seat), summit.Arrive{})
		h.do("officer", summit.Admit{Seat: seat}, summit.Dismiss{Seat: seat})
	}, waitingStanding, access.NeedsAdmission},
	{"revoked", func(h *hall, seat summit.SeatID) {
		h.do("officer", summit.Revoke{Seat: seat})
	}, func(summit.Role) access.Standing { return access.Anonymous }, everyRole},
	{"reissued", func(h *hall, seat summit.SeatID) {
		h.do("officer", summit.Reissue{Seat: seat, Hash: access.NewSecret().Hash()})
	}, func(summit.Role) access.Standing { return access.Anonymous }, everyRole},
}

func waitingStanding(r summit.Role) access.Standing { return "waiting " + access.Standing(r) }

// one seat of each role; the officer is the second, for the first runs the hall.
var seatOfRole = map[summit.Role]summit.SeatID{
	summit.Principal: "principal-a", summit.Delegate: "delegate-a", summit.NoteTaker: "notes-a",
	summit.Officer: "officer-2", summit.Technician: "technician", summit.Interpreter: "interpreter-1",
	summit.Reporter: "reporter", summit.PressOfficer: "press-officer",
}

// TestEveryCell tries every route and every message as everybody, against the
// running server. What is expected comes from the table; that the table is
// what it should be is for its golden file in package access.
func TestEveryCell(t *testing.T) {
	for _, c := range conditions {
		t.Run(c.name, func(t *testing.T) {
			var keeper *gatekeeper
			h := openHall(t, func(o *Options) {
				keeper = &gatekeeper{Secretariat: o.Summits.(*secretariat.Secretariat), reached: map[string]int{}}
				o.Summits = keeper
				o.Limits.SeatMessagesPerSecond = 1e9 // a person is not as fast as a test
			})
			h.guest("officer").connect()
			h.do("officer", summit.Arrive{})
			for _, role := range summit.Roles {
				if !c.applies(role) {
					continue
				}
				seat := seatOfRole[role]
				g := h.guest(seat)
				live := g.connect()
				c.bring(h, seat)
				who := c.stands(role)
				tryRoutes(t, h, string(role), "Liqa "+g.authorization(), who)
				if who == access.Anonymous {
					if code := live.closed(); code != closedUnknown {
						t.Errorf("%s: the live connection was closed with %d", role, code)
					}
					if code := h.dial(g.authorization()).closed(); code != closedUnknown {
						t.Errorf("%s: a new live connection was closed with %d", role, code)
					}
					continue
				}
				tryMessages(t, keeper, live, string(seat), who)
			}
		})
	}
	t.Run("no seat", func(t *testing.T) {
		h := openHall(t)
		tryRoutes(t, h, "anonymous", "", access.Anonymous)
		tryRoutes(t, h, "forged", "Liqa "+string(h.id)+".officer."+access.NewCredential().Reveal(), access.Anonymous)
		tryRoutes(t, h, "wrong token", "Bearer "+access.NewSecret().Reveal(), access.Anonymous)
		tryRoutes(t, h, "administrator", "Bearer "+h.admin.Reveal(), access.Administrator)
		for _, word := range []string{"nonsense", string(h.id) + ".officer." + access.NewCredential().Reveal()} {
			if code := h.dial(word).closed(); code != closedUnknown {
				t.Errorf("a live connection that said %q was closed with %d", word, code)
			}
		}
	})
	t.Run("of another summit", func(t *testing.T) {
		h := openHall(t)
		g := h.guest("press-officer")
		stranger := *g
		h.convene() // h and its links are another summit's from here on
		for _, path := range []string{"readouts/ar", "recording"} {
			if status, _ := stranger.call("GET", "/api/summits/"+string(h.id)+"/"+path, "Liqa "+stranger.authorization(), "", nil); status == http.StatusOK {
				t.Errorf("the press officer of one summit gets %s of another", path)
			}
		}
	})
}

// tryRoutes tries every route and compares who gets through with the table.
func tryRoutes(t *testing.T, h *hall, name, authorization string, who access.Standing) {
	t.Helper()
	for _, route := range access.Actions() {
		if !route.IsRoute() || route == "GET /api/live" {
			continue // the live connection is tried by its messages
		}
		method, pattern, _ := strings.Cut(string(route), " ")
		status, body := h.call(method, fill(pattern, h.id), authorization, kindOf(method, pattern), bodyOf(pattern))
		want := 0
		switch {
		case access.May(who, route):
		case who == access.Anonymous:
			want = http.StatusUnauthorized
		default:
			want = http.StatusForbidden
		}
		denied := status == http.StatusUnauthorized || status == http.StatusForbidden
		if want == 0 && denied || want != 0 && status != want {
			t.Errorf("%s (%s): %s gives %d %s", name, who, route, status, body)
		}
	}
}

func fill(pattern string, id summit.SummitID) string {
	return strings.NewReplacer("{summit}", string(id), "{$}", "", "{language}", "ar", "{session}", "abc",
		"{seat}", "delegate-b", "{digest}", "abc", "{file...}", "abc", "{file}", "qr.svg").Replace(pattern)
}

func kindOf(method, pattern string) string {
	switch {
	case method == http.MethodPatch:
		return fragmentType
	case strings.HasSuffix(pattern, "/whip"), strings.HasSuffix(pattern, "/whep"):
		return sdpType
	}
	return "application/json"
}

func bodyOf(pattern string) []byte {
	if strings.HasSuffix(pattern, "/whip") || strings.HasSuffix(pattern, "/whep") {
		return []byte(goodOffer)
	}
	return []byte("{}")
}

// tryMessages sends every act and chat and compares what reaches the rules
// with the table.
func tryMessages(t *testing.T, keeper *gatekeeper, live *screen, seat string, who access.Standing) {
	t.Helper()
	for _, what := range access.Actions() {
		before := keeper.count(seat, what)
		switch {
		case strings.HasPrefix(string(what), "act "):
			live.next++
			live.write(map[string]any{"type": "act", "id": live.next, "act": strings.TrimPrefix(string(what), "act "), "with": map[string]any{}})
			m := live.answer(live.next)
			expectRefusal(t, who, what, m)
		case strings.HasPrefix(string(what), "chat "):
			live.write(map[string]any{"type": "chat", "to": strings.TrimPrefix(string(what), "chat "), "text": "hello"})
			live.act("no-such-act", nil) // by its answer, the chat has been dealt with
		default:
			continue
		}
		if reached := keeper.count(seat, what) > before; reached != access.May(who, what) {
			t.Errorf("%s: %s reached the rules: %v", who, what, reached)
		}
	}
}

func expectRefusal(t *testing.T, who access.Standing, what access.Action, m heard) {
	t.Helper()
	want := "not-permitted"
	switch {
	case access.May(who, what):
		want = "no-item" // the gatekeeper's
	case who.Waits() && access.May(who.Admitted(), what):
		want = "not-admitted"
	}
	if m.OK || m.Refusal == nil || m.Refusal.Code != want || m.Refusal.Detail == "" {
		t.Errorf("%s: %s is answered %+v %+v, not %s", who, what, m, m.Refusal, want)
	}
}

// Every route that is served has a row in the table, and every row a route.
func TestEveryRouteHasItsRow(t *testing.T) {
	h := openHall(t)
	for _, a := range access.Actions() {
		if a.IsRoute() && !h.web.routes[a] {
			t.Errorf("the table has %s, which is not served", a)
		}
	}
	for route := range h.web.routes {
		if !slices.Contains(access.Actions(), route) {
			t.Errorf("%s is served and has no row in the table: it is denied to everybody", route)
		}
	}
	for _, kind := range summit.Acts() {
		if !slices.Contains(access.Actions(), access.Act(kind)) {
			t.Errorf("the act %s has no row in the table", kind)
		}
	}
}

// Who may send by the table is who has something to send by the plan.
func TestTheTableAgreesWithThePlanOnWhoSends(t *testing.T) {
	h := openHall(t)
	h.enter("officer")
	for role, seat := range seatOfRole {
		h.enter(seat)
		sends := len(plan.MaySend(h.state(), seat)) > 0
		if may := access.May(access.Standing(role), "POST /api/whip"); may != sends {
			t.Errorf("%s: the table says %v, the plan %v", role, may, sends)
		}
	}
}

// What is neither a message nor one for screens is answered, and changes nothing.
func TestMessagesThatAreNotOurs(t *testing.T) {
	h := openHall(t)
	_, live := h.enter("principal-a")
	before := h.state().Revision
	for _, text := range []string{`{}`, `[]`, `{"type":"act","act":"mute","with":{"on":true,"off":1}}`, `{"type":"act","act":"convene"}`,
		`{"type":"snapshot"}`, `nonsense`, `{"type":"act"} {"type":"act"}`, `{"type":"act","id":"x"}`, `{"type":"chat","to":"everybody","text":"x"}`} {
		if err := live.socket.Write(t.Context(), 1, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if m := live.answer(0); m.OK || m.Refusal == nil {
			t.Errorf("%s is answered %+v", text, m)
		}
	}
	if after := h.state().Revision; after != before {
		t.Errorf("%d events came of it", after-before)
	}
}

func FuzzSaying(f *testing.F) {
	f.Add([]byte(`{"type":"act","id":1,"act":"give-floor","with":{"seat":"principal-a"}}`))
	f.Add([]byte(`{"type":"chat","to":"delegation","text":"..."}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parseSaying(text)
		if err != nil {
			return
		}
		if m.Type == "act" {
			if act, err := summit.UnmarshalAct(m.Act, m.With); err == nil && act.Kind() != m.Act {
				t.Errorf("%q was read as %q", m.Act, act.Kind())
			}
		}
		if _, err := json.Marshal(m.Text); err != nil {
			t.Error(fmt.Errorf("the text cannot be sent on: %w", err))
		}
	})
}
