package journal

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// newFile is an empty file.
func newFile(b *testing.B) *os.File {
	f, err := os.Create(filepath.Join(b.TempDir(), "file"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	return f
}

// BenchmarkFloor is what the disk itself takes: one write of as many bytes, synced.
func BenchmarkFloor(b *testing.B) {
	f := newFile(b)
	data := bytes.Repeat([]byte("x"), 700)
	var times []time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := f.Write(data); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(began))
	}
	quantiles(b, times)
}

// BenchmarkStore is what JetStream takes: one message of as many bytes, synced.
func BenchmarkStore(b *testing.B) {
	j, err := OpenJetStream(b.Context(), b.TempDir(), Options{Log: quiet})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	data := bytes.Repeat([]byte("x"), 700)
	var times []time.Duration
	var last uint64
	for b.Loop() {
		began := time.Now()
		if last, err = j.store.publish(b.Context(), "a", last, data); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(began))
	}
	quantiles(b, times)
}

// BenchmarkAppend appends one record of 300 bytes at a time, as a summit does:
// by one writer, and by eight, each to a summit of its own.
func BenchmarkAppend(b *testing.B) {
	r := record(1)
	r.Payload = bytes.Repeat([]byte("x"), 300)
	for _, writers := range []int{1, 8} {
		b.Run(fmt.Sprintf("summits=%d", writers), func(b *testing.B) {
			j, err := OpenJetStream(b.Context(), b.TempDir(), Options{Log: quiet})
			if err != nil {
				b.Fatal(err)
			}
			defer j.Close()
			var mu sync.Mutex
			var times []time.Duration
			b.ResetTimer()
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					var own []time.Duration
					for n := uint64(0); n < uint64(b.N/writers+1); n++ {
						began := time.Now()
						if _, err := j.Append(b.Context(), fmt.Sprint("s", w), n, []Record{r}); err != nil {
							b.Error(err)
							return
						}
						own = append(own, time.Since(began))
					}
					mu.Lock()
					defer mu.Unlock()
					times = append(times, own...)
				})
			}
			wg.Wait()
			quantiles(b, times)
		})
	}
}

// BenchmarkOpen opens a journal of 20 summits with 500 entries each, which
// includes verifying all of it.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	j, err := OpenJetStream(b.Context(), dir, Options{Log: quiet})
	if err != nil {
		b.Fatal(err)
	}
	for s := range 20 {
		for n := range uint64(50) {
			if _, err := j.Append(b.Context(), fmt.Sprint("s", s), n*10, records(1, 10)); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		j, err := OpenJetStream(b.Context(), dir, Options{Log: quiet})
		if err != nil {
			b.Fatal(err)
		}
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(10000*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

// BenchmarkVerify verifies an exported history of 10,000 entries.
func BenchmarkVerify(b *testing.B) {
	m := OpenMemory()
	lines, end := head{0, genesis("a")}.sealAll(records(1, 10000))
	var file bytes.Buffer
	if err := export(&file, "a", m.signer, end, lines, nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if r, err := verify(bytes.NewReader(file.Bytes()), nil); err != nil || !r.OK() {
			b.Fatal(err, r.Fault)
		}
	}
	b.ReportMetric(10000*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

// quantiles reports how long single appends took.
func quantiles(b *testing.B, times []time.Duration) {
	slices.Sort(times)
	at := func(q float64) float64 { return float64(times[int(q*float64(len(times)-1))].Microseconds()) / 1000 }
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(float64(len(times))/b.Elapsed().Seconds(), "appends/s")
}
