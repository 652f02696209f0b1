package switchboard

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Receiver is one connection that packets go out to. It is made by
// [Board.AddReceiver]. One of the crew at a time serves it: owns its slots and
// calls its Output.
type Receiver struct {
	board  *Board
	rights *rights
	out    Output
	slots  []slot
	layout string // the same for receivers whose slots take the same

	share
	redundancy atomic.Int32 // how many earlier packets each one of sound carries along

	chooser  *chooser   // guarded by the board
	measured instant    // when its slots were last; guarded by the board
	subs     [][2]*rung // by slot: what is led there; guarded by the board

	// writing counts the beginnings and the ends of writes of sources' packets:
	// it is odd while one is under way.
	writing atomic.Uint64

	mu      sync.Mutex // held to put something in or take it out, never longer
	queue   []entry
	chores  chores
	listed  bool          // stands in the crew's line
	serving bool          // somebody serves it
	slow    bool          // its Output has been slow
	closed  atomic.Bool   // set under the lock
	ended   chan struct{} // closed when nothing will be written any more

	// What follows belongs to whoever serves.
	work  []entry // being worked off
	done  int     // of work
	spare []entry
	batch []Outgoing
	held  []held // what the batch is made of
	again budget // of retransmissions
	later []later
	rtcp  [rtcpSize]byte
	// switched says that some slot has turned to another source.
	switched bool
	// aside is how many more writes make the receiver one that is slow.
	aside int

	count receiverCount
}

// entry is one thing in a receiver's queue: a packet to forward, a
// retransmission that has been asked for, or a mark to be reached.
type entry struct {
	packet *packet
	rung   *rung
	mark   *room
	slot   uint16
	seq    uint16
	again  bool // retransmit seq
}

// held is what one packet of the batch is made of: what is given back when it
// has been written.
type held struct {
	packet, copied *packet
	mixed          *form
}

func (h *held) release() {
	if h.packet != nil {
		h.packet.release()
	}
	if h.copied != nil {
		h.copied.release()
	}
	if h.mixed != nil {
		forms.Put(h.mixed)
	}
	*h = held{}
}

// chores are what is done before the queue is looked at.
type chores struct {
	settle bool    // look at what the slots are to carry
	report bool    // send sender reports
	rooms  []*room // to be swept
}

func (c *chores) any() bool { return c.settle || c.report || len(c.rooms) > 0 }

const (
	maxQueue = 1024 // entries; more than a second of everything
	// Of which pictures may take so many: who is behind loses them first, and
	// the sound later.
	maxPictures = 768
	maxBatch    = 16 // packets given to an Output at once
	maxServe    = 64 // entries worked off before others are served
)

// AddReceiver adds a connection with these slots. What flows in them is what
// its key is allowed, now and later.
func (b *Board) AddReceiver(key Key, specs []SlotSpec, out Output) (*Receiver, error) {
	if err := checkSlots(specs); err != nil {
		return nil, err
	}
	r := &Receiver{
		board: b, out: out, layout: layout(specs),
		slots: make([]slot, len(specs)), subs: make([][2]*rung, len(specs)),
		ended: make(chan struct{}),
		batch: make([]Outgoing, 0, maxBatch), held: make([]held, 0, maxBatch),
	}
	for i, spec := range specs {
		r.slots[i].init(i, spec)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, errClosed
	}
	r.rights = b.rightsOf(key)
	r.rights.receivers[r] = struct{}{}
	b.receivers[r] = struct{}{}
	b.order = append(b.order, r)
	b.rechoose(r)
	b.publish()
	return r, nil
}

func checkSlots(specs []SlotSpec) error {
	if len(specs) == 0 {
		return fmt.Errorf("a receiver needs a slot")
	}
	type half struct {
		pair int
		kind Kind
	}
	ids, ssrcs, halves := map[SlotID]bool{}, map[uint32]bool{}, map[half]bool{}
	for _, s := range specs {
		h := half{s.Pair, s.Kind}
		switch {
		case s.Kind != Audio && s.Kind != Video:
			return fmt.Errorf("slot %q has no kind", s.ID)
		case ids[s.ID] || s.ID == "":
			return fmt.Errorf("slot %q: ids must be distinct and not empty", s.ID)
		case ssrcs[s.SSRC]:
			return fmt.Errorf("slot %q: SSRC %d is another slot's", s.ID, s.SSRC)
		case s.RTX.SSRC != 0 && (s.RTX.SSRC == s.SSRC || ssrcs[s.RTX.SSRC]):
			return fmt.Errorf("slot %q: SSRC %d of its retransmissions is in use", s.ID, s.RTX.SSRC)
		case s.RED != 0 && s.Kind != Audio:
			return fmt.Errorf("slot %q: redundancy is for sound", s.ID)
		case s.Pair < 0 || s.Pair > 0 && halves[h]:
			return fmt.Errorf("slot %q: pair %d has a slot for %s already", s.ID, s.Pair, s.Kind)
		}
		ids[s.ID], ssrcs[s.SSRC], halves[h] = true, true, true
		if s.RTX.SSRC != 0 {
			ssrcs[s.RTX.SSRC] = true
		}
	}
	return nil
}

// layout writes down what decides which sources can be carried in which slot.
func layout(specs []SlotSpec) string {
	var b []byte
	for _, s := range specs {
		b = fmt.Appendf(b, "%s\x00%d\x00%d", s.ID, s.Kind, s.Pair)
		for c := Opus; c <= lastCodec; c++ {
			if _, takes := s.PT[c]; takes {
				b = append(b, byte('0'+c))
			}
		}
		b = append(b, 3)
	}
	return string(b)
}

// led lists what is led into the slots now.
func (r *Receiver) led() []*Source {
	list := make([]*Source, len(r.slots))
	for i := range r.slots {
		if g := r.slots[i].want.Load(); g != nil {
			list[i] = g.source
		}
	}
	return list
}

// push puts an entry into the queue, unless that is full or closed. When it
// says so the receiver is to be put into the crew's line.
func (r *Receiver) push(e entry) (taken, list bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	limit := maxQueue
	if e.packet != nil && e.packet.duration == 0 {
		limit = maxPictures
	}
	if r.closed.Load() || len(r.queue) >= limit {
		r.count.dropped.Add(1)
		return false, false
	}
	r.queue = append(r.queue, e)
	return true, r.toBeListed()
}

// toBeListed reports whether somebody must be told that there is something to
// do. The lock is held.
func (r *Receiver) toBeListed() bool {
	if r.listed || r.serving {
		return false
	}
	r.listed = true
	if r.slow {
		go r.serve() // at its own pace
		return false
	}
	return true
}

// enqueue is push for one who does not put others into the line as well.
func (r *Receiver) enqueue(e entry) bool {
	taken, list := r.push(e)
	if list {
		r.board.crew.serve([]*Receiver{r}, false)
	}
	return taken
}

// hurry adds a chore, which goes before what is only forwarded. It reports
// whether the receiver is to be put into the crew's urgent line for it.
func (r *Receiver) hurry(add func(c *chores)) (list bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.chores.any() // it stands in the line for it already
	add(&r.chores)
	return !known && r.toBeHurried()
}

// toBeHurried is toBeListed for what is urgent: it may stand in the other line
// already.
func (r *Receiver) toBeHurried() bool {
	if r.serving {
		return false // who serves looks again
	}
	if r.slow {
		go r.serve()
		return false
	}
	return true
}

func (r *Receiver) isSlow() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.slow
}

// sweep asks whoever serves to answer that the receiver is clear of all that is
// revoked; the result is that of hurry.
func (r *Receiver) sweep(m *room) (list bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed.Load() {
		m.done()
		return false
	}
	known := r.chores.any()
	r.chores.rooms = append(r.chores.rooms, m)
	return !known && r.toBeHurried()
}

// Nack asks for packets that the receiver has not got (RFC 4585 §6.2.1). Those
// that may still be had are sent again.
func (r *Receiver) Nack(ssrc uint32, seqs []uint16) {
	for i := range r.slots {
		if r.slots[i].spec.SSRC == ssrc {
			for _, seq := range seqs {
				r.enqueue(entry{slot: uint16(i), again: true, seq: seq})
			}
			return
		}
	}
}

// PictureLoss says that the receiver cannot go on without a keyframe (RFC 4585
// §6.3.1, RFC 5104 §4.3.1).
func (r *Receiver) PictureLoss(ssrc uint32) {
	for i := range r.slots {
		if s := &r.slots[i]; s.spec.SSRC == ssrc {
			r.count.pictureLosses.Add(1)
			if g := s.carrying.Load(); g == nil {
				r.missesSlate(s)
			} else if g.live.Load() && s.pleas.allow(r.board.clock.instant(), pleaEvery) {
				g.layer.keyframe()
			}
			return
		}
	}
}

// Received tells up to which sequence number a receiver has got a slot's
// packets, as it reports (RFC 3550 §6.4.1, the lower half).
func (r *Receiver) Received(ssrc uint32, highest uint16) {
	for i := range r.slots {
		s := &r.slots[i]
		if s.spec.SSRC != ssrc {
			continue
		}
		owed := s.owed.Load()
		switch {
		case owed == 0:
		case int16(highest-uint16(owed)) >= 0:
			s.owed.CompareAndSwap(owed, 0)
		default:
			r.missesSlate(s)
		}
		return
	}
}

// missesSlate has the slot's slate sent again, if one stands there.
func (r *Receiver) missesSlate(s *slot) {
	if !s.unseen.Swap(true) && r.hurry(func(c *chores) { c.settle = true }) {
		r.board.crew.serve([]*Receiver{r}, true)
	}
}

// Close takes the receiver off the board. Its Output is not called any more
// when it returns, but for a call that does not end within a moment.
func (r *Receiver) Close() {
	b := r.board
	b.mu.Lock()
	r.off()
	b.publish()
	b.mu.Unlock()
	r.leave()
	limit := time.NewTimer(sweepPoll * stuckPolls)
	defer limit.Stop()
	select {
	case <-r.ended:
	case <-limit.C:
	}
}

// off takes the receiver out of all the board's lists. The lock is held.
func (r *Receiver) off() {
	b := r.board
	if _, on := b.receivers[r]; !on {
		return
	}
	delete(b.receivers, r)
	b.leaveOrder(r)
	b.leaveChooser(r)
	for i := range r.slots {
		b.subscribe(r, i, nil, nil)
		delete(b.unsettled, subscription{r, i})
		b.wishSmall(r, i)
	}
	delete(r.rights.receivers, r)
	if len(r.rights.slots) == 0 && len(r.rights.receivers) == 0 {
		delete(b.keys, r.rights.key)
	}
}

// leave has nothing written any more.
func (r *Receiver) leave() {
	r.mu.Lock()
	r.closed.Store(true)
	list := r.toBeHurried()
	r.mu.Unlock()
	if list {
		r.board.crew.serve([]*Receiver{r}, true)
	}
}
