package switchboard

import (
	"sync/atomic"
	"time"
)

// meter measures what comes of a layer. It is read and written under the
// board's lock, but for what is atomic.
type meter struct {
	at             instant
	bytes, packets uint64
	bare           uint64
	frames         uint64
	rate           int // bit/s on the line, smoothed; 0 when not measured
	plain          atomic.Int64
	frameRate      atomic.Int64 // in 1/16 a second
	living         atomic.Bool
	since          instant // it has been arriving; never when it has not
	second         instant
	secondBytes    uint64
	secondFrames   uint64
}

const (
	// onTheLine is what a packet costs beside what is counted of it: the
	// headers of IP and UDP, and what SRTP adds.
	onTheLine = 28 + 16

	gone    = 700 * time.Millisecond // behind the newest packet of the other layers
	backFor = 400 * time.Millisecond // it must have come again for so long
)

// The bit rates that layers are taken to have until they have been measured.
var nominal = [maxLayers + 1][maxLayers]int{
	1: {1_200_000}, 2: {250_000, 1_200_000}, 3: {150_000, 500_000, 1_700_000},
}

// measure looks at what has come of every source. The lock is held.
func (b *Board) measure(now instant) {
	for _, s := range b.sources {
		newest := s.last()
		best := int32(0)
		for i, l := range s.layers {
			l.measure(now)
			if l.lives(newest, now) {
				best = int32(i)
			}
		}
		s.best.Store(best)
		if tapped := s.tapped.Load(); tapped >= 0 && tapped != best && len(*s.taps.Load()) > 0 {
			s.layers[best].keyframe()
		}
	}
}

func (l *layer) measure(now instant) {
	m, c := &l.meter, &l.count
	bytes, packets, frames := c.bytes.Load(), c.packets.Load(), c.frames.Load()
	bare := bytes
	if l.source.spec.Kind == Audio { // which may come with redundancy, and go out without
		bare = c.bare.Load()
	}
	if took := now.sub(m.at); m.at != 0 && took > 0 {
		rate := int(int64((bare-m.bare)+onTheLine*(packets-m.packets)) * 8 * int64(time.Second) / int64(took))
		switch d := rate - m.rate; {
		case m.rate == 0:
			m.rate = rate
		case d > 0:
			m.rate += d / 4
		default:
			m.rate += d / 8
		}
	}
	m.at, m.bytes, m.bare, m.packets, m.frames = now, bytes, bare, packets, frames
	if took := now.sub(m.second); m.second == 0 || took >= time.Second {
		if m.second != 0 {
			m.plain.Store(int64(bytes-m.secondBytes) * 8 * int64(time.Second) / int64(took))
			m.frameRate.Store(int64(frames-m.secondFrames) * 16 * int64(time.Second) / int64(took))
		}
		m.second, m.secondBytes, m.secondFrames = now, bytes, frames
	}
}

// lives notes and reports whether the layer comes, as far as the others do: a
// sender whose line is poor stops the large ones.
func (l *layer) lives(newest, now instant) bool {
	m, last := &l.meter, instant(l.count.last.Load())
	switch {
	case last == never || newest.sub(last) > gone:
		m.since = never
		m.rate = 0
	case m.since == never:
		m.since = last
	}
	alone := len(l.source.layers) == 1
	living := alone || m.since != never && (m.living.Load() || now.sub(m.since) >= backFor)
	m.living.Store(living)
	return living
}

// demand writes down what a source's layers cost; of layers that there is use
// for none of which comes, the nearest that does is taken.
func (s *Source) demand(p *picture) {
	any := false
	lowest := -1
	for i, l := range s.layers {
		if !l.meter.living.Load() {
			continue
		}
		if lowest < 0 {
			lowest = i
		}
		any = true
		if p.rates[i] = l.meter.rate; p.rates[i] <= 0 {
			p.rates[i] = nominal[len(s.layers)][i]
		}
	}
	if !any { // nothing has come yet: wait for the smallest
		p.rates[0], lowest = nominal[len(s.layers)][0], 0
	}
	if p.top >= 0 && p.top < lowest {
		p.top = lowest
	}
	for p.now >= 0 && (p.now >= len(s.layers) || p.rates[p.now] == 0) {
		p.now-- // what it had comes no more
	}
}

// sizes are those of the layers' pictures; where one is not known, as the
// others suggest, each twice as large as the one below.
func (s *Source) sizes() (sizes [maxLayers][2]int) {
	known := -1
	for i, l := range s.layers {
		if v := l.size.Load(); v != 0 {
			sizes[i] = [2]int{int(v >> 32), int(uint32(v))}
			known = i
		}
	}
	if known < 0 {
		known = len(s.layers) - 1
		sizes[known] = [2]int{1280, 720}
	}
	for i := range s.layers {
		if sizes[i][0] != 0 {
			continue
		}
		if up := i - known; up > 0 {
			sizes[i] = [2]int{sizes[known][0] << up, sizes[known][1] << up}
		} else {
			sizes[i] = [2]int{sizes[known][0] >> -up, sizes[known][1] >> -up}
		}
	}
	return sizes
}

// soundRate is what sound needs on the line, in bit/s: as it is, and for each
// earlier packet that is carried along.
func (s *Source) soundRate() (plain, again int) {
	const usual = 64_000 + 50*8*(12+onTheLine)
	if plain = s.layers[0].meter.rate; plain <= 0 {
		plain = usual
	}
	return plain, max(0, plain-50*8*(8+onTheLine))
}
