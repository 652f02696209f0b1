// Package player publishes and receives media as a browser does, without one:
// it offers by WHIP and WHEP (RFC 9725), sends clips as a camera and a
// microphone, and counts or hands out what arrives in each slot. The
// simulated delegates of the demo, the tests and the benchmarks are players.
//
// It is a client, over real WebRTC, and no part of the server. It does not
// decode or play anything, and knows nothing of summits.
package player

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

const audioLevelURI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level" // RFC 6464

// Config of a [Player]. The zero value works.
type Config struct {
	// Socket opens the UDP socket of a connection; nil takes a free port. The
	// connection closes it. Each has its own, since a server tells its clients
	// apart by address.
	Socket func() (net.PacketConn, error)
	// TCP connects by ICE over TCP only.
	TCP bool
	// Unreliable neither asks for lost packets nor sends any again.
	Unreliable bool
	// Codecs restricts what is offered, by MIME type ("video/VP9"); empty is
	// Opus, H.264 and VP9.
	Codecs []string
}

// Player makes connections that share one certificate and the codecs they
// offer. Its methods may be called from any goroutine. It holds nothing that
// needs closing; its connections do.
type Player struct {
	config        Config
	media         *webrtc.MediaEngine
	interceptors  *interceptor.Registry
	configuration webrtc.Configuration
}

// New makes a player.
func New(config Config) (*Player, error) {
	p := &Player{config: config}
	var err error
	if p.media, err = offers(config.Codecs); err != nil {
		return nil, err
	}
	p.interceptors = &interceptor.Registry{}
	senderReports, err := report.NewSenderInterceptor()
	if err != nil {
		return nil, err
	}
	receiverReports, err := report.NewReceiverInterceptor()
	if err != nil {
		return nil, err
	}
	p.interceptors.Add(senderReports)
	p.interceptors.Add(receiverReports)
	if !config.Unreliable {
		responder, err := nack.NewResponderInterceptor()
		if err != nil {
			return nil, err
		}
		generator, err := nack.NewGeneratorInterceptor()
		if err != nil {
			return nil, err
		}
		p.interceptors.Add(responder)
		p.interceptors.Add(generator)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	certificate, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, err
	}
	p.configuration = webrtc.Configuration{
		Certificates: []webrtc.Certificate{*certificate}, BundlePolicy: webrtc.BundlePolicyMaxBundle,
		RTCPMuxPolicy: webrtc.RTCPMuxPolicyRequire,
	}
	return p, nil
}

// prepare makes what one connection needs of its own; release closes it.
func (p *Player) prepare() (api *webrtc.API, release func(), err error) {
	quiet := &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	settings := webrtc.SettingEngine{LoggerFactory: quiet}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetICETimeouts(3*time.Second, 5*time.Second, time.Second)
	release = func() {}
	if p.config.TCP {
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6})
	} else {
		socket, err := p.open()
		if err != nil {
			return nil, nil, err
		}
		mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: socket, Logger: quiet.NewLogger("mux")})
		settings.SetICEUDPMux(mux)
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
		release = func() { _ = mux.Close() }
	}
	return webrtc.NewAPI(webrtc.WithMediaEngine(p.media), webrtc.WithInterceptorRegistry(p.interceptors),
		webrtc.WithSettingEngine(settings)), release, nil
}

func (p *Player) open() (net.PacketConn, error) {
	if p.config.Socket != nil {
		return p.config.Socket()
	}
	udp, err := net.ListenUDP("udp4", &net.UDPAddr{})
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	_ = udp.SetReadBuffer(1 << 20)
	return udp, nil
}

// pictureFeedback is what a browser offers for pictures, without the
// transport-wide congestion control that it would not get.
var pictureFeedback = []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}, {Type: "goog-remb"}}

// all codecs that can be offered, in the order of preference: H.264 first,
// since the server prefers it. VP8 is offered only when named.
var all = []webrtc.RTPCodecParameters{
	{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}}}},
	{PayloadType: 102, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeH264, ClockRate: 90000, RTCPFeedback: pictureFeedback,
		SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"}},
	{PayloadType: 98, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeVP9, ClockRate: 90000, RTCPFeedback: pictureFeedback, SDPFmtpLine: "profile-id=0"}},
	{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: pictureFeedback}},
}

func offers(only []string) (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	for _, c := range all {
		if slices.Contains(only, c.MimeType) || len(only) == 0 && c.MimeType != webrtc.MimeTypeVP8 {
			kind := webrtc.RTPCodecTypeVideo
			if c.MimeType == webrtc.MimeTypeOpus {
				kind = webrtc.RTPCodecTypeAudio
			}
			if err := m.RegisterCodec(c, kind); err != nil {
				return nil, fmt.Errorf("offer %s: %w", c.MimeType, err)
			}
		}
	}
	err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: audioLevelURI}, webrtc.RTPCodecTypeAudio)
	return m, err
}

func parametersOf(mime string) []webrtc.RTPCodecParameters {
	return slices.DeleteFunc(slices.Clone(all), func(c webrtc.RTPCodecParameters) bool { return c.MimeType != mime })
}
