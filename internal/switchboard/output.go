package switchboard

import (
	"time"

	"github.com/pion/rtp"
)

// Output is where a receiver's packets go. It is called from one goroutine at a
// time, not always the same.
//
// It may take its time: that holds up nobody but its own receiver, whose
// queue is bounded and drops. It must not queue what it is given (beyond the
// kernel's own buffers), since a cut cannot reach what has been accepted here.
type Output interface {
	// WriteRTP sends packets in their order. The slice and everything it
	// points to are the caller's again when it returns; headers may be changed,
	// payloads are shared and must not be.
	WriteRTP(packets []Outgoing)
	// WriteRTCP sends one compound RTCP packet; it is the caller's again when
	// it returns. Sender reports come this way and must not be made elsewhere.
	WriteRTCP(b []byte)
}

// Outgoing is one packet on its way to a receiver.
type Outgoing struct {
	Slot    int // the place in the list given to AddReceiver
	Header  rtp.Header
	Payload []byte
	// RTX says that this is a packet of the slot's retransmission stream: SSRC
	// and payload type are that stream's, Original is to stand in front of the
	// payload (RFC 4588 §4), and the Output gives the sequence number.
	RTX      bool
	Original uint16

	Source   SourceID // what it is of; "" for a slate
	Origin   Origin
	Codec    Codec
	Layer    int       // of the source, 0 the smallest
	Keyframe bool      // begins a picture that needs no other
	Again    bool      // a retransmission; without RTX the same packet to the bit
	Capture  time.Time // when it was captured, on the server's clock
}

// Packet is one packet of a source as a tap sees it.
type Packet struct {
	Source SourceID
	Origin Origin
	Codec  Codec
	// Stream changes, to a greater number, when the source has been replaced by
	// another of the same id (its sender reconnected) and when another of its
	// layers is given, from a keyframe on: Seq and Timestamp start anew.
	Stream uint64
	// Seq counts the sender's packets without wrapping and without those that
	// were only padding; a gap is a packet that never came.
	Seq       uint64
	Timestamp int64     // RTP timestamp, without wrapping
	Capture   time.Time // on the server's clock, monotonic
	Arrival   time.Time
	Duration  time.Duration // of sound; 0 for pictures
	Marker    bool          // ends a picture
	Keyframe  bool          // begins a picture that needs no other
	Payload   []byte        // without padding; valid during the call only
}
