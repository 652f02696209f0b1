// Package lean is a listener that costs next to nothing, so that a machine with
// two processors can hold a thousand of them beside the server that is measured:
// a socket, one check, a handshake, and a goroutine that counts.
//
// Goals: it joins as a browser does, by WHEP, ICE and DTLS, over UDP or TCP, and
// says when sound came. Non-goals: it plays nothing, reports nothing to the
// server, asks for nothing again, and trusts whoever answers.
package lean

import (
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"regexp"
	"strings"

	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
)

// Identity is the certificate that all of a crowd share.
type Identity struct {
	certificate tls.Certificate
	Fingerprint string // as in SDP (RFC 8122 §5)
}

// NewIdentity makes a certificate.
func NewIdentity() (*Identity, error) {
	c, err := selfsign.GenerateSelfSigned()
	if err != nil {
		return nil, err
	}
	print := strings.ReplaceAll(fmt.Sprintf("% X", sha256.Sum256(c.Certificate[0])), " ", ":")
	return &Identity{c, "sha-256 " + print}, nil
}

// sound is the payload type of Opus in the offer, and so in the answer.
const sound = 111

// Offer is a receiving offer with these sections, each "audio" or "video".
func Offer(sections []string, ufrag, password, fingerprint string) string {
	var b strings.Builder
	b.WriteString("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE")
	for i := range sections {
		fmt.Fprintf(&b, " %d", i)
	}
	fmt.Fprintf(&b, "\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=setup:active\r\na=fingerprint:%s\r\n", ufrag, password, fingerprint)
	for i, kind := range sections {
		media := fmt.Sprintf("audio 9 UDP/TLS/RTP/SAVPF %d\r\na=rtpmap:%[1]d opus/48000/2", sound)
		if kind == "video" {
			media = "video 9 UDP/TLS/RTP/SAVPF 98\r\na=rtpmap:98 VP9/90000"
		}
		fmt.Fprintf(&b, "m=%s\r\na=mid:%d\r\na=rtcp-mux\r\na=recvonly\r\n", media, i)
	}
	return b.String()
}

var (
	byUDP        = regexp.MustCompile(`a=candidate:\d+ 1 udp \d+ (\S+) (\d+) typ host`)
	byTCP        = regexp.MustCompile(`a=candidate:\d+ 1 (?:tcp|TCP) \d+ (\S+) (\d+) typ host tcptype passive`)
	ufragLine    = regexp.MustCompile(`a=ice-ufrag:(\S+)`)
	passwordLine = regexp.MustCompile(`a=ice-pwd:(\S+)`)
)
