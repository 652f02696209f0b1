package server

import (
	"log/slog"
	"maps"
	"reflect"
	"strings"
	"sync"

	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/switchboard"
)

// media is the secretariat's door to the switchboard: it writes a plan in the
// switchboard's terms. It chooses nothing.
type media struct {
	board *switchboard.Board
	// takes and gives are told what holds, the one before anything is cut, the
	// other after it has been given.
	takes, gives func(summit.SummitID, plan.Plan)
	log          *slog.Logger

	mu      sync.Mutex
	summits map[summit.SummitID]*given
}

// given is what the switchboard has been given for one summit.
type given struct {
	keys     map[switchboard.Key]switchboard.Slots
	channels map[summit.Language]*channel
}

type channel struct {
	*switchboard.Channel
	fed switchboard.Set
}

// reach is how far a plan reaches, as the recording needs to know it.
type reach struct {
	coverage summit.Coverage
	flows    bool // anything flows at all
}

func reachOf(p plan.Plan) reach { return reach{p.Coverage, len(p.Receivers) > 0} }

func newMedia(board *switchboard.Board, r *records, log *slog.Logger) *media {
	return &media{board: board, takes: r.cut, gives: r.given, log: log, summits: map[summit.SummitID]*given{}}
}

// Names at the switchboard: everything of a summit begins with its id.
func keyOf(id summit.SummitID, r plan.Receiver) switchboard.Key {
	return switchboard.Key(string(id) + "/" + string(r))
}

func originOf(id summit.SummitID, seat summit.SeatID) switchboard.Origin {
	return switchboard.Origin(string(id) + "/seat/" + string(seat))
}

func sourceOf(id summit.SummitID, s plan.Source) switchboard.SourceID {
	if s.Kind == plan.Channel {
		return switchboard.SourceID(string(id) + "/channel/" + string(s.Language))
	}
	return switchboard.SourceID(string(originOf(id, s.Seat)) + "/" + string(s.Kind))
}

// sourceNamed is the reverse of sourceOf; false for what is not of the summit.
func sourceNamed(id summit.SummitID, name switchboard.SourceID) (plan.Source, bool) {
	rest, ok := strings.CutPrefix(string(name), string(id)+"/")
	if !ok {
		return plan.Source{}, false
	}
	if l, ok := strings.CutPrefix(rest, "channel/"); ok {
		return plan.Source{Kind: plan.Channel, Language: summit.Language(l)}, true
	}
	seat, kind, ok := strings.Cut(strings.TrimPrefix(rest, "seat/"), "/")
	return plan.Source{Kind: plan.Kind(kind), Seat: summit.SeatID(seat)}, ok
}

func setOf(id summit.SummitID, s plan.Set) switchboard.Set {
	set := switchboard.Set{Most: uint8(s.Most), Small: s.Small, First: uint8(s.First)}
	for _, one := range s.Sources {
		set.Sources = append(set.Sources, sourceOf(id, one))
	}
	if s.Prefer != (plan.Source{}) {
		set.Prefer = sourceOf(id, s.Prefer)
	}
	return set
}

// Cut makes p hold, which allows nothing new. Listeners come first: who loses a
// channel does not wait for what feeds it to be taken out.
func (m *media) Cut(id summit.SummitID, p plan.Plan) {
	m.mu.Lock()
	defer m.mu.Unlock()
	g := m.of(id)
	m.takes(id, p)
	left := m.board.CutAll(g.next(id, p))
	m.feed(id, g, p)
	if left.Receivers > 0 {
		m.log.Error("receivers could not be shown to be clear", "summit", id, "receivers", left.Receivers)
	}
}

// Allow makes p hold, which takes nothing away.
func (m *media) Allow(id summit.SummitID, p plan.Plan) {
	m.mu.Lock()
	defer m.mu.Unlock()
	g := m.of(id)
	m.feed(id, g, p)
	m.board.AllowAll(g.next(id, p))
	m.gives(id, p)
}

func (m *media) of(id summit.SummitID) *given {
	g := m.summits[id]
	if g == nil {
		g = &given{keys: map[switchboard.Key]switchboard.Slots{}, channels: map[summit.Language]*channel{}}
		m.summits[id] = g
	}
	return g
}

// feed sets what goes into each channel. A channel is made once and lasts.
func (m *media) feed(id summit.SummitID, g *given, p plan.Plan) {
	feeds := map[*switchboard.Channel]switchboard.Set{}
	for l, f := range p.Channels {
		c := g.channels[l]
		if c == nil {
			c = &channel{Channel: m.board.AddChannel(sourceOf(id, plan.Source{Kind: plan.Channel, Language: l}))}
			g.channels[l] = c
		}
		if set := setOf(id, f.Set); !same(c.fed, set) {
			feeds[c.Channel] = set
			c.fed = set
		}
	}
	m.board.SetFeeds(feeds)
}

func same(a, b switchboard.Set) bool {
	if a.Prefer != b.Prefer || a.Most != b.Most || a.Small != b.Small || a.First != b.First || len(a.Sources) != len(b.Sources) {
		return false
	}
	for i, s := range a.Sources {
		if b.Sources[i] != s {
			return false
		}
	}
	return true
}

// next notes p as given and returns the keys whose slots change by it.
func (g *given) next(id summit.SummitID, p plan.Plan) map[switchboard.Key]switchboard.Slots {
	wanted := make(map[switchboard.Key]switchboard.Slots, len(p.Receivers))
	written := map[uintptr]switchboard.Slots{} // a thousand reporters share their slots
	for r, slots := range p.Receivers {
		which := reflect.ValueOf(slots).Pointer()
		out, known := written[which]
		if !known {
			out = g.writeSlots(id, slots)
			written[which] = out
		}
		wanted[keyOf(id, r)] = out
	}
	changed := map[switchboard.Key]switchboard.Slots{}
	for key := range g.keys {
		if _, still := wanted[key]; !still {
			changed[key] = nil
		}
	}
	other := map[[2]uintptr]bool{}
	for key, slots := range wanted {
		was := g.keys[key]
		which := [2]uintptr{reflect.ValueOf(was).Pointer(), reflect.ValueOf(slots).Pointer()}
		differs, known := other[which]
		if !known {
			differs = !maps.EqualFunc(was, slots, same)
			other[which] = differs
		}
		if differs {
			changed[key] = slots
		}
	}
	g.keys = wanted
	return changed
}

// writeSlots writes what a receiver may receive in the switchboard's terms.
func (g *given) writeSlots(id summit.SummitID, slots plan.Slots) switchboard.Slots {
	out := make(switchboard.Slots, len(slots))
	for slot, set := range slots {
		out[switchboard.SlotID(slot)] = setOf(id, set)
	}
	return out
}

// Measure says what does flow.
func (m *media) Measure(id summit.SummitID) plan.Measured {
	survey := m.board.Survey()
	out := plan.Measured{
		Sending: plan.Live{}, Receiving: map[summit.SeatID]bool{},
		Carried: map[plan.Receiver]map[plan.Slot]plan.Source{},
		Reduced: map[plan.Receiver]map[plan.Slot]string{},
	}
	press := map[summit.SeatID]bool{} // by their connection, which has a press seat's slots
	for _, s := range survey.Sources {
		if named, ok := sourceNamed(id, s.ID); ok && named.Kind != plan.Channel {
			out.Sending[named] = true
		}
	}
	for _, r := range survey.Receivers {
		name, ok := strings.CutPrefix(string(r.Key), string(id)+"/")
		if !ok {
			continue
		}
		if seat, ok := strings.CutPrefix(name, "seat/"); ok {
			out.Receiving[summit.SeatID(seat)] = true
			if r.Receives && len(r.Slots) == len(plan.PressSlots) {
				press[summit.SeatID(seat)] = true
			}
		} else if r.Receives && strings.HasPrefix(name, "public/") {
			out.Public++
		}
		carried := map[plan.Slot]plan.Source{}
		for _, s := range r.Slots {
			if named, ok := sourceNamed(id, s.Carries); ok {
				carried[plan.Slot(s.ID)] = named
			}
		}
		out.Carried[plan.Receiver(name)] = carried
		if reduced := reducedOf(r); len(reduced) > 0 {
			out.Reduced[plan.Receiver(name)] = reduced
		}
	}
	out.Press = len(press)
	return out
}

// reducedOf says which pictures of a room seat are smaller than they are shown,
// and why. A crowd is not told: a thousand lines that come and go would have
// every screen drawn again all the time.
func reducedOf(r switchboard.ReceiverSurvey) map[plan.Slot]string {
	if len(r.Slots) != len(plan.RoomSlots) {
		return nil
	}
	reduced := map[plan.Slot]string{}
	for _, s := range r.Slots {
		if s.Reduced != switchboard.NotReduced {
			reduced[plan.Slot(s.ID)] = string(s.Reduced)
		}
	}
	return reduced
}
