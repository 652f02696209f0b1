//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// holder is the state of the ground's process.
type holder struct {
	folder string
	kind   string // "tmpfs", "ext4", or "" where nothing can be mounted
	disk   string // where it is mounted
	server *exec.Cmd
	in     io.WriteCloser
	frozen *os.File
	tracer *exec.Cmd
}

// diskSize is that of a small disk.
const diskSize = 24 << 20

// prepare mounts the disk.
func (h *holder) prepare(what string) error {
	kind, at, _ := strings.Cut(what, ":")
	h.kind, h.disk = kind, filepath.Join(h.folder, "data", at)
	if err := os.MkdirAll(h.disk, 0o700); err != nil || kind == "" {
		return err
	}
	if err := unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	if kind == "tmpfs" {
		return unix.Mount("none", h.disk, "tmpfs", 0, fmt.Sprintf("size=%d", diskSize))
	}
	image := filepath.Join(h.folder, "disk")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		return err
	}
	if err := os.Truncate(image, 4*diskSize); err != nil {
		return err
	}
	for _, words := range [][]string{{"mkfs.ext4", "-q", "-F", image}, {"mount", "-o", "loop", image, h.disk}} {
		if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", words[0], err, out)
		}
	}
	return nil
}

func (h *holder) ballast() string { return filepath.Join(h.disk, "ballast") }

// fill fills the disk to its last byte; where there is none of its own, the
// server may not make any file longer.
func (h *holder) fill() (a address, err error) {
	if h.kind == "" {
		return a, h.limit(1)
	}
	file, err := os.Create(h.ballast())
	if err != nil {
		return a, err
	}
	for block := make([]byte, 64<<10); len(block) > 0; {
		if _, err = file.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	if !errors.Is(err, unix.ENOSPC) {
		return a, errors.Join(err, file.Close())
	}
	return a, file.Close()
}

// free makes room again.
func (h *holder) free() (a address, err error) {
	if h.kind == "" {
		return a, h.limit(unix.RLIM_INFINITY)
	}
	return a, os.Remove(h.ballast())
}

func (h *holder) limit(bytes uint64) error {
	if h.server == nil {
		return nil // a new process has no limit
	}
	return unix.Prlimit(h.server.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}, nil)
}

// The requests that freeze and thaw a file system, see ioctl_fifreeze(2).
const (
	fiFreeze = 0xC0045877
	fiThaw   = 0xC0045878
)

// stall has every write to the disk wait, from now on. A file system of its
// own is frozen. Where none can be mounted, strace holds each of the server's
// writes to the journal's files up.
func (h *holder) stall() (a address, err error) {
	if h.kind == "" {
		return a, h.holdUp()
	}
	disk, err := os.Open(h.disk)
	if err != nil {
		return a, err
	}
	if err := unix.IoctlSetInt(int(disk.Fd()), fiFreeze, 0); err != nil {
		return a, errors.Join(err, disk.Close())
	}
	h.frozen = disk
	return a, nil
}

// holdUp attaches strace to the server.
func (h *holder) holdUp() error {
	words := []string{"-f", "-qq", "-o", "/dev/null", "-p", fmt.Sprint(h.server.Process.Pid),
		"-e", "inject=write,pwrite64,pwritev,ftruncate,fsync,fdatasync:delay_enter=60s"}
	err := filepath.WalkDir(h.disk, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			words = append(words, "-P", path)
		}
		return err
	})
	if err != nil {
		return err
	}
	h.tracer = exec.Command("strace", words...)
	h.tracer.Stderr = os.Stderr
	if err := h.tracer.Start(); err != nil {
		return err
	}
	return h.traced()
}

// traced waits until every thread of the server is being traced.
func (h *holder) traced() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", h.server.Process.Pid))
		if err != nil {
			return err
		}
		free := 0
		for _, task := range tasks {
			if text, err := os.ReadFile(task); err == nil && strings.Contains(string(text), "TracerPid:\t0") {
				free++
			}
		}
		if free == 0 {
			return nil
		}
	}
	return errors.New("strace could not be attached to the server")
}

// mend lets what waits for the disk go on.
func (h *holder) mend() (a address, err error) {
	if h.tracer != nil {
		err = h.tracer.Process.Signal(unix.SIGTERM)
		_ = h.tracer.Wait() // ended by a signal
		h.tracer = nil
	}
	if h.frozen != nil {
		err = errors.Join(err, unix.IoctlSetInt(int(h.frozen.Fd()), fiThaw, 0), h.frozen.Close())
		h.frozen = nil
	}
	return a, err
}
