package wall

import (
	"testing"
	"time"

	"liqa/internal/summit"
)

// How far a channel is behind is the sum along its chain: each booth's way there
// and back, what its browser holds, and what the server's channels hold.
func TestChannelsAreBehindByTheirChain(t *testing.T) {
	const ms = time.Millisecond
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	ways := func(seat summit.SeatID, trip time.Duration) []Connection {
		return []Connection{{Seat: seat, Way: In, Session: "i" + string(seat), Delay: trip}, {Seat: seat, Way: Out, Session: "o" + string(seat), Delay: trip}}
	}
	o := Observation{At: at,
		Room: Room{Flows: true, Floor: "a", OnAir: []OnAir{{"en", "pivot"}, {"zh", "next"}, {"ar", "last"}},
			WorksFrom: map[summit.SeatID]summit.Language{"next": "en", "last": "zh"},
			Seats:     []Seat{{ID: "a"}, {ID: "pivot"}, {ID: "next"}, {ID: "last"}}},
		Connections: append(append(ways("pivot", 40*ms), ways("next", 100*ms)...), ways("last", 10*ms)...),
		Slots: []Slot{{Seat: "pivot", Slot: "original-1", Of: "a", Kind: Microphone}, {Seat: "next", Slot: "original-1", Of: "a", Kind: Microphone},
			{Seat: "next", Slot: "channel", Kind: Channel, Language: "en"}, {Seat: "last", Slot: "channel", Kind: Channel, Language: "zh"}},
		Sources: []Source{{Kind: Channel, Language: "en", Held: 30 * ms}, {Kind: Channel, Language: "zh", Held: 25 * ms},
			{Kind: Channel, Language: "ar", Held: 20 * ms}, {Kind: Channel, Language: "ru", Held: 35 * ms}, {Kind: Channel, Language: "fr"}},
	}
	w := New()
	hears := func(slot string, buffer float64) Report {
		return Report{Slots: map[string]Received{slot: {Buffer: buffer}, "picture-1": {FPS: 25}}}
	}
	w.Report("pivot", hears("original-1", 60), at)
	w.Report("next", Report{Slots: map[string]Received{"original-1": {Buffer: 500}, "channel": {Buffer: 80}}}, at)
	check := func(when string, want map[summit.Language]ChannelRow) {
		t.Helper()
		w.Take(o)
		for _, got := range w.Look(false, false).Channels {
			if c := want[got.Language]; got.Behind != c.Behind || got.AtLeast != c.AtLeast || got.From != c.From {
				t.Errorf("%s, %s is %+v, want %+v", when, got.Language, got, c)
			}
		}
	}
	check("with all but the last booth's browser telling", map[summit.Language]ChannelRow{
		"ru": {Behind: 35},                              // the original
		"en": {Behind: 30 + 40 + 60},                    // direct
		"zh": {Behind: 130 + 25 + 100 + 80, From: "en"}, // relayed once
		"ar": {Behind: 335 + 20 + 10, From: "zh", AtLeast: true},
		"fr": {Behind: -1},
	})
	w.Report("last", hears("channel", 50), at)
	o.At, o.Connections = at.Add(time.Second), o.Connections[2:] // the pivot has just lost its line
	check("without the pivot's line", map[summit.Language]ChannelRow{
		"ru": {Behind: 35},
		"en": {Behind: 30 + 60, AtLeast: true},
		"zh": {Behind: 90 + 25 + 100 + 80, From: "en", AtLeast: true},
		"ar": {Behind: 295 + 20 + 10 + 50, From: "zh", AtLeast: true},
		"fr": {Behind: -1},
	})
	// A chain that went round, which the rules do not allow, has an end here too.
	o.Room.WorksFrom["pivot"] = "ar"
	w.Take(o)
	if lines := w.Look(true, false).History.Channels; len(lines["zh"]) != 3 || len(lines["fr"]) != 3 {
		t.Errorf("the lines of the channels are %v", lines)
	}
}
