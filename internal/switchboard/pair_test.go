package switchboard

import (
	"encoding/binary"
	"testing"
	"time"
)

// speaker is one device: a microphone and a camera on one clock of its own,
// the picture late on its way in.
type speaker struct {
	mic, cam *sender
	skew     time.Duration // its clock is ahead of the server's
	path     time.Duration
	late     time.Duration // the picture's further delay
}

// tick sends what a speaker captured at the stage time at. Sound is sent at
// each 20 ms, a picture at each 40.
func (sp *speaker) play(s *stage, at time.Duration, key bool) {
	arrival := func(d time.Duration) time.Time { return s.clock.time(instant(at + sp.path + d)) }
	ntp := toNTP(s.clock.unixNano(instant(at)) + int64(sp.skew))
	mic, cam := sp.mic, sp.cam
	mic.ts = 1111 + uint32(ticks(at, 48000))
	cam.ts = 2222 + uint32(ticks(at, 90000))
	if at%time.Second == 0 {
		mic.source.SenderReport(ntp, mic.ts, arrival(0))
		cam.source.SenderReport(ntp, cam.ts, arrival(sp.late))
	}
	when := byte(at / (20 * ms) % 200)
	mic.source.Write(mic.raw([]byte{0xf8, 1, 2, when}, false), arrival(0))
	if cam.mark = when; at%(40*ms) == 0 {
		for i := range 2 {
			cam.source.Write(cam.raw(cam.part(key, i), i == 1), arrival(sp.late))
		}
	}
}

// lineOf reads where a slot's sender reports put its timestamp 0 on the
// server's clock. All reports of a slot must agree.
func lineOf(t *testing.T, reports [][]byte, ssrc uint32, rate int64) (zero time.Duration, n int) {
	t.Helper()
	for _, b := range reports {
		if binary.BigEndian.Uint32(b[4:]) != ssrc {
			continue
		}
		at := fromNTP(binary.BigEndian.Uint64(b[8:]))
		ts := binary.BigEndian.Uint32(b[16:])
		if n++; n == 1 {
			zero = time.Duration(at) - span(int64(ts), rate)
			continue
		}
		want := uint32(ticks(time.Duration(at)-zero, rate))
		if d := int32(want - ts); d > 2 || d < -2 {
			t.Fatalf("report %d of %d: the timestamp is %d ticks off the line of the first", n, ssrc, d)
		}
	}
	return zero, n
}

// Ten times another speaker, the pictures 200 ms late on their way in: what a
// listener computes from timestamps and sender reports is that sound and
// picture belong together, to within 10 ms, from the turn on.
func TestLipSyncSurvivesTenChangesOfSpeaker(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		var who []*speaker
		for i, o := range []Origin{"A", "B"} {
			who = append(who, &speaker{
				mic:  s.microphone(SourceID(o)+"/mic", o),
				cam:  s.camera(SourceID(o)+"/cam", o, H264),
				skew: time.Duration(i*3-1) * time.Hour, path: time.Duration(10+70*i) * ms, late: 200 * ms,
			})
		}
		_, w := s.receiver("seat", soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2))
		give := func(i int) {
			s.Allow("seat", Slots{
				"original-1": {Sources: []SourceID{"A/mic", "B/mic"}, Prefer: []SourceID{"A/mic", "B/mic"}[i]},
				"picture-1":  {Sources: []SourceID{"A/cam", "B/cam"}, Prefer: []SourceID{"A/cam", "B/cam"}[i]},
			})
		}
		give(0)
		const turn = 3 * time.Second
		for at := time.Duration(0); at < 11*turn; at += 20 * ms {
			if at > 0 && at%turn == 0 {
				give(int(at/turn) % 2)
			}
			for _, sp := range who {
				sp.play(s, at, at%(500*ms) == 0)
			}
			s.pass(20 * ms)
		}

		got := w.all()
		continuous(t, got, 0)
		continuous(t, got, 1)
		soundZero, n := lineOf(t, w.reports, 1, 48000)
		pictureZero, m := lineOf(t, w.reports, 2, 90000)
		// One a second and one at each turn, less those that fall into a turn.
		if n < 33 || m < 40 {
			t.Fatalf("%d and %d sender reports in 33 s with ten turns", n, m)
		}
		// Where on the clock what was captured at one moment comes to lie. The
		// payload says when that was; the least delay of the path is taken to
		// be part of it, since nobody could tell.
		lag := map[int][]time.Duration{}
		for _, p := range got {
			rate, zero := int64(48000), soundZero
			if p.Slot == 1 {
				rate, zero = 90000, pictureZero
			}
			shown := zero + span(int64(p.Header.Timestamp), rate)
			when := time.Duration(p.Payload[len(p.Payload)-1]) * 20 * ms
			for now := p.Capture.Sub(s.clock.epoch); now-when > 2*time.Second; {
				when += 200 * 20 * ms
			}
			captured := time.Duration(s.clock.unixNano(instant(when + who[p.Origin[0]-'A'].path)))
			wrap := span(1<<32, rate)
			d := (shown - captured) % wrap
			if d > wrap/2 {
				d -= wrap
			} else if d < -wrap/2 {
				d += wrap
			}
			lag[p.Slot] = append(lag[p.Slot], d)
		}
		for i, d := range lag[0] {
			if d.Abs() > 11*ms {
				t.Fatalf("sound packet %d lies %v off its capture time", i, d)
			}
		}
		off := 0
		for _, d := range lag[1] {
			if d.Abs() > 40*ms {
				off++
			}
		}
		if off > 11*24 { // right after a turn pictures catch up with the clock
			t.Errorf("%d packets of pictures lie more than 40 ms off their capture time", off)
		}
		turns := s.Survey().Receivers[0].Slots
		if turns[0].Turns != 11 || turns[1].Turns != 11 {
			t.Errorf("%d and %d turns, want 11", turns[0].Turns, turns[1].Turns)
		}
	})
}

// A pair turns as one: what its picture slot carries is of the origin of its
// sound, or what it carried before and keeps until the keyframe.
func TestPairTurnsAsOne(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		mics, cams := map[Origin]*sender{}, map[Origin]*sender{}
		var sounds, pictures []SourceID
		for _, o := range []Origin{"a", "b", "c"} {
			mics[o] = s.microphone(SourceID(o)+"/mic", o)
			sounds = append(sounds, SourceID(o)+"/mic")
			if o != "c" { // who has no camera
				cams[o] = s.camera(SourceID(o)+"/cam", o, VP9)
				pictures = append(pictures, SourceID(o)+"/cam")
			}
		}
		_, w := s.receiver("seat", soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2))
		s.Allow("seat", Slots{"original-1": set(sounds...), "picture-1": set(pictures...)})
		for i := range 600 {
			loud := Origin("abc"[i/100%3 : i/100%3+1])
			for o, m := range mics {
				if m.level = 90; o == loud {
					m.level = 15
				}
				m.sound()
				if c := cams[o]; c != nil {
					c.frame(i%25 == 0)
				}
			}
			s.pass(20 * ms)
		}
		got := w.all()
		var sound, before Origin
		turns := 0
		for i, p := range got {
			switch {
			case p.Slot == 0 && p.Origin != sound:
				before, sound = sound, p.Origin
				turns++
			case p.Slot == 1 && p.Source != "" && p.Origin != sound && p.Origin != nextSound(got[i:]):
				if p.Origin != before || sound == "c" {
					t.Fatalf("the picture is %s's while the sound is %s's, before that %s's", p.Origin, sound, before)
				}
			}
		}
		if turns < 6 {
			t.Errorf("%d turns, want 6", turns)
		}
		continuous(t, got, 0)
		continuous(t, got, 1)
	})
}

// nextSound is whose the next packet of sound is: a picture may turn within
// the 20 ms before it.
func nextSound(packets []Outgoing) Origin {
	for _, p := range packets {
		if p.Slot == 0 {
			return p.Origin
		}
	}
	return ""
}
