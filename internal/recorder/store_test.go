package recorder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"liqa/internal/switchboard"
)

// broken is a store in which the files of one track cannot be written.
type broken struct {
	Store
	mu    sync.Mutex
	track string
	err   error
}

func (b *broken) fails(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil && strings.Contains(name, b.track) {
		return &fs.PathError{Op: "write", Path: name, Err: b.err}
	}
	return nil
}

func (b *broken) breaks(track string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.track, b.err = track, err
}

func (b *broken) Append(name string) (Appender, error) {
	a, err := b.Store.Append(name)
	if err != nil {
		return nil, err
	}
	return brokenFile{a, b, name}, nil
}

func (b *broken) Replace(name string, content []byte) error {
	if err := b.fails(name); err != nil {
		return err
	}
	return b.Store.Replace(name, content)
}

type brokenFile struct {
	Appender
	of   *broken
	name string
}

// Write writes half of it, as a disk does that becomes full.
func (f brokenFile) Write(b []byte) (int, error) {
	if err := f.of.fails(f.name); err != nil {
		n, _ := f.Appender.Write(b[:len(b)/2])
		return n, err
	}
	return f.Appender.Write(b)
}

func TestOneTrackThatCannotBeWrittenDisturbsNoOther(t *testing.T) {
	store := &broken{Store: newStore(t)}
	voice := repeat(tones(t, time.Second, 500), 10)
	camera := repeat(colours(t, switchboard.H264, "320x180", 2*time.Second, "red"), 5)
	var troubles []Trouble
	var at string
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		r := newRecorder(t, store, b, func(c *Config) {
			c.OnTrouble = func(p Trouble) { troubles = append(troubles, p) }
		})
		record(t, r, seatMicrophone(), seatCamera())
		at = "closed/s1/" + begin(t, r, "talks", Closed)
		start := time.Now()
		together(
			func() { play(newSender(switchboard.Opus, start), voice, b.taps[seatMicrophone().Source]) },
			func() { play(newSender(switchboard.H264, start), camera, b.taps[seatCamera().Source]) },
			func() {
				time.Sleep(3200 * time.Millisecond)
				store.breaks("microphone/", syscall.ENOSPC)
				time.Sleep(3 * time.Second)
				store.breaks("", nil)
			},
		)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	if len(troubles) != 2 || troubles[0].Err == nil || troubles[1].Err != nil {
		t.Fatalf("the alarms were %+v", troubles)
	}
	var storage *StorageError
	if !errors.As(troubles[0].Err, &storage) || !storage.Full || storage.Track != "a-principal-microphone" || !errors.Is(troubles[0].Err, syscall.ENOSPC) {
		t.Errorf("the alarm was %v", troubles[0].Err)
	}
	m := manifestOf(t, store, at)
	for _, f := range m.verify(store, at) {
		t.Error(f)
	}
	if n := len(decodePictures(t, store, at, "a-principal-camera", 0)); n != 150 {
		t.Errorf("%d pictures were recorded of 150", n)
	}
	said := decodeSound(t, store, at, "a-principal-microphone")
	for tenth := range 100 {
		when := time.Duration(tenth) * 100 * time.Millisecond
		switch heard := said.sounds(when, 500); {
		case when < 50*time.Millisecond:
		case when < 2900*time.Millisecond || when > 7500*time.Millisecond && when < 9900*time.Millisecond:
			if !heard {
				t.Errorf("at %v nothing was recorded", when)
			}
		case when > 3500*time.Millisecond && when < 6*time.Second && heard:
			t.Errorf("at %v there is something that could not be written", when)
		}
	}
	if c := trackOf(t, m, "a-principal-microphone").Counts; c.Unwritten < int64(2500*time.Millisecond) || c.Unwritten > int64(4500*time.Millisecond) {
		t.Errorf("the manifest says that %v are missing", time.Duration(c.Unwritten))
	}
}

// What cannot be recorded is over with its take, if the track has nothing in the
// next. If it has, that says whether it can be recorded, and says so once.
func TestATroubleIsOverWithItsTake(t *testing.T) {
	store := &broken{Store: newStore(t)}
	voice := repeat(tones(t, time.Second, 500), 14)
	said := map[string]string{}
	at := map[string]time.Duration{} // of the last that was said
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		b := newBoard()
		r := newRecorder(t, store, b, func(c *Config) {
			c.OnTrouble = func(p Trouble) {
				switch {
				case p.Err != nil:
					said[p.Track] += "fails "
				case p.Again:
					said[p.Track] += "again "
				default:
					said[p.Track] += "over "
				}
				at[p.Track] = p.At.Sub(start)
			}
		})
		record(t, r, seatMicrophone(), channelOf("ru"))
		begin(t, r, "first", Open)
		together(
			func() { play(newSender(switchboard.Opus, start), voice[:150], b.taps[seatMicrophone().Source]) },
			func() { play(newSender(switchboard.Opus, start), voice, b.taps["s1/channel/ru"]) },
			func() {
				time.Sleep(1200 * time.Millisecond)
				store.breaks(".m4s", syscall.ENOSPC)
				time.Sleep(2 * time.Second)
				begin(t, r, "second", Open)
				time.Sleep(3 * time.Second)
				store.breaks("", nil)
				time.Sleep(3 * time.Second)
				store.breaks(".m4s", syscall.ENOSPC)
				time.Sleep(1500 * time.Millisecond)
				begin(t, r, "third", Open)
				store.breaks("", nil)
			},
		)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	if s := said["a-principal-microphone"]; s != "fails over " || at["a-principal-microphone"] > 4500*time.Millisecond {
		t.Errorf("of the microphone, which had ended, it is said: %s at %v", s, at["a-principal-microphone"])
	}
	if s := said["channel-ru"]; s != "fails fails again fails again " || at["channel-ru"] > 12500*time.Millisecond {
		t.Errorf("of the channel, which went on, it is said: %s at %v", s, at["channel-ru"])
	}
	if len(said) != 2 {
		t.Errorf("it is said: %v", said)
	}
}

// A manifest that could not be written is written when there is space again,
// and if there never is by the next start.
func TestManifestIsWrittenInTheEnd(t *testing.T) {
	store := &broken{Store: newStore(t)}
	voice := tones(t, time.Second, 500, 500)
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		finished := make(chan Take, 10)
		r := newRecorder(t, store, b, func(c *Config) {
			c.OnTrouble = func(Trouble) {}
			c.OnTake = func(t Take) { finished <- t }
		})
		record(t, r, channelOf("ru"))
		begin(t, r, "first", Open)
		play(newSender(switchboard.Opus, time.Now()), voice, b.taps["s1/channel/ru"])
		store.breaks(manifestFile, syscall.ENOSPC)
		r.Pause()
		time.Sleep(5 * time.Second)
		if len(finished) != 0 {
			t.Errorf("a take was finished without its manifest: %+v", <-finished)
		}
		store.breaks("", nil)
		if take := <-finished; take.Digest == "" || take.Playlist != "0001-first/program.m3u8" {
			t.Errorf("after there was space again the take was %+v", take)
		}
		begin(t, r, "second", Open)
		play(newSender(switchboard.Opus, time.Now()), voice, b.taps["s1/channel/ru"])
		store.breaks(manifestFile, syscall.EIO)
		if err := r.Close(); !errors.Is(err, syscall.EIO) || strings.Contains(err.Error(), "full") {
			t.Errorf("closing said %v", err)
		}
		store.breaks("", nil)
		if err := newRecorder(t, store, b, nil).Close(); err != nil {
			t.Error(err)
		}
	})
	listed, err := Takes(store, "s1", Open)
	if err != nil || len(listed) != 2 {
		t.Fatalf("%+v, %v", listed, err)
	}
	for _, take := range listed {
		if err := Verify(store, take); err != nil || take.Digest == "" {
			t.Errorf("%s: %v", take.ID, err)
		}
	}
	if m := manifestOf(t, store, "open/s1/0002-second"); !m.Mended {
		t.Error("the second take is not said to be mended")
	}
}

func TestFolderDoesNotLeadOut(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s, err := Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Dir(outside), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"link/secret", "../secret", "/etc/passwd"} {
		if _, err := fs.ReadFile(s, name); err == nil {
			t.Errorf("%s was read", name)
		}
		if f, err := s.Append(name); err == nil {
			f.Close()
			t.Errorf("%s was written", name)
		}
	}
}
