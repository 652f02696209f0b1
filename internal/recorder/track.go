package recorder

import (
	"fmt"
	"regexp"
	"sync"
	"time"

	"liqa/internal/switchboard"
)

// Role is what a track is to a take.
type Role string

// The roles. All but the last two are of the program.
const (
	Picture  Role = "picture"  // what the program shows
	Original Role = "original" // what the program lets be heard, uninterpreted
	Channel  Role = "channel"  // of a language
	Seat     Role = "seat"     // a seat's microphone, camera or screen
	Sign     Role = "sign"     // a sign language: a channel that is a picture, of one seat
)

// ofSeat reports whether a track is of what one seat sends, recorded while
// somebody may receive it and no part of the program.
func (r Role) ofSeat() bool { return r == Seat || r == Sign }

// Track is something to record.
type Track struct {
	Name     string // of its folder: letters of ASCII, digits and hyphens
	Role     Role
	Kind     switchboard.Kind
	Source   switchboard.SourceID
	Seat     string // of a seat's track, or whose hands a sign language's are
	Language string // of a channel, or a sign language
}

var nameOf = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,99}$`)

func (t Track) check() error {
	switch {
	case !nameOf.MatchString(t.Name):
		return fmt.Errorf("%q cannot be the name of a track: letters A-Z and a-z, digits and hyphens can", t.Name)
	case t.Kind != switchboard.Audio && t.Kind != switchboard.Video:
		return fmt.Errorf("the track %s is neither sound nor picture", t.Name)
	case t.Source == "":
		return fmt.Errorf("the track %s has no source", t.Name)
	}
	return nil
}

// How long a track goes without a key frame before one is asked for. The
// program's segments are to be short, and what is shown sends key frames for
// others' sake; a camera that nobody looks at is left in peace for longer.
const (
	programKeyAfter = 2500 * time.Millisecond
	seatKeyAfter    = 5 * time.Second
	keyAskedEvery   = time.Second
	firstKeyEvery   = 300 * time.Millisecond
)

// filledUpTo is how far behind the program's sound is kept filled while none
// comes: what is late by less still has its place.
const filledUpTo = time.Second

// track is what becomes of one [Track]: packets in, a reel for each take out.
type track struct {
	is   Track
	rec  *Recorder
	rate int64
	ask  func() // for a key frame; may be nil

	mu       sync.Mutex
	order    reorder
	codec    switchboard.Codec
	assemble assembler
	stream   uint64
	anew     bool // the next frame has nothing to do with those before
	sounds   soundPace
	pictures picturePace
	reels    []*reel
	still    *frame // the newest picture, if it needs no other
	stillAt  time.Time
	stillOf  *take     // what it was given to
	heard    time.Time // when the last packet came
	asked    time.Time
	wants    bool  // a key frame is needed now
	failing  *take // the newest in which it could not be written; nil: none that lasts
	lapsed   bool  // since it could not be written, nothing was

	gone struct{ malformed, broken uint64 } // of assemblers that are no more
}

// take is given the track's packets.
func (t *track) take(p packet) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = t.rec.now()
	t.order.put(p, t.heard, t.ordered)
}

func (t *track) ordered(p packet, gap bool) {
	if t.assemble == nil || p.codec != t.codec || p.stream != t.stream {
		if t.assemble != nil {
			m, b := t.assemble.faults()
			t.gone.malformed += m
			t.gone.broken += b
		}
		t.assemble, t.codec, t.stream, t.anew = newAssembler(p.codec), p.codec, p.stream, true
	}
	if t.assemble == nil || p.codec.Kind() != t.is.Kind {
		t.gone.malformed++
		return
	}
	t.assemble.put(p, gap, t.frame)
	if t.is.Kind == switchboard.Video && gap && t.assemble.needsKey() {
		t.wants = true
	}
}

// frame gives a frame its place in time, and to the take that it belongs to.
func (t *track) frame(f frame) {
	f.anew, t.anew = t.anew, false
	ideal := ticksOf(int64(f.capture.Sub(t.rec.epoch)), t.rate)
	var at int64
	if t.is.Kind == switchboard.Audio {
		var keep bool
		if at, keep = t.sounds.place(&f, ideal); !keep {
			return
		}
	} else {
		at = t.pictures.place(&f, ideal)
		t.still = nil
		if f.key {
			t.still, t.stillAt = &f, t.rec.now()
		}
	}
	of := t.rec.takeOf(f.capture, f.arrival)
	t.stillOf = of
	switch {
	case of == nil:
	case of.over.Load():
		t.order.late++
	default:
		t.give(t.reel(of), at, &f)
	}
}

func (t *track) give(r *reel, at int64, f *frame) {
	if t.is.Kind == switchboard.Audio {
		r.sound(at-r.start, f)
	} else if r.picture(at-r.start, f) {
		t.wants = true
	}
}

// reel gives the track's reel in a take.
func (t *track) reel(of *take) *reel {
	for _, r := range t.reels {
		if r.take == of {
			return r
		}
	}
	v := of.volumeOf(t.is.Role)
	r := &reel{
		take: of, volume: v, rate: t.rate, program: !t.is.Role.ofSeat(),
		record: v.open(TrackRecord{
			Name: t.is.Name, Role: t.is.Role, Kind: t.is.Kind.String(), Source: string(t.is.Source),
			Seat: t.is.Seat, Language: t.is.Language, Rate: t.rate,
			Inits: []InitRecord{}, Segments: []SegmentRecord{},
		}),
		start: ticksOf(int64(of.started.Sub(t.rec.epoch)), t.rate),
		now:   t.rec.now, sync: t.rec.syncer.take,
		report: func(err error) { t.report(of, err) },
		inits:  map[format]int{},
		base:   t.counts(),
	}
	t.reels = append(t.reels, r)
	return r
}

// tick does what time alone asks for. current is the take in progress, or nil.
func (t *track) tick(now time.Time, current *take) {
	t.mu.Lock()
	t.order.tick(now, t.ordered)
	if current != nil && !t.is.Role.ofSeat() {
		t.keepUp(now, current)
	}
	for _, r := range t.reels {
		r.idle(now)
	}
	ask := t.is.Kind == switchboard.Video && current != nil && t.ask != nil && t.keyIsDue(now, current)
	t.mu.Unlock()
	if ask {
		t.ask()
	}
}

// keepUp goes on with the program where nothing comes: its sound with silence,
// its picture, if it is one that can stand alone, with itself.
func (t *track) keepUp(now time.Time, current *take) {
	if t.is.Kind == switchboard.Audio {
		r := t.reel(current)
		until := ticksOf(int64(now.Sub(t.rec.epoch)-filledUpTo), t.rate) - r.start
		if r.empty() && until > 0 {
			r.sound(0, &frame{format: format{codec: switchboard.Opus, channels: 1}, payload: silences[0].payload, ticks: silences[0].ticks})
		}
		if !r.empty() && until-r.to > t.rate/5 {
			r.silence(until - r.to)
		}
		return
	}
	if t.still == nil || now.Sub(t.stillAt) < time.Second || !t.still.slate && t.stillOf != current {
		return // what is not of this take may be from one that fewer may see
	}
	r := t.reel(current)
	again := *t.still
	again.capture, again.arrival = now, now
	at := max(ticksOf(int64(now.Sub(t.rec.epoch)), t.rate), t.pictures.newest+pictureStep)
	if at-r.start < 0 {
		return
	}
	t.pictures.newest, t.pictures.started = at, true
	t.stillAt = now
	t.give(r, at, &again)
}

// keyIsDue reports whether a key frame is to be asked for now.
func (t *track) keyIsDue(now time.Time, current *take) bool {
	wants, every := t.wants, keyAskedEvery
	var of *reel
	for _, r := range t.reels {
		if r.take == current {
			of = r
		}
	}
	switch {
	case of == nil || of.empty():
		wants, every = true, firstKeyEvery
	case of.segment != nil:
		after := seatKeyAfter
		if !t.is.Role.ofSeat() {
			after = programKeyAfter
		}
		wants = wants || of.newest-of.segment.record.From >= of.units(after)
	}
	if !wants || now.Sub(t.asked) < every || now.Sub(t.heard) > every {
		return false
	}
	t.asked, t.wants = now, false
	return true
}

// leave ends the track's part of a take.
func (t *track) leave(of *take, ended time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, r := range t.reels {
		if r.take == of {
			r.close(ticksOf(int64(ended.Sub(t.rec.epoch)), t.rate) - r.start)
			r.volume.count(t.is.Name, t.counts().since(r.base))
			if t.failing == of {
				t.failing = nil
				t.rec.alarm(Trouble{Track: t.is.Name})
			}
			t.reels = append(t.reels[:i:i], t.reels[i+1:]...)
			return
		}
	}
}

// report is told that the track could not be written in a take, or that it was.
// The take before may still be there: it says nothing of the newer one.
func (t *track) report(of *take, err error) {
	older := t.failing != nil && of.started.Before(t.failing.started)
	switch {
	case err != nil:
		if !older {
			t.failing = of
		}
		t.lapsed = true
		t.rec.alarm(Trouble{Track: t.is.Name, Err: err})
	case t.lapsed && !older:
		t.failing, t.lapsed = nil, false
		t.rec.alarm(Trouble{Track: t.is.Name, Again: true})
	}
}

// flush gives what is still being waited for.
func (t *track) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.order.flush(t.ordered)
}

// counts is what went wrong since the track began.
func (t *track) counts() Counts {
	c := Counts{Lost: t.order.lost, Late: t.order.late, Malformed: t.gone.malformed, Broken: t.gone.broken}
	if t.assemble != nil {
		m, b := t.assemble.faults()
		c.Malformed += m
		c.Broken += b
	}
	return c
}
