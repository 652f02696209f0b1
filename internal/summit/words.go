package summit

import "time"

// Identifiers. Each is unique within its summit; a [SummitID] is unique on a
// server and random, so that it cannot be counted through.
type (
	SummitID     string
	DelegationID string
	SeatID       string
	ItemID       string
	BoothID      string
)

// Language is a BCP 47 tag such as "ar", "ru", "zh" or "en".
type Language string

// Text is one text in one or more languages.
type Text map[Language]string

// In returns the text in l, or else in the first language, in alphabetical
// order of their tags, that it has; "" when it has none.
func (t Text) In(l Language) string {
	if s, ok := t[l]; ok {
		return s
	}
	var best Language
	for k := range t {
		if best == "" || k < best {
			best = k
		}
	}
	return t[best]
}

// Role is what a seat is there to do.
type Role string

const (
	Principal    Role = "principal"
	Delegate     Role = "delegate"
	NoteTaker    Role = "note-taker"
	Officer      Role = "officer" // protocol officer
	Technician   Role = "technician"
	Interpreter  Role = "interpreter"
	Reporter     Role = "reporter"      // pool reporter: a press seat
	PressOfficer Role = "press-officer" // writes and publishes
)

// Roles lists every role, in the order of a seating list.
var Roles = []Role{Principal, Delegate, NoteTaker, Officer, Technician, Interpreter, Reporter, PressOfficer}

// Coverage is who may see and hear an item.
type Coverage string

const (
	Open   Coverage = "open"   // the public, live
	Pool   Coverage = "pool"   // accredited press seats only
	Closed Coverage = "closed" // delegations, their interpreters and the officer
	Sealed Coverage = "sealed" // closed and end-to-end encrypted; refused by this server
)

// Attendance is who of the delegations an item is for.
type Attendance string

const (
	Principals    Attendance = "principals"
	PrincipalsOne Attendance = "principals-plus-one"
	Plenary       Attendance = "plenary"
)

// Presence is where a seat's person is.
type Presence string

const (
	Expected Presence = "expected" // has not come yet
	Waiting  Presence = "waiting"  // has left the green room and asks to be admitted; see [Seat.Connected]
	Present  Presence = "present"  // admitted, and connected
	Away     Presence = "away"     // admitted, and the connection is lost
	Left     Presence = "left"     // has left by their own button
)

// Phase is how far a summit has come.
type Phase string

const (
	Announced  Phase = "announced"   // before the first item; seats may arrive
	InProgress Phase = "in-progress" // from the start of the first item
	Ended      Phase = "ended"
)

// Audience is whom a screen or a document is for.
type Audience string

const (
	ToTable      Audience = "table"      // who is at the table, the officers and the booths
	ToDelegation Audience = "delegation" // one's own delegation: a screen, those in its huddle
	ToBooths     Audience = "booths"     // the interpreters; documents only
)

// Purpose is what a document is for, as whoever hands it in says.
type Purpose string

const (
	SpeechText Purpose = "speech" // what will be read out
	Slides     Purpose = "slides"
	TermList   Purpose = "terms" // the words wished for, in two or more languages
)

// Remedy is something that an officer or a technician may ask of a person and
// only that person may do.
type Remedy string

const (
	MuteMicrophone   Remedy = "mute"
	UnmuteMicrophone Remedy = "unmute"
	ReloadPage       Remedy = "reload"
)

// PictureSize is how large the pictures are that a seat receives at most.
type PictureSize string

const (
	FullPictures   PictureSize = "full" // no limit
	MediumPictures PictureSize = "medium"
	SmallPictures  PictureSize = "small"
	NoPictures     PictureSize = "none" // sound only; a shared screen still comes
	// LeastMedia is no pictures, and each sound at 24 kbit/s: for a narrow line.
	LeastMedia PictureSize = "least"
)

// Order is how the delegations and their seats are ordered at the table.
type Order string

const (
	Listed       Order = "listed"       // as in the summit's file
	Alphabetical Order = "alphabetical" // the delegations by their countries' names in one language
	Alternating  Order = "alternating"  // the first seat of each delegation, then the second of each
)

// Seating is the order of the table, by protocol.
type Seating struct {
	Order Order `json:"order,omitempty"`
	// Language is the one in whose alphabet the delegations are ordered;
	// without it an alternating table follows the file.
	Language Language `json:"language,omitempty"`
}

// Delegation is one side of the table.
type Delegation struct {
	ID      DelegationID `json:"id"`
	Name    Text         `json:"name"`
	Country Text         `json:"country,omitempty"` // as on a name plate; without it the name is
	Speaks  Language     `json:"speaks"`
}

// Plate is what stands first on the name plates of a delegation's seats.
func (d Delegation) Plate() Text {
	if len(d.Country) > 0 {
		return d.Country
	}
	return d.Name
}

// Invitation is what is known of a seat's link; never the secret itself.
type Invitation struct {
	Serial  int       `json:"serial"`           // 1 for the first link, counts reissues
	Hash    string    `json:"hash"`             // hex SHA-256 of the 128-bit secret
	Expires time.Time `json:"expires,omitzero"` // last instant of redemption; zero: with the summit
	Revoked bool      `json:"revoked,omitempty"`
	Device  string    `json:"device,omitempty"` // hex SHA-256 of the device's credential; "" until redeemed
	Former  []string  `json:"former,omitempty"` // hashes of the links this one replaced, oldest first
	Since   time.Time `json:"since,omitzero"`   // when the last link was reissued or revoked
}

// Seat is one person's place in a summit.
type Seat struct {
	ID         SeatID       `json:"id"`
	Role       Role         `json:"role"`
	Delegation DelegationID `json:"delegation,omitempty"`
	Name       Text         `json:"name"`
	Function   Text         `json:"function,omitempty"` // "Minister of …", as on a name plate
	Speaks     Language     `json:"speaks,omitempty"`
	Hears      Language     `json:"hears"`
	Booth      BoothID      `json:"booth,omitempty"`   // interpreters only
	PlusOne    bool         `json:"plusOne,omitempty"` // the one who stays for principals-plus-one
	Invitation Invitation   `json:"invitation"`
	Presence   Presence     `json:"presence"`
	Connected  bool         `json:"connected,omitempty"` // a device of theirs is connected now
	Admitted   bool         `json:"admitted,omitempty"`
	Muted      bool         `json:"muted,omitempty"`     // by themselves or by the officer
	MutedBy    SeatID       `json:"mutedBy,omitempty"`   // the officer, when it was not themselves
	StandsFor  SeatID       `json:"standsFor,omitempty"` // the principal whose place this seat has taken
	Dismissed  bool         `json:"dismissed,omitempty"` // an officer has sent them out, and none has let them in since
	Huddle     bool         `json:"huddle,omitempty"`    // is in the huddle of its delegation
	Whispers   DelegationID `json:"whispers,omitempty"`  // interpreters only: is in the huddle of this one
	MutedWhy   Because      `json:"mutedWhy,omitempty"`  // [Returned], where another brought it back to the table
	WasMuted   bool         `json:"wasMuted,omitempty"`  // before it went into a huddle or private word
	Pictures   PictureSize  `json:"pictures,omitempty"`  // the largest it receives; "" is full
	// What an interpreter works from, where they have chosen it ByHand; "" is
	// the floor. Else it follows the floor: see [State.Incoming].
	Takes  Language `json:"takes,omitempty"`
	ByHand bool     `json:"byHand,omitempty"`
}

// Item is one part of the run of show.
type Item struct {
	ID         ItemID        `json:"id"`
	Title      Text          `json:"title"`
	Planned    time.Duration `json:"planned"`
	Coverage   Coverage      `json:"coverage"` // as planned; the coverage in force is [State.Coverage]
	Attendance Attendance    `json:"attendance"`
	Started    time.Time     `json:"started,omitzero"`
	StartedBy  SeatID        `json:"startedBy,omitempty"`
	Ended      time.Time     `json:"ended,omitzero"`
	EndedBy    SeatID        `json:"endedBy,omitempty"`
}

// Lock is what happens when an interpreter goes on air where another is: into a
// channel that another booth serves, or beside the partner.
type Lock string

const (
	Interlock Lock = "interlock" // it is refused; also when nothing is said
	Override  Lock = "override"  // the last one is heard
)

// Booth is the interpreters who serve one channel, or one of several in turn.
type Booth struct {
	ID       BoothID    `json:"id"`
	Name     Text       `json:"name"`
	Outgoing []Language `json:"outgoing"` // the channels it may speak into; A first
	// Sign: its interpreters sign. Its one language is a picture and has no
	// channel of sound.
	Sign bool `json:"sign,omitempty"`
	// Bidirectional: it has two, and speaks into the one that is not the
	// language of the floor.
	Bidirectional bool       `json:"bidirectional,omitempty"`
	WorksFrom     []Language `json:"worksFrom,omitempty"` // what it understands; nothing said is everything
	Pivot         Language   `json:"pivot,omitempty"`     // the channel it works from when it does not: a relay
	// What is on air; a booth has at most one microphone on air.
	OnAir SeatID    `json:"onAir,omitempty"`
	Into  Language  `json:"into,omitempty"`
	Cough bool      `json:"cough,omitempty"` // silence; the original does not come back
	Since time.Time `json:"since,omitzero"`
	// Turned is since when it is on air into this channel, where it has turned.
	Turned time.Time `json:"turned,omitzero"`
	Asked  Request   `json:"asked,omitzero"` // the last thing it asked of the speaker
	// Also is a second microphone that is live beside the one on air, and not
	// heard; AlsoInto the channel it comes back into.
	Also         SeatID    `json:"also,omitempty"`
	AlsoInto     Language  `json:"alsoInto,omitempty"`
	Offered      time.Time `json:"offered,omitzero"`      // the handover to a partner, by who is on air
	Stalled      bool      `json:"stalled,omitempty"`     // on air, and no sound comes: the original is heard
	Insufficient Judgement `json:"insufficient,omitzero"` // the sound it gets is too bad to interpret
	Shifts       Shifts    `json:"shifts,omitzero"`       // how the team shares the work, as planned
	Turn         Turn      `json:"turn,omitzero"`         // who works now, and since when
}

// Shifts is how the interpreters of a booth mean to share the work.
type Shifts struct {
	Turn   time.Duration     `json:"turn,omitempty"`   // how long each works; 0 is as long as [State.Reminder]
	Order  []SeatID          `json:"order,omitempty"`  // who follows whom; nothing said is the seating list
	Starts map[ItemID]SeatID `json:"starts,omitempty"` // who begins an item
}

// Turn is an interpreter's time at work. A pause shorter than [Rest] is part of it.
type Turn struct {
	Seat  SeatID    `json:"seat"`
	Since time.Time `json:"since"`
	Off   time.Time `json:"off,omitzero"` // off air since; zero while on air
}

// Judgement is what a booth says of the sound it gets, by whom, and since when.
type Judgement struct {
	Seat SeatID    `json:"seat"`
	At   time.Time `json:"at"`
}

// Request is what an interpreter asks of whoever has the floor. It is shown
// for a while and then forgotten by the screens; it does not end by itself here.
type Request struct {
	Reason Reason    `json:"reason"`
	Seat   SeatID    `json:"seat"`
	At     time.Time `json:"at"`
}

// Reason is why an interpreter cannot follow.
type Reason string

const (
	TooFast    Reason = "too-fast"
	TooQuiet   Reason = "too-quiet"
	Microphone Reason = "microphone" // not a proper one, too far away, or noisy
)
