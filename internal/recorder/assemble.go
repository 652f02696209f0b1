package recorder

import (
	"time"

	"liqa/internal/switchboard"
)

// frame is what is decoded at once: a picture, or a packet of sound.
type frame struct {
	format  format // of a key frame and of sound
	payload []byte // as a sample of an MP4 file
	key     bool
	slate   bool
	anew    bool  // its ts has nothing to do with that of the frame before
	ts      int64 // RTP timestamp, not wrapping
	ticks   int64 // how long it is, of sound
	capture time.Time
	arrival time.Time // of its last packet
}

// assembler makes frames of packets that come in order.
type assembler interface {
	// put takes a packet; gap says that some before it are missing. What is
	// given to emit is the callee's.
	put(p packet, gap bool, emit func(frame))
	// needsKey reports whether nothing can be made before the next key frame.
	needsKey() bool
	// faults counts packets that could not be understood and pictures that
	// were incomplete.
	faults() (malformed, broken uint64)
}

func newAssembler(c switchboard.Codec) assembler {
	switch c {
	case switchboard.Opus:
		return &opusAssembler{}
	case switchboard.H264:
		return &pictureAssembler{unpack: &h264Unpacker{}, waiting: true}
	case switchboard.VP9:
		return &pictureAssembler{unpack: &vp9Unpacker{}, waiting: true}
	}
	return nil
}

// maxPicture bounds one picture, in bytes; no camera's is near it.
const maxPicture = 4 << 20

// unpacker takes one codec's payloads apart.
type unpacker interface {
	// begin forgets the picture that was being made.
	begin()
	// add takes the next payload of the picture; false when it makes no sense.
	add(payload []byte) bool
	// picture gives what is there as a sample. ok is false when it is nothing
	// that can be decoded, even with all before it.
	picture() (sample []byte, key bool, f format, ok bool)
}

// pictureAssembler makes pictures: a picture ends with the marker, or with the
// first packet of another timestamp. One of which something is missing is left
// out, and so is all after it up to the next key frame, since a decoder that
// lacks a reference may give up altogether.
type pictureAssembler struct {
	unpack  unpacker
	open    bool // a picture is being made
	whole   bool // of which nothing is missing so far
	waiting bool // for a key frame
	bytes   int
	first   packet
	last    time.Time

	malformed, broken uint64
}

func (a *pictureAssembler) needsKey() bool                     { return a.waiting }
func (a *pictureAssembler) faults() (malformed, broken uint64) { return a.malformed, a.broken }

func (a *pictureAssembler) put(p packet, gap bool, emit func(frame)) {
	if gap {
		a.waiting = true // for whatever was lost
		if a.open {
			a.whole = false
		}
	}
	if a.open && p.ts != a.first.ts {
		a.end(emit)
	}
	if !a.open {
		a.unpack.begin()
		// What was lost may be the beginning of this picture.
		a.open, a.whole, a.first, a.bytes = true, !gap || p.key, p, 0
		a.first.payload = nil
	}
	a.last = p.arrival
	if !a.unpack.add(p.payload) {
		a.malformed++
		a.whole = false
	}
	if a.bytes += len(p.payload); a.bytes > maxPicture {
		a.unpack.begin()
		a.whole, a.bytes = false, 0
	}
	if p.marker {
		a.end(emit)
	}
}

func (a *pictureAssembler) end(emit func(frame)) {
	a.open = false
	sample, key, f, ok := a.unpack.picture()
	if !a.whole || !ok {
		a.broken++
		a.waiting = true
		return
	}
	if a.waiting && !key {
		return
	}
	a.waiting = false
	emit(frame{format: f, payload: sample, key: key, slate: a.first.slate, ts: a.first.ts,
		capture: a.first.capture, arrival: a.last})
}
