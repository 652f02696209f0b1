package peer

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtcp"
)

// LineTest is an offer that is answered by a test of the line and by nothing
// else: its connection has no way to the switchboard. The client sends sound
// and a picture that it makes for the purpose, which are counted and thrown
// away; the server sends packets that hold nothing.
type LineTest struct {
	Session string
	Offer   string
	Over    string // "udp" or "tcp": of the server's addresses only these are told; "" is all
}

// Line is a test that runs, or has ended. The embedded connection ends by
// itself, lineMost after it was made at the latest.
type Line struct {
	*Conn
	tester *tester
}

// Measured is what a test has found so far. Rates are bit/s of RTP and SRTP,
// without the headers below; what is 0 has not been measured.
type Measured struct {
	Transport        string
	Up, Down         int
	LostUp, LostDown float64 // 0 to 1
	CameUp, SentDown int     // packets that these were counted of
	RoundTrip        time.Duration
	Jitter           time.Duration // of what the client sends
	Lasted           time.Duration
	Over             bool
}

// lineMost is how long a test may last. It needs some nine seconds.
const lineMost = 14 * time.Second

// lineAllowance is what a client may send during a test, in bytes a second.
const lineAllowance = 5_000_000 / 8

// lineHint lets a browser begin near the rate that a picture needs, instead of
// creeping up to it for longer than the test lasts; its own congestion control
// goes down from there.
const lineHint = ";x-google-start-bitrate=1200;x-google-max-bitrate=2500"

// TestLine answers an offer with a test. The sections that the client sends are
// taken, and the first picture that it would receive; the others are rejected.
// A refusal is a *BadOffer.
func (g *Gate) TestLine(ctx context.Context, l LineTest) (answer string, line *Line, err error) {
	o, bad := parseOffer(l.Offer)
	if bad != nil {
		return "", nil, bad
	}
	t := &tester{stop: make(chan struct{}), up: map[uint32]*reception{}, control: uint32(randomNumber()),
		allowance: allowance{rate: lineAllowance}, statuses: allowance{rate: statusAllowance}, lifetime: lineMost}
	t.arrivals = newArrivals(t.control)
	list, bad := t.take(o)
	if bad != nil {
		return "", nil, bad
	}
	c, err := g.newConn(l.Session, o, nil, nil)
	if err != nil {
		return "", nil, fmt.Errorf("prepare the connection: %w", err)
	}
	c.only, c.side, t.conn = l.Over, t, c
	if answer, err = g.answer(ctx, c, list); err != nil {
		return "", nil, err
	}
	return answer, &Line{c, t}, nil
}

// Measured is what has been found so far.
func (l *Line) Measured() Measured {
	l.tester.mu.Lock()
	defer l.tester.mu.Unlock()
	return l.tester.measured(time.Now())
}

// tester is a connection's side that counts what comes and sends what holds
// nothing. It knows no board.
type tester struct {
	conn      *Conn
	control   uint32 // the SSRC the server's own RTCP comes from
	allowance allowance
	statuses  allowance
	wideUp    uint8 // header extensions of transport-wide numbers
	down      downward
	lifetime  time.Duration

	once    sync.Once
	stop    chan struct{}
	running sync.WaitGroup

	mu       sync.Mutex
	over     bool // of the connection
	began    time.Time
	ended    time.Time
	arrivals *arrivals
	up       map[uint32]*reception // by SSRC
	clocks   map[uint8]uint32      // of the payload types taken
	buckets  [64]int               // bytes that came in each half second since it began
	trips    []time.Duration
}

// take decides what becomes of each offered section.
func (t *tester) take(o *offer) ([]answered, *BadOffer) {
	list := make([]answered, len(o.sections))
	t.clocks = map[uint8]uint32{}
	taken := false
	for i := range o.sections {
		s := &o.sections[i]
		list[i].offered = s
		if s.off || s.media != "audio" && s.media != "video" || !s.sends && (s.media == "audio" || !s.receives || t.down.ssrc != 0) {
			continue
		}
		codecs, bad := s.usable("the test of the line")
		if bad != nil {
			return nil, bad
		}
		one := codecs[0]
		// Nothing is sent twice here, so that what is lost is seen to be.
		one.feedback, one.repair, one.redundant = []string{"transport-cc"}, 0, 0
		list[i].extensions = []string{midURI}
		if s.sends {
			list[i].direction = "recvonly"
			t.wideUp = max(t.wideUp, s.extensions[countURI])
			t.clocks[one.payloadType] = one.clock
			if s.media == "video" {
				one.hint = lineHint
			}
		} else {
			list[i].direction = "sendonly"
			t.down.open(one, s.extensions[countURI])
			list[i].slot = &outgoing{ssrc: t.down.ssrc, stream: "line", track: "line"}
		}
		list[i].codecs, taken = []chosen{one}, true
	}
	if !taken {
		return nil, refuse(CodeNothingToPublish, "The offer has nothing that a line could be tested with.")
	}
	return list, nil
}

func (t *tester) begin() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return errEndedEarly
	}
	t.began = time.Now()
	t.running.Add(1)
	go t.run()
	return nil
}

// A test goes on, or is over, whether or not its client is silent for a while.
func (t *tester) leave() {}
func (t *tester) back()  {}

func (t *tester) moved() uint64 { return 0 }

func (t *tester) beat(time.Time) {}

// end stops what is sent. When it returns nothing more is.
func (t *tester) end() {
	t.mu.Lock()
	t.over = true
	if t.ended.IsZero() {
		t.ended = time.Now()
	}
	t.mu.Unlock()
	t.once.Do(func() { close(t.stop) })
	t.running.Wait()
}

// run paces the test, and ends the connection when its time is over.
func (t *tester) run() {
	defer t.running.Done()
	beat := time.NewTicker(lineBeat)
	defer beat.Stop()
	for n := 0; ; n++ {
		select {
		case <-t.stop:
			return
		case now := <-beat.C:
			if !t.each(n, now) {
				go t.conn.Close() // which waits for this goroutine
				return
			}
		}
	}
}

// each does one beat's work; false when the time is over.
func (t *tester) each(n int, now time.Time) bool {
	t.mu.Lock()
	packets := t.down.due(now.Sub(t.began))
	if t.down.finished && t.ended.IsZero() && now.Sub(t.began) > lineUpward {
		t.ended = now
	}
	var control []rtcp.Packet
	if n%5 == 0 {
		control = t.arrivals.recorder.BuildFeedbackPacket()
	}
	late := now.Sub(t.began) > t.lifetime
	t.mu.Unlock()
	t.write(packets)
	if len(control) > 0 {
		t.conn.sendControl(control...)
	}
	if n%25 == 0 {
		t.conn.ask(now, askEvery)
	}
	return !late
}

// write sends packets; what the route does not take is lost, and counted so.
func (t *tester) write(packets [][]byte) {
	k := t.conn.keys.Load()
	buf := packetBuffers.Get().(*[]byte)
	defer packetBuffers.Put(buf)
	for _, p := range packets {
		n := copy(*buf, p)
		if sealed, err := k.protect(*buf, n); err == nil {
			t.conn.send(sealed)
		}
	}
}

// packet counts one packet of the client's; nobody gets it.
func (t *tester) packet(b []byte, at time.Time) {
	k := t.conn.keys.Load()
	if k == nil || !t.allowance.take(len(b), at) {
		return
	}
	size := len(b)
	if isControl(b) {
		if plain, err := k.openControl(b); err == nil {
			t.conn.hears(at)
			t.reported(plain, at)
		}
		return
	}
	plain, err := k.open(b)
	if err != nil {
		return
	}
	t.conn.hears(at)
	t.mu.Lock()
	defer t.mu.Unlock()
	clock, known := t.clocks[plain[1]&0x7f]
	if !known || t.began.IsZero() {
		return
	}
	ssrc := binary.BigEndian.Uint32(plain[8:])
	r := t.up[ssrc]
	if r == nil {
		if len(t.up) >= 4 {
			return
		}
		r = &reception{clock: clock}
		t.up[ssrc] = r
	}
	r.received(plain, at)
	if wide := headerExtension(plain, t.wideUp); len(wide) == 2 {
		t.arrivals.note(ssrc, binary.BigEndian.Uint16(wide), at, at.Sub(t.began).Microseconds())
	}
	if i := int(at.Sub(t.began) / (500 * time.Millisecond)); i >= 0 && i < len(t.buckets) {
		t.buckets[i] += size
	}
}

func (t *tester) reported(b []byte, at time.Time) {
	packets := readControl(b, &t.statuses, at)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, one := range packets {
		switch p := one.(type) {
		case *rtcp.TransportLayerCC:
			t.down.acknowledged(p)
		case *rtcp.SenderReport:
			if r := t.up[p.SSRC]; r != nil {
				r.reported(p.NTPTime, at)
			}
		}
	}
}

// tick sends the second's report and notes the round trip.
func (t *tester) tick(now time.Time) {
	rr := &rtcp.ReceiverReport{SSRC: t.control}
	t.mu.Lock()
	for ssrc, r := range t.up {
		if block, ok := r.block(ssrc, now); ok {
			rr.Reports = append(rr.Reports, block)
		}
	}
	if trip := time.Duration(t.conn.trip.Load()); trip > 0 && len(t.trips) < 64 {
		t.trips = append(t.trips, trip)
	}
	t.down.trip = time.Duration(t.conn.trip.Load())
	t.mu.Unlock()
	t.conn.sendControl(rr)
}

func (t *tester) figures(f *Figures) { f.Publishes = true }

// narrowed leaves of the server's addresses those that the connection may know.
func (c *Conn) narrowed(candidates []string) []string {
	if c.only == "" {
		return candidates
	}
	var list []string
	for _, line := range candidates {
		if strings.Contains(line, " 1 "+c.only+" ") {
			list = append(list, line)
		}
	}
	return list
}
