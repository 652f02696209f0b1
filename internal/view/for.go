package view

import (
	"cmp"
	"slices"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// Facts are what a screen is told beside the state: what may flow, what does,
// and what is wrong.
type Facts struct {
	Plan     plan.Plan // in force at the media
	Measured plan.Measured
	Alarms   []plan.Alarm
	// Behind is the summit that a rehearsal is of, with the seats only of those
	// who rehearse; nil in a summit that is meant. Who has been admitted there may
	// know its run of show and its texts here too.
	Behind *summit.State
}

// audience is whose eyes a view is for.
type audience int

const (
	door  audience = iota // has not been admitted: itself, and what the public may know
	press                 // an admitted press seat
	booth                 // an admitted interpreter
	table                 // an admitted seat of a delegation
	staff                 // an officer or technician, on duty
)

// eyes is one seat looking at one moment of a summit.
type eyes struct {
	s        summit.State
	f        Facts
	now      time.Time
	me       summit.Seat
	who      audience
	coverage summit.Coverage // in force: the narrower of what the record and the media say
	inside   bool            // this seat may know what goes on in the item in progress
	watches  bool            // this press seat sees and hears it
	few      summit.State    // see [eyes.would]
	tried    map[alike][]string
}

// open opens a seat's eyes; the zero Seat's are the public's.
func open(s summit.State, me summit.Seat, f Facts, now time.Time) *eyes {
	e := &eyes{s: s, f: f, now: now, me: me, who: sees(me), coverage: inForce(s, f), few: s}
	e.inside = e.who == staff || e.who > press && s.Attends(me.ID)
	e.watches = e.who == press && e.coverage != summit.Closed && s.Watches(me.ID)
	e.few.Seats = nil
	for _, x := range s.Seats {
		if x.Role != summit.Reporter || x.ID == me.ID {
			e.few.Seats = append(e.few.Seats, x)
		}
	}
	return e
}

// For makes the view of one seat. The zero View is that of a seat which the
// summit does not have, or whose link has been revoked.
func For(s summit.State, seat summit.SeatID, f Facts, now time.Time) View {
	me, ok := s.Seat(seat)
	if !ok || me.Invitation.Revoked {
		return View{}
	}
	return open(s, me, f, now).view()
}

// view draws everything that this seat's screen may know.
func (e *eyes) view() View {
	s, f, me := e.s, e.f, e.me
	v := View{
		Now:          e.now.UTC(),
		Summit:       heading(s),
		Me:           e.self(),
		Room:         e.room(),
		Items:        e.items(),
		Delegations:  delegations(s),
		Seats:        e.seats(),
		Channels:     e.channels(),
		Booths:       e.booths(),
		Slots:        e.slots(plan.SeatReceiver(me.ID), e.order()),
		Chats:        []plan.Chat{},
		Huddle:       e.huddle(),
		PrivateWords: e.words(),
		Whispers:     e.whispers(),
		Calls:        e.calls(),
		Documents:    e.documents(),
		Speaking:     e.speaking(),
		May:          e.may(),
		Alarms:       []plan.Alarm{},
		Published:    published(s),
	}
	if s.Rehearses != "" {
		v.Rehearsal = &Rehearsal{Of: s.Rehearses, Ends: s.RehearsedUntil()}
	}
	for _, c := range plan.Circles(s, me.ID) {
		if !slices.Contains(v.Chats, c.Chat) {
			v.Chats = append(v.Chats, c.Chat)
		}
	}
	if e.who == staff {
		v.Alarms = append(v.Alarms, f.Alarms...)
	}
	if e.who > press {
		v.Press = e.press()
	}
	return v
}

func sees(me summit.Seat) audience {
	if !me.Admitted {
		return door
	}
	switch me.Role {
	case summit.Officer, summit.Technician:
		return staff
	case summit.Principal, summit.Delegate, summit.NoteTaker:
		return table
	case summit.Interpreter:
		return booth
	case summit.Reporter, summit.PressOfficer:
		return press
	}
	return door
}

// inForce is the coverage that a screen shows. Where the media has been cut and
// the record does not say so yet, the cut counts.
func inForce(s summit.State, f Facts) summit.Coverage {
	c := s.Coverage()
	switch {
	case c == summit.Open && f.Plan.Coverage == summit.Open:
		return summit.Open
	case c != summit.Closed && (f.Plan.Coverage == summit.Open || f.Plan.Coverage == summit.Pool):
		return summit.Pool
	}
	return summit.Closed
}

func heading(s summit.State) Summit {
	return Summit{ID: s.ID, Title: text(s.Title), Place: text(s.Place), Scheduled: s.Scheduled, Zone: s.Zone,
		Phase: s.Phase, Publication: list(s.Publication), Seating: cmp.Or(s.Seating.Order, summit.Listed)}
}

func delegations(s summit.State) []Delegation {
	all := []Delegation{}
	for _, d := range s.Delegations {
		all = append(all, Delegation{ID: d.ID, Name: text(d.Name), Country: text(d.Plate()), Speaks: d.Speaks})
	}
	return all
}

func published(s summit.State) Published {
	p := Published{Readouts: []Page{}}
	if a := s.Advisory; a.Digest != "" {
		p.Advisory = &Page{Published: a.Published, Corrected: a.Corrected}
	}
	for _, l := range s.Publication {
		if r := s.Readouts[l]; r.Digest != "" {
			p.Readouts = append(p.Readouts, Page{Language: l, Published: r.Published, Corrected: r.Corrected})
		}
	}
	return p
}

func (e *eyes) self() Me {
	me := e.me
	m := Me{
		Seat: me.ID, Role: me.Role, Delegation: me.Delegation, Name: text(me.Name), Function: text(me.Function),
		Speaks: me.Speaks, Hears: me.Hears, MayHear: []summit.Language{}, Booth: me.Booth,
		Presence: me.Presence, Admitted: me.Admitted, Muted: me.Muted,
		MutedByOfficer: mutedByOfficer(me),
		HasFloor:       e.s.Floor == me.ID, Hand: e.hand(me.ID),
		InRoom: e.s.InRoom(me.ID), MaySpeak: e.s.MaySpeak(me.ID),
		Connects: plan.Connects(e.s, me.ID), Sends: list(plan.MaySend(e.s, me.ID)),
		InHuddle: me.Huddle, Whispers: me.Whispers, MutedOnReturn: me.Muted && me.MutedWhy == summit.Returned, MayShare: []summit.Audience{}, MayHandIn: []summit.Audience{},
		Pictures: cmp.Or(me.Pictures, summit.FullPictures),
	}
	e.apart(&m)
	if summit.May(me.Role, summit.Hear{}.Kind()) && e.s.Phase != summit.Ended {
		m.MayHear = list(e.s.Channels())
	}
	return m
}

// hand is a seat's place in the speaker queue, from 1.
func (e *eyes) hand(id summit.SeatID) int { return slices.Index(e.s.Queue, id) + 1 }

func (e *eyes) room() Room {
	r := Room{Coverage: e.coverage, Recess: e.s.InRecess, Queue: []summit.SeatID{},
		MayAdmit: e.mayAdmit(), Coverages: e.coverages(), ReconveneIn: e.reconveneIn()}
	if e.knows(e.s.Current) {
		r.Item = e.s.Current
	}
	if e.inside || e.watches && e.s.InRoom(e.s.Floor) {
		r.Floor, r.FloorSince = e.s.Floor, e.s.FloorSince
	}
	if e.inside {
		r.Queue = list(e.s.Queue)
	}
	r.Screens, r.Pinned = e.screens(), e.pinned()
	if e.who == staff {
		if e.s.Resume {
			r.ResumeNeeded, r.ResumesTo = true, e.s.InForce
		}
		if o := e.s.Opening; o.Item != "" && o.Item == e.s.Current {
			r.Opening = &Opening{Coverage: o.Coverage, Agreed: list(o.Agreed)}
		}
	}
	return r
}

// press is the count of who outside the room receives something.
func (e *eyes) press() *Press {
	p := &Press{SeatsReceiving: e.f.Measured.Press, PublicReceiving: e.f.Measured.Public}
	for _, seat := range e.s.Seats {
		if seat.Role == summit.Reporter && seat.Presence == summit.Present {
			p.SeatsPresent++
		}
	}
	p.Clear = p.SeatsReceiving == 0 && p.PublicReceiving == 0
	return p
}

// order is the sections of this seat's receiving connection; nil while it may
// have none.
func (e *eyes) order() []plan.Slot {
	switch {
	case !plan.Connects(e.s, e.me.ID):
		return nil
	case e.who == press:
		return plan.PressSlots
	default:
		return plan.RoomSlots
	}
}

func (e *eyes) slots(r plan.Receiver, order []plan.Slot) []Slot {
	all := []Slot{}
	for _, k := range order {
		slot := Slot{Slot: k, Eligible: []Source{}}
		for _, s := range e.f.Plan.Receivers[r][k].Sources {
			told := Source{s.Kind, s.Seat, s.Language}
			if k == plan.Sign && e.who <= press {
				told.Seat = "" // that there is a picture; who interprets is not theirs to know
			}
			slot.Eligible = append(slot.Eligible, told)
			// A measurement older than the plan must not outlive what it permits.
			if e.f.Measured.Carried[r][k] == s {
				slot.Carries = &told
			}
		}
		if len(slot.Eligible) > 0 {
			slot.Reduced = e.f.Measured.Reduced[r][k]
		}
		all = append(all, slot)
	}
	return all
}

// list copies a list so that JSON has [] and never null.
func list[T any](from []T) []T { return append([]T{}, from...) }

// text is a text of which JSON has {} and never null.
func text(t summit.Text) summit.Text {
	if t == nil {
		return summit.Text{}
	}
	return t
}
