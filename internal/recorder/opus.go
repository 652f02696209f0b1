package recorder

import (
	"time"

	"liqa/internal/switchboard"
)

// opusAssembler makes a frame of each packet (RFC 7587): there is nothing to
// put together.
type opusAssembler struct {
	malformed uint64
}

func (a *opusAssembler) needsKey() bool                     { return false }
func (a *opusAssembler) faults() (malformed, broken uint64) { return a.malformed, 0 }

func (a *opusAssembler) put(p packet, _ bool, emit func(frame)) {
	d := opusLength(p.payload)
	if d == 0 {
		a.malformed++
		return
	}
	channels := 1
	if p.payload[0]&4 != 0 {
		channels = 2
	}
	emit(frame{
		format:  format{codec: switchboard.Opus, channels: channels},
		payload: append([]byte(nil), p.payload...), key: true,
		ts: p.ts, ticks: ticksOf(int64(d), soundRate), capture: p.capture, arrival: p.arrival,
	})
}

// opusLength is how long a packet sounds (RFC 6716 §3.1), or 0 when it is none.
func opusLength(b []byte) time.Duration {
	if len(b) == 0 {
		return 0
	}
	var frame time.Duration
	switch config := b[0] >> 3; {
	case config < 12: // SILK
		frame = [4]time.Duration{10, 20, 40, 60}[config&3] * time.Millisecond
	case config < 16: // hybrid
		frame = [2]time.Duration{10, 20}[config&1] * time.Millisecond
	default: // CELT
		frame = 2500 * time.Microsecond << (config & 3)
	}
	frames := time.Duration(1)
	switch b[0] & 3 {
	case 1, 2:
		frames = 2
	case 3:
		if len(b) < 2 {
			return 0
		}
		frames = time.Duration(b[1] & 0x3f)
	}
	if d := frame * frames; d <= 120*time.Millisecond {
		return d
	}
	return 0
}

// silences are real Opus frames that sound like nothing, longest first: CELT,
// fullband, one frame, whose first bits say that it is silent.
var silences = []struct {
	ticks   int64
	payload []byte
}{
	{960, []byte{31 << 3, 0xff, 0xfe}},
	{480, []byte{30 << 3, 0xff, 0xfe}},
	{240, []byte{29 << 3, 0xff, 0xfe}},
	{120, []byte{28 << 3, 0xff, 0xfe}},
}

// silent reports whether nobody would miss a packet: it is as short as only
// silence is.
func silent(payload []byte) bool { return len(payload) <= 3 }
