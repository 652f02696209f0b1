package summit

// Further events of booths.
type (
	HandoverOffered struct {
		Stamp
		Booth BoothID `json:"booth"`
		Seat  SeatID  `json:"seat"`
	}
	HandoverDeclined struct {
		Stamp
		Booth BoothID `json:"booth"`
		Seat  SeatID  `json:"seat"`
	}
	// StillLive: the microphone of Seat is live beside the one on air, and not
	// heard.
	StillLive struct {
		Stamp
		Booth BoothID  `json:"booth"`
		Seat  SeatID   `json:"seat"`
		Into  Language `json:"into"` // where it was
	}
	// BoothTurned: the floor's language has changed, and with it the channel.
	BoothTurned struct {
		Stamp
		Booth BoothID  `json:"booth"`
		Seat  SeatID   `json:"seat"`
		Into  Language `json:"into"`
	}
	IncomingTaken struct {
		Stamp
		Seat   SeatID   `json:"seat"`
		From   Language `json:"from"`
		ByHand bool     `json:"byHand"`
	}
	SoundJudged struct {
		Stamp
		Booth        BoothID `json:"booth"`
		Seat         SeatID  `json:"seat"`
		Insufficient bool    `json:"insufficient"`
	}
	ChannelStalled struct {
		Stamp
		Booth   BoothID `json:"booth"`
		Stalled bool    `json:"stalled"`
	}
)

// Whispering: interpreters in a delegation's huddle.
type (
	WhisperAsked struct {
		Stamp
		Booth      BoothID      `json:"booth"`
		Delegation DelegationID `json:"delegation"`
	}
	// WhisperDeclined: by Seat, of the booth that was asked.
	WhisperDeclined struct {
		Stamp
		Booth      BoothID      `json:"booth"`
		Delegation DelegationID `json:"delegation"`
		Seat       SeatID       `json:"seat"`
	}
	// WhisperDropped: nobody of the booth is asked any more.
	WhisperDropped struct {
		Stamp
		Booth      BoothID      `json:"booth"`
		Delegation DelegationID `json:"delegation"`
		Because    Because      `json:"because"`
	}
	// WhisperBegan: Seat is in the delegation's huddle, heard there and nowhere
	// else, and hears it alone.
	WhisperBegan struct {
		Stamp
		Seat       SeatID       `json:"seat"`
		Delegation DelegationID `json:"delegation"`
	}
	WhisperEnded struct {
		Stamp
		Seat       SeatID       `json:"seat"`
		Delegation DelegationID `json:"delegation"`
		Because    Because      `json:"because"`
	}
)

// Calls between a booth and the officers or technicians.
type (
	// Called: by Seat; With is the role on the one side, whoever called.
	Called struct {
		Stamp
		Booth BoothID `json:"booth"`
		With  Role    `json:"with"`
		Seat  SeatID  `json:"seat"`
	}
	CallAnswered struct {
		Stamp
		Booth BoothID `json:"booth"`
		With  Role    `json:"with"`
		Seat  SeatID  `json:"seat"`
	}
	CallCleared struct {
		Stamp
		Booth   BoothID `json:"booth"`
		With    Role    `json:"with"`
		Because Because `json:"because"`
	}
)

func (HandoverOffered) Kind() string  { return "handover-offered" }
func (HandoverDeclined) Kind() string { return "handover-declined" }
func (StillLive) Kind() string        { return "still-live" }
func (BoothTurned) Kind() string      { return "booth-turned" }
func (IncomingTaken) Kind() string    { return "incoming-taken" }
func (SoundJudged) Kind() string      { return "sound-judged" }
func (ChannelStalled) Kind() string   { return "channel-stalled" }
func (WhisperAsked) Kind() string     { return "whisper-asked" }
func (WhisperDeclined) Kind() string  { return "whisper-declined" }
func (WhisperDropped) Kind() string   { return "whisper-dropped" }
func (WhisperBegan) Kind() string     { return "whisper-began" }
func (WhisperEnded) Kind() string     { return "whisper-ended" }
func (Called) Kind() string           { return "called" }
func (CallAnswered) Kind() string     { return "call-answered" }
func (CallCleared) Kind() string      { return "call-cleared" }
