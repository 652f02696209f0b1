package peer

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"liqa/internal/switchboard"
)

// publisher is a connection's sending client.
type publisher struct {
	inbox   inbox
	conn    *Conn
	origin  switchboard.Origin
	feeds   []*feed
	control uint32 // the SSRC the server's own RTCP comes from
	capped  bool   // the client takes a cap on its rate (REMB)

	allowance allowance

	// Header extensions, 0 without.
	midExtension, ridExtension, repairExtension, countExtension uint8

	// Of the goroutine that forwards.
	bySSRC   map[uint32]incoming
	arrivals *arrivals     // nil when packets are not counted
	told     time.Time     // when the client was told of arrivals last
	unopened atomic.Uint64 // packets that could not be opened, in the last second
	foresaw  time.Time     // when packets were asked for beforehand last

	foresight foresight    // of the gate's watch
	ahead     atomic.Int64 // nanoseconds of the round trip; 0 when nothing is asked for beforehand

	mu      sync.Mutex // held to come and go
	begun   bool
	over    bool
	started atomic.Bool
	done    chan struct{} // the goroutine that forwards has ended
}

func newPublisher(c *Conn, of Publish, list []answered) *publisher {
	p := &publisher{conn: c, origin: of.Origin, control: uint32(randomNumber())}
	for i := range list {
		a := &list[i]
		if len(a.codecs) == 0 {
			continue
		}
		e := a.offered.extensions
		keep := func(id *uint8, uri string) {
			if e[uri] != 0 {
				*id = e[uri]
			}
		}
		keep(&p.midExtension, midURI)
		keep(&p.ridExtension, ridURI)
		keep(&p.repairExtension, repairURI)
		if a.counted() {
			keep(&p.countExtension, countURI)
		}
		f := newFeed(p, a)
		p.feeds = append(p.feeds, f)
		for _, fb := range f.codec.answerFeedback(true, a.counted()) {
			p.capped = p.capped || fb == "goog-remb"
		}
		p.allowance.rate += soundAllowance
		if f.section.media == "video" {
			p.allowance.rate += pictureAllowance - soundAllowance
		}
	}
	if p.countExtension != 0 {
		p.arrivals = newArrivals(p.control)
	}
	return p
}

// begin makes the sources and starts the goroutine that forwards.
func (p *publisher) begin() error {
	if err := p.join(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return errEndedEarly
	}
	p.done = make(chan struct{})
	p.begun = true
	p.inbox.open()
	go p.forward()
	p.started.Store(true)
	return nil
}

// join puts the sources on the board, in the place of whoever published them
// until then.
func (p *publisher) join() error {
	p.conn.gate.takeOver(p.conn, p.feeds)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		p.conn.gate.release(p.conn, p.feeds)
		return errEndedEarly
	}
	for _, f := range p.feeds {
		if err := f.join(); err != nil {
			return err
		}
	}
	return nil
}

// leave takes the sources off the board; the client may come back. When it
// returns no packet is on its way.
func (p *publisher) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.feeds {
		f.leave()
	}
}

// back puts them on the board again, and asks for pictures to begin with.
func (p *publisher) back() {
	if err := p.join(); err != nil {
		p.conn.log.Warn("a publisher that is back cannot publish", "error", err)
	}
}

// end is leave for good.
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
	p.leave()
	p.conn.gate.release(p.conn, p.feeds)
}

// join puts the feed's source on the board.
func (f *feed) join() error {
	kind := switchboard.Audio
	if f.section.media == "video" {
		kind = switchboard.Video
	}
	s, err := f.publisher.conn.gate.board.AddSource(switchboard.SourceSpec{
		ID: f.id, Origin: f.publisher.origin, Kind: kind, Codec: f.codec.kind, ClockRate: f.clock(),
		AudioLevelID: f.level, Layers: len(f.layers), Upstream: f,
	})
	if err != nil {
		return fmt.Errorf("publish %s: %w", f.id, err)
	}
	f.source.Store(s)
	return nil
}

func (f *feed) leave() {
	if s := f.source.Swap(nil); s != nil {
		s.Close()
	}
}

func (p *publisher) beat(time.Time) {}

func (p *publisher) moved() uint64 { return p.inbox.bytes.Load() }

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
				p.conn.hears(at)
				p.report(plain, at)
			}
			return
		}
		plain, err := k.open(b)
		if err != nil {
			p.unopened.Add(1)
			return // not of this client, or a repetition
		}
		p.conn.hears(at)
		p.media(plain, at)
		p.tellArrivals(at)
		p.askBeforehand(at)
	})
}

// media takes one opened packet to its source.
func (p *publisher) media(b []byte, at time.Time) {
	if count := headerExtension(b, p.countExtension); len(count) == 2 && p.arrivals != nil {
		p.arrivals.note(ssrcOf(b), uint16(count[0])<<8|uint16(count[1]), at, ticks(at)/int64(time.Microsecond))
	}
	in, known := p.incomingOf(b)
	if !known {
		return
	}
	f := in.feed
	if in.repair {
		if b = unwrap(b, f.codec.payloadType, in.layer.ssrc.Load()); b == nil {
			return
		}
		in.layer.repaired.Add(1)
	} else {
		in.layer.received(f, b, at)
	}
	s := f.source.Load()
	switch {
	case s == nil:
	case f.codec.redundant != 0 && b[1]&0x7f == f.codec.redundant:
		s.WriteRED(b, at)
	default:
		s.WriteLayer(int(in.layer.place.Load()), b, at)
	}
	if in.layer.news {
		in.layer.news = false
		f.arrange()
	}
}

// report passes sender reports on: they place each stream on the server's
// clock.
func (p *publisher) report(b []byte, at time.Time) {
	for _, one := range readControl(b, nil, at) {
		sr, ok := one.(*rtcp.SenderReport)
		if !ok {
			continue
		}
		in, known := p.bySSRC[sr.SSRC]
		if !known || in.repair {
			continue
		}
		in.layer.reception.reported(sr.NTPTime, at)
		if s := in.feed.source.Load(); s != nil {
			s.SenderReportLayer(int(in.layer.place.Load()), sr.NTPTime, sr.RTPTime, at)
		}
	}
}

// arrivalsEvery is how often a client is told which of its packets came and
// when; browsers expect it every 50 to 250 ms.
const arrivalsEvery = 100 * time.Millisecond

// tellArrivals sends the transport-wide feedback that a sender's rate follows.
func (p *publisher) tellArrivals(now time.Time) {
	if p.arrivals == nil || now.Sub(p.told) < arrivalsEvery {
		return
	}
	p.told = now
	for _, one := range p.arrivals.recorder.BuildFeedbackPacket() {
		if f, ok := one.(*rtcp.TransportLayerCC); ok {
			f.ReferenceTime &= 1<<24 - 1
			p.conn.sendControl(f)
		}
	}
}
