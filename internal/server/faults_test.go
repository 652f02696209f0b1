//go:build linux

package server

import (
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"liqa/internal/plan"
	"liqa/internal/player"
	"liqa/internal/switchboard"
)

// More real faults, each an alarm for as long as it lasts: press whose lines
// lose, a browser without the picture's codec, a server near its limit, and
// something that still flows to the press when nothing may.
func TestFaultsOfThePressAndTheServerAreAlarmsAndEnd(t *testing.T) {
	takesItsTime(t)
	s := start(t, loopbackOnly(t.TempDir()))
	h := convened(t, address{URL: s.LocalURL(), Admin: s.Admin()}, []byte(strings.Replace(watchedSummit, "coverage: closed", "coverage: open", 1)))
	var lost atomic.Int64
	good := h.pool
	pool := func(c player.Config) *player.Player {
		p, err := player.New(c)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	lossyPool := pool(player.Config{Unreliable: true, Socket: func() (net.PacketConn, error) {
		socket, err := net.ListenUDP("udp4", &net.UDPAddr{})
		return &lossy{socket, &lost}, err
	}})
	officer := h.enter(nil, "officer")
	officer.listen()
	a, b, reporter := h.enter(officer, "principal-a"), h.enter(officer, "principal-b"), h.enter(officer, "reporter")
	h.enter(officer, "technician").listen()
	officer.act("start-item", map[string]any{"item": "talks"})
	a.send(h.pool, "a-principal")
	b.send(h.pool, "b-principal")
	a.listen()
	h.pool = lossyPool
	reporter.listen()
	h.pool = good
	b.listen()
	officer.act("give-floor", map[string]any{"seat": "principal-a"})
	awaits(t, s, h.id, "at first")

	lost.Store(250)
	h.pool = pool(player.Config{Codecs: []string{"audio/opus", "video/VP9"}})
	b.listen() // in another browser, in place of the first
	h.pool = good
	files := useDescriptors(t, s)
	awaits(t, s, h.id, "while things are wrong", "no-codec/principal-b", "press-loss", "strained")

	lost.Store(0)
	b.listen()
	files.free()
	awaits(t, s, h.id, "when all has been mended")

	officer.act("set-coverage", map[string]any{"coverage": "closed"})
	press := keyOf(h.id, plan.SeatReceiver("reporter"))
	s.walls.board.Allow(press, switchboard.Slots{switchboard.SlotID(plan.Original1): {
		Sources: []switchboard.SourceID{sourceOf(h.id, plan.Source{Kind: plan.Microphone, Seat: "principal-a"})}}})
	awaits(t, s, h.id, "while the press hears what it may not", "not-clear")
	s.walls.board.Allow(press, nil)
	awaits(t, s, h.id, "when the press hears nothing")
}

// descriptors are open files that bring the process near its limit.
type descriptors []*os.File

func (all descriptors) free() {
	for _, f := range all {
		f.Close()
	}
}

// useDescriptors opens files until the server is near a limit that is a little
// above what it has open. The limit is artificially small, the files are real.
func useDescriptors(t *testing.T, s *Server) (all descriptors) {
	t.Helper()
	var most syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &most); err != nil {
		t.Fatal(err)
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	limits := loopbackOnly(t.TempDir()).Limits
	limits.FullAtDescriptors = float64(2*len(open)+100) / float64(most.Cur)
	s.strain.Limit(fullAt(limits))
	for range len(open) + 80 { // beyond 85 % of it, and not to it
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		all = append(all, f)
	}
	return all
}
