package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"
)

// Config is the server's configuration, as in docs/liqa.example.yaml.
type Config struct {
	Data        string      `yaml:"data"`
	Address     string      `yaml:"address"`
	Listen      Listen      `yaml:"listen"`
	Media       Media       `yaml:"media"`
	Certificate Certificate `yaml:"certificate"`
	Proxy       Proxy       `yaml:"proxy"`
	Limits      Limits      `yaml:"limits"`
	Log         Log         `yaml:"log"`
}

// Listen is where pages are served: "HOST:PORT", or ":PORT" for every address
// of the machine.
type Listen struct {
	HTTPS string `yaml:"https"`
	HTTP  string `yaml:"http"` // the certificate page and the way to HTTPS; behind a proxy, everything
}

// Media is where sound and pictures are sent and received.
type Media struct {
	UDP       string   `yaml:"udp"`
	TCP       string   `yaml:"tcp"`
	Addresses []string `yaml:"addresses"` // told to browsers; found when empty
	Turn      Turn     `yaml:"turn"`
	Origins   []string `yaml:"origins"` // whose pages may call WHIP and WHEP
	// PictureRate caps what one camera or screen may send, all its sizes and
	// repetitions together, in kbit/s.
	PictureRate int `yaml:"picture-rate"`
}

// Turn is an external TURN server, for networks from which neither the UDP nor
// the TCP port can be reached.
type Turn struct {
	URLs   []string `yaml:"urls"`   // RFC 7065
	Secret string   `yaml:"secret"` // the TURN server's static-auth-secret
}

// Mode is where the certificate comes from.
type Mode string

const (
	LocalAuthority Mode = "local" // an authority of its own, which people install once
	ACME           Mode = "acme"  // a public authority such as Let's Encrypt
	Files          Mode = "files" // a certificate that somebody else renews
	BehindProxy    Mode = "proxy" // plain HTTP: the proxy in front has the certificate
)

// Certificate says how HTTPS is had.
type Certificate struct {
	Mode      Mode     `yaml:"mode"`
	Names     []string `yaml:"names"`
	Email     string   `yaml:"email"`
	Directory string   `yaml:"directory"`
	Chain     string   `yaml:"chain"`
	Key       string   `yaml:"key"`
}

// Proxy says whose word about the caller's address is taken.
type Proxy struct {
	Trusted []string `yaml:"trusted"`
}

// Limits keep one address from disturbing others.
type Limits struct {
	CallsPerSecond   float64 `yaml:"calls-per-second"`   // per address, on average
	CallsAtOnce      int     `yaml:"calls-at-once"`      // per address
	GuessesPerMinute float64 `yaml:"guesses-per-minute"` // links and credentials that were wrong, per address
	PublicPlayers    int     `yaml:"public-players"`     // connections without a seat, per address
	PublicTotal      int     `yaml:"public-total"`       // connections without a seat, all together

	Connections     int `yaml:"connections"`      // TCP connections to the pages, per address
	IdleConnections int `yaml:"idle-connections"` // of those, that ask for nothing, per address

	SeatCallsPerSecond    float64 `yaml:"seat-calls-per-second"`    // HTTP, per seat, on average
	SeatCallsAtOnce       int     `yaml:"seat-calls-at-once"`       // HTTP, per seat
	SeatSessionsPerMinute float64 `yaml:"seat-sessions-per-minute"` // live and media connections begun, per seat
	SeatMessagesPerSecond float64 `yaml:"seat-messages-per-second"` // over the live connection, per seat
	SeatActsPerMinute     float64 `yaml:"seat-acts-per-minute"`     // that are written down, per seat but the officers'

	// From where on more of the press and the public are refused; 0 is never.
	FullAtCPU         float64 `yaml:"full-at-cpu"`         // of the processors, 0 to 1
	FullAtMemory      float64 `yaml:"full-at-memory"`      // of the memory, 0 to 1
	FullAtDescriptors float64 `yaml:"full-at-descriptors"` // of the file descriptors, 0 to 1
	FullAtLag         float64 `yaml:"full-at-lag"`         // seconds by which packets are sent late
	FullAtUnsent      float64 `yaml:"full-at-unsent"`      // datagrams a second that the system cannot send
}

// Log is what is written to standard error.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // text or json
}

// LinkLife is how long a new link may be opened for the first time when the
// summit file does not say.
const LinkLife = 30 * 24 * time.Hour

// Default is the configuration without a file. It serves a local network.
func Default() Config {
	return Config{
		Data:        "liqa-data",
		Listen:      Listen{HTTPS: ":8443", HTTP: ":8080"},
		Media:       Media{UDP: ":8444", TCP: ":8444", PictureRate: 4000},
		Certificate: Certificate{Mode: LocalAuthority},
		Proxy:       Proxy{Trusted: []string{"127.0.0.0/8", "::1/128"}},
		Limits: Limits{CallsPerSecond: 200, CallsAtOnce: 1000, GuessesPerMinute: 20,
			PublicPlayers: 20, PublicTotal: 2000, Connections: 3000, IdleConnections: 500,
			SeatCallsPerSecond: 10, SeatCallsAtOnce: 60, SeatSessionsPerMinute: 60,
			SeatMessagesPerSecond: 20, SeatActsPerMinute: 240,
			FullAtCPU: 0.85, FullAtMemory: 0.85, FullAtDescriptors: 0.9, FullAtLag: 0.25, FullAtUnsent: 100},
		Log: Log{Level: "info", Format: "text"},
	}
}

// Read reads the configuration file at path; what it does not say is as in
// [Default].
func Read(path string) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	c, err := Parse(text)
	if err != nil {
		return Config{}, fmt.Errorf("the configuration %s has faults:\n%w", path, err)
	}
	return c, nil
}

// Parse reads a configuration; its error is [Faults].
func Parse(text []byte) (Config, error) {
	c := Default()
	if _, err := decode(text, &c); err != nil {
		return Config{}, err
	}
	if err := c.Check(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// Check names what contradicts itself. Its error is [Faults], without lines.
func (c Config) Check() error {
	var faults Faults
	fault := func(format string, args ...any) {
		faults = append(faults, Fault{0, fmt.Sprintf(format, args...)})
	}
	if c.Data == "" {
		fault("data is empty; name the folder in which everything is kept.")
	}
	if u, err := url.Parse(c.Address); c.Address != "" &&
		(err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "") {
		fault("address is %q; it must look like https://summit.example.org, with nothing after it.", c.Address)
	}
	c.checkListen(fault)
	c.checkCertificate(fault)
	for _, p := range c.Proxy.Trusted {
		if _, err := ParsePrefix(p); err != nil {
			fault("proxy.trusted holds %q, which is neither an address nor a network such as 10.0.0.0/8.", p)
		}
	}
	l := c.Limits
	least := min(l.CallsPerSecond, float64(l.CallsAtOnce), l.GuessesPerMinute, float64(l.Connections), float64(l.IdleConnections),
		l.SeatCallsPerSecond, float64(l.SeatCallsAtOnce), l.SeatSessionsPerMinute, l.SeatMessagesPerSecond, l.SeatActsPerMinute)
	if least <= 0 || l.PublicPlayers < 0 || l.PublicTotal < 0 {
		fault("A number under limits is zero or less; with it nobody could call.")
	}
	if min(l.FullAtCPU, l.FullAtMemory, l.FullAtDescriptors, l.FullAtLag, l.FullAtUnsent) < 0 || max(l.FullAtCPU, l.FullAtMemory, l.FullAtDescriptors) > 1 {
		fault("A limits.full-at key is below zero, or a part above 1; 0.85 is 85 %%, and 0 is never.")
	}
	switch c.Log.Level {
	case "debug", "info", "warn", "error":
	default:
		fault("log.level is %q; it is one of debug, info, warn and error.", c.Log.Level)
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		fault("log.format is %q; it is text or json.", c.Log.Format)
	}
	return faults.orNil()
}

func (c Config) checkListen(fault func(string, ...any)) {
	for _, one := range []struct{ key, value string }{
		{"listen.https", c.Listen.HTTPS}, {"listen.http", c.Listen.HTTP},
		{"media.udp", c.Media.UDP}, {"media.tcp", c.Media.TCP},
	} {
		if one.value == "" && one.key == "listen.https" && c.Certificate.Mode == BehindProxy {
			continue
		}
		if _, err := ParseListen(one.value); err != nil {
			fault("%s is %q; it must look like :8443 or 192.0.2.1:8443.", one.key, one.value)
		}
	}
	if r := c.Media.PictureRate; r < 500 || r > 6000 {
		fault("media.picture-rate is %d; it must be from 500 to 6000 kbit/s.", r)
	}
	c.checkTurn(fault)
	for _, a := range c.Media.Addresses {
		if _, err := netip.ParseAddr(a); err != nil {
			fault("media.addresses holds %q, which is not an IP address.", a)
		}
	}
}

var (
	turnURL = regexp.MustCompile(`^turns?:[a-zA-Z0-9.\-\[\]:]+(\?transport=(udp|tcp))?$`)
	origin  = regexp.MustCompile(`^https?://[a-zA-Z0-9.\-\[\]]+(:[0-9]+)?$`)
)

func (c Config) checkTurn(fault func(string, ...any)) {
	t := c.Media.Turn
	for _, u := range t.URLs {
		if !turnURL.MatchString(u) {
			fault("media.turn.urls holds %q; it must look like turn:turn.example.org:3478?transport=udp.", u)
		}
	}
	if len(t.URLs) > 0 && t.Secret == "" {
		fault("media.turn.urls needs media.turn.secret, the static-auth-secret of the TURN server.")
	}
	for _, o := range c.Media.Origins {
		if !origin.MatchString(o) {
			fault("media.origins holds %q; it must look like https://studio.example.org, with nothing after it.", o)
		}
	}
}

func (c Config) checkCertificate(fault func(string, ...any)) {
	k := c.Certificate
	switch k.Mode {
	case LocalAuthority:
	case ACME:
		if len(k.Names) == 0 {
			fault("certificate.mode is acme, which needs the public name of this server under certificate.names.")
		}
	case Files:
		if k.Chain == "" || k.Key == "" {
			fault("certificate.mode is files, which needs certificate.chain and certificate.key.")
		}
	case BehindProxy:
		if c.Address == "" {
			fault("certificate.mode is proxy, which needs address: the one that people open, at the proxy.")
		}
	default:
		fault("certificate.mode is %q; it is one of local, acme, files and proxy.", k.Mode)
	}
}

// ParsePrefix reads an IP network, or an IP address as the network of that
// address alone.
func ParsePrefix(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

// ParseListen reads ":PORT" or "IP:PORT". An empty host is every address.
func ParseListen(text string) (netip.AddrPort, error) {
	if strings.HasPrefix(text, ":") {
		text = "[::]" + text
	}
	if rest, ok := strings.CutPrefix(text, "localhost:"); ok {
		text = "127.0.0.1:" + rest
	}
	return netip.ParseAddrPort(text)
}
