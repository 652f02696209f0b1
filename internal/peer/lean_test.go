package peer

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v4"
)

// lean is a listener that costs next to nothing, so that a machine with two
// cores can hold six hundred of them beside the server that is measured: a
// socket, a handshake, and a goroutine that counts.
type lean struct {
	socket  *net.UDPConn
	server  netip.AddrPort
	local   credentials
	remote  credentials
	pipe    *pipe
	in      *srtp.Context
	packets atomic.Uint64
	first   chan struct{}
	once    sync.Once
	onMedia func(payload []byte, at time.Time)
}

// leanOffer is a receiving offer by hand.
func leanOffer(t Template, local credentials, print string) string {
	var b strings.Builder
	var mids []string
	for i := range t.Sections {
		mids = append(mids, fmt.Sprint(i))
	}
	fmt.Fprintf(&b, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE %s\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=setup:active\r\na=fingerprint:%s\r\n",
		strings.Join(mids, " "), local.ufrag, local.password, print)
	for i, s := range t.Sections {
		if mediaName(s.Kind) == "audio" {
			fmt.Fprintf(&b, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:%d\r\na=rtcp-mux\r\na=recvonly\r\na=rtpmap:111 opus/48000/2\r\n", i)
		} else {
			fmt.Fprintf(&b, "m=video 9 UDP/TLS/RTP/SAVPF 98\r\na=mid:%d\r\na=rtcp-mux\r\na=recvonly\r\na=rtpmap:98 VP9/90000\r\n", i)
		}
	}
	return b.String()
}

var (
	candidatePattern = regexp.MustCompile(`a=candidate:\d+ 1 udp \d+ (\S+) (\d+) typ host`)
	ufragPattern     = regexp.MustCompile(`a=ice-ufrag:(\S+)`)
	passwordPattern  = regexp.MustCompile(`a=ice-pwd:(\S+)`)
)

// leanListen joins: POST the offer, one check, the handshake.
func leanListen(id *identity, url string, t Template, onMedia func([]byte, time.Time)) (*lean, error) {
	l := &lean{local: newCredentials(), first: make(chan struct{}), onMedia: onMedia}
	res, err := http.Post(url, "application/sdp", strings.NewReader(leanOffer(t, l.local, id.print)))
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%d: %s %w", res.StatusCode, answer, err)
	}
	at := candidatePattern.FindSubmatch(answer)
	l.remote = credentials{string(ufragPattern.FindSubmatch(answer)[1]), string(passwordPattern.FindSubmatch(answer)[1])}
	l.server = netip.MustParseAddrPort(net.JoinHostPort(string(at[1]), string(at[2])))
	if l.socket, err = net.ListenUDP("udp4", loopback); err != nil {
		return nil, err
	}
	l.pipe = newPipe(func(b []byte) bool { _, err := l.socket.WriteToUDPAddrPort(b, l.server); return err == nil })
	checked := make(chan struct{})
	var once sync.Once
	keyed := make(chan struct{})
	go l.read(func() { once.Do(func() { close(checked) }) }, keyed)
	for try := 0; ; try++ {
		if try == 20 {
			return nil, errors.New("the server answers no check")
		}
		m := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername(l.remote.ufrag+":"+l.local.ufrag),
			stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.NewShortTermIntegrity(l.remote.password), stun.Fingerprint)
		l.pipe.send(m.Raw)
		select {
		case <-checked:
		case <-time.After(200 * time.Millisecond):
			continue
		}
		break
	}
	return l, l.agree(id.certificate, keyed)
}

func (l *lean) agree(certificate tls.Certificate, keyed chan struct{}) error {
	conn, err := dtls.ClientWithOptions(l.pipe, pipeAddr{}, dtls.WithCertificates(certificate), dtls.WithInsecureSkipVerify(true),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM), dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		return err
	}
	state, ok := conn.ConnectionState()
	if !ok {
		return errors.New("no keys")
	}
	config := srtp.Config{Profile: srtp.ProtectionProfileAeadAes128Gcm}
	if err := config.ExtractSessionKeysFromDTLS(&state, true); err != nil {
		return err
	}
	l.in, err = srtp.CreateContext(config.Keys.RemoteMasterKey, config.Keys.RemoteMasterSalt, config.Profile)
	close(keyed)
	return err
}

func (l *lean) read(checked func(), keyed chan struct{}) {
	buf := make([]byte, 2048)
	for {
		n, err := l.socket.Read(buf)
		if err != nil {
			return
		}
		at := time.Now()
		switch b := buf[:n]; {
		case isSTUN(b):
			m := &stun.Message{Raw: b}
			if m.Decode() != nil {
				continue
			}
			if m.Type == stun.BindingSuccess {
				checked()
				continue
			}
			reply := stun.MustBuild(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
				&stun.XORMappedAddress{IP: net.IP(l.server.Addr().AsSlice()), Port: int(l.server.Port())},
				stun.NewShortTermIntegrity(l.local.password), stun.Fingerprint)
			l.pipe.send(reply.Raw)
		case isDTLS(b):
			l.pipe.deliver(b)
		case isMedia(b) && !isControl(b):
			l.packets.Add(1)
			if l.onMedia != nil {
				<-keyed
				if plain, err := l.in.DecryptRTP(b, b, nil); err == nil {
					l.onMedia(plain[12:], at)
				}
			}
			l.once.Do(func() { close(l.first) })
		}
	}
}

// stamp makes a sound say when it was sent, in nanoseconds.
func stamp(payload []byte) []byte {
	binary.BigEndian.PutUint64(payload[4:], uint64(time.Now().UnixNano()))
	return payload
}

func stampOf(payload []byte) time.Time {
	return time.Unix(0, int64(binary.BigEndian.Uint64(payload[4:])))
}

// residentMemory is the process's own, in bytes, from the kernel's count.
func residentMemory() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, resident uint64
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		return 0
	}
	return resident * uint64(os.Getpagesize())
}
