package switchboard

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Sound can be had smaller: a source's second version, of 24 kbit/s in packets of
// 60 ms, which the board has made for as long as somebody wants it. It is a layer
// of the source, under the source's own grants: who may not have the one cannot
// have the other, and a cut ends both. What a packet of it was made of is written
// on it, so that nothing from before a grant and nothing of a feeder that lost
// its right goes out with it.

// Reducer decodes the packets of one voice and encodes it again at a small rate:
// mono at 48 kHz. It is called from one goroutine.
type Reducer interface {
	Decode(packet []byte, pcm []float32) (samples int, err error) // pcm has place for 120 ms
	Conceal(pcm []float32) error                                  // makes up so much; multiples of 2.5 ms
	Encode(pcm []float32, packet []byte) (bytes int, err error)
	Lookahead() int // samples by which what is decoded again is later
	Close()
}

const (
	smallFrame = 2880  // 60 ms, in samples, which are units of the RTP clock too
	smallRate  = 24000 // bit/s of payload, as a Reducer is to encode
	smallLine  = smallRate + 17*8*(12+onTheLine)
	smallKept  = 64 // packets, for retransmissions: 4 s

	// smallReach is how far before its first sample a packet is taken to have
	// some sound in it: more than an encoder looks ahead.
	smallReach   = 960
	smallQueue   = 64   // packets that wait to be decoded, more than a second
	smallPatient = 3    // packets that wait for one that is missing: no longer than a frame
	smallGap     = 5760 // 120 ms: what is missing for longer is not made up
	smallStays   = 2 * time.Second
	smallAgain   = 10 * time.Second // after a failure
)

// smallSilence is 60 ms of it: three frames in one packet (RFC 6716 §3.2.5).
var smallSilence = []byte{0xfb, 0x03, 0xff, 0xfe, 0xff, 0xfe, 0xff, 0xfe}

// smaller is a source's smaller version. All but the reduction is guarded by the
// board.
type smaller struct {
	layer  *layer
	wanted map[subscription]struct{}
	idle   instant // since when nobody wants it
	failed instant // when it could not be made last; never
	making atomic.Pointer[reduction]
}

func newSmaller(s *Source, origin *originClock) *smaller {
	m := &smaller{wanted: make(map[subscription]struct{}), failed: never}
	m.layer = newLayer(s, 0, origin)
	m.layer.small, m.layer.cache = true, newCache(smallKept)
	return m
}

// reduction makes a source's smaller version: one goroutine, that may take its
// time.
type reduction struct {
	board  *Board
	source *Source
	quit   chan struct{}
	wake   chan struct{}
	ready  atomic.Bool // packets come of it

	mu    sync.Mutex
	queue []*packet

	// emitting is held while a packet is made sure of and put into queues.
	emitting sync.Mutex

	// What follows is the goroutine's.
	codec   Reducer
	work    []*packet
	waiting []*packet // in order, behind one that is missing
	started bool
	next    uint64 // out of the packet that is to be decoded next
	ts      int64  // of the source, where pcm ends
	filled  int    // samples of pcm
	pcm     [smallFrame + MostDecoded]float32
	parts   []part
	encoded [maxPayload]byte
}

// MostDecoded is the longest packet, in samples (RFC 6716 §3.4).
const MostDecoded = 5760

// part is a stretch of pcm, and which packet it is of.
type part struct {
	from, to int // samples, 0 the first of pcm
	nth      uint64
	via      *grant
	capture  instant // of from
	arrival  instant
	level    uint8
	quiet    bool
}

// put takes a packet to be decoded; nobody is waited for.
func (d *reduction) put(p *packet) {
	d.mu.Lock()
	if len(d.queue) >= smallQueue {
		d.mu.Unlock()
		d.board.smallDropped.Add(1)
		return
	}
	p.hold()
	d.queue = append(d.queue, p)
	d.mu.Unlock()
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *reduction) run() {
	defer d.board.reducers.Add(-1)
	defer d.release()
	var err error
	if d.codec, err = d.board.reduce(); err != nil {
		d.fail(err)
		return
	}
	defer d.codec.Close()
	for {
		select {
		case <-d.quit:
			return
		case <-d.wake:
		}
		d.mu.Lock()
		d.work, d.queue = d.queue, d.work[:0]
		d.mu.Unlock()
		for i, p := range d.work {
			d.work[i] = nil
			if err = d.take(p); err != nil {
				clear(d.work[:i])
				for _, rest := range d.work[i+1:] {
					rest.release()
				}
				d.work = nil
				d.fail(err)
				return
			}
		}
	}
}

// fail gives up, for a while: listeners keep the whole sound, or have it again.
func (d *reduction) fail(err error) {
	b, s := d.board, d.source
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.small.making.CompareAndSwap(d, nil) {
		s.small.failed = b.clock.instant()
		b.log.Warn("sound cannot be made smaller now; who wants it so keeps it whole", slog.String("source", string(s.spec.ID)), slog.Any("why", err))
	}
}

// release lets go of all packets.
func (d *reduction) release() {
	d.mu.Lock()
	queue := d.queue
	d.queue = nil
	d.mu.Unlock()
	for _, p := range slices.Concat(queue, d.waiting) {
		p.release()
	}
}

// take puts a packet into its place, waits a moment for one that is missing
// before it, and decodes what is next.
func (d *reduction) take(p *packet) error {
	at, there := slices.BinarySearchFunc(d.waiting, p, func(a, b *packet) int { return int(int64(a.out - b.out)) })
	if d.started && p.out < d.next || there || p.duration == 0 || len(p.payload) == 0 {
		p.release() // too late, or nothing to hear
		return nil
	}
	d.waiting = slices.Insert(d.waiting, at, p)
	for len(d.waiting) > 0 && (!d.started || d.waiting[0].out == d.next || len(d.waiting) > smallPatient) {
		p := d.waiting[0]
		d.waiting = slices.Delete(d.waiting, 0, 1)
		err := d.decode(p)
		p.release()
		if err != nil {
			return err
		}
	}
	return nil
}

// decode adds a packet's sound to pcm, behind what is missing before it.
func (d *reduction) decode(p *packet) error {
	gap := p.ts - d.ts
	if !d.started || gap < 0 || gap > smallGap {
		d.started, d.filled, d.ts, gap = true, 0, p.ts, 0
		if n := len(d.parts); n > 0 { // the encoder still has the end of it
			d.parts[0] = d.parts[n-1]
			d.parts[0].from, d.parts[0].to = -smallReach, 0
			d.parts = d.parts[:1]
		}
	}
	if gap = gap / 120 * 120; gap > 0 {
		if err := d.codec.Conceal(d.pcm[d.filled : d.filled+int(gap)]); err != nil {
			return err
		}
		last := d.parts[len(d.parts)-1]
		last.capture = last.capture.add(span(int64(last.to-last.from), 48000))
		if err := d.add(last, int(gap)); err != nil {
			return err
		}
	}
	n, err := d.codec.Decode(p.payload, d.pcm[d.filled:])
	if err != nil || n != int(p.duration) { // no Opus, whatever its first byte says
		n = int(p.duration) / 120 * 120
		if err := d.codec.Conceal(d.pcm[d.filled : d.filled+n]); err != nil {
			return err
		}
	}
	d.next, d.ts = p.out+1, p.ts
	return d.add(part{nth: p.nth, via: p.via, capture: p.capture, arrival: p.arrival, level: p.level, quiet: p.quiet}, n)
}

// add notes of which packet the next samples of pcm are, and emits whole frames.
func (d *reduction) add(of part, n int) error {
	of.from, of.to = d.filled, d.filled+n
	d.parts = append(d.parts, of)
	d.filled += n
	d.ts += int64(n)
	for d.filled >= smallFrame {
		if err := d.emit(); err != nil {
			return err
		}
	}
	return nil
}

// emit encodes the first frame of pcm and sends it to all who are led it.
func (d *reduction) emit() error {
	n, err := d.codec.Encode(d.pcm[:smallFrame], d.encoded[:])
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	p := newPacket(d.encoded[:n])
	mixed := d.describe(p)
	copy(d.pcm[:], d.pcm[smallFrame:d.filled])
	d.filled -= smallFrame
	d.parts = slices.DeleteFunc(d.parts, func(of part) bool { return of.to <= smallFrame-smallReach })
	for i := range d.parts {
		d.parts[i].from -= smallFrame
		d.parts[i].to -= smallFrame
	}
	d.emitting.Lock()
	defer d.emitting.Unlock()
	if mixed || p.via.ending() || p.also.ending() {
		p.payload = p.buf[:copy(p.buf[:], smallSilence)]
	}
	d.source.emitSmall(d, p)
	return nil
}

// describe writes on a packet what it was made of: as old as the oldest, and by
// leave of all. It reports whether those were more than can be written down.
func (d *reduction) describe(p *packet) (mixed bool) {
	p.duration, p.level, p.quiet, p.nth = smallFrame, 127, true, ^uint64(0)
	for _, of := range d.parts {
		if of.from >= smallFrame || of.to <= -smallReach {
			continue
		}
		p.nth, p.level, p.quiet = min(p.nth, of.nth), min(p.level, of.level), p.quiet && of.quiet
		p.arrival = max(p.arrival, of.arrival)
		if of.from <= 0 && of.to > 0 {
			p.capture = of.capture.add(span(int64(-of.from-d.codec.Lookahead()), 48000))
		}
		switch {
		case of.via == nil || of.via == p.via || of.via == p.also:
		case p.via == nil:
			p.via = of.via
		case p.also == nil:
			p.also = of.via
		default:
			mixed = true
		}
	}
	p.ts = d.ts - int64(d.filled+d.codec.Lookahead())
	return mixed
}

// ending reports whether a grant has ended, or is about to.
func (g *grant) ending() bool { return g != nil && (g.closing.Load() || !g.live.Load()) }

// revoked reports whether a packet is of a channel's feeder that has lost its
// right.
func (p *packet) revoked() bool {
	return p.via != nil && !p.via.live.Load() || p.also != nil && !p.also.live.Load()
}

// silence is what stands in a packet's place then.
func (p *packet) silence() []byte {
	if p.duration == smallFrame {
		return smallSilence
	}
	return opusSilence
}

// emitSmall keeps and delivers a packet of the smaller version. What a
// reduction makes that has been ended is of no use any more.
func (s *Source) emitSmall(d *reduction, p *packet) {
	l := s.small.layer
	s.mu.Lock()
	if s.closed.Load() || s.small.making.Load() != d {
		s.mu.Unlock()
		p.release()
		return
	}
	l.sequence.newest = max(l.sequence.newest, firstN) + 1
	p.n, p.out = l.sequence.newest, l.sequence.newest
	l.cache.put(p)
	s.mu.Unlock()
	l.count.packets.Add(1)
	l.count.bytes.Add(uint64(12 + len(p.payload)))
	l.count.bare.Add(uint64(12 + len(p.payload)))
	l.count.last.Store(int64(p.arrival))
	d.ready.Store(true)
	s.lead(l, p)
	p.release()
}
