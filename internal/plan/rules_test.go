package plan

import (
	"fmt"
	"slices"

	"liqa/internal/summit"
)

// moment is one state of a random history, its plan, and those before it.
type moment struct {
	s, before summit.State
	live      Live
	p, was    Plan
	restarted bool // the last event is a restart
}

// rules are the properties of every plan, by name. Each says what is wrong, or
// "". They judge by the state alone and share no code with Compute.
var rules = map[string]func(moment) string{
	"press and public sets are empty in closed and sealed":                    pressIsOut,
	"the public is within the press is within the room":                       publicWithinPressWithinRoom,
	"after a restart press and public are empty until resumed":                cutAfterRestart,
	"nobody receives who is not in the room or watching it":                   onlyThoseWhoAreThere,
	"nobody is eligible for a channel they may not hear":                      onlyOwnChannel,
	"an interpreter off air is in no set":                                     offAirIsSilent,
	"an interpreter on air reaches the channel, by it alone":                  onAirByChannel,
	"nobody outside a huddle or private word is in its sets":                  privateIsPrivate,
	"who is apart is in no other set, nor recorded":                           apartIsApart,
	"who whispers to one side hears that side alone":                          whisperersHearOneSide,
	"press and public get no screen and no private sound":                     nothingApartForPress,
	"who confers or has been called is heard":                                 apartIsHeard,
	"a shared screen is for those it is shared with":                          screensAreShared,
	"pictures are as small as was asked, and the pinned first":                picturesAreLimited,
	"at the least a channel comes alone":                                      channelComesAlone,
	"nobody receives their own microphone":                                    notOneself,
	"who is muted, absent or without the floor is heard by none":              onlySpeakersSound,
	"only live sources are in a set":                                          onlyLive,
	"a pair is always of the same seat":                                       pairsAgree,
	"nobody is in two places of one connection":                               oncePerConnection,
	"who has the floor, and every principal, is heard by all, or interpreted": speakersAreHeard,
	"the sign slot has who signs, and nobody else":                            signIsSign,
	"no relay goes round, and what is heard is said":                          relaysEnd,
	"an interpreter works from one thing, which is theirs":                    incomingIsTheirs,
	"slots are stable": slotsAreStable,
	"a set has one spelling, and prefers one of its own": setsAreSpelt,
}

func isPress(s summit.Seat) bool {
	return s.Role == summit.Reporter || s.Role == summit.PressOfficer
}

// pressReceivers are the receivers outside the room that p gives anything to.
func pressReceivers(m moment) (seats, public []Receiver) {
	for _, x := range m.s.Seats {
		if r := SeatReceiver(x.ID); isPress(x) && len(m.p.Receivers[r]) > 0 {
			seats = append(seats, r)
		}
	}
	for r := range m.p.Receivers {
		if len(r) > 7 && r[:7] == "public/" {
			public = append(public, r)
		}
	}
	return seats, public
}

func pressIsOut(m moment) string {
	moves := m.s.Phase == summit.InProgress && m.s.Current != "" && !m.s.InRecess && !m.s.Resume
	open := moves && m.s.InForce == summit.Open
	pool := moves && m.s.InForce == summit.Pool
	seats, public := pressReceivers(m)
	switch {
	case !open && len(public) > 0:
		return fmt.Sprintf("%v receives", public)
	case !open && !pool && len(seats) > 0:
		return fmt.Sprintf("%v receives", seats)
	case m.p.Coverage == summit.Open && !open || m.p.Coverage == summit.Pool && !pool:
		return fmt.Sprintf("the plan reaches as far as %q", m.p.Coverage)
	}
	return ""
}

func cutAfterRestart(m moment) string {
	seats, public := pressReceivers(m)
	if m.s.Resume && len(seats)+len(public) > 0 {
		return fmt.Sprintf("%v %v receives before the officer has resumed", seats, public)
	}
	if m.restarted && len(m.p.Receivers) > 0 {
		return fmt.Sprintf("%v receives right after a restart", m.p.Receivers)
	}
	return ""
}

func publicWithinPressWithinRoom(m moment) string {
	room := map[Source]bool{}
	for _, x := range m.s.Seats {
		if !m.s.InRoom(x.ID) {
			continue
		}
		switch x.Role {
		case summit.Principal, summit.Delegate, summit.NoteTaker:
			room[Source{Kind: Microphone, Seat: x.ID}] = true
			room[Source{Kind: Camera, Seat: x.ID}] = true
		case summit.Interpreter:
			room[Source{Kind: Microphone, Seat: x.ID}], room[Source{Kind: Camera, Seat: x.ID}] = true, true
		}
	}
	seats, public := pressReceivers(m)
	press := map[Source]bool{}
	for _, r := range seats {
		for s := range m.p.people(r) {
			press[s] = true
			if !room[s] {
				return fmt.Sprintf("%s receives %v, which is not in the room", r, s)
			}
		}
	}
	for _, r := range public {
		for k, set := range m.p.Receivers[r] {
			for _, s := range set.Sources {
				if s.Kind == Channel {
					continue
				}
				if !room[s] || len(seats) > 0 && !press[s] && !asked(m, seats, s.Kind) {
					return fmt.Sprintf("%s receives %v in %s, which the press does not", r, s, k)
				}
			}
		}
	}
	return ""
}

func onlyThoseWhoAreThere(m moment) string {
	for r := range m.p.Receivers {
		if len(r) < 5 || r[:5] != "seat/" {
			continue
		}
		id := summit.SeatID(r[5:])
		seat, ok := m.s.Seat(id)
		if !ok || !seat.Admitted || seat.Invitation.Revoked || seat.Presence != summit.Present {
			return fmt.Sprintf("%s receives", r)
		}
		for k := range m.p.Receivers[r] {
			if !isPress(seat) && !m.s.InRoom(id) && k != Private && k != ScreenSlot && !(k == Partner && m.p.Receivers[r][k].Apart) {
				return fmt.Sprintf("%s receives %s and is not in the room", r, k)
			}
		}
		if !Connects(m.s, id) {
			return fmt.Sprintf("%s receives and may have no connection", r)
		}
	}
	return ""
}

func onlyOwnChannel(m moment) string {
	return eachSet(m, func(r Receiver, k Slot, set Set) string {
		for _, s := range set.Sources {
			if (s.Kind == Channel) != (k == ChannelSlot) {
				return fmt.Sprintf("%v is in it", s)
			}
			if s.Kind != Channel {
				continue
			}
			if !slices.Contains(m.s.Channels(), s.Language) {
				return fmt.Sprintf("there is no channel %q", s.Language)
			}
			if len(r) > 5 && r[:5] == "seat/" {
				seat, _ := m.s.Seat(summit.SeatID(r[5:]))
				if in := m.s.Incoming(seat.ID); seat.Hears != s.Language && in != s.Language {
					return fmt.Sprintf("it has %q and the seat hears %q", s.Language, seat.Hears)
				}
			} else if r != PublicReceiver(s.Language) {
				return fmt.Sprintf("it has %q", s.Language)
			}
		}
		return ""
	})
}

// on reports whether an interpreter's microphone is on air into l.
func on(s summit.State, id summit.SeatID, l summit.Language) bool {
	x, _ := s.Seat(id)
	return slices.ContainsFunc(s.Booths, func(b summit.Booth) bool {
		return b.OnAir == id && b.ID == x.Booth && !b.Cough && !b.Stalled && (l == "" || b.Into == l) && s.InRoom(id)
	})
}

func offAirIsSilent(m moment) string {
	for _, x := range m.s.Seats {
		if x.Role != summit.Interpreter || on(m.s, x.ID, "") {
			continue
		}
		if where := m.p.where(x.ID); where != "" {
			return fmt.Sprintf("%s is in %s", x.ID, where)
		}
	}
	return ""
}

func onAirByChannel(m moment) string {
	for l, feed := range m.p.Channels {
		for _, s := range feed.Set.Sources {
			if x, _ := m.s.Seat(s.Seat); x.Role == summit.Interpreter && !on(m.s, x.ID, l) {
				return fmt.Sprintf("%s speaks into %s", x.ID, l)
			}
		}
	}
	return eachSet(m, func(r Receiver, k Slot, set Set) string {
		for _, s := range set.Sources {
			x, _ := m.s.Seat(s.Seat)
			if x.Role != summit.Interpreter {
				continue
			}
			listener, _ := m.s.Seat(summit.SeatID(r[min(5, len(r)):]))
			if k == Private || k == Sign || k == Partner && set.Apart {
				continue // their own rules
			}
			if k != Partner || listener.Booth != x.Booth || on(m.s, listener.ID, "") {
				return fmt.Sprintf("%s is in it", x.ID)
			}
		}
		return ""
	})
}

func notOneself(m moment) string {
	for _, x := range m.s.Seats {
		if m.p.people(SeatReceiver(x.ID))[Source{Kind: Microphone, Seat: x.ID}] {
			return string(x.ID) + " hears themselves"
		}
	}
	return ""
}

func onlySpeakersSound(m moment) string {
	for _, x := range m.s.Seats {
		where := m.p.where(x.ID)
		if where == "" || x.Role == summit.Interpreter {
			continue
		}
		sees := m.s.InRoom(x.ID) && x.Delegation != "" && !isApart(m.s, x.ID)
		speaks := sees && !x.Muted && (x.Role == summit.Principal || m.s.Floor == x.ID)
		if heard := m.p.whereKind(x.ID, Microphone); !sees || !speaks && heard != "" {
			return fmt.Sprintf("%s is in %s %s", x.ID, where, heard)
		}
	}
	return ""
}

func onlyLive(m moment) string {
	for l, feed := range m.p.Channels {
		for _, s := range feed.Set.Sources {
			if !m.live[s] || s.Kind != Microphone {
				return fmt.Sprintf("channel %s: %v", l, s)
			}
		}
	}
	return eachSet(m, func(_ Receiver, _ Slot, set Set) string {
		for _, s := range set.Sources {
			if s.Kind != Channel && !m.live[s] {
				return fmt.Sprintf("it has %v", s)
			}
		}
		return ""
	})
}

func pairsAgree(m moment) string {
	for r, slots := range m.p.Receivers {
		for _, pair := range pairs {
			sounds, shows := seatsOf(slots[pair[0]]), seatsOf(slots[pair[1]])
			for id := range sounds {
				if m.live[Source{Kind: Camera, Seat: id}] && !shows[id] && !noPictures(m.s, []Receiver{r}) {
					return fmt.Sprintf("%s: %s is in %s and not in %s", r, id, pair[0], pair[1])
				}
			}
			for id := range shows {
				if m.s.MaySpeak(id) && m.live[Source{Kind: Microphone, Seat: id}] && !sounds[id] {
					return fmt.Sprintf("%s: %s is in %s and not in %s", r, id, pair[1], pair[0])
				}
			}
			if a, b := slots[pair[0]].Prefer.Seat, slots[pair[1]].Prefer.Seat; a != "" && b != "" && a != b {
				return fmt.Sprintf("%s: %s prefers %s and %s prefers %s", r, pair[0], a, pair[1], b)
			}
		}
	}
	return ""
}

func oncePerConnection(m moment) string {
	for r, slots := range m.p.Receivers {
		seen := map[Source]Slot{}
		for k, set := range slots {
			for _, s := range set.Sources {
				if other, twice := seen[s]; twice {
					return fmt.Sprintf("%s: %v is in %s and in %s", r, s, k, other)
				}
				seen[s] = k
			}
		}
	}
	return ""
}

func speakersAreHeard(m moment) string {
	for _, x := range m.s.Seats {
		if !m.s.MaySpeak(x.ID) || !m.live[Source{Kind: Microphone, Seat: x.ID}] {
			continue
		}
		mic := Source{Kind: Microphone, Seat: x.ID}
		for _, y := range m.s.Seats {
			hears := m.s.InRoom(y.ID) && y.Whispers == "" || m.s.Watches(y.ID)
			if hears && y.ID != x.ID && !m.p.people(SeatReceiver(y.ID))[mic] && !hearsInterpretationAlone(m, y) {
				return fmt.Sprintf("%s does not hear %s", y.ID, x.ID)
			}
		}
		if !m.p.people(Program)[mic] {
			return fmt.Sprintf("the program lacks %s", x.ID)
		}
		if m.s.Coverage() == summit.Open && !m.p.people(PublicReceiver(m.s.Publication[0]))[mic] {
			return fmt.Sprintf("the public does not hear %s", x.ID)
		}
	}
	return ""
}

// slotsAreStable: a seat whose picture a receiver may have before and after is
// in the same slot, unless its own floor, role or deputy, or the receiver's
// role, has changed.
func slotsAreStable(m moment) string {
	if len(m.before.Seats) == 0 {
		return ""
	}
	role := func(s summit.State, id summit.SeatID) summit.Role { x, _ := s.Seat(id); return x.Role }
	for r, slots := range m.p.Receivers {
		at := map[Source]Slot{}
		for k, set := range m.was.Receivers[r] {
			for _, s := range set.Sources {
				at[s] = k
			}
		}
		self := summit.SeatID(r[min(5, len(r)):])
		if role(m.before, self) != role(m.s, self) {
			continue
		}
		for k, set := range slots {
			for _, s := range set.Sources {
				old, there := at[s]
				excused := role(m.before, s.Seat) != role(m.s, s.Seat) || deputy(m.before, s.Seat) != deputy(m.s, s.Seat) ||
					(m.before.Floor == s.Seat) != (m.s.Floor == s.Seat) || isApart(m.before, s.Seat) != isApart(m.s, s.Seat)
				if there && old != k && !excused {
					return fmt.Sprintf("%s: %v moves from %s to %s", r, s, old, k)
				}
			}
		}
	}
	return ""
}

// deputy is who has taken a principal's place.
func deputy(s summit.State, id summit.SeatID) summit.SeatID {
	for _, x := range s.Seats {
		if x.StandsFor == id {
			return x.ID
		}
	}
	return ""
}

func setsAreSpelt(m moment) string {
	spelt := func(set Set) string {
		if !slices.IsSortedFunc(set.Sources, compare) || len(slices.Compact(slices.Clone(set.Sources))) != len(set.Sources) {
			return fmt.Sprintf("%v is not sorted, or has one twice", set.Sources)
		}
		if set.Prefer != (Source{}) && !slices.Contains(set.Sources, set.Prefer) {
			return fmt.Sprintf("%v is preferred and not in it", set.Prefer)
		}
		return ""
	}
	for _, feed := range m.p.Channels {
		if wrong := spelt(feed.Set); wrong != "" {
			return wrong
		}
	}
	return eachSet(m, func(_ Receiver, _ Slot, set Set) string {
		if len(set.Sources) == 0 {
			return "an empty set is written down"
		}
		return spelt(set)
	})
}
