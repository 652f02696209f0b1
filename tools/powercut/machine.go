package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// machine is a virtual machine with one disk.
type machine struct {
	kernel    kernel
	initramfs string
	accel     string // QEMU's accelerator: tcg works everywhere, kvm is faster
	work      string // a folder for sockets and logs
}

// lifeLimit is how long a machine may live. Without hardware virtualisation a
// boot alone takes most of a minute on a busy computer.
const lifeLimit = 5 * time.Minute

// afterglow is how long a machine whose disk is off goes on, so that what it
// had said before reaches this process.
const afterglow = 300 * time.Millisecond

// run boots the machine on d, and gives each line that it says to hear. It
// ends when d's power is cut, or with an [offError] when the machine turns
// itself off.
func (m *machine) run(ctx context.Context, d *disk, hear func(line string)) error {
	ctx, cancel := context.WithTimeout(ctx, lifeLimit)
	defer cancel()
	socket := filepath.Join(m.work, "disk.sock")
	os.Remove(socket)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			if err := serveDisk(conn, d); err != nil && !d.isOff() {
				fmt.Fprintln(os.Stderr, "powercut: the disk:", err)
			}
		}
	}()
	log := filepath.Join(m.work, "kernel.log")
	cmd := exec.CommandContext(ctx, "qemu-system-x86_64",
		"-accel", m.accel, "-cpu", "max", "-m", "512", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-kernel", m.kernel.image, "-initrd", m.initramfs, "-append", "console=ttyS0 quiet panic=-1",
		"-serial", "file:"+log, "-serial", "stdio",
		"-drive", "if=virtio,format=raw,cache=none,file=nbd+unix:///?socket="+socket)
	said, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting the machine: %w", err)
	}
	over := make(chan struct{})
	go func() {
		defer cancel() // kills the machine
		select {
		case <-d.off:
			time.Sleep(afterglow)
		case <-over:
		}
	}()
	listen(said, hear)
	close(over)
	err = cmd.Wait()
	if !d.isOff() {
		kernelLog, _ := os.ReadFile(log)
		return &offError{fmt.Sprintf("%v, %s\n%s", err, complaints.String(), kernelLog)}
	}
	return nil
}

// offError says that a machine went off by itself, or had to be turned off.
type offError struct{ log string }

func (e *offError) Error() string { return "the machine went off without a power cut: " + e.log }

// listen gives whole lines to hear until they end; half a line is not said.
func listen(said io.Reader, hear func(string)) {
	lines := bufio.NewReader(said)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		hear(strings.TrimRight(line, "\r\n"))
	}
}
