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
		Seat SeatID `json:"seat"`
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

func (Convened) Kind() string          { return "convened" }
func (Restarted) Kind() string         { return "restarted" }
func (SummitEnded) Kind() string       { return "summit-ended" }
func (Redeemed) Kind() string          { return "redeemed" }
func (Reissued) Kind() string          { return "reissued" }
func (Revoked) Kind() string           { return "revoked" }
func (Connected) Kind() string         { return "connected" }
func (Disconnected) Kind() string      { return "disconnected" }
func (Arrived) Kind() string           { return "arrived" }
func (Admitted) Kind() string          { return "admitted" }
func (Dismissed) Kind() string         { return "dismissed" }
func (Departed) Kind() string          { return "departed" }
func (Substituted) Kind() string       { return "substituted" }
func (Heard) Kind() string             { return "heard" }
func (Muted) Kind() string             { return "muted" }
func (Unmuted) Kind() string           { return "unmuted" }
func (ItemStarted) Kind() string       { return "item-started" }
func (ItemEnded) Kind() string         { return "item-ended" }
func (CoverageSet) Kind() string       { return "coverage-set" }
func (CoverageProposed) Kind() string  { return "coverage-proposed" }
func (CoverageResumed) Kind() string   { return "coverage-resumed" }
func (RecessBegan) Kind() string       { return "recess-began" }
func (RecessEnded) Kind() string       { return "recess-ended" }
func (HandRaised) Kind() string        { return "hand-raised" }
func (HandLowered) Kind() string       { return "hand-lowered" }
func (FloorGiven) Kind() string        { return "floor-given" }
func (FloorTaken) Kind() string        { return "floor-taken" }
func (WentOnAir) Kind() string         { return "went-on-air" }
func (WentOffAir) Kind() string        { return "went-off-air" }
func (Coughed) Kind() string           { return "coughed" }
func (SlowDownAsked) Kind() string     { return "slow-down-asked" }
func (AdvisoryPublished) Kind() string { return "advisory-published" }
func (ReadoutPublished) Kind() string  { return "readout-published" }
