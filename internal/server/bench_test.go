//go:build linux

package server

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"

	"liqa/internal/player"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// most is how many seats a summit can have beside those of the benchmarks'
// own; LIQA_BENCH_PRESS takes fewer.
func most() int {
	if n, err := strconv.Atoi(os.Getenv("LIQA_BENCH_PRESS")); err == nil {
		return n
	}
	return 996
}

// conference is a summit with so many reporters, who have been admitted.
func conference(b testing.TB, g *ground, reporters, public, byTCP int) (*house, *guest, *crowd) {
	h := convened(b, g.do("start"), bilateral(reporters))
	officer := h.enter(nil, "officer")
	who := invited{URL: h.at.URL, Summit: string(h.id), Public: public, TCP: byTCP}
	for i := range reporters {
		who.Links = append(who.Links, h.link[summit.SeatID("reporter-"+strconv.Itoa(i))])
	}
	c := newCrowd(b, who)
	officer.until("everybody waiting", func(v view.View) bool {
		waiting := 0
		for _, x := range v.Seats {
			if x.Presence == summit.Waiting {
				waiting++
			}
		}
		return waiting == reporters
	})
	officer.act("admit", map[string]any{"role": "reporter"})
	return h, officer, c
}

// BenchmarkClearingThePress closes an open item to a thousand connections of
// the press and the public, over WebSocket, journal, plan, switchboard and
// real connections, and says when the last packet came to each after the
// officer's command, by the kernel's clock at the receiving sockets. Each
// listener has the original's sound and a channel: 100 packets a second.
func BenchmarkClearingThePress(b *testing.B) {
	const public = 4
	h, officer, c := conference(b, newGround(b, "", "journal"), most(), public, 0)
	principal := h.enter(officer, "principal-a")
	officer.act("start-item", map[string]any{"item": "opening"})
	c.do("listen")
	sound(b, principal, player.Silence())
	time.Sleep(2 * time.Second)
	var late []float64
	heard, rate, told := 0, 0.0, time.Duration(0)
	const rounds = 5
	for range b.N * rounds {
		before, since := c.do("count").Packets, time.Now()
		time.Sleep(2 * time.Second)
		rate += float64(c.do("count").Packets-before) / time.Since(since).Seconds()
		began := time.Now()
		officer.act("set-coverage", map[string]any{"coverage": "closed"})
		told += time.Since(began)
		time.Sleep(time.Second)
		heard = 0
		for _, at := range c.do("count").Last {
			if at > began.Add(-time.Second).UnixNano() {
				heard++
				late = append(late, max(0, float64(at-began.UnixNano())/1e6))
			}
		}
		officer.act("set-coverage", map[string]any{"coverage": "open", "item": "opening"})
		time.Sleep(2 * time.Second)
	}
	slices.Sort(late)
	b.ReportMetric(float64(heard), "listeners")
	b.ReportMetric(rate/float64(b.N*rounds), "packets/s")
	b.ReportMetric(at(late, 0.5), "ms-last-packet-p50")
	b.ReportMetric(at(late, 0.99), "ms-last-packet-p99")
	b.ReportMetric(at(late, 1), "ms-last-packet-max")
	b.ReportMetric(told.Seconds()*1000/float64(b.N*rounds), "ms-to-answer")
	b.ReportMetric(0, "ns/op")
}

// sound sends a microphone alone.
func sound(tb testing.TB, g *guest, clip player.Clip) {
	tb.Helper()
	if _, err := g.Send(tb.Context(), g.house.pool, player.Track{MIME: "audio/opus", Clip: clip}); err != nil {
		tb.Fatal(err)
	}
}

// at is a quantile of a sorted list.
func at(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// BenchmarkJoining has 300 press seats join an open item at 100 a second, from
// the WHEP request to the first packet of sound, at the whole server, and says
// what a join costs the server and the client, without the sound that follows.
func BenchmarkJoining(b *testing.B) {
	h, officer, c := conference(b, newGround(b, "", "journal"), min(most(), 300), 0, 0)
	principal := h.enter(officer, "principal-a")
	officer.act("start-item", map[string]any{"item": "opening"})
	sound(b, principal, player.Silence())
	var joins []float64
	var mine, theirs float64 // seconds of a processor
	for range b.N {
		server, crowd, began := h.cpu(), c.do("count").CPU, time.Now()
		got := c.do("listen")
		joins = append(joins, got.Joins...)
		// The sound of those who have joined grew to all of it meanwhile: half of it
		// has been sent.
		half := time.Since(began) / 2
		server, crowd = h.cpu()-server, got.CPU-crowd
		then, thens := h.cpu(), c.do("count").CPU
		time.Sleep(half)
		mine, theirs = mine+server-(h.cpu()-then), theirs+crowd-(c.do("count").CPU-thens)
	}
	slices.Sort(joins)
	b.ReportMetric(mine*1000/float64(len(joins)), "ms-cpu-server/join")
	b.ReportMetric(theirs*1000/float64(len(joins)), "ms-cpu-client/join")
	b.ReportMetric(float64(len(joins)), "joins")
	b.ReportMetric(at(joins, 0.5), "ms-join-p50")
	b.ReportMetric(at(joins, 0.99), "ms-join-p99")
	b.ReportMetric(0, "ns/op")
}

// cpu is what the server's process has taken until now, in seconds.
func (h *house) cpu() float64 {
	h.tb.Helper()
	for line := range strings.Lines(string(h.call("GET", "/metrics", nil))) {
		if text, ok := strings.CutPrefix(line, "process_cpu_seconds_total "); ok {
			seconds, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil {
				h.tb.Fatal(err)
			}
			return seconds
		}
	}
	h.tb.Fatal("the server does not say what processor time it has taken")
	return 0
}

// marked is a clip of sound that tells itself from others by its bytes.
type marked byte

func (m marked) Next() player.Frame {
	return player.Frame{Data: append([]byte{0xf8}, bytes.Repeat([]byte{byte(m)}, 60)...), Length: 20 * time.Millisecond, Level: player.Speech}
}

// BenchmarkLanguageSwitch is from a reporter's act, over WebSocket, journal
// (which syncs) and plan, to the first packet of the new channel.
func BenchmarkLanguageSwitch(b *testing.B) {
	h := convened(b, newGround(b, "", "journal").do("start"), bilateral(1))
	officer := h.enter(nil, "officer")
	officer.act("start-item", map[string]any{"item": "opening"})
	principal, interpreter := h.enter(officer, "principal-a"), h.enter(officer, "interpreter")
	sound(b, principal, marked('a'))
	sound(b, interpreter, marked('i'))
	interpreter.act("go-on-air", map[string]any{"into": "zh"})
	listener := h.enter(officer, "reporter-0")
	var hears atomic.Int32
	changed := make(chan time.Time, 1000)
	_, err := listener.Receive(b.Context(), h.pool, func(slot string, p *rtp.Packet) {
		if mark := int32(p.Payload[len(p.Payload)-1]); slot == "channel" && hears.Swap(mark) != mark {
			changed <- time.Now()
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	time.Sleep(time.Second)
	var took, answered []float64
	for i := range b.N * 30 {
		for len(changed) > 0 {
			<-changed
		}
		began := time.Now()
		answer := make(chan float64, 1)
		go func() {
			listener.act("hear", map[string]any{"language": []string{"zh", "ru"}[i%2]})
			answer <- float64(time.Since(began).Microseconds()) / 1000
		}()
		select {
		case at := <-changed:
			took = append(took, float64(at.Sub(began).Microseconds())/1000)
			answered = append(answered, <-answer)
		case <-time.After(5 * time.Second):
			b.Fatalf("the language does not change: %+v", listener.View().Me)
		}
		time.Sleep(137 * time.Millisecond) // no multiple of a frame's length
	}
	slices.Sort(took)
	slices.Sort(answered)
	b.ReportMetric(float64(len(took)), "switches")
	b.ReportMetric(at(took, 0.5), "ms-switch-p50")
	b.ReportMetric(at(took, 0.99), "ms-switch-p99")
	b.ReportMetric(at(answered, 0.5), "ms-to-answer-p50")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkRecordingReady is from the officer's end of the summit to the
// moment when its open take is listed as finished, after ten seconds of two
// principals on camera.
func BenchmarkRecordingReady(b *testing.B) {
	h := convened(b, newGround(b, "", "journal").do("start"), bilateral(0))
	officer := h.enter(nil, "officer")
	pa, pb := h.enter(officer, "principal-a"), h.enter(officer, "principal-b")
	officer.act("start-item", map[string]any{"item": "opening"})
	pa.speak("a-principal")
	pb.speak("b-principal")
	time.Sleep(10 * time.Second)
	officer.act("end-item", map[string]any{"item": "opening"})
	began := time.Now()
	officer.act("end-summit", nil)
	for {
		var list struct {
			Takes []struct{ To time.Time }
		}
		if err := json.Unmarshal(h.call("GET", "/api/summits/"+string(h.id)+"/recording", nil), &list); err != nil {
			b.Fatal(err)
		}
		if len(list.Takes) == 1 && !list.Takes[0].To.IsZero() {
			break
		}
		if time.Since(began) > 30*time.Second {
			b.Fatalf("the recording does not become ready: %+v", list)
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.ReportMetric(float64(time.Since(began).Microseconds())/1000, "ms-recording-ready")
	b.ReportMetric(0, "ns/op")
}
