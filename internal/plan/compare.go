package plan

import (
	"maps"
	"slices"

	"liqa/internal/summit"
)

// Meet is what both plans allow. Going from a to b, everything that must be
// taken away is taken when their meet is in force. Where a still says what is
// preferred or carried, that stays.
func Meet(a, b Plan) Plan {
	m := Plan{
		Receivers: make(map[Receiver]Slots, min(len(a.Receivers), len(b.Receivers))),
		Channels:  map[summit.Language]Feed{},
		Coverage:  narrower(a.Coverage, b.Coverage),
	}
	known := found[Slots]{}
	for r, slots := range a.Receivers {
		if others, ok := b.Receivers[r]; ok {
			m.give(r, known.of(slots, others, meetSlots))
		}
	}
	for l, feed := range a.Channels {
		other, ok := b.Channels[l]
		if !ok {
			continue
		}
		both := Feed{Set: meet(feed.Set, other.Set), Carries: feed.Carries}
		if len(both.Set.Sources) == 0 {
			both.Carries = CarriesSilence
		}
		m.Channels[l] = both
	}
	return m
}

func meet(a, b Set) Set {
	both := Set{Most: lower(a.Most, b.Most), Small: a.Small, First: a.First, Apart: a.Apart || b.Apart}
	for _, s := range a.Sources {
		if _, ok := slices.BinarySearchFunc(b.Sources, s, compare); ok {
			both.Sources = append(both.Sources, s)
		}
	}
	if len(both.Sources) == 0 {
		return Set{}
	}
	if slices.Contains(both.Sources, a.Prefer) {
		both.Prefer = a.Prefer
	}
	return both
}

// lower is the stricter of two limits.
func lower(a, b Layer) Layer {
	switch {
	case a == NoLimit:
		return b
	case b == NoLimit:
		return a
	}
	return min(a, b)
}

// narrower returns the coverage that reaches fewer.
func narrower(a, b summit.Coverage) summit.Coverage {
	if reach(a) < reach(b) {
		return a
	}
	return b
}

func reach(c summit.Coverage) int {
	switch c {
	case summit.Open:
		return 2
	case summit.Pool:
		return 1
	default:
		return 0
	}
}

// Takes reports whether something that old allows is not allowed by new.
func Takes(old, new Plan) bool { return !Within(old, new) }

// Within reports whether p allows nothing that q does not.
func Within(p, q Plan) bool {
	if reach(p.Coverage) > reach(q.Coverage) {
		return false
	}
	known := found[bool]{}
	for r, slots := range p.Receivers {
		if !known.of(slots, q.Receivers[r], withinSlots) {
			return false
		}
	}
	for l, feed := range p.Channels {
		if !within(feed.Set, q.Channels[l].Set) {
			return false
		}
	}
	return true
}

func within(a, b Set) bool {
	if len(a.Sources) > 0 && lower(a.Most, b.Most) != a.Most || b.Apart && !a.Apart && len(a.Sources) > 0 {
		return false
	}
	for _, s := range a.Sources {
		if _, ok := slices.BinarySearchFunc(b.Sources, s, compare); !ok {
			return false
		}
	}
	return true
}

// Equal reports whether two plans say the same, preferences and what channels
// are said to carry included.
func (p Plan) Equal(q Plan) bool {
	known := found[bool]{}
	return p.Coverage == q.Coverage &&
		maps.EqualFunc(p.Receivers, q.Receivers, func(a, b Slots) bool { return known.of(a, b, Slots.Equal) }) &&
		maps.EqualFunc(p.Channels, q.Channels, func(a, b Feed) bool {
			return a.Carries == b.Carries && a.Set.Equal(b.Set)
		})
}

// Equal reports whether two sets have the same sources, the same preference and
// the same limits.
func (s Set) Equal(t Set) bool {
	return s.Prefer == t.Prefer && s.Most == t.Most && s.Small == t.Small && s.First == t.First && s.Apart == t.Apart && slices.Equal(s.Sources, t.Sources)
}

// Gives reports whether new lets somebody receive a person's sound or picture
// that old does not, be it directly or through a channel, or reaches further
// outside the room. That another way is opened to what one could receive
// already gives nothing: when a principal is muted, the channel of their own
// language comes back to them, and that is no more than they had.
func Gives(old, new Plan) bool {
	if reach(new.Coverage) > reach(old.Coverage) {
		return true
	}
	known := found[bool]{}
	more := func(before, after Slots) bool {
		had := old.peopleOf(before)
		for s := range new.peopleOf(after) {
			if !had[s] {
				return true
			}
		}
		return false
	}
	for r, slots := range new.Receivers {
		if known.of(old.Receivers[r], slots, more) {
			return true
		}
	}
	return false
}

// people is every seat's source that a receiver may receive, directly or
// through a channel.
func (p Plan) people(r Receiver) map[Source]bool { return p.peopleOf(p.Receivers[r]) }

// peopleOf is the same of a receiver's slots.
func (p Plan) peopleOf(slots Slots) map[Source]bool {
	all := map[Source]bool{}
	for _, set := range slots {
		for _, s := range set.Sources {
			if s.Kind != Channel {
				all[s] = true
				continue
			}
			for _, fed := range p.Channels[s.Language].Set.Sources {
				all[fed] = true
			}
		}
	}
	return all
}

// Sources are the seats' sources that somebody in the room or outside it may
// receive, be it by a channel: what a recording may have. What is said in a
// huddle or a private word is not among them.
func (p Plan) Sources() Live {
	all := Live{}
	note := func(set Set) {
		if set.Apart {
			return
		}
		for _, s := range set.Sources {
			if s.Kind != Channel {
				all[s] = true
			}
		}
	}
	for _, slots := range p.Receivers {
		for _, set := range slots {
			note(set)
		}
	}
	for _, f := range p.Channels {
		note(f.Set)
	}
	return all
}
