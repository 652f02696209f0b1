package strain

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// book is a log that may be read while it is written.
type book struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *book) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *book) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func watch(t *testing.T, l Limits, lost func() uint64) (*Gauge, *book) {
	t.Helper()
	log := &book{}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return Watch(ctx, Settings{Limits: l, Unsent: lost, Log: slog.New(slog.NewTextHandler(log, nil)), Every: 20 * time.Millisecond}), log
}

func until(t *testing.T, g *Gauge, complaint string, is func(Reading) bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(g.Now()); {
		if time.Now().After(end) {
			t.Fatalf("%s: %+v", complaint, g.Now())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Without limits it measures, and complains of nothing.
func TestItMeasuresThisProcess(t *testing.T) {
	g, log := watch(t, Limits{}, nil)
	stop := make(chan bool)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	until(t, g, "a process that turns in circles uses no processor", func(r Reading) bool { return r.CPU > 0.02 })
	close(stop)
	until(t, g, "a process has no memory or no descriptors", func(r Reading) bool {
		return r.Resident > 1<<20 && r.Memory > 0 && r.Memory < 1 && r.Descriptors > 0 && r.Descriptors < 1
	})
	if r := g.Now(); r.Near || r.Full || log.String() != "" {
		t.Errorf("without limits: %+v %s", r, log)
	}
}

// Real work against a limit that is far too small.
func TestTheProcessorsLimit(t *testing.T) {
	g, log := watch(t, Limits{CPU: 0.0005}, nil)
	stop := make(chan bool)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	until(t, g, "it does not say that it is full", func(r Reading) bool { return r.Full && r.Near && r.Why == CPU })
	close(stop)
	if !strings.Contains(log.String(), "has reached its limit") {
		t.Errorf("the log says %q", log)
	}
}

func TestDescriptorsComeAndGo(t *testing.T) {
	most := float64(descriptors())
	g, log := watch(t, Limits{Descriptors: float64(opened()+20) / most * 0.999}, nil)
	until(t, g, "nothing is measured", func(r Reading) bool { return r.Descriptors > 0 })
	if r := g.Now(); r.Full {
		t.Fatalf("it is full before anything: %+v", r)
	}
	var files []*os.File
	for range 40 {
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	until(t, g, "forty more descriptors are not noticed", func(r Reading) bool { return r.Full && r.Why == Descriptors })
	for _, f := range files {
		f.Close()
	}
	until(t, g, "that they are closed is not noticed", func(r Reading) bool { return !r.Full })
	until(t, g, "that there is room is not said", func(Reading) bool { return strings.Contains(log.String(), "room again") || g.Now().Near })
}

// What the system cannot send is somebody's sound.
func TestWhatCannotBeSentIsALimit(t *testing.T) {
	var lost atomic.Uint64
	g, _ := watch(t, Limits{Unsent: 10}, lost.Load)
	until(t, g, "nothing is measured", func(r Reading) bool { return r.Resident > 0 })
	for end := time.Now().Add(20 * time.Second); !g.Now().Full; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it is not noticed: %+v", g.Now())
		}
		lost.Add(10)
	}
	if r := g.Now(); r.Why != Unsent {
		t.Errorf("the reason is %q", r.Why)
	}
}

// It neither begins full nor changes by turns.
func TestJudging(t *testing.T) {
	l := Limits{CPU: 0.8, Memory: 0.9, Lag: 100 * time.Millisecond}
	for _, c := range []struct {
		r          Reading
		settled    bool
		near, full bool
		why        string
	}{
		{Reading{CPU: 1}, false, false, false, ""},
		{Reading{CPU: 0.5, Memory: 0.5, Lag: 10 * time.Millisecond}, true, false, false, ""},
		{Reading{CPU: 0.7}, true, true, false, CPU},
		{Reading{CPU: 0.81}, true, true, true, CPU},
		{Reading{Memory: 0.95}, false, true, true, Memory},
		{Reading{CPU: 0.7, Lag: 150 * time.Millisecond}, true, true, true, Lag},
	} {
		r := c.r
		r.judge(l, c.settled)
		if r.Near != c.near || r.Full != c.full || r.Why != c.why {
			t.Errorf("%+v (settled: %v): near %v, full %v, %q", c.r, c.settled, r.Near, r.Full, r.Why)
		}
	}
}
