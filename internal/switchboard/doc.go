// Package switchboard forwards media: RTP packets come in from sources and go
// out in the slots of receivers, and nothing goes from a source to a slot that
// has not been allowed to.
//
// A slot is one continuous RTP stream with the server's own SSRC, sequence
// numbers and timestamps. What feeds it is one source of the slot's [Set] at a
// time, chosen by level; [Board.Allow] and [Board.Cut] change the sets and
// return when that is in force, for packets under way and for retransmissions
// asked for afterwards as well. A channel is a source of its own that never
// ends: a packet every 20 ms, from whoever feeds it, or silence.
//
// Who does what: the goroutine that calls [Source.Write] reads the packet's
// header once, keeps the packet in the source's one cache and puts a reference
// to it into the queues of the receivers that carry the source now. A small
// crew of goroutines works the queues off; one of them at a time has a receiver,
// so that a slot's state needs no lock, and none is held over a write. One
// ticker drives the channels, the choice of sources and the reports.
//
// How the door closes: a source is in a slot's set by a grant. Whoever writes
// first counts the write and then looks whether the grant lives; whoever
// revokes it first revokes and then looks whether a write is under way. So a
// cut revokes, waits for the writes that had begun, and nothing can follow. A
// grant is never given twice: what was sent under one is sent again only while
// that one lives.
//
// A camera may come in layers, encodings of one picture in several sizes. Which
// one a slot is led is decided for each receiver by what its line takes (see
// [Receiver.Estimate]), how large the slot is shown ([Receiver.SetSize]) and what
// its set allows; sound is dealt with first. A slot turns to another layer as it
// turns to another source: at a keyframe, in one continuous stream.
//
// Sound with redundancy (RFC 2198) is taken apart on its way in, and put
// together on its way out of packets that the slot has been sent itself.
//
// Sound can be had smaller ([Receiver.SetEconomical]): a source's second version,
// which a [Reducer] makes on a goroutine of its own while somebody wants it.
//
// It is not signalling, and knows no roles, coverage or seats: identifiers are
// opaque strings, and who may have what is decided elsewhere. It does no
// encryption or bandwidth estimation, knows no codec from within, and writes no
// file.
package switchboard
