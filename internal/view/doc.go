// Package view says what one person's screen may know of a summit: a [View]
// for a seat, a [Public] for everybody without one. It gives the least that the
// screen needs. A reporter's view has no title of a closed item in it, a
// delegate's nothing private of the other delegation, and no view has a hash.
//
// It is pure. It does not decide: what is permitted it asks of package summit,
// what may flow it takes from package plan, what does flow it is told. It does
// not lay out a screen, and chooses no language but the public's.
//
// Its types are the protocol's: TypeScript reads the file that
// go generate ./internal/view writes.
package view

//go:generate go run ./typescript -out ../../web/src/protocol/view.gen.ts
