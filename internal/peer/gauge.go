package peer

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"liqa/internal/estimate"
	"liqa/internal/switchboard"
)

// maxProbes is how many connections of a gate are probed at one time; the
// others wait for their next report.
const maxProbes = 16

// unheard is how long a client may leave numbered packets unreported before it
// is taken for one that never reports.
const unheard = 3 * time.Second

// gauge follows how much a listener's path carries, and tells the switchboard.
// Packets of pictures are numbered for the transport where the client reports
// on them; what goes beside them, all of the sound, is added. Until the first
// numbered packet it holds nothing.
type gauge struct {
	uncounted atomic.Uint64 // bytes of packets without a number
	estimate  atomic.Int64  // as told last, bit/s; 0: not known

	mu      sync.Mutex
	path    *estimate.Path // nil until a packet was numbered
	first   int64          // ticks of that packet
	reports estimate.Reports
	beside  int // bit/s that are not numbered
	before  uint64
	looked  int64 // ticks
	numbers bool  // some slot's packets are numbered; set before the first packet
	probing bool
	last    int // slot whose packet was numbered last, for padding
}

// begin begins anew: nothing is known of the path yet. Where the client will
// tell, a careful guess is better than none.
func (g *gauge) begin(l *listener, r *switchboard.Receiver) {
	g.mu.Lock()
	if g.path != nil {
		g.path.Forget()
	}
	g.first, g.reports, g.beside, g.looked = 0, estimate.Reports{}, 0, 0
	for i := range l.strands {
		if l.strands[i].count != 0 && l.slots[i].RTX.SSRC != 0 && !g.numbers {
			g.numbers, g.last = true, i
		}
	}
	rate := 0
	if g.numbers {
		rate = estimate.Start
	}
	g.mu.Unlock()
	g.tell(r, rate)
}

func (g *gauge) tell(r *switchboard.Receiver, rate int) {
	g.estimate.Store(int64(rate))
	r.Estimate(rate)
}

// number gives the sequence number of a packet and its transport-wide number.
func (g *gauge) number(w *strand, p *switchboard.Outgoing, size int, at int64) (seq, count uint16) {
	g.mu.Lock()
	defer g.mu.Unlock()
	seq = p.Header.SequenceNumber
	if p.RTX {
		seq = w.repairs
		w.repairs++
	} else {
		w.stamp, w.codec = p.Header.Timestamp, p.Codec
	}
	if w.count != 0 {
		g.last = p.Slot
		count = g.sent(size, at)
	}
	return seq, count
}

// padding gives what a packet of padding on a slot's retransmission stream needs.
func (g *gauge) padding(w *strand, at int64) (seq, count uint16, stamp uint32, codec switchboard.Codec) {
	g.mu.Lock()
	defer g.mu.Unlock()
	seq = w.repairs
	w.repairs++
	return seq, g.sent(paddingSize, at), w.stamp, w.codec
}

func (g *gauge) sent(size int, at int64) uint16 {
	if g.path == nil {
		g.path = estimate.NewPath()
	}
	if g.first == 0 {
		g.first = at
	}
	return g.path.Sent(size, time.Duration(at))
}

// arrivals takes a report of which numbered packets came, and when.
func (g *gauge) arrivals(l *listener, r *switchboard.Receiver, p *rtcp.TransportLayerCC, at time.Time) {
	g.mu.Lock()
	if g.path == nil {
		g.mu.Unlock()
		return
	}
	g.path.Feedback(p, time.Duration(ticks(at)))
	rate := g.path.Rate() + g.beside
	g.mu.Unlock()
	g.tell(r, rate)
	g.probe(l, r, at)
}

// told takes the client's own estimate (REMB), where there is nothing better.
func (g *gauge) told(r *switchboard.Receiver, rate float64) {
	g.mu.Lock()
	better := g.numbers && g.path != nil
	g.mu.Unlock()
	if !better && rate > 0 {
		g.tell(r, int(min(rate, estimate.Most)))
	}
}

// reported takes the worst loss of a receiver report, where there is nothing
// better.
func (g *gauge) reported(r *switchboard.Receiver, lost float64, sent int) {
	g.mu.Lock()
	if g.numbers || sent == 0 {
		g.mu.Unlock()
		return
	}
	rate := g.reports.Loss(lost, sent)
	g.mu.Unlock()
	if rate != 0 {
		g.tell(r, rate)
	}
}

// tick measures once a second what is sent without numbers. A client that took
// them and reports nothing is one of which nothing is known.
func (g *gauge) tick(r *switchboard.Receiver, now time.Time) {
	at := ticks(now)
	g.mu.Lock()
	bytes := g.uncounted.Load()
	if g.looked != 0 && at > g.looked {
		g.beside = int(float64(bytes-g.before) * 8 / time.Duration(at-g.looked).Seconds())
	}
	g.before, g.looked = bytes, at
	silent := false
	if g.path != nil {
		_, ever := g.path.Reported()
		silent = !ever && g.first != 0 && at-g.first > int64(unheard)
	}
	g.mu.Unlock()
	if silent && g.estimate.Load() != 0 {
		g.tell(r, 0)
	}
}

// probe finds out whether the path carries what the next better picture needs,
// when it is time to. It is called with every report, and beside that a few
// times a second, since without pictures nothing is reported.
func (g *gauge) probe(l *listener, r *switchboard.Receiver, now time.Time) {
	if !g.numbers || l.away.Load() {
		return
	}
	wanted := r.Wanted()
	if wanted == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	slot := g.last
	if g.probing || l.slots[slot].RTX.SSRC == 0 {
		return
	}
	gate := l.conn.gate
	if gate.probes.Add(1) > maxProbes {
		gate.probes.Add(-1)
		return
	}
	if g.path == nil {
		g.path = estimate.NewPath()
	}
	_, lasting, ok := g.path.Probe(wanted-g.beside, time.Duration(ticks(now)))
	if !ok {
		gate.probes.Add(-1)
		return
	}
	g.probing = true
	go func() {
		defer gate.probes.Add(-1)
		g.pad(l, slot, lasting)
	}()
}

// pad sends the padding of one probe, spread over its time: whatever else is
// sent counts towards it.
func (g *gauge) pad(l *listener, slot int, lasting time.Duration) {
	buffer := packetBuffers.Get().(*[]byte)
	defer packetBuffers.Put(buffer)
	began := time.Now()
	padding := func(now time.Time) int {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.path.Padding(time.Duration(ticks(now)))
	}
	whole := padding(began)
	for over := false; !over; time.Sleep(2 * time.Millisecond) {
		now := time.Now()
		passed := now.Sub(began)
		over = passed >= lasting
		left := int(float64(whole) * max(0, 1-passed.Seconds()/lasting.Seconds()))
		for padding(now) > left && l.pad(slot, *buffer, now) {
			now = time.Now()
		}
	}
	g.mu.Lock()
	g.probing = false
	g.mu.Unlock()
}
