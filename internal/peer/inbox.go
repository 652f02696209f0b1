package peer

import (
	"sync"
	"sync/atomic"
	"time"
)

// inboxDepth is how many packets of one publisher may wait while an earlier
// one is being forwarded: half a second of a picture. More are dropped and
// asked for again.
const inboxDepth = 512

// inbox of a publisher: packets are copied in by the socket's
// goroutine and taken out by the publisher's own, so that forwarding one
// publisher's packet to a thousand listeners delays no other publisher.
type inbox struct {
	queue   chan *held
	stop    chan struct{}
	packets atomic.Uint64
	bytes   atomic.Uint64
	dropped atomic.Uint64
}

type held struct {
	at   time.Time
	n    int
	data [maxPacket]byte
}

var heldPool = sync.Pool{New: func() any { return new(held) }}

func (i *inbox) open() {
	i.queue = make(chan *held, inboxDepth)
	i.stop = make(chan struct{})
}

func (i *inbox) close() { close(i.stop) }

func (i *inbox) put(b []byte, at time.Time) {
	h := heldPool.Get().(*held)
	h.at, h.n = at, copy(h.data[:], b)
	n := uint64(h.n) // once queued, h is the other goroutine's
	select {
	case i.queue <- h:
		i.packets.Add(1)
		i.bytes.Add(n)
	default:
		i.dropped.Add(1)
		heldPool.Put(h)
	}
}

func (i *inbox) each(do func(b []byte, at time.Time)) {
	for {
		select {
		case <-i.stop:
			return
		case h := <-i.queue:
			do(h.data[:h.n], h.at)
			heldPool.Put(h)
		}
	}
}

// takeOver closes the connections that publish what c is about to.
func (g *Gate) takeOver(c *Conn, feeds []*feed) {
	for _, f := range feeds {
		g.mu.Lock()
		old := g.holders[f.id]
		g.holders[f.id] = c
		g.mu.Unlock()
		if old != nil && old != c {
			old.log.Info("another connection publishes in its place", "source", f.id)
			old.Close()
		}
	}
}

func (g *Gate) release(c *Conn, feeds []*feed) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, f := range feeds {
		if g.holders[f.id] == c {
			delete(g.holders, f.id)
		}
	}
}
