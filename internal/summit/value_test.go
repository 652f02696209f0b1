package summit_test

import (
	"fmt"
	"testing"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// Two histories that part at one state do not write into each other, even
// where a list has room to grow in place.
func TestBranchesShareNothing(t *testing.T) {
	begun := summittest.Do(t, summittest.Enter(t, summittest.Convened(t)), "officer", summit.StartItem{Item: "opening"})
	stamp := func(by summit.Actor) summit.Stamp { return summit.Stamp{At: summittest.Noon, By: by} }
	for name, event := range map[string]func(n int) summit.Event{
		"the queue": func(n int) summit.Event {
			return summit.HandRaised{Stamp: stamp("officer"), Seat: summit.SeatID(fmt.Sprint("seat-", n))}
		},
		"former links": func(n int) summit.Event {
			return summit.Reissued{Stamp: stamp("officer"), Seat: "reporter", Serial: n, Hash: summittest.Hash(fmt.Sprint(n))}
		},
		"those who agree": func(n int) summit.Event {
			return summit.CoverageProposed{Stamp: stamp(summit.Actor(fmt.Sprint("officer-", n))), Item: "opening", Coverage: summit.Pool}
		},
		"private words": func(n int) summit.Event {
			return summit.PrivateWordOpened{Stamp: stamp("technician"), Seat: "technician", With: summit.SeatID(fmt.Sprint("seat-", n))}
		},
		"screens": func(n int) summit.Event {
			return summit.ScreenShared{Stamp: stamp("officer"), Seat: summit.SeatID(fmt.Sprint("seat-", n)), To: summit.ToTable}
		},
		"documents": func(n int) summit.Event {
			return summit.DocumentHandedIn{Stamp: stamp("officer"), Seat: "officer", Document: summit.Document{ID: fmt.Sprint(n)}}
		},
		"asks": func(n int) summit.Event {
			return summit.RemedyAsked{Stamp: stamp("officer"), Seat: summit.SeatID(fmt.Sprint("seat-", n)), What: summit.ReloadPage}
		},
		"readouts": func(n int) summit.Event {
			return summit.ReadoutPublished{Stamp: stamp("press-officer"), Language: summit.Language(fmt.Sprint("x", n)), Digest: summittest.Hash(fmt.Sprint(n))}
		},
	} {
		s := begun
		for n := range 8 {
			one := summit.Apply(s, event(10*n))
			was := written(t, one)
			for other := range 3 {
				summit.Apply(summit.Apply(s, event(100*n+other)), event(1000))
			}
			if now := written(t, one); now != was {
				t.Fatalf("%s with %d entries: it was\n%s\nand has become\n%s", name, n, was, now)
			}
			s = one
		}
	}
}

func TestRecognises(t *testing.T) {
	s := summittest.Convened(t)
	device := summittest.Hash(summittest.Device("officer"))
	if s.Recognises("officer", device) || s.Recognises("officer", "") {
		t.Error("a device is recognised before the link was opened")
	}
	s = summittest.Enter(t, s, "officer", "officer-2")
	if !s.Recognises("officer", device) {
		t.Error("the device that opened the link is not recognised")
	}
	if s.Recognises("officer-2", device) || s.Recognises("nobody", device) || s.Recognises("officer", device[1:]) {
		t.Error("a device is recognised that is another's")
	}
	revoked := summittest.Do(t, s, "officer-2", summit.Revoke{Seat: "officer"})
	reissued := summittest.Do(t, s, "officer-2", summit.Reissue{Seat: "officer", Hash: summittest.Hash("new")})
	if revoked.Recognises("officer", device) || reissued.Recognises("officer", device) {
		t.Error("a device is recognised on a link that is no more")
	}
}
