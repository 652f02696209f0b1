package peer

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"liqa/internal/switchboard"
)

// Device is what a seat publishes with.
type Device string

const (
	Microphone Device = "microphone"
	Camera     Device = "camera"
	Screen     Device = "screen"
)

// Publish is a WHIP offer and what may come of it.
type Publish struct {
	Session string
	Origin  switchboard.Origin
	Sources map[Device]switchboard.SourceID // the devices that are taken; the others are rejected
	Offer   string
	OnState func(State) // called in order, one at a time; must return; may be nil
}

// Ingest answers a WHIP offer. The first audio section is the microphone, the
// first video section the camera and the second the screen. The sources join
// the board when the client has connected; a connection that published one of
// them until then is closed, so that a seat that comes back replaces itself.
//
// A refusal is a *BadOffer.
func (g *Gate) Ingest(ctx context.Context, p Publish) (answer string, conn *Conn, err error) {
	o, bad := parseOffer(p.Offer)
	if bad != nil {
		return "", nil, bad
	}
	list, feeds, bad := takeSections(o, p.Sources)
	if bad != nil {
		return "", nil, bad
	}
	c, err := g.newConn(p.Session, o, p.OnState)
	if err != nil {
		return "", nil, fmt.Errorf("prepare the connection: %w", err)
	}
	side := &publisher{conn: c, origin: p.Origin, feeds: feeds, control: uint32(randomNumber())}
	for _, f := range side.feeds {
		f.publisher = side
		if f.midExtension != 0 {
			side.midExtension = f.midExtension
		}
		if len(f.section.sources) > 0 {
			side.announced(f, f.section.sources[0])
		}
		side.allowance.rate += pictureAllowance
		if f.section.media == "audio" {
			side.allowance.rate += soundAllowance - pictureAllowance
		}
	}
	c.side = side
	if answer, err = g.answer(ctx, c, list); err != nil {
		return "", nil, err
	}
	return answer, c, nil
}

// takeSections decides what becomes of each offered section.
func takeSections(o *offer, sources map[Device]switchboard.SourceID) ([]answered, []*feed, *BadOffer) {
	var feeds []*feed
	list := make([]answered, len(o.sections))
	audio, video := 0, 0
	for i := range o.sections {
		s := &o.sections[i]
		list[i].offered = s
		var device Device
		switch s.media {
		case "audio":
			device, audio = [...]Device{Microphone, ""}[min(audio, 1)], audio+1
		case "video":
			device, video = [...]Device{Camera, Screen, ""}[min(video, 2)], video+1
		}
		id, wanted := sources[device]
		if device == "" || !wanted || s.off || !s.sends {
			continue
		}
		codecs, bad := s.usable("the " + string(device))
		if bad != nil {
			return nil, nil, bad
		}
		codecs = codecs[:1] // one codec a source, so that it never changes under way
		list[i].codecs, list[i].direction = codecs, "recvonly"
		list[i].extensions = []string{midURI}
		f := &feed{id: id, section: s, codec: codecs[0], midExtension: s.extensions[midURI]}
		if s.media == "audio" {
			list[i].extensions = append(list[i].extensions, audioLevelURI)
			f.levelExtension = s.extensions[audioLevelURI]
		}
		feeds = append(feeds, f)
	}
	if len(feeds) == 0 {
		return nil, nil, refuse(CodeNothingToPublish, "The offer sends nothing that this seat may publish.")
	}
	return list, feeds, nil
}

// inboxDepth is how many packets of one publisher may wait while an earlier
// one is being forwarded: half a second of a picture. More are dropped and
// asked for again.
const inboxDepth = 512

// publisher is a connection's sending client.
type publisher struct {
	inbox        inbox
	conn         *Conn
	origin       switchboard.Origin
	feeds        []*feed
	midExtension uint8
	control      uint32 // the SSRC the server's own RTCP comes from
	allowance    allowance
	bySSRC       map[uint32]*feed

	mu      sync.Mutex
	begun   bool
	over    bool
	started atomic.Bool
	done    chan struct{} // the inbox's goroutine has ended
}

// feed is one published stream on its way into the switchboard.
type feed struct {
	publisher                    *publisher
	id                           switchboard.SourceID
	section                      *section
	codec                        chosen
	midExtension, levelExtension uint8
	ssrc                         atomic.Uint32 // 0 until announced or heard
	source                       *switchboard.Source
	reception                    reception
}

func (p *publisher) announced(f *feed, ssrc uint32) {
	if p.bySSRC == nil {
		p.bySSRC = map[uint32]*feed{}
	}
	delete(p.bySSRC, f.ssrc.Load())
	p.bySSRC[ssrc] = f
	f.ssrc.Store(ssrc)
}

// begin makes the sources and starts the goroutine that forwards.
func (p *publisher) begin() error {
	p.conn.gate.takeOver(p.conn, p.feeds)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		p.conn.gate.release(p.conn, p.feeds)
		return errEndedEarly
	}
	for _, f := range p.feeds {
		kind := switchboard.Audio
		if f.section.media == "video" {
			kind = switchboard.Video
		}
		clock := uint32(48000)
		if kind == switchboard.Video {
			clock = 90000
		}
		s, err := p.conn.gate.board.AddSource(switchboard.SourceSpec{
			ID: f.id, Origin: p.origin, Kind: kind, Codec: f.codec.kind, ClockRate: clock,
			AudioLevelID: f.levelExtension, Upstream: f,
		})
		if err != nil {
			return fmt.Errorf("publish %s: %w", f.id, err)
		}
		f.source = s
		f.reception.clock = clock
	}
	p.done = make(chan struct{})
	p.begun = true
	p.inbox.open()
	go p.forward()
	p.started.Store(true)
	return nil
}

// end takes the sources away. When it returns no packet is on its way.
func (p *publisher) end() {
	p.mu.Lock()
	p.over = true
	begun := p.begun
	p.begun = false
	p.mu.Unlock()
	if begun {
		p.started.Store(false)
		p.inbox.close()
		<-p.done
	}
	for _, f := range p.feeds {
		if f.source != nil {
			f.source.Close()
		}
	}
	p.conn.gate.release(p.conn, p.feeds)
}

// packet queues a packet for the goroutine that forwards.
func (p *publisher) packet(b []byte, at time.Time) {
	switch {
	case !p.started.Load():
	case p.allowance.take(len(b), at):
		p.inbox.put(b, at)
	default:
		p.inbox.dropped.Add(1)
	}
}

// forward opens packets and hands them to the switchboard, one after another.
func (p *publisher) forward() {
	defer close(p.done)
	k := p.conn.keys.Load()
	p.inbox.each(func(b []byte, at time.Time) {
		if isControl(b) {
			if plain, err := k.openControl(b); err == nil {
				p.conn.heard.Store(ticks(at))
				p.report(plain, at)
			}
			return
		}
		plain, err := k.open(b)
		if err != nil {
			return // not of this client, or a repetition
		}
		p.conn.heard.Store(ticks(at))
		if f := p.feedOf(plain); f != nil {
			f.reception.received(plain, at)
			f.source.Write(plain, at)
		}
	})
}

// feedOf tells which feed an opened packet belongs to: by its SSRC, else by
// its payload type when only one feed has it, else by the mid it carries
// (RFC 9143 §9.2). Payload types that were not negotiated belong to none.
func (p *publisher) feedOf(b []byte) *feed {
	payloadType, ssrc := b[1]&0x7f, binary.BigEndian.Uint32(b[8:])
	if f := p.bySSRC[ssrc]; f != nil {
		if f.codec.payloadType == payloadType {
			return f
		}
		return nil
	}
	var only *feed
	count := 0
	for _, f := range p.feeds {
		if f.codec.payloadType == payloadType {
			only, count = f, count+1
		}
	}
	if count > 1 {
		only = nil
		mid := headerExtension(b, p.midExtension)
		for _, f := range p.feeds {
			if f.codec.payloadType == payloadType && len(mid) > 0 && f.section.mid == string(mid) {
				only = f
			}
		}
	}
	if only != nil {
		p.announced(only, ssrc)
	}
	return only
}

// report passes sender reports on: they place each stream on the server's
// clock.
func (p *publisher) report(b []byte, at time.Time) {
	packets, err := rtcp.Unmarshal(b)
	if err != nil {
		return
	}
	for _, one := range packets {
		sr, ok := one.(*rtcp.SenderReport)
		if !ok {
			continue
		}
		if f := p.bySSRC[sr.SSRC]; f != nil {
			f.reception.reported(sr.NTPTime, at)
			f.source.SenderReport(sr.NTPTime, sr.RTPTime, at)
		}
	}
}
