//go:build linux

package server

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"liqa/internal/recorder"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// interpreted is the summit of three languages with its first item begun, and who
// attends it.
type interpreted struct {
	*house
	data    string
	server  *Server
	officer *guest
	at      map[summit.SeatID]*guest
}

// interpretedSummit has these seats enter. Lock is what happens at a busy channel.
func interpretedSummit(t *testing.T, lock string, seats ...summit.SeatID) *interpreted {
	t.Helper()
	c := loopbackOnly(t.TempDir())
	s := start(t, c)
	m := &interpreted{house: convened(t, address{URL: s.LocalURL(), Admin: s.Admin()}, fmt.Appendf(nil, threeLanguages, lock)),
		data: c.Data, server: s, at: map[summit.SeatID]*guest{}}
	m.officer = m.enter(nil, "officer")
	for _, id := range seats {
		m.at[id] = m.enter(m.officer, id)
	}
	m.officer.act("start-item", map[string]any{"item": "opening"})
	return m
}

func (m *interpreted) floor(seat summit.SeatID) {
	m.tb.Helper()
	m.officer.act("give-floor", map[string]any{"seat": seat})
}

func into(l string) map[string]any { return map[string]any{"into": l} }

// The microphone goes back and forth between partners while the floor goes from
// speaker to speaker. Who listens, in the room or for the press, and the
// recording have every packet of the channel, one each 20 ms, nothing twice, and
// little silence between the two voices.
func TestHandoverWhileTheSpeakerChanges(t *testing.T) {
	m := interpretedSummit(t, "interlock", "principal-a", "principal-b", "delegate-b", "interpreter-1", "interpreter-2", "reporter")
	still := watch(t)
	m.at["principal-b"].says('B', nil)
	m.at["delegate-b"].says('b', nil)
	partners := []*guest{m.at["interpreter-1"], m.at["interpreter-2"]}
	partners[0].says('1', nil)
	partners[1].says('2', nil)
	m.floor("principal-b")
	room, press := m.at["principal-a"].listens("channel", "original-1")["channel"], m.at["reporter"].listens("channel")["channel"]
	partners[0].act("go-on-air", into("ru"))
	for _, h := range []*hearing{room, press} {
		h.of(t, '1')
	}
	fromRoom, fromPress := room.now(), press.now()
	m.at["principal-a"].carried("ru", "direct")

	var gaps []time.Duration
	for turn := 0; turn < 20 && len(gaps) < 6; turn++ {
		from, to := partners[turn%2], partners[1-turn%2]
		before := room.now()
		from.act("offer-handover", nil)
		to.until("the offer", func(v view.View) bool { return slices.Contains(v.May, "accept-handover") })
		still.late()
		spoke := make(chan struct{})
		go func() {
			defer close(spoke)
			m.floor([]summit.SeatID{"delegate-b", "principal-b"}[turn%2])
		}()
		to.act("accept-handover", nil)
		<-spoke
		voices := "12"
		room.of(t, voices[1-turn%2])
		press.of(t, voices[1-turn%2])
		gap := silenceBetween(t, room, before, voices[turn%2], voices[1-turn%2])
		if late := still.late(); late < 15*time.Millisecond {
			gaps = append(gaps, gap)
		} else {
			t.Logf("a handover of %v of silence does not count: the machine was %v late", gap, late)
		}
	}
	slices.Sort(gaps)
	t.Logf("silence at handovers: %v", gaps)
	if len(gaps) > 2 && gaps[len(gaps)/2] > 100*time.Millisecond {
		t.Errorf("the microphone changed hands with silences of %v; most should be of 100 ms at most", gaps)
	}
	heard := room.whole(t, fromRoom, still)
	press.whole(t, fromPress, still)
	m.officer.act("end-item", nil)
	m.officer.act("end-summit", nil)
	m.recorded(t, "channel-ru", heard)
}

// silenceBetween is how long a channel was silent from the last frame of one
// voice to the first of the next, which must be there.
func silenceBetween(t *testing.T, h *hearing, since int64, one, next byte) time.Duration {
	t.Helper()
	words := h.words()
	begins := slices.IndexFunc(words, func(w word) bool { return w.seq > since && w.of == next })
	ends := begins - 1
	for ends >= 0 && words[ends].of == nobody {
		ends--
	}
	if begins < 0 || ends < 0 || words[ends].of != one {
		t.Fatalf("between %q and %q there is something else: %s", one, next, script(words))
	}
	return time.Duration(begins-ends-1) * 20 * time.Millisecond
}

// recorded checks the recording of a channel against what was heard of it: the
// same frames in the same order, without a gap.
func (m *interpreted) recorded(t *testing.T, track string, heard []word) {
	t.Helper()
	dir := filepath.Join(m.data, "record", "open", string(m.id))
	var takes []string
	for end := time.Now().Add(20 * time.Second); len(takes) == 0; time.Sleep(20 * time.Millisecond) {
		if takes, _ = filepath.Glob(filepath.Join(dir, "*", "manifest.json")); time.Now().After(end) {
			t.Fatal("the recording was not finished")
		}
	}
	text, err := os.ReadFile(takes[0])
	var manifest recorder.Manifest
	if err == nil {
		err = json.Unmarshal(text, &manifest)
	}
	if err != nil || len(takes) != 1 {
		t.Fatalf("%d takes: %v", len(takes), err)
	}
	of := manifest.Tracks[slices.IndexFunc(manifest.Tracks, func(r *recorder.TrackRecord) bool { return r.Name == track })]
	of.Counts.Filled = 0 // before its first frame; what is filled later is a gap between frames, which are compared
	if of.Counts != (recorder.Counts{}) {
		t.Errorf("the recording of %s has gaps: %+v", track, of.Counts)
	}
	var sound []byte
	for i, s := range of.Segments {
		if s.Discontinuity || i > 0 && s.From != of.Segments[i-1].From+of.Segments[i-1].Length {
			t.Errorf("segment %d of %s does not follow the one before it", i, track)
		}
		part, err := os.ReadFile(filepath.Join(filepath.Dir(takes[0]), track, s.File))
		if err != nil {
			t.Fatal(err)
		}
		sound = append(sound, part...)
	}
	said, more := voicesIn(sound), 0
	twice := map[word]bool{}
	for _, w := range said {
		if twice[w] {
			t.Errorf("the recording of %s has frame %d of %q twice", track, w.n, w.of)
		}
		twice[w] = true
	}
	for i, w := range slices.DeleteFunc(slices.Clone(heard), func(w word) bool { return w.of == nobody }) {
		at := slices.Index(said, word{of: w.of, n: w.n})
		if at < 0 {
			t.Fatalf("the recording of %s lacks frame %d of %q, or has it elsewhere", track, w.n, w.of)
		}
		if said = said[at+1:]; i > 0 {
			more += at
		}
	}
	// What was under way to the listeners when its speaker lost the channel they
	// had silence for; on an idle machine that is nothing.
	if t.Logf("%d frames more are recorded than were heard", more); more > 25 {
		t.Errorf("the recording of %s has %d frames that were not heard", track, more)
	}
}

// voicesIn finds the frames that voices have said, in a file or several.
func voicesIn(file []byte) (all []word) {
	for i := 0; i+len(voiceMark)+5 <= len(file); i++ {
		if of, n := whose(file[i:]); of != stranger && of != nobody {
			all = append(all, word{of: of, n: n})
			i += len(voiceMark) + 4
		}
	}
	return all
}
