// Command powercut shows that the journal loses nothing that it acknowledged
// when the power is cut.
//
// A virtual machine runs Debian's kernel, an ext4 file system and a program
// that appends to a journal and says, over a serial line, what was
// acknowledged. Its disk is a server in this process that keeps what it is
// given in a volatile cache until it is told to flush. At a random moment the
// power is cut: the machine is killed, and what was not flushed is lost, all of
// it or any part of its sectors. The machine is started again on what is left,
// and must tell every acknowledged entry, with its payload, and no erased one.
//
// Two controls show that a loss would be seen: a disk that says it has flushed
// and has not, and a journal that does not sync.
//
//	go run ./tools/powercut            # 5 cuts and both controls
//	go run ./tools/powercut -cuts 50 -seed 7
//
// It needs qemu-system-x86, e2fsprogs and apt; the kernel is downloaded with
// apt, and not installed. It is a test, and no part of the server.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

func main() {
	cuts := flag.Int("cuts", 5, "how often the power is cut")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the random moments")
	cache := flag.String("cache", "", "where the kernel is kept between runs (default: the user's cache folder)")
	accel := flag.String("accel", "tcg", "QEMU's accelerator; kvm is faster where it works")
	flag.Parse()
	if err := run(context.Background(), *cuts, *seed, *cache, *accel); err != nil {
		fmt.Fprintln(os.Stderr, "powercut:", err)
		os.Exit(1)
	}
}

// run does the cuts and the controls.
func run(ctx context.Context, cuts int, seed uint64, cache, accel string) error {
	if err := missing(); err != nil {
		return err
	}
	if cache == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		cache = filepath.Join(base, "liqa-powercut")
	}
	work, err := os.MkdirTemp("", "powercut-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	k, err := findKernel(ctx, cache)
	if err != nil {
		return err
	}
	empty, err := fileSystem(ctx, work)
	if err != nil {
		return err
	}
	synced, err := build(ctx, k, accel, filepath.Join(work, "synced"), "")
	if err != nil {
		return err
	}
	unsynced, err := build(ctx, k, accel, filepath.Join(work, "unsynced"), "-X liqa/internal/journal.syncMode=never")
	if err != nil {
		return err
	}
	fmt.Printf("seed %d\n", seed)
	random := rand.New(rand.NewPCG(seed, seed))

	if err := cutRepeatedly(ctx, synced, newDisk(empty), cuts, random); err != nil {
		return fmt.Errorf("the journal: %w", err)
	}
	liar := newDisk(empty)
	liar.lies = true
	if err := control(ctx, "a disk that lies about flushing", synced, liar, random); err != nil {
		return err
	}
	return control(ctx, "a journal that does not sync", unsynced, newDisk(empty), random)
}

// fileSystem returns an empty ext4 file system.
func fileSystem(ctx context.Context, work string) ([]byte, error) {
	image := filepath.Join(work, "empty.img")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		return nil, err
	}
	if err := os.Truncate(image, 192<<20); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, "mkfs.ext4", "-q", "-F", image).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mkfs.ext4: %w\n%s", err, out)
	}
	return os.ReadFile(image)
}

// build compiles the guest, and returns a machine that runs it.
func build(ctx context.Context, k kernel, accel, work, linkerFlags string) (*machine, error) {
	if err := os.MkdirAll(work, 0o700); err != nil {
		return nil, err
	}
	guest := filepath.Join(work, "guest")
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags", "-s -w "+linkerFlags, "-o", guest, "liqa/tools/powercut/guest")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH=amd64", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the guest: %w\n%s", err, out)
	}
	archive, err := initramfs(guest, k.modules)
	if err != nil {
		return nil, err
	}
	m := &machine{k, filepath.Join(work, "initramfs"), accel, work}
	return m, os.WriteFile(m.initramfs, archive, 0o600)
}
