package peer

import (
	"encoding/binary"
	"sync/atomic"

	"github.com/pion/rtcp"

	"liqa/internal/switchboard"
)

// feed is one published source on its way into the switchboard: a sound, or a
// picture in one to three sizes.
type feed struct {
	publisher *publisher
	id        switchboard.SourceID
	section   *section
	codec     chosen
	layers    []*layer
	source    atomic.Pointer[switchboard.Source] // nil while the client is away
	level     uint8                              // header extension of the sound's level, 0 without
}

// layer is one RTP stream of a feed.
type layer struct {
	rid       string        // "" when there is only one, or none was said
	place     atomic.Int32  // its number in the switchboard, 0 the smallest
	ssrc      atomic.Uint32 // 0 until announced or heard
	reception reception
	repaired  atomic.Uint64 // packets that came as retransmissions, asked for or to try the path
	counted   uint64        // of them, when that was asked last; of the gate's watch
	size      atomic.Uint32 // width<<16 | height of its last keyframe; 0: not known
	news      bool          // the size has changed; of the goroutine that forwards
}

// incoming says what the packets of one SSRC are.
type incoming struct {
	feed   *feed
	layer  *layer
	repair bool // retransmissions (RFC 4588)
}

// maxIncoming bounds the SSRCs that one client may use at once.
const maxIncoming = 32

// newFeed makes the feed of a section that is taken, and its layers: the
// smallest first, as far as the offer tells.
func newFeed(p *publisher, a *answered) *feed {
	s := a.offered
	f := &feed{publisher: p, id: a.source, section: s, codec: a.codecs[0]}
	if s.media == "audio" {
		f.level = s.extensions[audioLevelURI]
	}
	for i, r := range bySize(a.layers) {
		f.addLayer(r.name, i)
	}
	if len(f.layers) == 0 { // one size, or several that are announced by SSRC alone
		streams := s.streams()
		if s.media == "video" && len(s.alike) > 1 {
			streams = s.alike
		} else if len(streams) > 1 {
			streams = streams[:1]
		}
		for i := range max(1, len(streams)) {
			l := f.addLayer("", i)
			if i < len(streams) {
				p.announced(incoming{feed: f, layer: l}, streams[i])
			}
		}
	}
	for _, l := range f.layers {
		l.reception.clock = f.clock()
	}
	return f
}

func (f *feed) addLayer(rid string, place int) *layer {
	l := &layer{rid: rid}
	l.place.Store(int32(place))
	f.layers = append(f.layers, l)
	return l
}

// repairedSince counts the retransmissions since it was asked last.
func (l *layer) repairedSince() uint64 {
	now := l.repaired.Load()
	since := now - l.counted
	l.counted = now
	return since
}

func (f *feed) clock() uint32 {
	if f.section.media == "audio" {
		return 48000
	}
	return 90000
}

// takes says whether a payload type is one of the feed's.
func (f *feed) takes(payloadType uint8) bool {
	return payloadType == f.codec.payloadType ||
		payloadType != 0 && (payloadType == f.codec.repair || payloadType == f.codec.redundant)
}

// announced notes what an SSRC is. A layer has one stream at a time.
func (p *publisher) announced(in incoming, ssrc uint32) {
	if p.bySSRC == nil {
		p.bySSRC = map[uint32]incoming{}
	}
	if !in.repair {
		delete(p.bySSRC, in.layer.ssrc.Load())
		in.layer.ssrc.Store(ssrc)
	}
	if len(p.bySSRC) < maxIncoming {
		p.bySSRC[ssrc] = in
	}
	for repair, of := range in.feed.section.repairs {
		if _, known := p.bySSRC[repair]; of == ssrc && !known && !in.repair && in.feed.codec.repair != 0 {
			p.announced(incoming{feed: in.feed, layer: in.layer, repair: true}, repair)
		}
	}
}

// incomingOf tells what an opened packet is: by its SSRC, else by its payload
// type and the mid and rid it carries (RFC 9143 §9.2, RFC 8853 §5.5). Payload
// types that were not negotiated belong to nothing.
func (p *publisher) incomingOf(b []byte) (incoming, bool) {
	payloadType, ssrc := b[1]&0x7f, binary.BigEndian.Uint32(b[8:])
	if in, known := p.bySSRC[ssrc]; known {
		repair := in.feed.codec.repair != 0 && payloadType == in.feed.codec.repair
		return in, in.feed.takes(payloadType) && in.repair == repair
	}
	f := p.feedOf(b, payloadType)
	if f == nil {
		return incoming{}, false
	}
	in := incoming{feed: f, repair: f.codec.repair != 0 && payloadType == f.codec.repair}
	name := headerExtension(b, p.ridExtension)
	if repaired := headerExtension(b, p.repairExtension); in.repair && len(repaired) > 0 {
		name = repaired
	}
	for _, l := range f.layers {
		if len(f.layers) == 1 || l.rid != "" && l.rid == string(name) {
			in.layer = l
		}
	}
	if in.layer == nil {
		return incoming{}, false
	}
	p.announced(in, ssrc)
	return in, true
}

// feedOf finds the feed of a packet with an unknown SSRC: the only one that
// has its payload type, or the one whose mid it carries.
func (p *publisher) feedOf(b []byte, payloadType uint8) *feed {
	var only *feed
	count := 0
	for _, f := range p.feeds {
		if f.takes(payloadType) {
			only, count = f, count+1
		}
	}
	if count < 2 {
		return only
	}
	mid := headerExtension(b, p.midExtension)
	for _, f := range p.feeds {
		if f.takes(payloadType) && len(mid) > 0 && f.section.mid == string(mid) {
			return f
		}
	}
	return nil
}

// unwrap makes the packet of a retransmission the one that was lost, in place
// (RFC 4588 §4); nil when it holds none, as one that only tries the path.
func unwrap(b []byte, payloadType uint8, ssrc uint32) []byte {
	head := 12 + 4*int(b[0]&0x0f)
	if b[0]&0x10 != 0 {
		if len(b) < head+4 {
			return nil
		}
		head += 4 + 4*int(binary.BigEndian.Uint16(b[head+2:]))
	}
	end := len(b)
	if b[0]&0x20 != 0 {
		end -= int(b[len(b)-1])
	}
	if ssrc == 0 || end < head+3 {
		return nil
	}
	original := binary.BigEndian.Uint16(b[head:])
	copy(b[2:2+head], b[:head])
	b = b[2:]
	b[1] = b[1]&0x80 | payloadType
	binary.BigEndian.PutUint16(b[2:], original)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	return b
}

// at is the SSRC of a layer by its number in the switchboard, 0 when it has
// none yet.
func (f *feed) at(place int) uint32 {
	for _, l := range f.layers {
		if int(l.place.Load()) == place {
			return l.ssrc.Load()
		}
	}
	return 0
}

// RequestKeyframe asks the sender for a key frame (RFC 4585 §6.3.1).
func (f *feed) RequestKeyframe(layer int) {
	if ssrc := f.at(layer); ssrc != 0 {
		f.publisher.conn.sendControl(&rtcp.ReceiverReport{SSRC: f.publisher.control},
			&rtcp.PictureLossIndication{SenderSSRC: f.publisher.control, MediaSSRC: ssrc})
	}
}

// Nack asks the sender for packets again (RFC 4585 §6.2.1).
func (f *feed) Nack(layer int, seqs []uint16) {
	if ssrc := f.at(layer); ssrc != 0 && len(seqs) > 0 {
		f.publisher.conn.sendControl(&rtcp.ReceiverReport{SSRC: f.publisher.control},
			&rtcp.TransportLayerNack{SenderSSRC: f.publisher.control, MediaSSRC: ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(seqs)})
	}
}

func ssrcOf(b []byte) uint32 { return binary.BigEndian.Uint32(b[8:]) }

// headerExtension finds a one-byte header extension (RFC 8285 §4.2) in an
// opened packet; nil when there is none.
func headerExtension(b []byte, id uint8) []byte {
	if id == 0 || len(b) < 12 || b[0]&0x10 == 0 {
		return nil
	}
	at := 12 + 4*int(b[0]&0x0f)
	if len(b) < at+4 || binary.BigEndian.Uint16(b[at:]) != 0xBEDE {
		return nil
	}
	end := at + 4 + 4*int(binary.BigEndian.Uint16(b[at+2:]))
	if len(b) < end {
		return nil
	}
	for i := at + 4; i < end; {
		if b[i] == 0 { // padding
			i++
			continue
		}
		size := int(b[i]&0x0f) + 1
		if b[i]>>4 == 15 || i+1+size > end {
			return nil
		}
		if b[i]>>4 == id {
			return b[i+1 : i+1+size]
		}
		i += 1 + size
	}
	return nil
}
