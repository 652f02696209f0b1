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
	Rehearses   SummitID     `json:"rehearses,omitempty"`

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

	Spoken  []Spoken  `json:"spoken,omitempty"` // how long each delegation has had the floor
	Running time.Time `json:"running,omitzero"` // since when the floor holder's clock runs; zero while it stands

	PrivateWords []PrivateWord `json:"privateWords,omitempty"`
	Whispers     []Whisper     `json:"whispers,omitempty"` // booths that are asked into a huddle
	Calls        []Call        `json:"calls,omitempty"`    // one of each booth and role
	Sharing      []Sharing     `json:"sharing,omitempty"`
	Documents    []HandedIn    `json:"documents,omitempty"` // in the order in which they were handed in
	Asks         []Ask         `json:"asks,omitempty"`
	Pinned       SeatID        `json:"pinned,omitempty"`
	Seating      Seating       `json:"seating,omitzero"`
	Lock         Lock          `json:"lock,omitempty"`   // "" is [Interlock]
	Remind       time.Duration `json:"remind,omitempty"` // 0 is [UsualTurn]; see [State.Reminder]

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

// Spoken is how long a delegation has had the floor in one item. What runs at
// the moment is not in it: see [State.Running].
type Spoken struct {
	Item       ItemID        `json:"item"`
	Delegation DelegationID  `json:"delegation"`
	For        time.Duration `json:"for"`
}

// PrivateWord is sound between two seats that nobody else hears.
type PrivateWord struct {
	Seat     SeatID    `json:"seat"` // who called
	With     SeatID    `json:"with"`
	Answered bool      `json:"answered,omitempty"` // until then only the caller is heard
	Since    time.Time `json:"since"`
}

// Whisper is a booth that a delegation has asked into its huddle. It stands
// until it is taken back or the huddle is over; who has agreed is in
// [Seat.Whispers].
type Whisper struct {
	Delegation DelegationID `json:"delegation"`
	Booth      BoothID      `json:"booth"`
	By         SeatID       `json:"by"` // who of the delegation asked
	At         time.Time    `json:"at"`
	Declined   SeatID       `json:"declined,omitempty"` // who of the booth said no, and nobody has said yes since
}

// Call is a light between a booth and the officers or the technicians.
type Call struct {
	Booth    BoothID   `json:"booth"`
	With     Role      `json:"with"` // officer or technician
	Seat     SeatID    `json:"seat"` // who called, on either side
	At       time.Time `json:"at"`
	Answered SeatID    `json:"answered,omitempty"` // who of the other side has
}

// Sharing is a screen that is shared.
type Sharing struct {
	Seat  SeatID    `json:"seat"`
	To    Audience  `json:"to"` // table or delegation
	Since time.Time `json:"since"`
}

// Document is a file that somebody hands in. The file itself is kept beside the
// journal, under its digest.
type Document struct {
	ID    string   `json:"id"` // hex SHA-256 of the file
	Title Text     `json:"title"`
	File  string   `json:"file"`  // its name, without a path
	Type  string   `json:"type"`  // media type, without parameters
	Bytes int64    `json:"bytes"` // from 1 to [MostBytes]
	To    Audience `json:"to"`
	Item  ItemID   `json:"item,omitempty"` // "" is for the whole summit
	As    Purpose  `json:"as,omitempty"`   // "" is none of those that have a name
}

// HandedIn is a document, who handed it in, and when.
type HandedIn struct {
	Document
	Seat       SeatID       `json:"seat"`
	Delegation DelegationID `json:"delegation,omitempty"` // whose it is; "" for an officer's
	At         time.Time    `json:"at"`
}

// Ask is what an officer or technician asks of a person, until they agree.
type Ask struct {
	Seat     SeatID    `json:"seat"` // of whom
	What     Remedy    `json:"what"`
	By       SeatID    `json:"by"`
	At       time.Time `json:"at"`
	Declined bool      `json:"declined,omitempty"` // kept for the asker to see until something else is asked
}
