package recorder

import (
	"testing"
	"time"

	"liqa/internal/switchboard"
)

// A microphone that comes back to the table from a huddle is recorded from then
// on. What was said before and is only handed over afterwards, because a tap
// waited for a packet that was missing, is not.
func TestWhatWasSaidApartIsNotRecordedWhenItComesLate(t *testing.T) {
	said := tones(t, time.Second, 300, 500)
	apart, table := said[:50], said[50:]
	store, source := newStore(t), seatMicrophone().Source
	at := closedTake(t, store, []Track{seatMicrophone()}, func(b *board, r *Recorder) {
		r.Let(nil)
		s := newSender(switchboard.Opus, time.Now())
		var waiting []switchboard.Packet
		play(s, apart, func(p switchboard.Packet) { waiting = append(waiting, p) })
		r.Let(map[switchboard.SourceID]bool{source: true})
		for i, p := range waiting {
			if i > len(waiting)/2 {
				p.Arrival = time.Now() // was lost on its way, and came again
			}
			b.taps[source](p)
		}
		r.Let(map[switchboard.SourceID]bool{source: true, "s1/seat/b-principal/microphone": true})
		play(s, table, b.taps[source])
	})
	heard, table500 := decodeSound(t, store, at, "a-principal-microphone"), false
	for ms := 30; ms < 2100; ms += 30 {
		moment := time.Duration(ms) * time.Millisecond
		if level := heard.level(moment, 300); level > 0.05 {
			t.Errorf("what was said apart is heard at %v (%.2f)", moment, level)
		}
		table500 = table500 || heard.sounds(moment, 500)
	}
	if !table500 {
		t.Error("what was said at the table is not recorded")
	}
}
