package recorder

import (
	"errors"
	"io/fs"
	"path"
	"testing"
	"testing/synctest"
	"time"

	"liqa/internal/switchboard"
)

// summitOf records an open, a closed and a pool item of three seconds each.
func summitOf(t *testing.T, store Store) (takes []Take) {
	t.Helper()
	voice := tones(t, 3*time.Second, 500, 700, 900)
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		r := newRecorder(t, store, b, func(c *Config) {
			c.OnTake = func(t Take) { takes = append(takes, t) }
		})
		record(t, r, seatMicrophone(), channelOf("ru"))
		begin(t, r, "opening", Open)
		start := time.Now()
		together(
			func() { play(newSender(switchboard.Opus, start), voice, b.taps[seatMicrophone().Source]) },
			func() { play(newSender(switchboard.Opus, start), voice, b.taps["s1/channel/ru"]) },
			func() {
				time.Sleep(2900 * time.Millisecond)
				listed, err := Takes(store, "s1", Open)
				if err != nil || len(listed) != 1 || !listed[0].Ended.IsZero() || listed[0].Digest != "" || listed[0].Playlist == "" {
					t.Errorf("while it is recorded the take is listed as %+v, %v", listed, err)
				}
				time.Sleep(100 * time.Millisecond)
				begin(t, r, "talks", Closed)
				time.Sleep(3 * time.Second)
				begin(t, r, "signing", Pool)
			},
		)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return takes
}

func TestClosedTakesCannotBeReachedFromOpenOnes(t *testing.T) {
	store := newStore(t)
	takes := summitOf(t, store)
	if len(takes) != 3 {
		t.Fatalf("there are %d takes", len(takes))
	}
	open, err := Takes(store, "s1", Open)
	if err != nil || len(open) != 1 || open[0].Item != "opening" || open[0].Digest != takes[0].Digest {
		t.Fatalf("the open takes are %+v, %v", open, err)
	}
	for _, name := range []string{open[0].Playlist, "0001-opening/channel-ru/playlist.m3u8", "0001-opening/channel-ru/000001.m4s", "0001-opening/manifest.json"} {
		f, err := OpenFile(store, "s1", name)
		if err != nil {
			t.Errorf("%s cannot be opened: %v", name, err)
			continue
		}
		f.Close()
	}
	// What is under open is of the open item's program, and nothing else is.
	err = fs.WalkDir(store, "open", func(name string, d fs.DirEntry, err error) error {
		if !d.IsDir() && !isUnder(name, "open/s1/0001-opening/program.m3u8", "open/s1/0001-opening/manifest.json", "open/s1/0001-opening/channel-ru") {
			t.Errorf("%s lies under open", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	for _, name := range []string{
		"../../closed/s1/0002-talks/program.m3u8", "../closed/s1/0002-talks/program.m3u8", "0001-opening/../../../closed/s1/0002-talks/program.m3u8",
		"0002-talks/program.m3u8", "0003-signing/program.m3u8", "/0001-opening/program.m3u8", ".", "", "0001-opening", "0001-opening/channel-ru",
		"0001-opening/a-principal-microphone/playlist.m3u8", "..\\..\\closed", "0001-opening/channel-ru/..", "0001-opening//program.m3u8",
	} {
		if f, err := OpenFile(store, "s1", name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v, %v", name, f, err)
		}
	}
	for _, s := range []string{"../closed", "s1/../../closed", "", ".", "..", "s2"} {
		if _, err := OpenFile(store, s, "s1/0002-talks/program.m3u8"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("summit %q: %v", s, err)
		}
		if listed, err := Takes(store, s, Open); len(listed) > 0 || err != nil {
			t.Errorf("summit %q has the takes %v, %v", s, listed, err)
		}
	}
	if none, err := Takes(store, "s1", "sources"); len(none) > 0 || err != nil {
		t.Errorf("the seats' tracks are listed as takes: %v, %v", none, err)
	}
}

func isUnder(name string, places ...string) bool {
	for _, p := range places {
		if name == p || path.Dir(name) == p {
			return true
		}
	}
	return false
}

func TestAMomentIsFoundInItsTake(t *testing.T) {
	store := newStore(t)
	takes := summitOf(t, store)
	start := takes[0].Started
	for _, want := range []struct {
		at     time.Duration
		item   string
		offset time.Duration
	}{{0, "opening", 0}, {2500 * time.Millisecond, "opening", 2500 * time.Millisecond}, {3 * time.Second, "talks", 0}, {7 * time.Second, "signing", time.Second}} {
		take, offset, found := At(takes, start.Add(want.at))
		if !found || take.Item != want.item || offset != want.offset {
			t.Errorf("%v: %s at %v, %v", want.at, take.Item, offset, found)
		}
	}
	for _, at := range []time.Duration{-1, 9 * time.Second} {
		if take, _, found := At(takes, start.Add(at)); found {
			t.Errorf("%v was found in %s", at, take.ID)
		}
	}
	// The sound at that offset is what was said then.
	said := decodeSound(t, store, "closed/s1/0002-talks", "a-principal-microphone")
	if _, offset, _ := At(takes, start.Add(4*time.Second)); !said.sounds(offset, 700, 500, 900) {
		t.Error("at the moment's offset something else is heard")
	}
	if _, _, found := At([]Take{{Started: start}}, start.Add(time.Hour)); !found {
		t.Error("a moment is not found in a take that is being recorded")
	}
}

func TestVerifyFindsEveryChange(t *testing.T) {
	store := newStore(t)
	take := summitOf(t, store)[0]
	if err := Verify(store, take); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"open/s1/0001-opening/manifest.json", "open/s1/0001-opening/channel-ru/000001.m4s",
		"open/s1/0001-opening/channel-ru/init-0.mp4", "sources/s1/0001-opening/a-principal-microphone/000002.m4s",
	} {
		was := read(t, store, name)
		flipped := append([]byte(nil), was...)
		flipped[len(flipped)/2] ^= 1
		if err := store.Replace(name, flipped); err != nil {
			t.Fatal(err)
		}
		if Verify(store, take) == nil {
			t.Errorf("a bit of %s was flipped, and nothing is said", name)
		}
		if err := store.Replace(name, was); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Remove("open/s1/0001-opening/channel-ru/000002.m4s"); err != nil {
		t.Fatal(err)
	}
	if Verify(store, take) == nil {
		t.Error("a segment was removed, and nothing is said")
	}
}

// The machine's clock is set forward by an hour and back again. The take's own
// time goes on; the manifest says what happened.
func TestAClockThatIsSetMovesNothing(t *testing.T) {
	store := newStore(t)
	voice := tones(t, time.Second, 500, 700, 900, 1100, 1300, 1500)
	at := ""
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		start := time.Now()
		r := newRecorder(t, store, b, func(c *Config) {
			c.Wall = func() time.Time {
				now := time.Now()
				if d := now.Sub(start); d > 2*time.Second && d < 4*time.Second {
					now = now.Add(time.Hour)
				}
				return now
			}
		})
		record(t, r, seatMicrophone())
		at = "closed/s1/" + begin(t, r, "talks", Closed)
		play(newSender(switchboard.Opus, start), voice, b.taps[seatMicrophone().Source])
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	m := manifestOf(t, store, at)
	if d := m.Ended.Sub(m.Started); d != 6*time.Second {
		t.Errorf("the take lasts %v", d)
	}
	said := decodeSound(t, store, at, "a-principal-microphone")
	for second, f := range []int{500, 700, 900, 1100, 1300, 1500} {
		if when := time.Duration(second)*time.Second + 500*time.Millisecond; !said.sounds(when, f, f-200, f+200) {
			t.Errorf("at %v it is not at %d Hz", when, f)
		}
	}
	if len(m.Clock) != 2 || m.Clock[0].By != time.Hour || m.Clock[1].By != 0 {
		t.Errorf("the manifest says of the clock %+v", m.Clock)
	}
}
