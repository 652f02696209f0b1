// Package plan says who may see and hear what. [Compute] is the only place
// where roles and coverage meet media; nothing reaches a seat, a reporter, the
// public or the recorder's program that is not in its result.
//
// It is pure. It does not forward media, choose between the sources of a set
// (the switchboard does, by level) or know how a connection is made.
package plan

import "liqa/internal/summit"

// Kind is the kind of a source.
type Kind string

const (
	Microphone Kind = "microphone"
	Camera     Kind = "camera"
	Screen     Kind = "screen"  // a shared screen
	Channel    Kind = "channel" // one language's permanent sound
)

// Source is one stream that can be received: a seat's microphone, camera or
// screen, or the channel of a language.
type Source struct {
	Kind     Kind
	Seat     summit.SeatID   // "" for a channel
	Language summit.Language // channels only
}

// Slot names one place of a receiving connection, for example "original-1".
// A slot is one continuous RTP stream; what feeds it changes, it never does.
type Slot string

// Slots of a connection. original-k and picture-k are a pair: they share an
// msid, and what feeds them at one time is always of one seat.
const (
	Original1   Slot = "original-1"
	Picture1    Slot = "picture-1"
	Original2   Slot = "original-2"
	Picture2    Slot = "picture-2"
	Original3   Slot = "original-3"
	Picture3    Slot = "picture-3"
	Picture4    Slot = "picture-4" // further pictures: no sound of their own
	Picture5    Slot = "picture-5"
	Picture6    Slot = "picture-6"
	ChannelSlot Slot = "channel"
	Partner     Slot = "partner" // booth partner's sound
	Private     Slot = "private" // private word or huddle
	ScreenSlot  Slot = "screen"
	Sign        Slot = "sign" // sign-language picture
)

// RoomSlots are reserved on every room seat's connection, PressSlots on every
// press and public one, from the first connection on and for good.
var (
	RoomSlots = []Slot{Original1, Picture1, Original2, Picture2, Original3, Picture3,
		Picture4, Picture5, Picture6, ChannelSlot, Partner, Private, ScreenSlot, Sign}
	PressSlots = []Slot{Original1, Picture1, Original2, Picture2, ChannelSlot, Sign}
)

// Layer is how large a picture may be.
type Layer uint8

const (
	NoLimit     Layer = iota
	SmallLayer        // the smallest of a camera's pictures
	MediumLayer       // at most its middle one
	FullLayer         // whatever it sends
)

// First says which pictures come before others where not all can be carried.
type First uint8

const (
	InTurn  First = iota
	Pinned        // an officer has pinned one of them
	ForEyes       // who signs: to who looks at it, it is what others hear
)

// Set is what may feed a slot: a set of sources, sorted, without repetition.
// The switchboard carries one of them at a time: Prefer while it is set and
// sounds or nothing else does, else the loudest; never one outside the set.
type Set struct {
	Sources []Source
	Prefer  Source // the floor holder's, or the zero Source
	Most    Layer  // pictures only: no layer above this
	Small   bool   // sound only: at 24 kbit/s where it can be had
	First   First  // pictures only: which slot comes before which
	// Apart: a huddle's or a private word's. It is not for the room, and no
	// recording has it.
	Apart bool
}

// Slots is what one receiver may receive. A slot that is absent is empty.
type Slots map[Slot]Set

// Receiver names who receives: a seat ("seat/ID"), the public in a language
// ("public/LANGUAGE"), or the recorder's program ("program").
type Receiver string

// Feed is what goes into a channel.
type Feed struct {
	Set     Set
	Carries Carries
}

// Carries says what a channel's listeners hear, so that they can be told.
type Carries string

const (
	CarriesOriginal Carries = "original" // nobody interprets into it
	CarriesDirect   Carries = "direct"   // an interpreter who hears the floor itself
	// An interpreter who works from another's channel, and from one who does.
	CarriesRelayed      Carries = "relayed-once"
	CarriesRelayedTwice Carries = "relayed-twice" // or more often
	CarriesSilence      Carries = "silence"       // a cough, or nobody has the floor
)

// Plan is the whole answer for one state. It is not changed once made: plans
// and their parts share maps and slices.
type Plan struct {
	// Receivers has those who may receive something; who is absent, nothing.
	Receivers map[Receiver]Slots
	Channels  map[summit.Language]Feed
	// Coverage is how far the plan reaches outside the room. What is recorded
	// under a plan is of its coverage.
	Coverage summit.Coverage
}

// Live is the set of sources that are connected now. Channels are made by the
// server and always live: they need not be in it.
type Live map[Source]bool

// Program is the receiver that the recording and the broadcast are made from.
const Program Receiver = "program"

// SeatReceiver names a seat as a receiver.
func SeatReceiver(id summit.SeatID) Receiver { return Receiver("seat/" + string(id)) }

// PublicReceiver names the public that listens in a language.
func PublicReceiver(l summit.Language) Receiver { return Receiver("public/" + string(l)) }

// Microphone, camera and screen of a seat, and the channel of a language, as
// sources.
func microphone(id summit.SeatID) Source { return Source{Kind: Microphone, Seat: id} }
func camera(id summit.SeatID) Source     { return Source{Kind: Camera, Seat: id} }
func screen(id summit.SeatID) Source     { return Source{Kind: Screen, Seat: id} }
func channel(l summit.Language) Source   { return Source{Kind: Channel, Language: l} }
