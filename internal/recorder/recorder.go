package recorder

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"liqa/internal/switchboard"
)

// Board is what the recorder needs of the switchboard.
type Board interface {
	Tap(id switchboard.SourceID, sink func(switchboard.Packet)) (stop func())
	AddReceiver(key switchboard.Key, slots []switchboard.SlotSpec, out switchboard.Output) (*switchboard.Receiver, error)
}

// keyframer is a Board that can ask a source for a key frame.
type keyframer interface {
	RequestKeyframe(id switchboard.SourceID)
}

// Config is what a recorder needs.
type Config struct {
	Store  Store  // see [Folder]; shared by all summits
	Summit string // its id, which names folders
	Board  Board
	Log    *slog.Logger // default: none

	// Clock is the server's clock, that of the switchboard; only its
	// differences matter. Wall is the machine's wall clock, which may be set;
	// it is only watched. Both default to time.Now.
	Clock, Wall func() time.Time

	// OnTrouble is told when something cannot be recorded, when that is over and
	// when it is recorded again. OnTake is told of each take that has been
	// finished. Both are called from one goroutine of the recorder and may be nil.
	OnTrouble func(Trouble)
	OnTake    func(Take)
}

// Trouble is an alarm, or its end. That of a track is its take's, and is over
// with it: the next take has its own.
type Trouble struct {
	Track string // "" when it concerns all of them
	Err   error  // mostly wraps a *StorageError; nil when it is over
	Again bool   // when it is over: because it is recorded again, and not just with its take
	At    time.Time
}

// Recorder records one summit. Its methods may be called from any goroutine;
// none of them waits for the disk, but for Close.
type Recorder struct {
	config  Config
	log     *slog.Logger
	epoch   time.Time
	wall    time.Time // the wall clock at the epoch
	syncer  *syncer
	cues    atomic.Pointer[cues]
	let     atomic.Pointer[map[switchboard.SourceID]time.Time] // since when; nil: all, and ever
	stop    chan struct{}
	stopped chan struct{}

	mu       sync.Mutex
	closed   bool
	tracks   []*track
	ends     []func() // stops what comes in
	number   int      // of the newest take
	ending   []*take  // that are still to be finished
	troubles []Trouble
	stepped  time.Duration
}

const (
	tickEvery = 100 * time.Millisecond
	// grace is how long after its end a take is kept open for what is late:
	// longer than the switchboard waits for what is missing.
	grace = time.Second
	// steppedBy is by how much the wall clock must go astray to be noted.
	steppedBy = 100 * time.Millisecond
)

// New makes a recorder. Takes of the summit that were left unfinished, by a
// server that was killed, are finished first. Nothing is recorded before
// [Recorder.Begin].
func New(c Config) (*Recorder, error) {
	if !nameOf.MatchString(c.Summit) {
		return nil, fmt.Errorf("%q cannot be the name of a summit's folder", c.Summit)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Wall == nil {
		c.Wall = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	r := &Recorder{
		config: c, log: c.Log.With("summit", c.Summit), epoch: c.Clock(), wall: c.Wall().Round(0),
		stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	r.cues.Store(&cues{})
	mended, number, err := mend(c.Store, c.Summit)
	if err != nil {
		return nil, fmt.Errorf("look through the recording of the summit %s: %w", c.Summit, err)
	}
	for _, name := range mended {
		r.log.Warn("a take that had been cut short is finished now", "take", name)
	}
	r.number = number
	r.syncer = newSyncer()
	go r.run()
	return r, nil
}

// now is the time on the server's clock: it goes on from the epoch whatever
// becomes of the wall clock.
func (r *Recorder) now() time.Time { return r.epoch.Add(r.config.Clock().Sub(r.epoch)) }

// Begin begins a take: what is captured from now on belongs to it. It returns
// at once, the take's id with it. The scene that is already being recorded goes
// on in the same take.
func (r *Recorder) Begin(s Scene) (string, error) {
	if err := s.check(); err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return "", errors.New("the recorder is closed")
	}
	list := *r.cues.Load()
	if n := len(list); n > 0 && list[n-1].take != nil && list[n-1].take.scene.same(s) {
		return list[n-1].take.id, nil
	}
	r.number++
	t := r.newTake(s)
	r.follow(cue{t.started, t})
	r.log.Info("a take begins", "take", t.id, "coverage", string(s.Coverage))
	return t.id, nil
}

// Pause ends the take in progress: nothing is recorded until Begin.
func (r *Recorder) Pause() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pause()
}

func (r *Recorder) pause() {
	if list := *r.cues.Load(); len(list) > 0 && list[len(list)-1].take != nil {
		r.follow(cue{at: r.now()})
	}
}

// follow lets a cue follow those before, and forgets those that are long over.
// The lock is held.
func (r *Recorder) follow(c cue) {
	list := append(cues(nil), *r.cues.Load()...)
	if n := len(list); n > 0 && list[n-1].take != nil {
		list[n-1].take.ended = c.at
		r.ending = append(r.ending, list[n-1].take)
	}
	list = append(list, c)
	for len(list) > 2 && c.at.Sub(list[1].at) > time.Minute {
		list = list[1:]
	}
	r.cues.Store(&list)
}

func (r *Recorder) takeOf(captured, arrived time.Time) *take {
	return r.cues.Load().takeOf(captured, arrived)
}

// current is the take in progress, or nil.
func (r *Recorder) current() *take {
	if list := *r.cues.Load(); len(list) > 0 {
		return list[len(list)-1].take
	}
	return nil
}

// Take is the id of the take in progress, "" for none.
func (r *Recorder) Take() string {
	if t := r.current(); t != nil {
		return t.id
	}
	return ""
}

// Record records a source from now on, whether it exists yet or not, and
// whenever it comes back. A track that is already recorded stays as it is.
func (r *Recorder) Record(is Track) error {
	if err := is.check(); err != nil {
		return err
	}
	t := r.add(is, 0)
	if t == nil {
		return nil
	}
	if b, ok := r.config.Board.(keyframer); ok {
		t.mu.Lock()
		t.ask = func() { b.RequestKeyframe(is.Source) }
		t.mu.Unlock()
	}
	r.until(r.config.Board.Tap(is.Source, func(p switchboard.Packet) {
		if is.Role.ofSeat() && !r.lets(is.Source, p.Capture, p.Arrival) {
			return
		}
		t.take(packet{
			codec: p.Codec, stream: p.Stream, seq: p.Seq, ts: p.Timestamp, capture: p.Capture, arrival: p.Arrival,
			marker: p.Marker, key: p.Keyframe, payload: p.Payload,
		})
	}))
	return nil
}

// Let says which sources of seats are recorded from now on; what comes of the
// others is passed over, so that a microphone which nobody in the room may hear
// is not kept either, and neither is what is still on its way when that changes.
// Channels and the program are recorded in any case. Before it is called for the
// first time every source is. It is called by one goroutine at a time.
func (r *Recorder) Let(sources map[switchboard.SourceID]bool) {
	now, before := r.now(), r.let.Load()
	let := map[switchboard.SourceID]time.Time{}
	for id, on := range sources {
		if !on {
			continue
		}
		let[id] = now
		if before == nil {
			let[id] = time.Time{}
		} else if since, on := (*before)[id]; on {
			let[id] = since
		}
	}
	r.let.Store(&let)
}

// lets reports whether what was captured and arrived then is recorded: the
// source has been let for all the time since. A tap waits for packets that are
// missing, and a packet may be sent again; so what comes now may be of before.
func (r *Recorder) lets(source switchboard.SourceID, captured, arrived time.Time) bool {
	let := r.let.Load()
	if let == nil {
		return true
	}
	since, on := (*let)[source]
	return on && !captured.Before(since) && !arrived.Before(since)
}

// add makes a track; nil when there is one of its name.
func (r *Recorder) add(is Track, wait time.Duration) *track {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tracks {
		if t.is.Name == is.Name {
			return nil
		}
	}
	t := &track{is: is, rec: r, rate: rateOf(is.Kind), order: reorder{wait: wait}}
	r.tracks = append(r.tracks, t)
	return t
}

// until has end called when the recorder is closed.
func (r *Recorder) until(end func()) {
	r.mu.Lock()
	closed := r.closed
	if !closed {
		r.ends = append(r.ends, end)
	}
	r.mu.Unlock()
	if closed {
		end()
	}
}

// alarm notes a trouble; it is told by the recorder's goroutine.
func (r *Recorder) alarm(t Trouble) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t.At = r.now()
	r.troubles = append(r.troubles, t)
}

// Close ends the take in progress and finishes it. Its error says what could
// not be written; the next start tries again.
func (r *Recorder) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	r.pause()
	ends := r.ends
	r.mu.Unlock()
	for _, end := range ends {
		end()
	}
	close(r.stop)
	<-r.stopped
	for _, t := range r.all() {
		t.flush()
	}
	err := r.finish(r.now().Add(time.Hour))
	r.syncer.close()
	r.tell()
	return err
}
