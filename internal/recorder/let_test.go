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

// A sign language is recorded while it is on air and somebody may see it, and
// lies with what seats send: whoever is off air is not filmed.
func TestHandsThatAreOffAirAreNotRecorded(t *testing.T) {
	signs := Track{Name: "interpreter-3-camera", Role: Sign, Kind: switchboard.Video, Source: "s1/seat/interpreter-3/camera", Seat: "interpreter-3", Language: "ase"}
	off, on := colours(t, switchboard.H264, "320x180", time.Second, "red"), colours(t, switchboard.H264, "320x180", time.Second, "green")
	store := newStore(t)
	at := closedTake(t, store, []Track{signs}, func(b *board, r *Recorder) {
		s := newSender(switchboard.H264, time.Now())
		r.Let(nil)
		play(s, off, b.taps[signs.Source])
		r.Let(map[switchboard.SourceID]bool{signs.Source: true})
		play(s, on, b.taps[signs.Source])
	})
	m := manifestOf(t, store, at)
	if len(m.Tracks) != 1 || m.Tracks[0].Role != Sign || m.Tracks[0].Language != "ase" {
		t.Fatalf("the tracks are %+v", m.Tracks)
	}
	var length int64
	for _, x := range m.Tracks[0].Segments {
		length += x.Length
	}
	if recorded := time.Duration(length) * time.Second / time.Duration(m.Tracks[0].Rate); recorded < 500*time.Millisecond || recorded > 1100*time.Millisecond {
		t.Errorf("%v of it is recorded, and one second was on air", recorded)
	}
}
