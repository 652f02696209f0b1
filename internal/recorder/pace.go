package recorder

// The types here give frames their places in time: those of their capture on
// the server's clock, without the unrest of each single measurement. The RTP
// timestamps say how frames follow each other; capture times say where they
// are, and correct the drift between the sender's clock and the server's.
//
// All values are in units of the track's clock, counted from the recorder's
// epoch, but for ts, which counts from anywhere.

const (
	// Sound is corrected by leaving out a packet, or by a silence: in a pause
	// as soon as it is out by the first, anywhere when out by the second.
	soundTolerated = soundRate * 15 / 1000
	soundNoticed   = soundRate * 40 / 1000
	// absurd is no drift: the sender's clock was set.
	absurdSeconds = 1
)

// soundPace is for sound, whose frames have a length.
type soundPace struct {
	started bool
	delta   int64 // time minus ts
	end     int64 // of the newest frame
	mean    int64 // of the payloads' sizes, times 16
}

// place says when a frame is; keep is false when it is to be left out.
func (p *soundPace) place(f *frame, ideal int64) (t int64, keep bool) {
	size := int64(len(f.payload))
	p.mean += size - p.mean/16
	quiet := silent(f.payload) || size < p.mean/16/2
	t = f.ts + p.delta
	drift := ideal - t
	switch {
	case !p.started || f.anew || drift > absurdSeconds*soundRate || -drift > absurdSeconds*soundRate || t < p.end-f.ticks/2:
		t = ideal
		if off := t - p.end; p.started && off < soundNoticed && -off < soundNoticed {
			t = p.end
		}
	case drift > soundNoticed || drift > soundTolerated && quiet:
		t = ideal
	case -drift > soundNoticed || -drift > soundTolerated && quiet:
		p.delta -= f.ticks
		return 0, false
	}
	p.delta = t - f.ts
	if p.started && t < p.end-f.ticks/2 {
		return 0, false // before what is there
	}
	p.started, p.end = true, t+f.ticks
	return t, true
}

// picturePace is for pictures, which last until the next one.
type picturePace struct {
	started bool
	delta   int64
	source  int64 // ts of the newest picture
	newest  int64
}

const (
	pictureNoticed = pictureRate * 30 / 1000
	pictureStep    = pictureRate / 1000 // the least between two
)

// place says when a picture is: later than all before it.
func (p *picturePace) place(f *frame, ideal int64) int64 {
	t, since := f.ts+p.delta, f.ts-p.source
	behind := ideal - t
	switch {
	case !p.started || f.anew || since <= 0 || behind > absurdSeconds*pictureRate || -behind > absurdSeconds*pictureRate:
		t = ideal
	case behind > pictureNoticed || -behind > pictureNoticed:
		t += min(max(behind, -since*3/4), since*3/4)
	default:
		t += min(max(behind/8, -since/2), since/2)
	}
	if p.started {
		t = max(t, p.newest+pictureStep)
	}
	p.started, p.delta, p.source, p.newest = true, t-f.ts, f.ts, t
	return t
}
