package switchboard

// place is where a packet stands in the order of its source.
type place uint8

const (
	inOrder place = iota + 1 // newer than all before; there may be a gap
	late                     // older than the newest: reordered or retransmitted
	padding                  // carried nothing but padding and has been left out
	strange                  // far from all others, and the first such one
	anew                     // the second strange one in a row: the sender began anew
)

const (
	farAhead  = 3000 // packets; as in RFC 3550 appendix A.1
	farBehind = 1024
	firstN    = 1 << 20 // the count begins here, so that nothing goes below zero
)

// sequence turns the 16-bit sequence numbers of one sender into counts that
// never wrap and survive a sender that begins anew.
//
// There are two counts. n numbers what the sender sent. out numbers what is
// worth forwarding: packets that were only padding are left out of it, so that
// a slot has no hole where a probe was.
type sequence struct {
	started bool
	raw     uint16 // of the newest packet
	newest  uint64 // its n

	suspect   uint16 // the number that would confirm a new beginning
	suspected bool

	left  uint64 // packets left out so far
	skips [16]skip
	count int // of skips ever made
}

// skip says that from n on, total packets have been left out.
type skip struct{ from, total uint64 }

// take places a packet.
func (q *sequence) take(seq uint16, empty bool) (n uint64, p place) {
	if !q.started {
		q.started, q.raw, q.newest = true, seq, firstN
		return q.settle(firstN, empty, inOrder)
	}
	switch d := int(int16(seq - q.raw)); {
	case d > 0 && d <= farAhead:
		q.raw, q.newest = seq, q.newest+uint64(d)
		q.suspected = false
		return q.settle(q.newest, empty, inOrder)
	case d <= 0 && d > -farBehind:
		q.suspected = false
		return q.newest - uint64(-d), late
	}
	if !q.suspected || seq != q.suspect {
		q.suspected, q.suspect = true, seq+1
		return 0, strange
	}
	q.suspected = false
	q.raw, q.newest = seq, q.newest+1
	return q.settle(q.newest, empty, anew)
}

// settle leaves a packet out that is only padding. One that comes late is
// kept, empty: its place has been counted already.
func (q *sequence) settle(n uint64, empty bool, p place) (uint64, place) {
	if !empty {
		return n, p
	}
	q.left++
	q.skips[q.count%len(q.skips)] = skip{from: n + 1, total: q.left}
	q.count++
	return n, padding
}

// out is the number of the packet n among those worth forwarding.
func (q *sequence) out(n uint64) uint64 {
	total := q.left
	for i := q.count - 1; i >= 0 && i >= q.count-len(q.skips); i-- {
		s := q.skips[i%len(q.skips)]
		if s.from <= n {
			return n - s.total
		}
		total = s.total - 1
	}
	return n - total
}

// leftOut reports whether the packet n was only padding.
func (q *sequence) leftOut(n uint64) bool {
	for i := range min(q.count, len(q.skips)) {
		if q.skips[i].from == n+1 {
			return true
		}
	}
	return false
}

// wire is the sequence number that the sender gave the packet n. It is right
// for packets since the sender's last new beginning.
func (q *sequence) wire(n uint64) uint16 { return q.raw - uint16(q.newest-n) }

// unwrap continues a 32-bit timestamp without wrapping, from the newest one.
func unwrap(newest int64, ts uint32) int64 {
	return newest + int64(int32(ts-uint32(newest)))
}
