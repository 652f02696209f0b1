package player

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Receiver is a receiving connection with a fixed list of slots.
type Receiver struct {
	*connection
	slots map[string]*Slot
	order []*Slot
}

// Slot is one stream of a [Receiver].
type Slot struct {
	Name string

	transceiver *webrtc.RTPTransceiver
	ssrc        atomic.Uint32
	packets     atomic.Uint64
	bytes       atomic.Uint64
	gaps        atomic.Uint64
	redundant   atomic.Uint64
	last        atomic.Int64
}

// IsVideo says whether a slot of that name is a picture; the others are sound.
func IsVideo(slot string) bool {
	return strings.HasPrefix(slot, "picture") || slot == "screen" || slot == "sign"
}

// Receive offers one recvonly section for each slot, in that order. Each
// packet is counted and, when onPacket is not nil, handed to it: by one
// goroutine for each slot, and only for the length of the call.
func (p *Player) Receive(ctx context.Context, exchange Exchange, slots []string, onPacket func(slot string, packet *rtp.Packet)) (*Receiver, error) {
	c, err := p.newConnection()
	if err != nil {
		return nil, err
	}
	r := &Receiver{connection: c, slots: map[string]*Slot{}}
	for _, name := range slots {
		kind := webrtc.RTPCodecTypeAudio
		if IsVideo(name) {
			kind = webrtc.RTPCodecTypeVideo
		}
		t, err := c.peer.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
		if err != nil {
			_ = c.Vanish()
			return nil, fmt.Errorf("make the slot %s: %w", name, err)
		}
		s := &Slot{Name: name, transceiver: t}
		r.slots[name] = s
		r.order = append(r.order, s)
	}
	c.peer.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		for _, s := range r.order {
			if s.transceiver.Receiver() == receiver {
				s.ssrc.Store(uint32(track.SSRC()))
				go hearReports(receiver)
				s.read(track, onPacket)
			}
		}
	})
	if err := c.negotiate(ctx, exchange); err != nil {
		_ = c.Vanish()
		return nil, err
	}
	return r, nil
}

// hearReports lets the sender's reports through to the interceptor that
// answers them.
func hearReports(receiver *webrtc.RTPReceiver) {
	buf := make([]byte, 1500)
	for {
		if _, _, err := receiver.Read(buf); err != nil {
			return
		}
	}
}

func (s *Slot) read(track *webrtc.TrackRemote, onPacket func(string, *rtp.Packet)) {
	buf := make([]byte, 1600)
	packet := &rtp.Packet{}
	next, started := uint16(0), false
	for {
		n, _, err := track.Read(buf)
		if err != nil {
			return
		}
		if packet.Unmarshal(buf[:n]) != nil {
			continue
		}
		if started && packet.SequenceNumber != next {
			s.gaps.Add(1)
		}
		next, started = packet.SequenceNumber+1, true
		if packet.PayloadType == 63 {
			packet.Payload = newest(packet.Payload)
			s.redundant.Add(1)
		}
		s.packets.Add(1)
		s.bytes.Add(uint64(len(packet.Payload)))
		s.last.Store(time.Now().UnixNano())
		if onPacket != nil {
			onPacket(s.Name, packet)
		}
	}
}

// newest is the last block of a redundant payload (RFC 2198 §3).
func newest(b []byte) []byte {
	skip := 0
	for len(b) > 4 && b[0]&0x80 != 0 {
		skip += int(b[2]&3)<<8 | int(b[3])
		b = b[4:]
	}
	if len(b) < 1+skip {
		return nil
	}
	return b[1+skip:]
}

// Counts of a slot since the connection was made.
type Counts struct {
	Packets, Bytes uint64
	Gaps           uint64    // packets that did not follow the one before
	Redundant      uint64    // packets with what was said before (RED); they are handed out without
	Last           time.Time // zero when nothing has come
}

// Slot counts what came in a slot; zero for one that the receiver has not.
func (r *Receiver) Slot(name string) Counts {
	s := r.slots[name]
	if s == nil {
		return Counts{}
	}
	c := Counts{Packets: s.packets.Load(), Bytes: s.bytes.Load(), Gaps: s.gaps.Load(), Redundant: s.redundant.Load()}
	if at := s.last.Load(); at != 0 {
		c.Last = time.Unix(0, at)
	}
	return c
}

// Packets counts what came in all slots.
func (r *Receiver) Packets() uint64 {
	var n uint64
	for _, s := range r.order {
		n += s.packets.Load()
	}
	return n
}

// Ask asks for packets of a slot again, as a receiver that has lost them does
// (NACK, RFC 4585 §6.2.1).
func (r *Receiver) Ask(slot string, seqs ...uint16) error {
	s := r.slots[slot]
	if s == nil || s.ssrc.Load() == 0 {
		return fmt.Errorf("nothing has come in the slot %s yet", slot)
	}
	return r.peer.WriteRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
		MediaSSRC: s.ssrc.Load(), Nacks: rtcp.NackPairsFromSequenceNumbers(seqs),
	}})
}

// Refresh asks for a new picture in a slot (PLI, RFC 4585 §6.3.1).
func (r *Receiver) Refresh(slot string) error {
	s := r.slots[slot]
	if s == nil || s.ssrc.Load() == 0 {
		return fmt.Errorf("nothing has come in the slot %s yet", slot)
	}
	return r.peer.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: s.ssrc.Load()}})
}
