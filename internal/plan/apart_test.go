package plan

import (
	"fmt"
	"slices"

	"liqa/internal/summit"
)

// self is the seat of a receiver; "" of one that is no seat.
func self(r Receiver) summit.SeatID {
	if len(r) > 5 && r[:5] == "seat/" {
		return summit.SeatID(r[5:])
	}
	return ""
}

// wordWith is who a seat is in an answered private word with; "" when it is in none.
func wordWith(s summit.State, id summit.SeatID) summit.SeatID {
	for _, w := range s.PrivateWords {
		switch {
		case w.Answered && w.Seat == id:
			return w.With
		case w.Answered && w.With == id:
			return w.Seat
		}
	}
	return ""
}

// calls reports whether a seat calls another to a private word, taken or not.
func calls(s summit.State, from, with summit.SeatID) bool {
	return slices.ContainsFunc(s.PrivateWords, func(w summit.PrivateWord) bool { return w.Seat == from && w.With == with })
}

func isApart(s summit.State, id summit.SeatID) bool {
	x, _ := s.Seat(id)
	return x.Huddle || x.Whispers != "" || wordWith(s, id) != ""
}

// together reports whether two seats confer in one huddle now.
func together(s summit.State, a, b summit.SeatID) bool {
	x, _ := s.Seat(a)
	y, _ := s.Seat(b)
	return huddle(x) != "" && huddle(x) == huddle(y) && wordWith(s, a) == "" && wordWith(s, b) == ""
}

// huddle is the delegation whose huddle a seat is in; "" for none.
func huddle(x summit.Seat) summit.DelegationID {
	if x.Huddle {
		return x.Delegation
	}
	return x.Whispers
}

func present(s summit.State, id summit.SeatID) bool {
	x, _ := s.Seat(id)
	return x.Admitted && !x.Invitation.Revoked && x.Presence == summit.Present &&
		(s.Phase == summit.Announced || s.Phase == summit.InProgress)
}

func limited(s summit.State, r Receiver) summit.PictureSize {
	x, _ := s.Seat(self(r))
	return x.Pictures
}

func privateIsPrivate(m moment) string {
	return eachSet(m, func(r Receiver, k Slot, set Set) string {
		me := self(r)
		if k != Private && !(k == Partner && set.Apart) {
			return ""
		}
		for _, s := range set.Sources {
			from, _ := m.s.Seat(s.Seat)
			word := wordWith(m.s, me) == s.Seat || wordWith(m.s, me) == "" && calls(m.s, s.Seat, me)
			switch {
			case s.Kind != Microphone || s.Seat == me || !set.Apart:
				return fmt.Sprintf("it has %v, apart %v", s, set.Apart)
			case !present(m.s, me) || !present(m.s, s.Seat) || from.Muted:
				return fmt.Sprintf("%s is heard or hears, and is away or muted", s.Seat)
			case !(word && k == Private) && !together(m.s, me, s.Seat):
				return fmt.Sprintf("%s is in it and has no private word with %s and no huddle", s.Seat, me)
			case k == Partner && from.Whispers == "" || k == Private && from.Whispers != "" && !word:
				return fmt.Sprintf("%s is an original among whispers, or a whisper among originals", s.Seat)
			}
		}
		return ""
	})
}

func apartIsApart(m moment) string {
	recorded := m.p.Sources()
	for _, x := range m.s.Seats {
		if isApart(m.s, x.ID) || x.Role == summit.Officer || x.Role == summit.Technician {
			if where := m.p.where(x.ID); where != "" {
				return fmt.Sprintf("%s is in %s", x.ID, where)
			}
			for s := range recorded {
				if s.Seat == x.ID {
					return fmt.Sprintf("%v may be recorded", s)
				}
			}
		}
	}
	return ""
}

// whisperersHearOneSide: who whispers in a huddle gets nothing of the room.
func whisperersHearOneSide(m moment) string {
	for _, x := range m.s.Seats {
		if x.Whispers == "" {
			continue
		}
		for k, set := range m.p.Receivers[SeatReceiver(x.ID)] {
			if !set.Apart {
				return fmt.Sprintf("%s whispers and has %v in %s", x.ID, set.Sources, k)
			}
		}
	}
	return ""
}

func nothingApartForPress(m moment) string {
	return eachSet(m, func(r Receiver, k Slot, set Set) string {
		x, _ := m.s.Seat(self(r))
		outside := self(r) == "" || isPress(x)
		for _, s := range set.Sources {
			if outside && (k == Private || k == ScreenSlot || s.Kind == Screen) {
				return fmt.Sprintf("it has %v", s)
			}
		}
		return ""
	})
}

// apartIsHeard: a private word and a huddle do what they are for.
func apartIsHeard(m moment) string {
	for _, x := range m.s.Seats {
		for _, y := range m.s.Seats {
			mic := Source{Kind: Microphone, Seat: y.ID}
			if x.ID == y.ID || y.Muted || !m.live[mic] || !present(m.s, x.ID) || !present(m.s, y.ID) {
				continue
			}
			hears := wordWith(m.s, x.ID) == y.ID ||
				wordWith(m.s, x.ID) == "" && (calls(m.s, y.ID, x.ID) || together(m.s, x.ID, y.ID))
			slots := m.p.Receivers[SeatReceiver(x.ID)]
			does := slices.Contains(slots[Private].Sources, mic) || slots[Partner].Apart && slices.Contains(slots[Partner].Sources, mic)
			if hears != does {
				return fmt.Sprintf("that %s hears %s apart should be %v", x.ID, y.ID, hears)
			}
		}
	}
	return ""
}

func screensAreShared(m moment) string {
	return eachSet(m, func(r Receiver, k Slot, set Set) string {
		for _, s := range set.Sources {
			if (s.Kind == Screen) != (k == ScreenSlot) || len(set.Sources) > 1 && k == ScreenSlot {
				return fmt.Sprintf("it has %v", set.Sources)
			}
			if s.Kind != Screen {
				continue
			}
			me := self(r)
			to := func(a summit.Audience) bool {
				return slices.ContainsFunc(m.s.Sharing, func(x summit.Sharing) bool { return x.Seat == s.Seat && x.To == a })
			}
			table := to(summit.ToTable) && m.s.InRoom(me) && m.s.InRoom(s.Seat) && !isApart(m.s, s.Seat)
			own := to(summit.ToDelegation) && together(m.s, me, s.Seat) && present(m.s, me)
			if me == s.Seat || !table && !own || set.Apart != own {
				return fmt.Sprintf("%s sees the screen of %s", me, s.Seat)
			}
		}
		return ""
	})
}

func picturesAreLimited(m moment) string {
	layers := map[summit.PictureSize]Layer{"": NoLimit, summit.MediumPictures: MediumLayer, summit.SmallPictures: SmallLayer}
	return eachSet(m, func(r Receiver, k Slot, set Set) string {
		if sound := len(set.Sources) > 0 && set.Sources[0].Kind != Camera && set.Sources[0].Kind != Screen && !set.Apart; set.Small != (sound && limited(m.s, r) == summit.LeastMedia) {
			return "its sound is small and was not asked to be, or the other way round"
		}
		if len(k) < 8 || k[:7] != "picture" {
			if set.Most != NoLimit || set.First != InTurn && k != Sign {
				return "it is no picture and has a limit, or is first"
			}
			if k == Sign && len(set.Sources) > 0 && set.First != ForEyes {
				return "who signs does not come first"
			}
			return ""
		}
		want, ok := layers[limited(m.s, r)]
		has := m.s.Pinned != "" && slices.Contains(set.Sources, Source{Kind: Camera, Seat: m.s.Pinned})
		switch {
		case !ok:
			return "the seat wants no pictures"
		case set.Most != want:
			return fmt.Sprintf("its limit is %d and not %d", set.Most, want)
		case set.First == ForEyes || (set.First == Pinned) != has:
			return fmt.Sprintf("%v is first: %v", set.Sources, set.First)
		}
		return ""
	})
}

// noPictures reports whether none of these receivers wants pictures.
func noPictures(s summit.State, rs []Receiver) bool {
	return !slices.ContainsFunc(rs, func(r Receiver) bool { return limited(s, r) != summit.NoPictures && limited(s, r) != summit.LeastMedia })
}

// asked reports whether all of these receivers have asked to be without what is
// of that kind: without pictures, or at the least without the originals, where
// they hear an interpreter.
func asked(m moment, rs []Receiver, without Kind) bool {
	if without == Camera {
		return noPictures(m.s, rs)
	}
	return without == Microphone && !slices.ContainsFunc(rs, func(r Receiver) bool {
		x, _ := m.s.Seat(self(r))
		return !hearsInterpretationAlone(m, x)
	})
}

// hearsInterpretationAlone reports whether a seat has asked for the least, and
// has a channel that does not repeat the original now.
func hearsInterpretationAlone(m moment, y summit.Seat) bool {
	set := m.p.Receivers[SeatReceiver(y.ID)][ChannelSlot]
	return y.Pictures == summit.LeastMedia && y.Role != summit.Interpreter && len(set.Sources) == 1 &&
		m.p.Channels[set.Sources[0].Language].Carries != CarriesOriginal
}

// channelComesAlone: at the least there is no original beside a channel, but for
// an interpreter, who works from either.
func channelComesAlone(m moment) string {
	return eachSet(m, func(r Receiver, k Slot, _ Set) string {
		x, _ := m.s.Seat(self(r))
		original := k == Original1 || k == Original2 || k == Original3
		if _, has := m.p.Receivers[r][ChannelSlot]; has && original && x.Pictures == summit.LeastMedia && x.Role != summit.Interpreter {
			return "it is beside a channel, and the seat is at its least"
		}
		return ""
	})
}
