package strain

import (
	"bytes"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// used is processor time at a moment.
type used struct {
	at   time.Time
	time time.Duration
}

func measureCPU() used {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return used{}
	}
	return used{time.Now(), time.Duration(r.Utime.Nano() + r.Stime.Nano())}
}

// processors is how many the process may use: Go asks the machine, and the
// limits of the container.
func processors() float64 { return float64(runtime.GOMAXPROCS(0)) }

// resident is this process's memory in bytes; 0 where the system does not say.
func resident() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	return number(string(fields[1])) * uint64(os.Getpagesize())
}

// memory is how much the process may use: the least of what Go has been told
// (GOMEMLIMIT), the container's limit, and the machine's memory; 0 when not known.
func memory() uint64 {
	most := uint64(math.MaxUint64)
	if told := debug.SetMemoryLimit(-1); told != math.MaxInt64 {
		most = uint64(told)
	}
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n := number(strings.TrimSpace(string(text))); n > 0 { // "max" is no number
			most = min(most, n)
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
				if n := number(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB"))); n > 0 {
					most = min(most, n<<10)
				}
				break
			}
		}
	}
	if most == math.MaxUint64 {
		return 0
	}
	return most
}

// descriptors is how many the process may open; 0 when not known.
func descriptors() uint64 {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil {
		return 0
	}
	return uint64(l.Cur)
}

// opened is how many descriptors are open. A directory of thousands is read
// without looking at what each is.
func opened() int {
	d, err := os.Open("/proc/self/fd")
	if err != nil {
		return 0
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return 0
	}
	return len(names) - 1 // its own
}

// unsent counts the datagrams that found the system's buffers full.
func unsent() uint64 {
	text, err := os.ReadFile("/proc/self/net/snmp")
	if err != nil {
		return 0
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		rest, ok := strings.CutPrefix(line, "Udp: ")
		switch {
		case !ok:
		case names == nil:
			names = strings.Fields(rest)
		default:
			if i := slices.Index(names, "SndbufErrors"); i >= 0 && i < len(strings.Fields(rest)) {
				return number(strings.Fields(rest)[i])
			}
		}
	}
	return 0
}

func number(text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
