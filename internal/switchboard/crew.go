package switchboard

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// crew are the goroutines that write to all receivers: a few for all, so that
// however many receivers have something to be written, whoever commands a cut
// does not stand behind them in the scheduler's line.
//
// Receivers that have something to do stand in one of two lanes; what clears
// (a cut, a switch) goes before what forwards. A receiver is served by one of
// the crew at a time, a little, and then stands in line again. One whose Output
// has been slow is served by a goroutine of its own for some time, and for one
// that does not return at all another joins the crew.
type crew struct {
	size int

	mu      sync.Mutex
	work    *sync.Cond
	urgent  lane
	normal  lane
	idle    int
	members []*member
	stuck   int // of the members
	closed  bool
}

// member is one goroutine of the crew.
type member struct {
	rounds atomic.Uint64 // odd while it serves somebody
	seen   uint64        // rounds when last looked at
}

// lane is a queue of receivers, each at most a few times in it.
type lane struct {
	ring        []*Receiver
	first, size int
}

func (l *lane) add(r *Receiver) {
	if l.size == len(l.ring) {
		grown := make([]*Receiver, max(64, 2*len(l.ring)))
		for i := range l.size {
			grown[i] = l.ring[(l.first+i)%len(l.ring)]
		}
		l.ring, l.first = grown, 0
	}
	l.ring[(l.first+l.size)%len(l.ring)] = r
	l.size++
}

func (l *lane) take() *Receiver {
	if l.size == 0 {
		return nil
	}
	r := l.ring[l.first]
	l.ring[l.first] = nil
	l.first = (l.first + 1) % len(l.ring)
	l.size--
	return r
}

const (
	// slowWrite is how long one write may take before its receiver is served
	// aside, for the next slowWrites writes at least.
	slowWrite  = 5 * time.Millisecond
	slowWrites = 500
	// politeness is after how many rounds, twice counted, the processor is
	// offered to others: a commander waits for a fraction of a millisecond, not
	// for the scheduler to lose patience.
	politeness = 8
	// spareCrew are beyond one for each processor.
	spareCrew = 2
)

func newCrew() *crew {
	c := &crew{size: runtime.GOMAXPROCS(0) + spareCrew}
	c.work = sync.NewCond(&c.mu)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fill()
	return c
}

// fill lets so many join that enough are not stuck. The lock is held.
func (c *crew) fill() {
	for len(c.members)-c.stuck < c.size {
		m := new(member)
		c.members = append(c.members, m)
		go c.run(m)
	}
}

// serve puts receivers into the line.
func (c *crew) serve(list []*Receiver, urgent bool) {
	if len(list) == 0 {
		return
	}
	c.mu.Lock()
	to := &c.normal
	if urgent {
		to = &c.urgent
	}
	for _, r := range list {
		to.add(r)
	}
	for range min(c.idle, len(list)) {
		c.work.Signal()
	}
	c.mu.Unlock()
}

func (c *crew) run(m *member) {
	for {
		c.mu.Lock()
		for c.urgent.size+c.normal.size == 0 && !c.closed && len(c.members)-c.stuck <= c.size {
			c.idle++
			c.work.Wait()
			c.idle--
		}
		r := c.urgent.take()
		if r == nil {
			r = c.normal.take()
		}
		if r == nil || len(c.members)-c.stuck > c.size { // closed, or too many
			if r != nil {
				c.urgent.add(r)
			}
			c.members = slices.DeleteFunc(c.members, func(other *member) bool { return other == m })
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		m.rounds.Add(1)
		r.serve()
		if m.rounds.Add(1)%politeness == 0 {
			runtime.Gosched()
		}
	}
}

// look finds the members that have served the same receiver since the last
// call, and lets others take their place meanwhile.
func (c *crew) look() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stuck = 0
	for _, m := range c.members {
		rounds := m.rounds.Load()
		if rounds%2 == 1 && rounds == m.seen {
			c.stuck++
		}
		m.seen = rounds
	}
	if !c.closed {
		c.fill()
	}
	if len(c.members)-c.stuck > c.size {
		c.work.Broadcast() // some may leave
	}
}

// close ends the crew when all that stand in line have been served.
func (c *crew) close() {
	c.mu.Lock()
	c.closed = true
	c.work.Broadcast()
	c.mu.Unlock()
}
