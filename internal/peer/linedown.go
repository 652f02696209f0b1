package peer

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/pion/rtcp"

	"liqa/internal/switchboard"
)

// The downward half of a test: at first what sound needs, then rates that
// double for as long as the line carries them. It stops at the first that the
// line does not carry, so that who shares it is disturbed for a second at most.
const (
	lineBeat   = 20 * time.Millisecond
	lineQuiet  = 3 * time.Second // one small packet a beat: loss and delay of an idle line
	lineStep   = time.Second     // at each rate
	lineSettle = 250 * time.Millisecond
	lineUpward = 8 * time.Second // the client sends at full rate for the last five of them
	lineJudged = 6 * time.Second // before, what it sends says nothing of what it could

	lineSmall = 120  // bytes
	lineLarge = 1100 // bytes

	// A rate is carried when so much of it comes as came of the idle line's
	// packets, and none waits longer than that.
	lineCarried = 0.85
	lineQueue   = 300 * time.Millisecond
)

var lineRates = []int{400_000, 1_000_000, 2_000_000, 3_500_000} // bit/s

// downward is guarded by its tester's lock.
type downward struct {
	ssrc        uint32
	payloadType uint8
	filler      byte  // the first byte of a payload that no decoder shows
	wide        uint8 // header extension

	seq      uint16
	sent     [1 << 13]sending // the last packets, by sequence number
	stage    int              // 0 is the idle line, then the rates
	since    time.Duration
	settling bool
	stages   []rung
	owed     float64       // bytes
	last     time.Duration // of the beats
	finished bool
	trip     time.Duration

	clock  int64 // µs; the client's clock at its last report, without wraps
	before int64 // its reference before, in its own units
	heard  bool
}

type sending struct {
	stage int
	size  int
	at    time.Duration
	open  bool // nothing has been said about it
}

// rung is what became of one rate's packets.
type rung struct {
	rate         int
	count, came  int
	bytes        int           // that came
	first, last  time.Duration // arrivals by the client's clock
	least, worst time.Duration // travelling, but for the clocks' difference
}

func (d *downward) open(c chosen, wide uint8) {
	d.ssrc, d.payloadType, d.wide = uint32(randomNumber()>>8)|1, c.payloadType, wide
	d.filler = 12 // H.264: a unit of filler data (ITU-T H.264 §7.4.1)
	if c.kind == switchboard.VP9 {
		d.filler = 0x4c // a whole frame that depends on one that never was (RFC 9628 §4.2)
	}
	d.stages = []rung{{}}
}

// due gives the packets to be sent on a beat.
func (d *downward) due(elapsed time.Duration) [][]byte {
	beat := min(elapsed-d.last, 5*lineBeat) // a busy machine is late
	d.last = elapsed
	if d.ssrc == 0 || d.wide == 0 {
		d.finished = true
		return nil
	}
	if d.finished {
		return nil
	}
	d.turn(elapsed)
	rate, size := 0, lineSmall
	if d.stage > 0 && !d.settling && !d.finished {
		rate, size = lineRates[d.stage-1], lineLarge
	}
	if rate == 0 {
		d.owed = lineSmall
	} else {
		d.owed += float64(rate) / 8 * beat.Seconds()
	}
	var packets [][]byte
	for d.owed >= float64(size) {
		d.owed -= float64(size)
		packets = append(packets, d.packet(size, elapsed))
	}
	if len(packets) > 0 {
		packets[len(packets)-1][1] |= 0x80 // the marker ends a picture
	}
	return packets
}

// turn goes on to the next rate, or ends, when a stage has had its time and
// its last packets have been told of.
func (d *downward) turn(elapsed time.Duration) {
	lasts := lineStep
	if d.stage == 0 {
		lasts = lineQuiet
	}
	switch spent := elapsed - d.since; {
	case spent < lasts:
	case !d.settling && d.stage > 0:
		d.settling, d.owed = true, 0
	case d.stage > 0 && spent < lasts+lineSettle+min(d.trip, time.Second):
	case d.stage > 0 && !d.carried(d.stage), d.stage == len(lineRates):
		d.finished = true
	default:
		d.stage++
		d.since, d.settling, d.owed = elapsed, false, 0
		d.stages = append(d.stages, rung{rate: lineRates[d.stage-1]})
	}
}

// packet makes one: header, transport-wide number (RFC 8285 §4.2), filler.
func (d *downward) packet(size int, elapsed time.Duration) []byte {
	b := make([]byte, 20, size)
	b[0], b[1] = 0x90, d.payloadType
	binary.BigEndian.PutUint16(b[2:], d.seq)
	binary.BigEndian.PutUint32(b[4:], uint32(elapsed.Milliseconds()*90))
	binary.BigEndian.PutUint32(b[8:], d.ssrc)
	binary.BigEndian.PutUint16(b[12:], 0xBEDE)
	binary.BigEndian.PutUint16(b[14:], 1)
	b[16] = d.wide<<4 | 1
	binary.BigEndian.PutUint16(b[17:], d.seq)
	b = append(b, d.filler)
	for len(b) < size {
		b = append(b, 0xff)
	}
	// While a stage settles, the small packets are those of an idle line.
	of := d.stage
	if d.settling {
		of = 0
	} else {
		d.stages[of].count++
	}
	d.sent[int(d.seq)%len(d.sent)] = sending{stage: of, size: size, at: elapsed, open: !d.settling}
	d.seq++
	return b
}

// acknowledged takes a transport-wide report: what came, and when.
func (d *downward) acknowledged(report *rtcp.TransportLayerCC) {
	eachArrival(report, func(seq uint16, came bool, at int64) {
		p := &d.sent[int(seq)%len(d.sent)]
		if !came || !p.open || int16(d.seq-seq) <= 0 || int(d.seq-seq) > len(d.sent) {
			return
		}
		p.open = false
		arrived := time.Duration(d.unwrap(at)) * time.Microsecond
		s := &d.stages[p.stage]
		took := arrived - p.at
		if s.came == 0 {
			s.first, s.last, s.least, s.worst = arrived, arrived, took, took
		}
		s.came++
		s.bytes += p.size
		s.first, s.last = min(s.first, arrived), max(s.last, arrived)
		s.least, s.worst = min(s.least, took), max(s.worst, took)
	})
}

// unwrap continues the client's clock, whose reference has 24 bits of 64 ms.
func (d *downward) unwrap(at int64) int64 {
	const round = int64(1<<24) * 64_000
	if !d.heard {
		d.heard, d.clock, d.before = true, at, at
		return at
	}
	step := (at - d.before) % round
	if step > round/2 {
		step -= round
	} else if step < -round/2 {
		step += round
	}
	d.clock, d.before = d.clock+step, at
	return d.clock
}

// carried says whether the line carried a stage's rate.
func (d *downward) carried(stage int) bool {
	s, idle := &d.stages[stage], &d.stages[0]
	if s.came == 0 || idle.came == 0 {
		return false
	}
	return s.share() >= lineCarried*idle.share() && s.worst-min(idle.least, s.least) < lineQueue
}

func (s *rung) share() float64 {
	if s.count == 0 {
		return 0
	}
	return float64(s.came) / float64(s.count)
}

// rateCame is the rate at which a stage's packets came.
func (s *rung) rateCame() int {
	span := max(s.last-s.first, lineStep)
	return int(float64(s.bytes) * 8 / span.Seconds())
}

// result is the best rate that came, and the share lost of what the line could
// carry.
func (d *downward) result() (rate, count int, lost float64) {
	came := 0
	for i := range d.stages {
		s := &d.stages[i]
		settled := i < d.stage || d.settling || d.finished
		if i > 0 && settled {
			rate = max(rate, s.rateCame())
		}
		if settled && (i == 0 || d.carried(i)) {
			count, came = count+s.count, came+s.came
		}
	}
	if count == 0 || !d.heard {
		return rate, 0, 0
	}
	return rate, count, float64(count-came) / float64(count)
}

// measured sums up. The caller holds the lock.
func (t *tester) measured(now time.Time) Measured {
	m := Measured{Transport: t.conn.transport(), Over: !t.ended.IsZero() || t.over}
	if t.began.IsZero() {
		return m
	}
	until := now
	if m.Over {
		until = t.ended
	}
	m.Lasted = until.Sub(t.began)
	for i := 0; i+4 <= len(t.buckets) && m.Lasted >= lineJudged; i++ { // the best two seconds
		sum := 0
		for _, n := range t.buckets[i : i+4] {
			sum += n
		}
		m.Up = max(m.Up, sum*8/2)
	}
	m.Down, m.SentDown, m.LostDown = t.down.result()
	t.upward(&m)
	if n := len(t.trips); n > 0 {
		m.RoundTrip = slices.Sorted(slices.Values(t.trips))[n/2]
	}
	return m
}

// upward takes loss and jitter from the sound where there is any: its rate
// does not change with what is measured.
func (t *tester) upward(m *Measured) {
	var best *reception
	for _, r := range t.up {
		r.mu.Lock()
		sound := r.clock == 48000
		r.mu.Unlock()
		if best == nil || sound {
			best = r
		}
	}
	if best == nil {
		return
	}
	best.mu.Lock()
	defer best.mu.Unlock()
	expected := int(best.highest - best.first + 1)
	m.CameUp = int(best.count)
	m.LostUp = math.Max(0, float64(expected-int(best.count))/float64(expected))
	m.Jitter = time.Duration(best.jitter / float64(best.clock) * float64(time.Second))
}

// eachArrival reads a transport-wide report (draft-holmer-rmcat-transport-wide-
// cc-extensions-01 §3.1): each packet it is about, and when it came, in µs of
// the client's clock.
func eachArrival(r *rtcp.TransportLayerCC, do func(seq uint16, came bool, at int64)) {
	at, next, seq := int64(r.ReferenceTime)*64_000, 0, r.BaseSequenceNumber
	left := int(r.PacketStatusCount)
	one := func(symbol uint16) {
		if left--; left < 0 {
			return
		}
		came := symbol == rtcp.TypeTCCPacketReceivedSmallDelta || symbol == rtcp.TypeTCCPacketReceivedLargeDelta
		if came && next < len(r.RecvDeltas) {
			at += r.RecvDeltas[next].Delta
			next++
		} else {
			came = false
		}
		do(seq, came, at)
		seq++
	}
	for _, chunk := range r.PacketChunks {
		switch c := chunk.(type) {
		case *rtcp.RunLengthChunk:
			for range c.RunLength {
				one(c.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			for _, symbol := range c.SymbolList {
				one(symbol)
			}
		}
	}
}
