package summit

import "time"

// Event is something that has happened: what the journal keeps and [Apply]
// folds. The kinds are the concrete types of this file and no others, and what
// they mean never changes.
type Event interface {
	// Kind is the event's name in the journal, in kebab-case.
	Kind() string
	// When is the instant it happened. Order is that of the journal, not of
	// these instants: a clock may jump.
	When() time.Time
	// Who caused it.
	Who() Actor
	apply(*State)
}

// Stamp is when an event happened and who caused it.
type Stamp struct {
	At time.Time `json:"at"`
	By Actor     `json:"by"`
}

// When implements [Event].
func (s Stamp) When() time.Time { return s.At }

// Who implements [Event].
func (s Stamp) Who() Actor { return s.By }

// Because is why something that nobody asked for by name was taken away.
type Because string

const (
	Asked       Because = "asked"        // by the act of that name
	Gone        Because = "gone"         // the person has left, was dismissed, revoked or moved
	Lost        Because = "lost"         // the connection is lost
	ItemOver    Because = "item-over"    // the item has ended
	Paused      Because = "paused"       // the item is in recess
	Replaced    Because = "replaced"     // another has taken the place, the floor or the microphone
	NotAttended Because = "not-attended" // the item is not for them
	Conferring  Because = "conferring"   // they have gone into a huddle
	Deserted    Because = "deserted"     // nobody is left in the huddle who called them there
	Returned    Because = "returned"     // another has brought them back to the table
	SummitOver  Because = "summit-over"  // the summit has ended
)

// The summit as a whole.
type (
	Convened struct {
		Stamp
		Description
	}
	Restarted   struct{ Stamp }
	SummitEnded struct{ Stamp }
)

// Seats: links, presence, places.
type (
	Redeemed struct {
		Stamp
		Seat   SeatID `json:"seat"`
		Device string `json:"device"`
	}
	Reissued struct {
		Stamp
		Seat    SeatID    `json:"seat"`
		Serial  int       `json:"serial"`
		Hash    string    `json:"hash"`
		Expires time.Time `json:"expires,omitzero"`
	}
	Revoked struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
	Connected struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
	Disconnected struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
	// Arrived: the seat is waiting now.
	Arrived struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
	Admitted struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
	Dismissed struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
	Departed struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
	// Substituted: Seat has the principal's place now, Principal a delegate's.
	Substituted struct {
		Stamp
		Principal SeatID `json:"principal"`
		Seat      SeatID `json:"seat"`
	}
	// Heard: the seat has chosen a channel; "" is the original.
	Heard struct {
		Stamp
		Seat     SeatID   `json:"seat"`
		Language Language `json:"language"`
	}
	Muted struct {
		Stamp
		Seat    SeatID  `json:"seat"`
		Because Because `json:"because,omitempty"` // [Returned]; else by who asked for it
	}
	Unmuted struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
)

// Items, coverage and recess.
type (
	// ItemStarted: in Coverage, which is the planned one, or closed where
	// opening needs a second officer.
	ItemStarted struct {
		Stamp
		Item     ItemID   `json:"item"`
		Coverage Coverage `json:"coverage"`
	}
	ItemEnded struct {
		Stamp
		Item ItemID `json:"item"`
	}
	CoverageSet struct {
		Stamp
		Item     ItemID   `json:"item"`
		Coverage Coverage `json:"coverage"`
	}
	// CoverageProposed: one side's officer would open; the other's has not agreed.
	CoverageProposed struct {
		Stamp
		Item     ItemID   `json:"item"`
		Coverage Coverage `json:"coverage"`
	}
	CoverageResumed struct {
		Stamp
		Item     ItemID   `json:"item"`
		Coverage Coverage `json:"coverage"`
	}
	RecessBegan struct {
		Stamp
		Item ItemID `json:"item"`
	}
	RecessEnded struct {
		Stamp
		Item     ItemID   `json:"item"`
		Coverage Coverage `json:"coverage"`
	}
)

// The floor.
type (
	HandRaised struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
	HandLowered struct {
		Stamp
		Seat    SeatID  `json:"seat"`
		Because Because `json:"because"`
	}
	FloorGiven struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
	FloorTaken struct {
		Stamp
		Seat    SeatID  `json:"seat"`
		Because Because `json:"because"`
	}
)

// Booths.
type (
	WentOnAir struct {
		Stamp
		Booth BoothID  `json:"booth"`
		Seat  SeatID   `json:"seat"`
		Into  Language `json:"into"`
	}
	WentOffAir struct {
		Stamp
		Booth   BoothID `json:"booth"`
		Seat    SeatID  `json:"seat"`
		Because Because `json:"because"`
	}
	Coughed struct {
		Stamp
		Booth BoothID `json:"booth"`
		Seat  SeatID  `json:"seat"`
		On    bool    `json:"on"`
	}
	SlowDownAsked struct {
		Stamp
		Booth  BoothID `json:"booth"`
		Seat   SeatID  `json:"seat"`
		Reason Reason  `json:"reason"`
	}
)

// Pages.
type (
	AdvisoryPublished struct {
		Stamp
		Digest string `json:"digest"`
		Reason string `json:"reason,omitempty"` // of a correction
	}
	ReadoutPublished struct {
		Stamp
		Language Language `json:"language"`
		Digest   string   `json:"digest"`
		Reason   string   `json:"reason,omitempty"` // of a correction
	}
)

// Apart from the table: huddles, private words.
type (
	HuddleEntered struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
	HuddleLeft struct {
		Stamp
		Seat    SeatID  `json:"seat"`
		Because Because `json:"because"`
	}
	// PrivateWordOpened: Seat calls With.
	PrivateWordOpened struct {
		Stamp
		Seat SeatID `json:"seat"`
		With SeatID `json:"with"`
	}
	PrivateWordAnswered struct {
		Stamp
		Seat SeatID `json:"seat"` // the caller
		With SeatID `json:"with"`
	}
	PrivateWordEnded struct {
		Stamp
		Seat    SeatID  `json:"seat"` // the caller
		With    SeatID  `json:"with"`
		Because Because `json:"because"`
	}
)

// Screens, documents, pictures, and what is asked of people.
type (
	ScreenShared struct {
		Stamp
		Seat SeatID   `json:"seat"`
		To   Audience `json:"to"`
	}
	SharingStopped struct {
		Stamp
		Seat    SeatID  `json:"seat"`
		Because Because `json:"because"`
	}
	DocumentHandedIn struct {
		Stamp
		Seat SeatID `json:"seat"`
		Document
	}
	DocumentWithdrawn struct {
		Stamp
		ID         string       `json:"id"`
		Delegation DelegationID `json:"delegation,omitempty"` // whose it was; "" for an officer's
	}
	// RemedyAsked: the person of Seat has not said yet whether they agree.
	RemedyAsked struct {
		Stamp
		Seat SeatID `json:"seat"`
		What Remedy `json:"what"`
	}
	RemedyAnswered struct {
		Stamp
		Seat   SeatID `json:"seat"`
		What   Remedy `json:"what"`
		Agreed bool   `json:"agreed"`
	}
	RemedyDropped struct {
		Stamp
		Seat    SeatID  `json:"seat"`
		Because Because `json:"because"`
	}
	PicturesLimited struct {
		Stamp
		Seat SeatID      `json:"seat"`
		To   PictureSize `json:"to"`
	}
	SeatPinned struct {
		Stamp
		Seat SeatID `json:"seat"`
	}
	SeatUnpinned struct {
		Stamp
		Seat    SeatID  `json:"seat"`
		Because Because `json:"because"`
	}
)

func (Convened) Kind() string            { return "convened" }
func (Restarted) Kind() string           { return "restarted" }
func (SummitEnded) Kind() string         { return "summit-ended" }
func (Redeemed) Kind() string            { return "redeemed" }
func (Reissued) Kind() string            { return "reissued" }
func (Revoked) Kind() string             { return "revoked" }
func (Connected) Kind() string           { return "connected" }
func (Disconnected) Kind() string        { return "disconnected" }
func (Arrived) Kind() string             { return "arrived" }
func (Admitted) Kind() string            { return "admitted" }
func (Dismissed) Kind() string           { return "dismissed" }
func (Departed) Kind() string            { return "departed" }
func (Substituted) Kind() string         { return "substituted" }
func (Heard) Kind() string               { return "heard" }
func (Muted) Kind() string               { return "muted" }
func (Unmuted) Kind() string             { return "unmuted" }
func (ItemStarted) Kind() string         { return "item-started" }
func (ItemEnded) Kind() string           { return "item-ended" }
func (CoverageSet) Kind() string         { return "coverage-set" }
func (CoverageProposed) Kind() string    { return "coverage-proposed" }
func (CoverageResumed) Kind() string     { return "coverage-resumed" }
func (RecessBegan) Kind() string         { return "recess-began" }
func (RecessEnded) Kind() string         { return "recess-ended" }
func (HandRaised) Kind() string          { return "hand-raised" }
func (HandLowered) Kind() string         { return "hand-lowered" }
func (FloorGiven) Kind() string          { return "floor-given" }
func (FloorTaken) Kind() string          { return "floor-taken" }
func (WentOnAir) Kind() string           { return "went-on-air" }
func (WentOffAir) Kind() string          { return "went-off-air" }
func (Coughed) Kind() string             { return "coughed" }
func (SlowDownAsked) Kind() string       { return "slow-down-asked" }
func (AdvisoryPublished) Kind() string   { return "advisory-published" }
func (ReadoutPublished) Kind() string    { return "readout-published" }
func (HuddleEntered) Kind() string       { return "huddle-entered" }
func (HuddleLeft) Kind() string          { return "huddle-left" }
func (PrivateWordOpened) Kind() string   { return "private-word-opened" }
func (PrivateWordAnswered) Kind() string { return "private-word-answered" }
func (PrivateWordEnded) Kind() string    { return "private-word-ended" }
func (ScreenShared) Kind() string        { return "screen-shared" }
func (SharingStopped) Kind() string      { return "sharing-stopped" }
func (DocumentHandedIn) Kind() string    { return "document-handed-in" }
func (DocumentWithdrawn) Kind() string   { return "document-withdrawn" }
func (RemedyAsked) Kind() string         { return "remedy-asked" }
func (RemedyAnswered) Kind() string      { return "remedy-answered" }
func (RemedyDropped) Kind() string       { return "remedy-dropped" }
func (PicturesLimited) Kind() string     { return "pictures-limited" }
func (SeatPinned) Kind() string          { return "seat-pinned" }
func (SeatUnpinned) Kind() string        { return "seat-unpinned" }
