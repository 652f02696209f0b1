package peer

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/stun/v4"

	"liqa/internal/player/lean"
	"liqa/internal/switchboard"
)

// sectionsOf are what an offer of a template has, in the order of its slots.
func sectionsOf(t Template) (kinds []string) {
	for _, s := range t.Sections {
		kinds = append(kinds, mediaName(s.Kind))
	}
	return kinds
}

// FuzzOffer takes any text as an offer, both ways. What is accepted must be
// answered with a session description that mirrors its sections.
func FuzzOffer(f *testing.F) {
	print := "sha-256 " + strings.TrimSuffix(strings.Repeat("AB:", 32), ":")
	f.Add(lean.Offer(sectionsOf(Room), "abcd", "0123456789012345678901", print)) // a browser's is too long to mutate well
	f.Add(lean.Offer(sectionsOf(Plain), "abcd", "0123456789012345678901", print))
	f.Add(simple("audio opus/48000/2", "video VP9/90000", "video VP8/90000"))
	f.Add(simple("audio recvonly opus/48000/2", "video recvonly VP9/90000"))
	f.Add("v=0\r\nm=audio 0 x 0\r\n")
	f.Add(strings.Replace(simple("audio red/48000/2", "video VP9/90000"), "a=mid:1\r\n", "a=mid:1\r\na=extmap:4 "+ridURI+
		"\r\na=rid:q send pt=96;max-width=320\r\na=rid:f send\r\na=simulcast:send q,h;~f recv x\r\na=ssrc-group:FID 1 2\r\na=ssrc-group:SIM 1 3\r\n", 1))
	all := devices(Microphone, Camera, Screen)
	f.Fuzz(func(t *testing.T, body string) {
		o, bad := parseOffer(body)
		if bad != nil {
			if bad.Code == "" || bad.Sentence == "" {
				t.Fatalf("refused without a reason: %+v", bad)
			}
			return
		}
		end := ending{local: newCredentials(), print: "sha-256 AA", candidates: candidateLines([]netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:7600")}, nil)}
		check := func(list []answered) {
			answer := writeAnswer(1, end, list)
			var desc sdp.SessionDescription
			if err := desc.UnmarshalString(answer); err != nil {
				t.Fatalf("the answer cannot be read: %v\n%q", err, answer)
			}
			if len(desc.MediaDescriptions) != len(o.sections) {
				t.Fatalf("%d sections are answered with %d", len(o.sections), len(desc.MediaDescriptions))
			}
		}
		if list, bad := takeSections(o, all); bad == nil {
			check(list)
		}
		for _, template := range []Template{Room, Press, Plain} {
			order, bad := template.match(o.sections)
			if bad != nil {
				continue
			}
			list := make([]answered, len(order))
			for i := range order {
				codecs, _ := o.sections[i].usable("x")
				list[i] = answered{offered: &o.sections[i], codecs: codecs, direction: "sendonly", slot: &outgoing{ssrc: 1, stream: "s", track: "t"}}
			}
			check(list)
		}
	})
}

func FuzzFragment(f *testing.F) {
	f.Add("a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n" +
		"a=candidate:1 1 udp 2130706431 4d1f2b3c.local 5000 typ host\r\na=end-of-candidates\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		if part, bad := parseFragment(body); bad == nil && part.remote != (credentials{}) && strings.ContainsAny(part.remote.ufrag, "\r\n :") {
			t.Fatalf("took the name %q", part.remote.ufrag)
		}
	})
}

type nowhere struct{}

func (nowhere) WriteRTP([]switchboard.Outgoing) {}
func (nowhere) WriteRTCP([]byte)                {}

// FuzzControl takes any bytes as the opened RTCP of a listener and of a
// publisher.
func FuzzControl(f *testing.F) {
	for _, p := range []rtcp.Packet{
		&rtcp.TransportLayerNack{MediaSSRC: 7, Nacks: []rtcp.NackPair{{PacketID: 1, LostPackets: 0xffff}}},
		&rtcp.PictureLossIndication{MediaSSRC: 7}, &rtcp.FullIntraRequest{FIR: []rtcp.FIREntry{{SSRC: 7}}},
		&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: 7, FractionLost: 9, LastSenderReport: 1}}},
		&rtcp.SenderReport{SSRC: 7, NTPTime: 1 << 40, RTPTime: 5}, &rtcp.Goodbye{Sources: []uint32{7}},
		&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: 300_000, SSRCs: []uint32{7}},
		&rtcp.TransportLayerCC{Header: rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: 5},
			BaseSequenceNumber: 0, PacketStatusCount: 2, ReferenceTime: 9,
			PacketChunks: []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{PacketStatusSymbol: rtcp.TypeTCCPacketReceivedSmallDelta, RunLength: 2}},
			RecvDeltas:   []*rtcp.RecvDelta{{Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 250}, {Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 500}}},
	} {
		b, err := p.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	board := switchboard.New(switchboard.Config{})
	defer board.Close()
	slots := []switchboard.SlotSpec{{ID: "original-1", Kind: switchboard.Audio, SSRC: 7, PT: map[switchboard.Codec]uint8{switchboard.Opus: 111}}}
	receiver, err := board.AddReceiver("fuzz", slots, nowhere{})
	if err != nil {
		f.Fatal(err)
	}
	source, err := board.AddSource(switchboard.SourceSpec{ID: "s", Origin: "o", Kind: switchboard.Audio, Codec: switchboard.Opus, ClockRate: 48000})
	if err != nil {
		f.Fatal(err)
	}
	l := &listener{repeats: allowance{rate: repeatAllowance}, statuses: allowance{rate: statusAllowance}, slots: slots, strands: make([]strand, 1), receiver: receiver}
	p := &publisher{}
	heard := &feed{section: &section{media: "audio"}}
	heard.source.Store(source)
	p.announced(incoming{feed: heard, layer: heard.addLayer("", 0)}, 7)
	l.conn = &Conn{gate: &Gate{}}
	picture := switchboard.Outgoing{Header: rtp.Header{SSRC: 7}}
	f.Fuzz(func(_ *testing.T, b []byte) {
		for range 4 {
			l.gauge.number(&strand{count: 3}, &picture, 1000, ticks(time.Now()))
		}
		l.control(b, time.Now())
		p.report(b, time.Now())
	})
}

// FuzzPacket takes any bytes as an opened RTP packet of a publisher, and as a
// packet from a stranger at the port.
func FuzzPacket(f *testing.F) {
	packet := make([]byte, 40)
	packet[0], packet[1] = 0x90, 111
	binary.BigEndian.PutUint16(packet[12:], 0xBEDE)
	binary.BigEndian.PutUint16(packet[14:], 2)
	packet[16], packet[17] = 0x40, '0'
	f.Add(packet)
	f.Add([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	g := &Gate{byUfrag: map[string]*Conn{}}
	sound, picture := &section{mid: "0", media: "audio"}, &section{mid: "1", media: "video"}
	f.Fuzz(func(_ *testing.T, b []byte) {
		g.receive(nil, origin{remote: netip.MustParseAddrPort("192.0.2.1:9")}, append([]byte(nil), b...), time.Now())
		if !isMedia(b) {
			return
		}
		p := &publisher{midExtension: 4, ridExtension: 5, repairExtension: 6, countExtension: 7, arrivals: newArrivals(1)}
		for _, of := range []*feed{
			{section: sound, codec: chosen{codec: codec{payloadType: 111}, kind: switchboard.Opus, redundant: 63}},
			{section: sound, codec: chosen{codec: codec{payloadType: 111}, kind: switchboard.Opus}},
			{section: picture, codec: chosen{codec: codec{payloadType: 108}, kind: switchboard.H264, repair: 109}},
			{section: picture, codec: chosen{codec: codec{payloadType: 98}, kind: switchboard.VP9, repair: 99}},
		} {
			of.publisher = p
			for i, rid := range []string{"q", "h", "f"}[:1+2*(len(p.feeds)/2)] {
				of.addLayer(rid, i).reception.clock = 90000
			}
			p.feeds = append(p.feeds, of)
		}
		for range 2 {
			p.media(append([]byte(nil), b...), time.Now())
		}
		for _, one := range p.feeds {
			for _, l := range one.layers {
				l.reception.block(1, time.Now())
			}
		}
	})
}

// FuzzDatagram takes any bytes as a datagram at the port of a gate that waits
// for a client: connectivity checks above all, also such as carry the right
// password, and from an address that has proved itself and from one that has not.
func FuzzDatagram(f *testing.F) {
	g := newGate(f)
	g.handshakeTime = time.Hour
	_, c, err := g.Ingest(f.Context(), Publish{Sources: devices(Microphone), Offer: simple("audio opus/48000/2")})
	if err != nil {
		f.Fatal(err)
	}
	var s *socket
	for _, s = range g.ports.sockets {
	}
	name := stun.NewUsername(c.local.ufrag + ":" + c.remote.ufrag)
	secret := stun.NewShortTermIntegrity(c.local.password)
	for _, m := range []*stun.Message{
		stun.MustBuild(stun.TransactionID, stun.BindingRequest, name, secret, stun.Fingerprint),
		stun.MustBuild(stun.TransactionID, stun.BindingRequest, name, stun.RawAttribute{Type: stun.AttrUseCandidate}, secret, stun.Fingerprint),
		stun.MustBuild(stun.TransactionID, stun.BindingRequest, name, stun.RawAttribute{Type: stun.AttrICEControlled, Value: make([]byte, 8)}, secret),
		stun.MustBuild(stun.TransactionID, stun.BindingSuccess, secret, stun.Fingerprint),
		stun.MustBuild(stun.TransactionID, stun.BindingError, stun.CodeRoleConflict),
	} {
		f.Add(m.Raw)
	}
	f.Add([]byte{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0})
	f.Add([]byte{0x80, 200, 0, 1, 0, 0, 0, 7, 0x80, 0, 0, 1, 0, 0})
	stranger := origin{udp: s, remote: netip.MustParseAddrPort("127.0.0.1:9")}
	known := c.addRoute(origin{udp: s, remote: netip.MustParseAddrPort("127.0.0.1:11")})
	f.Fuzz(func(t *testing.T, b []byte) {
		g.receive(nil, stranger, append([]byte(nil), b...), time.Now())
		g.receive(known, origin{udp: s, remote: known.remote}, append([]byte(nil), b...), time.Now())
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.routes) > maxRoutes {
			t.Fatalf("%d routes", len(c.routes))
		}
	})
}
