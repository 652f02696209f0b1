package switchboard

import (
	"log/slog"
	"time"
)

// The identifiers are opaque to the switchboard.
type (
	// SourceID names a source, for example a seat's microphone or a channel.
	SourceID string
	// Key names the holder of rights. Receivers that share a key share them.
	Key string
	// SlotID names a slot within a receiver.
	SlotID string
	// Origin says whose a source is: the sources of one origin come from one
	// device with one clock, and only they are ever carried together in a pair.
	Origin string
)

// Kind says whether a source or slot is sound or picture.
type Kind uint8

// The kinds.
const (
	Audio Kind = iota + 1
	Video
)

func (k Kind) String() string {
	switch k {
	case Audio:
		return "audio"
	case Video:
		return "video"
	}
	return "unknown"
}

// clockRate is that of the RTP timestamps: of Opus (RFC 7587 §4.1), and of
// every video codec (RFC 3551 §5).
func (k Kind) clockRate() uint32 {
	if k == Audio {
		return 48000
	}
	return 90000
}

// Codec is how a source is encoded.
type Codec uint8

// The codecs that can be forwarded.
const (
	Opus Codec = iota + 1 // RFC 7587
	H264                  // RFC 6184
	VP9                   // RFC 9628

	lastCodec = VP9
)

func (c Codec) String() string {
	switch c {
	case Opus:
		return "opus"
	case H264:
		return "h264"
	case VP9:
		return "vp9"
	}
	return "unknown"
}

// Kind is the kind of what the codec encodes, or 0.
func (c Codec) Kind() Kind {
	switch c {
	case Opus:
		return Audio
	case H264, VP9:
		return Video
	}
	return 0
}

// Set is what may feed a slot. The zero Set is empty: nothing may.
type Set struct {
	Sources []SourceID
	// Prefer wins over the loudest while it sounds or nothing else does. It
	// counts only when it is among Sources.
	Prefer SourceID
	// Most limits which layer of a picture is carried: 1 the smallest, 2 the
	// middle one, 3 the largest; 0 is no limit.
	Most uint8
	// Small asks for a sound at 24 kbit/s, where that can be had.
	Small bool
	// First says which slots of a receiver come before the others when there is
	// not enough for every picture: the higher, the earlier. From 2 on it counts
	// only once the receiver has said that it shows the slot.
	First uint8
}

// Slots is what one key may receive. A slot that is absent is empty.
type Slots map[SlotID]Set

// SlotSpec describes one slot of a receiver.
type SlotSpec struct {
	ID   SlotID
	Kind Kind
	// Pair is k > 0 for the sound and the picture that belong together: they
	// turn to the same origin at the same time. The sound turns with the next
	// packet; the picture keeps what it had until the new one's keyframe, for
	// two seconds at most, or has a slate when the origin has no picture. At
	// most one slot of each kind has the same k.
	Pair int
	SSRC uint32
	// PT is the payload type of every codec that the receiver can take here. A
	// source in another codec is not carried in this slot.
	PT map[Codec]uint8
	// RED is the payload type of redundant sound (RFC 2198), or 0 when the
	// receiver does not take it. Sound then goes out with it where that is of
	// use, and plain otherwise.
	RED uint8
	// RTX is how retransmissions go out. The zero RTX: as the packet was, once
	// more, with the same header and payload to the bit.
	RTX RTX
}

// RTX is a slot's retransmission stream (RFC 4588). The Output numbers it,
// since it may send padding there as well; see [Outgoing].
type RTX struct {
	SSRC uint32          // 0 when there is none
	PT   map[Codec]uint8 // for each codec that is retransmitted so
}

// SourceSpec describes a source.
type SourceSpec struct {
	ID        SourceID
	Origin    Origin
	Kind      Kind
	Codec     Codec
	ClockRate uint32 // of the RTP timestamps: 48000 for sound, 90000 for pictures, or 0 for that
	// AudioLevelID is the header extension id of RFC 6464, or 0 when the sender
	// does not send it: then it is as loud as a quiet speaker while it sends.
	AudioLevelID uint8
	// Layers is how many encodings of the one picture come (simulcast), 0 the
	// smallest; 0 means one. At most 3, and of sound one.
	Layers   int
	Upstream Upstream // may be nil
}

// maxLayers is how many layers a picture can have.
const maxLayers = 3

// Upstream is the way back to a source's sender. Its methods are called from a
// goroutine that serves this source only, never more often than is useful.
type Upstream interface {
	RequestKeyframe(layer int)
	Nack(layer int, seqs []uint16) // the slice is valid during the call
}

// Config is what a [Board] needs. The zero value works.
type Config struct {
	Clock func() time.Time // default time.Now; only its differences matter
	Log   *slog.Logger     // default: none
	CNAME string           // of sender reports (RFC 3550 §6.5.1); default "liqa"
	// Reduce makes a Reducer, or says why there can be no more of them now. It
	// may take its time. Nil: no sound is made smaller.
	Reduce func() (Reducer, error)
}

// Cleared says what was still carrying media that had been taken away when
// [Board.Cut] or [Board.Allow] gave up waiting for it: writes that an Output
// had begun before and had not ended. Nothing new can begin after them.
type Cleared struct {
	Receivers int
	Slots     int
}

// Clear reports whether nothing was.
func (c Cleared) Clear() bool { return c == Cleared{} }
