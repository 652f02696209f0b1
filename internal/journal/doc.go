// Package journal keeps what happened at each summit, in order, so that it can
// be told again after a crash and verified by an outsider for as long as
// anybody cares.
//
// Each summit has one history: a chain of [Entry] values numbered from 1. An
// entry carries the hash of its predecessor, its kind, its time, and a salted
// commitment to its payload. The payload and its salt are kept beside the
// chain, so that a name or a closed agenda can be erased ([Journal.Erase]) or
// left out of a copy ([Journal.Export]) while the chain still verifies, and
// says what is missing.
//
// Two implementations pass one suite of tests: [OpenJetStream] keeps histories
// on disk, in a JetStream stream inside this process, and answers an append
// only when it would survive a power cut; [OpenMemory] keeps them for tests.
//
// Goals: what was acknowledged is never lost; what was changed behind our back
// is never served; a copy can be verified offline with [Verify].
//
// Non-goals: the package does not know what a kind means, folds no state,
// decides nothing, and holds no chat, huddle or media. It does not keep what
// the holder of the disk *and* the signing key wants to rewrite from being
// rewritten: for that, others must hold a copy or a checkpoint.
package journal
