package plan

import (
	"slices"

	"liqa/internal/summit"
)

// Measured is what the switchboard says does flow, where a [Plan] is what may.
type Measured struct {
	// Sending are the sources the switchboard has now, channels left out.
	Sending Live
	// Receiving are the seats it has a receiving connection of now.
	Receiving map[summit.SeatID]bool
	// Carried is what feeds each receiver's slots now. Of the public it has one
	// for each language.
	Carried map[Receiver]map[Slot]Source
	// Reduced says of room seats' pictures that are smaller than they are shown,
	// or stand still, why: "line" when the seat's line carries no more, "hand"
	// when somebody has limited them.
	Reduced map[Receiver]map[Slot]string
	// Press and Public are the number of press seats and of public connections
	// that media has gone to within the last second, or still may.
	Press, Public int
}

// AlarmCode says what is wrong.
type AlarmCode string

const (
	// JournalBehind: the record cannot be written; nothing that gives is done until it can.
	JournalBehind AlarmCode = "journal-behind"
	// UnknownConnection: the switchboard has a connection of a seat that should have none.
	UnknownConnection AlarmCode = "unknown-connection"
	// MissingConnection: a seat counted as present has no connection at the switchboard.
	MissingConnection AlarmCode = "missing-connection"
	// NotClear: nothing may go to press or public, and something does.
	NotClear AlarmCode = "not-clear"
)

// Alarm is something that officer and technician must know at once.
type Alarm struct {
	Code AlarmCode     `json:"code"`
	Seat summit.SeatID `json:"seat,omitempty"`
}

// Check compares what was measured with what ought to be, and returns every
// difference: connections of seats that should have none, present seats of the
// room that have none, and media to press or public that p does not allow.
func (m Measured) Check(s summit.State, p Plan) []Alarm {
	var alarms []Alarm
	if m.Press > 0 && reach(p.Coverage) < reach(summit.Pool) || m.Public > 0 && p.Coverage != summit.Open {
		alarms = append(alarms, Alarm{Code: NotClear})
	}
	connected := map[summit.SeatID]bool{}
	for id, on := range m.Receiving {
		connected[id] = connected[id] || on
	}
	for source, on := range m.Sending {
		if source.Kind != Channel {
			connected[source.Seat] = connected[source.Seat] || on
		}
	}
	for i, seat := range s.Seats {
		switch {
		case connected[seat.ID] && Stands(s, seat) != Admitted:
			alarms = append(alarms, Alarm{UnknownConnection, seat.ID})
		case !m.Receiving[seat.ID] && alone(s, i).InRoom(seat.ID):
			alarms = append(alarms, Alarm{MissingConnection, seat.ID})
		}
		delete(connected, seat.ID)
	}
	var strangers []summit.SeatID // connections of seats that the summit does not have
	for id, on := range connected {
		if on {
			strangers = append(strangers, id)
		}
	}
	slices.Sort(strangers)
	for _, id := range strangers {
		alarms = append(alarms, Alarm{UnknownConnection, id})
	}
	return alarms
}
