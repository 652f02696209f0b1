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
	// Socket carries all the player's connections; nil opens one on a free UDP
	// port. The player closes it.
	Socket net.PacketConn
	// TCP connects by ICE over TCP only.
	TCP bool
	// Unreliable neither asks for lost packets nor sends any again.
	Unreliable bool
	// Codecs restricts what is offered, by MIME type ("video/VP9"); empty is
	// Opus, H.264 and VP9.
	Codecs []string
}

// Player makes connections that share one socket and one certificate. Its
// methods may be called from any goroutine.
type Player struct {
	api           *webrtc.API
	mux           io.Closer
	configuration webrtc.Configuration
}

// New opens the socket.
func New(config Config) (*Player, error) {
	p := &Player{}
	quiet := &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	settings := webrtc.SettingEngine{LoggerFactory: quiet}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetICETimeouts(3*time.Second, 5*time.Second, time.Second)
	if config.TCP {
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6})
	} else {
		if err := p.listen(&settings, config.Socket, quiet); err != nil {
			return nil, err
		}
	}
	media, err := offers(config.Codecs)
	if err != nil {
		return nil, err
	}
	registry := &interceptor.Registry{}
	senderReports, err := report.NewSenderInterceptor()
	if err != nil {
		return nil, err
	}
	receiverReports, err := report.NewReceiverInterceptor()
	if err != nil {
		return nil, err
	}
	registry.Add(senderReports)
	registry.Add(receiverReports)
	if !config.Unreliable {
		responder, err := nack.NewResponderInterceptor()
		if err != nil {
			return nil, err
		}
		generator, err := nack.NewGeneratorInterceptor()
		if err != nil {
			return nil, err
		}
		registry.Add(responder)
		registry.Add(generator)
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
	p.api = webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(settings))
	return p, nil
}

func (p *Player) listen(settings *webrtc.SettingEngine, socket net.PacketConn, quiet logging.LoggerFactory) error {
	if socket == nil {
		udp, err := net.ListenUDP("udp4", &net.UDPAddr{})
		if err != nil {
			return fmt.Errorf("open the player's socket: %w", err)
		}
		_ = udp.SetReadBuffer(4 << 20)
		socket = udp
	}
	mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: socket, Logger: quiet.NewLogger("mux")})
	settings.SetICEUDPMux(mux)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	p.mux = mux
	return nil
}

// Close closes the socket. Connections are closed one by one before it.
func (p *Player) Close() error {
	if p.mux == nil {
		return nil
	}
	return p.mux.Close()
}

// offers lists the codecs in the order of preference: H.264 first, since the
// server prefers it.
func offers(only []string) (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	pictures := []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}, {Type: "goog-remb"}}
	all := []struct {
		webrtc.RTPCodecParameters
		kind webrtc.RTPCodecType
	}{
		{webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
			RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}}}}, webrtc.RTPCodecTypeAudio},
		{webrtc.RTPCodecParameters{PayloadType: 102, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeH264, ClockRate: 90000, RTCPFeedback: pictures,
			SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"}}, webrtc.RTPCodecTypeVideo},
		{webrtc.RTPCodecParameters{PayloadType: 98, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP9, ClockRate: 90000, RTCPFeedback: pictures, SDPFmtpLine: "profile-id=0"}}, webrtc.RTPCodecTypeVideo},
		{webrtc.RTPCodecParameters{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: pictures}}, webrtc.RTPCodecTypeVideo},
	}
	for _, c := range all {
		if !offered(c.MimeType, only) {
			continue
		}
		if err := m.RegisterCodec(c.RTPCodecParameters, c.kind); err != nil {
			return nil, fmt.Errorf("offer %s: %w", c.MimeType, err)
		}
	}
	err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: audioLevelURI}, webrtc.RTPCodecTypeAudio)
	return m, err
}

func offered(mime string, only []string) bool {
	if len(only) == 0 {
		return mime != webrtc.MimeTypeVP8
	}
	for _, o := range only {
		if o == mime {
			return true
		}
	}
	return false
}
