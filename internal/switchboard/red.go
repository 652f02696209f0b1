package switchboard

import (
	"encoding/binary"
	"sync"
	"time"
)

// Redundant sound (RFC 2198): a packet that carries earlier ones along. On the
// way in it is taken apart, and what had been lost is had from it. On the way
// out it is put together anew, of packets that the slot has been given under
// the very grant of the newest one: so the first packets of a turn carry
// nothing along.

const (
	// maxRedundancy is how many earlier packets one carries along at most.
	maxRedundancy = 2

	redOffset = 1<<14 - 1 // the most that a block's timestamp can be earlier
	redLength = 1<<10 - 1 // the most that a block can be long, in bytes
	redBlocks = 16        // of an incoming packet that are looked at
)

// redBlock is one earlier packet in a redundant one.
type redBlock struct {
	offset  uint32 // how much earlier, in units of 48 kHz
	payload []byte
}

// readRED takes a redundant payload apart: the earlier blocks, the oldest
// first, and the newest. Blocks of another payload type than the newest are
// given empty. False when it does not add up.
func readRED(b []byte, blocks *[redBlocks]redBlock) (n int, newest []byte, ok bool) {
	var lengths [redBlocks]int
	var types [redBlocks]byte
	for {
		if len(b) < 1 {
			return 0, nil, false
		}
		if b[0]&0x80 == 0 {
			break
		}
		if len(b) < 4 || n == redBlocks {
			return 0, nil, false
		}
		h := binary.BigEndian.Uint32(b)
		types[n], blocks[n].offset, lengths[n] = b[0]&0x7f, h>>10&redOffset, int(h&redLength)
		b = b[4:]
		n++
	}
	kind := b[0]
	b = b[1:]
	for i := range n {
		if len(b) < lengths[i] {
			return 0, nil, false
		}
		blocks[i].payload = b[:lengths[i]]
		if types[i] != kind {
			blocks[i].payload = nil
		}
		b = b[lengths[i]:]
	}
	return n, b, true
}

// WriteRED is Write for a packet of sound with redundancy: what had been lost
// of the packets before it is had from it.
func (s *Source) WriteRED(raw []byte, arrival time.Time) {
	var h header
	at := s.board.clock.at(arrival)
	l, ok := s.begin(0, raw, &h, at)
	if !ok {
		return
	}
	var blocks [redBlocks]redBlock
	n, newest, ok := readRED(h.payload, &blocks)
	if !ok || s.spec.Codec != Opus {
		s.count.malformed.Add(1)
		return
	}
	for i := range n {
		back := uint16(n - i) // the blocks are of the packets just before
		if p := s.recover(l, &h, back, &blocks[i], at); p != nil {
			s.deliver(l, p)
		}
	}
	h.payload = newest
	if p := s.take(l, &h, arriving{at: at}); p != nil {
		s.deliver(l, p)
	}
}

// recover takes in what a packet carries along of an earlier one, if that is
// missing.
func (s *Source) recover(l *layer, h *header, back uint16, block *redBlock, at instant) *packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Load() || len(block.payload) == 0 || block.offset == 0 || !l.lacks(h.seq-back, h.ts-block.offset) {
		return nil
	}
	earlier := *h
	earlier.marker, earlier.seq, earlier.ts, earlier.payload = false, h.seq-back, h.ts-block.offset, block.payload
	p := l.admit(&earlier, arriving{at: at, recovered: true})
	if p != nil {
		s.count.recovered.Add(1)
	}
	return p
}

// lacks reports whether a packet is missing that lies not far from the newest,
// and whose timestamp fits in between those of its neighbours.
func (l *layer) lacks(seq uint16, ts uint32) bool {
	d := int(int16(seq - l.sequence.raw))
	if !l.sequence.started || d < -redBlocks || d > redBlocks || d == 0 {
		return false
	}
	n := l.sequence.newest + uint64(int64(d))
	if l.cache.has(n) || l.sequence.leftOut(n) {
		return false
	}
	t := unwrap(l.ts, ts)
	for k := uint64(1); k <= redBlocks; k++ {
		if l.cache.has(n-k) && (*l.cache.at(n - k)).ts >= t || l.cache.has(n+k) && (*l.cache.at(n + k)).ts <= t {
			return false
		}
	}
	return true
}

// form is a packet of sound with earlier ones in it, as it goes out. It is made
// once for all who are sent it.
type form struct {
	pt      uint8 // of the sound in it
	offsets [maxRedundancy]uint32
	payload []byte // a part of buf
	buf     [1200]byte
}

var (
	forms  = sync.Pool{New: func() any { return new(form) }}
	noForm = new(form) // there is none
)

// with gives what a packet is with the k packets before it, or nil when it
// cannot be had. The caller holds the packet.
func (l *layer) with(p *packet, k int, pt uint8) *form {
	at := &p.forms[k-1]
	f := at.Load()
	if f == nil {
		l.source.mu.Lock()
		if f = at.Load(); f == nil {
			if f = l.compose(p, k, pt); f == nil {
				f = noForm
			}
			at.Store(f)
		}
		l.source.mu.Unlock()
	}
	if f == noForm {
		return nil
	}
	return f
}

// compose puts a packet and the k before it together (RFC 2198 §3). What a
// channel carries along is of the feeder of the packet itself. The source's
// lock is held.
func (l *layer) compose(p *packet, k int, pt uint8) *form {
	var list [maxRedundancy]*packet
	size := 4*k + 1 + len(p.payload)
	for i := range k {
		if !l.cache.has(p.n - uint64(k-i)) {
			return nil
		}
		q := *l.cache.at(p.n - uint64(k-i))
		if d := p.ts - q.ts; d <= 0 || d > redOffset || len(q.payload) > redLength || q.via != p.via || len(q.payload) == 0 {
			return nil
		}
		list[i] = q
		size += len(q.payload)
	}
	f := forms.Get().(*form)
	if size > len(f.buf) {
		forms.Put(f)
		return nil
	}
	f.pt, f.payload = pt, f.buf[:0]
	for _, q := range list[:k] {
		f.offsets[p.n-q.n-1] = uint32(p.ts - q.ts)
		f.payload = binary.BigEndian.AppendUint32(f.payload, 1<<31|uint32(pt)<<24|uint32(p.ts-q.ts)<<10|uint32(len(q.payload)))
	}
	f.payload = append(f.payload, pt)
	for _, q := range list[:k] {
		f.payload = append(f.payload, q.payload...)
	}
	f.payload = append(f.payload, p.payload...)
	return f
}

// as gives the form for a receiver that has another payload type for the sound
// in it: a copy, to be given back.
func (f *form) as(pt uint8, k int) *form {
	g := forms.Get().(*form)
	g.pt, g.offsets = pt, f.offsets
	g.payload = g.buf[:copy(g.buf[:], f.payload)]
	for i := range k {
		g.payload[4*i] = 0x80 | pt
	}
	g.payload[4*k] = pt
	return g
}
