package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"liqa/internal/summit"
)

// TestSourcesAreWhatSomebodyMayReceive: by a slot or by a channel; a channel
// itself is no seat's source.
func TestSourcesAreWhatSomebodyMayReceive(t *testing.T) {
	ru := Source{Kind: Channel, Language: "ru"}
	p := Plan{
		Receivers: map[Receiver]Slots{
			"seat/b": {Original1: {Sources: []Source{microphone("a")}}, Picture1: {Sources: []Source{camera("a")}}},
			"seat/a": {ChannelSlot: {Sources: []Source{ru}}},
		},
	}
	want := Live{microphone("a"): true, camera("a"): true}
	if d := cmp.Diff(want, p.Sources()); d != "" {
		t.Error(d)
	}
	p.Channels = map[summit.Language]Feed{"ru": {Set: Set{Sources: []Source{microphone("booth")}}}}
	want[microphone("booth")] = true
	if d := cmp.Diff(want, p.Sources()); d != "" {
		t.Error(d)
	}
	if got := (Plan{}).Sources(); len(got) != 0 {
		t.Errorf("an empty plan has %v", got)
	}
}
