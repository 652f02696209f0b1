package switchboard

import (
	"slices"
	"sync/atomic"
	"time"
)

// share is what one receiver's line takes, as far as is known, and what becomes
// of it. It goes down at once and up only when the line has taken more for a
// while; when that turned out to be too much, the next time only with more to
// spare.
type share struct {
	line   atomic.Int64  // bit/s, as told; 0 when not known
	lowest atomic.Int64  // of what was told since the last look
	wanted atomic.Int64  // see [Receiver.Wanted]
	jam    atomic.Int64  // instant until which a loss is taken to be for want of bandwidth
	lost   atomic.Int64  // instant of the last report of much loss that was not; 0 before
	mean   atomic.Uint64 // of the reports of loss, smoothed; the bits of a float64
	much   atomic.Int64  // instant since which that has been much; 0 when it is not
	lossy  atomic.Int64  // instant until which the line counts as one that loses much
	trip   atomic.Int64  // nanoseconds there and back, as reported last; 0 when not known
	twice  atomic.Bool   // packets of pictures are sent twice
	used   atomic.Int64  // bit/s, sound and pictures as they are dealt out
	waits  atomic.Bool   // stands in the board's list of those to be looked at at once

	// What follows is guarded by the board.
	floors   [4]int // the lowest in each of the last looks
	look     int
	known    bool
	headroom int // percent that the line must take more than is needed
	rose     instant
	fell     instant
	strained bool // it is sent far more than the line takes
	narrow   narrow
	fitted   instant // when the smallest picture last went with what the line was said to take; 0 before
}

const (
	lookEvery = 200 * time.Millisecond // at what each receiver is given

	// lineCap is what a line is taken to take of which nothing is known, and
	// the most that any is, in bit/s.
	lineCap = 25_000_000

	leastHeadroom = 110 // percent
	mostHeadroom  = 200
	tooSoon       = 10 * time.Second // a fall so soon after a rise: it was too much
	forgiven      = 30 * time.Second // without a fall
	jamFor        = 7 * time.Second  // after a line has narrowed: longer than between two reports

	// graceOver is how much more than the line takes the smallest picture may
	// make it, in percent: the estimate may be wrong by so much.
	graceOver = 125

	// For so long it is kept, where it makes no more than so much of what the
	// line is said to take: that is least while a queue empties.
	bearFor  = 5 * time.Second
	bearOver = 180 // percent

	// farAway is from which round trip on a picture would stand still until what
	// is lost has been asked for: what is lost much is sent twice there.
	farAway = 100 * time.Millisecond
)

// SetSize says how large a slot's picture is shown, in pixels of the screen; 0
// by 0 when it is not shown. A slot of which nothing is said may have any size.
func (r *Receiver) SetSize(slot SlotID, width, height int) {
	const most = 1 << 14
	b := r.board
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range r.slots {
		if s := &r.slots[i]; s.spec.ID == slot {
			now := b.clock.instant()
			s.said = [2]int16{int16(min(max(width, 0), most)), int16(min(max(height, 0), most))}
			if s.resize(now) && r.chooser != nil { // it is on the board still
				b.share(r, now)
				b.publish()
			}
			return
		}
	}
}

// resizeEvery is how often a size is heeded that goes on changing. Each may
// need a keyframe, for which all who receive the source pay.
const resizeEvery = 2 * time.Second

// resize heeds what has been said of the slot's size last, unless that has
// changed too often of late: then it is for later. The board's lock is held.
func (s *slot) resize(now instant) bool {
	if s.said == [2]int16{s.width, s.height} || !s.resized.allow(now, resizeEvery) {
		return false
	}
	s.width, s.height = s.said[0], s.said[1]
	return true
}

// Estimate says how much the receiver's line takes at present, in bit/s of all
// that is sent to it; 0 when that is not known.
func (r *Receiver) Estimate(bitsPerSecond int) {
	v := int64(min(max(bitsPerSecond, 0), lineCap))
	was := r.line.Swap(v)
	for low := r.lowest.Load(); (low == 0 || v < low) && !r.lowest.CompareAndSwap(low, v); low = r.lowest.Load() {
	}
	if v > 0 && v < was*3/4 {
		r.jam.Store(int64(r.board.clock.instant().add(jamFor)))
	}
	if v > 0 && (v < r.used.Load() || was == 0) && !r.waits.Swap(true) {
		r.board.hasten(r)
	}
}

// Wanted is how much the line would have to take, in bit/s in all, for better
// pictures; 0 when there is nothing to be made better. As far as that it is of
// use to probe the line now: never much beyond twice what is sent.
func (r *Receiver) Wanted() int { return int(r.wanted.Load()) }

// hasten has a receiver looked at with the next tick.
func (b *Board) hasten(r *Receiver) {
	b.hastening.Lock()
	defer b.hastening.Unlock()
	b.hasty = append(b.hasty, r)
}

// shareHasty looks at those that cannot wait for their turn. The lock is held.
func (b *Board) shareHasty(now instant) {
	b.hastening.Lock()
	list := b.hasty
	b.hasty = nil
	b.hastening.Unlock()
	for _, r := range list {
		if r.waits.Store(false); r.chooser != nil {
			b.share(r, now)
		}
	}
}

// sharePart looks at those receivers whose turn it is. The lock is held.
func (b *Board) sharePart(part, parts int, now instant) {
	for i := part; i < len(b.order); i += parts {
		if r := b.order[i]; r.chooser != nil {
			for k := range r.slots {
				r.slots[k].resize(now)
			}
			r.sample()
			b.share(r, now)
		}
	}
}

// sample notes the least that the line was said to take since the last time.
func (r *Receiver) sample() {
	line := r.line.Load()
	low := r.lowest.Swap(line)
	if low == 0 || line < low {
		low = line
	}
	if !r.known && line > 0 {
		for i := range r.floors {
			r.floors[i] = int(low)
		}
	}
	r.known = line > 0
	r.floors[r.look%len(r.floors)] = int(low)
	r.look++
}

// share deals out anew what the receiver's line takes, and leads into its slots
// what comes of it. The lock is held.
func (b *Board) share(r *Receiver, now instant) {
	b.apportion(r, now)
	for i := range r.slots {
		sl := &r.slots[i]
		if sl.spec.Kind == Audio && !r.economical() && sl.smallOf == nil {
			continue
		}
		b.wishSmall(r, i)
		b.steer(r, i, r.rungOf(i))
	}
}

// rungOf is what the slot is to be led: of the source that has been chosen, the
// layer that has been allotted.
func (r *Receiver) rungOf(i int) *rung {
	sl, s := &r.slots[i], r.chooser.choice[i]
	if s == nil {
		return nil
	}
	g := r.rights.grantOf(sl.spec.ID, s)
	switch {
	case g == nil:
		return nil
	case sl.smallOf == s && s.small.comes():
		return &g.small
	case sl.spec.Kind == Audio:
		return &g.rungs[0]
	case sl.layer < 0 || int(sl.layer) >= len(s.layers):
		return nil
	}
	return &g.rungs[sl.layer]
}

// apportion decides about the layer of each slot, and the redundancy of sound.
// The lock is held.
func (b *Board) apportion(r *Receiver, now instant) {
	list, leading, needs := b.demand(r)
	line, floor := int(r.line.Load()), slices.Min(r.floors[:])
	known := line > 0
	if !known {
		line, floor = lineCap, lineCap*2
	} else if !r.known {
		floor = line
	}
	if r.headroom == 0 {
		r.headroom, r.rose, r.fell = leastHeadroom, never, never
	}
	if r.headroom > leastHeadroom && now.sub(r.fell) > forgiven && now.sub(r.rose) > forgiven {
		r.headroom, r.fell = max(leastHeadroom, r.headroom*9/10), now
	}

	smallest := 0
	if len(list) > 0 {
		smallest = list[0].rate(list[0].above(-1))
	}
	redundancy := needs.redundancy(int(r.line.Load()), instant(r.lossy.Load()) > now, smallest)
	forSound := needs.with(redundancy)
	f := funds{keep: line - forSound, rise: floor/r.headroom*100 - forSound, blind: !known}
	if known {
		f.grace = r.grace(smallest, len(list) > 0 && list[0].now >= 0, line, forSound, now)
	}
	wished := known && instant(r.lossy.Load()) > now && time.Duration(r.trip.Load()) >= farAway
	used, twice := deal(list, leading, f, wished, r.twice.Load())
	had, carried := 0, 0
	for i := range list {
		had += list[i].rate(list[i].now)
		carried += list[i].rate(list[i].carried)
	}

	r.strained = known && forSound+carried > line/2*3
	r.redundancy.Store(int32(redundancy))
	r.twice.Store(twice)
	r.used.Store(int64(forSound + used))
	r.remember(list, had, f, known, now)
	r.wanted.Store(0)
	r.economise(needs.whole, line, floor, known && b.reduce != nil, now)
	next, ideal := couldUse(list, leading)
	if wished && !twice {
		next, ideal = max(next, 2*used), max(ideal, 2*used)
	}
	if known && ideal > used {
		r.wanted.Store(int64(forSound+max(next, min(ideal, 2*(used+forSound)))) * int64(r.headroom+5) / 100)
	}
	if r.narrow.byLine {
		r.wanted.Store(max(r.wanted.Load(), int64(min(needs.whole/5*8, 2*line))))
	}
}

// grace is what there is for the smallest layer of the most important picture,
// beside the sound. One that is carried is not given up for a moment's estimate.
func (r *Receiver) grace(smallest int, carried bool, line, forSound int, now instant) int {
	grace := line/100*graceOver - forSound
	switch {
	case smallest <= grace:
		r.fitted = now
	case carried && r.fitted != 0 && now.sub(r.fitted) < bearFor && forSound+smallest <= line/100*bearOver:
		return smallest
	}
	return grace
}

// remember writes down what each slot has been allotted, and learns from a rise
// that did not last.
func (r *Receiver) remember(list []picture, had int, f funds, known bool, now instant) {
	rose, fell := false, false
	for i := range list {
		p := &list[i]
		sl := &r.slots[p.slot]
		rose = rose || p.got > p.now
		fell = fell || p.got < p.now && had > f.keep
		sl.layer = int8(p.got)
		switch {
		case p.got < p.top && p.above(p.got) >= 0:
			sl.reduced = ByLine
		case sl.byHand:
			sl.reduced = ByHand
		default:
			sl.reduced = NotReduced
		}
	}
	switch {
	case !known:
	case fell:
		if r.rose != never && now.sub(r.rose) < tooSoon {
			r.headroom = min(mostHeadroom, r.headroom*5/4)
		}
		r.fell = now
	case rose:
		r.rose = now
	}
}

// demand lists the pictures of a receiver's slots, the most important first,
// says how many of them lead, and what the sound needs. The list is the board's.
func (b *Board) demand(r *Receiver) (list []picture, leading int, needs sound) {
	list = b.pictures[:0]
	for i := range r.slots {
		sl, s := &r.slots[i], r.chooser.choice[i]
		if s == nil {
			sl.layer, sl.reduced = -1, NotReduced
			if sl.foreign = b.foreign(r, sl); sl.foreign != "" {
				sl.reduced = ByCodec
			}
			continue
		}
		if sl.spec.Kind == Audio {
			plain, again := s.soundRate()
			needs.whole += plain
			if sl.smallOf == s && s.small.comes() {
				plain, again = min(plain, smallLine), 0
			}
			needs.plain += plain
			if sl.spec.RED != 0 {
				needs.again += again
			}
			continue
		}
		sl.foreign = ""
		set := r.rights.slots[sl.spec.ID]
		p := picture{slot: i, now: int(sl.layer), carried: -1, preferred: set.Prefer == s.spec.ID, area: int(sl.width) * int(sl.height)}
		if sl.width < 0 {
			p.area = 1 << 30
		}
		if c := sl.carrying.Load(); c != nil && c.source == s {
			p.carried = c.layer.index
		}
		p.top, sl.byHand = use(s.sizes(), len(s.layers), int(sl.width), int(sl.height), set.Most)
		if p.top >= 0 && (set.First < 2 || sl.width > 0) {
			p.first = set.First
		}
		s.demand(&p)
		list = append(list, p)
	}
	b.pictures = list
	slices.SortFunc(list, func(p, q picture) int { return p.before(&q) })
	for leading < len(list) && list[leading].first == list[0].first && list[leading].preferred == list[0].preferred &&
		(list[0].first > 0 || list[0].preferred || leading == 0) {
		leading++
	}
	return list, leading, needs
}

// foreign is the picture that would be in a slot if the receiver took its
// codec; "" for none. In a pair it is that of whoever is heard.
func (b *Board) foreign(r *Receiver, empty *slot) SourceID {
	if empty.spec.Kind != Video || empty.takes[H264] && empty.takes[VP9] {
		return ""
	}
	var heard *Source
	for i := range r.slots {
		if sl := &r.slots[i].spec; empty.spec.Pair > 0 && sl.Pair == empty.spec.Pair && sl.Kind == Audio {
			heard = r.chooser.choice[i]
		}
	}
	for _, id := range r.rights.slots[empty.spec.ID].Sources {
		s := b.sources[id]
		if s != nil && s.spec.Kind == Video && !empty.takes[s.spec.Codec] && (heard == nil || heard.spec.Origin == s.spec.Origin) {
			return id
		}
	}
	return ""
}
