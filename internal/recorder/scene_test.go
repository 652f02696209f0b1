package recorder

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// at is the cue that holds at a time.
func (c cues) at(t time.Time) cue {
	var now cue
	for _, q := range c {
		if !t.Before(q.at) {
			now = q
		}
	}
	return now
}

var dawn = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func someCues(t *rapid.T) cues {
	var list cues
	at := dawn
	for range rapid.IntRange(1, 8).Draw(t, "cues") {
		at = at.Add(time.Duration(rapid.IntRange(1, 2000).Draw(t, "ms")) * time.Millisecond)
		c := cue{at: at}
		if coverage := rapid.SampledFrom([]Coverage{"", Closed, Pool, Open}).Draw(t, "coverage"); coverage != "" {
			c.take = &take{scene: Scene{Item: "item", Coverage: coverage}}
		}
		list = append(list, c)
	}
	return list
}

// Nothing is ever seen by more than might see it when it was said, or when it
// came.
func TestTakesAreNeverWiderThanWhatWasCaptured(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := someCues(t)
		captured := dawn.Add(time.Duration(rapid.IntRange(0, 20000).Draw(t, "captured")) * time.Millisecond)
		arrived := captured.Add(time.Duration(rapid.IntRange(-500, 3000).Draw(t, "later")) * time.Millisecond)
		got := cue{take: list.takeOf(captured, arrived)}
		if got.width() > list.at(arrived).width() {
			t.Fatalf("it arrived under a coverage of width %d, and is kept under %d", list.at(arrived).width(), got.width())
		}
		if captured.Before(arrived) && got.width() > list.at(captured).width() {
			t.Fatalf("it was captured under a coverage of width %d, and is kept under %d", list.at(captured).width(), got.width())
		}
	})
}

// What arrives at once belongs to the take that is in progress.
func TestTakesHoldAllThatIsNotInDoubt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := someCues(t)
		now := dawn.Add(time.Duration(rapid.IntRange(0, 20000).Draw(t, "now")) * time.Millisecond)
		if got, want := list.takeOf(now, now), list.at(now).take; got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestScenesThatCannotBeRecorded(t *testing.T) {
	r := newRecorder(t, newStore(t), newBoard(), nil)
	defer r.Close()
	for _, s := range []Scene{{Item: "talks", Coverage: "sealed"}, {Item: "talks"}, {Coverage: Open}} {
		if id, err := r.Begin(s); err == nil {
			t.Errorf("%+v began as the take %s", s, id)
		}
	}
	if _, err := New(Config{Store: newStore(t), Summit: "../s1", Board: newBoard()}); err == nil {
		t.Error("a summit was given a folder outside the store")
	}
	if r.Record(Track{Name: "../a", Kind: 1, Source: "a"}) == nil || r.Record(Track{Name: "a", Source: "a"}) == nil || r.Record(Track{Name: "a", Kind: 1}) == nil {
		t.Error("a track that cannot be recorded was accepted")
	}
}

func TestTheSameSceneGoesOnInItsTake(t *testing.T) {
	r := newRecorder(t, newStore(t), newBoard(), nil)
	defer r.Close()
	first := begin(t, r, "Opening: remarks!", Open)
	if first != "0001-opening-remarks" {
		t.Errorf("the take is called %s", first)
	}
	if again := begin(t, r, "Opening: remarks!", Open); again != first {
		t.Errorf("it went on as %s", again)
	}
	if narrower := begin(t, r, "Opening: remarks!", Pool); narrower == first {
		t.Error("a change of coverage began no take")
	}
	r.Pause()
	if after := begin(t, r, "Opening: remarks!", Pool); after != "0003-opening-remarks" {
		t.Errorf("after a pause it went on as %s", after)
	}
}
