package switchboard

// fifo holds a feeder's packets for a channel for a moment, so that a packet
// is there whenever the channel's clock asks for one: a few at the beginning,
// more when packets come late, fewer again when all have been early for long.
// It is not safe for concurrent use.
type fifo struct {
	grant   *grant // the feeder's
	ring    [fifoSize]*packet
	next    uint64 // out of the packet to be taken next
	end     uint64 // out after the newest packet
	started bool
	primed  bool // has held as many packets as it wants to begin with
	prime   int  // which is so many

	owed   int // silent takes for which packets may still turn out to be lost
	wait   int // packets to let pass as silence, so that late ones are in time
	waited int // takes since
	spare  int // packets that have been left over after every take
	takes  int // since spare was last begun anew
}

const (
	fifoSize  = 32               // packets; a power of two
	fifoPrime = 2 * channelFrame // sound to begin with, in units of 48 kHz
	fifoSpare = 2                // left over for so long are too many
	fifoTakes = 250
	fifoIdle  = 10 // silent takes after which it begins as at first
)

// newFifo begins with what the feeder has sent in the last moment, if it had
// the right then: so a handover needs no pause.
func newFifo(g *grant) *fifo {
	f := &fifo{grant: g}
	for _, p := range g.source.lastTwo() {
		if p != nil {
			f.put(p)
			p.release()
		}
	}
	return f
}

// put takes in a packet that may feed the channel.
func (f *fifo) put(p *packet) {
	if len(p.payload) == 0 || p.duration == 0 {
		return
	}
	if !f.started {
		if !f.grant.admits(p) {
			return
		}
		f.started, f.next, f.end = true, p.out, p.out
		f.prime = min(max(1, fifoPrime/int(p.duration)), fifoSize/2)
	}
	if p.out < f.next {
		if f.waited > fifoTakes/5 && p.nth > f.grant.after+1 {
			f.wait, f.waited = 1, 0
		}
		return
	}
	if p.out >= f.next+fifoSize {
		if p.out >= f.end+fifoSize { // a long gap: begin behind it
			f.clear()
			f.started, f.primed, f.next, f.end = true, true, p.out, p.out
		}
		for p.out >= f.next+fifoSize {
			f.drop()
		}
	}
	at := &f.ring[p.out%fifoSize]
	if *at == nil {
		p.hold()
		*at = p
	}
	f.end = max(f.end, p.out+1)
}

func (f *fifo) depth() int { return int(f.end - f.next) }

// take gives the packet whose turn it is, with its reference, or nil: then
// there is silence.
func (f *fifo) take() *packet {
	f.waited++
	if !f.primed {
		if f.depth() < max(f.prime, 1) {
			return nil
		}
		f.primed, f.spare, f.takes, f.owed = true, fifoSize, 0, 0
	}
	for f.owed > 0 && f.depth() > 0 && f.ring[f.next%fifoSize] == nil {
		f.next++
		f.owed--
	}
	if f.depth() == 0 {
		if f.owed++; f.owed >= fifoIdle {
			f.primed = false
		}
		return nil
	}
	if f.wait > 0 && f.depth() < fifoSize/2 {
		f.wait--
		return nil
	}
	f.owed = 0
	f.trim()
	p := f.ring[f.next%fifoSize]
	f.ring[f.next%fifoSize] = nil
	f.next++
	f.spare = min(f.spare, f.depth())
	f.takes++
	return p
}

// trim leaves a packet out when there have been too many for a while: the
// feeder's clock is faster than the channel's, or a delay is over. A quiet
// packet is preferred, a loud one is left out when there are twice too many.
func (f *fifo) trim() {
	if f.takes < fifoTakes {
		return
	}
	if f.spare < fifoSpare {
		f.spare, f.takes = fifoSize, 0
		return
	}
	p := f.ring[f.next%fifoSize]
	if p == nil || p.quiet || f.spare >= 2*fifoSpare || f.takes >= 2*fifoTakes {
		f.drop()
		f.spare, f.takes = fifoSize, 0
	}
}

func (f *fifo) drop() {
	at := &f.ring[f.next%fifoSize]
	if *at != nil {
		(*at).release()
		*at = nil
	}
	f.next++
	f.end = max(f.end, f.next)
}

// clear lets go of everything; the next packet begins anew.
func (f *fifo) clear() {
	for f.next < f.end {
		f.drop()
	}
	f.started, f.primed = false, false
}

// gone lets go of everything, of a fifo or of none, and gives none.
func (f *fifo) gone() *fifo {
	if f != nil {
		f.clear()
	}
	return nil
}
