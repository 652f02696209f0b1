package peer

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"liqa/internal/switchboard"
)

// listener is a connection's receiving client: the switchboard's output.
type listener struct {
	conn    *Conn
	key     switchboard.Key
	slots   []switchboard.SlotSpec
	strands []strand // by slot
	away    atomic.Bool
	gauge   gauge

	economical bool // asks for its sound small

	controls, repeats, statuses allowance

	packets, bytes, dropped atomic.Uint64
	sent                    atomic.Int64 // ticks; the last packet of any slot

	mu       sync.Mutex
	receiver *switchboard.Receiver
	over     bool
	// What was sent when the rate was asked last, and when that was (ticks).
	ratedBytes uint64
	rated      int64
}

// strand is how a slot's packets look on the wire, and what the client reports
// of them.
type strand struct {
	count uint8 // header extension of the transport-wide number, 0 without

	// Guarded by the gauge's lock.
	repairs uint16 // the next number on the slot's retransmission stream
	stamp   uint32 // RTP timestamp of the last packet
	codec   switchboard.Codec

	sent atomic.Int64 // ticks; the last packet written

	mu     sync.Mutex
	lost   float64 // fraction in the client's last report
	jitter time.Duration
	at     time.Time
	trip   time.Duration
}

// add makes a slot with SSRCs of its own.
func (l *listener) add(s Section, a *answered) switchboard.SlotSpec {
	spec := switchboard.SlotSpec{ID: s.Slot, Kind: s.Kind, Pair: s.Pair, SSRC: l.newSSRC(0), PT: map[switchboard.Codec]uint8{}}
	repairs := map[switchboard.Codec]uint8{}
	for _, c := range a.codecs {
		spec.PT[c.kind] = c.payloadType
		if spec.RED == 0 {
			spec.RED = c.redundant
		}
		if c.repair != 0 && c.repeats() {
			repairs[c.kind] = c.repair
		}
	}
	if len(repairs) > 0 {
		spec.RTX = switchboard.RTX{SSRC: l.newSSRC(spec.SSRC), PT: repairs}
	}
	l.slots = append(l.slots, spec)
	w := &l.strands[len(l.slots)-1]
	w.repairs = uint16(randomNumber())
	if a.counted() {
		w.count = a.offered.extensions[countURI]
	}
	return spec
}

// newSSRC draws one that is no other slot's.
func (l *listener) newSSRC(taken uint32) uint32 {
	for {
		ssrc := uint32(randomNumber() >> 8)
		free := ssrc != 0 && ssrc != taken
		for _, other := range l.slots {
			free = free && ssrc != other.SSRC && ssrc != other.RTX.SSRC
		}
		if free {
			return ssrc
		}
	}
}

func (l *listener) begin() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return errEndedEarly
	}
	r, err := l.conn.gate.board.AddReceiver(l.key, l.slots, l)
	if err != nil {
		return fmt.Errorf("receive as %s: %w", l.key, err)
	}
	r.SetEconomical(l.economical)
	l.receiver = r
	l.gauge.begin(l, r)
	return nil
}

// leave has nothing written any more. The receiver stays on the board, so that
// its streams go on where they were: under the same keys no sequence number
// may be used twice.
func (l *listener) leave() { l.away.Store(true) }

// back has packets written again, beginning with new pictures, and thinks
// nothing of a path that may be another now.
func (l *listener) back() {
	l.away.Store(false)
	l.mu.Lock()
	r := l.receiver
	l.mu.Unlock()
	if r == nil {
		return
	}
	l.gauge.begin(l, r)
	for _, s := range l.slots {
		if s.Kind == switchboard.Video {
			r.PictureLoss(s.SSRC)
		}
	}
}

func (l *listener) end() {
	l.mu.Lock()
	l.over = true
	r := l.receiver
	l.receiver = nil
	l.mu.Unlock()
	if r != nil {
		r.Close()
	}
}

func (l *listener) moved() uint64 { return l.bytes.Load() }

// SetSize says how large the client's screen shows a slot, in pixels; a
// publisher has none.
func (c *Conn) SetSize(slot string, width, height int) {
	l, ok := c.side.(*listener)
	if !ok {
		return
	}
	l.mu.Lock()
	r := l.receiver
	l.mu.Unlock()
	if r != nil {
		r.SetSize(switchboard.SlotID(slot), width, height)
	}
}

// tick sees that something reaches a client to which nothing flows, so that it
// can tell silence from a dead path, and that its line is judged.
func (l *listener) tick(now time.Time) {
	if ticks(now)-l.sent.Load() > int64(900*time.Millisecond) {
		l.conn.ask(now, askEvery)
	}
	l.mu.Lock()
	r := l.receiver
	l.mu.Unlock()
	if r != nil {
		l.gauge.tick(r, now)
	}
}

func (l *listener) beat(now time.Time) {
	l.mu.Lock()
	r := l.receiver
	l.mu.Unlock()
	if r != nil {
		l.gauge.probe(l, r, now)
	}
}

// packet takes the client's RTCP; it sends no media.
func (l *listener) packet(b []byte, at time.Time) {
	k := l.conn.keys.Load()
	if k == nil || !isControl(b) || !l.controls.take(len(b), at) {
		return
	}
	plain, err := k.openControl(b)
	if err != nil {
		return
	}
	l.conn.hears(at)
	l.control(plain, at)
}

// control handles opened RTCP: requests go to the switchboard, reports stay.
func (l *listener) control(b []byte, at time.Time) {
	l.mu.Lock()
	r := l.receiver
	l.mu.Unlock()
	if r == nil {
		return
	}
	for _, one := range readControl(b, &l.statuses, at) {
		switch p := one.(type) {
		case *rtcp.TransportLayerNack:
			l.again(r, p, at)
		case *rtcp.PictureLossIndication:
			r.PictureLoss(p.MediaSSRC)
		case *rtcp.FullIntraRequest:
			for _, f := range p.FIR[:min(len(p.FIR), 16)] {
				r.PictureLoss(f.SSRC)
			}
		case *rtcp.TransportLayerCC:
			l.gauge.arrivals(l, r, p, at)
		case *rtcp.ReceiverEstimatedMaximumBitrate:
			l.gauge.told(r, float64(p.Bitrate))
		case *rtcp.ReceiverReport:
			l.reported(r, p.Reports, at)
		case *rtcp.SenderReport:
			l.reported(r, p.Reports, at)
		}
	}
}

// again asks the switchboard for packets that the client has not got.
func (l *listener) again(r *switchboard.Receiver, p *rtcp.TransportLayerNack, at time.Time) {
	var seqs []uint16
	for _, pair := range p.Nacks {
		if list := pair.PacketList(); l.repeats.take(len(list), at) {
			seqs = append(seqs, list...)
		}
	}
	if len(seqs) > 0 {
		r.Nack(p.MediaSSRC, seqs)
	}
}

// reported notes loss, jitter and round-trip time of each slot (RFC 3550
// §6.4.1).
func (l *listener) reported(r *switchboard.Receiver, blocks []rtcp.ReceptionReport, at time.Time) {
	worst, any := 0.0, false
	for _, b := range blocks {
		for i := range l.slots {
			if l.slots[i].SSRC != b.SSRC {
				continue
			}
			w := &l.strands[i]
			clock := time.Duration(90000)
			if l.slots[i].Kind == switchboard.Audio {
				clock = 48000
			}
			w.mu.Lock()
			w.lost, w.at = float64(b.FractionLost)/256, at
			w.jitter = time.Duration(b.Jitter) * time.Second / clock
			if trip := ntpMiddle(at) - b.LastSenderReport - b.Delay; b.LastSenderReport != 0 && trip < 30<<16 {
				w.trip = time.Duration(trip) * time.Second >> 16
			}
			r.Reported(b.SSRC, w.lost, w.jitter, w.trip)
			r.Received(b.SSRC, uint16(b.LastSequenceNumber))
			if w.flows(at) {
				worst, any = max(worst, w.lost), true
			}
			w.mu.Unlock()
		}
	}
	if any {
		l.gauge.reported(r, worst, l.rate(at))
	}
}

// rate is what has been sent since it was asked last, in bits a second; 0 when
// that was only a moment ago.
func (l *listener) rate(now time.Time) (rate int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, bytes := ticks(now), l.bytes.Load()
	passed := time.Duration(at - l.rated)
	if passed < 500*time.Millisecond {
		return 0
	}
	if l.rated != 0 {
		rate = int(float64(bytes-l.ratedBytes) * 8 / passed.Seconds())
	}
	l.rated, l.ratedBytes = at, bytes
	return rate
}

// flows says whether packets are being written to the slot: of an idle one
// the client's statistics say that everything is lost.
func (w *strand) flows(now time.Time) bool {
	sent := w.sent.Load()
	return sent != 0 && ticks(now)-sent < int64(2*time.Second)
}

// ntpMiddle is the middle 32 bits of an NTP time stamp, in 1/65536 s.
func ntpMiddle(t time.Time) uint32 {
	const since1900 = 2208988800
	seconds := uint64(t.Unix() + since1900)
	fraction := uint64(t.Nanosecond()) << 32 / 1e9
	return uint32((seconds<<32 | fraction) >> 16)
}
