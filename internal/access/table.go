package access

import (
	"maps"
	"slices"
	"strings"

	"liqa/internal/summit"
)

// Action is what somebody asks for: a route ("POST /api/whip"), an act sent
// over the live connection ("act give-floor"), a chat ("chat delegation"), or
// another message ("message sizes").
type Action string

// Act is the action of doing an act over the live connection.
func Act(kind string) Action { return Action("act " + kind) }

// Chat is the action of writing in a chat.
func Chat(to string) Action { return Action("chat " + to) }

// Message is the action of sending another message of a kind.
func Message(kind string) Action { return Action("message " + kind) }

// IsRoute reports whether the action is an HTTP route.
func (a Action) IsRoute() bool {
	kind, _, _ := strings.Cut(string(a), " ")
	return kind != "act" && kind != "chat" && kind != "message"
}

// May is the one question: may somebody of this standing ask for this at all?
// What the table does not name is denied to everybody.
func May(who Standing, what Action) bool { return slices.Contains(table[what], who) }

// Actions lists every action of the table, sorted.
func Actions() []Action { return slices.Sorted(maps.Keys(table)) }

func admitted(roles ...summit.Role) []Standing {
	var all []Standing
	for _, r := range roles {
		all = append(all, Standing(r))
	}
	return all
}

// atTheDoor are roles whether they have been admitted or still wait.
func atTheDoor(roles ...summit.Role) []Standing {
	all := admitted(roles...)
	for _, r := range roles {
		if NeedsAdmission(r) {
			all = append(all, waiting+Standing(r))
		}
	}
	return all
}

var (
	anyone        = Standings()
	administrator = []Standing{Administrator}
	seats         = atTheDoor(summit.Roles...)
	inside        = admitted(summit.Roles...)
	interpreter   = admitted(summit.Interpreter)
	delegations   = admitted(summit.Principal, summit.Delegate, summit.NoteTaker)
	// What the booths read is handed in days before.
	handers = atTheDoor(summit.Principal, summit.Delegate, summit.NoteTaker, summit.Officer)
	readers = append(handers[:len(handers):len(handers)], admitted(summit.Technician, summit.Interpreter)...)
	senders = admitted(summit.Principal, summit.Delegate, summit.NoteTaker, summit.Interpreter,
		summit.Officer, summit.Technician)
	// The page is written before the meeting and after it: not only by who has
	// been admitted to the room.
	pressOfficer = atTheDoor(summit.PressOfficer)
)

// table is the one place that says who may ask for what. Every route that the
// server has and every message that it reads has a row; a test tries every
// cell against the running server.
var table = withActs(routesAndChats)

var routesAndChats = map[Action][]Standing{
	// What everybody has: pages that are the same for all.
	"GET /{$}":                                    anyone,
	"GET /join":                                   anyone,
	"GET /join/{$}":                               anyone,
	"GET /s/{summit}":                             anyone,
	"GET /s/{summit}/{language}":                  anyone,
	"GET /s/{summit}/record/{file...}":            anyone, // open items only
	"GET /s/{summit}/pictures/{digest}":           anyone, // of published pages only
	"GET /assets/{file...}":                       anyone,
	"GET /ca":                                     anyone,
	"GET /ca/{file}":                              anyone,
	"GET /healthz":                                anyone,
	"POST /api/redeem":                            anyone,
	"GET /api/summits/{summit}/public":            anyone,
	"GET /api/summits/{summit}/recording":         anyone, // open items only
	"POST /api/summits/{summit}/whep":             anyone, // open items only
	"OPTIONS /api/summits/{summit}/whep":          anyone,
	"PATCH /api/summits/{summit}/whep/{session}":  anyone, // who knows the session's name
	"DELETE /api/summits/{summit}/whep/{session}": anyone,

	// The administrator, with the token that lies in the data folder.
	"POST /api/summits":                       administrator,
	"GET /api/summits":                        administrator,
	"POST /api/summits/{summit}/links/{seat}": administrator,
	"GET /api/summits/{summit}/export":        administrator,
	"GET /metrics":                            administrator,

	// A seat's own connections. Who waits has the live connection, which says
	// that they wait, and no media connection.
	"GET /api/live":              seats,
	"POST /api/whip":             senders,
	"OPTIONS /api/whip":          anyone,
	"PATCH /api/whip/{session}":  senders,
	"DELETE /api/whip/{session}": senders,
	"GET /api/sender":            atTheDoor(summit.Principal, summit.Delegate, summit.NoteTaker, summit.Interpreter),
	"POST /api/whep":             inside,
	"OPTIONS /api/whep":          anyone,
	"PATCH /api/whep/{session}":  inside,
	"DELETE /api/whep/{session}": inside,

	// What is handed in, and read by those whom it is for.
	"POST /api/documents":                 handers,
	"GET /api/documents/{document}":       readers,
	"DELETE /api/documents/{document}":    handers,
	"GET /api/documents/{document}/terms": readers,

	// The test of the line, which carries nothing of the summit: at the door
	// too, and days before.
	"POST /api/linetest":                  seats,
	"GET /api/linetest/{session}":         seats,
	"DELETE /api/linetest/{session}":      seats,
	"PUT /api/linetest":                   seats,
	"GET /api/linetest":                   seats,
	"GET /api/summits/{summit}/linetests": admitted(summit.Technician, summit.Officer),

	// A rehearsal of the summit, days before it.
	"POST /api/rehearsal": atTheDoor(summit.Interpreter),

	// The press officer's desk.
	"GET /api/summits/{summit}/readouts/{language}":          pressOfficer,
	"PUT /api/summits/{summit}/readouts/{language}":          pressOfficer,
	"POST /api/summits/{summit}/readouts/{language}/publish": pressOfficer,
	"POST /api/summits/{summit}/pictures":                    pressOfficer,
	"GET /api/summits/{summit}/pictures/{digest}":            pressOfficer, // of drafts too
	"POST /api/summits/{summit}/advisory":                    append(pressOfficer[:len(pressOfficer):len(pressOfficer)], Administrator),

	"chat delegation": delegations,
	"chat booth":      interpreter,
	"chat technician": admitted(summit.Interpreter, summit.Technician),
	"chat officer":    admitted(summit.Interpreter, summit.Officer),

	// What a screen says of itself, and how much the technician's wants to see.
	"message sizes":  inside,
	"message report": inside,
	"message wall":   admitted(summit.Technician),
}

// atTheDoorActs are what a seat can do before it is admitted: come, go, and
// choose how it will hear and be heard.
var atTheDoorActs = []string{"arrive", "leave", "hear", "mute"}

// byRouteOnly are acts that take more than a message: the press officer's
// pages and what is handed in are checked and kept by their routes first.
var byRouteOnly = []string{"publish-advisory", "publish-readout", "hand-in", "withdraw-document"}

// The rows of the acts follow from the rules, so that there is one place that
// says which role may do what; what is added here is the door.
func withActs(rows map[Action][]Standing) map[Action][]Standing {
	table := maps.Clone(rows)
	for _, kind := range summit.Acts() {
		var who []Standing
		for _, standing := range Standings() {
			role := summit.Role(strings.TrimPrefix(string(standing), waiting))
			isSeat := slices.Contains(summit.Roles, role)
			if isSeat && summit.May(role, kind) && !slices.Contains(byRouteOnly, kind) &&
				(!standing.Waits() || slices.Contains(atTheDoorActs, kind)) {
				who = append(who, standing)
			}
		}
		table[Act(kind)] = who
	}
	return table
}
