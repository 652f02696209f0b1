package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"liqa/internal/certificate"
	"liqa/internal/locale"
)

func TestThePlainPortOffersTheRootAndTheWayToHTTPS(t *testing.T) {
	place := certificate.Place{Names: []string{"hall"}, Addresses: []netip.Addr{netip.MustParseAddr("192.168.7.3")}}
	authority, err := certificate.OpenAuthority(t.TempDir(), place, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	h := openHall(t, func(o *Options) { o.Authority = authority })
	plain := h.web.PlainHandler("8443")
	get := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, path, nil)
		r.Host = "192.168.7.3:8080"
		plain.ServeHTTP(w, r)
		return w
	}
	page := get("GET", "/ca")
	for _, want := range []string{authority.Fingerprint(), "iPhone", "Android", "Windows", "macOS", "Firefox", "/ca/qr.svg", "http://192.168.7.3:8080/ca"} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	for _, l := range locale.Supported {
		page := get("GET", "/ca?lang="+string(l)).Body.String()
		if !strings.Contains(page, trust[string(l)].Title) || !strings.Contains(page, authority.Fingerprint()) || !strings.Contains(page, `lang="`+string(l)+`"`) {
			t.Errorf("the page in %s", l)
		}
	}
	if got := get("GET", "/ca/liqa-root.pem").Body.Bytes(); string(got) != string(authority.PEM()) {
		t.Error("the root is not what the page says")
	}
	if w := get("GET", "/ca/liqa-root.crt"); w.Header().Get("Content-Type") != "application/x-x509-ca-cert" || w.Body.String() != string(authority.DER()) {
		t.Error("the root for telephones")
	}
	if w := get("GET", "/ca/qr.svg"); !strings.HasPrefix(w.Body.String(), "<svg") || w.Header().Get("Content-Type") != "image/svg+xml" {
		t.Errorf("the QR code is %.80s", w.Body)
	}
	if w := get("GET", "/ca/root.key"); w.Code != http.StatusNotFound {
		t.Errorf("the key: %d", w.Code)
	}
	if w := get("GET", "/join?x=1"); w.Code != http.StatusTemporaryRedirect || w.Header().Get("Location") != "https://192.168.7.3:8443/join?x=1" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := get("POST", "/api/redeem"); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "only-https") {
		t.Errorf("a secret sent in the clear is answered %d %s", w.Code, w.Body)
	}
}

// Every language of the page says everything, in as many steps.
func TestTheWordsOfTrustAreComplete(t *testing.T) {
	if len(trust) != len(locale.Supported) {
		t.Errorf("%d languages of %d", len(trust), len(locale.Supported))
	}
	english := reflect.ValueOf(trust["en"])
	for l, words := range trust {
		all := reflect.ValueOf(words)
		for i := range all.NumField() {
			field, name := all.Field(i), all.Type().Field(i).Name
			if field.Len() == 0 || field.Kind() == reflect.Slice && field.Len() != english.Field(i).Len() {
				t.Errorf("%s of %s is not complete", name, l)
			}
		}
	}
}

func TestTheWayToHTTPSKeepsTheName(t *testing.T) {
	for _, c := range []struct{ host, port, want string }{
		{"hall:8080", "8443", "https://hall:8443/join"},
		{"hall", "443", "https://hall/join"},
		{"[::1]", "8443", "https://[::1]:8443/join"},
		{"[::1]:8080", "443", "https://[::1]/join"},
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/join", nil)
		r.Host = c.host
		toHTTPS(c.port).ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != c.want {
			t.Errorf("%s is sent to %s", c.host, got)
		}
	}
}
