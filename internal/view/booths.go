package view

import (
	"slices"
	"time"

	"liqa/internal/summit"
)

// Booth is the interpreters who serve one channel, or several in turn.
type Booth struct {
	ID       summit.BoothID    `json:"id"`
	Name     summit.Text       `json:"name"`
	Outgoing []summit.Language `json:"outgoing"` // A first
	Seats    []summit.SeatID   `json:"seats"`
	OnAir    summit.SeatID     `json:"onAir,omitempty"`
	Into     summit.Language   `json:"into,omitempty"`
	Cough    bool              `json:"cough"`
	Since    time.Time         `json:"since,omitzero"` // on air since
	// Busy are its outgoing channels that another booth is on air into.
	Busy []summit.Language `json:"busy"`
	// Sign: its interpreters sign, into the sign slot.
	Sign bool `json:"sign"`
	// Bidirectional: it turns with the language of the floor.
	Bidirectional bool `json:"bidirectional"`
	// Also is a second microphone that is live beside the one on air, and not heard.
	Also summit.SeatID `json:"also,omitempty"`
	// Offered: the one on air offers the microphone to the partner since then.
	Offered time.Time `json:"offered,omitzero"`
	// Stalled: on air, and no sound comes: listeners hear the original.
	Stalled bool `json:"stalled"`
	// Insufficient: the sound that reaches the booth is too bad since then.
	Insufficient time.Time `json:"insufficient,omitzero"`
	// OwnLanguage: it is on air into the language of the floor since then, which is
	// probably the wrong channel. It is told at once and shown when it lasts.
	OwnLanguage time.Time `json:"ownLanguage,omitzero"`
	// Shift is who works and who is next; for the booth itself and the staff.
	Shift *Shift `json:"shift,omitempty"`
	// Whispering are those of it who are in a delegation's huddle; for the booth
	// itself and the staff.
	Whispering []summit.SeatID `json:"whispering"`
	// MayCall are whom this seat may call from here (call): for an interpreter
	// officer and technician, for these the booth, by their own role.
	MayCall []summit.Role `json:"mayCall"`
	// MayGoOnAir are the channels this seat may go on air into now.
	MayGoOnAir []summit.Language `json:"mayGoOnAir"`
	// MayTakeOver are those it may go on air into by taking the microphone over
	// from its partner.
	MayTakeOver []summit.Language `json:"mayTakeOver"`
	// Asked is the last thing the booth asked of the speaker.
	Asked *Asked `json:"asked,omitempty"`
}

// Asked is what an interpreter asks of whoever has the floor. Screens show it
// for a while and then forget it.
type Asked struct {
	Reason summit.Reason `json:"reason"`
	Seat   summit.SeatID `json:"seat"`
	At     time.Time     `json:"at"`
}

// Shift is an interpreter's time at work.
type Shift struct {
	// Seat is on air, or was last; Since is when its turn began.
	Seat  summit.SeatID `json:"seat,omitempty"`
	Since time.Time     `json:"since,omitzero"`
	// RemindAt is when to be reminded of the partner; absent while nobody works.
	RemindAt time.Time `json:"remindAt,omitzero"`
	// Next works next by the team's plan, at NextAt where somebody is on air.
	Next   summit.SeatID `json:"next,omitempty"`
	NextAt time.Time     `json:"nextAt,omitzero"`
}

// SlowDown is what is asked of whoever speaks, and why.
type SlowDown struct {
	Reason summit.Reason `json:"reason"`
	At     time.Time     `json:"at"`
}

// BoothName is a booth by its name, for who is told no more of it.
type BoothName struct {
	ID   summit.BoothID `json:"id"`
	Name summit.Text    `json:"name"`
}

// Whisper is a booth that a delegation has asked into its huddle.
type Whisper struct {
	Delegation summit.DelegationID `json:"delegation"`
	Booth      summit.BoothID      `json:"booth"`
	Name       summit.Text         `json:"name"` // the booth's
	// By is who of the delegation asked.
	By summit.SeatID `json:"by"`
	At time.Time     `json:"at"`
	// Declined is who of the booth has said no.
	Declined summit.SeatID `json:"declined,omitempty"`
	// Seats are those of the booth who are in the huddle.
	Seats []summit.SeatID `json:"seats"`
	// May lists the acts this seat may do on it (answer-whisper, end-whisper).
	May []string `json:"may"`
}

// Call is a light between a booth and the officers or the technicians.
type Call struct {
	Booth summit.BoothID `json:"booth"`
	With  summit.Role    `json:"with"`
	Seat  summit.SeatID  `json:"seat"` // who called, on either side
	At    time.Time      `json:"at"`
	// Answered is who of the other side has; absent while the light blinks.
	Answered summit.SeatID `json:"answered,omitempty"`
	// May lists the acts this seat may do on it (answer-call, clear-call).
	May []string `json:"may"`
}

// booths are all booths for officers, technicians and interpreters, and none
// for anybody else.
func (e *eyes) booths() []Booth {
	all := []Booth{}
	if e.who != staff && e.who != booth {
		return all
	}
	for _, b := range e.s.Booths {
		own := e.who == booth && b.ID == e.me.Booth
		told := own || e.who == staff
		v := Booth{
			ID: b.ID, Name: text(b.Name), Outgoing: list(b.Outgoing),
			Seats: e.those(func(x *summit.Seat) bool { return x.Role == summit.Interpreter && x.Booth == b.ID }),
			OnAir: b.OnAir, Into: b.Into, Cough: b.Cough, Since: b.Since, Busy: []summit.Language{},
			MayGoOnAir: []summit.Language{}, MayTakeOver: []summit.Language{},
			Sign: b.Sign, Bidirectional: b.Bidirectional, Also: b.Also, Offered: b.Offered, Stalled: b.Stalled,
			Insufficient: b.Insufficient.At, OwnLanguage: e.s.OwnLanguage(b),
			Whispering: e.those(func(x *summit.Seat) bool { return told && x.Booth == b.ID && x.Whispers != "" }),
			MayCall:    e.mayCall(b),
		}
		for _, other := range e.s.Booths {
			if other.ID != b.ID && other.OnAir != "" && slices.Contains(b.Outgoing, other.Into) {
				v.Busy = append(v.Busy, other.Into)
			}
		}
		if own {
			v.MayGoOnAir, v.MayTakeOver = e.onAir(b)
		}
		if told && b.Asked.Seat != "" {
			v.Asked = &Asked{b.Asked.Reason, b.Asked.Seat, b.Asked.At}
		}
		if told {
			v.Shift = e.shift(b)
		}
		all = append(all, v)
	}
	return all
}

// slowDown is what the booths have asked of this seat since it has the floor.
func (e *eyes) slowDown() *SlowDown {
	if e.me.ID != e.s.Floor || !e.inside {
		return nil
	}
	var last *SlowDown
	for _, b := range e.s.Booths {
		if at := b.Asked.At; b.Asked.Seat != "" && !at.Before(e.s.FloorSince) && (last == nil || at.After(last.At)) {
			last = &SlowDown{b.Asked.Reason, at}
		}
	}
	return last
}

// shift is who works in a booth and who is next; nil where nobody is either.
func (e *eyes) shift(b summit.Booth) *Shift {
	v := Shift{Seat: b.Turn.Seat, Since: b.Turn.Since}
	if b.OnAir != "" {
		v.RemindAt = b.Turn.Since.Add(e.s.Reminder())
	}
	v.Next, v.NextAt = e.s.NextTurn(b)
	if v.Seat == "" && v.Next == "" {
		return nil
	}
	return &v
}

// mayCall are whom this seat may call from or in a booth.
func (e *eyes) mayCall(b summit.Booth) []summit.Role {
	all := []summit.Role{}
	for _, r := range []summit.Role{summit.Technician, summit.Officer} {
		side := e.who == booth && b.ID == e.me.Booth || e.who == staff && e.me.Role == r
		if side && e.would(summit.CallAct{To: r, Booth: b.ID}) {
			all = append(all, r)
		}
	}
	return all
}

// calls are the lights at whose ends this seat sits.
func (e *eyes) calls() []Call {
	all := []Call{}
	for _, c := range e.s.Calls {
		if !(e.who == booth && c.Booth == e.me.Booth) && !(e.who == staff && c.With == e.me.Role) {
			continue
		}
		all = append(all, Call{Booth: c.Booth, With: c.With, Seat: c.Seat, At: c.At, Answered: c.Answered,
			May: e.among(summit.AnswerCall{To: c.With, Booth: c.Booth}, summit.ClearCall{To: c.With, Booth: c.Booth})})
	}
	return all
}

// whispers are the booths asked into huddles, for the two sides and the staff.
func (e *eyes) whispers() []Whisper {
	all := []Whisper{}
	for _, w := range e.s.Whispers {
		side := e.who == table && w.Delegation == e.me.Delegation || e.who == booth && w.Booth == e.me.Booth
		if !side && e.who != staff {
			continue
		}
		b, _ := e.s.Booth(w.Booth)
		all = append(all, Whisper{Delegation: w.Delegation, Booth: w.Booth, Name: text(b.Name), By: w.By, At: w.At, Declined: w.Declined,
			Seats: e.those(func(x *summit.Seat) bool { return x.Booth == w.Booth && x.Whispers == w.Delegation }),
			May:   e.among(summit.AnswerWhisper{Delegation: w.Delegation, Agree: true}, summit.EndWhisper{Booth: w.Booth})})
	}
	return all
}

// mayWhisper are the booths that this seat may ask into its huddle.
func (e *eyes) mayWhisper() []BoothName {
	all := []BoothName{}
	for _, b := range e.s.Booths {
		if e.would(summit.AskWhisper{Booth: b.ID}) {
			all = append(all, BoothName{b.ID, text(b.Name)})
		}
	}
	return all
}
