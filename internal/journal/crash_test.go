package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// hooks is a store that calls back around each write; an error from a hook is
// the write's.
type hooks struct {
	store
	mu    sync.Mutex
	at    map[moment]func() error
	blind int // reads that are still to miss the newest frame
}

// moment is where a hook is called.
type moment string

const (
	beforePublish moment = "before the write"
	afterPublish  moment = "after the write"
	beforeRemove  moment = "before the removal"
	beforeReopen  moment = "before the reopening"
)

// on sets the hook at m; nil takes it away.
func (h *hooks) on(m moment, hook func() error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at[m] = hook
}

func (h *hooks) run(m moment) error {
	h.mu.Lock()
	hook := h.at[m]
	h.mu.Unlock()
	if hook == nil {
		return nil
	}
	return hook()
}

func (h *hooks) publish(ctx context.Context, summit string, last uint64, data []byte) (uint64, error) {
	if err := h.run(beforePublish); err != nil {
		return 0, err
	}
	mark, err := h.store.publish(ctx, summit, last, data)
	if err != nil {
		return 0, err
	}
	return mark, h.run(afterPublish)
}

func (h *hooks) frames(ctx context.Context, summit string) ([]frame, error) {
	frames, err := h.store.frames(ctx, summit)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.blind > 0 && len(frames) > 0 {
		h.blind--
		frames = frames[:len(frames)-1]
	}
	return frames, err
}

// miss makes the next n reads miss the newest frame.
func (h *hooks) miss(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.blind = n
}

func (h *hooks) remove(ctx context.Context, mark uint64) error {
	if err := h.run(beforeRemove); err != nil {
		return err
	}
	return h.store.remove(ctx, mark)
}

func (h *hooks) reopen(ctx context.Context) error {
	if err := h.run(beforeReopen); err != nil {
		return err
	}
	return h.store.reopen(ctx)
}

// openHooked opens a journal whose store calls h's hooks.
func openHooked(t *testing.T, dir string) (*JetStream, *hooks) {
	h := &hooks{at: map[moment]func() error{}}
	return open(t, dir, Options{Log: quiet, wrap: func(s store) store { h.store = s; return h }}), h
}

// TestKilledInBetween copies the journal's folder, as a kill would leave it,
// in each moment of an append and of an erasure, and opens the copy.
func TestKilledInBetween(t *testing.T) {
	dir := t.TempDir()
	j, h := openHooked(t, dir)
	snapshot := func(into *string) func() error {
		return func() error {
			*into = copyTree(t, dir)
			return nil
		}
	}
	var firstBefore, firstBetween, before, between, after, unremoved string

	h.on(beforePublish, snapshot(&firstBefore))
	h.on(afterPublish, snapshot(&firstBetween))
	mustAppend(t, j, "a", 0, record(1))
	h.on(beforePublish, snapshot(&before))
	h.on(afterPublish, snapshot(&between))
	mustAppend(t, j, "a", 1, records(2, 4)...)
	after = copyTree(t, dir)
	h.on(beforePublish, nil)
	h.on(afterPublish, nil)
	h.on(beforeRemove, snapshot(&unremoved))
	if err := j.Erase(t.Context(), "a", 3); err != nil {
		t.Fatal(err)
	}

	half := copyTree(t, before) // killed while the checkpoint's file was being written
	if err := os.WriteFile(filepath.Join(half, "checkpoints", "a"+extension+".tmp"), []byte("liqa jour"), 0o600); err != nil {
		t.Fatal(err)
	}
	withheld := "3 seat-admitted " + record(3).At.Format(time.RFC3339Nano) + " withheld"
	for name, c := range map[string]struct {
		dir  string
		last uint64
		want []string
	}{
		"before the first entry":                {firstBefore, 0, nil},
		"between the first entry and its point": {firstBetween, 1, []string{line0(1, 1)}},
		"before writing":                        {before, 1, []string{line0(1, 1)}},
		"between entries and checkpoint":        {between, 4, []string{line0(1, 1), line0(2, 2), line0(3, 3), line0(4, 4)}},
		"within the checkpoint":                 {half, 1, []string{line0(1, 1)}},
		"after the checkpoint":                  {after, 4, []string{line0(1, 1), line0(2, 2), line0(3, 3), line0(4, 4)}},
		"between erasure and removal":           {unremoved, 5, []string{line0(1, 1), line0(2, 2), withheld, line0(4, 4)}},
	} {
		t.Run(name, func(t *testing.T) {
			j := open(t, c.dir, Options{Log: quiet})
			wantTold(t, told(t, j, "a", 0), c.want...)
			mark, err := j.marks.read("a")
			if err != nil || mark.length != c.last {
				t.Fatalf("the checkpoint says %d, %v; want %d", mark.length, err, c.last)
			}
			mustAppend(t, j, "a", c.last, record(9))
			if name == "between erasure and removal" && filesWith(t, c.dir, record(3).Payload) != 0 {
				t.Error("the erased payload is still in a file after the restart")
			}
		})
	}
	// Whatever was acknowledged in a moment must not be missing later.
	copyInto(t, filepath.Join(before, "checkpoints"), filepath.Join(between, "checkpoints"))
	refused(t, before, "the store has 2 entries, and the checkpoint says that 5 were acknowledged")
}

// copyInto replaces a folder by another's content.
func copyInto(t *testing.T, to, from string) {
	t.Helper()
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// TestFailedWrites makes each step of an append fail once. The caller is told
// that the outcome is uncertain; the next append says what it was.
func TestFailedWrites(t *testing.T) {
	broken := errors.New("the disk is broken")
	fail := func() error { return broken }
	for name, c := range map[string]struct {
		set     func(*testing.T, *hooks, *JetStream)
		written bool
	}{
		"nothing is written": {func(_ *testing.T, h *hooks, _ *JetStream) { h.on(beforePublish, fail) }, false},
		"the answer is lost": {func(_ *testing.T, h *hooks, _ *JetStream) { h.on(afterPublish, fail) }, true},
		"the checkpoint fails": {func(t *testing.T, _ *hooks, j *JetStream) {
			// A folder in the way of the temporary file.
			if err := os.Mkdir(j.marks.file("a")+".tmp", 0o700); err != nil {
				t.Fatal(err)
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			j, h := openHooked(t, t.TempDir())
			mustAppend(t, j, "a", 0, record(1))
			mustAppend(t, j, "b", 0, record(1))
			c.set(t, h, j)
			if _, err := j.Append(t.Context(), "a", 1, records(2, 3)); !errors.Is(err, ErrUncertain) {
				t.Fatalf("append: %v; want that it is uncertain", err)
			}
			h.on(beforePublish, nil)
			h.on(afterPublish, nil)
			os.Remove(j.marks.file("a") + ".tmp")
			_, err := j.Append(t.Context(), "a", 1, records(4, 4))
			var moved *MovedError
			switch {
			case c.written && (!errors.As(err, &moved) || moved.Last != 3):
				t.Fatalf("next append: %v; want that the history ends at 3", err)
			case !c.written && err != nil:
				t.Fatalf("next append: %v", err)
			}
			if c.written {
				wantTold(t, told(t, j, "a", 1), line0(2, 2), line0(3, 3))
				mustAppend(t, j, "a", 3, record(4))
				wantTold(t, told(t, j, "a", 3), line0(4, 4))
			} else {
				wantTold(t, told(t, j, "a", 1), line0(2, 4))
			}
			mustAppend(t, j, "b", 1, record(2))
		})
	}
}

// TestFailedReopen keeps the store from being reopened after a failed write:
// the journal refuses, and serves again once it can.
func TestFailedReopen(t *testing.T) {
	broken := errors.New("the disk is broken")
	j, h := openHooked(t, t.TempDir())
	mustAppend(t, j, "a", 0, record(1))
	h.on(beforePublish, func() error { return broken })
	h.on(beforeReopen, func() error { return broken })
	for n := range 3 {
		_, err := j.Append(t.Context(), "a", 1, records(2, 2))
		if !errors.Is(err, broken) || errors.Is(err, ErrUncertain) != (n == 0) {
			t.Fatalf("append %d: %v", n, err)
		}
	}
	if err := j.Replay(t.Context(), "a", 0, nil); !errors.Is(err, broken) {
		t.Fatalf("replay: %v", err)
	}
	h.on(beforePublish, nil)
	h.on(beforeReopen, nil)
	mustAppend(t, j, "a", 1, record(2))
}

// TestStall blocks the store within a write. Callers get away when their time
// is over; the history is used by nobody until it is known where it ends.
func TestStall(t *testing.T) {
	j, h := openHooked(t, t.TempDir())
	mustAppend(t, j, "a", 0, record(1))
	for _, m := range []moment{beforePublish, afterPublish} {
		t.Run(string(m), func(t *testing.T) {
			last, err := j.Last(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			release := make(chan struct{})
			h.on(m, func() error { <-release; return nil })
			short := func(f func(context.Context) error) error {
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				return f(ctx)
			}
			err = short(func(ctx context.Context) error {
				_, err := j.Append(ctx, "a", last, records(2, 2))
				return err
			})
			if !errors.Is(err, ErrUncertain) || !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("append on a stalled disk: %v", err)
			}
			err = short(func(ctx context.Context) error {
				_, err := j.Append(ctx, "a", last, records(3, 3))
				return err
			})
			if errors.Is(err, ErrUncertain) || !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("a second append on a stalled disk: %v; want that it was not begun", err)
			}
			err = short(func(ctx context.Context) error { return j.Replay(ctx, "a", 0, nil) })
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("replay on a stalled disk: %v", err)
			}
			h.on(m, nil)
			close(release)
			_, err = j.Append(t.Context(), "a", last, records(4, 4))
			var moved *MovedError
			if !errors.As(err, &moved) || moved.Last != last+1 {
				t.Fatalf("append after the stall: %v; want that the first one was written", err)
			}
			wantTold(t, told(t, j, "a", last), line0(int(last)+1, 2))
		})
	}
}

// TestOddRead lets a running store tell less than was acknowledged: once, which
// a look at the disk sets right, and for good, after which nothing is served.
func TestOddRead(t *testing.T) {
	j, h := openHooked(t, t.TempDir())
	mustAppend(t, j, "a", 0, record(1))
	mustAppend(t, j, "a", 1, record(2))
	replay := func() error {
		return j.Replay(t.Context(), "a", 0, func(uint64, string, time.Time, []byte) error { return nil })
	}
	var damaged *DamagedError
	h.miss(1)
	if err := replay(); !errors.As(err, &damaged) {
		t.Fatalf("less is told than was acknowledged: %v", err)
	}
	wantTold(t, told(t, j, "a", 0), line0(1, 1), line0(2, 2))
	mustAppend(t, j, "a", 2, record(3))
	h.miss(2)
	for n := range 3 { // the first read, the one after reopening, and nothing any more
		if err := replay(); !errors.As(err, &damaged) {
			t.Fatalf("replay %d: %v", n, err)
		}
	}
	if _, err := j.Append(t.Context(), "a", 3, records(4, 4)); !errors.As(err, &damaged) {
		t.Fatalf("a damaged journal is written: %v", err)
	}
	if _, err := j.Summits(t.Context()); !errors.As(err, &damaged) {
		t.Fatalf("a damaged journal is served: %v", err)
	}
}
