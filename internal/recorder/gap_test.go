package recorder

import (
	"testing"
	"testing/synctest"
	"time"

	"liqa/internal/switchboard"
)

// closedTake records a closed item in a synctest bubble, and gives the place of
// the take.
func closedTake(t *testing.T, s Store, tracks []Track, during func(b *board, r *Recorder)) string {
	t.Helper()
	var at string
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		r := newRecorder(t, s, b, nil)
		record(t, r, tracks...)
		at = "closed/s1/" + begin(t, r, "talks", Closed)
		during(b, r)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return at
}

// without sends all packets but those that drop says.
func without(sink func(switchboard.Packet), drop func(seq uint64) bool) func(switchboard.Packet) {
	return func(p switchboard.Packet) {
		if !drop(p.Seq) {
			sink(p)
		}
	}
}

// Sound from which packets are missing is filled, so that what follows is where
// it belongs; a picture from which some is missing stands still.
func TestGapsKeepTheirLength(t *testing.T) {
	store := newStore(t)
	voice := tones(t, time.Second, 500, 700, 900, 1100, 1300, 1500)
	camera := colours(t, switchboard.H264, "320x180", 2*time.Second, "red", "green", "blue")
	at := closedTake(t, store, []Track{seatMicrophone(), seatCamera()}, func(b *board, r *Recorder) {
		start := time.Now()
		mic, cam := newSender(switchboard.Opus, start), newSender(switchboard.H264, start)
		together(
			func() {
				first := mic.seq
				play(mic, voice, without(b.taps[seatMicrophone().Source], func(seq uint64) bool {
					n := seq - first
					return n%50 == 7 || n >= 160 && n < 190
				}))
			},
			func() {
				first := cam.seq
				play(cam, camera, without(b.taps[seatCamera().Source], func(seq uint64) bool { return seq == first+8 }))
			},
		)
	})
	m := manifestOf(t, store, at)
	said := decodeSound(t, store, at, "a-principal-microphone")
	for second, f := range []int{500, 700, 900, 1100, 1300, 1500} {
		if when := time.Duration(second)*time.Second + 900*time.Millisecond; !said.sounds(when, f, f-200, f+200) {
			t.Errorf("at %v it is not at %d Hz: %f", when, f, said.level(when, f))
		}
	}
	if l := said.level(3500*time.Millisecond, 1100); l > 0.05 {
		t.Errorf("in the gap there is something: %f", l)
	}
	mic := trackOf(t, m, "a-principal-microphone")
	if mic.Counts.Lost != 36 || mic.Counts.Filled != 36*960 {
		t.Errorf("36 packets were lost; the manifest says %+v", mic.Counts)
	}
	cam := trackOf(t, m, "a-principal-camera")
	if cam.Counts.Lost != 1 || cam.Counts.Broken == 0 {
		t.Errorf("a packet of a picture was lost; the manifest says %+v", cam.Counts)
	}
	seen := decodePictures(t, store, at, "a-principal-camera", 0)
	for _, p := range seen {
		if p.at > 600*time.Millisecond && p.at < 1900*time.Millisecond {
			t.Errorf("a picture at %v lacks what it refers to", p.at)
		}
	}
	for i, c := range []string{"red", "green", "blue"} {
		if p := around(t, seen, time.Duration(2*i+1)*time.Second); !p.is(c) {
			t.Errorf("at %d s it is %+v, not %s", 2*i+1, p, c)
		}
	}
}

// A sender that reconnects begins new sequence numbers and time stamps. What it
// sends is where it belongs by its capture times.
func TestReconnectingKeepsTheTime(t *testing.T) {
	store := newStore(t)
	before, after := tones(t, time.Second, 500, 500), tones(t, time.Second, 900, 900)
	at := closedTake(t, store, []Track{seatMicrophone()}, func(b *board, r *Recorder) {
		sink := b.taps[seatMicrophone().Source]
		play(newSender(switchboard.Opus, time.Now()), before, sink)
		time.Sleep(1500 * time.Millisecond)
		again := newSender(switchboard.Opus, time.Now().Add(-time.Hour))
		again.stream, again.seq = 2, 17
		play(again, after, sink)
		time.Sleep(15 * time.Second) // too long to be filled
		third := newSender(switchboard.Opus, time.Now())
		third.stream = 3
		play(third, before, sink)
	})
	m := trackOf(t, manifestOf(t, store, at), "a-principal-microphone")
	said := decodeSound(t, store, at, m.Name)
	for _, want := range []struct {
		at   time.Duration
		tone int
	}{{time.Second, 500}, {4500 * time.Millisecond, 900}, {21500 * time.Millisecond, 500}} {
		if !said.sounds(want.at, want.tone, 500, 900) {
			t.Errorf("at %v it is not at %d Hz", want.at, want.tone)
		}
	}
	breaks := 0
	for _, g := range m.Segments {
		if g.Discontinuity {
			breaks++
		}
	}
	if breaks != 1 || m.Counts.Filled > 2*soundRate {
		t.Errorf("a hole of 15 s makes %d discontinuities, and %d samples of silence", breaks, m.Counts.Filled)
	}
}

// A sender's clock that goes wrong by one part in 500 moves nothing.
func TestDriftIsCorrected(t *testing.T) {
	store := newStore(t)
	second := tones(t, time.Second, 500, 900)
	const wrong = 500
	at := closedTake(t, store, []Track{seatMicrophone()}, func(b *board, r *Recorder) {
		sink := b.taps[seatMicrophone().Source]
		start := time.Now()
		s := newSender(switchboard.Opus, start)
		for i, f := range repeat(second, 30) {
			said := time.Duration(i) * 20 * time.Millisecond
			captured := start.Add(said + said/wrong)
			time.Sleep(time.Until(captured))
			for _, p := range s.packets(f, captured) {
				p.Timestamp = int64(i) * 960
				sink(p)
			}
		}
	})
	said := decodeSound(t, store, at, "a-principal-microphone")
	for n := range 60 {
		when := time.Duration(n)*time.Second + 500*time.Millisecond
		when += when / wrong
		if f := 500 + 400*(n%2); !said.sounds(when, f, 500, 900) {
			t.Errorf("at %v it is not at %d Hz", when, f)
		}
	}
	for n := 1; n < 60; n++ { // the tone changes where it should, but for a correction of 40 ms
		when := time.Duration(n) * time.Second
		when += when / wrong
		f := 500 + 400*(n%2)
		if said.level(when-75*time.Millisecond, f) > 0.1 || max(said.level(when+100*time.Millisecond, f), said.level(when+200*time.Millisecond, f)) < 0.3 {
			t.Errorf("the tone of second %d does not begin at %v", n, when)
		}
	}
}

func TestVP9(t *testing.T) {
	store := newStore(t)
	small, large := colours(t, switchboard.VP9, "320x180", 2*time.Second, "red", "blue"), colours(t, switchboard.VP9, "640x360", 2*time.Second, "green")
	is := seatCamera()
	at := closedTake(t, store, []Track{is}, func(b *board, r *Recorder) {
		start := time.Now()
		s := newSender(switchboard.VP9, start)
		play(s, small, b.taps[is.Source])
		play(s, large, b.taps[is.Source])
	})
	m := trackOf(t, manifestOf(t, store, at), is.Name)
	if len(m.Inits) != 2 || m.Inits[0].Width != 320 || m.Inits[1].Height != 360 || m.Inits[0].Codec != "vp09.00.10.08" {
		t.Fatalf("the formats are %+v", m.Inits)
	}
	first, second := decodePictures(t, store, at, is.Name, 0), decodePictures(t, store, at, is.Name, 1)
	if !around(t, first, time.Second).is("red") || !around(t, first, 3*time.Second).is("blue") || !around(t, second, 5*time.Second).is("green") {
		t.Errorf("the colours are %+v, %+v", first, second)
	}
	if n := len(first) + len(second); n != 90 {
		t.Errorf("%d pictures were recorded of 90", n)
	}
	for i, g := range m.Segments {
		if g.Discontinuity != (i > 0 && g.Init != m.Segments[i-1].Init) {
			t.Errorf("segment %d: %+v", i, g)
		}
	}
}

// A camera that sends no key frames by itself is asked for them: at once when a
// take begins, and so often that segments do not grow without end.
func TestKeyFramesAreAskedFor(t *testing.T) {
	store := newStore(t)
	frames := colours(t, switchboard.H264, "320x180", 10*time.Second, "red")
	is := seatCamera()
	at := closedTake(t, store, []Track{is}, func(b *board, r *Recorder) {
		s := newSender(switchboard.H264, time.Now())
		key, others := frames[0], frames[1:30]
		next, asked := time.Now(), 0
		for i := range 20 * 15 {
			time.Sleep(time.Until(next))
			f := others[i%29]
			b.mu.Lock()
			if b.asked[is.Source] > asked {
				asked, f = b.asked[is.Source], key
			}
			b.mu.Unlock()
			for _, p := range s.packets(f, next) {
				b.taps[is.Source](p)
			}
			next = next.Add(f.Length)
		}
	})
	m := trackOf(t, manifestOf(t, store, at), is.Name)
	if first := m.Segments[0]; first.From > m.Rate/2 {
		t.Errorf("the first picture came after %v", time.Duration(nsOf(first.From, m.Rate)))
	}
	if n := len(m.Segments); n < 3 || n > 6 {
		t.Errorf("20 s without unasked key frames make %d segments", n)
	}
}

// Key frames of one encoder have one format.
func TestFramesOfOneFormat(t *testing.T) {
	frames := colours(t, switchboard.H264, "320x180", 4*time.Second, "red")
	a := newAssembler(switchboard.H264)
	s := newSender(switchboard.H264, dawn)
	formats, keys := map[format]int{}, 0
	for i, f := range frames {
		for _, p := range s.packets(f, dawn.Add(time.Duration(i)*f.Length)) {
			a.put(packet{codec: p.Codec, seq: p.Seq, ts: p.Timestamp, marker: p.Marker, key: p.Keyframe, payload: p.Payload}, false, func(f frame) {
				formats[f.format]++
				if f.key {
					keys++
				}
			})
		}
	}
	if len(formats) != 1 || keys != 2 {
		t.Errorf("%d formats, %d key frames", len(formats), keys)
	}
}
