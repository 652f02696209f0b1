package summit_test

import (
	"slices"
	"testing"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// A booth that signs goes on air like any other, and has no channel of sound.
func TestABoothThatSigns(t *testing.T) {
	d := summittest.Bilateral()
	d.Booths[1].Outgoing, d.Booths[1].Sign = []summit.Language{"ase"}, true
	s := summittest.Enter(t, summittest.Do(t, summit.State{}, summit.Administrator, summit.Convene{Description: d}))
	s = summittest.Do(t, s, "officer", summit.StartItem{Item: "opening"})
	s = summittest.Do(t, s, "interpreter-3", summit.GoOnAir{Into: "ase"})
	if b, _ := s.Booth("english"); b.OnAir != "interpreter-3" || slices.Contains(s.Channels(), "ase") {
		t.Errorf("on air %q, the channels are %v", b.OnAir, s.Channels())
	}
	if _, err := summit.Decide(s, "principal-a", summit.Hear{Language: "ase"}, summittest.Noon); err == nil {
		t.Error("a sign language can be heard")
	}
	d.Booths[1].Outgoing = []summit.Language{"ase", "rsl"}
	if faults := summit.Validate(d); len(faults) != 1 {
		t.Errorf("a booth that signs in two languages: %v", faults)
	}
}
