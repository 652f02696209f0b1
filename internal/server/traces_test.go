package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"liqa/internal/secretariat"
)

// collector takes what is exported by OTLP over HTTP.
type collector struct {
	mu   sync.Mutex
	got  bytes.Buffer
	path string
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.path = r.URL.Path
	_, _ = io.Copy(&c.got, r.Body)
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// With the standard variables, each act is a trace with its stages, and with
// neither names nor what was said in it; a refusal says its code.
func TestActsAreTraced(t *testing.T) {
	c := &collector{}
	there := httptest.NewServer(c)
	defer there.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", there.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
	s := start(t, settings(t))
	made := convene(t, s)
	officer, _ := join(t, s, made, "officer")
	act(t, officer, "arrive", nil)
	if err := s.Close(); err != nil { // sends what is left
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	text := c.got.String()
	if c.path != "/v1/traces" {
		t.Errorf("sent to %s", c.path)
	}
	for _, want := range []string{"service.name", "liqa", "arrive", string(made.Summit), "officer",
		"wait", "decide", "plan", "cut", "journal", "apply", "answer"} {
		if !strings.Contains(text, want) {
			t.Errorf("the trace does not have %q", want)
		}
	}
	for _, secret := range []string{"Delegation A", "Principal", s.Admin()} {
		if strings.Contains(text, secret) {
			t.Errorf("the trace tells %q", secret)
		}
	}
}

// Without an address, or when they are switched off, nothing is sent.
func TestTracesAreOffUnlessAskedFor(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"OTEL_SERVICE_NAME": "liqa"}, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318/v1/traces"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_SDK_DISABLED": "true"}, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_TRACES_EXPORTER": "none"}, false},
	} {
		if got := traced(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%v: %v", c.env, got)
		}
	}
}

// What an act costs beside its own work: counted only, and traced too. An act
// waits for the disk, about a millisecond.
func BenchmarkPassage(b *testing.B) {
	p := secretariat.Passage{Summit: "s", By: "officer", Act: "give-floor", Asked: time.Now(), Begun: time.Now(), Decided: time.Now(),
		Planned: time.Now(), Cut: time.Now(), Journaled: time.Now(), Applied: time.Now(), Answered: time.Now()}
	there := httptest.NewServer(&collector{})
	defer there.Close()
	for _, on := range []string{"", there.URL} {
		b.Run(map[bool]string{true: "off", false: "on"}[on == ""], func(b *testing.B) {
			b.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", on)
			passed, end, err := openTraces(context.Background(), newActs().passed)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				passed(p)
			}
			if err := end(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
