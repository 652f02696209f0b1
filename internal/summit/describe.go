package summit

import "time"

// Description is a summit as it is convened: everything that is decided
// beforehand, and nothing that happens. Of a seat, only what an invitation
// states counts; [Seat.Presence] and the like are ignored.
type Description struct {
	ID          SummitID     `json:"id"`
	Title       Text         `json:"title"`
	Place       Text         `json:"place,omitempty"`
	Scheduled   time.Time    `json:"scheduled"`
	Zone        string       `json:"zone"`
	Delegations []Delegation `json:"delegations"`
	Seats       []Seat       `json:"seats"`
	Booths      []Booth      `json:"booths,omitempty"`
	Items       []Item       `json:"items"`
	Publication []Language   `json:"publication"`
	Seating     Seating      `json:"seating,omitzero"`
	Lock        Lock         `json:"lock,omitempty"`
	// Rehearses is the summit that this one is a rehearsal of; "" of a summit
	// that is itself meant. Nothing of a rehearsal is recorded or public.
	Rehearses SummitID `json:"rehearses,omitempty"`
	// Remind is after how long on air an interpreter is reminded of the partner;
	// 0 is [UsualTurn].
	Remind time.Duration `json:"remind,omitempty"`
}
