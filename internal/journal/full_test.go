//go:build linux

package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestFullDisk fills the disk under a journal, and then makes room again. A
// child process does it: on a small file system of its own, in a mount
// namespace, and under a limit on the size of files. The second needs no
// permission, so that it is always done; the first where the kernel lets this
// user mount.
func TestFullDisk(t *testing.T) {
	t.Run("file size limit", func(t *testing.T) {
		fullDisk(t, "file size limit", nil)
	})
	t.Run("full file system", func(t *testing.T) {
		attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		if os.Geteuid() != 0 {
			attr.Cloneflags |= syscall.CLONE_NEWUSER
			attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
			attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
		}
		if err := (&exec.Cmd{Path: "/bin/true", SysProcAttr: attr}).Run(); errors.Is(err, syscall.EPERM) {
			t.Logf("this user may not mount a small file system (%v): the file size limit stands for it", err)
			return
		}
		fullDisk(t, "full file system", attr)
	})
}

func fullDisk(t *testing.T, helper string, attr *syscall.SysProcAttr) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = helperEnv(helper, t.TempDir())
	cmd.SysProcAttr = attr
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// fullFileSystem mounts a file system of 12 MB and fills it.
func fullFileSystem(dir string) error {
	if err := unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=12m"); err != nil {
		return fmt.Errorf("mounting a small file system: %w", err)
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 10<<20), 0o600); err != nil {
		return err
	}
	return fillAndFree(filepath.Join(dir, "journal"), func() error { return os.Remove(ballast) })
}

// fileSizeLimit lets no file grow beyond 1 MB.
func fileSizeLimit(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		return err
	}
	low := before
	low.Cur = 1 << 20
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &low); err != nil {
		return err
	}
	return fillAndFree(filepath.Join(dir, "journal"), func() error {
		return unix.Setrlimit(unix.RLIMIT_FSIZE, &before)
	})
}

// fillAndFree appends until the disk is full, demands a timely refusal, makes
// room, goes on, and demands that nothing acknowledged is lost or doubled.
func fillAndFree(dir string, free func() error) error {
	ctx := context.Background()
	j, err := OpenJetStream(ctx, dir, Options{Log: quiet})
	if err != nil {
		return err
	}
	defer j.Close()
	big := func(n uint64) []Record {
		r := record(int(n))
		r.Payload = append(fmt.Appendf(nil, "%d ", n), bytes.Repeat([]byte("x"), 60<<10)...)
		return []Record{r}
	}
	try := func(after uint64) (time.Duration, error) {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		began := time.Now()
		_, err := j.Append(ctx, "a", after, big(after+1))
		return time.Since(began), err
	}
	var last uint64
	var took time.Duration
	for err == nil {
		if took, err = try(last); err == nil {
			last++
		}
		if last > 1000 {
			return fmt.Errorf("the disk does not become full")
		}
	}
	fmt.Printf("full after %d entries: refused after %v: %v\n", last, took.Round(time.Millisecond), err)
	if !errors.Is(err, ErrUncertain) || took > 3*time.Second {
		return fmt.Errorf("the refusal is late, or not said to be uncertain")
	}
	for range 3 {
		took, err = try(last)
		fmt.Printf("still full: refused after %v: %v\n", took.Round(time.Millisecond), err)
		if err == nil || took > 3*time.Second {
			return fmt.Errorf("an append on a full disk: %v after %v", err, took)
		}
		var moved *MovedError
		if errors.As(err, &moved) {
			last = moved.Last
		}
	}
	if err := free(); err != nil {
		return err
	}
	for goal := last + 20; last < goal; {
		took, err = try(last)
		var moved *MovedError
		switch {
		case err == nil:
			last++
		case errors.As(err, &moved):
			last = moved.Last
		default:
			return fmt.Errorf("with room again, an append is refused after %v: %w", took, err)
		}
	}
	return checkCount(ctx, j, last)
}

// checkCount demands entries 1 to last, each with the payload it was given.
func checkCount(ctx context.Context, j Journal, last uint64) error {
	var n uint64
	err := j.Replay(ctx, "a", 0, func(seq uint64, _ string, _ time.Time, payload []byte) error {
		n++
		if seq != n || !bytes.HasPrefix(payload, fmt.Appendf(nil, "%d ", seq)) {
			return fmt.Errorf("entry %d of the replay is number %d with %.20q", n, seq, payload)
		}
		return nil
	})
	if err == nil && n != last {
		err = fmt.Errorf("%d entries are told, and the history ends at %d", n, last)
	}
	return err
}

// acknowledge appends to a journal, and says on standard output what is
// acknowledged, each with one write.
func acknowledge(dir string) error {
	ctx := context.Background()
	j, err := OpenJetStream(ctx, dir, Options{Log: quiet})
	if err != nil {
		return err
	}
	defer j.Close()
	for n := range uint64(40) {
		r := record(int(n))
		r.Payload = bytes.Repeat([]byte("x"), 200)
		if n >= 4 {
			r.Payload = bytes.Repeat([]byte("x"), MaxPayload) // so that a second block file begins
		}
		if _, err := j.Append(ctx, "a", n, []Record{r}); err != nil {
			return err
		}
		if _, err := os.Stdout.Write(fmt.Appendf(nil, "ACKNOWLEDGED %d\n", n+1)); err != nil {
			return err
		}
	}
	return nil
}
