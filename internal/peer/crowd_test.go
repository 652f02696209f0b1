//go:build linux

package peer

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"liqa/internal/player"
	"liqa/internal/player/lean"
)

// The clients of a benchmark run in a process of their own, so that the time
// and the memory that are measured are the server's alone.
func TestMain(m *testing.M) {
	if url := os.Getenv("LIQA_BENCH_SERVER"); url != "" {
		if err := crowd(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// counts is what the clients' process tells when asked.
type counts struct {
	Packets uint64
	// of the packets since it was asked last: from the sender's write to the
	// listener's read, both through the kernel, in microseconds
	DelayP50, DelayP99 float64
	// of the joins: from the request to the first packet, in milliseconds
	JoinP50, JoinP99 float64
	Sinks            []string // sockets that take what the floor sends
}

type timed struct {
	mu   sync.Mutex
	list []time.Duration
}

func (t *timed) add(d time.Duration) {
	t.mu.Lock()
	t.list = append(t.list, d)
	t.mu.Unlock()
}

func (t *timed) take() []time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.list
	t.list = nil
	slices.Sort(list)
	return list
}

func percentile(sorted []time.Duration, p float64, unit time.Duration) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]) / float64(unit)
}

// stampedClip is 20 ms frames of 120 bytes that say when they were sent.
type stampedClip struct{}

func (stampedClip) Next() player.Frame {
	return player.Frame{Data: stamp(append([]byte{0x78}, make([]byte, 119)...)), Length: 20 * time.Millisecond, Level: player.Speech}
}

// crowd is the clients' process: a publisher and LIQA_BENCH_LISTENERS
// listeners who join at 100 a second. It answers each line with counts.
func crowd(url string) error {
	n, _ := strconv.Atoi(os.Getenv("LIQA_BENCH_LISTENERS"))
	id, err := lean.NewIdentity()
	if err != nil {
		return err
	}
	pool, err := player.New(player.Config{Socket: func() (net.PacketConn, error) { return net.ListenUDP("udp4", loopback) }})
	if err != nil {
		return err
	}
	out, err := pool.Publish(context.Background(), player.HTTP(http.DefaultClient, url+"/whip", nil),
		player.Track{MIME: webrtc.MimeTypeOpus, Clip: stampedClip{}})
	if err != nil {
		return err
	}
	<-out.Connected()
	var delays, joins timed
	var mu sync.Mutex
	var all []*lean.Listener
	var failed error
	var joining sync.WaitGroup
	for i := range n {
		joining.Add(1)
		go func() {
			defer joining.Done()
			asked := time.Now()
			var heard func([]byte, time.Time)
			if i%10 == 0 { // every tenth opens what it hears
				heard = func(payload []byte, at time.Time) { delays.add(at.Sub(stampOf(payload))) }
			}
			l, err := lean.Listen(id, url+"/whep", lean.Options{Sections: sectionsOf(Press), Heard: heard})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = err
				return
			}
			all = append(all, l)
			joining.Add(1)
			go func() {
				defer joining.Done()
				<-l.First
				joins.add(time.Since(asked))
			}()
		}()
		time.Sleep(10 * time.Millisecond)
	}
	joining.Wait()
	if failed != nil {
		return failed
	}
	var sinks []string
	for range n {
		s, err := net.ListenUDP("udp4", loopback)
		if err != nil {
			return err
		}
		sinks = append(sinks, s.LocalAddr().String())
		go func() {
			buf := make([]byte, 2048)
			for {
				if _, err := s.Read(buf); err != nil {
					return
				}
			}
		}()
	}
	lines := bufio.NewScanner(os.Stdin)
	joined := joins.take()
	for tell := json.NewEncoder(os.Stdout); ; {
		var c counts
		for _, l := range all {
			c.Packets += uint64(l.Packets.Load())
		}
		d := delays.take()
		c.DelayP50, c.DelayP99 = percentile(d, 0.5, time.Microsecond), percentile(d, 0.99, time.Microsecond)
		c.JoinP50, c.JoinP99 = percentile(joined, 0.5, time.Millisecond), percentile(joined, 0.99, time.Millisecond)
		c.Sinks = sinks
		if err := tell.Encode(c); err != nil {
			return err
		}
		if !lines.Scan() {
			return nil
		}
	}
}

// stamp makes a sound say when it was sent, in nanoseconds.
func stamp(payload []byte) []byte {
	binary.BigEndian.PutUint64(payload[4:], uint64(time.Now().UnixNano()))
	return payload
}

func stampOf(payload []byte) time.Time {
	return time.Unix(0, int64(binary.BigEndian.Uint64(payload[4:])))
}
