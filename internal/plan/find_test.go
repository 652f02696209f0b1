package plan

import (
	"fmt"
	"slices"

	"liqa/internal/summit"
)

// eachSet asks of every set of every receiver what is wrong with it.
func eachSet(m moment, wrong func(Receiver, Slot, Set) string) string {
	for r, slots := range m.p.Receivers {
		for k, set := range slots {
			if w := wrong(r, k, set); w != "" {
				return fmt.Sprintf("%s %s: %s", r, k, w)
			}
		}
	}
	return ""
}

func seatsOf(set Set) map[summit.SeatID]bool {
	ids := map[summit.SeatID]bool{}
	for _, s := range set.Sources {
		ids[s.Seat] = true
	}
	return ids
}

// where names a place of the plan in which anything of a seat is, huddles and
// private words left out, which have rules of their own; "" for none.
func (p Plan) where(id summit.SeatID) string {
	return p.find(func(s Source) bool { return s.Seat == id })
}

func (p Plan) whereKind(id summit.SeatID, k Kind) string {
	return p.find(func(s Source) bool { return s.Seat == id && s.Kind == k })
}

func (p Plan) find(is func(Source) bool) string {
	for l, feed := range p.Channels {
		if slices.ContainsFunc(feed.Set.Sources, is) {
			return "channel " + string(l)
		}
	}
	for r, slots := range p.Receivers {
		for k, set := range slots {
			if k != Private && !((k == ScreenSlot || k == Partner) && set.Apart) && slices.ContainsFunc(set.Sources, is) {
				return string(r) + " " + string(k)
			}
		}
	}
	return ""
}
