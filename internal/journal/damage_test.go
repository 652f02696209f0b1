package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// copyTree copies a journal's folder as it is at this moment: what a process
// that is killed now leaves behind.
func copyTree(t *testing.T, from string) (to string) {
	t.Helper()
	to = t.TempDir()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // a temporary file, renamed meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// msgs is the folder of JetStream's block files within a journal's.
func msgs(dir string) string {
	return filepath.Join((&embedded{dir: dir}).streamDir(), "msgs")
}

// firstBlock is the block file that a small journal consists of.
func firstBlock(dir string) string { return filepath.Join(msgs(dir), "1.blk") }

// flip inverts one bit of a file.
func flip(t *testing.T, path string, bit int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b [1]byte
	if _, err := f.ReadAt(b[:], bit/8); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1 << (bit % 8)
	if _, err := f.WriteAt(b[:], bit/8); err != nil {
		t.Fatal(err)
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return st.Size()
}

// refused demands that a journal is not served, for a reason that contains
// why, and with advice.
func refused(t *testing.T, dir, why string) {
	t.Helper()
	j, err := OpenJetStream(t.Context(), dir, Options{Log: quiet})
	if err == nil {
		j.Close()
		t.Fatalf("a damaged journal is served; want: %s", why)
	}
	var damaged *DamagedError
	if !errors.As(err, &damaged) {
		t.Fatalf("%v; want a DamagedError that says: %s", err, why)
	}
	if text := err.Error(); !strings.Contains(text, why) || !strings.Contains(text, restore) {
		t.Fatalf("refused with %q; want: %s, and what to do", text, why)
	}
}

// filled returns the folder of a journal of two summits with 300 entries each,
// as a clean stop leaves it and as a kill leaves it.
func filled(t *testing.T) (stopped, killed string, want map[string][]string) {
	t.Helper()
	dir := t.TempDir()
	j, err := OpenJetStream(t.Context(), dir, Options{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	want = map[string][]string{}
	for n := 0; n < 300; n += 10 {
		for _, summit := range []string{"a", "b"} {
			mustAppend(t, j, summit, uint64(n), records(n+1, n+10)...)
		}
	}
	for _, summit := range []string{"a", "b"} {
		want[summit] = told(t, j, summit, 0)
	}
	killed = copyTree(t, dir)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, killed, want
}

// TestFlippedBit flips single bits all over the block file. The journal must
// not be served with anything missing or changed.
func TestFlippedBit(t *testing.T) {
	stopped, killed, want := filled(t)
	for name, origin := range map[string]string{"after a stop": stopped, "after a kill": killed} {
		t.Run(name, func(t *testing.T) {
			bits := size(t, firstBlock(origin)) * 8
			places := []int64{0, 8 * 5, 8 * 25, 8 * 60, 8 * 300, bits - 1, bits - 8*12}
			random := rand.New(rand.NewPCG(2, 3))
			for range 12 {
				places = append(places, random.Int64N(bits))
			}
			refusals := 0
			for _, place := range places {
				dir := copyTree(t, origin)
				flip(t, firstBlock(dir), place)
				if !servedWhole(t, dir, want) {
					refusals++
					if servedWhole(t, dir, want) {
						t.Errorf("bit %d: refused once, then served", place)
					}
				}
			}
			t.Logf("%d of %d flips in %d bytes were refused; the others changed nothing that is told", refusals, len(places), bits/8)
			if refusals < len(places)/2 {
				t.Errorf("only %d of %d flips were refused", refusals, len(places))
			}
		})
	}
}

// servedWhole reports whether a journal is served, with exactly what it must
// tell; otherwise it must be refused with a reason.
func servedWhole(t *testing.T, dir string, want map[string][]string) bool {
	t.Helper()
	j, err := OpenJetStream(t.Context(), dir, Options{Log: quiet})
	if err != nil {
		var damaged *DamagedError
		if !errors.As(err, &damaged) || damaged.Fault == "" || damaged.Remedy != restore {
			t.Errorf("refused without a reason: %v", err)
		}
		return false
	}
	defer j.Close()
	for summit, lines := range want {
		if got := told(t, j, summit, 0); !slices.Equal(got, lines) {
			t.Errorf("%d entries of summit %s are served, and not the %d that were written", len(got), summit, len(lines))
		}
	}
	return true
}

// TestFlippedBitTruncates shows what the checkpoint is for: JetStream itself
// opens without complaint and with fewer entries.
func TestFlippedBitTruncates(t *testing.T) {
	_, killed, _ := filled(t)
	flip(t, firstBlock(killed), 8*size(t, firstBlock(killed))/20) // in the first twentieth
	s := &natsStore{embedded: &embedded{dir: killed, log: quiet}}
	if err := s.embedded.start(); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.conn, err = s.embedded.connect(); err != nil {
		t.Fatal(err)
	}
	if err := s.attach(t.Context(), 1, false); err != nil {
		t.Fatal(err)
	}
	frames, err := s.frames(t.Context(), "a")
	if err != nil || len(frames) >= 30 {
		t.Fatalf("JetStream serves %d of 30 messages (%v): the flip was to lose some", len(frames), err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	refused(t, killed, fmt.Sprintf("the store has %d entries, and the checkpoint says that 300 were acknowledged", 10*len(frames)))
	refused(t, killed, "300 were acknowledged") // and again: refusing repairs nothing
}

// TestOtherDamage does to a journal what disks, and people who restore half of
// a backup, do.
func TestOtherDamage(t *testing.T) {
	stopped, _, _ := filled(t)
	other, _, _ := filled(t)
	point := func(dir, summit string) string {
		return (&checkpoints{dir: filepath.Join(dir, "checkpoints")}).file(summit)
	}
	key := func(dir string) string { return filepath.Join(dir, "checkpoints", "signing-key") }
	remove := func(path string) {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
	replace := func(to, from string) {
		remove(to)
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	cases := map[string]struct {
		why    string
		damage func(dir string)
	}{
		"the store is gone":         {"the store has no history at all", func(dir string) { remove(filepath.Join(dir, "jetstream")) }},
		"the block is gone":         {"the store has 0 entries", func(dir string) { remove(msgs(dir)) }},
		"the description is gone":   {"the store has no history at all", func(dir string) { remove(filepath.Join(msgs(dir), "..", "meta.inf")) }},
		"another's store":           {"entry 300 is not the one whose hash the checkpoint holds", func(dir string) { replace(filepath.Join(dir, "jetstream"), filepath.Join(other, "jetstream")) }},
		"another's checkpoints":     {"entry 300 is not the one whose hash the checkpoint holds", func(dir string) { replace(filepath.Join(dir, "checkpoints"), filepath.Join(other, "checkpoints")) }},
		"a checkpoint is gone":      {"there is no checkpoint", func(dir string) { remove(point(dir, "a")) }},
		"a checkpoint has changed":  {"is not one that this journal signed", func(dir string) { flip(t, point(dir, "b"), 8*24) }},
		"a checkpoint is another's": {"it is of summit a", func(dir string) { remove(point(dir, "b")); copyFile(t, point(dir, "b"), point(dir, "a")) }},
		"a checkpoint is empty":     {"is not one that this journal signed", func(dir string) { truncate(t, point(dir, "b")) }},
		"the key is gone":           {"the key that signed them is not in", func(dir string) { remove(key(dir)) }},
		"the key has changed":       {"cannot be used", func(dir string) { flip(t, key(dir), 8*60) }},
		"the key is empty":          {"cannot be used", func(dir string) { truncate(t, key(dir)) }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := copyTree(t, stopped)
			c.damage(dir)
			refused(t, dir, c.why)
			refused(t, dir, c.why)
		})
	}
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, path string) {
	t.Helper()
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
}

// TestOlderStore puts an older copy of the store beside newer checkpoints,
// which is a truncation, and the other way round, which is not.
func TestOlderStore(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, Options{Log: quiet})
	mustAppend(t, j, "a", 0, records(1, 3)...)
	older := copyTree(t, dir)
	mustAppend(t, j, "a", 3, records(4, 5)...)
	newer := copyTree(t, dir)
	mixed := func(store, points string) string {
		to := copyTree(t, store)
		if err := os.RemoveAll(filepath.Join(to, "checkpoints")); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(filepath.Join(to, "checkpoints"), os.DirFS(filepath.Join(points, "checkpoints"))); err != nil {
			t.Fatal(err)
		}
		return to
	}
	refused(t, mixed(older, newer), "the store has 3 entries, and the checkpoint says that 5 were acknowledged")
	continued := open(t, mixed(newer, older), Options{Log: quiet})
	wantTold(t, told(t, continued, "a", 3), line0(4, 4), line0(5, 5))
	mustAppend(t, continued, "a", 5, record(6))
}
