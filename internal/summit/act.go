package summit

import "time"

// Actor is who issues an act: a seat, by its [SeatID], or one of the two below.
type Actor string

const (
	Administrator Actor = "administrator" // who runs the server: convenes, and helps when no officer can
	Server        Actor = "server"        // what the server itself observes
)

// Act is something an [Actor] wants. The kinds are the concrete types of this
// file and actbooth.go, and no others.
type Act interface {
	// Kind is the act's name on the wire, in kebab-case.
	Kind() string
	decide(*decision) error
}

// Acts of the administrator.
type (
	// Convene brings the summit into being as it is described.
	Convene struct {
		Description
	}
)

// Acts of the server.
type (
	// Redeem opens a seat's link on a device for the first time, or again on
	// the same device.
	Redeem struct {
		Seat   SeatID `json:"seat"`
		Hash   string `json:"hash"`   // hex SHA-256 of the secret that was shown
		Device string `json:"device"` // hex SHA-256 of the device's credential
	}
	// Connect says that a seat's device is connected.
	Connect struct {
		Seat SeatID `json:"seat"`
	}
	// Disconnect says that a seat's connection is lost or closed.
	Disconnect struct {
		Seat SeatID `json:"seat"`
	}
	// Stall says that no sound comes from the booth that is on air, or that it
	// comes again.
	Stall struct {
		Booth BoothID `json:"booth"`
		On    bool    `json:"on"`
	}
	// Restart says that the server has come up again and nobody is connected.
	Restart struct{}
)

// Acts of any seat, for itself.
type (
	// Arrive leaves the green room. Officers and technicians are in at once,
	// everyone else waits to be admitted.
	Arrive struct{}
	// Leave leaves the summit. Who comes back is admitted again by an officer.
	Leave struct{}
	// Hear chooses the channel to hear; "" is the original.
	Hear struct {
		Language Language `json:"language"`
	}
	// Mute switches the seat's own microphone off, or on again.
	Mute struct {
		On bool `json:"on"`
	}
	// AnswerPrivateWord takes a private word that the seat is called to. From
	// then on its own microphone is heard by the caller and by nobody else.
	AnswerPrivateWord struct{}
	// EndPrivateWord ends the private word that the seat is in or called to.
	EndPrivateWord struct{}
	// AnswerAsk agrees to what has been asked of the seat, or declines.
	AnswerAsk struct {
		Agree bool `json:"agree"`
	}
	// LimitPictures limits the size of the pictures that a seat receives: one's
	// own seat ("" too), or for an officer or technician any.
	LimitPictures struct {
		Seat SeatID      `json:"seat,omitempty"`
		To   PictureSize `json:"to"`
	}
)

// Acts of principals, delegates and note-takers.
type (
	// RaiseHand asks for the floor.
	RaiseHand struct{}
	// LowerHand takes a hand down: one's own, or for an officer that of Seat.
	LowerHand struct {
		Seat SeatID `json:"seat,omitempty"`
	}
	// YieldFloor gives the floor back.
	YieldFloor struct{}
	// EnterHuddle joins the huddle of one's delegation, at any time before the
	// end. One's microphone and camera are then for the huddle alone.
	EnterHuddle struct{}
	// LeaveHuddle comes back from it. A microphone that was off before is off again.
	LeaveHuddle struct{}
	// ShareScreen shares one's screen with the table or one's delegation. One
	// screen at a time is shared with each.
	ShareScreen struct {
		To Audience `json:"to"`
	}
	// StopSharing stops one's own sharing ("" too), or for an officer or
	// technician that of Seat.
	StopSharing struct {
		Seat SeatID `json:"seat,omitempty"`
	}
	// HandIn hands a document in; to the booths, also before one is admitted. The
	// same document again, by the same delegation, takes the place of the earlier
	// one.
	HandIn struct {
		Document
	}
	// WithdrawDocument takes a document back: one's own delegation's, or for an
	// officer any that was handed in to more than one delegation.
	WithdrawDocument struct {
		ID string `json:"id"`
	}
)

// Acts of the protocol officer.
type (
	// StartItem starts an item in its planned coverage. Seen, where it is not
	// 0, is the revision that the officer's screen showed; the act is refused
	// when the item, the recess or the coverage has changed since.
	StartItem struct {
		Item   ItemID `json:"item"`
		Ending ItemID `json:"ending,omitempty"` // the item in progress, which ends; "" between items
		Again  bool   `json:"again,omitempty"`  // the item has ended before and is taken up again
		Seen   uint64 `json:"seen,omitempty"`
	}
	// EndItem ends the item in progress. Item may be "".
	EndItem struct {
		Item ItemID `json:"item,omitempty"`
	}
	// SetCoverage opens the item in progress, or closes it. What opens must
	// name the Item; what closes need not and is never too late.
	SetCoverage struct {
		Coverage Coverage `json:"coverage"`
		Item     ItemID   `json:"item,omitempty"`
		Seen     uint64   `json:"seen,omitempty"` // as in StartItem
	}
	// ResumeCoverage puts the coverage in force again that was before the
	// server restarted. It names the Item, so that a screen that has fallen
	// behind cannot open another one.
	ResumeCoverage struct {
		Item ItemID `json:"item,omitempty"`
		Seen uint64 `json:"seen,omitempty"` // as in StartItem
	}
	// Recess pauses the item in progress; nothing flows between delegations.
	Recess struct{}
	// Reconvene ends the recess, closed unless a Coverage is named: after a
	// pause the press comes back in because an officer says so. What opens must
	// name the Item.
	Reconvene struct {
		Coverage Coverage `json:"coverage,omitempty"`
		Item     ItemID   `json:"item,omitempty"`
		Seen     uint64   `json:"seen,omitempty"` // as in StartItem
	}
	// Admit lets a waiting seat in; or, where a Role is named in its place, all
	// who wait of that role.
	Admit struct {
		Seat SeatID `json:"seat,omitempty"`
		Role Role   `json:"role,omitempty"`
	}
	// Dismiss sends an admitted seat back to wait.
	Dismiss struct {
		Seat SeatID `json:"seat"`
	}
	// Revoke ends a seat's link and whatever came of it. Reissuing undoes it.
	Revoke struct {
		Seat SeatID `json:"seat"`
	}
	// Reissue replaces a seat's link. The old one stops working at once.
	Reissue struct {
		Seat    SeatID    `json:"seat"`
		Hash    string    `json:"hash"` // hex SHA-256 of the new secret
		Expires time.Time `json:"expires,omitzero"`
	}
	// Substitute puts By, a delegate, in the place of the Principal of the same
	// delegation, who becomes a delegate. Substituting back undoes it.
	Substitute struct {
		Principal SeatID `json:"principal"`
		By        SeatID `json:"by"`
	}
	// GiveFloor gives a seat the floor, and takes it from whoever has it.
	GiveFloor struct {
		Seat SeatID `json:"seat"`
	}
	// TakeFloor takes the floor from whoever has it.
	TakeFloor struct{}
	// MuteSeat switches a seat's microphone off. Only the seat itself can
	// switch it on again: nobody opens another person's microphone.
	MuteSeat struct {
		Seat SeatID `json:"seat"`
	}
	// Pin puts a seat's picture first and largest for everybody, in the place of
	// whichever was.
	Pin struct {
		Seat SeatID `json:"seat"`
	}
	// Unpin lets the pictures follow the floor again.
	Unpin struct{}
	// EndSummit ends the item in progress and the summit, for good.
	EndSummit struct{}
)

// Acts of the protocol officer and the technician.
type (
	// OpenPrivateWord calls a seat: the caller's sound goes to it at once, its
	// own comes back when it answers. A caller has one private word at a time.
	OpenPrivateWord struct {
		With SeatID `json:"with"`
	}
	// AskSeat asks a person for something that only they may do.
	AskSeat struct {
		Seat SeatID `json:"seat"`
		What Remedy `json:"what"`
	}
)

// Acts of the interpreter.
type (
	// GoOnAir switches the interpreter's microphone into a channel of their booth.
	GoOnAir struct {
		Into     Language `json:"into"`
		TakeOver bool     `json:"takeOver,omitempty"` // from the partner who is on air
	}
	// GoOffAir switches it off; the channel carries the original again.
	GoOffAir struct{}
	// Cough silences the microphone for as long as it is On. The original does
	// not come back meanwhile.
	Cough struct {
		On bool `json:"on"`
	}
	// OfferHandover offers the microphone to the partner. It stays on air until
	// it is accepted.
	OfferHandover struct{}
	// AcceptHandover takes the microphone that the partner has offered.
	AcceptHandover struct{}
	// DeclineHandover declines the offer, or takes one's own back.
	DeclineHandover struct{}
	// TakeFrom chooses by hand what to work from: a channel, which is a relay,
	// or the floor (""). Auto lets it follow the floor again.
	TakeFrom struct {
		From Language `json:"from"`
		Auto bool     `json:"auto,omitempty"`
	}
	// SoundInsufficient says that the sound that reaches the booth is too bad to
	// interpret, or good enough again.
	SoundInsufficient struct {
		On bool `json:"on"`
	}
	// SlowDown tells officers and technicians that the booth cannot follow.
	SlowDown struct {
		Reason Reason `json:"reason"`
	}
)

// Acts of the press officer.
type (
	// PublishAdvisory publishes the announcement, or corrects it with a Reason.
	PublishAdvisory struct {
		Digest string `json:"digest"` // hex SHA-256 of the document
		Reason string `json:"reason,omitempty"`
	}
	// PublishReadout publishes the account in one language, or corrects it
	// with a Reason.
	PublishReadout struct {
		Language Language `json:"language"`
		Digest   string   `json:"digest"` // hex SHA-256 of the document
		Reason   string   `json:"reason,omitempty"`
	}
)

func (Convene) Kind() string           { return "convene" }
func (Redeem) Kind() string            { return "redeem" }
func (Connect) Kind() string           { return "connect" }
func (Disconnect) Kind() string        { return "disconnect" }
func (Restart) Kind() string           { return "restart" }
func (Arrive) Kind() string            { return "arrive" }
func (Leave) Kind() string             { return "leave" }
func (Hear) Kind() string              { return "hear" }
func (Mute) Kind() string              { return "mute" }
func (RaiseHand) Kind() string         { return "raise-hand" }
func (LowerHand) Kind() string         { return "lower-hand" }
func (YieldFloor) Kind() string        { return "yield-floor" }
func (StartItem) Kind() string         { return "start-item" }
func (EndItem) Kind() string           { return "end-item" }
func (SetCoverage) Kind() string       { return "set-coverage" }
func (ResumeCoverage) Kind() string    { return "resume-coverage" }
func (Recess) Kind() string            { return "recess" }
func (Reconvene) Kind() string         { return "reconvene" }
func (Admit) Kind() string             { return "admit" }
func (Dismiss) Kind() string           { return "dismiss" }
func (Revoke) Kind() string            { return "revoke" }
func (Reissue) Kind() string           { return "reissue" }
func (Substitute) Kind() string        { return "substitute" }
func (GiveFloor) Kind() string         { return "give-floor" }
func (TakeFloor) Kind() string         { return "take-floor" }
func (MuteSeat) Kind() string          { return "mute-seat" }
func (EndSummit) Kind() string         { return "end-summit" }
func (GoOnAir) Kind() string           { return "go-on-air" }
func (GoOffAir) Kind() string          { return "go-off-air" }
func (Cough) Kind() string             { return "cough" }
func (SlowDown) Kind() string          { return "slow-down" }
func (PublishAdvisory) Kind() string   { return "publish-advisory" }
func (PublishReadout) Kind() string    { return "publish-readout" }
func (EnterHuddle) Kind() string       { return "enter-huddle" }
func (LeaveHuddle) Kind() string       { return "leave-huddle" }
func (OpenPrivateWord) Kind() string   { return "open-private-word" }
func (AnswerPrivateWord) Kind() string { return "answer-private-word" }
func (EndPrivateWord) Kind() string    { return "end-private-word" }
func (ShareScreen) Kind() string       { return "share-screen" }
func (StopSharing) Kind() string       { return "stop-sharing" }
func (HandIn) Kind() string            { return "hand-in" }
func (WithdrawDocument) Kind() string  { return "withdraw-document" }
func (AskSeat) Kind() string           { return "ask" }
func (AnswerAsk) Kind() string         { return "answer-ask" }
func (LimitPictures) Kind() string     { return "limit-pictures" }
func (Pin) Kind() string               { return "pin" }
func (Unpin) Kind() string             { return "unpin" }
func (OfferHandover) Kind() string     { return "offer-handover" }
func (AcceptHandover) Kind() string    { return "accept-handover" }
func (DeclineHandover) Kind() string   { return "decline-handover" }
func (TakeFrom) Kind() string          { return "take-from" }
func (SoundInsufficient) Kind() string { return "sound-insufficient" }
func (Stall) Kind() string             { return "stall" }
