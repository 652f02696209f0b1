//go:build linux

package server

import (
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"testing"
	"time"
)

// footprint is what a process holds.
type footprint struct {
	goroutines, descriptors int
	heap                    uint64 // bytes in use
}

func (f footprint) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %.1f MiB", f.goroutines, f.descriptors, float64(f.heap)/(1<<20))
}

func look(t *testing.T) footprint {
	t.Helper()
	runtime.GC()
	runtime.GC() // what the first has let go of
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return footprint{runtime.NumGoroutine(), len(open), m.HeapInuse}
}

// People come and go while a meeting goes on: a reporter takes a seat whose
// link is new, is admitted, watches, is closed out and let in again, and closes
// the laptop without a word. However often that happens, the process holds what
// it held after the first few times. LIQA_SOAK says how long, as "10m".
func TestComingsAndGoingsLeaveNothing(t *testing.T) {
	takesItsTime(t)
	lasting := 3 * time.Second
	if d, err := time.ParseDuration(os.Getenv("LIQA_SOAK")); err == nil {
		lasting = d
	}
	s, err := Start(t.Context(), Options{Config: loopbackOnly(t.TempDir()), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	h := convened(t, address{URL: s.LocalURL(), Admin: s.Admin()}, bilateral(1))
	officer := h.enter(nil, "officer")
	a, b := h.enter(officer, "principal-a"), h.enter(officer, "principal-b")
	officer.act("start-item", map[string]any{"item": "opening"})
	a.speak("a-principal")
	b.speak("b-principal")
	hears := b.listen()
	hears.more(t, "principal B")
	for end := time.Now().Add(min(lasting/3, time.Minute)); time.Now().Before(end); {
		comeAndGo(t, *h, officer) // caches find their size
	}
	time.Sleep(6 * time.Second) // by then what is dead has been noticed
	before := look(t)
	rounds := 0
	for end := time.Now().Add(lasting); time.Now().Before(end) && !t.Failed(); rounds++ {
		comeAndGo(t, *h, officer)
	}
	hears.more(t, "principal B, in the end,")
	var after footprint
	for end := time.Now().Add(15 * time.Second); ; time.Sleep(time.Second) {
		if after = look(t); after.goroutines <= before.goroutines+8 && after.descriptors <= before.descriptors+8 || time.Now().After(end) {
			break
		}
	}
	t.Logf("before: %v; after %d more have come and gone: %v", before, rounds, after)
	if after.goroutines > before.goroutines+8 || after.descriptors > before.descriptors+8 {
		t.Error("goroutines or descriptors are left behind")
	}
	// What a connection costs must not add up. Caches of packets may still have
	// grown, as may what is known of each take and of the journal.
	if allowed := uint64(24<<20 + rounds*12<<10); after.heap > before.heap+allowed {
		t.Errorf("the heap has grown by more than %d MiB", allowed>>20)
	}
}

// comeAndGo is one visit. What it registers for clean-up ends with it.
func comeAndGo(t *testing.T, h house, officer *guest) {
	t.Run("visit", func(t *testing.T) {
		h.tb = t
		h.reissue("reporter-0")
		visitor := h.enter(officer, "reporter-0")
		ears := visitor.listen()
		ears.more(t, "the reporter")
		officer.act("set-coverage", map[string]any{"coverage": "closed"})
		officer.act("set-coverage", map[string]any{"coverage": "open", "item": "opening"})
		ears.more(t, "the reporter, again,")
	})
}
