package peer

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	_ "crypto/sha256" // the hashes of fingerprints
	_ "crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"liqa/internal/peer/pipe"
)

// Replay windows in packets. A picture sent again by NACK comes late, and must
// still be inside.
const (
	mediaWindow   = 2048
	controlWindow = 128
)

// identity is the gate's certificate: made anew at each start, vouched for by
// its fingerprint in each answer (RFC 8827 §6.5).
type identity struct {
	certificate tls.Certificate
	print       string // as in a=fingerprint
}

func newIdentity(now time.Time) (*identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "liqa"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(2, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	h := crypto.SHA256.New()
	h.Write(der)
	print := strings.ReplaceAll(fmt.Sprintf("% X", h.Sum(nil)), " ", ":")
	return &identity{
		certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		print:       "sha-256 " + print,
	}, nil
}

// dtlsServer prepares the handshake. AES-GCM before AES-CM with SHA-1: it
// costs less than half.
func (id *identity) dtlsServer(p *pipe.Pipe, want fingerprint) (*dtls.Conn, error) {
	quiet := &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	return dtls.ServerWithOptions(p, pipe.Peer{},
		dtls.WithCertificates(id.certificate),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AEAD_AES_256_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithClientAuth(dtls.RequireAnyClientCert),
		dtls.WithInsecureSkipVerify(true), // by fingerprint instead:
		dtls.WithVerifyPeerCertificate(want.verify),
		dtls.WithInsecureSkipVerifyHello(true), // the address is proved by ICE already
		dtls.WithFlightInterval(200*time.Millisecond),
		dtls.WithLoggerFactory(quiet),
	)
}

var errFingerprint = errors.New("the client's certificate is not the one of its offer")

func (f fingerprint) verify(raw [][]byte, _ [][]*x509.Certificate) error {
	hash := map[string]crypto.Hash{"sha-256": crypto.SHA256, "sha-384": crypto.SHA384, "sha-512": crypto.SHA512}[f.hash]
	if len(raw) == 0 || hash == 0 {
		return errFingerprint
	}
	h := hash.New()
	h.Write(raw[0])
	if !bytes.Equal(h.Sum(nil), f.sum) {
		return errFingerprint
	}
	return nil
}

// ciphers are the names of SRTP's protection profiles (RFC 7714, RFC 5764).
var ciphers = map[srtp.ProtectionProfile]string{
	srtp.ProtectionProfileAeadAes128Gcm:       "AES-128-GCM",
	srtp.ProtectionProfileAeadAes256Gcm:       "AES-256-GCM",
	srtp.ProtectionProfileAes128CmHmacSha1_80: "AES-128-CM-SHA1-80",
}

// keys protect and open the packets of one connection.
type keys struct {
	cipher string

	outMu     sync.Mutex
	out       *srtp.Context
	outHeader rtp.Header
	outRTCP   rtcp.Header

	inMu     sync.Mutex
	in       *srtp.Context
	inHeader rtp.Header
	inRTCP   rtcp.Header
}

// newKeys takes the SRTP keys out of a finished handshake (RFC 5764 §4.2).
func newKeys(conn *dtls.Conn) (*keys, error) {
	profile, ok := conn.SelectedSRTPProtectionProfile()
	if !ok {
		return nil, errors.New("the client does not speak SRTP")
	}
	state, ok := conn.ConnectionState()
	if !ok {
		return nil, errors.New("the handshake left no keys")
	}
	config := srtp.Config{Profile: srtp.ProtectionProfile(profile)}
	if err := config.ExtractSessionKeysFromDTLS(&state, false); err != nil {
		return nil, err
	}
	k := &keys{cipher: ciphers[config.Profile]}
	var err error
	k.out, err = srtp.CreateContext(config.Keys.LocalMasterKey, config.Keys.LocalMasterSalt, config.Profile)
	if err != nil {
		return nil, err
	}
	k.in, err = srtp.CreateContext(config.Keys.RemoteMasterKey, config.Keys.RemoteMasterSalt, config.Profile,
		srtp.SRTPReplayProtection(mediaWindow), srtp.SRTCPReplayProtection(controlWindow))
	return k, err
}

// protect encrypts the RTP packet in buf[:n] in place. The same packet sent
// again must be the same to the byte, header included: under AES-GCM its nonce
// is its SSRC and sequence number.
func (k *keys) protect(buf []byte, n int) ([]byte, error) {
	k.outMu.Lock()
	defer k.outMu.Unlock()
	return k.out.EncryptRTP(buf, buf[:n], &k.outHeader)
}

func (k *keys) protectControl(b []byte) ([]byte, error) {
	k.outMu.Lock()
	defer k.outMu.Unlock()
	return k.out.EncryptRTCP(nil, b, &k.outRTCP)
}

// open decrypts an SRTP packet in place; it is the caller's only copy.
func (k *keys) open(b []byte) ([]byte, error) {
	k.inMu.Lock()
	defer k.inMu.Unlock()
	return k.in.DecryptRTP(b, b, &k.inHeader)
}

func (k *keys) openControl(b []byte) ([]byte, error) {
	k.inMu.Lock()
	defer k.inMu.Unlock()
	return k.in.DecryptRTCP(nil, b, &k.inRTCP)
}
