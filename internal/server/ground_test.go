//go:build linux

package server

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"liqa/internal/config"
)

// What a child process that is this test program again is to do instead of
// running tests, and with which folder.
const (
	roleVariable   = "LIQA_SERVER_ROLE"
	folderVariable = "LIQA_SERVER_FOLDER"
	groundVariable = "LIQA_SERVER_GROUND"
)

var roles = map[string]func(folder string) error{"ground": holdGround, "server": serveHere, "crowd": gatherCrowd}

// takesItsTime leaves a test of more than some seconds out of the everyday
// `make check`. `make test` has them all.
func takesItsTime(t *testing.T) {
	if testing.Short() {
		t.Skip("make test waits for it")
	}
}

// atItsLeisure is for a test that mostly waits, for something that happens at a
// server of its own: it runs beside another such.
func atItsLeisure(t *testing.T) { t.Parallel() }

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := roles[role](os.Getenv(folderVariable)); err != nil {
		fmt.Fprintln(os.Stderr, role+":", err)
		os.Exit(1)
	}
}

// again is this test program in another role. It dies with its parent.
func again(role, folder string, more ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), roleVariable+"="+role, folderVariable+"="+folder), more...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// address is where a server in another process is found.
type address struct {
	URL   string
	Admin string
	Fault string `json:",omitempty"` // why what was asked has not been done
}

// loopbackOnly is the configuration of a server that one machine attends.
func loopbackOnly(folder string) config.Config {
	c := config.Default()
	c.Data = filepath.Join(folder, "data")
	c.Listen = config.Listen{HTTPS: "127.0.0.1:0", HTTP: "127.0.0.1:0"}
	c.Media.UDP, c.Media.TCP, c.Media.Addresses = "127.0.0.1:0", "127.0.0.1:0", []string{"127.0.0.1"}
	c.Limits.CallsPerSecond, c.Limits.CallsAtOnce, c.Limits.GuessesPerMinute = 10_000, 10_000, 10_000
	c.Limits.SeatMessagesPerSecond, c.Limits.SeatSessionsPerMinute, c.Limits.SeatActsPerMinute = 10_000, 10_000, 10_000
	c.Limits.FullAtCPU, c.Limits.FullAtLag, c.Limits.FullAtUnsent = 0, 0, 0 // the machine may be busy with other things
	return c
}

// serveHere is the server's process: it says where it is, and serves until its
// standard input ends.
func serveHere(folder string) error {
	signal.Ignore(syscall.SIGXFSZ) // a write beyond the limit is an error, not the end
	if err := unix.Prctl(unix.PR_SET_PTRACER, uintptr(unix.PR_SET_PTRACER_ANY), 0, 0, 0); err != nil && !errors.Is(err, unix.EINVAL) {
		return err
	}
	s, err := Start(patient(), Options{Config: loopbackOnly(folder), Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		return errors.Join(err, json.NewEncoder(os.Stdout).Encode(address{Fault: err.Error()}))
	}
	if err := json.NewEncoder(os.Stdout).Encode(address{URL: s.LocalURL(), Admin: s.Admin()}); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, s.Close())
}

// ground is what a server stands on: a process that has a small disk of its
// own in a mount namespace where this user may mount, keeps it while servers
// come and go, and fills, frees, stalls and mends it.
type ground struct {
	tb      testing.TB
	folder  string
	mounted bool
	cmd     *exec.Cmd
	ask     io.WriteCloser
	answers *json.Decoder
}

// newGround puts the disk at a folder within data: "journal" or "record". Kind
// is "tmpfs", a disk that can be full, or "ext4", one that can be frozen.
func newGround(tb testing.TB, kind, at string) *ground {
	tb.Helper()
	g := &ground{tb: tb, folder: tb.TempDir()}
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	for _, a := range []*syscall.SysProcAttr{attr, {Pdeathsig: syscall.SIGKILL}} {
		if g.mounted = a.Cloneflags != 0; !g.mounted {
			kind = ""
		}
		err := g.begin(a, kind+":"+at)
		if err == nil {
			return g
		}
		tb.Logf("no disk of its own: %v", err)
	}
	tb.Fatal("the ground cannot be held")
	return nil
}

func (g *ground) begin(attr *syscall.SysProcAttr, what string) error {
	cmd := again("ground", g.folder, groundVariable+"="+what)
	cmd.SysProcAttr = attr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	g.cmd, g.ask, g.answers = cmd, in, json.NewDecoder(out)
	var ready address
	if err := g.answers.Decode(&ready); err != nil || ready.Fault != "" {
		in.Close()
		return errors.Join(err, errors.New(ready.Fault), cmd.Wait())
	}
	g.tb.Cleanup(func() {
		in.Close()
		_ = cmd.Wait() // it has said on standard error what went wrong
	})
	return nil
}

// do has the ground do something, and fails the test when it has not.
func (g *ground) do(word string) address {
	g.tb.Helper()
	a := g.try(word)
	if a.Fault != "" {
		g.tb.Fatalf("%s: %s", word, a.Fault)
	}
	return a
}

func (g *ground) try(word string) (a address) {
	g.tb.Helper()
	if _, err := fmt.Fprintln(g.ask, word); err != nil {
		g.tb.Fatal(err)
	}
	if err := g.answers.Decode(&a); err != nil {
		g.tb.Fatalf("%s: the ground has gone: %v", word, err)
	}
	return a
}

// log is what the servers have logged.
func (g *ground) log() string {
	text, err := os.ReadFile(filepath.Join(g.folder, "log"))
	if err != nil {
		g.tb.Fatal(err)
	}
	return string(text)
}

// holdGround is the ground's process. It mends the disk before it ends, so
// that nothing hangs on it, and its mounts end with it.
func holdGround(folder string) error {
	h := &holder{folder: folder}
	tell := json.NewEncoder(os.Stdout)
	err := h.prepare(os.Getenv(groundVariable))
	if err := errors.Join(tell.Encode(fault(address{}, err)), err); err != nil {
		return err
	}
	words := map[string]func() (address, error){
		"start": h.start, "kill": h.kill, "fill": h.fill, "free": h.free, "stall": h.stall, "mend": h.mend,
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		a, err := words[lines.Text()]()
		if err := tell.Encode(fault(a, err)); err != nil {
			break
		}
	}
	_, freeing := h.mend()
	_, killing := h.kill()
	return errors.Join(freeing, killing)
}

func fault(a address, err error) address {
	if err != nil {
		a.Fault = err.Error()
	}
	return a
}

// start starts the server, and says where it is.
func (h *holder) start() (a address, err error) {
	log, err := os.OpenFile(filepath.Join(h.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return a, err
	}
	cmd := again("server", h.folder)
	cmd.Stderr = struct{ io.Writer }{log} // by a pipe: a limit of the server's is none of the log's
	if h.in, err = cmd.StdinPipe(); err != nil {
		return a, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return a, err
	}
	if err := cmd.Start(); err != nil {
		return a, err
	}
	h.server = cmd
	if err := json.NewDecoder(out).Decode(&a); err != nil || a.Fault != "" {
		_, killing := h.kill()
		return a, errors.Join(err, killing)
	}
	return a, nil
}

// kill ends the server without a word. What hangs on a stalled disk cannot
// end, so that the disk is mended then.
func (h *holder) kill() (a address, err error) {
	if h.server == nil {
		return a, nil
	}
	err = h.server.Process.Kill()
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	_, mending := h.mend()
	_ = h.server.Wait() // killed
	h.server = nil
	return a, errors.Join(err, mending)
}
