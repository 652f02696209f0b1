//go:build linux

package server

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"

	"liqa/internal/player"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// threeLanguages is a summit with a bidirectional booth of two partners and two
// booths that depend on others: the English one on the Russian channel when
// Chinese is spoken, the Arabic one on the English channel always.
const threeLanguages = `language: en
title: Three languages
place: By video link
time: 2026-12-01T10:00:00Z
zone: Europe/Zurich
publication: [en]
busy-channels: %s
delegations:
  - {id: a, name: A, speaks: ru}
  - {id: b, name: B, speaks: zh}
booths:
  - {id: main, name: Main, outgoing: [ru, zh], bidirectional: true}
  - {id: english, name: English, outgoing: [en], works-from: [ru, en], pivot: ru}
  - {id: arabic, name: Arabic, outgoing: [ar], works-from: [en], pivot: en}
  - {id: second, name: Second, outgoing: [ru]}
  - {id: signs, name: Signs, outgoing: [rsl], sign: true}
seats:
  - {id: officer, role: officer, name: Officer, hears: en}
  - {id: technician, role: technician, name: Technician, hears: ar}
  - {id: principal-a, role: principal, delegation: a, name: Principal A}
  - {id: principal-b, role: principal, delegation: b, name: Principal B}
  - {id: delegate-a, role: delegate, delegation: a, name: Adviser A}
  - {id: delegate-b, role: delegate, delegation: b, name: Adviser B}
  - {id: interpreter-1, role: interpreter, booth: main, name: Interpreter 1}
  - {id: interpreter-2, role: interpreter, booth: main, name: Interpreter 2}
  - {id: interpreter-3, role: interpreter, booth: english, name: Interpreter 3}
  - {id: interpreter-4, role: interpreter, booth: arabic, name: Interpreter 4}
  - {id: interpreter-5, role: interpreter, booth: second, name: Interpreter 5}
  - {id: signer, role: interpreter, booth: signs, name: Signer}
  - {id: reporter, role: reporter, name: Reporter, hears: ru}
run-of-show:
  - {id: opening, title: Opening, planned: 10m, coverage: open}
`

// voice is a clip whose frames tell whose they are and the how manyeth each is.
// They look like Opus and sound like nothing anybody would want to hear.
type voice struct {
	of byte
	n  uint32
}

const voiceMark = "\xf8liqa-frame-"

func (v *voice) Next() player.Frame {
	v.n++
	data := append([]byte(voiceMark), v.of)
	data = binary.BigEndian.AppendUint32(data, v.n)
	return player.Frame{Data: append(data, make([]byte, 40)...), Length: 20 * time.Millisecond, Level: player.Speech}
}

// nobody is who silence is of, and stranger what is neither silence nor a voice.
const nobody, stranger = '.', '?'

// whose tells a frame's speaker and number.
func whose(payload []byte) (of byte, n uint32) {
	switch rest, ok := bytes.CutPrefix(payload, []byte(voiceMark)); {
	case ok && len(rest) >= 5:
		return rest[0], binary.BigEndian.Uint32(rest[1:])
	case bytes.Equal(payload, player.Silence().Next().Data):
		return nobody, 0
	}
	return stranger, 0
}

// word is a packet of a slot as its listener had it.
type word struct {
	seq int64 // without the wrapping round
	ts  uint32
	at  time.Time
	of  byte
	n   uint32
}

// hearing is what came in one slot, each packet once, by its sequence number.
type hearing struct {
	who  string
	mu   sync.Mutex
	last int64
	came map[int64]word
	// again are packets that came a second time and were not the same.
	again int
}

func (h *hearing) take(p *rtp.Packet) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.came) == 0 {
		h.last = 1<<20 + int64(p.SequenceNumber)
	}
	seq := h.last + int64(int16(p.SequenceNumber-uint16(h.last)))
	w := word{seq: seq, ts: p.Timestamp, at: time.Now()}
	w.of, w.n = whose(p.Payload)
	if was, twice := h.came[seq]; twice {
		if was.of != w.of || was.n != w.n || was.ts != w.ts {
			h.again++
		}
		return
	}
	h.came[seq], h.last = w, max(h.last, seq)
}

// words is all that has come, in the order of the sequence numbers.
func (h *hearing) words() []word {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]word, 0, len(h.came))
	for _, w := range h.came {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b word) int { return int(a.seq - b.seq) })
	return all
}

// now is the sequence number of the newest packet.
func (h *hearing) now() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

// of waits until what comes is so many packets of one speaker without a break.
func (h *hearing) of(tb testing.TB, who byte) {
	tb.Helper()
	const enough = 12
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		all := h.words()
		if tail := all[max(0, len(all)-enough):]; len(tail) == enough && !slices.ContainsFunc(tail, func(w word) bool { return w.of != who }) {
			return
		}
		if time.Now().After(end) {
			tb.Fatalf("%s does not hear %q, but in the end %s", h.who, who, script(all[max(0, len(all)-100):]))
		}
	}
}

// script writes down who was heard: "11112222", '.' for silence.
func script(words []word) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteByte(w.of)
	}
	return b.String()
}

// whole checks a channel from a packet on, as its listener had it: one packet
// after the other, each 20 ms after the one before, none twice, and no frame of
// anybody twice.
func (h *hearing) whole(tb testing.TB, from int64, still *watchdog) []word {
	tb.Helper()
	words := h.words()
	words = words[slices.IndexFunc(words, func(w word) bool { return w.seq >= from }):]
	said := map[string]bool{}
	for i, w := range words {
		if key := fmt.Sprint(w.of, w.n); w.of != nobody {
			if said[key] {
				tb.Errorf("%s heard frame %d of %q twice", h.who, w.n, w.of)
			}
			said[key] = true
		}
		if i == 0 {
			continue
		}
		before := words[i-1]
		if w.seq != before.seq+1 {
			tb.Errorf("%s lacks %d packets after %d", h.who, w.seq-before.seq-1, before.seq)
		} else if step := w.ts - before.ts; step != 960 && !still.stood(time.Second) {
			tb.Errorf("%s has packet %d %d ticks after the one before it", h.who, w.seq, step)
		}
	}
	if h.again > 0 {
		tb.Errorf("%s had %d sequence numbers twice", h.who, h.again)
	}
	return words
}

// listens has a seat receive, and notes what comes in its slots.
func (g *guest) listens(slots ...string) map[string]*hearing {
	g.house.tb.Helper()
	all := map[string]*hearing{}
	for _, s := range slots {
		all[s] = &hearing{who: g.Seat + " in " + s, came: map[int64]word{}}
	}
	if _, err := g.Receive(g.house.tb.Context(), g.house.pool, func(slot string, p *rtp.Packet) {
		if h := all[slot]; h != nil {
			h.take(p)
		}
	}); err != nil {
		g.house.tb.Fatalf("%s: %v", g.Seat, err)
	}
	return all
}

// says sends a voice, over a cable of its own when there is one.
func (g *guest) says(of byte, cable *player.Cable) *player.Publisher {
	g.house.tb.Helper()
	pool := g.house.pool
	if cable != nil {
		var err error
		if pool, err = player.New(player.Config{Socket: cable.Open}); err != nil {
			g.house.tb.Fatal(err)
		}
	}
	sent, err := g.Send(g.house.tb.Context(), pool, player.Track{MIME: "audio/opus", Clip: &voice{of: of}})
	if err != nil {
		g.house.tb.Fatalf("%s: %v", g.Seat, err)
	}
	return sent
}

// refused does an act that must be refused for one reason.
func (g *guest) refused(code, kind string, with map[string]any) {
	g.house.tb.Helper()
	if got := g.try(kind, with); got != code {
		g.house.tb.Errorf("%s: %s: the answer is %q, not %q", g.Seat, kind, got, code)
	}
}

// carried waits until a seat is told what a channel carries.
func (g *guest) carried(l summit.Language, carries string) {
	g.house.tb.Helper()
	g.until(fmt.Sprintf("that %s carries %s", l, carries), func(v view.View) bool {
		return slices.ContainsFunc(v.Channels, func(c view.Channel) bool { return c.Language == l && string(c.Carries) == carries })
	})
}

// watchdog follows by how much this process was late: who measures tens of
// milliseconds on a busy machine must know.
type watchdog struct {
	mu    sync.Mutex
	most  time.Duration
	since time.Duration
}

func watch(tb testing.TB) *watchdog {
	w, done := &watchdog{}, make(chan struct{})
	tb.Cleanup(func() { close(done) })
	go func() {
		const nap = 5 * time.Millisecond
		for began := time.Now(); ; began = time.Now() {
			select {
			case <-done:
				return
			case <-time.After(nap):
			}
			late := time.Since(began) - nap
			w.mu.Lock()
			w.most, w.since = max(w.most, late), max(w.since, late)
			w.mu.Unlock()
		}
	}()
	return w
}

// late is by how much at most since it was last asked.
func (w *watchdog) late() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	late := w.since
	w.since = 0
	return late
}

// stood reports whether the process ever stood still for so long.
func (w *watchdog) stood(d time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.most >= d
}
