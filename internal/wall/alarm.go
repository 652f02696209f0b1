package wall

import (
	"cmp"
	"slices"
	"time"

	"liqa/internal/summit"
)

// Code names what is wrong. The words and the remedy are the screen's.
type Code string

const (
	// SilentFloor: who has the floor is not muted, and their microphone is silent.
	SilentFloor Code = "silent-floor"
	// Clipping: a microphone is so loud that it is distorted at its source.
	Clipping Code = "clipping"
	// Narrowband: a microphone carries nothing above 4 or 8 kHz, as a Bluetooth
	// headset does whose microphone is open.
	Narrowband Code = "narrowband"
	// Loss: 8 % of the packets or more are lost on a seat's way.
	Loss Code = "loss"
	// PressLoss: the same on the ways of a tenth of the press seats or more.
	PressLoss Code = "press-loss"
	// PictureStopped: a camera is connected and sends no pictures.
	PictureStopped Code = "picture-stopped"
	// PictureFrozen: a picture is sent, and stands still on a seat's screen.
	PictureFrozen Code = "picture-frozen"
	// NoCodec: a seat's browser cannot show the codec of a picture that is meant for it.
	NoCodec Code = "no-codec"
	// ChannelSilent: an interpreter is on air and no packets of theirs have come for 3 s.
	ChannelSilent Code = "channel-silent"
	// DiskLow: the disk of the recordings is nearly full.
	DiskLow Code = "disk-low"
	// RecorderFailing: something cannot be recorded, or nothing is where it should be.
	RecorderFailing Code = "recorder-failing"
	// JournalBehind: the journal cannot be written; nothing that gives is done until it can.
	JournalBehind Code = "journal-behind"
	// Unseen: there is a connection of somebody whom the roster does not show.
	Unseen Code = "unseen"
	// Missing: the roster shows somebody present who has no connection.
	Missing Code = "missing"
	// NotClear: nothing may go to press or public, and something does.
	NotClear Code = "not-clear"
	// Strained: the server is near its limit.
	Strained Code = "strained"
	// Full: the server is at its limit, and refuses more of the press and the public.
	Full Code = "full"
)

// Codes are all of them.
var Codes = [...]Code{SilentFloor, Clipping, Narrowband, Loss, PressLoss, PictureStopped, PictureFrozen, NoCodec, ChannelSilent,
	DiskLow, RecorderFailing, JournalBehind, Unseen, Missing, NotClear, Strained, Full}

// Alarm is one thing that is wrong now.
type Alarm struct {
	Code     Code            `json:"code"`
	Seat     summit.SeatID   `json:"seat,omitempty"`
	Of       summit.SeatID   `json:"of,omitempty"` // whose picture stands still, or is not shown
	Language summit.Language `json:"language,omitempty"`
	// Way of the loss: "in" is what the seat sends.
	Way   Way       `json:"way,omitempty"`
	Since time.Time `json:"since"`
	// Figure measures it: percent lost or clipped, Hz of the edge, minutes of
	// disk, seconds of silence, number of seats.
	Figure float64 `json:"figure"`
	// Why is a word that says which limit or track; see [Machine] and [Recorder].
	Why string `json:"why,omitempty"`
	// Press and Public wait outside because the server is full.
	Press  int `json:"press,omitempty"`
	Public int `json:"public,omitempty"`
}

// subject is what an alarm is about: of each there is at most one.
type subject struct {
	code     Code
	seat, of summit.SeatID
	language summit.Language
	way      Way
}

// rule is how long something must be wrong before it is an alarm, and right
// before it is none any more.
type rule struct{ raise, clear time.Duration }

var rules = map[Code]rule{
	SilentFloor:     {10 * time.Second, time.Second},
	Clipping:        {4 * time.Second, 6 * time.Second},
	Narrowband:      {5 * time.Second, 4 * time.Second},
	Loss:            {4 * time.Second, 5 * time.Second},
	PressLoss:       {6 * time.Second, 6 * time.Second},
	PictureStopped:  {0, 2 * time.Second},
	PictureFrozen:   {2 * time.Second, 3 * time.Second},
	NoCodec:         {3 * time.Second, time.Second},
	ChannelSilent:   {0, time.Second},
	DiskLow:         {2 * time.Second, 5 * time.Second},
	RecorderFailing: {3 * time.Second, 2 * time.Second},
	JournalBehind:   {0, time.Second},
	Unseen:          {0, time.Second},
	Missing:         {0, time.Second},
	NotClear:        {0, time.Second},
	Strained:        {5 * time.Second, 10 * time.Second},
	Full:            {0, time.Second}, // what measures it has taken its time
}

// verdict is what one look says of a subject.
type verdict int

const (
	unsure verdict = iota // it stays as it was
	right
	wrong
)

// trial is one subject under observation.
type trial struct {
	alarm   Alarm
	raised  bool
	turning time.Time // since when it has been the other way; zero when it is not
	seen    time.Time
}

// court judges subjects over time. What is not brought before it any more is
// forgotten, and its alarm ends.
type court struct{ trials map[subject]*trial }

// judge takes in one look at a subject.
func (c *court) judge(at time.Time, a Alarm, v verdict) {
	key := subject{a.Code, a.Seat, a.Of, a.Language, a.Way}
	t := c.trials[key]
	if t == nil {
		if v != wrong {
			return
		}
		t = &trial{}
		c.trials[key] = t
	}
	t.seen = at
	if v == wrong || !t.raised {
		since := t.alarm.Since
		t.alarm = a
		t.alarm.Since = since
	}
	against := v == wrong && !t.raised || v == right && t.raised
	if !against {
		if v != unsure {
			t.turning = time.Time{}
		}
		return
	}
	if t.turning.IsZero() {
		t.turning = at
	}
	wait := rules[a.Code].raise
	if t.raised {
		wait = rules[a.Code].clear
	}
	if at.Sub(t.turning) < wait {
		return
	}
	if t.raised = !t.raised; t.raised {
		t.alarm.Since = t.turning
	}
	t.turning = time.Time{}
}

// close forgets whatever was not judged at this moment, and gives the alarms
// that stand, the oldest first.
func (c *court) close(at time.Time) []Alarm {
	standing := []Alarm{}
	for key, t := range c.trials {
		switch {
		case !t.seen.Equal(at), !t.raised && t.turning.IsZero():
			delete(c.trials, key)
		case t.raised:
			standing = append(standing, t.alarm)
		}
	}
	slices.SortFunc(standing, func(a, b Alarm) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Seat, b.Seat),
			cmp.Compare(a.Of, b.Of), cmp.Compare(a.Language, b.Language), cmp.Compare(a.Way, b.Way))
	})
	return standing
}
