package web

import (
	"crypto/rand"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"liqa/internal/access"
	"liqa/internal/summit"
)

// How many tests there may be. Each sends a few megabits for some seconds.
const (
	testsAtOnce    = 16 // all together
	testsHere      = 8  // of one address, which may be a whole delegation's
	testsOfSeat    = 2  // one over UDP, and one that only asks whether TCP gets through
	testsPerMinute = 12 // of one seat, begun
	testKept       = time.Minute
)

// lineTests are the tests that run, and those whose result is still awaited.
type lineTests struct {
	mu    sync.Mutex
	named map[string]*lineTest
	pace  map[place]*rate.Limiter
}

type lineTest struct {
	Line
	of     access.Caller
	device string
	from   netip.Prefix
	begun  time.Time
	ended  bool
}

func newLineTests() *lineTests {
	return &lineTests{named: map[string]*lineTest{}, pace: map[place]*rate.Limiter{}}
}

// begin reserves a test's place, or says why there is none.
func (all *lineTests) begin(who access.Caller, device string, from netip.Addr, now time.Time) (name, refusal string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	running, here, mine := 0, 0, 0
	for n, one := range all.named {
		switch {
		case one.ended && now.Sub(one.begun) > testKept:
			delete(all.named, n)
		case one.ended:
		default:
			running++
			if one.from == network(from) {
				here++
			}
			if one.of.Summit == who.Summit && one.of.Seat == who.Seat {
				mine++
			}
		}
	}
	seat := place{who.Summit, who.Seat}
	if all.pace[seat] == nil {
		all.pace[seat] = rate.NewLimiter(rate.Every(time.Minute/testsPerMinute), 6)
	}
	switch {
	case mine >= testsOfSeat, !all.pace[seat].AllowN(now, 1):
		return "", "too-many-tests"
	case running >= testsAtOnce, here >= testsHere:
		return "", "tests-busy"
	}
	name = strings.ToLower(rand.Text())
	all.named[name] = &lineTest{of: who, device: device, from: network(from), begun: now}
	return name, ""
}

// run gives a reserved place its test, until it has ended.
func (all *lineTests) run(name string, line Line) {
	all.mu.Lock()
	all.named[name].Line = line
	all.mu.Unlock()
	go func() {
		<-line.Done()
		all.mu.Lock()
		defer all.mu.Unlock()
		if one := all.named[name]; one != nil {
			one.ended = true
		}
	}()
}

func (all *lineTests) drop(name string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(all.named, name)
}

// find gives a test to the seat that began it.
func (all *lineTests) find(name string, who access.Caller) (Line, bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	one := all.named[name]
	if one == nil || one.Line == nil || one.of.Summit != who.Summit || one.of.Seat != who.Seat {
		return nil, false
	}
	return one.Line, true
}

// close ends the tests for which over says so.
func (all *lineTests) close(over func(*lineTest) bool) {
	all.mu.Lock()
	var ended []Line
	for _, one := range all.named {
		if one.Line != nil && !one.ended && over(one) {
			ended = append(ended, one.Line)
		}
	}
	all.mu.Unlock()
	for _, line := range ended {
		line.Close()
	}
}

// sweepTests ends the tests of who may no longer test, and forgets what was found
// out of a summit that has ended.
func (s *Server) sweepTests(state summit.State) {
	s.tests.close(func(one *lineTest) bool {
		return one.of.Summit == state.ID && !tests(state, one.of, one.device)
	})
	if state.Phase == summit.Ended && s.GreenRoom != nil {
		if err := s.GreenRoom.Forget(state.ID); err != nil {
			s.log.Error("the results of the green room could not be removed", "summit", string(state.ID), "error", err)
		}
	}
}
