package view

import (
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// Stage is what the public page of a summit shows.
type Stage string

const (
	// StageAnnounced: before the first item; the advisory.
	StageAnnounced Stage = "announced"
	// StageLive: an open item is in progress; the program.
	StageLive Stage = "live"
	// StageClosed: the summit goes on without the public; a notice.
	StageClosed Stage = "closed"
	// StageRecess: the summit pauses; a notice.
	StageRecess Stage = "recess"
	// StageEnded: the summit is over; the readout, when there is one.
	StageEnded Stage = "ended"
)

// Public is what anybody may know of a summit, and all that the public page is
// made from. It is the same for everybody but for the language.
type Public struct {
	// Now is the server's clock when this was made.
	Now         time.Time       `json:"now"`
	Summit      Summit          `json:"summit"`
	Language    summit.Language `json:"language"`
	Stage       Stage           `json:"stage"`
	Delegations []Delegation    `json:"delegations"`
	// Items have a title only when they are open or announced as open.
	Items []Item `json:"items"`
	// Item is the one in progress, during an open item only.
	Item summit.ItemID `json:"item,omitempty"`
	// Channels can be chosen among during an open item; else empty.
	Channels []Channel `json:"channels"`
	// Speakers are the seats that may be seen and heard now, in an open item only.
	Speakers []Speaker `json:"speakers"`
	// Slots is what a press player's connection may carry; empty unless live.
	Slots     []Slot    `json:"slots"`
	Published Published `json:"published"`
}

// Speaker is a person as the public may know them.
type Speaker struct {
	ID         summit.SeatID       `json:"id"`
	Delegation summit.DelegationID `json:"delegation,omitempty"`
	Name       summit.Text         `json:"name"`
	Function   summit.Text         `json:"function"`
	HasFloor   bool                `json:"hasFloor"`
}

// ForPublic makes what anybody may know, for a listener of one language.
func ForPublic(s summit.State, l summit.Language, f Facts, now time.Time) Public {
	e := open(s, summit.Seat{}, f, now)
	p := Public{
		Now: now.UTC(), Summit: heading(s), Language: l, Stage: e.stage(),
		Delegations: delegations(s), Items: []Item{}, Channels: []Channel{}, Speakers: []Speaker{}, Slots: []Slot{},
		Published: published(s),
	}
	for n, x := range s.Items {
		p.Items = append(p.Items, item(n, x, s.Current, e.knows(x.ID)))
	}
	if p.Stage != StageLive {
		return p
	}
	r := plan.PublicReceiver(l)
	p.Item = s.Current
	p.Slots = e.slots(r, plan.PressSlots)
	for _, c := range s.Channels() {
		p.Channels = append(p.Channels, Channel{Language: c, Carries: f.Plan.Channels[c].Carries})
	}
	for _, x := range s.Seats {
		if e.received(r, x.ID) {
			p.Speakers = append(p.Speakers, Speaker{ID: x.ID, Delegation: x.Delegation,
				Name: text(x.Name), Function: text(x.Function), HasFloor: s.Floor == x.ID})
		}
	}
	return p
}

func (e *eyes) stage() Stage {
	switch {
	case e.s.Phase == summit.Ended:
		return StageEnded
	case e.s.Phase != summit.InProgress:
		return StageAnnounced
	case e.s.InRecess:
		return StageRecess
	case e.coverage == summit.Open:
		return StageLive
	}
	return StageClosed
}
