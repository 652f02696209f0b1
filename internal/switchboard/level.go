package switchboard

import (
	"sync/atomic"
	"time"
)

// Loudness is in 1/256 dB over the quietest that RFC 6464 can say (−127 dBov),
// so that it is an integer and more is louder.
const (
	decibel  = 256
	silence  = 0
	loudest  = 127 * decibel
	speaking = (127 - 50) * decibel // −50 dBov: below it nobody is taken to speak

	unsaid = 40 // −dBov, of a sender that does not say its level
	hushed = 60 // −dBov: from here on nobody would miss a frame

	// stillHeard is how long a source counts as sounding after its last packet.
	stillHeard = 1500 * time.Millisecond
)

// level follows how loud a source is: up within a few frames, down slowly, so
// that a pause between words does not change the speaker.
type level struct {
	smooth atomic.Int32
	last   atomic.Int64 // instant of the last packet
}

// add takes in one packet's level, in −dBov.
func (l *level) add(down uint8, at instant) {
	now := int32(127-down) * decibel
	was := l.smooth.Load()
	d := now - was
	switch {
	case d > 0:
		d = (d + 3) / 4
	default:
		d /= 16
	}
	l.smooth.Store(was + d)
	l.last.Store(int64(at))
}

// loudness is silence when nothing has been heard for some time.
func (l *level) loudness(now instant) int32 {
	if !l.sounds(now) {
		return silence
	}
	return l.smooth.Load()
}

func (l *level) sounds(now instant) bool {
	last := instant(l.last.Load())
	return last != never && now.sub(last) <= stillHeard
}
