package switchboard

import "time"

// timeline gives what goes out in one slot its timestamps. Slot time is the
// time of capture on the server's clock, in units of the RTP clock; the
// timestamp is slot time plus a constant. So the relation between a slot's
// timestamps and the clock is the same whoever feeds it, and two slots that
// carry the same origin are in step.
//
// Within a turn, source and slot time differ by delta, which is corrected as
// the sender's clock drifts: of sound in moments that nobody misses, of
// pictures a little with each one. Slot time never goes back.
type timeline struct {
	kind Kind
	rate int64
	base uint32 // timestamp of the instant 0

	started bool
	newest  int64 // slot time of the newest frame
	end     int64 // of sound: when the newest frame ends
	source  int64 // source time of the newest frame
	delta   int64 // slot time minus source time
	whole   int   // frames of sound since one was left out

	frames [32]frame // the newest, to place what comes late
	count  int
}

// frame is when a frame of the current turn was, in both times.
type frame struct{ source, slot int64 }

const (
	tolerated = 10 * time.Millisecond // of sound: not corrected
	noticed   = 30 * time.Millisecond // corrected even when somebody speaks
	absurd    = 2 * time.Second       // no drift: the sender's clock was set

	// longestOverlap is how many packets of a new speaker are withheld because
	// they are from before the end of what was heard of the old one.
	longestOverlap = 15
	leaveOutEvery  = 8 // at most one frame of so many
)

func (l *timeline) init(k Kind, base uint32) {
	l.kind, l.base, l.rate = k, base, int64(k.clockRate())
}

func (l *timeline) ticks(d time.Duration) int64 { return ticks(d, l.rate) }

// ideal is the slot time of what was captured then.
func (l *timeline) ideal(t instant) int64 { return ticks(time.Duration(t), l.rate) }

func (l *timeline) wire(slot int64) uint32 { return uint32(slot) + l.base }

// at is the timestamp of an instant, for sender reports.
func (l *timeline) at(t instant) uint32 { return l.wire(l.ideal(t)) }

// turn prepares for a turn that begins with this packet. Sound that overlaps
// with what has been sent is not begun with, but for a number of packets at
// most.
func (l *timeline) turn(p *packet, withheld int) bool {
	t := l.ideal(p.capture)
	if l.started {
		if l.kind == Audio {
			if t < l.end-l.ticks(tolerated) && withheld < longestOverlap {
				return false
			}
			t = max(t, l.end, l.newest+1)
		} else {
			t = max(t, l.newest+l.step())
		}
	}
	l.bridge(t)
	l.delta = t - p.ts
	l.source = p.ts - 1 // so that the packet is newer
	l.count, l.whole = 0, 0
	return true
}

// bridge shortens a pause of many hours, after which a receiver would take the
// next timestamp for one of the past (RFC 1982): then the constant is another.
func (l *timeline) bridge(t int64) {
	if pause := t - l.newest; l.started && pause > 1<<31-60*l.rate {
		l.base -= uint32(pause - l.rate)
	}
}

// step is the least by which a picture is later than the one before it.
func (l *timeline) step() int64 { return l.rate / 1000 }

// next places a packet that is newer than all before it; false when it is to
// be left out.
func (l *timeline) next(p *packet) (uint32, bool) {
	if l.kind == Video && l.count > 0 && p.ts == l.source {
		return l.wire(l.newest), true // of the same picture
	}
	var t int64
	if l.kind == Audio {
		var ok bool
		if t, ok = l.nextSound(p); !ok {
			return 0, false
		}
		l.end = t + int64(p.duration)
	} else {
		t = l.nextPicture(p)
	}
	l.started, l.newest, l.source = true, t, p.ts
	l.frames[l.count%len(l.frames)] = frame{p.ts, t}
	l.count++
	return l.wire(t), true
}

func (l *timeline) nextSound(p *packet) (int64, bool) {
	t, ideal := p.ts+l.delta, l.ideal(p.capture)
	if l.count == 0 {
		return t, true
	}
	l.whole++
	switch behind := ideal - t; {
	case t <= l.newest || behind > l.ticks(absurd) || -behind > l.ticks(absurd):
		t = max(ideal, l.end, l.newest+1)
	case behind > l.ticks(noticed), behind > l.ticks(tolerated) && p.quiet:
		t = ideal
	case p.duration > 0 && (-behind > max(l.ticks(tolerated), int64(p.duration)/2) && p.quiet || -behind > l.ticks(noticed) && l.whole >= leaveOutEvery):
		l.delta -= int64(p.duration)
		l.whole = 0
		return 0, false
	}
	l.delta = t - p.ts
	return t, true
}

func (l *timeline) nextPicture(p *packet) int64 {
	t := p.ts + l.delta
	if l.count == 0 {
		return t
	}
	behind, since := l.ideal(p.capture)-t, p.ts-l.source
	switch {
	case behind > l.ticks(absurd) || -behind > l.ticks(absurd):
		t += behind
	case since > 0 && (behind > l.ticks(noticed) || -behind > l.ticks(noticed)):
		t += min(max(behind, -since*3/4), since*3/4)
	case since > 0:
		t += min(max(behind/8, -since/2), since/2)
	}
	t = max(t, l.newest+1)
	l.delta = t - p.ts
	return t
}

// late places a packet that is older than the newest, among its neighbours.
func (l *timeline) late(p *packet) (uint32, bool) {
	var before, after frame
	hasBefore, hasAfter := false, false
	for i := max(0, l.count-len(l.frames)); i < l.count; i++ {
		switch f := l.frames[i%len(l.frames)]; {
		case f.source == p.ts:
			return l.wire(f.slot), true
		case f.source < p.ts && (!hasBefore || f.source > before.source):
			before, hasBefore = f, true
		case f.source > p.ts && (!hasAfter || f.source < after.source):
			after, hasAfter = f, true
		}
	}
	if !hasBefore || !hasAfter {
		return 0, false
	}
	t := before.slot + p.ts - before.source
	if t >= after.slot {
		t = after.slot - 1
	}
	if t <= before.slot {
		return 0, false
	}
	if l.kind == Video { // its other packets belong to the same moment
		l.frames[l.count%len(l.frames)] = frame{p.ts, t}
		l.count++
	}
	return l.wire(t), true
}

// slate gives the timestamp of a slate: now, or as soon as possible.
func (l *timeline) slate(now instant) uint32 {
	t := l.ideal(now)
	if l.started {
		t = max(t, l.newest+l.step())
	}
	l.bridge(t)
	l.started, l.newest = true, t
	return l.wire(t)
}
