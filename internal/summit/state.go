package summit

import "time"

// State is one summit as folded from its journal. The zero State is a summit
// that has not been convened. A State is a value: [Apply] returns a new one and
// leaves the old one untouched.
type State struct {
	ID          SummitID     `json:"id"`
	Title       Text         `json:"title"`
	Place       Text         `json:"place,omitempty"`
	Scheduled   time.Time    `json:"scheduled"`
	Zone        string       `json:"zone"` // IANA name; instants are shown in it
	Delegations []Delegation `json:"delegations"`
	Seats       []Seat       `json:"seats"` // in the order of the file
	Booths      []Booth      `json:"booths"`
	Items       []Item       `json:"items"` // the run of show
	Publication []Language   `json:"publication"`
	Languages   []Language   `json:"languages"` // of the channels, sorted; fixed when convened

	Phase   Phase  `json:"phase"`
	Current ItemID `json:"current,omitempty"` // "" between items

	InForce      Coverage  `json:"inForce"` // as last set; what holds is [State.Coverage]
	InForceBy    SeatID    `json:"inForceBy,omitempty"`
	InForceSince time.Time `json:"inForceSince,omitzero"`
	Resume       bool      `json:"resume,omitempty"` // restarted: closed until the officer resumes
	Opening      Opening   `json:"opening,omitzero"` // proposed, and not yet agreed by both sides
	Opened       bool      `json:"opened,omitempty"` // something of it has been open to the public

	InRecess    bool      `json:"inRecess,omitempty"`
	RecessBy    SeatID    `json:"recessBy,omitempty"`
	RecessSince time.Time `json:"recessSince,omitzero"`

	Floor      SeatID    `json:"floor,omitempty"`
	FloorSince time.Time `json:"floorSince,omitzero"`
	Queue      []SeatID  `json:"queue,omitempty"` // raised hands, first come first

	Advisory Publication              `json:"advisory"`
	Readouts map[Language]Publication `json:"readouts,omitempty"`

	Ended    time.Time `json:"ended,omitzero"`
	EndedBy  SeatID    `json:"endedBy,omitempty"`
	Turned   uint64    `json:"turned,omitempty"` // revision of the last change of item, recess or coverage
	Revision uint64    `json:"revision"`         // number of events folded
	Changed  time.Time `json:"changed"`          // time of the last event
}

// Opening is a wider coverage that one delegation's officer has proposed and
// the other's has not yet agreed to. Where both have their own officer, opening
// to the press needs both.
type Opening struct {
	Item     ItemID   `json:"item"`
	Coverage Coverage `json:"coverage"`
	Agreed   []SeatID `json:"agreed"` // the officers who have agreed, first the one who proposed
}

// Publication is a page that has been published: the document itself is kept
// beside the journal under its digest.
type Publication struct {
	Digest    string    `json:"digest,omitempty"` // hex SHA-256 of the document; "" when not published
	Published time.Time `json:"published,omitzero"`
	Corrected int       `json:"corrected,omitempty"` // number of corrections
}
