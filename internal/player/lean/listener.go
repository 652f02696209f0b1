//go:build linux

package lean

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"github.com/pion/dtls/v3"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v4"

	"liqa/internal/peer/pipe"
)

// Options of [Listen].
type Options struct {
	Sections []string    // of the offer: "audio" or "video"
	Header   http.Header // of the request
	TCP      bool        // media by TCP (RFC 6544), framed as in RFC 4571

	// Heard, unless nil, is given each packet of sound, opened, and when it was
	// read. Who has none opens nothing.
	Heard func(payload []byte, at time.Time)
}

// Listener is one receiving connection. All may be used from any goroutine.
type Listener struct {
	First   chan struct{} // closed when the first packet of sound has come
	Packets atomic.Int64  // of sound
	Last    atomic.Int64  // when the last came, by the kernel, in Unix nanoseconds
	Blocked atomic.Bool   // by TCP: it reads no more

	socket   *net.UDPConn
	stream   net.Conn // instead, by TCP
	server   netip.AddrPort
	name     string // of checks: theirs:ours
	password string // theirs
	mine     string // our password
	pipe     *pipe.Pipe
	checked  chan struct{}
	once     sync.Once
	first    sync.Once
	heard    func([]byte, time.Time)
	keyed    chan struct{} // closed when in is there
	in       *srtp.Context
}

// Listen makes the connection: the offer by WHEP, one check, the handshake.
func Listen(id *Identity, url string, o Options) (*Listener, error) {
	l := &Listener{
		mine: letters(24), checked: make(chan struct{}), First: make(chan struct{}), heard: o.Heard, keyed: make(chan struct{}),
	}
	ufrag := letters(8)
	answer, err := post(url, o.Header, Offer(o.Sections, ufrag, l.mine, id.Fingerprint))
	if err != nil {
		return nil, err
	}
	candidate := byUDP
	if o.TCP {
		candidate = byTCP
	}
	at, theirs, password := candidate.FindSubmatch(answer), ufragLine.FindSubmatch(answer), passwordLine.FindSubmatch(answer)
	if at == nil || theirs == nil || password == nil {
		return nil, fmt.Errorf("the answer names no address or no password: %s", answer)
	}
	if l.server, err = netip.ParseAddrPort(net.JoinHostPort(string(at[1]), string(at[2]))); err != nil {
		return nil, err
	}
	l.name, l.password = string(theirs[1])+":"+ufrag, string(password[1])
	l.pipe = pipe.New(l.put)
	if o.TCP {
		if l.stream, err = net.Dial("tcp", l.server.String()); err != nil {
			return nil, err
		}
		go l.readStream()
	} else if err := l.open(); err != nil {
		return nil, err
	}
	if err := l.check(); err != nil {
		return nil, err
	}
	return l, l.agree(id)
}

// post sends the offer and returns the answer.
func post(url string, header http.Header, offer string) ([]byte, error) {
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(offer))
	if err != nil {
		return nil, err
	}
	if header != nil {
		r.Header = header.Clone()
	}
	r.Header.Set("Content-Type", "application/sdp")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%d: %s", res.StatusCode, answer)
	}
	return answer, nil
}

// letters are so many random hexadecimal digits.
func letters(n int) string {
	b := make([]byte, n/2)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// open opens the socket, whose packets the kernel stamps.
func (l *Listener) open() (err error) {
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

// check asks until the server answers (RFC 8445 §7.2).
func (l *Listener) check() error {
	for range 50 {
		m := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername(l.name),
			stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.NewShortTermIntegrity(l.password), stun.Fingerprint)
		if err := l.put(m.Raw); err != nil {
			return err
		}
		select {
		case <-l.checked:
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
	return errors.New("the server answers no check")
}

// agree shakes hands, and takes the keys where packets are opened.
func (l *Listener) agree(id *Identity) error {
	conn, err := dtls.ClientWithOptions(l.pipe, pipe.Peer{}, dtls.WithCertificates(id.certificate), dtls.WithInsecureSkipVerify(true),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM), dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil || l.heard == nil {
		return err
	}
	state, ok := conn.ConnectionState()
	if !ok {
		return errors.New("the handshake has given no keys")
	}
	config := srtp.Config{Profile: srtp.ProtectionProfileAeadAes128Gcm}
	if err := config.ExtractSessionKeysFromDTLS(&state, true); err != nil {
		return err
	}
	l.in, err = srtp.CreateContext(config.Keys.RemoteMasterKey, config.Keys.RemoteMasterSalt, config.Profile)
	close(l.keyed)
	return err
}

// Streams reports whether it receives by TCP.
func (l *Listener) Streams() bool { return l.stream != nil }

// Vanish lets go of the socket without a word.
func (l *Listener) Vanish() {
	if l.stream != nil {
		l.stream.Close()
		return
	}
	l.socket.Close()
}

// put sends a datagram.
func (l *Listener) put(b []byte) error {
	if l.stream != nil {
		_, err := l.stream.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...))
		return err
	}
	_, err := l.socket.WriteToUDPAddrPort(b, l.server)
	return err
}

func (l *Listener) read() {
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
func (l *Listener) readStream() {
	buf := make([]byte, 1<<16)
	for !l.Blocked.Load() {
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

// take takes a datagram in (RFC 7983 §7).
func (l *Listener) take(b []byte, at func() int64) {
	switch {
	case len(b) < 20:
	case b[0] < 4: // STUN
		l.takeCheck(b)
	case b[0] >= 20 && b[0] < 64: // DTLS
		l.pipe.Deliver(b)
	case b[1]&0x7f == sound: // a slate is a picture
		l.Packets.Add(1)
		l.Last.Store(at())
		if l.heard != nil {
			read := time.Now()
			<-l.keyed
			if plain, err := l.in.DecryptRTP(b, b, nil); err == nil {
				l.heard(plain[12:], read)
			}
		}
		l.first.Do(func() { close(l.First) })
	}
}

// takeCheck takes the answer to ours, and answers the server's.
func (l *Listener) takeCheck(b []byte) {
	m := &stun.Message{Raw: b}
	if m.Decode() != nil {
		return
	}
	if m.Type == stun.BindingSuccess {
		l.once.Do(func() { close(l.checked) })
		return
	}
	reply := stun.MustBuild(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: net.IP(l.server.Addr().AsSlice()), Port: int(l.server.Port())},
		stun.NewShortTermIntegrity(l.mine), stun.Fingerprint)
	_ = l.put(reply.Raw) // asked again when lost
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
