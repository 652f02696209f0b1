package switchboard

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// What is asked of a sender, and how often.
const (
	keyframeInterval = 400 * time.Millisecond // between two requests to one sender
	reorderWait      = 8 * time.Millisecond   // before a gap counts as a loss
	keyframeEvery    = time.Second            // the same, after a few at once that have been answered
	nackInterval     = 40 * time.Millisecond  // then half as long again each time
	nackTries        = 8
	maxMissing       = 256 // more at once cannot be mended one by one
)

// errands carries requests to a source's sender: keyframes, merged from all
// receivers, and packets that are missing. It has a goroutine of its own, so
// that a sender that is hard to reach holds up nobody.
type errands struct {
	source *Source
	wake   chan struct{}
	done   chan struct{} // closed to end it
	ended  chan struct{} // closed when it has

	wanted [maxLayers]atomic.Bool // a keyframe, since the last one came
	given  [maxLayers]pleas       // those that came because they were wanted

	mu      sync.Mutex
	missing [maxLayers][]missing // by n
}

// missing is a packet of a layer that has not come.
type missing struct {
	n     uint64
	wire  uint16 // its sequence number
	tries int
	next  instant // when to ask
	wait  time.Duration
}

func newErrands(s *Source) *errands {
	e := &errands{source: s, wake: make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{})}
	for i := range s.layers {
		e.missing[i] = make([]missing, 0, maxMissing)
	}
	go e.run()
	return e
}

func (e *errands) stir() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

func (e *errands) wantKeyframe(layer int) {
	if !e.wanted[layer].Swap(true) {
		e.stir()
	}
}

// keyframeCame is told of every one. Those that somebody wanted are counted:
// who wants the next must share it with others who come soon.
func (e *errands) keyframeCame(layer int, at instant) {
	if e.wanted[layer].Swap(false) {
		e.given[layer].allow(at, keyframeEvery)
	}
}

// miss notes that the packets from first up to but without end are missing.
// The source's lock is held.
func (e *errands) miss(l *layer, first, end uint64, at instant) {
	e.mu.Lock()
	list := &e.missing[l.index]
	for n := first; n < end; n++ {
		if len(*list) == maxMissing {
			if e.source.spec.Kind == Video {
				defer e.wantKeyframe(l.index)
			}
			*list = (*list)[:0]
			break
		}
		*list = append(*list, missing{
			n: n, wire: l.sequence.wire(n), next: at.add(reorderWait), wait: nackInterval,
		})
	}
	e.mu.Unlock()
	e.stir()
}

func (e *errands) found(l *layer, n uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := &e.missing[l.index]
	*list = slices.DeleteFunc(*list, func(m missing) bool { return m.n == n })
}

// forget gives up what is missing of a layer: its sender has begun anew, and
// the numbers mean something else.
func (e *errands) forget(l *layer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.missing[l.index] = e.missing[l.index][:0]
}

// due lists the sequence numbers of a layer to ask for now, and says how long
// until the next are; 0 when none are missing.
func (e *errands) due(layer int, now instant, seqs []uint16) ([]uint16, time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	keep := e.missing[layer][:0]
	var first instant
	for _, m := range e.missing[layer] {
		if m.next <= now {
			if m.tries == nackTries {
				continue // it will not come
			}
			seqs = append(seqs, m.wire)
			m.tries++
			m.next = now.add(m.wait)
			m.wait += m.wait / 2
		}
		if len(keep) == 0 || m.next < first {
			first = m.next
		}
		keep = append(keep, m)
	}
	e.missing[layer] = keep
	if len(keep) == 0 {
		return seqs, 0
	}
	return seqs, max(first.sub(now), time.Millisecond)
}

func (e *errands) run() {
	defer close(e.ended)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	seqs := make([]uint16, 0, maxMissing)
	lastKeyframe := [maxLayers]instant{never, never, never}
	for {
		select {
		case <-e.wake:
		case <-timer.C:
		case <-e.done:
			return
		}
		now := e.source.board.clock.instant()
		next := time.Duration(0)
		for i := range e.source.layers {
			if wait := e.ask(i, now, &lastKeyframe[i], seqs); wait > 0 && (next == 0 || wait < next) {
				next = wait
			}
		}
		if next > 0 {
			timer.Reset(next)
		}
	}
}

// ask asks for what is due of a layer, and says how long until more is; 0 for
// nothing.
func (e *errands) ask(layer int, now instant, lastKeyframe *instant, seqs []uint16) time.Duration {
	up, count := e.source.spec.Upstream, &e.source.count
	seqs, wait := e.due(layer, now, seqs[:0])
	if len(seqs) > 0 {
		count.nacked.Add(uint64(len(seqs)))
		up.Nack(layer, seqs)
	}
	if e.wanted[layer].Load() {
		left := max(keyframeInterval-now.sub(*lastKeyframe), e.given[layer].wait(now, keyframeEvery))
		if *lastKeyframe == never || left <= 0 {
			*lastKeyframe, left = now, keyframeInterval
			count.keyframesAsked.Add(1)
			up.RequestKeyframe(layer)
		}
		if wait == 0 || left < wait {
			wait = left // to ask again unless it has come by then
		}
	}
	return wait
}

func (e *errands) close() { close(e.done) }
