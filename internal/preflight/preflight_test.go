package preflight

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liqa/internal/certificate"
	"liqa/internal/config"
)

var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// well is a machine and a configuration with which everything works.
func well(t *testing.T) (config.Config, Machine) {
	t.Helper()
	c := config.Default()
	c.Data = filepath.Join(t.TempDir(), "data")
	c.Listen = config.Listen{HTTPS: ":0", HTTP: ":0"}
	c.Media.UDP, c.Media.TCP = ":0", ":0"
	return c, Machine{
		Now:     func() time.Time { return today },
		Counted: func() time.Duration { return 0 },
		Clock:   func() ClockState { return ClockState{Known: true, Synced: true} },
		Addresses: func() []netip.Addr {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("192.168.7.3")}
		},
		Space: func(string) (uint64, error) { return 100 << 30, nil },
	}
}

// expect checks and wants one finding of this weight that says this, with a
// remedy.
func expect(t *testing.T, c config.Config, m Machine, weight Weight, says string) {
	t.Helper()
	all := Check(c, m)
	for _, f := range all {
		if f.Weight == weight && strings.Contains(f.Says, says) {
			if weight != Good && f.Remedy == "" {
				t.Errorf("%q has no remedy", f.Says)
			}
			return
		}
	}
	t.Errorf("nothing of weight %d says %q: %+v", weight, says, all)
}

func TestNothingIsWrong(t *testing.T) {
	c, m := well(t)
	for _, f := range Check(c, m) {
		if f.Weight != Good || f.Remedy != "" {
			t.Errorf("%+v", f)
		}
	}
	if _, err := os.Stat(c.Data); !os.IsNotExist(err) {
		t.Error("the check has left a folder behind")
	}
}

func TestThisMachineCanBeAsked(t *testing.T) {
	c, _ := well(t)
	if all := Check(c, This()); len(all) < 8 {
		t.Errorf("only %d things were looked at", len(all))
	}
}

func TestPortsInUse(t *testing.T) {
	tcp, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	udp, err := net.ListenPacket("udp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	_, tcpPort, _ := net.SplitHostPort(tcp.Addr().String())
	_, udpPort, _ := net.SplitHostPort(udp.LocalAddr().String())
	for _, set := range []func(*config.Config){
		func(c *config.Config) { c.Listen.HTTPS = ":" + tcpPort },
		func(c *config.Config) { c.Listen.HTTP = ":" + tcpPort },
		func(c *config.Config) { c.Media.TCP = ":" + tcpPort },
		func(c *config.Config) { c.Media.UDP = ":" + udpPort },
	} {
		c, m := well(t)
		set(&c)
		expect(t, c, m, Failure, "another program has the port")
		if Failures(Check(c, m)) != 1 {
			t.Error("one failure is counted otherwise")
		}
	}
}

func TestAnAddressThatTheMachineDoesNotHave(t *testing.T) {
	c, m := well(t)
	c.Listen.HTTPS = "192.0.2.200:8443"
	expect(t, c, m, Failure, "this machine does not have that address")
}

func TestAPortThatIsNotAllowed(t *testing.T) {
	f := portFailure("HTTPS", "tcp", ":443", "listen.https", os.ErrPermission)
	if f.Weight != Failure || !strings.Contains(f.Remedy, "setcap") {
		t.Errorf("%+v", f)
	}
}

func TestOnlyLoopback(t *testing.T) {
	c, m := well(t)
	m.Addresses = func() []netip.Addr { return []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")} }
	expect(t, c, m, Doubt, "This machine has no address but its own")

	c, m = well(t)
	c.Media.UDP = "127.0.0.1:0"
	expect(t, c, m, Doubt, "Sound and pictures are received on this machine's own address only")

	c, m = well(t)
	c.Listen.HTTPS = "localhost:0"
	expect(t, c, m, Doubt, "Pages are served on this machine's own address only")

	c, m = well(t)
	c.Media.Addresses = []string{"127.0.0.1"}
	expect(t, c, m, Failure, "Browsers would be told to send sound and pictures to 127.0.0.1")

	c.Media.Addresses = []string{"203.0.113.9"}
	expect(t, c, m, Good, "203.0.113.9")
}

func TestTheClock(t *testing.T) {
	c, m := well(t)
	m.Now = func() time.Time { return time.Date(1970, 1, 1, 0, 3, 0, 0, time.UTC) }
	expect(t, c, m, Failure, "The clock says that it is 1970-01-01")

	c, m = well(t)
	m.Clock = func() ClockState { return ClockState{Known: true} }
	expect(t, c, m, Doubt, "Nothing keeps the clock right")
	m.Clock = func() ClockState { return ClockState{} }
	expect(t, c, m, Doubt, "does not say whether its clock is kept right")

	// A clock that is being set while it is looked at.
	c, m = well(t)
	calls := 0
	m.Now = func() time.Time {
		calls++
		return today.Add(time.Duration(calls) * 3 * time.Second)
	}
	expect(t, c, m, Failure, "The clock has just jumped by 3s")
}

func TestTheDisk(t *testing.T) {
	c, m := well(t)
	m.Space = func(string) (uint64, error) { return 300 << 20, nil }
	expect(t, c, m, Failure, "Only 300 MB are left")
	m.Space = func(string) (uint64, error) { return 5 << 30, nil }
	expect(t, c, m, Doubt, "5 GB are left")
	m.Space = func(string) (uint64, error) { return 0, errors.New("no such call") }
	expect(t, c, m, Doubt, "cannot be found")

	c, m = well(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.Data = filepath.Join(file, "data")
	expect(t, c, m, Failure, "cannot be made")
	c.Data = "/proc/self"
	expect(t, c, m, Failure, "Nothing can be kept in the data folder")
}

func TestCertificateFiles(t *testing.T) {
	c, m := well(t)
	c.Certificate.Mode = config.Files
	dir := t.TempDir()
	c.Certificate.Chain, c.Certificate.Key = filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	expect(t, c, m, Failure, "cannot be used")

	c.Address = "https://summit.example.org"
	certify(t, c, "summit.example.org", today.Add(-time.Hour), today.Add(90*24*time.Hour))
	expect(t, c, m, Good, "The certificate is valid until 2027-02-21")
	certify(t, c, "summit.example.org", today.Add(-time.Hour), today.Add(3*24*time.Hour))
	expect(t, c, m, Doubt, "expires on 2026-11-26")
	certify(t, c, "summit.example.org", today.Add(-48*time.Hour), today.Add(-time.Hour))
	expect(t, c, m, Failure, "expired on 2026-11-23")
	certify(t, c, "summit.example.org", today.Add(48*time.Hour), today.Add(96*time.Hour))
	expect(t, c, m, Failure, "is valid only from 2026-11-25")
	certify(t, c, "other.example.org", today.Add(-time.Hour), today.Add(90*24*time.Hour))
	expect(t, c, m, Failure, "is not for summit.example.org but for other.example.org")
}

func certify(t *testing.T, c config.Config, name string, from, to time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	k, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{
		c.Certificate.Chain: {Type: "CERTIFICATE", Bytes: der}, c.Certificate.Key: {Type: "EC PRIVATE KEY", Bytes: k},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheLocalAuthority(t *testing.T) {
	c, m := well(t)
	expect(t, c, m, Good, "A local authority is made when the server starts")
	dir := filepath.Join(c.Data, "authority")
	if _, err := certificate.OpenAuthority(dir, certificate.Here(), today); err != nil {
		t.Fatal(err)
	}
	expect(t, c, m, Good, "The local authority is valid until 2036")
	c.Certificate.Names = []string{"summit.example.org"}
	expect(t, c, m, Doubt, "cannot vouch for summit.example.org")
	c.Certificate.Names = nil
	m.Now = func() time.Time { return today.Add(10*365*24*time.Hour - 24*time.Hour) }
	expect(t, c, m, Doubt, "expires on 2036-11-20")
	m.Now = func() time.Time { return today.Add(11 * 365 * 24 * time.Hour) }
	expect(t, c, m, Failure, "expired on 2036-11-20")
}

func TestACMENeedsAPublicName(t *testing.T) {
	c, m := well(t)
	c.Certificate.Mode, c.Certificate.Names = config.ACME, []string{"192.0.2.1"}
	expect(t, c, m, Failure, "No public authority certifies 192.0.2.1")
	c.Certificate.Names = []string{"hall"}
	expect(t, c, m, Failure, "No public authority certifies hall")
	c.Certificate.Names = []string{"summit.example.org"}
	expect(t, c, m, Doubt, "asks at ports 80 and 443")
	c.Certificate.Mode, c.Address = config.BehindProxy, "https://summit.example.org"
	expect(t, c, m, Good, "The proxy in front")
}
