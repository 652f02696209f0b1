package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"liqa/internal/access"
	"liqa/internal/journal"
	"liqa/internal/newsroom"
	"liqa/internal/plan"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// openRoom is a hall whose summit has so many reporters more, over plain HTTP.
func openRoom(tb testing.TB, reporters int) *hall {
	tb.Helper()
	h := &hall{t: tb, media: &fakeMedia{}, records: &fakeRecords{}, log: &lockedBuffer{}, links: map[summit.SeatID]access.Link{}}
	log := slog.New(slog.DiscardHandler)
	h.sec = secretariat.New(secretariat.Config{Journal: journal.OpenMemory(), Media: h.media, Log: log, Patience: time.Minute})
	desk, err := newsroom.OpenDesk(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	h.web, err = New(Options{Summits: h.sec, Media: h.media, Records: h.records, Journal: fakeJournal{}, Desk: desk,
		FrontEnd: builtFrontEnd, Limits: openLimits, Log: log})
	if err != nil {
		tb.Fatal(err)
	}
	h.http = httptest.NewServer(h.web.Handler())
	tb.Cleanup(func() {
		h.web.Close()
		h.http.Close()
		h.sec.Close()
	})
	d := summittest.Bilateral()
	like := d.Seats[slices.IndexFunc(d.Seats, func(x summit.Seat) bool { return x.Role == summit.Reporter })]
	for i := range reporters {
		x := like
		x.ID, x.Name = summit.SeatID(fmt.Sprintf("crowd-%d", i)), summit.Text{"en": fmt.Sprintf("Reporter %d", i)}
		x.Hears = []summit.Language{"ru", "zh"}[i%2]
		d.Seats = append(d.Seats, x)
	}
	h.conveneAs(d)
	return h
}

// crowdIn connects the crowd, has it arrive, and reads whatever it is sent
// without looking at it.
func (h *hall) crowdIn(reporters int) (took time.Duration) {
	h.t.Helper()
	began := time.Now()
	var all sync.WaitGroup
	pace := make(chan struct{}, 32)
	for i := range reporters {
		pace <- struct{}{}
		all.Go(func() {
			defer func() { <-pace }()
			seat := summit.SeatID(fmt.Sprintf("crowd-%d", i))
			g := &guest{h, seat, access.NewCredential()}
			h.do(summit.Server, summit.Redeem{Seat: seat, Hash: h.links[seat].Secret.Hash(), Device: g.device.Hash()})
			s := g.dial(g.authorization())
			go func() {
				for {
					_, all, err := s.socket.Reader(context.Background())
					if err == nil {
						_, err = io.Copy(io.Discard, all)
					}
					if err != nil {
						return
					}
				}
			}()
			for { // until the connection counts
				if _, err := h.sec.Do(h.t.Context(), h.id, summit.Actor(seat), summit.Arrive{}); err == nil {
					return
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

// attentive takes a seat whose screen is read all the time, and returns how it
// acts.
func (h *hall) attentive(seat summit.SeatID) (act func(kind string, with any)) {
	_, s := h.enter(seat)
	s.socket.SetReadLimit(16 << 20)
	answers := make(chan heard, 1)
	go func() {
		for {
			_, text, err := s.socket.Read(context.Background())
			if err != nil {
				close(answers)
				return
			}
			var m heard
			if bytes.HasPrefix(text, []byte(`{"type":"answer"`)) && json.Unmarshal(text, &m) == nil {
				answers <- m
			}
		}
	}()
	return func(kind string, with any) {
		h.t.Helper()
		s.next++
		s.write(map[string]any{"type": "act", "id": s.next, "act": kind, "with": with})
		if m, open := <-answers; !open || !m.OK {
			h.t.Fatalf("%s: %v %+v %+v", kind, open, m, m.Refusal)
		}
	}
}

// spent is the processor time of this process.
func spent() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkTheOfficersAnswer is how long an officer waits for the answer to an
// act while so many reporters' screens are connected: the floor is given to and
// fro in an open item, so that every screen changes. Clients and server share
// the processors; the journal is in memory.
func BenchmarkTheOfficersAnswer(b *testing.B) {
	for _, reporters := range []int{0, 980} {
		b.Run(fmt.Sprintf("press=%d", reporters), func(b *testing.B) {
			h := openRoom(b, reporters)
			officer := h.attentive("officer")
			h.attentive("principal-a")
			h.attentive("principal-b")
			coming := h.crowdIn(reporters)
			began := time.Now()
			for i := range reporters {
				h.do("officer", summit.Admit{Seat: summit.SeatID(fmt.Sprintf("crowd-%d", i))})
			}
			admitting := time.Since(began)
			h.do("officer", summit.StartItem{Item: "opening"})
			live := plan.Live{}
			for _, x := range h.state().Seats {
				for _, kind := range plan.Devices(x.Role) {
					live[plan.Source{Kind: kind, Seat: x.ID}] = true
				}
			}
			h.sec.SourcesChanged(h.id, live)
			time.Sleep(2 * time.Second)
			var took []float64
			before := spent()
			for i := range 100 * b.N {
				began := time.Now()
				officer("give-floor", map[string]any{"seat": []string{"principal-a", "principal-b"}[i%2]})
				took = append(took, float64(time.Since(began).Microseconds())/1000)
				time.Sleep(150 * time.Millisecond)
			}
			b.ReportMetric(float64((spent()-before).Microseconds())/1000/float64(len(took)), "ms-cpu/change")
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2], "ms-answer-p50")
			b.ReportMetric(took[len(took)*95/100], "ms-answer-p95")
			b.ReportMetric(coming.Seconds()*1000, "ms-coming")
			b.ReportMetric(admitting.Seconds()*1000, "ms-admitting")
			b.ReportMetric(0, "ns/op")
		})
	}
}
