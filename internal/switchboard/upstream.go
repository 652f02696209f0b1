package switchboard

import (
	"sync"
	"sync/atomic"
	"time"
)

// What is asked of a sender, and how often.
const (
	keyframeInterval = 400 * time.Millisecond // between two requests to one sender
	reorderWait      = 8 * time.Millisecond   // before a gap counts as a loss
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

	wanted atomic.Bool // a keyframe, since the last one came

	mu      sync.Mutex
	missing []missing // by n
}

// missing is a packet that has not come.
type missing struct {
	n     uint64
	wire  uint16 // its sequence number
	tries int
	next  instant // when to ask
	wait  time.Duration
}

func newErrands(s *Source) *errands {
	e := &errands{
		source: s, wake: make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{}),
		missing: make([]missing, 0, maxMissing),
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

func (e *errands) wantKeyframe() {
	if !e.wanted.Swap(true) {
		e.stir()
	}
}

func (e *errands) keyframeCame(instant) { e.wanted.Store(false) }

// miss notes that the packets from first up to but without end are missing.
// The source's lock is held.
func (e *errands) miss(first, end uint64, at instant) {
	e.mu.Lock()
	for n := first; n < end; n++ {
		if len(e.missing) == cap(e.missing) {
			if e.source.spec.Kind == Video {
				defer e.wantKeyframe()
			}
			e.missing = e.missing[:0]
			break
		}
		e.missing = append(e.missing, missing{
			n: n, wire: e.source.sequence.wire(n), next: at.add(reorderWait), wait: nackInterval,
		})
	}
	e.mu.Unlock()
	e.stir()
}

func (e *errands) found(n uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.missing {
		if e.missing[i].n == n {
			e.missing = append(e.missing[:i], e.missing[i+1:]...)
			return
		}
	}
}

// due lists the sequence numbers to ask for now, and says how long until the
// next are; 0 when none are missing.
func (e *errands) due(now instant, seqs []uint16) ([]uint16, time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	keep := e.missing[:0]
	var first instant
	for _, m := range e.missing {
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
	e.missing = keep
	if len(keep) == 0 {
		return seqs, 0
	}
	return seqs, max(first.sub(now), time.Millisecond)
}

func (e *errands) run() {
	defer close(e.ended)
	up, count := e.source.spec.Upstream, &e.source.count
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	seqs := make([]uint16, 0, maxMissing)
	lastKeyframe := never
	for {
		select {
		case <-e.wake:
		case <-timer.C:
		case <-e.done:
			return
		}
		now := e.source.board.clock.instant()
		var wait time.Duration
		seqs, wait = e.due(now, seqs[:0])
		if len(seqs) > 0 {
			count.nacked.Add(uint64(len(seqs)))
			up.Nack(0, seqs)
		}
		if e.wanted.Load() {
			left := keyframeInterval - now.sub(lastKeyframe)
			if lastKeyframe == never || left <= 0 {
				lastKeyframe, left = now, keyframeInterval
				count.keyframesAsked.Add(1)
				up.RequestKeyframe(0)
			}
			if wait == 0 || left < wait {
				wait = left // to ask again unless it has come by then
			}
		}
		if wait > 0 {
			timer.Reset(wait)
		}
	}
}

func (e *errands) close() { close(e.done) }
