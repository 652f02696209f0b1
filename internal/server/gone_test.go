//go:build linux

package server

import (
	"fmt"
	"testing"
	"time"

	"liqa/internal/view"
)

// Some of a crowd stop reading their live connections, some vanish with their
// sockets, and some receive by TCP and read no more. The principals hear every
// frame, the officer is answered, the others of the crowd hear on; and those
// who have gone are noticed.
func TestWhoIsSlowOrGoneCostsNobodyElseAnything(t *testing.T) {
	takesItsTime(t)
	const n, gone = 40, 10
	h, officer, c := conference(t, newGround(t, "", "journal"), n, 0, gone)
	a, b := h.enter(officer, "principal-a"), h.enter(officer, "principal-b")
	officer.act("start-item", map[string]any{"item": "opening"})
	sound(t, a, &numbered{})
	hears := b.follow()
	c.do("listen")
	hears.whole(t)
	c.do(fmt.Sprintf("stall %d", gone))
	var answers []float64
	for i := range 20 {
		began := time.Now()
		officer.act("give-floor", map[string]any{"seat": []string{"principal-a", "principal-b"}[i%2]})
		answers = append(answers, float64(time.Since(began).Milliseconds()))
		time.Sleep(100 * time.Millisecond)
	}
	heard, missing, pause := hears.whole(t)
	t.Logf("the principal heard %d frames, missed %d, and waited %v at most; the officer's answers took %v ms", heard, missing, pause, answers)
	if missing > 0 {
		t.Errorf("of %d frames %d were missing", heard+missing, missing)
	}
	for _, took := range answers {
		if took > 5000 {
			t.Errorf("the officer was answered after %v ms", took)
		}
	}
	officer.until("that some have gone", func(v view.View) bool {
		away := 0
		for _, x := range v.Seats {
			if x.Desk != nil && !x.Desk.Connected {
				away++
			}
		}
		return away >= gone
	})
	before, listening := c.do("count"), 0
	for end := time.Now().Add(time.Minute); listening < n-2*gone; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("of the others %d still hear, not %d", listening, n-2*gone)
		}
		listening = 0
		for i, at := range c.do("count").Last {
			if i < len(before.Last) && at > before.Last[i] {
				listening++
			}
		}
	}
}
