package peer

import (
	"context"
	"math/rand/v2"

	"strings"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"liqa/internal/switchboard"
)

// thin is a line as the downward half of a test meets it: a rate, a queue
// before it, a way's length and a share of packets that are lost anyhow.
type thin struct {
	rate  int           // bit/s
	queue time.Duration // what does not fit is dropped
	way   time.Duration
	loss  float64
}

// tried runs the downward half over such a line, without waiting.
func (l thin) tried(t *testing.T) *downward {
	t.Helper()
	d := &downward{}
	d.open(chosen{kind: switchboard.H264, codec: codec{payloadType: 102}}, 3)
	d.trip = 2 * l.way
	chance := rand.New(rand.NewPCG(1, 2))
	recorder := twcc.NewRecorder(1)
	var free time.Duration // when the line has sent what it holds
	type coming struct {
		seq uint16
		at  time.Duration
	}
	var wire []coming
	for now := time.Duration(0); !d.finished; now += lineBeat {
		if now > lineMost {
			t.Fatal("the test does not end")
		}
		for _, b := range d.due(now) {
			free = max(free, now)
			if chance.Float64() < l.loss || free-now > l.queue {
				continue
			}
			free += time.Duration(float64(len(b)) * 8 / float64(l.rate) * float64(time.Second))
			wire = append(wire, coming{uint16(b[2])<<8 | uint16(b[3]), free + l.way})
		}
		for len(wire) > 0 && wire[0].at <= now {
			// The client's clock began at another time than the test.
			recorder.Record(d.ssrc, wire[0].seq, (wire[0].at + 77*time.Hour).Microseconds())
			wire = wire[1:]
		}
		if now%(100*time.Millisecond) == 0 {
			for _, p := range recorder.BuildFeedbackPacket() {
				d.acknowledged(overTheWire(t, p).(*rtcp.TransportLayerCC))
			}
		}
	}
	return d
}

func overTheWire(t *testing.T, p rtcp.Packet) rtcp.Packet {
	t.Helper()
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	list, err := rtcp.Unmarshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

func TestTheDownwardRateIsTheLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line     thin
		from, to int     // bit/s
		lost     float64 // about
	}{
		"plenty":            {thin{rate: 100_000_000, queue: time.Second, way: 10 * time.Millisecond}, 3_300_000, 3_700_000, 0},
		"1.2 Mbit/s":        {thin{rate: 1_200_000, queue: time.Second, way: 30 * time.Millisecond}, 1_000_000, 1_300_000, 0},
		"300 kbit/s":        {thin{rate: 300_000, queue: 400 * time.Millisecond, way: 30 * time.Millisecond}, 200_000, 330_000, 0},
		"12 % loss":         {thin{rate: 100_000_000, queue: time.Second, way: 10 * time.Millisecond, loss: 0.12}, 2_700_000, 3_400_000, 0.12},
		"a satellite's way": {thin{rate: 100_000_000, queue: time.Second, way: 300 * time.Millisecond}, 3_300_000, 3_700_000, 0},
		"nothing comes":     {thin{rate: 100_000_000, queue: time.Second, loss: 1}, 0, 0, 0},
	} {
		rate, count, lost := c.line.tried(t).result()
		if rate < c.from || rate > c.to || lost < c.lost-0.06 || lost > c.lost+0.06 || count == 0 && c.to > 0 {
			t.Errorf("%s: %d bit/s, %.3f lost of %d", name, rate, lost, count)
		}
	}
}

// Who shares a thin line is not held up for longer than it takes to see that.
func TestAThinLineIsNotFloodedForLong(t *testing.T) {
	t.Parallel()
	d := thin{rate: 500_000, queue: 2 * time.Second, way: 20 * time.Millisecond}.tried(t)
	if d.stage > 2 {
		t.Errorf("went on to the rate %d bit/s on a line of 500,000", lineRates[d.stage-1])
	}
}

// tested is a browser that tests its line.
type tested struct {
	pc   *webrtc.PeerConnection
	line *Line
}

func testLine(t *testing.T, g *Gate, over string) *tested {
	t.Helper()
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	in := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(m, in); err != nil {
		t.Fatal(err)
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeTCP4})
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(in), webrtc.WithSettingEngine(settings)).
		NewPeerConnection(webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for { // what is not read is not reported
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
		}
	})
	sound, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "sound", "line")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pc.AddTransceiverFromTrack(sound, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		t.Fatal(err)
	}
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
		t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	answer, line, err := g.TestLine(context.Background(), LineTest{Session: "line", Offer: offer.SDP, Over: over})
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			select {
			case <-line.Done():
				return
			case <-time.After(20 * time.Millisecond):
				_ = sound.WriteSample(media.Sample{Data: []byte{0xfc, 0xff, 0xfe}, Duration: 20 * time.Millisecond})
			}
		}
	}()
	return &tested{pc, line}
}

func TestALineIsMeasuredBothWaysAndTouchesNoBoard(t *testing.T) {
	t.Parallel()
	for _, over := range []string{"udp", "tcp"} {
		t.Run(over, func(t *testing.T) {
			t.Parallel()
			g := newGate(t)
			c := testLine(t, g, over)
			eventually(t, 30*time.Second, "the test is over", func() bool {
				if s := g.board.Survey(); len(s.Receivers) > 0 || len(s.Sources) > 0 {
					t.Fatalf("a test of the line is at the switchboard: %+v", s)
				}
				return c.line.Measured().Over
			})
			m := c.line.Measured()
			if m.Transport != over || m.Down < 50_000 || m.CameUp < 50 || m.SentDown < 50 || m.RoundTrip <= 0 || m.Up <= 0 {
				t.Errorf("%+v", m)
			}
			if over == "tcp" && (m.LostUp > 0 || m.LostDown > 0.5) {
				t.Errorf("loss over TCP: %+v", m)
			}
			c.line.Close()
			<-c.line.Done()
		})
	}
}

func TestATestEndsByItself(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	c := testLine(t, g, "")
	c.line.tester.mu.Lock()
	c.line.tester.lifetime = 300 * time.Millisecond
	c.line.tester.mu.Unlock()
	select {
	case <-c.line.Done():
	case <-time.After(15 * time.Second):
		t.Fatal("a test goes on for ever")
	}
	if m := c.line.Measured(); !m.Over {
		t.Errorf("%+v", m)
	}
}

func TestTheAnswerOfATestTellsOneTransportOnly(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	body := simple("audio opus/48000/2", "video VP9/90000", "video recvonly VP9/90000", "video recvonly VP9/90000")
	for over, other := range map[string]string{"udp": " tcp ", "tcp": " udp "} {
		answer, line, err := g.TestLine(t.Context(), LineTest{Session: "s", Offer: body, Over: over})
		if err != nil {
			t.Fatal(err)
		}
		line.Close()
		if !strings.Contains(answer, " 1 "+over+" ") || strings.Contains(answer, other) {
			t.Errorf("over %s the answer is\n%s", over, answer)
		}
		var d sdp.SessionDescription
		if err := d.UnmarshalString(answer); err != nil {
			t.Fatal(err)
		}
		taken := ""
		for _, m := range d.MediaDescriptions {
			for _, way := range []string{"recvonly", "sendonly", "inactive"} {
				if _, ok := m.Attribute(way); ok {
					taken += way[:1]
				}
			}
		}
		if taken != "rrsi" {
			t.Errorf("the sections are answered %q", taken)
		}
	}
	if _, _, err := g.TestLine(t.Context(), LineTest{Offer: simple("audio recvonly opus/48000/2")}); err == nil {
		t.Error("an offer with nothing to test by was taken")
	}
}

// FuzzArrivals reads whatever a client may report.
func FuzzArrivals(f *testing.F) {
	r := twcc.NewRecorder(1)
	for i := range uint16(40) {
		if i%3 != 0 {
			r.Record(2, i, int64(i)*20_000)
		}
	}
	for _, p := range r.BuildFeedbackPacket() {
		b, err := p.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := rtcp.Unmarshal(b)
		if err != nil {
			return
		}
		d := &downward{}
		d.open(chosen{kind: switchboard.VP9}, 1)
		d.due(0)
		for _, p := range list {
			report, ok := p.(*rtcp.TransportLayerCC)
			if !ok {
				continue
			}
			n := 0
			eachArrival(report, func(uint16, bool, int64) { n++ })
			if n > int(report.PacketStatusCount) {
				t.Errorf("%d packets in a report of %d", n, report.PacketStatusCount)
			}
			d.acknowledged(report)
			if d.stages[0].came > d.stages[0].count {
				t.Errorf("%d came of %d", d.stages[0].came, d.stages[0].count)
			}
		}
	})
}
