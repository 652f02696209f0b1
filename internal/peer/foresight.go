package peer

import (
	"time"

	"github.com/pion/rtcp"
)

// foresight decides whether the packets of a client's pictures are asked for
// before it can be known here whether they come. A browser answers a request for
// a packet that it has sent once within a round trip, and passes over one for a
// packet that it has not sent yet. So, where the way is long and loses much,
// each packet is asked for at about the moment at which it leaves, and goes out
// twice, some hundredths of a second apart, as the server's own do on the way
// down. What the second costs, a browser takes from what its encoder may use.
type foresight struct {
	mean  float64 // of what is lost, 0 to 1
	trips [8]time.Duration
	heard int       // seconds
	since time.Time // it has been so since; zero when it is not
	on    bool
	many  int  // seconds for which much more has come again than came
	never bool // the client answers each request, however often it is asked
}

const (
	longWay   = 100 * time.Millisecond // the round trip from which on it is worth it
	muchLost  = 0.025
	fewLost   = 0.01
	lossLasts = 2 * time.Second

	foreseeEvery = 30 * time.Millisecond
	foreseeBack  = 120 * time.Millisecond // a packet is asked for so long after it has left
	foreseeMore  = 40                     // packets that a large picture may have beyond the expected
	foreseeMost  = 200                    // packets in one request

	// Where so many times as many packets come again as come, for some seconds,
	// each request is answered. A browser that tries its path sends some again too.
	answersAll  = 2
	answersLong = 3
)

// judge takes in what a second's reports say, and the round trip, 0 when it is
// not known. Of the last seconds' trips the shortest counts: what waits in a
// queue does not make a way long.
func (f *foresight) judge(expected, got uint32, trip time.Duration, now time.Time) {
	if expected > 0 && got <= expected {
		f.heard++
		f.mean += (float64(expected-got)/float64(expected) - f.mean) / float64(min(f.heard, 4))
	}
	f.trips[f.heard%len(f.trips)] = trip
	for _, t := range f.trips {
		if t > 0 {
			trip = min(trip, t)
		}
	}
	switch far := trip >= longWay; {
	case f.never || !far && !f.on || trip < longWay*3/4 || f.mean < fewLost:
		f.since, f.on = time.Time{}, false
	case !f.on && f.mean < muchLost:
		f.since = time.Time{}
	case f.since.IsZero():
		f.since = now
	case now.Sub(f.since) >= lossLasts:
		f.on = true
	}
}

// answered notes how many packets have come in a second, and come again.
func (f *foresight) answered(came, again uint64) (gaveUp bool) {
	if !f.on || again <= answersAll*came+10 {
		f.many = 0
		return false
	}
	if f.many++; f.many < answersLong {
		return false
	}
	f.never, f.on = true, false
	return true
}

// leaving gives the packets of a stream that have just left, or will have, when a
// request arrives at the client: so many from first on. Highest is the newest
// that has come; half the round trip has passed since it left, and half will.
func leaving(highest uint16, perSecond float64, trip time.Duration) (first uint16, count int) {
	if perSecond <= 0 {
		return 0, 0
	}
	newest := int(perSecond * trip.Seconds())
	oldest := max(1, newest-int(perSecond*foreseeBack.Seconds()))
	return highest + uint16(oldest), min(foreseeMost, newest-oldest+1+foreseeMore)
}

// foresee judges the way by the second that has passed. It is the watch's.
func (p *publisher) foresee(now time.Time) {
	if p.arrivals == nil || !p.capped {
		return // no browser
	}
	var expected, got uint32
	var came, again uint64
	repairs := false
	for _, f := range p.feeds {
		picture := f.section.media == "video" && f.codec.repair != 0
		repairs = repairs || picture
		for _, l := range f.layers {
			due, here := l.reception.lately()
			expected, got = expected+due, got+here
			if picture {
				came += uint64(here)
				again += l.repairedSince()
			}
		}
	}
	if !repairs {
		return
	}
	again += p.unopened.Swap(0) // the same packet again, to the byte
	trip := time.Duration(p.conn.trip.Load())
	if p.foresight.answered(came, again) {
		p.conn.log.Info("what is asked for more than once is sent more than once: nothing is asked for beforehand", "came", came, "again", again)
	}
	before := p.foresight.on
	p.foresight.judge(expected, got, trip, now)
	if p.foresight.on != before {
		p.conn.log.Debug("pictures are asked for beforehand", "so", p.foresight.on, "lost", p.foresight.mean, "trip", trip)
	}
	if !p.foresight.on {
		trip = 0
	}
	p.ahead.Store(int64(trip))
}

// askBeforehand asks for what is leaving now of the pictures that somebody
// receives, if that is wished. It belongs to the goroutine that forwards.
func (p *publisher) askBeforehand(now time.Time) {
	trip := time.Duration(p.ahead.Load())
	if trip == 0 || now.Sub(p.foresaw) < foreseeEvery {
		return
	}
	p.foresaw = now
	packets := []rtcp.Packet{&rtcp.ReceiverReport{SSRC: p.control}}
	for _, f := range p.feeds {
		s := f.source.Load()
		if s == nil || f.section.media != "video" || f.codec.repair == 0 {
			continue
		}
		for _, l := range f.layers {
			if !s.Led(int(l.place.Load())) {
				continue
			}
			highest, pace := l.reception.pace()
			if first, count := leaving(highest, pace, trip); count > 0 {
				packets = append(packets, &rtcp.TransportLayerNack{SenderSSRC: p.control, MediaSSRC: l.ssrc.Load(), Nacks: run(first, count)})
			}
		}
	}
	if len(packets) > 1 {
		p.conn.sendControl(packets...)
	}
}

// run names consecutive packets (RFC 4585 §6.2.1).
func run(first uint16, count int) (pairs []rtcp.NackPair) {
	for ; count > 0; first, count = first+17, count-17 {
		bits := min(count, 17) - 1
		pairs = append(pairs, rtcp.NackPair{PacketID: first, LostPackets: rtcp.PacketBitmap(1<<bits - 1)})
	}
	return pairs
}
