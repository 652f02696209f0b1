package journal

import (
	"bytes"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var quiet = slog.New(slog.DiscardHandler)

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	for n := range 5 {
		j, err := OpenJetStream(t.Context(), dir, Options{Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		if last, err := j.Last(t.Context(), "a"); last != uint64(n) || err != nil {
			t.Fatalf("after %d reopenings the history ends at %d, %v", n, last, err)
		}
		mustAppend(t, j, "a", uint64(n), record(n))
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOneProcess(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, Options{Log: quiet})
	if second, err := OpenJetStream(t.Context(), dir, Options{Log: quiet}); err == nil {
		second.Close()
		t.Fatal("two journals are open in one folder")
	} else if !strings.Contains(err.Error(), "another server is using the journal") {
		t.Fatal(err)
	}
	mustAppend(t, j, "a", 0, record(1))
}

// TestErasedIsGone looks for an erased payload in every file.
func TestErasedIsGone(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, Options{Log: quiet})
	secret := Record{"item-closed", noon, []byte("the name of the hotel")}
	mustAppend(t, j, "a", 0, record(1), secret, record(3))
	mustAppend(t, j, "a", 3, secret)
	if n := filesWith(t, dir, secret.Payload); n == 0 {
		t.Fatal("the payload is in no file even before it is erased: the test looks in the wrong place")
	}
	for _, seq := range []uint64{2, 4} {
		if err := j.Erase(t.Context(), "a", seq); err != nil {
			t.Fatal(err)
		}
	}
	if n := filesWith(t, dir, secret.Payload); n != 0 {
		t.Fatalf("the erased payload is still in %d files", n)
	}
	if n := filesWith(t, dir, record(3).Payload); n == 0 {
		t.Fatal("what was not erased is gone")
	}
}

// filesWith counts the files below dir that contain text.
func filesWith(t *testing.T, dir string, text []byte) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		// Within a payload in a JSON string, quotes have a backslash.
		if bytes.Contains(bytes.ReplaceAll(data, []byte(`\"`), []byte(`"`)), text) {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBlocks writes more than one block file holds, so that new ones begin.
func TestBlocks(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, Options{Log: quiet})
	big := record(1)
	big.Payload = bytes.Repeat([]byte("x"), MaxPayload)
	for n := range uint64(40) {
		mustAppend(t, j, "a", n, big)
	}
	blocks, err := filepath.Glob(filepath.Join(msgs(dir), "*.blk"))
	if err != nil || len(blocks) < 2 {
		t.Fatalf("%d block files, %v; want several", len(blocks), err)
	}
	killed := open(t, copyTree(t, dir), Options{Log: quiet})
	if lines := told(t, killed, "a", 0); len(lines) != 40 {
		t.Fatalf("%d entries after a kill, want 40", len(lines))
	}
}
