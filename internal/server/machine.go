package server

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"liqa/internal/peer"
	"liqa/internal/wall"
)

// nearCPU is the share of all cores from which on the server is near its limit.
const nearCPU = 0.85

// load measures what this process takes of the machine.
type load struct {
	mu   sync.Mutex
	at   time.Time
	used time.Duration
	gone map[string]traffic // of each connection, as last seen
	in   uint64             // of those that are gone
	out  uint64
}

type traffic struct{ in, out uint64 }

// now is the machine as it is. The share of the processor is that since the
// last call; the packets are those of all connections.
func (l *load) now(all []peer.Figures) wall.Machine {
	l.mu.Lock()
	defer l.mu.Unlock()
	var m wall.Machine
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) == nil {
		now, used := time.Now(), time.Duration(r.Utime.Nano()+r.Stime.Nano())
		if passed := now.Sub(l.at); !l.at.IsZero() && passed > 0 {
			m.CPU = min(1, float64(used-l.used)/float64(passed)/float64(runtime.GOMAXPROCS(0)))
		}
		l.at, l.used = now, used
	}
	m.Memory = resident()
	m.In, m.Out = l.packets(all)
	if m.Near = m.CPU >= nearCPU; m.Near {
		m.Why = "cpu"
	}
	return m
}

// packets counts those of all connections that there have been, so that the
// count never falls.
func (l *load) packets(all []peer.Figures) (in, out uint64) {
	now := map[string]traffic{}
	for _, c := range all {
		t := traffic{}
		if c.Publishes {
			t.in = c.Packets
		} else {
			t.out = c.Packets
		}
		now[c.Session] = t
	}
	for session, t := range l.gone {
		if _, there := now[session]; !there {
			l.in, l.out = l.in+t.in, l.out+t.out
		}
	}
	l.gone = now
	in, out = l.in, l.out
	for _, t := range now {
		in, out = in+t.in, out+t.out
	}
	return in, out
}

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
	pages, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}
