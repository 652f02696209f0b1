package preflight

import (
	"fmt"
	"net/netip"
	"time"

	"liqa/internal/certificate"
	"liqa/internal/config"
)

// Weight says how bad a finding is.
type Weight int

const (
	Good    Weight = iota // it works
	Doubt                 // it works here, but perhaps not for everybody
	Failure               // it does not work
)

// Finding is one thing that was looked at.
type Finding struct {
	Weight Weight
	About  string // "port", "address", "clock", "disk", "certificate"
	Says   string // what was found
	Remedy string // what to do; "" when it is good
}

// Machine is what the checks ask of the machine, so that tests can provoke
// every answer.
type Machine struct {
	Now       func() time.Time
	Counted   func() time.Duration // the machine's own counting of time, which nobody sets
	Clock     func() ClockState
	Addresses func() []netip.Addr
	Space     func(dir string) (free uint64, err error)
}

// This is the machine that the program runs on.
func This() Machine {
	began := time.Now()
	return Machine{Now: time.Now, Counted: func() time.Duration { return time.Since(began) }, Clock: clockState, Addresses: certificate.InterfaceAddresses, Space: freeSpace}
}

// Check looks at everything. The findings are in the order in which they are
// best mended.
func Check(c config.Config, m Machine) []Finding {
	var all []Finding
	all = append(all, checkDisk(c.Data, m)...)
	all = append(all, checkClock(m)...)
	all = append(all, checkPorts(c)...)
	all = append(all, checkAddresses(c, m)...)
	all = append(all, checkCertificate(c, m)...)
	return all
}

// Failures counts what would not work.
func Failures(all []Finding) int {
	n := 0
	for _, f := range all {
		if f.Weight == Failure {
			n++
		}
	}
	return n
}

func good(about, format string, args ...any) Finding {
	return Finding{Good, about, fmt.Sprintf(format, args...), ""}
}

func doubt(about, remedy, format string, args ...any) Finding {
	return Finding{Doubt, about, fmt.Sprintf(format, args...), remedy}
}

func failure(about, remedy, format string, args ...any) Finding {
	return Finding{Failure, about, fmt.Sprintf(format, args...), remedy}
}
