package switchboard

import (
	"log/slog"
	"slices"
	"time"
)

const (
	chooseEvery = 2 // ticks: 40 ms
	tickSecond  = int(time.Second / channelTick)
	shareTicks  = int(lookEvery / channelTick)
)

// tick drives whatever goes by the clock: the channels, the choice by level,
// and the reports, which are spread over the second.
func (b *Board) tick() {
	defer close(b.stopped)
	ticker := time.NewTicker(channelTick)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-b.quit:
			return
		case <-ticker.C:
		}
		b.crew.look()
		now := b.clock.instant()
		for _, c := range *b.channels.Load() {
			c.emit(now)
		}
		b.decide(n, now)
		b.reportPart(n%tickSecond, now)
		if n%tickSecond == 0 {
			b.tell()
		}
	}
}

// decide chooses sources and layers anew, whichever it is time for.
func (b *Board) decide(n int, now instant) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n%chooseEvery == 0 {
		b.chooseAll(now)
		b.settleLate(now)
	}
	if n%shareTicks == 0 {
		b.measure(now)
		b.reviewSmall(now)
	}
	b.sharePart(n%shareTicks, shareTicks, now)
	b.shareHasty(now)
	b.publish()
}

// reportPart has those receivers report whose turn in the second it is.
func (b *Board) reportPart(part int, now instant) {
	var list []*Receiver
	b.mu.Lock()
	for i := part; i < len(b.order); i += tickSecond {
		b.order[i].measure(now)
		list = append(list, b.order[i])
	}
	b.mu.Unlock()
	list = slices.DeleteFunc(list, func(r *Receiver) bool {
		return !r.hurry(func(c *chores) { c.report = true })
	})
	b.crew.serve(list, true)
}

// leaveOrder takes a receiver out; the last one takes its place.
func (b *Board) leaveOrder(r *Receiver) {
	for i, other := range b.order {
		if other == r {
			last := len(b.order) - 1
			b.order[i] = b.order[last]
			b.order[last] = nil
			b.order = b.order[:last]
			return
		}
	}
}

// tally is what has gone wrong on the packet path so far.
type tally struct{ malformed, dropped uint64 }

// complaint is what has been logged of one key's requests that were refused.
type complaint struct {
	refused uint64 // up to then
	at      instant
}

// complainEvery is how often one key's refused requests are logged at most.
const complainEvery = time.Minute

// tell logs what has gone wrong since the last call, if anything has: one line
// a second, not one a packet.
func (b *Board) tell() {
	var t tally
	refused := map[Key]uint64{}
	now := b.clock.instant()
	b.mu.Lock()
	for _, s := range b.sources {
		t.malformed += s.count.malformed.Load()
	}
	for _, r := range b.order {
		t.dropped += r.count.dropped.Load()
	}
	for key, r := range b.keys {
		if more := r.refusedSince(now); more > 0 {
			refused[key] = more
		}
	}
	was := b.told
	b.told = t
	b.mu.Unlock()
	for key, packets := range refused {
		b.log.Warn("packets that were asked for again were not sent in the last minute", "key", string(key), "packets", packets)
	}
	more := tally{since(t.malformed, was.malformed), since(t.dropped, was.dropped)}
	if more != (tally{}) {
		b.log.Warn("packets were dropped in the last second",
			slog.Uint64("malformed", more.malformed), slog.Uint64("queue-full", more.dropped))
	}
}

// refusedSince is how many packets of a key's receivers were asked for again in
// vain since that was logged last; 0 when that was only a moment ago.
func (r *rights) refusedSince(now instant) uint64 {
	if r.complained.at != 0 && now.sub(r.complained.at) < complainEvery {
		return 0
	}
	refused := uint64(0)
	for one := range r.receivers {
		for i := range one.slots {
			refused += one.slots[i].count.nacksRefused.Load()
		}
	}
	more := since(refused, r.complained.refused)
	switch {
	case more > 0:
		r.complained = complaint{refused, now}
	case refused < r.complained.refused:
		r.complained.refused = refused
	}
	return more
}

// since is how much a counter has grown; those who counted may have left.
func since(now, was uint64) uint64 {
	if now < was {
		return 0
	}
	return now - was
}
