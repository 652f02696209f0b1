package switchboard

import (
	"testing"
	"time"
)

func TestReceiversAndSourcesAreChecked(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		for _, spec := range []SourceSpec{
			{}, {ID: "a"}, {ID: "a", Kind: Video, Codec: Opus}, {ID: "a", Kind: Audio, Codec: 9},
			{ID: "a", Kind: Audio, Codec: Opus, ClockRate: 8000},
		} {
			if _, err := s.AddSource(spec); err == nil {
				t.Errorf("a source that cannot be: %+v", spec)
			}
		}
		for _, slots := range [][]SlotSpec{
			nil, {{ID: "a"}}, {soundSlot("", 0, 1)},
			{soundSlot("a", 0, 1), soundSlot("a", 0, 2)},
			{soundSlot("a", 0, 1), soundSlot("b", 0, 1)},
			{soundSlot("a", 1, 1), soundSlot("b", 1, 2)},
		} {
			if _, err := s.AddReceiver("k", slots, new(wire)); err == nil {
				t.Errorf("slots that cannot be: %+v", slots)
			}
		}
		s.AddChannel("channel/ru")
		if _, err := s.AddSource(SourceSpec{ID: "channel/ru", Kind: Audio, Codec: Opus}); err == nil {
			t.Error("a channel was replaced by a source")
		}
		if n := len(s.Survey().Receivers); n != 0 {
			t.Errorf("%d receivers are left", n)
		}
	})
}

func TestSurveyIsMeasured(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mic := s.microphone("m", "P")
		r, _ := s.receiver("seat", soundSlot("channel", 0, 1))
		s.Allow("seat", only("channel", "m"))
		for i := range 50 {
			if i == 20 {
				mic.seq += 2
			}
			mic.sound()
			s.pass(20 * ms)
		}
		mic.source.Write([]byte("no packet"), time.Now())
		r.Nack(1, []uint16{1, 2})
		s.settle()
		got := s.Survey()
		src, slot := got.Sources[0], got.Receivers[0].Slots[0]
		if src.Packets != 50 || src.Missing != 2 || src.Malformed != 1 || src.Listeners != 1 || src.Nacked == 0 {
			t.Errorf("source: %+v", src)
		}
		if src.Level < -30 || src.Level > -15 {
			t.Errorf("level %v, want about −20", src.Level)
		}
		if slot.Carries != "m" || slot.Origin != "P" || slot.Packets != 49 || slot.Bytes != 49*6 || slot.Turns != 1 || slot.NacksRefused != 2 {
			t.Errorf("slot: %+v", slot)
		}
		if r := got.Receivers[0]; r.Key != "seat" || !r.Receives {
			t.Errorf("receiver: %+v", r)
		}
		s.Cut("seat", nil)
		if s.Survey().Receivers[0].Receives {
			t.Error("after the cut it is said to receive")
		}
	})
}
