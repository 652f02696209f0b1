package switchboard

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Channel is one language's permanent sound: a source with a packet every
// 20 ms for as long as it is open, on the server's clock. What it carries comes
// from one source of its feed at a time; when that is silent or there is none,
// it carries frames of silence.
type Channel struct {
	source  *Source
	board   *Board
	rights  *rights  // of the channel to its feeders, in one slot
	chooser *chooser // guarded by the board, as rights are
	slots   []slot   // that one slot, for the chooser
	want    *grant   // whose packets are led here; guarded by the board

	emitting sync.Mutex // held while packets are made and put into queues
	at       instant    // of the next packet
	held     mean       // how long what came from the feeder has waited
	n        uint64
	ts       int64

	mu      sync.Mutex
	current *fifo // feeds the channel
	next    *fifo // feeds it when the current one is empty; nil when none waits
}

// The channel's own clock.
const (
	channelTick  = 20 * time.Millisecond
	channelFrame = 960 // 20 ms in units of 48 kHz
	channelStall = time.Second
	feedSlot     = SlotID("feed")
)

// AddChannel opens a channel, or gives the one that is open under this id. Its
// origin is its id. It begins with silence.
func (b *Board) AddChannel(id SourceID) *Channel {
	b.mu.Lock()
	defer b.mu.Unlock()
	if old := b.sources[id]; old != nil {
		if c := b.channelOf(old); c != nil {
			return c
		}
		b.remove(old)
	}
	c := &Channel{
		board: b, slots: make([]slot, 1), current: new(fifo), ts: 1 << 32, n: firstN,
		source: newSource(b, SourceSpec{ID: id, Origin: Origin(id), Kind: Audio, Codec: Opus, ClockRate: 48000}, nil),
		rights: &rights{key: Key(id)},
	}
	c.slots[0].init(0, SlotSpec{ID: feedSlot, Kind: Audio, PT: map[Codec]uint8{Opus: 111}})
	c.chooser = newChooser("", c.slots)
	c.at = b.clock.instant()/instant(channelTick)*instant(channelTick) + instant(channelTick)
	list := append(append([]*Channel(nil), *b.channels.Load()...), c)
	b.channels.Store(&list)
	b.enter(c.source)
	return c
}

func (b *Board) channelOf(s *Source) *Channel {
	for _, c := range *b.channels.Load() {
		if c.source == s {
			return c
		}
	}
	return nil
}

// SetFeed says who may feed the channel. When it returns nothing of a source
// outside the set goes out through the channel, to any receiver; what had been
// taken from a feeder before has gone out, and the next packet is the next
// feeder's, or silence. Channels do not feed channels.
func (c *Channel) SetFeed(set Set) Cleared {
	return c.board.SetFeeds(map[*Channel]Set{c: set})
}

// SetFeeds is SetFeed for many channels at once.
func (b *Board) SetFeeds(feeds map[*Channel]Set) Cleared {
	w := newSweep()
	var removed []*grant
	b.mu.Lock()
	for c, set := range feeds {
		removed = append(removed, c.refeed(set, w)...)
	}
	w.beginBehind()
	b.mu.Unlock()
	cleared := w.wait()
	for _, g := range removed {
		g.revoke()
	}
	return cleared
}

// refeed puts a new set in force, adds to the sweep whoever is to be waited
// for, and gives the grants that are to be revoked then.
func (c *Channel) refeed(set Set, w *sweep) (removed []*grant) {
	c.rights.slots = Slots{}
	if set = set.tidy(); len(set.Sources) > 0 {
		c.rights.slots[feedSlot] = set
	}
	removed = c.takeRemoved()
	c.board.refeed(c)
	c.purge(removed)
	if len(removed) > 0 {
		c.emitting.Lock() // a packet that was being made has been put into the queues
		for _, r := range *c.source.layers[0].routes.Load() {
			w.over(r.to)
		}
		c.emitting.Unlock()
		c.source.closeSmall(removed, w)
	}
	return removed
}

// takeRemoved takes the grants of sources out that may feed the channel no
// more. They live on until what was taken from them has gone out.
func (c *Channel) takeRemoved() []*grant {
	var removed []*grant
	set := c.rights.slots[feedSlot]
	c.rights.grants = slices.DeleteFunc(c.rights.grants, func(g *grant) bool {
		if set.has(g.source.spec.ID) {
			return false
		}
		removed = append(removed, g)
		return true
	})
	return removed
}

// refeed chooses among the feeders and leads the chosen one's packets here.
// The board's lock is held.
func (b *Board) refeed(c *Channel) {
	b.grantAll(c.rights)
	c.chooser.fill(c.slots, c.rights.slots, c.feeders(), c.chooser.choice)
	c.chooser.choose(b.clock.instant())
	var g *grant
	if s := c.chooser.choice[0]; s != nil {
		g = c.rights.grantOf(feedSlot, s)
	}
	was := c.want
	if was == g {
		return
	}
	c.want = g
	c.turnTo(g)
	for _, changed := range [2]*grant{was, g} {
		if changed != nil {
			b.feedFrom(changed.source)
		}
	}
}

// feeders are the sources on the board that are no channels.
func (c *Channel) feeders() map[SourceID]*Source {
	list := make(map[SourceID]*Source)
	for _, id := range c.rights.slots[feedSlot].Sources {
		if s := c.board.sources[id]; s != nil && c.board.channelOf(s) == nil {
			list[id] = s
		}
	}
	return list
}

// feedFrom leads a source's packets into the channels that want them.
func (b *Board) feedFrom(s *Source) {
	var list []feed
	for _, c := range *b.channels.Load() {
		if c.want != nil && c.want.source == s {
			list = append(list, feed{to: c, grant: c.want})
		}
	}
	s.feeds.Store(&list)
}

// turnTo has the channel fed under this grant. What has been taken from the
// feeder before is still used up, unless there is none to follow.
func (c *Channel) turnTo(g *grant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next = c.next.gone()
	switch {
	case g == nil:
		c.current.clear()
		c.current = new(fifo)
	case c.current.grant == nil || c.current.depth() == 0:
		c.current.clear()
		c.current = newFifo(g)
	default:
		c.next = newFifo(g)
	}
}

// purge lets go of all that was taken under grants that are revoked.
func (c *Channel) purge(revoked []*grant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, g := range revoked {
		if c.next != nil && c.next.grant == g {
			c.next = c.next.gone()
		}
		if c.current.grant == g {
			c.current.clear()
			c.current = new(fifo)
			if c.next != nil {
				c.current, c.next = c.next, nil
			}
		}
	}
}

// drop takes a source out that has left the board. The board's lock is held.
func (c *Channel) drop(s *Source) {
	if g := c.rights.grantOf(feedSlot, s); g != nil {
		g.revoke()
		c.rights.forgetRevoked()
		c.purge([]*grant{g})
	}
}

// put takes a packet from a feeder.
func (c *Channel) put(p *packet, g *grant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.next != nil:
		if c.next.grant == g {
			c.next.put(p)
		}
	case c.current.grant == g:
		c.current.put(p)
	}
}

// take gives what is to go out next, and under which grant, or nil.
func (c *Channel) take() (*packet, *grant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != nil && c.current.depth() == 0 {
		c.current, c.next = c.next, nil
	}
	return c.current.take(), c.current.grant
}

// emit sends the packets that are due. The ticker calls it.
func (c *Channel) emit(now instant) {
	c.emitting.Lock()
	defer c.emitting.Unlock()
	if behind := now.sub(c.at); behind > channelStall { // the machine was asleep
		frames := int64(behind / channelTick)
		c.at, c.ts = c.at.add(time.Duration(frames)*channelTick), c.ts+frames*channelFrame
	}
	for c.at <= now {
		c.emitOne(now)
	}
}

func (c *Channel) emitOne(now instant) {
	in, g := c.take()
	var p *packet
	if in == nil {
		p = newPacket(opusSilence)
		p.duration, p.level, p.quiet = channelFrame, 127, true
	} else {
		p = newPacket(in.payload)
		p.duration, p.level, p.quiet, p.marker, p.via = in.duration, in.level, in.quiet, in.marker, g
		p.repeats = in.repeats
		c.held.add(now.sub(in.arrival))
		in.release()
	}
	p.n, p.out, p.nth, p.ts, p.capture, p.arrival = c.n, c.n, c.n-firstN+1, c.ts, c.at, now
	c.n++
	c.ts += int64(p.duration)
	c.at = c.at.add(span(int64(p.duration), 48000))
	c.source.emit(p)
}

// emit keeps and delivers a packet that the server has made itself.
func (s *Source) emit(p *packet) {
	l := s.layers[0]
	l.count.packets.Add(1)
	l.count.bytes.Add(uint64(12 + len(p.payload)))
	l.count.bare.Add(uint64(12 + len(p.payload)))
	l.count.last.Store(int64(p.arrival))
	s.level.add(p.level, p.arrival)
	s.mu.Lock()
	if s.closed.Load() {
		s.mu.Unlock()
		p.release()
		return
	}
	l.cache.put(p)
	s.come.Store(p.nth)
	s.mu.Unlock()
	s.deliver(l, p)
}

// Close ends the channel, with the summit it belongs to.
func (c *Channel) Close() {
	b := c.board
	b.mu.Lock()
	var list []*Channel
	for _, other := range *b.channels.Load() {
		if other != c {
			list = append(list, other)
		}
	}
	b.channels.Store(&list)
	if c.want != nil {
		b.feedFrom(c.want.source)
	}
	b.mu.Unlock()
	c.source.Close()
	c.turnTo(nil)
}

// mean is a smoothed length of time: each new one counts for a sixty-fourth. One
// goroutine at a time may add to it.
type mean struct{ nanoseconds atomic.Int64 }

func (m *mean) add(d time.Duration) {
	was := m.nanoseconds.Load()
	if was == 0 {
		was = int64(d)
	}
	m.nanoseconds.Store(was + (int64(d)-was)/64)
}

func (m *mean) get() time.Duration { return time.Duration(m.nanoseconds.Load()) }
