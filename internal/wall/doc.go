// Package wall is what a technician watches: it takes an observation of a
// summit once a second (connections, sources, slots, what screens report of
// themselves, recorder, journal, machine), keeps the last five minutes of it,
// and says what is wrong, with hysteresis, so that an alarm neither flickers
// nor hides.
//
// It is pure: it has no clock, no network and no disk, measures nothing
// itself, and changes nothing. A report is a screen's own word about itself; it
// is shown and judged for its seat and for no other.
package wall
