package plan

import (
	"fmt"
	"slices"

	"liqa/internal/summit"
)

// chain walks from a channel through the interpreters who feed it to what the
// first of them works from, and returns how many there are; -1 when it goes round.
func chain(m moment, l summit.Language) int {
	hops := 0
	for seen := []summit.Language{}; l != ""; hops++ {
		i := slices.IndexFunc(m.s.Booths, func(b summit.Booth) bool {
			return b.OnAir != "" && b.Into == l && !b.Stalled && m.live[Source{Kind: Microphone, Seat: b.OnAir}]
		})
		if i < 0 {
			break
		}
		if slices.Contains(seen, l) {
			return -1
		}
		seen = append(seen, l)
		l = m.s.Incoming(m.s.Booths[i].OnAir)
	}
	return hops
}

func relaysEnd(m moment) string {
	for l, feed := range m.p.Channels {
		hops := chain(m, l)
		interpreted := len(feed.Set.Sources) == 1 && func() bool {
			x, _ := m.s.Seat(feed.Set.Sources[0].Seat)
			return x.Role == summit.Interpreter
		}()
		switch {
		case hops < 0:
			return fmt.Sprintf("the relay into %s goes round", l)
		case !interpreted && slices.Contains([]Carries{CarriesDirect, CarriesRelayed, CarriesRelayedTwice}, feed.Carries):
			return fmt.Sprintf("%s is said to carry %s and has %v", l, feed.Carries, feed.Set.Sources)
		case interpreted && feed.Carries != []Carries{CarriesDirect, CarriesRelayed, CarriesRelayedTwice}[min(hops, 3)-1]:
			return fmt.Sprintf("%s is said to carry %s after %d interpreters", l, feed.Carries, hops)
		}
	}
	return ""
}

// incomingIsTheirs: by itself a booth works from the floor when it understands
// it, and from its pivot when it does not; never from the channel it makes.
func incomingIsTheirs(m moment) string {
	for _, x := range m.s.Seats {
		b, ok := m.s.Booth(x.Booth)
		if !ok {
			continue
		}
		in := m.s.Incoming(x.ID)
		floor, _ := m.s.Seat(m.s.Floor)
		understands := floor.ID == "" || len(b.WorksFrom) == 0 || slices.Contains(b.WorksFrom, floor.Speaks)
		slot := m.p.Receivers[SeatReceiver(x.ID)][ChannelSlot].Sources
		switch {
		case in != "" && b.OnAir != "" && b.Into == in:
			return fmt.Sprintf("%s works from the channel of its own booth", x.ID)
		case !x.ByHand && in != "" && (understands || in != b.Pivot):
			return fmt.Sprintf("%s works from %s by itself", x.ID, in)
		case in != "" && len(slot) == 1 && slot[0].Language != in:
			return fmt.Sprintf("%s works from %s and is given %s", x.ID, in, slot[0].Language)
		case in != "" && m.s.InRoom(x.ID) && len(slot) == 0:
			return fmt.Sprintf("%s works from %s and is not given it", x.ID, in)
		}
	}
	return ""
}

// signIsSign: the picture of an interpreter who is on air in a booth that signs,
// in its own slot and in no other, for everybody in the room.
func signIsSign(m moment) string {
	signs := func(id summit.SeatID) bool {
		x, _ := m.s.Seat(id)
		b, _ := m.s.Booth(x.Booth)
		return b.Sign && on(m.s, id, "")
	}
	if wrong := eachSet(m, func(_ Receiver, k Slot, set Set) string {
		for _, s := range set.Sources {
			x, _ := m.s.Seat(s.Seat)
			if picture := x.Role == summit.Interpreter && s.Kind == Camera; picture != (k == Sign) || picture && !signs(s.Seat) {
				return fmt.Sprintf("it has %v", s)
			}
		}
		return ""
	}); wrong != "" {
		return wrong
	}
	for _, x := range m.s.Seats {
		if !signs(x.ID) || !m.live[Source{Kind: Camera, Seat: x.ID}] {
			continue
		}
		for _, y := range m.s.Seats {
			if m.s.InRoom(y.ID) && y.Whispers == "" && y.ID != x.ID && len(m.p.Receivers[SeatReceiver(y.ID)][Sign].Sources) == 0 {
				return fmt.Sprintf("%s does not see %s sign", y.ID, x.ID)
			}
		}
	}
	return ""
}
