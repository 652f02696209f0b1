package plan

import (
	"maps"
	"unsafe"
)

// A thousand reporters who hear one language share their slots: one map. What
// has been found of two maps need not be found again for each of a thousand.

// pair are two maps of slots, by which they are.
type pair [2]unsafe.Pointer

func pairOf(a, b Slots) pair { return pair{identity(a), identity(b)} }

// identity is which map it is: the pointer that a map value is.
func identity(s Slots) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&s)) }

// found is what has been found of pairs of maps.
type found[T any] map[pair]T

// of returns what find finds of two maps, and asks once.
func (f found[T]) of(a, b Slots, find func(a, b Slots) T) T {
	key := pairOf(a, b)
	got, known := f[key]
	if !known {
		got = find(a, b)
		f[key] = got
	}
	return got
}

// meetSlots is what both allow; nil when that is nothing.
func meetSlots(a, b Slots) Slots {
	both := make(Slots, len(a))
	for k, set := range a {
		if set = meet(set, b[k]); len(set.Sources) > 0 {
			both[k] = set
		}
	}
	if len(both) == 0 {
		return nil
	}
	return both
}

// withinSlots reports whether a allows nothing that b does not.
func withinSlots(a, b Slots) bool {
	for k, set := range a {
		if !within(set, b[k]) {
			return false
		}
	}
	return true
}

// Equal reports whether two receivers may receive the same.
func (s Slots) Equal(t Slots) bool {
	return identity(s) == identity(t) || maps.EqualFunc(s, t, Set.Equal)
}
