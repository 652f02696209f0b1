package server

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
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
	"syscall"
	"time"
	"unsafe"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"github.com/pion/stun/v4"
	"github.com/pion/transport/v5/deadline"

	"liqa/internal/plan"
	"liqa/internal/player"
)

// lean is a press seat's receiving connection that costs next to nothing, so
// that two cores can hold a thousand of them beside the server: a socket, a
// handshake, and a goroutine that counts. When a packet came, the kernel says.
type lean struct {
	socket   *net.UDPConn
	stream   net.Conn    // instead, by TCP
	blocked  atomic.Bool // it reads no more
	server   netip.AddrPort
	name     string // of checks: theirs:ours
	password string // theirs
	mine     string // our password
	pipe     *leanPipe
	checked  chan struct{}
	first    chan struct{}
	once     sync.Once
	heard    sync.Once
	packets  atomic.Int64 // of sound
	last     atomic.Int64 // when, in Unix nanoseconds
}

// leanIdentity is the certificate that all of a crowd share.
type leanIdentity struct {
	certificate tls.Certificate
	print       string
}

func newLeanIdentity() (*leanIdentity, error) {
	c, err := selfsign.GenerateSelfSigned()
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		return nil, err
	}
	sum := crypto.SHA256.New()
	sum.Write(parsed.Raw)
	print := strings.ReplaceAll(fmt.Sprintf("% X", sum.Sum(nil)), " ", ":")
	return &leanIdentity{c, "sha-256 " + print}, nil
}

// leanOffer is the offer of a press seat.
func leanOffer(ufrag, password, print string) string {
	var b strings.Builder
	b.WriteString("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE")
	for i := range plan.PressSlots {
		fmt.Fprintf(&b, " %d", i)
	}
	fmt.Fprintf(&b, "\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=setup:active\r\na=fingerprint:%s\r\n", ufrag, password, print)
	for i, s := range plan.PressSlots {
		media := "audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2"
		if player.IsVideo(string(s)) {
			media = "video 9 UDP/TLS/RTP/SAVPF 98\r\na=rtpmap:98 VP9/90000"
		}
		fmt.Fprintf(&b, "m=%s\r\na=mid:%d\r\na=rtcp-mux\r\na=recvonly\r\n", media, i)
	}
	return b.String()
}

var (
	leanCandidate = regexp.MustCompile(`a=candidate:\d+ 1 udp \d+ (\S+) (\d+) typ host`)
	leanByTCP     = regexp.MustCompile(`a=candidate:\d+ 1 (?:tcp|TCP) \d+ (\S+) (\d+) typ host tcptype passive`)
	leanUfrag     = regexp.MustCompile(`a=ice-ufrag:(\S+)`)
	leanPassword  = regexp.MustCompile(`a=ice-pwd:(\S+)`)
)

// leanListen makes the connection: the offer by WHEP, one check, the handshake.
func leanListen(id *leanIdentity, url, authorization string, byTCP bool) (*lean, error) {
	ufrag, password := letters(8), letters(24)
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(leanOffer(ufrag, password, id.print)))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/sdp")
	if authorization != "" {
		r.Header.Set("Authorization", "Liqa "+authorization)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	at := leanCandidate.FindSubmatch(answer)
	if byTCP {
		at = leanByTCP.FindSubmatch(answer)
	}
	if err != nil || res.StatusCode != http.StatusCreated || at == nil {
		return nil, fmt.Errorf("%d: %s %w", res.StatusCode, answer, err)
	}
	l := &lean{
		mine: password, password: string(leanPassword.FindSubmatch(answer)[1]),
		name: string(leanUfrag.FindSubmatch(answer)[1]) + ":" + ufrag, checked: make(chan struct{}), first: make(chan struct{}),
	}
	l.server = netip.MustParseAddrPort(net.JoinHostPort(string(at[1]), string(at[2])))
	l.pipe = &leanPipe{put: l.put, in: make(chan []byte, 16), deadline: deadline.New(), closed: make(chan struct{})}
	if byTCP {
		l.stream, err = net.Dial("tcp", l.server.String())
		if err == nil {
			go l.readStream()
		}
	} else {
		err = l.open()
	}
	if err != nil {
		return nil, err
	}
	return l, l.connect(id)
}

// letters are so many random hexadecimal digits.
func letters(n int) string {
	b := make([]byte, n/2)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// open opens the socket, whose packets the kernel stamps.
func (l *lean) open() (err error) {
	if l.socket, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
		return err
	}
	raw, err := l.socket.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_TIMESTAMPNS, 1)
	})
	go l.read()
	return errors.Join(err, failed)
}

func (l *lean) connect(id *leanIdentity) error {
	for try := 0; ; try++ {
		if try == 50 {
			return errors.New("the server answers no check")
		}
		m := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername(l.name),
			stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.NewShortTermIntegrity(l.password), stun.Fingerprint)
		if err := l.put(m.Raw); err != nil {
			return err
		}
		select {
		case <-l.checked:
		case <-time.After(200 * time.Millisecond):
			continue
		}
		break
	}
	conn, err := dtls.ClientWithOptions(l.pipe, leanAddr{}, dtls.WithCertificates(id.certificate), dtls.WithInsecureSkipVerify(true),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM), dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return conn.HandshakeContext(ctx)
}

// put sends a datagram.
func (l *lean) put(b []byte) error {
	if l.stream != nil {
		_, err := l.stream.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...))
		return err
	}
	_, err := l.socket.WriteToUDPAddrPort(b, l.server)
	return err
}

// end lets go of the socket without a word.
func (l *lean) end() {
	if l.stream != nil {
		l.stream.Close()
		return
	}
	l.socket.Close()
}

func (l *lean) read() {
	buf, beside := make([]byte, 2048), make([]byte, 128)
	for {
		n, m, _, _, err := l.socket.ReadMsgUDPAddrPort(buf, beside)
		if err != nil {
			return
		}
		l.take(buf[:n], func() int64 { return stamped(beside[:m]) })
	}
}

// readStream is read by TCP, until it is blocked.
func (l *lean) readStream() {
	buf := make([]byte, 1<<16)
	for !l.blocked.Load() {
		if _, err := io.ReadFull(l.stream, buf[:2]); err != nil {
			return
		}
		n := int(binary.BigEndian.Uint16(buf))
		if _, err := io.ReadFull(l.stream, buf[:n]); err != nil {
			return
		}
		l.take(buf[:n], func() int64 { return time.Now().UnixNano() })
	}
}

func (l *lean) take(b []byte, at func() int64) {
	switch {
	case len(b) < 20:
	case b[0] < 4: // STUN
		if !l.check(b) {
			l.once.Do(func() { close(l.checked) })
		}
	case b[0] >= 20 && b[0] < 64: // DTLS
		l.pipe.deliver(b)
	case b[1]&0x7f == 111: // sound; a slate is a picture
		l.packets.Add(1)
		l.last.Store(at())
		l.heard.Do(func() { close(l.first) })
	}
}

// check answers a check of the server's; false when b answers ours.
func (l *lean) check(b []byte) bool {
	m := &stun.Message{Raw: b}
	if m.Decode() != nil {
		return true
	}
	if m.Type == stun.BindingSuccess {
		return false
	}
	reply := stun.MustBuild(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: net.IP(l.server.Addr().AsSlice()), Port: int(l.server.Port())},
		stun.NewShortTermIntegrity(l.mine), stun.Fingerprint)
	_ = l.put(reply.Raw) // asked again when lost
	return true
}

// stamped is the time in the one control message that was asked for.
func stamped(beside []byte) int64 {
	const head = unsafe.Sizeof(syscall.Cmsghdr{})
	if len(beside) < int(head)+16 {
		return time.Now().UnixNano()
	}
	t := beside[head:]
	return int64(binary.NativeEndian.Uint64(t))*1e9 + int64(binary.NativeEndian.Uint64(t[8:]))
}

// leanPipe is what DTLS runs on.
type leanPipe struct {
	put      func([]byte) error
	in       chan []byte
	deadline *deadline.Deadline
	once     sync.Once
	closed   chan struct{}
}

// deliver hands DTLS a datagram; one too many is lost, as on any network.
func (p *leanPipe) deliver(b []byte) {
	select {
	case p.in <- append([]byte(nil), b...):
	default:
	}
}

func (p *leanPipe) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-p.in:
		return copy(b, d), leanAddr{}, nil
	case <-p.closed:
		return 0, nil, net.ErrClosed
	case <-p.deadline.Done():
		return 0, nil, os.ErrDeadlineExceeded
	}
}

func (p *leanPipe) WriteTo(b []byte, _ net.Addr) (int, error) {
	return len(b), p.put(b)
}

func (p *leanPipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *leanPipe) LocalAddr() net.Addr                { return leanAddr{} }
func (p *leanPipe) SetDeadline(t time.Time) error      { return p.SetReadDeadline(t) }
func (p *leanPipe) SetReadDeadline(t time.Time) error  { p.deadline.Set(t); return nil }
func (p *leanPipe) SetWriteDeadline(_ time.Time) error { return nil } // a write never waits

type leanAddr struct{}

func (leanAddr) Network() string { return "ice" }
func (leanAddr) String() string  { return "server" }
