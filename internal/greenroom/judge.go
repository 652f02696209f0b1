package greenroom

import (
	"slices"
	"time"

	"liqa/internal/summit"
)

// The limits, in one place. Rates are bit/s.
const (
	soundUp      = 100_000 // 64 kbit/s of Opus, headers, and its redundancy
	pictureUp    = 400_000 // a small picture and the sound
	soundDown    = 160_000 // interpretation and original
	picturesDown = 900_000 // the speaker large, the others small, and the sound

	lossShown = 0.03 // repetition mends it, and it is heard in places
	lossHeavy = 0.20 // beyond it, redundancy no longer mends speech

	// Of so few packets a share says nothing.
	countable = 40

	delayShown    = 400 * time.Millisecond // there and back; ITU-T G.114 wants 150 ms one way
	unsteadyShown = 60 * time.Millisecond  // of jitter (RFC 3550 §6.4.1)

	noiseShown = -45.0 // dBFS between the words
	faintShown = -42.0 // dBFS of the voice
)

// Judge says what a test means for a role. It is the only place that does.
func Judge(role summit.Role, f Findings, m Measured) (Colour, Code, []Remark) {
	need := needOf(role)
	var said []Remark
	say := func(c Colour, code Code) { said = append(said, Remark{code, c}) }
	if f.UDP == Blocked && f.TCP == Blocked {
		say(Red, NoMedia)
	}
	judgeDevices(need, f, say)
	judgeRates(need, m, say)
	judgePath(m, say)
	if slices.Contains(f.Lacks, lacksShownH264) {
		say(Amber, NoH264)
	}
	if f.UDP == Blocked && f.TCP == Reached {
		say(Amber, ByTCP)
	}
	if f.UDP != Blocked && m.Down == 0 && m.Up == 0 {
		say(Amber, Unmeasured)
	}
	slices.SortStableFunc(said, func(a, b Remark) int { return rank(a.Colour) - rank(b.Colour) })
	if len(said) == 0 {
		return Green, Good, nil
	}
	return said[0].Colour, said[0].Code, said
}

func rank(c Colour) int { return slices.Index([]Colour{Red, Amber, Green}, c) }

// need is what a role sends.
type need struct{ speaks, shows, interprets bool }

func needOf(role summit.Role) need {
	switch role {
	case summit.Principal, summit.Delegate, summit.NoteTaker:
		return need{speaks: true, shows: true}
	case summit.Interpreter:
		return need{speaks: true, interprets: true}
	}
	return need{}
}

func judgeDevices(n need, f Findings, say func(Colour, Code)) {
	if !n.speaks {
		return
	}
	if f.Microphone == "" {
		say(Red, NoMicrophone)
		return
	}
	// Who interprets is heard by everybody of a language, all day.
	worse := Amber
	if n.interprets {
		worse = Red
	}
	if f.Telephone {
		say(worse, Telephone)
	}
	if f.Echo == Back {
		say(worse, Echo)
	}
	if f.Noise != 0 && f.Noise > noiseShown {
		say(Amber, Noise)
	}
	if f.Level != 0 && f.Level < faintShown {
		say(Amber, Faint)
	}
	if n.shows && f.Camera == "" {
		say(Amber, NoCamera)
	}
}

func judgeRates(n need, m Measured, say func(Colour, Code)) {
	switch {
	case !n.speaks || m.Up == 0:
	case m.Up < soundUp:
		say(Red, SoundTooSlow)
	case n.shows && m.Up < pictureUp:
		say(Amber, PictureTooSlow)
	}
	switch {
	case m.Down == 0:
	case m.Down < soundDown:
		say(Red, HearingTooSlow)
	case m.Down < picturesDown:
		say(Amber, SeeingTooSlow)
	}
}

func judgePath(m Measured, say func(Colour, Code)) {
	lost := 0.0
	if m.Came >= countable {
		lost = m.LostUp
	}
	if m.Sent >= countable {
		lost = max(lost, m.LostDown)
	}
	switch {
	case lost >= lossHeavy:
		say(Red, HeavyLoss)
	case lost >= lossShown:
		say(Amber, Loss)
	}
	if m.RoundTrip >= delayShown {
		say(Amber, Delay)
	}
	if m.Jitter >= unsteadyShown {
		say(Amber, Unsteady)
	}
}
