package preflight

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// One picture of a principal is about 1 Mbit/s; two of them, four channels and
// the program take some 2 GB an hour.
const (
	tooLittle = 1 << 30  // bytes: the journal may stop within minutes
	little    = 10 << 30 // bytes: about five hours
)

func checkDisk(dir string, m Machine) []Finding {
	made := missing(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return []Finding{failure("disk", "Choose another folder under data, or make this one and give it to the user that runs the server.",
			"The data folder %s cannot be made: %v.", dir, errors.Unwrap(err))}
	}
	defer func() {
		for _, d := range made {
			os.Remove(d) // a folder made only to be tried
		}
	}()
	took, err := tryDisk(dir)
	if err != nil {
		return []Finding{failure("disk", "Give the folder to the user that runs the server (chown), and see that its disk is neither full nor mounted read-only.",
			"Nothing can be kept in the data folder %s: %v.", dir, err)}
	}
	all := []Finding{good("disk", "The data folder %s keeps what is written (%v for one write to the disk).", dir, took.Round(100*time.Microsecond))}
	if took > 500*time.Millisecond {
		all[0] = doubt("disk", "Use a local disk; a network folder makes everybody wait.",
			"One write to the data folder %s takes %v. Whatever opens or admits waits for it.", dir, took.Round(time.Millisecond))
	}
	switch free, err := m.Space(dir); {
	case err != nil:
		all = append(all, doubt("disk", "See by hand that there is room.", "How much room is left in %s cannot be found: %v.", dir, err))
	case free < tooLittle:
		all = append(all, failure("disk", "Make room, or choose a folder on a larger disk under data.",
			"Only %s are left in %s. Neither the journal nor the recording would last through a meeting.", inWords(free), dir))
	case free < little:
		all = append(all, doubt("disk", "Make room, or choose a folder on a larger disk under data. An hour of two delegations takes about 2 GB.",
			"%s are left in %s.", inWords(free), dir))
	default:
		all = append(all, good("disk", "%s are left in %s.", inWords(free), dir))
	}
	return all
}

// missing lists the folders on the way to dir that do not exist, deepest first.
func missing(dir string) []string {
	var all []string
	for {
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			return all
		}
		all = append(all, dir)
		parent := filepath.Dir(dir)
		if parent == dir {
			return all
		}
		dir = parent
	}
}

// tryDisk writes a little as the journal does: to the disk, not to its cache.
func tryDisk(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return 0, reason(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	began := time.Now()
	if _, err := f.Write(make([]byte, 4096)); err != nil {
		return 0, reason(err)
	}
	if err := f.Sync(); err != nil {
		return 0, fmt.Errorf("what is written does not get to the disk (%w)", reason(err))
	}
	return time.Since(began), nil
}

// reason is the system's own word for an error, without the file's name.
func reason(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	return err
}

func inWords(bytes uint64) string {
	if bytes < 1<<30 {
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%d GB", bytes>>30)
}
