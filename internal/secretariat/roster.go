package secretariat

import (
	"context"
	"reflect"
	"slices"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// meter measures what flows, in a goroutine of its own: counting must not hold
// up a cut.
type meter struct {
	media   Media
	id      summit.SummitID
	wanted  chan struct{} // room for one
	results chan plan.Measured
}

func newMeter(media Media, id summit.SummitID) *meter {
	return &meter{media: media, id: id, wanted: make(chan struct{}, 1), results: make(chan plan.Measured)}
}

// poke asks for a measurement soon; it does not wait.
func (t *meter) poke() {
	select {
	case t.wanted <- struct{}{}:
	default:
	}
}

func (t *meter) run(ctx context.Context) {
	for {
		select {
		case <-t.wanted:
		case <-ctx.Done():
			return
		}
		select {
		case t.results <- t.media.Measure(t.id):
		case <-ctx.Done():
			return
		}
	}
}

// patience is how long a difference may last before it is an alarm. A
// connection takes a moment to be made and to be closed; a cut does not.
var patience = map[plan.AlarmCode]time.Duration{
	plan.MissingConnection: 10 * time.Second,
	plan.UnknownConnection: 5 * time.Second,
	plan.NotClear:          time.Second,
}

// alarms are the differences between what ought to be and what is.
type alarms struct {
	since  map[plan.Alarm]time.Time // every difference, and when it was first seen
	raised []plan.Alarm             // those that have lasted
}

// meets compares what was measured with what ought to be.
func (m *meeting) meets(got plan.Measured) {
	now := m.cfg.Clock()
	differences := got.Check(m.state, m.standing)
	since := map[plan.Alarm]time.Time{}
	var raised []plan.Alarm
	for _, a := range differences {
		first, seen := m.alarms.since[a]
		if !seen {
			first = now
		}
		since[a] = first
		if now.Sub(first) < patience[a.Code] {
			continue
		}
		raised = append(raised, a)
		if !slices.Contains(m.alarms.raised, a) {
			m.log.Warn("the roster and the switchboard differ", "alarm", string(a.Code), "seat", string(a.Seat))
		}
	}
	for _, a := range m.alarms.raised {
		if !slices.Contains(raised, a) {
			m.log.Info("the roster and the switchboard agree again", "alarm", string(a.Code), "seat", string(a.Seat))
		}
	}
	changed := !slices.Equal(raised, m.alarms.raised) || !reflect.DeepEqual(got, m.measured)
	m.alarms, m.measured = alarms{since, raised}, got
	if changed {
		m.notify()
	}
}
