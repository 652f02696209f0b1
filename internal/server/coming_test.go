//go:build linux

package server

import (
	"encoding/binary"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"

	"liqa/internal/player"
	"liqa/internal/view"
)

// long reports whether the long tests are asked for.
func long() bool { return os.Getenv("LIQA_LONG") != "" }

// numbered is a clip of sound of which each frame has its number in it.
type numbered struct{ n uint32 }

func (c *numbered) Next() player.Frame {
	c.n++
	data := make([]byte, 61)
	data[0] = 0xf8
	binary.BigEndian.PutUint32(data[1:], c.n)
	return player.Frame{Data: data, Length: 20 * time.Millisecond, Level: player.Speech}
}

// tally is which of the numbered frames somebody has heard, and when.
type tally struct {
	mu    sync.Mutex
	at    map[uint32]time.Time
	first uint32
	last  uint32
	twice int
}

// follow has a seat listen to the first original, and notes what it hears.
func (g *guest) follow() *tally {
	g.house.tb.Helper()
	t := &tally{at: map[uint32]time.Time{}}
	_, err := g.Receive(g.house.tb.Context(), g.house.pool, func(slot string, p *rtp.Packet) {
		if slot != "original-1" || len(p.Payload) != 61 {
			return
		}
		n := binary.BigEndian.Uint32(p.Payload[1:])
		t.mu.Lock()
		defer t.mu.Unlock()
		if _, again := t.at[n]; again {
			t.twice++
			return
		}
		t.at[n] = time.Now()
		if t.first == 0 {
			t.first = n
		}
		t.last = max(t.last, n)
	})
	if err != nil {
		g.house.tb.Fatalf("%s: %v", g.Seat, err)
	}
	return t
}

// whole waits until somebody has heard more, and says how many frames have
// been missing since they heard the first, and for how long at most nothing new
// came.
func (t *tally) whole(tb testing.TB) (heard, missing int, pause time.Duration) {
	tb.Helper()
	t.mu.Lock()
	reach := t.last + 50
	t.mu.Unlock()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		t.mu.Lock()
		done := t.last >= reach
		t.mu.Unlock()
		if done {
			break
		}
		if time.Now().After(end) {
			tb.Fatal("nothing is heard any more")
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.at[t.first]
	for n := t.first; n <= t.last-25; n++ { // what is late may still come
		at, there := t.at[n]
		if !there {
			missing++
			continue
		}
		heard, pause = heard+1, max(pause, at.Sub(before))
		before = at
	}
	return heard, missing, pause
}

// A crowd joins an open item, 100 a second, while two principals talk. The one
// hears every frame of the other, and the whole crowd hears too.
func TestACrowdComesAndThePrincipalsHearNoGap(t *testing.T) {
	takesItsTime(t)
	n := 60
	if long() {
		n = most()
	}
	h, officer, c := conference(t, newGround(t, "", "journal"), n, 0, 0)
	a, b := h.enter(officer, "principal-a"), h.enter(officer, "principal-b")
	officer.act("start-item", map[string]any{"item": "opening"})
	sound(t, a, &numbered{})
	hears := b.follow()
	hears.whole(t)
	began := time.Now()
	joins := c.do("listen").Joins
	took := time.Since(began)
	heard, missing, pause := hears.whole(t)
	t.Logf("%d of %d joined within %v, p50 %.0f ms, p99 %.0f ms; the principal heard %d frames, missed %d, and waited %v at most",
		len(joins), n, took.Round(time.Millisecond), at(joins, 0.5), at(joins, 0.99), heard, missing, pause.Round(time.Millisecond))
	if missing > 0 || hears.twice > 0 {
		t.Errorf("of %d frames %d were missing, and %d came twice", heard+missing, missing, hears.twice)
	}
	if len(joins) != n {
		t.Errorf("of %d listeners %d hear", n, len(joins))
	}
	officer.until("the crowd", func(v view.View) bool { return v.Press != nil && v.Press.SeatsReceiving == n })
}
