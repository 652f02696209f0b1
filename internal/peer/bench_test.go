//go:build linux

package peer

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"liqa/internal/player"
	"liqa/internal/switchboard"
)

// stage is a server with a crowd in another process.
type stage struct {
	gate *Gate
	ask  func() counts
}

func newStage(b *testing.B, listeners int) (*stage, counts) {
	g := newGate(b)
	g.board.Allow("press/r", switchboard.Slots{"channel": only("a/microphone")})
	mux := http.NewServeMux()
	serve := func(w http.ResponseWriter, answer string, err error) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, answer)
	}
	mux.HandleFunc("POST /whip", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer, _, err := g.Ingest(r.Context(), Publish{Session: "a", Origin: "a", Offer: string(body),
			Sources: map[Device]switchboard.SourceID{Microphone: "a/microphone"}})
		serve(w, answer, err)
	})
	mux.HandleFunc("POST /whep", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer, _, err := g.Serve(r.Context(), Play{Session: "r", Key: "press/r", Template: Press, Offer: string(body)})
		serve(w, answer, err)
	})
	server := httptest.NewServer(mux)
	b.Cleanup(server.Close)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LIQA_BENCH_SERVER="+server.URL, fmt.Sprint("LIQA_BENCH_LISTENERS=", listeners), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	answers := json.NewDecoder(out)
	read := func() counts {
		var c counts
		if err := answers.Decode(&c); err != nil {
			b.Fatalf("the clients have ended: %v", err)
		}
		return c
	}
	joined := read()
	return &stage{gate: g, ask: func() counts { _, _ = io.WriteString(in, "\n"); return read() }}, joined
}

// cpuTime is what this process has used so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// floor is the processor time of protecting a packet of that size and sending
// it to one socket after another, one each every 20 ms as real media are paced.
func floor(b *testing.B, sinks []string, size int, lasting time.Duration) time.Duration {
	conn, err := net.ListenUDP("udp4", loopback)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	var to []netip.AddrPort
	var contexts []*srtp.Context
	for _, s := range sinks {
		to = append(to, netip.MustParseAddrPort(s))
		c, err := srtp.CreateContext(make([]byte, 16), make([]byte, 12), srtp.ProtectionProfileAeadAes128Gcm)
		if err != nil {
			b.Fatal(err)
		}
		contexts = append(contexts, c)
	}
	packet, buf := make([]byte, size), make([]byte, 1500)
	packet[0], packet[1] = 0x80, 111
	var header rtp.Header
	sent := 0
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	before := cpuTime()
	for end := time.Now().Add(lasting); time.Now().Before(end); <-tick.C {
		packet[2], packet[3] = byte(sent/len(to)>>8), byte(sent/len(to))
		for i := range to {
			sealed, err := contexts[i].EncryptRTP(buf, append(buf[:0], packet...), &header)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := conn.WriteToUDPAddrPort(sealed, to[i]); err != nil {
				b.Fatal(err)
			}
			sent++
		}
	}
	return (cpuTime() - before) / time.Duration(sent)
}

// BenchmarkListeners measures one Opus channel to many listeners: processor
// time a forwarded packet and as a multiple of the floor of the same run,
// memory a listener, joining at 100 a second, and the delay that is added.
//
//	go test ./internal/peer -run '^$' -bench Listeners -benchtime 1x
func BenchmarkListeners(b *testing.B) {
	for _, n := range []int{30, 100, 300, 600} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			resident, goroutines := residentMemory(), runtime.NumGoroutine()
			s, joined := newStage(b, n)
			var floors, spent []time.Duration
			var c counts
			for range 5 * b.N { // floor and server in turns, so that other work on the machine meets both
				s.gate.board.Cut("press/r", nil)
				floors = append(floors, floor(b, joined.Sinks, 12+120, time.Second))
				s.gate.board.Allow("press/r", switchboard.Slots{"channel": only("a/microphone")})
				time.Sleep(200 * time.Millisecond)
				s.ask()
				cpu, start := cpuTime(), s.sent()
				time.Sleep(2 * time.Second)
				spent = append(spent, (cpuTime()-cpu)/time.Duration(max(1, s.sent()-start)))
				c = s.ask()
			}
			slices.Sort(floors)
			slices.Sort(spent)
			least, each := floors[len(floors)/2], spent[len(spent)/2]
			b.ReportMetric(float64(each.Nanoseconds())/1000, "µs-cpu/packet")
			b.ReportMetric(float64(least.Nanoseconds())/1000, "µs-floor/packet")
			b.ReportMetric(float64(each)/float64(least), "x-floor")
			b.ReportMetric(float64(time.Second/each), "packets/cpu-s")
			b.ReportMetric(c.DelayP50, "µs-delay-p50")
			b.ReportMetric(c.DelayP99, "µs-delay-p99")
			runtime.GC()
			var after runtime.MemStats
			runtime.ReadMemStats(&after)
			inUse := func(m *runtime.MemStats) float64 { return float64(m.HeapInuse + m.StackInuse) }
			b.ReportMetric((inUse(&after)-inUse(&before))/1024/float64(n), "KiB-go/listener")
			b.ReportMetric(float64(residentMemory()-resident)/1024/float64(n), "KiB-rss/listener")
			b.ReportMetric(float64(runtime.NumGoroutine()-goroutines)/float64(n), "goroutines/listener")
			b.ReportMetric(joined.JoinP50, "ms-join-p50")
			b.ReportMetric(joined.JoinP99, "ms-join-p99")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// sent counts the packets sent to all listeners so far.
func (s *stage) sent() uint64 {
	var n uint64
	for _, f := range s.gate.Survey() {
		if !f.Publishes {
			n += f.Packets
		}
	}
	return n
}

// BenchmarkJoin measures a complete WebRTC client's join, pion's own, at 100 a
// second beside the server in one process: from the request to the first
// packet of sound.
func BenchmarkJoin(b *testing.B) {
	h := newHall(b, player.Config{Unreliable: true})
	h.publish("a", "")
	h.board.Allow("seat/l", switchboard.Slots{"original-1": only("a/microphone")})
	var joins timed
	for range b.N {
		var wg sync.WaitGroup
		var mu sync.Mutex
		var all []*player.Receiver
		for range 200 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				asked := time.Now()
				first := make(chan struct{})
				var once sync.Once
				in, err := h.pool.Receive(context.Background(), func(ctx context.Context, offer string) (string, func(context.Context) error, error) {
					answer, _, err := h.gate.Serve(ctx, Play{Session: "l", Key: "seat/l", Template: pair(), Offer: offer})
					return answer, nil, err
				}, []string{"original-1", "picture-1"}, func(string, *rtp.Packet) { once.Do(func() { close(first) }) })
				if err != nil {
					b.Error(err)
					return
				}
				select {
				case <-first:
					joins.add(time.Since(asked))
				case <-time.After(10 * time.Second):
					b.Error("no packet within 10 s")
				}
				mu.Lock()
				all = append(all, in)
				mu.Unlock()
			}()
			time.Sleep(10 * time.Millisecond)
		}
		wg.Wait()
		for _, in := range all {
			_ = in.Vanish()
		}
	}
	d := joins.take()
	b.ReportMetric(percentile(d, 0.5, time.Millisecond), "ms-join-p50")
	b.ReportMetric(percentile(d, 0.99, time.Millisecond), "ms-join-p99")
	b.ReportMetric(0, "ns/op")
}

// pair is a small template with an original, for the join alone.
func pair() Template {
	return Template{Name: "pair", Sections: sections("original-1 picture-1")}
}

// residentMemory is the process's own, in bytes, from the kernel's count.
func residentMemory() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, resident uint64
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		return 0
	}
	return resident * uint64(os.Getpagesize())
}
