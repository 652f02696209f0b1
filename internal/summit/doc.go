// Package summit is the vocabulary and the rules of a virtual summit: who has
// a seat, which item is in progress, who may see it, who has the floor, who is
// in which booth, and who may change any of that.
//
// It is pure: no I/O, no clock, no randomness. [Decide] turns an [Act] by an
// [Actor] into events or a [Refusal]; [Apply] folds one event into a [State]
// and never fails. The same events always give the same state.
//
// Three principles run through the rules. What is not expressly permitted is
// refused: one table ([May]) says who may issue which act at all. What takes
// away (closing, muting, revoking, ending) asks for nothing and is never
// refused for being late; what gives (opening, reconvening) must name the item
// it gives to, so that a screen that has fallen behind cannot open the wrong
// one. And what follows by necessity, such as the floor going with the person
// who leaves, is an event of its own in the journal and no silent effect.
//
// It is not about media: which sound and picture follow from a state is the
// business of package plan. It is not about texts either: a publication is
// known here by its digest only.
package summit
