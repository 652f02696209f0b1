package peer

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"liqa/internal/switchboard"
)

// Play is a WHEP offer and what it is to receive.
type Play struct {
	Session  string
	Key      switchboard.Key
	Template Template
	Offer    string
	OnState  func(State) // called in order, one at a time; must return; may be nil
}

// Serve answers a WHEP offer with the template's slots: one stream of its own
// SSRC in each section, for good. The receiver joins the board when the client
// has connected. A refusal is a *BadOffer.
func (g *Gate) Serve(ctx context.Context, p Play) (answer string, conn *Conn, err error) {
	o, bad := parseOffer(p.Offer)
	if bad != nil {
		return "", nil, bad
	}
	order, bad := p.Template.match(o.sections)
	if bad != nil {
		return "", nil, bad
	}
	side := &listener{key: p.Key, controls: allowance{rate: controlAllowance}, repeats: allowance{rate: repeatAllowance}}
	list := make([]answered, len(order))
	for i, s := range order {
		codecs, bad := o.sections[i].usable(string(s.Slot))
		if bad != nil {
			return "", nil, bad
		}
		slot := side.add(s, codecs)
		list[i] = answered{offered: &o.sections[i], codecs: codecs, direction: "sendonly",
			slot: &outgoing{ssrc: slot.SSRC, stream: p.Template.stream(s), track: string(s.Slot)}}
	}
	c, err := g.newConn(p.Session, o, p.OnState)
	if err != nil {
		return "", nil, fmt.Errorf("prepare the connection: %w", err)
	}
	side.conn, c.side = c, side
	if answer, err = g.answer(ctx, c, list); err != nil {
		return "", nil, err
	}
	return answer, c, nil
}

// listener is a connection's receiving client: the switchboard's output.
type listener struct {
	conn  *Conn
	key   switchboard.Key
	slots []switchboard.SlotSpec
	heard []hearing // by slot

	controls, repeats allowance

	packets, bytes, dropped atomic.Uint64

	mu       sync.Mutex
	receiver *switchboard.Receiver
	over     bool
}

// hearing is what the client reports of one slot.
type hearing struct {
	sent atomic.Int64 // ticks; the last packet written
	mu   sync.Mutex
	lost float64 // fraction in the client's last report
	at   time.Time
	trip time.Duration
}

// add makes a slot with an SSRC of its own.
func (l *listener) add(s Section, codecs []chosen) switchboard.SlotSpec {
	spec := switchboard.SlotSpec{ID: s.Slot, Kind: s.Kind, Pair: s.Pair, PT: map[switchboard.Codec]uint8{}}
	for spec.SSRC == 0 {
		spec.SSRC = uint32(randomNumber() >> 8)
		for _, other := range l.slots {
			if other.SSRC == spec.SSRC {
				spec.SSRC = 0
			}
		}
	}
	for _, c := range codecs {
		spec.PT[c.kind] = c.payloadType
	}
	l.slots = append(l.slots, spec)
	return spec
}

func (l *listener) begin() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return errEndedEarly
	}
	l.heard = make([]hearing, len(l.slots))
	r, err := l.conn.gate.board.AddReceiver(l.key, l.slots, l)
	if err != nil {
		return fmt.Errorf("receive as %s: %w", l.key, err)
	}
	l.receiver = r
	return nil
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

func (l *listener) tick(time.Time) {}

// packetBuffers are shared by all connections: one is held only for the length
// of a write.
var packetBuffers = sync.Pool{New: func() any { b := make([]byte, maxPacket); return &b }}

// WriteRTP protects packets and sends them, and allocates nothing. Over UDP it
// never waits; over TCP it waits some milliseconds at most and then drops.
func (l *listener) WriteRTP(packets []switchboard.Outgoing) {
	r, k := l.conn.active.Load(), l.conn.keys.Load()
	if r == nil || k == nil {
		return
	}
	buffer := packetBuffers.Get().(*[]byte)
	defer packetBuffers.Put(buffer)
	now := ticks(time.Now())
	for i := range packets {
		p := &packets[i]
		n := l.send(r, k, *buffer, p)
		if n == 0 {
			l.dropped.Add(1)
			continue
		}
		l.packets.Add(1)
		l.bytes.Add(uint64(n))
		l.heard[p.Slot].sent.Store(now)
	}
}

// send gives the size of what it sent, 0 when it did not.
func (l *listener) send(r *route, k *keys, buf []byte, p *switchboard.Outgoing) int {
	n, err := p.Header.MarshalTo(buf)
	if err != nil || n+len(p.Payload)+32 > len(buf) {
		return 0
	}
	n += copy(buf[n:], p.Payload)
	sealed, err := k.protect(buf, n)
	if err != nil || !r.send(sealed) {
		return 0
	}
	return len(sealed)
}

// WriteRTCP protects and sends a sender report.
func (l *listener) WriteRTCP(b []byte) { l.conn.sendRawControl(b) }

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
	l.conn.heard.Store(ticks(at))
	l.control(plain, at)
}

// control handles opened RTCP: requests go to the switchboard, reports stay.
func (l *listener) control(b []byte, at time.Time) {
	packets, err := rtcp.Unmarshal(b)
	if err != nil {
		return
	}
	l.mu.Lock()
	r := l.receiver
	l.mu.Unlock()
	if r == nil {
		return
	}
	for _, one := range packets {
		switch p := one.(type) {
		case *rtcp.TransportLayerNack:
			var seqs []uint16
			for _, pair := range p.Nacks {
				if list := pair.PacketList(); l.repeats.take(len(list), at) {
					seqs = append(seqs, list...)
				}
			}
			if len(seqs) > 0 {
				r.Nack(p.MediaSSRC, seqs)
			}
		case *rtcp.PictureLossIndication:
			r.PictureLoss(p.MediaSSRC)
		case *rtcp.FullIntraRequest:
			for _, f := range p.FIR[:min(len(p.FIR), 16)] {
				r.PictureLoss(f.SSRC)
			}
		case *rtcp.ReceiverReport:
			l.reported(p.Reports, at)
		case *rtcp.SenderReport:
			l.reported(p.Reports, at)
		}
	}
}

// reported notes loss and round-trip time of each slot (RFC 3550 §6.4.1).
func (l *listener) reported(blocks []rtcp.ReceptionReport, at time.Time) {
	for _, b := range blocks {
		for i := range l.slots {
			if l.slots[i].SSRC != b.SSRC {
				continue
			}
			h := &l.heard[i]
			h.mu.Lock()
			h.lost, h.at = float64(b.FractionLost)/256, at
			if trip := ntpMiddle(at) - b.LastSenderReport - b.Delay; b.LastSenderReport != 0 && trip < 30<<16 {
				h.trip = time.Duration(trip) * time.Second >> 16
			}
			h.mu.Unlock()
		}
	}
}

// ntpMiddle is the middle 32 bits of an NTP time stamp, in 1/65536 s.
func ntpMiddle(t time.Time) uint32 {
	const since1900 = 2208988800
	seconds := uint64(t.Unix() + since1900)
	fraction := uint64(t.Nanosecond()) << 32 / 1e9
	return uint32((seconds<<32 | fraction) >> 16)
}
