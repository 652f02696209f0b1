package summit

// Acts about booths that are not the interpreters' alone.
type (
	// AskWhisper asks a booth into the huddle of the issuer's delegation, to
	// whisper there. The issuer is in it.
	AskWhisper struct {
		Booth BoothID `json:"booth"`
	}
	// AnswerWhisper goes into a delegation's huddle that has asked for one's
	// booth, or declines. Who agrees is off air at once.
	AnswerWhisper struct {
		Delegation DelegationID `json:"delegation"`
		Agree      bool         `json:"agree"`
	}
	// EndWhisper comes back from a delegation's huddle; or, by who is in that
	// huddle, sends a Booth back and takes what was asked of it back.
	EndWhisper struct {
		Booth BoothID `json:"booth,omitempty"`
	}
	// CallAct calls the officers or technicians (To) from a booth, or a Booth from
	// an officer's or technician's screen: a light and no sound.
	CallAct struct {
		To    Role    `json:"to,omitempty"`
		Booth BoothID `json:"booth,omitempty"`
	}
	// AnswerCall says that the call of the other side has been seen.
	AnswerCall struct {
		To    Role    `json:"to,omitempty"`
		Booth BoothID `json:"booth,omitempty"`
	}
	// ClearCall puts the light out, whoever called.
	ClearCall struct {
		To    Role    `json:"to,omitempty"`
		Booth BoothID `json:"booth,omitempty"`
	}
)

func (AskWhisper) Kind() string    { return "ask-whisper" }
func (AnswerWhisper) Kind() string { return "answer-whisper" }
func (EndWhisper) Kind() string    { return "end-whisper" }
func (CallAct) Kind() string       { return "call" }
func (AnswerCall) Kind() string    { return "answer-call" }
func (ClearCall) Kind() string     { return "clear-call" }
