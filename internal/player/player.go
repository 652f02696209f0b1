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
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// Header extensions that are offered.
const (
	audioLevelURI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"            // RFC 6464
	midURI        = "urn:ietf:params:rtp-hdrext:sdes:mid"                    // RFC 9143
	ridURI        = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"          // RFC 8852
	repairURI     = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id" // RFC 8852
	countURI      = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)

// Config of a [Player]. The zero value works.
type Config struct {
	// Socket opens the UDP socket of a connection; nil takes a free port. The
	// connection closes it. Each has its own, since a server tells its clients
	// apart by address.
	Socket func() (net.PacketConn, error)
	// TCP connects by ICE over TCP only.
	TCP bool
	// Unreliable neither asks for lost packets nor sends any again, and reports
	// no arrivals.
	Unreliable bool
	// RED takes sound with what was said before in the same packet (RFC 2198).
	RED bool
	// Patience is how long a path may be silent before the connection is given
	// up; 0 is 5 s.
	Patience time.Duration
	// Relays are TURN servers; with OnlyRelays nothing else is used.
	Relays     []webrtc.ICEServer
	OnlyRelays bool
	// Codecs restricts what is offered, by MIME type ("video/VP9"); empty is
	// Opus, H.264 and VP9.
	Codecs []string
	// Unasking asks for nothing to be sent again. Pion does not see what a
	// retransmission stream has repaired, and asks for it for seconds on end,
	// which costs a crowd of players in one process more than what was lost.
	Unasking bool
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
	if p.media, err = offers(config); err != nil {
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
		if !config.Unasking {
			generator, err := nack.NewGeneratorInterceptor()
			if err != nil {
				return nil, err
			}
			p.interceptors.Add(generator)
		}
		arrivals, err := twcc.NewSenderInterceptor()
		if err != nil {
			return nil, err
		}
		numbers, err := twcc.NewHeaderExtensionInterceptor()
		if err != nil {
			return nil, err
		}
		p.interceptors.Add(responder)
		p.interceptors.Add(arrivals)
		p.interceptors.Add(numbers)
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
		RTCPMuxPolicy: webrtc.RTCPMuxPolicyRequire, ICEServers: config.Relays,
	}
	if config.OnlyRelays {
		p.configuration.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	}
	return p, nil
}

// prepare makes what one connection needs of its own; release closes it.
func (p *Player) prepare() (api *webrtc.API, release func(), err error) {
	quiet := &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	settings := webrtc.SettingEngine{LoggerFactory: quiet}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	patience := p.config.Patience
	if patience == 0 {
		patience = 5 * time.Second
	}
	settings.SetICETimeouts(3*time.Second, patience, time.Second)
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

// pictureFeedback is what a browser offers for pictures.
var pictureFeedback = []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"},
	{Type: "goog-remb"}, {Type: "transport-cc"}}

// mimeRED is Opus with what was said before.
const mimeRED = "audio/red"

// all codecs that can be offered, in the order of preference: H.264 first,
// since the server prefers it. VP8 is offered only when named, RED when asked for.
var all = []webrtc.RTPCodecParameters{
	{PayloadType: 63, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: mimeRED, ClockRate: 48000, Channels: 2, SDPFmtpLine: "111/111"}},
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

// repairOf is the codec's retransmissions (RFC 4588).
func repairOf(c webrtc.RTPCodecParameters) webrtc.RTPCodecParameters {
	return webrtc.RTPCodecParameters{PayloadType: c.PayloadType + 1, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeRTX, ClockRate: c.ClockRate, SDPFmtpLine: fmt.Sprintf("apt=%d", c.PayloadType)}}
}

func isSound(mime string) bool { return strings.HasPrefix(mime, "audio/") }

func (config Config) takes(mime string) bool {
	switch {
	case mime == mimeRED:
		return config.RED
	case len(config.Codecs) > 0:
		return slices.Contains(config.Codecs, mime)
	}
	return mime != webrtc.MimeTypeVP8
}

func offers(config Config) (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	for _, c := range all {
		if !config.takes(c.MimeType) {
			continue
		}
		kind, list := webrtc.RTPCodecTypeVideo, []webrtc.RTPCodecParameters{c, repairOf(c)}
		if isSound(c.MimeType) {
			kind, list = webrtc.RTPCodecTypeAudio, list[:1]
		}
		if config.Unreliable {
			list = list[:1]
		}
		for _, c := range list {
			if err := m.RegisterCodec(c, kind); err != nil {
				return nil, fmt.Errorf("offer %s: %w", c.MimeType, err)
			}
		}
	}
	err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: audioLevelURI}, webrtc.RTPCodecTypeAudio)
	extensions := []string{midURI, ridURI, repairURI, countURI}
	if config.Unreliable {
		extensions = extensions[:3]
	}
	for _, uri := range extensions {
		err = errors.Join(err, m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, webrtc.RTPCodecTypeVideo))
	}
	return m, err
}

// parametersOf lists what a track in a codec offers, and nothing else.
func (config Config) parametersOf(mime string) []webrtc.RTPCodecParameters {
	var list []webrtc.RTPCodecParameters
	for _, c := range all {
		if c.MimeType == mime || mime == mimeRED && c.MimeType == webrtc.MimeTypeOpus {
			if list = append(list, c); !isSound(mime) && !config.Unreliable {
				list = append(list, repairOf(c))
			}
		}
	}
	return list
}
