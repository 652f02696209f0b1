package view

import (
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// View is what the screen of one seat may know.
type View struct {
	// Now is the server's clock when this was made; screens run their clocks from it.
	Now         time.Time    `json:"now"`
	Summit      Summit       `json:"summit"`
	Me          Me           `json:"me"`
	Room        Room         `json:"room"`
	Items       []Item       `json:"items"` // the run of show, in order
	Delegations []Delegation `json:"delegations"`
	// Seats are the people this seat may know of, itself included, in the order of the seating list.
	Seats    []Seat    `json:"seats"`
	Channels []Channel `json:"channels"`
	Booths   []Booth   `json:"booths"` // empty for who has nothing to do with booths
	// Slots is what this seat's own receiving connection may carry and does carry,
	// in the order of its media sections. Empty while it may have no connection.
	Slots []Slot `json:"slots"`
	// Huddle is who is in the huddle of this seat's delegation now, or in the one it
	// whispers in, those away included; empty for who has none.
	Huddle []summit.SeatID `json:"huddle"`
	// PrivateWords are all of them for officers and technicians, and one's own
	// for everybody else.
	PrivateWords []PrivateWord `json:"privateWords"`
	// Whispers are the booths asked into a huddle: for the delegation, the booth
	// and the staff.
	Whispers []Whisper `json:"whispers"`
	// Calls are the lights between booths and staff, for the two ends of each.
	Calls []Call `json:"calls"`
	// Documents are those this seat may read, in the order in which they were
	// handed in.
	Documents []Document `json:"documents"`
	// Speaking has how long each delegation has had the floor; empty for who is
	// not of the table, the booths or the staff.
	Speaking []Speaking `json:"speaking"`
	// Rehearsal says what a rehearsal is of; absent in a summit that is meant.
	Rehearsal *Rehearsal `json:"rehearsal,omitempty"`
	// Press is absent for press seats and for who has not been admitted.
	Press *Press `json:"press,omitempty"`
	// Chats are the rooms this seat may read and write in.
	Chats []plan.Chat `json:"chats"`
	// May lists the acts this seat may do now that name nobody and nothing else
	// (raise-hand, recess …). Acts on a seat or an item are listed with it.
	May    []string     `json:"may"`
	Alarms []plan.Alarm `json:"alarms"` // the officer's and the technician's
	// Published is what has been published so far.
	Published Published `json:"published"`
}

// Summit is the heading of a summit.
type Summit struct {
	ID        summit.SummitID `json:"id"`
	Title     summit.Text     `json:"title"`
	Place     summit.Text     `json:"place"`
	Scheduled time.Time       `json:"scheduled"`
	Zone      string          `json:"zone"` // IANA name; instants are shown in it
	Phase     summit.Phase    `json:"phase"`
	// Publication are the languages pages are published in.
	Publication []summit.Language `json:"publication"`
	// Seating is the order in which delegations and seats are listed.
	Seating summit.Order `json:"seating"`
}

// Rehearsal is what a summit is that is a rehearsal of another.
type Rehearsal struct {
	Of summit.SummitID `json:"of"`
	// Ends is when it ends, so that nobody is missing in the other. Where that has
	// passed when it begins, it ends when the other begins.
	Ends time.Time `json:"ends"`
}

// Me is the seat whose screen this is.
type Me struct {
	Seat       summit.SeatID       `json:"seat"`
	Role       summit.Role         `json:"role"`
	Delegation summit.DelegationID `json:"delegation,omitempty"`
	Name       summit.Text         `json:"name"`
	Function   summit.Text         `json:"function"`
	Speaks     summit.Language     `json:"speaks,omitempty"`
	// Hears is the channel it has chosen; absent for the original.
	Hears summit.Language `json:"hears,omitempty"`
	// MayHear are the channels this seat can choose among now.
	MayHear  []summit.Language `json:"mayHear"`
	Booth    summit.BoothID    `json:"booth,omitempty"`
	Presence summit.Presence   `json:"presence"`
	Admitted bool              `json:"admitted"`
	Muted    bool              `json:"muted"`
	// MutedByOfficer: the officer did it. Only this seat can undo it.
	MutedByOfficer bool `json:"mutedByOfficer"`
	HasFloor       bool `json:"hasFloor"`
	// Hand is the place in the speaker queue, from 1; 0 when no hand is up.
	Hand int `json:"hand"`
	// InRoom: this seat is where the current item is held.
	InRoom bool `json:"inRoom"`
	// MaySpeak: its microphone reaches the room now.
	MaySpeak bool `json:"maySpeak"`
	// Connects: it may have media connections now; false in the waiting room.
	Connects bool `json:"connects"`
	// Sends are the kinds of sources it may send.
	Sends []plan.Kind `json:"sends"`
	// InHuddle: its microphone and camera are for its delegation's huddle alone.
	InHuddle bool `json:"inHuddle"`
	// Whispers is the delegation in whose huddle an interpreter works, heard there
	// and nowhere else; absent while they do not.
	Whispers summit.DelegationID `json:"whispers,omitempty"`
	// MayWhisper are the booths it may ask into its huddle now (ask-whisper).
	MayWhisper []BoothName `json:"mayWhisper"`
	// SlowDown is what the booths ask of it while it has the floor: the last of it,
	// without who asked. Screens show it for a while and then forget it.
	SlowDown *SlowDown `json:"slowDown,omitempty"`
	// MutedOnReturn: its microphone is off because another has brought it back to
	// the table. Only this seat can undo it.
	MutedOnReturn bool `json:"mutedOnReturn"`
	// Incoming is the channel that an interpreter works from, a relay; absent for
	// the floor. ByHand: they have chosen it, and it does not follow the floor.
	Incoming summit.Language `json:"incoming,omitempty"`
	ByHand   bool            `json:"byHand"`
	// Sharing is with whom it shares its screen; absent while it does not.
	Sharing summit.Audience `json:"sharing,omitempty"`
	// MayShare are those it may share its screen with now (share-screen).
	MayShare []summit.Audience `json:"mayShare"`
	// MayHandIn are those it may hand a document in to now.
	MayHandIn []summit.Audience `json:"mayHandIn"`
	// Asked is what an officer or technician asks of it (answer-ask).
	Asked *Request `json:"asked,omitempty"`
	// Pictures is how large the pictures are that it receives at most.
	Pictures summit.PictureSize `json:"pictures"`
}

// PrivateWord is sound between two seats that nobody else hears.
type PrivateWord struct {
	Seat     summit.SeatID `json:"seat"` // who called
	With     summit.SeatID `json:"with"`
	Answered bool          `json:"answered"` // until then only the caller is heard
	Since    time.Time     `json:"since"`
}

// Request is what an officer or technician asks of a person.
type Request struct {
	What summit.Remedy `json:"what"`
	// By is who asks; absent for press seats, who are told no names.
	By summit.SeatID `json:"by,omitempty"`
	At time.Time     `json:"at"`
	// Declined: the person has said no. It is kept for the asker to see.
	Declined bool `json:"declined"`
}

// Document is a file that was handed in. The file is fetched by its id.
type Document struct {
	ID         string              `json:"id"` // hex SHA-256 of the file
	Title      summit.Text         `json:"title"`
	File       string              `json:"file"`
	Type       string              `json:"type"`
	Bytes      int64               `json:"bytes"`
	To         summit.Audience     `json:"to"`
	Item       summit.ItemID       `json:"item,omitempty"` // absent for the whole summit
	As         summit.Purpose      `json:"as,omitempty"`   // absent for none of those that have a name
	Seat       summit.SeatID       `json:"seat"`           // who handed it in
	Delegation summit.DelegationID `json:"delegation,omitempty"`
	At         time.Time           `json:"at"`
	// MayWithdraw: this seat may take it back.
	MayWithdraw bool `json:"mayWithdraw"`
}

// Speaking is how long one delegation has had the floor, a recess not counted.
type Speaking struct {
	Delegation summit.DelegationID `json:"delegation"`
	// SummitSeconds and ItemSeconds are without what runs since Since.
	SummitSeconds int `json:"summitSeconds"`
	ItemSeconds   int `json:"itemSeconds"` // in the item in progress
	// Since: the clock runs since then; absent while it stands.
	Since time.Time `json:"since,omitzero"`
}

// Sharing is the screen that a seat is shown.
type Sharing struct {
	Seat  summit.SeatID   `json:"seat"`
	To    summit.Audience `json:"to"`
	Since time.Time       `json:"since"`
}

// Room is what is going on.
type Room struct {
	// Item is in progress; absent between items and where this seat may not know
	// it. That some item is in session is told by the items' state.
	Item summit.ItemID `json:"item,omitempty"`
	// Coverage is the coverage in force; closed between items, in a recess, and
	// after a restart until it is resumed.
	Coverage summit.Coverage `json:"coverage"`
	// Coverages are those this seat may set now (set-coverage).
	Coverages []summit.Coverage `json:"coverages"`
	// ReconveneIn are the coverages in which this seat may end the recess.
	ReconveneIn []summit.Coverage `json:"reconveneIn"`
	// MayAdmit are the roles of which this seat may let in everybody who waits.
	MayAdmit []summit.Role `json:"mayAdmit"`
	// Opening is a wider coverage that one side's officer has proposed and the
	// other's has still to agree to. Officers and technicians see it.
	Opening *Opening `json:"opening,omitempty"`
	Recess  bool     `json:"recess"`
	// ResumeNeeded: the server has restarted, and the coverage it had before
	// waits for the officer. Others are not told.
	ResumeNeeded bool            `json:"resumeNeeded"`
	ResumesTo    summit.Coverage `json:"resumesTo,omitempty"`
	// Floor and Queue are told to who attends the item; Floor also to the press
	// while it watches, and who has it is in the room.
	Floor      summit.SeatID `json:"floor,omitempty"`
	FloorSince time.Time     `json:"floorSince,omitzero"`
	// Queue is the speaker queue, first come first.
	Queue []summit.SeatID `json:"queue"`
	// Screens are those shared that this seat may know of: its huddle's and the
	// table's. The screen slot shows the first.
	Screens []Sharing `json:"screens"`
	// Pinned is whose picture goes first and largest; absent when nobody's does
	// and for who may not see it.
	Pinned summit.SeatID `json:"pinned,omitempty"`
}

// Opening is a coverage on the way to being agreed.
type Opening struct {
	Coverage summit.Coverage `json:"coverage"`
	// Agreed are the officers who have agreed, first the one who proposed.
	Agreed []summit.SeatID `json:"agreed"`
}

// ItemState is how far an item has come.
type ItemState string

const (
	Planned   ItemState = "planned"
	InSession ItemState = "in-session"
	Over      ItemState = "over"
)

// Item is one part of the run of show.
type Item struct {
	Number int `json:"number"` // from 1
	// ID, Title and Attendance are absent where this seat may not know them.
	ID         summit.ItemID     `json:"id,omitempty"`
	Title      summit.Text       `json:"title,omitempty"`
	Attendance summit.Attendance `json:"attendance,omitempty"`
	State      ItemState         `json:"state"`
	Coverage   summit.Coverage   `json:"coverage"` // as planned
	// PlannedSeconds is how long it should take.
	PlannedSeconds int       `json:"plannedSeconds"`
	Started        time.Time `json:"started,omitzero"`
	Ended          time.Time `json:"ended,omitzero"`
	// May lists the acts this seat may do on it (start-item).
	May []string `json:"may"`
	// Again: it has ended before, and starting it takes it up again.
	Again bool `json:"again"`
}

// Delegation is one side of the table.
type Delegation struct {
	ID   summit.DelegationID `json:"id"`
	Name summit.Text         `json:"name"`
	// Country is what stands first on the name plates of its seats.
	Country summit.Text     `json:"country"`
	Speaks  summit.Language `json:"speaks"`
}

// Seat is one person as another may know them.
type Seat struct {
	ID         summit.SeatID       `json:"id"`
	Role       summit.Role         `json:"role"`
	Delegation summit.DelegationID `json:"delegation,omitempty"`
	Name       summit.Text         `json:"name"`
	Function   summit.Text         `json:"function"`
	Speaks     summit.Language     `json:"speaks,omitempty"`
	Booth      summit.BoothID      `json:"booth,omitempty"`
	// Presence of another delegation's seat is expected, present, away or left:
	// who waits at the door is between them and the officer.
	Presence summit.Presence `json:"presence"`
	Muted    bool            `json:"muted"`
	HasFloor bool            `json:"hasFloor"`
	InRoom   bool            `json:"inRoom"`
	// Apart: in a huddle or a private word; the table neither sees nor hears it.
	// Told to its own side, its booth and the staff.
	Apart bool `json:"apart"`
	// Hand is the place in the speaker queue, from 1; 0 when no hand is up.
	Hand int `json:"hand"`
	// Sends are the sources of it that the switchboard has now.
	Sends []plan.Kind `json:"sends"`
	// Receives: the switchboard has a receiving connection of it now.
	Receives bool `json:"receives"`
	// Desk is what the officer and the technician also know of a seat.
	Desk *Desk `json:"desk,omitempty"`
	// May lists the acts this seat's screen may do on it (admit, give-floor …).
	May []string `json:"may"`
}

// Desk is what the officer and the technician know of a seat beside what
// everybody does.
type Desk struct {
	Admitted bool `json:"admitted"`
	// Connected: a device of theirs is connected now. One who waits may have gone.
	Connected      bool            `json:"connected"`
	Hears          summit.Language `json:"hears,omitempty"`
	PlusOne        bool            `json:"plusOne"`
	MutedByOfficer bool            `json:"mutedByOfficer"`
	// Link is the number of the seat's link: 1, and one more for each reissue.
	Link int `json:"link"`
	// Redeemed: the link has been opened and is bound to a device.
	Redeemed bool      `json:"redeemed"`
	Revoked  bool      `json:"revoked"`
	Expires  time.Time `json:"expires,omitzero"`
	// StandsFor is the principal whose place this seat has taken.
	StandsFor summit.SeatID `json:"standsFor,omitempty"`
	// SubstituteBy are the delegates who can take this principal's place.
	SubstituteBy []summit.SeatID `json:"substituteBy"`
	// Pictures is how large the pictures are that it receives at most.
	Pictures summit.PictureSize `json:"pictures"`
	// Asked is what was asked of it last, until it is agreed to.
	Asked *Request `json:"asked,omitempty"`
}

// Channel is one language's sound.
type Channel struct {
	Language summit.Language `json:"language"`
	Carries  plan.Carries    `json:"carries"`
	// Interpreter is on air into it; absent when nobody is or when this seat may not know.
	Interpreter summit.SeatID `json:"interpreter,omitempty"`
	// Insufficient: the booth that serves it cannot hear the floor well enough
	// since then. Listeners are told when it lasts.
	Insufficient time.Time `json:"insufficient,omitzero"`
}

// Source is a stream that can be received.
type Source struct {
	Kind     plan.Kind       `json:"kind"`
	Seat     summit.SeatID   `json:"seat,omitempty"`     // absent for a channel; of who signs, for press and public
	Language summit.Language `json:"language,omitempty"` // channels only
}

// Slot is one place of a receiving connection.
type Slot struct {
	Slot plan.Slot `json:"slot"`
	// Eligible is what may feed it now.
	Eligible []Source `json:"eligible"`
	// Carries is what feeds it now, as measured; absent when nothing does.
	Carries *Source `json:"carries,omitempty"`
	// Reduced says why a picture is smaller than it is shown, or not there: "line",
	// the line carries no more, "hand", somebody has limited it, or "codec", the
	// browser cannot show it. Absent when it is not.
	Reduced string `json:"reduced,omitempty"`
}

// Press is who outside the room sees and hears it, as measured at the
// switchboard and not as planned.
type Press struct {
	// SeatsPresent is the number of press seats that are here.
	SeatsPresent int `json:"seatsPresent"`
	// SeatsReceiving is the number of press seats that media goes to.
	SeatsReceiving int `json:"seatsReceiving"`
	// PublicReceiving is the number of public players that media goes to.
	PublicReceiving int `json:"publicReceiving"`
	// Clear: neither press nor public receives anything.
	Clear bool `json:"clear"`
}

// Published is what of a summit has been published.
type Published struct {
	Advisory *Page `json:"advisory,omitempty"`
	// Readouts are in the order of the publication languages.
	Readouts []Page `json:"readouts"`
}

// Page is one published document.
type Page struct {
	Language  summit.Language `json:"language,omitempty"` // absent for the advisory
	Published time.Time       `json:"published"`
	// Corrected is the number of corrections since.
	Corrected int `json:"corrected"`
}
