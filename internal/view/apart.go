package view

import (
	"slices"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// apart fills in what a seat is told of its own huddle, screen and documents,
// and of what is asked of it.
func (e *eyes) apart(m *Me) {
	m.Asked = e.request(m.Seat, false)
	m.MayWhisper, m.SlowDown = e.mayWhisper(), e.slowDown()
	m.Incoming, m.ByHand = e.s.Incoming(m.Seat), e.me.ByHand
	for _, x := range e.s.Sharing {
		if x.Seat == m.Seat {
			m.Sharing = x.To
		}
	}
	for _, to := range []summit.Audience{summit.ToTable, summit.ToDelegation, summit.ToBooths} {
		if to != summit.ToBooths && e.would(summit.ShareScreen{To: to}) {
			m.MayShare = append(m.MayShare, to)
		}
		if e.would(summit.HandIn{Document: summit.Document{ID: unused, Title: summit.Text{"en": "-"}, File: "-",
			Type: "text/plain", Bytes: 1, To: to}}) {
			m.MayHandIn = append(m.MayHandIn, to)
		}
	}
}

// huddle is who is in the huddle of this seat's delegation, or in the one where it
// whispers.
func (e *eyes) huddle() []summit.SeatID {
	of := e.me.Whispers
	if e.who == table {
		of = e.me.Delegation
	}
	if of == "" || e.who != table && e.who != booth {
		return []summit.SeatID{}
	}
	return e.those(func(x *summit.Seat) bool { return x.HuddleOf() == of })
}

func (e *eyes) words() []PrivateWord {
	all := []PrivateWord{}
	for _, w := range e.s.PrivateWords {
		if e.who == staff || e.who > door && (w.Seat == e.me.ID || w.With == e.me.ID) {
			all = append(all, PrivateWord{w.Seat, w.With, w.Answered, w.Since})
		}
	}
	return all
}

func (e *eyes) documents() []Document {
	all := []Document{}
	for _, x := range e.s.Documents {
		if e.s.Reads(e.me.ID, x) {
			all = append(all, document(x, e.would(summit.WithdrawDocument{ID: x.ID})))
		}
	}
	if of, ok := e.behind(); ok {
		for _, x := range of.Documents {
			if of.Reads(e.me.ID, x) {
				all = append(all, document(x, false))
			}
		}
	}
	return all
}

func document(x summit.HandedIn, mayWithdraw bool) Document {
	return Document{ID: x.ID, Title: text(x.Title), File: x.File, Type: x.Type, Bytes: x.Bytes, To: x.To,
		Item: x.Item, As: x.As, Seat: x.Seat, Delegation: x.Delegation, At: x.At, MayWithdraw: mayWithdraw}
}

func (e *eyes) speaking() []Speaking {
	all := []Speaking{}
	if e.who <= press {
		return all
	}
	holder, _ := e.s.Seat(e.s.Floor)
	for _, d := range e.s.Delegations {
		v := Speaking{Delegation: d.ID, SummitSeconds: int(e.s.SpokenBy(d.ID, "") / time.Second)}
		if e.s.Current != "" {
			v.ItemSeconds = int(e.s.SpokenBy(d.ID, e.s.Current) / time.Second)
		}
		if e.inside && holder.Delegation == d.ID {
			v.Since = e.s.Running
		}
		all = append(all, v)
	}
	return all
}

// screens are the shared screens that this seat may know of.
func (e *eyes) screens() []Sharing {
	all := []Sharing{}
	if of := e.me.HuddleOf(); of != "" && (e.who == table || e.who == booth) {
		if x, ok := e.s.Screen(summit.ToDelegation, of); ok {
			all = append(all, Sharing{x.Seat, x.To, x.Since})
		}
	}
	if x, ok := e.s.Screen(summit.ToTable, ""); ok && e.inside && e.me.Whispers == "" {
		all = append(all, Sharing{x.Seat, x.To, x.Since})
	}
	return all
}

// seesScreen reports whether this seat may know that another shows its screen:
// what is shown in a huddle is no business of the other side's.
func (e *eyes) seesScreen(of summit.SeatID) bool {
	return slices.ContainsFunc(e.screens(), func(x Sharing) bool { return x.Seat == of })
}

// pinned is whose picture goes first, for who is inside or may receive it.
func (e *eyes) pinned() summit.SeatID {
	if e.inside || e.watches && e.received(plan.SeatReceiver(e.me.ID), e.s.Pinned) {
		return e.s.Pinned
	}
	return ""
}

// request is what is asked of a seat; declined says whether what it has declined
// is told as well.
func (e *eyes) request(of summit.SeatID, declined bool) *Request {
	for _, x := range e.s.Asks {
		if x.Seat == of && (declined || !x.Declined) {
			r := &Request{x.What, x.By, x.At, x.Declined}
			if e.who <= press {
				r.By = ""
			}
			return r
		}
	}
	return nil
}

// otherSize is a size of pictures that a seat does not have now.
func otherSize(x summit.Seat) summit.PictureSize {
	if x.Pictures == summit.SmallPictures {
		return summit.FullPictures
	}
	return summit.SmallPictures
}

// unasked is something that could be asked of a seat now.
func (e *eyes) unasked(x summit.Seat) summit.Remedy {
	if ask, ok := e.s.Asked(x.ID); ok && ask.What == summit.ReloadPage {
		return summit.MuteMicrophone
	}
	return summit.ReloadPage
}
