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

func (HandoverOffered) Kind() string  { return "handover-offered" }
func (HandoverDeclined) Kind() string { return "handover-declined" }
func (StillLive) Kind() string        { return "still-live" }
func (BoothTurned) Kind() string      { return "booth-turned" }
func (IncomingTaken) Kind() string    { return "incoming-taken" }
func (SoundJudged) Kind() string      { return "sound-judged" }
func (ChannelStalled) Kind() string   { return "channel-stalled" }
