package server

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liqa/internal/access"
	"liqa/internal/certificate"
	"liqa/internal/config"
	"liqa/internal/web"
)

// settings are those of a server that disturbs nobody.
func settings(t *testing.T) config.Config {
	t.Helper()
	c := config.Default()
	c.Data = filepath.Join(t.TempDir(), "data")
	c.Listen = config.Listen{HTTPS: ":0", HTTP: ":0"}
	c.Media.UDP, c.Media.TCP = ":0", ":0"
	return c
}

func start(t *testing.T, c config.Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), Options{Config: c, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// call asks, and returns status and body.
func call(t *testing.T, client *http.Client, method, url, authorization string, body []byte) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func exampleSummit(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../../docs/summit.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func convene(t *testing.T, s *Server) web.Convened {
	t.Helper()
	status, body := call(t, http.DefaultClient, "POST", s.LocalURL()+"/api/summits", "Bearer "+s.Admin(), exampleSummit(t))
	var made web.Convened
	if err := json.Unmarshal([]byte(body), &made); err != nil || status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	return made
}

// Another machine knows nothing but the address: it fetches the root over
// plain HTTP, trusts it, and opens the page over HTTPS without a warning.
func TestAnotherMachineGetsIn(t *testing.T) {
	outside := certificate.Reachable(certificate.InterfaceAddresses())
	if len(outside) == 0 {
		t.Log("this machine has no address but its own; it is tried by that one")
		outside = certificate.InterfaceAddresses()
	}
	s := start(t, settings(t))
	_, plainPort, _ := net.SplitHostPort(s.http.Addr().String())
	_, port, _ := net.SplitHostPort(s.https.Addr().String())
	for _, ip := range outside {
		plain := "http://" + net.JoinHostPort(ip.String(), plainPort)
		status, root := call(t, http.DefaultClient, "GET", plain+"/ca/liqa-root.pem", "", nil)
		if status != http.StatusOK {
			t.Fatalf("the root: %d", status)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM([]byte(root)) {
			t.Fatal("the root is not a certificate")
		}
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
		if status, _ := call(t, client, "GET", "https://"+net.JoinHostPort(ip.String(), port)+"/healthz", "", nil); status != http.StatusOK {
			t.Errorf("%v over HTTPS: %d", ip, status)
		}
		// Over plain HTTP it gets the way to HTTPS and nothing else, with a token or without.
		noFollow := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		if !ip.IsLoopback() {
			for _, path := range []string{"/join", "/api/summits", "/metrics"} {
				if status, _ := call(t, noFollow, "GET", plain+path, "Bearer "+s.Admin(), nil); status != http.StatusTemporaryRedirect {
					t.Errorf("%s over plain HTTP from outside: %d", path, status)
				}
			}
		}
	}
	var words bytes.Buffer
	s.Welcome(&words)
	for _, want := range append(s.URLs(), s.LocalURL(), "/ca", s.Authority().Fingerprint()[:40], "liqa summit create") {
		if !strings.Contains(words.String(), want) {
			t.Errorf("the welcome does not say %q:\n%s", want, words.String())
		}
	}
	if strings.Contains(words.String(), s.Admin()) {
		t.Error("the welcome tells the administrator's token")
	}
}

// A page elsewhere that makes its own name point at this machine must not get
// what a browser on this machine gets by plain HTTP.
func TestAForeignNameForThisMachineIsSentToHTTPS(t *testing.T) {
	s := start(t, settings(t))
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for host, want := range map[string]int{"localhost": 200, "127.0.0.1": 200, "[::1]": 200, "rebound.example": 307, "localhost.evil.example": 307} {
		r, _ := http.NewRequest("GET", s.LocalURL()+"/", nil)
		r.Host = host
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("Host %s gives %d", host, answer.StatusCode)
		}
	}
}

func TestARestartKeepsEverythingAndBeginsCut(t *testing.T) {
	c := settings(t)
	first := start(t, c)
	made := convene(t, first)
	token, print := first.Admin(), first.Authority().Fingerprint()
	link, err := access.ParseLink(made.Links[0].Link)
	if err != nil {
		t.Fatal(err)
	}
	device := access.NewCredential()
	redeem := func(s *Server) (int, string) {
		body, _ := json.Marshal(map[string]string{"summit": string(link.Summit), "seat": string(link.Seat),
			"secret": link.Secret.Reveal(), "credential": device.Reveal()})
		r, _ := http.NewRequest("POST", s.LocalURL()+"/api/redeem", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(text)
	}
	if status, body := redeem(first); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if err := first.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
	second := start(t, c)
	if second.Admin() != token || second.Authority().Fingerprint() != print {
		t.Error("the token or the authority is another after a restart")
	}
	if status, body := call(t, http.DefaultClient, "GET", second.LocalURL()+"/api/summits", "Bearer "+token, nil); status != 200 || !strings.Contains(body, string(made.Summit)) {
		t.Errorf("the summit is gone: %d %s", status, body)
	}
	if status, body := redeem(second); status != http.StatusOK {
		t.Errorf("the device that had the seat: %d %s", status, body)
	}
	device = access.NewCredential()
	if status, body := redeem(second); status != http.StatusConflict {
		t.Errorf("another device after the restart: %d %s", status, body)
	}
}

func TestOneDataFolderHasOneServer(t *testing.T) {
	c := settings(t)
	start(t, c)
	if second, err := Start(t.Context(), Options{Config: c, Log: slog.New(slog.DiscardHandler)}); err == nil {
		second.Close()
		t.Error("two servers write to one folder")
	}
}

func TestAPortInUseIsSaidSo(t *testing.T) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := settings(t)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	c.Listen.HTTPS = ":" + port
	_, err = Start(t.Context(), Options{Config: c, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "cannot be listened at") {
		t.Errorf("says %v", err)
	}
	if _, err := os.Stat(filepath.Join(c.Data, "journal")); !os.IsNotExist(err) {
		t.Error("a server that cannot start has touched the data")
	}
}

func TestMetricsAreForTheTokenOnly(t *testing.T) {
	s := start(t, settings(t))
	convene(t, s)
	if status, _ := call(t, http.DefaultClient, "GET", s.LocalURL()+"/metrics", "", nil); status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", status)
	}
	status, body := call(t, http.DefaultClient, "GET", s.LocalURL()+"/metrics", "Bearer "+s.Admin(), nil)
	if status != http.StatusOK {
		t.Fatalf("with the token: %d %s", status, body)
	}
	for _, want := range []string{"liqa_screens 0", `liqa_media_connections{direction="in"} 0`, `liqa_sources{kind="audio"}`, "liqa_alarms", "liqa_strain_near 0", "go_goroutines"} {
		if !strings.Contains(body, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(body, "a-principal") {
		t.Error("the metrics name a seat")
	}
}

func TestBehindAProxy(t *testing.T) {
	c := settings(t)
	c.Certificate.Mode, c.Address, c.Listen.HTTPS = config.BehindProxy, "https://summit.example.org", ""
	c.Listen.HTTP = "127.0.0.1:0"
	s := start(t, c)
	if made := convene(t, s); !strings.HasPrefix(made.Links[0].Link, "https://summit.example.org/join#") {
		t.Errorf("a link behind a proxy is %.40s…", made.Links[0].Link)
	}
	if urls := s.URLs(); len(urls) != 1 || urls[0] != c.Address {
		t.Errorf("the addresses are %v", urls)
	}
}

// The whole way of an offer that cannot be used: over HTTP to the gate, and its
// reason back to the person.
func TestAnOfferThatCannotBeUsedSaysWhy(t *testing.T) {
	s := start(t, settings(t))
	made := convene(t, s)
	officer, auth := join(t, s, made, "officer")
	act(t, officer, "arrive", nil)
	principal, principalAuth := join(t, s, made, "principal-a")
	act(t, principal, "arrive", nil)
	act(t, officer, "admit", map[string]string{"seat": "principal-a"})
	for _, c := range []struct{ name, path, auth, offer, code string }{
		{"VP8 only", "/api/whip", principalAuth, vp8Offer, "no-usable-codec"},
		{"no session description", "/api/whip", principalAuth, "hello", "malformed-offer"},
		{"a slot too few", "/api/whep", principalAuth, vp8Offer, ""},
		{"no media section", "/api/whep", auth, "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", ""},
	} {
		r, _ := http.NewRequest("POST", s.LocalURL()+c.path, strings.NewReader(c.offer))
		r.Header = http.Header{"Authorization": {"Liqa " + c.auth}, "Content-Type": {"application/sdp"}}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var problem struct{ Code, Detail string }
		err = json.NewDecoder(answer.Body).Decode(&problem)
		answer.Body.Close()
		if err != nil || answer.StatusCode < 400 || answer.StatusCode >= 500 || problem.Detail == "" || c.code != "" && problem.Code != c.code {
			t.Errorf("%s: %d %+v %v", c.name, answer.StatusCode, problem, err)
		}
	}
}
