// Command guest is the only process of the machine whose power is cut. It
// mounts the disk, opens the journal on it, says what the journal tells, and
// then appends, and says what was acknowledged, until the power is gone.
//
// It is not a shell, and answers nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"liqa/internal/journal"
)

func main() {
	said, err := os.OpenFile("/dev/ttyS1", os.O_WRONLY, 0)
	if err == nil {
		err = run(&teller{file: said})
	} else if err = prepare(); err == nil {
		if said, err = os.OpenFile("/dev/ttyS1", os.O_WRONLY, 0); err == nil {
			err = run(&teller{file: said})
		}
	}
	fmt.Println("guest:", err)
	if said != nil {
		fmt.Fprintf(said, "END %s\n", strings.ReplaceAll(fmt.Sprint(err), "\n", "; "))
		unix.IoctlSetInt(int(said.Fd()), unix.TCSBRK, 1) // until the line has sent it
	}
	unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

// prepare makes /dev, loads the modules, and mounts the disk.
func prepare() error {
	if err := unix.Mount("dev", "/dev", "devtmpfs", 0, ""); err != nil {
		return fmt.Errorf("mounting /dev: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mounting /proc: %w", err)
	}
	modules, err := filepath.Glob("/modules/*.ko")
	if err != nil {
		return err
	}
	slices.Sort(modules)
	for _, name := range modules {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		if err := unix.FinitModule(int(f.Fd()), "", 0); err != nil && !errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("loading %s: %w", name, err)
		}
		f.Close()
	}
	for range 200 {
		if _, err = os.Stat("/dev/vda"); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := unix.Mount("/dev/vda", "/disk", "ext4", 0, ""); err != nil {
		return fmt.Errorf("mounting the disk: %w", err)
	}
	return nil
}

// teller says lines on the second serial port, each at once.
type teller struct {
	mu   sync.Mutex
	file *os.File
}

func (t *teller) say(format string, v ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.file, format+"\n", v...)
}

// run tells what is there, and then writes until the end.
func run(t *teller) error {
	ctx := context.Background()
	j, err := journal.OpenJetStream(ctx, "/disk/journal", journal.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.say("REFUSED %s", strings.ReplaceAll(err.Error(), "\n", "; "))
		return errors.New("the journal is not served")
	}
	defer j.Close()
	for _, summit := range summits {
		if err := tell(ctx, j, t, summit); err != nil {
			return err
		}
	}
	t.say("TOLD")
	ends := make(chan error)
	for _, summit := range summits {
		go func() { ends <- appendForever(ctx, j, t, summit) }()
	}
	return <-ends
}

// Two summits are written at the same time.
var summits = []string{"bilateral", "plenary"}

// payload is what entry seq of a summit is to say; long enough, sometimes, for
// several pages of the page cache.
func payload(summit string, seq uint64) string {
	return fmt.Sprintf("%s %d %s", summit, seq, strings.Repeat("x", int(seq*seq%9000)))
}

// tell says each entry that the journal tells, and whether it says what it
// should.
func tell(ctx context.Context, j journal.Journal, t *teller, summit string) error {
	var fault error
	err := j.Replay(ctx, summit, 0, func(seq uint64, _ string, _ time.Time, text []byte) error {
		switch {
		case text == nil:
			t.say("WITHHELD %s %d", summit, seq)
		case string(text) != payload(summit, seq):
			fault = fmt.Errorf("entry %d of summit %s says %.40q", seq, summit, text)
		}
		return fault
	})
	if err != nil {
		return err
	}
	last, err := j.Last(ctx, summit)
	if err == nil {
		t.say("LAST %s %d", summit, last)
	}
	return err
}

// appendForever appends one to three entries at a time, erases one now and
// then, and says each time what was acknowledged.
func appendForever(ctx context.Context, j journal.Journal, t *teller, summit string) error {
	last, err := j.Last(ctx, summit)
	for err == nil {
		var records []journal.Record
		for n := range last%3 + 1 {
			records = append(records, journal.Record{Kind: "entry", At: time.Now(), Payload: []byte(payload(summit, last+n+1))})
		}
		if last, err = j.Append(ctx, summit, last, records); err != nil {
			return err
		}
		t.say("ACKNOWLEDGED %s %d", summit, last)
		if last%11 == 0 {
			erased := last - last%5
			err = j.Erase(ctx, summit, erased)
			if errors.Is(err, journal.ErrNoEntry) { // one of the journal's own
				err = nil
				continue
			}
			if err == nil {
				t.say("ERASED %s %d", summit, erased)
				last, err = j.Last(ctx, summit)
			}
		}
	}
	return err
}
