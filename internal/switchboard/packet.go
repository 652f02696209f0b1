package switchboard

import (
	"sync"
	"sync/atomic"
)

// maxPayload is the longest payload that is forwarded, in bytes. What comes
// through a path of 1,500 bytes is shorter.
const maxPayload = 1500

// packet is one packet of a source, shared by the cache, queues and taps that
// refer to it. It does not change once it has been delivered, and goes back to
// the pool when the last reference is released.
type packet struct {
	refs atomic.Int32

	n, out   uint64 // see sequence
	nth      uint64 // which one it was, in the order of coming, late ones aside
	ts       int64  // RTP timestamp, not wrapping
	capture  instant
	arrival  instant
	duration uint32 // of sound, in units of the RTP clock
	level    uint8  // of sound, −dBov
	marker   bool
	late     bool // came after newer ones
	key      bool // begins a picture that needs no other
	quiet    bool // sound in which nobody would miss a frame

	repeats   bool   // sound that has some of an earlier packet's in it
	recovered bool   // had from the redundancy of a later one
	via       *grant // in a channel: the feeder's
	also      *grant // that of the feeder before, in sound that was made smaller

	// forms are what it looks like with one or two earlier packets in it (RED),
	// made when somebody first wants it.
	forms [maxRedundancy]atomic.Pointer[form]

	payload []byte // a part of buf
	buf     [maxPayload]byte
}

var packets = sync.Pool{New: func() any { return new(packet) }}

// newPacket gives a packet with one reference and a copy of the payload.
func newPacket(payload []byte) *packet {
	p := packets.Get().(*packet)
	p.refs.Store(1)
	p.payload = p.buf[:copy(p.buf[:], payload)]
	p.duration, p.marker, p.late, p.key, p.quiet, p.via = 0, false, false, false, false, nil
	p.repeats, p.recovered, p.also = false, false, nil
	return p
}

func (p *packet) hold() { p.refs.Add(1) }

func (p *packet) release() {
	switch n := p.refs.Add(-1); {
	case n == 0:
		for k := range p.forms {
			if f := p.forms[k].Swap(nil); f != nil && f != noForm {
				forms.Put(f)
			}
		}
		packets.Put(p)
	case n < 0:
		panic("switchboard: a packet was released more often than held")
	}
}

// cache keeps a source's newest packets, for retransmissions. Its size is a
// power of two. It is not safe for concurrent use.
type cache struct {
	ring []*packet
}

func newCache(size int) cache { return cache{ring: make([]*packet, size)} }

func (c *cache) at(n uint64) **packet { return &c.ring[n&uint64(len(c.ring)-1)] }

// has reports whether the packet n is there.
func (c *cache) has(n uint64) bool {
	p := *c.at(n)
	return p != nil && p.n == n
}

// put keeps a packet in the place of the one that is as many packets older as
// the cache is long; false when something newer is in that place.
func (c *cache) put(p *packet) bool {
	at := c.at(p.n)
	if *at != nil {
		if (*at).n >= p.n {
			return false
		}
		(*at).release()
	}
	p.hold()
	*at = p
	return true
}

// get gives the packet n, of which the lower 32 bits are enough, with a
// reference of the caller's own, or nil.
func (c *cache) get(n uint32) *packet {
	p := *c.at(uint64(n))
	if p == nil || uint32(p.n) != n {
		return nil
	}
	p.hold()
	return p
}

func (c *cache) clear() {
	for i, p := range c.ring {
		if p != nil {
			p.release()
			c.ring[i] = nil
		}
	}
}
