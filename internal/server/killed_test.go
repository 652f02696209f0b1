//go:build linux

package server

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"liqa/internal/summit"
	"liqa/internal/view"
)

// backWithin is how long after the server was killed everybody is to be back.
// A machine that is busy with other tests takes longer; the long test is
// strict.
func backWithin() time.Duration {
	if long() {
		return 6 * time.Second
	}
	return 20 * time.Second
}

// The server is killed in the middle of a meeting and started again. Everybody
// comes back by themselves and is what they were: admitted, in their language,
// muted or not. The press is out until the officer lets it in again; nothing
// that was acknowledged is missing in the journal, and of the recording a
// second at most.
func TestAServerThatIsKilledInMidMeeting(t *testing.T) {
	atItsLeisure(t)
	takesItsTime(t)
	n := 30
	if long() {
		n = min(most(), 250)
	}
	ground := newGround(t, "", "journal")
	h, officer, c := conference(t, ground, n, 0, 0)
	a, b := h.enter(officer, "principal-a"), h.enter(officer, "principal-b")
	officer.act("start-item", map[string]any{"item": "opening"})
	a.speak("a-principal")
	b.speak("b-principal")
	c.do("listen")
	b.act("hear", map[string]any{"language": "zh"})
	b.act("mute", map[string]any{"on": true})
	officer.act("give-floor", map[string]any{"seat": "principal-a"})
	time.Sleep(3 * time.Second) // something to have been recorded

	c.do("lose")
	told := busy(a) // acts until the end, and which was the last that was acknowledged
	time.Sleep(500 * time.Millisecond)
	ground.do("kill")
	killed := time.Now()
	acknowledged, asked := told()
	h.at = ground.do("start")
	ready := time.Since(killed)

	back := make(chan countedCrowd, 1)
	go func() { back <- c.do("again " + h.at.URL) }()
	hears := h.comeBack(a, b, officer)
	hears.more(t, "principal B")
	principals := time.Since(killed)
	crowd := <-back
	if len(crowd.Back) != n {
		t.Fatalf("of %d reporters %d came back", n, len(crowd.Back))
	}
	press := time.UnixMilli(int64(slices.Max(crowd.Back))).Sub(killed)
	t.Logf("the server answers %v after the kill, the principals hear each other after %v, the last of %d reporters is back after %v",
		ready.Round(time.Millisecond), principals.Round(time.Millisecond), n, press.Round(time.Millisecond))
	if principals > backWithin() || press > backWithin() {
		t.Errorf("everybody should be back within %v", backWithin())
	}
	h.isAsItWas(t, officer, a, b, n, acknowledged, asked)

	// Not a packet for the press until the officer says so.
	before := c.do("count").Packets
	time.Sleep(time.Second)
	if after := c.do("count").Packets; after != before || before != 0 {
		t.Errorf("before the officer has resumed, the press hears %d packets", after)
	}
	officer.act("resume-coverage", map[string]any{"item": "opening"})
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		heard := 0
		for _, at := range c.do("count").Last {
			if at > 0 {
				heard++
			}
		}
		if heard == n {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("after the officer has resumed, %d of %d hear", heard, n)
		}
	}
	h.recordedUntil(t, killed)
}

// busy has a seat change its language again and again, until its connection
// ends; then it says which language was acknowledged last, and which was asked
// for after it.
func busy(g *guest) (told func() (acknowledged, asked summit.Language)) {
	var all sync.WaitGroup
	var last, next summit.Language
	all.Go(func() {
		for i := 0; ; i++ {
			next = []summit.Language{"zh", "ru", "en"}[i%3]
			if g.Do(g.house.tb.Context(), "hear", map[string]any{"language": next}) != nil {
				return
			}
			last = next
			time.Sleep(5 * time.Millisecond)
		}
	})
	return func() (summit.Language, summit.Language) {
		all.Wait()
		return last, next
	}
}

// comeBack brings back the principals, who talk and listen, and the officer.
func (h *house) comeBack(a, b, officer *guest) *ears {
	h.tb.Helper()
	for _, g := range []*guest{a, b, officer} {
		if err := g.Again(h.tb.Context(), h.at.URL); err != nil {
			h.tb.Fatalf("%s does not come back: %v", g.Seat, err)
		}
	}
	a.until("that it is connected", func(v view.View) bool { return v.Me.Connects })
	a.speak("a-principal")
	b.speak("b-principal")
	return b.listen()
}

// isAsItWas compares what everybody is with what they were before.
func (h *house) isAsItWas(t *testing.T, officer, a, b *guest, reporters int, acknowledged, asked summit.Language) {
	t.Helper()
	officer.until("everybody in, and the press out until it resumes", func(v view.View) bool {
		in := 0
		for _, x := range v.Seats {
			if x.Role == summit.Reporter && x.Presence == summit.Present && x.Desk.Admitted {
				in++
			}
		}
		return in == reporters && v.Room.ResumeNeeded && v.Room.Coverage == summit.Closed && v.Room.Item == "opening" &&
			v.Room.Floor == "principal-a"
	})
	if me := b.View().Me; !me.Muted || me.Hears != "zh" || !me.Admitted {
		t.Errorf("principal B is %+v", me)
	}
	if hears := a.View().Me.Hears; hears != acknowledged && hears != asked {
		t.Errorf("principal A hears %q; acknowledged was %q, and asked for after that %q", hears, acknowledged, asked)
	}
}

// recordedUntil says how much of the recording is missing before the kill.
func (h *house) recordedUntil(t *testing.T, killed time.Time) {
	t.Helper()
	var list struct {
		Takes []struct{ From, To time.Time }
	}
	if err := json.Unmarshal(h.call("GET", "/api/summits/"+string(h.id)+"/recording", nil), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Takes) == 0 {
		t.Fatal("there is no recording")
	}
	first := list.Takes[0]
	missing := killed.Sub(first.To)
	t.Logf("of the recording %v are missing", missing.Round(time.Millisecond))
	if first.To.IsZero() || missing > 5*time.Second || long() && missing > 1200*time.Millisecond {
		t.Errorf("the first take is from %v to %v; the server was killed at %v", first.From, first.To, killed)
	}
}
