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
type tally struct {
	malformed, dropped, refused uint64
}

// tell logs what has gone wrong since the last call, if anything has: one line
// a second, not one a packet.
func (b *Board) tell() {
	b.mu.Lock()
	var t tally
	for _, s := range b.sources {
		t.malformed += s.count.malformed.Load()
	}
	for _, r := range b.order {
		t.dropped += r.count.dropped.Load()
		for i := range r.slots {
			t.refused += r.slots[i].count.nacksRefused.Load()
		}
	}
	was := b.told
	b.told = t
	b.mu.Unlock()
	more := tally{since(t.malformed, was.malformed), since(t.dropped, was.dropped), since(t.refused, was.refused)}
	if more != (tally{}) {
		b.log.Warn("packets were dropped in the last second",
			slog.Uint64("malformed", more.malformed), slog.Uint64("queue-full", more.dropped),
			slog.Uint64("retransmissions-refused", more.refused))
	}
}

// since is how much a counter has grown; those who counted may have left.
func since(now, was uint64) uint64 {
	if now < was {
		return 0
	}
	return now - was
}
