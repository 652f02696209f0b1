package switchboard

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Board is the switchboard: sources on one side, receivers on the other.
type Board struct {
	clock   clock
	log     *slog.Logger
	cname   string
	streams atomic.Uint64
	crew    *crew

	channels atomic.Pointer[[]*Channel] // replaced, never changed
	quit     chan struct{}              // closed to stop the ticker
	stopped  chan struct{}              // closed when it has stopped

	reduce       func() (Reducer, error) // nil: no sound is made smaller
	reducers     atomic.Int64            // at work
	making       sync.WaitGroup          // of them; none is added to a closed board
	smallDropped atomic.Uint64           // packets that found a reducer's queue full

	// mu guards all that follows: who exists and who may have what. No packet
	// waits for it, and nothing outside the switchboard is called under it.
	mu        sync.Mutex
	closed    bool
	sources   map[SourceID]*Source
	origins   map[Origin]*originClock
	keys      map[Key]*rights
	receivers map[*Receiver]struct{}
	order     []*Receiver // of the receivers' reports
	choosers  map[string]*chooser
	taps      map[SourceID][]*tap
	unsettled map[subscription]instant // picture slots that wait for a keyframe, since when
	stale     []*layer                 // whose routes must be made anew
	hurried   []*Receiver              // whose slots must be settled
	told      tally                    // what the log has been told
	pictures  []picture                // of the receiver that is being looked at
	reducing  map[*Source]struct{}     // that somebody wants smaller, or did

	hastening sync.Mutex
	hasty     []*Receiver // to be looked at with the next tick; guarded by hastening
}

// New makes a board. Close ends it.
func New(c Config) *Board {
	b := &Board{
		clock: newClock(c.Clock), log: c.Log, cname: c.CNAME, crew: newCrew(),
		quit: make(chan struct{}), stopped: make(chan struct{}),
		sources: make(map[SourceID]*Source), origins: make(map[Origin]*originClock),
		keys: make(map[Key]*rights), receivers: make(map[*Receiver]struct{}),
		choosers: make(map[string]*chooser), taps: make(map[SourceID][]*tap),
		unsettled: make(map[subscription]instant),
		reducing:  make(map[*Source]struct{}), reduce: c.Reduce,
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if b.cname == "" {
		b.cname = "liqa"
	}
	b.channels.Store(new([]*Channel))
	go b.tick()
	return b
}

// AddSource takes in a stream. A source of the same id is replaced: its sender
// has come back, or the stream comes from somewhere else now.
func (b *Board) AddSource(spec SourceSpec) (*Source, error) {
	if spec.ClockRate == 0 {
		spec.ClockRate = spec.Kind.clockRate()
	}
	spec.Layers = max(1, spec.Layers)
	if err := spec.check(); err != nil {
		return nil, err
	}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil, errClosed
	}
	old := b.sources[spec.ID]
	if old != nil && b.channelOf(old) != nil {
		b.mu.Unlock()
		return nil, fmt.Errorf("source %q is a channel and cannot be replaced", spec.ID)
	}
	w := b.remove(old)
	s := newSource(b, spec, b.originOf(spec.Origin))
	b.enter(s)
	b.mu.Unlock()
	w.wait()
	return s, nil
}

var errClosed = fmt.Errorf("the switchboard is closed")

func (s SourceSpec) check() error {
	switch {
	case s.ID == "":
		return fmt.Errorf("a source needs an id")
	case s.Codec.Kind() == 0:
		return fmt.Errorf("source %q: codec %d is not known", s.ID, s.Codec)
	case s.Codec.Kind() != s.Kind:
		return fmt.Errorf("source %q: %s is no codec for %s", s.ID, s.Codec, s.Kind)
	case s.Layers > maxLayers || s.Layers > 1 && s.Kind != Video:
		return fmt.Errorf("source %q: %d layers of %s", s.ID, s.Layers, s.Kind)
	case s.ClockRate != s.Kind.clockRate():
		return fmt.Errorf("source %q: the clock of %s runs at %d Hz, not %d", s.ID, s.Codec, s.Kind.clockRate(), s.ClockRate)
	}
	return nil
}

// enter puts a source on the board. The lock is held.
func (b *Board) enter(s *Source) {
	b.sources[s.spec.ID] = s
	if taps := b.taps[s.spec.ID]; len(taps) > 0 {
		list := append([]*tap(nil), taps...)
		s.taps.Store(&list)
	}
	for _, r := range b.keys {
		if r.names(s.spec.ID) {
			b.grantAll(r)
		}
	}
	b.rechooseWith(s.spec.ID)
	b.publish()
}

// RequestKeyframe asks the sender of a source for a picture that needs no
// other, as a receiver's turn to it would: at once, but not more often than is
// useful. An unknown source and one of sound are not asked.
func (b *Board) RequestKeyframe(id SourceID) {
	b.mu.Lock()
	s := b.sources[id]
	b.mu.Unlock()
	if s != nil {
		s.keyframe()
	}
}

func (b *Board) removeSource(s *Source) {
	b.mu.Lock()
	w := b.remove(s)
	b.mu.Unlock()
	w.wait()
}

// remove takes a source off the board. The lock is held; the sweep is to be
// waited for without it.
func (b *Board) remove(s *Source) *sweep {
	w := newSweep()
	if s == nil || s.closed.Swap(true) {
		return w
	}
	id := s.spec.ID
	delete(b.sources, id)
	for _, r := range b.keys {
		for _, g := range r.grants {
			if g.source == s {
				g.revoke()
			}
		}
		if r.forgetRevoked() {
			for to := range r.receivers {
				w.over(to)
			}
		}
	}
	for _, c := range *b.channels.Load() {
		c.drop(s)
	}
	b.rechooseWith(id)
	b.publish()
	w.begin(b.crew)
	b.leaveOrigin(s)
	b.endSmall(s)
	if s.asks != nil {
		s.asks.close()
	}
	s.clear()
	return w
}

func (b *Board) originOf(o Origin) *originClock {
	c := b.origins[o]
	if c == nil {
		c = new(originClock)
		b.origins[o] = c
	}
	c.users++
	return c
}

func (b *Board) leaveOrigin(s *Source) {
	if c := s.origin; c != nil {
		if c.users--; c.users == 0 {
			delete(b.origins, s.spec.Origin)
		}
	}
}

// Close ends everything: no source is read, nothing is made smaller and nothing
// is written any more when it returns, but by an Output that does not.
func (b *Board) Close() {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return
	}
	b.closed = true
	var receivers []*Receiver
	for r := range b.receivers {
		receivers = append(receivers, r)
	}
	var sources []*Source
	for _, s := range b.sources {
		sources = append(sources, s)
	}
	var taps []*tap
	for _, list := range b.taps {
		taps = append(taps, list...)
	}
	b.mu.Unlock()

	close(b.quit)
	<-b.stopped
	for _, s := range sources {
		s.Close()
	}
	b.making.Wait()
	for _, t := range taps {
		b.untap(t)
	}
	defer b.crew.close()
	limit := time.NewTimer(time.Second)
	defer limit.Stop()
	for _, r := range receivers {
		r.leave()
	}
	for _, r := range receivers {
		select {
		case <-r.ended:
		case <-limit.C:
			return
		}
	}
}
