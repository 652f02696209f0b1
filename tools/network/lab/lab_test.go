//go:build linux

package lab

import (
	"errors"
	"net"
	"net/netip"
	"os/exec"
	"testing"
	"time"
)

// joined makes two places and a wire between them, or says why the test is
// not run here.
func joined(t *testing.T) *Wire {
	t.Helper()
	if err := Permitted(); errors.Is(err, ErrNotPermitted) {
		t.Skipf("not run: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	for _, tool := range []string{"ip", "tc", "nft"} {
		if _, err := exec.LookPath(tool); err != nil && testing.Short() {
			t.Skipf("%s is missing, which make test installs", tool)
		} else if err != nil {
			t.Fatalf("%s is missing: tools/need network installs it", tool)
		}
	}
	near, err := NewPlace("near")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(near.Close)
	far, err := NewPlace("far")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(far.Close)
	w, err := Connect(near, far, "wire0", netip.MustParsePrefix("10.77.0.1/24"), netip.MustParsePrefix("10.77.0.2/24"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

const echoPort = ":7777"

// echo sends back what comes to the near end.
func echo(t *testing.T, w *Wire) {
	t.Helper()
	c, err := w.A.Place.ListenUDP(w.A.Address.Addr().String() + echoPort)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = c.WriteTo(buf[:n], from)
		}
	}()
}

func caller(t *testing.T, w *Wire) net.Conn {
	t.Helper()
	c, err := w.B.Place.Dial(t.Context(), "udp4", w.A.Address.Addr().String()+echoPort)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// answered sends so many packets of 1,000 bytes, a pause between each, and
// counts those that come back before nothing has come for a while.
func answered(t *testing.T, c net.Conn, n int, pause time.Duration) int {
	t.Helper()
	go func() {
		for range n {
			_, _ = c.Write(make([]byte, 1000))
			time.Sleep(pause)
		}
	}()
	buf := make([]byte, 1500)
	for back := 0; ; back++ {
		_ = c.SetReadDeadline(time.Now().Add(time.Second + pause))
		if _, err := c.Read(buf); err != nil {
			return back
		}
	}
}

func TestWireDelays(t *testing.T) {
	w := joined(t)
	echo(t, w)
	c := caller(t, w)
	w.Delay(80*time.Millisecond, 0)
	began := time.Now()
	if answered(t, c, 1, 0) != 1 {
		t.Fatal("a wire that loses nothing has lost a packet")
	}
	// answered waits a second for more.
	if took := time.Since(began) - time.Second; took < 80*time.Millisecond {
		t.Errorf("there and back took %v, less than the wire's delay", took)
	}
}

func TestLossIsAsAsked(t *testing.T) {
	w := joined(t)
	echo(t, w)
	c := caller(t, w)
	if err := w.B.Lose(0.2); err != nil {
		t.Fatal(err)
	}
	const n = 4000
	got := answered(t, c, n, 100*time.Microsecond)
	// 20 % ± five standard deviations.
	if lost := n - got; lost < n*17/100 || lost > n*24/100 {
		t.Errorf("%d of %d lost, not a fifth", lost, n)
	}
	if err := w.B.Lose(0); err != nil {
		t.Fatal(err)
	}
	if got := answered(t, c, 100, time.Millisecond); got != 100 {
		t.Errorf("without loss, %d of 100 came back", got)
	}
}

func TestRateIsLimited(t *testing.T) {
	w := joined(t)
	echo(t, w)
	c := caller(t, w)
	if err := w.A.Limit(400); err != nil {
		t.Fatal(err)
	}
	// 400 kbytes at once, through 50 kbytes a second and a queue of 20. A busy
	// machine sends them more slowly, and more of them pass.
	began := time.Now()
	got := answered(t, c, 400, time.Millisecond)
	took := time.Since(began).Seconds()
	if most := 40 + 50*took; got < 20 || float64(got) > most {
		t.Errorf("%d packets of 1,000 bytes passed in %.1f s, at 400 kbit/s; at most %.0f could", got, took, most)
	}
	if err := w.A.Limit(0); err != nil {
		t.Fatal(err)
	}
	if got := answered(t, c, 100, time.Millisecond); got != 100 {
		t.Errorf("without a limit, %d of 100 came back", got)
	}
}

func TestCutAndMove(t *testing.T) {
	w := joined(t)
	echo(t, w)
	w.Cut(true)
	if answered(t, caller(t, w), 3, time.Millisecond) != 0 {
		t.Error("something came through a wire that was cut")
	}
	w.Cut(false)
	if err := w.B.Move(netip.MustParsePrefix("10.77.0.3/24")); err != nil {
		t.Fatal(err)
	}
	c := caller(t, w)
	if answered(t, c, 3, time.Millisecond) != 3 {
		t.Error("nothing comes back to the new address")
	}
	if from := c.LocalAddr().(*net.UDPAddr).IP.String(); from != "10.77.0.3" {
		t.Errorf("it sends from %s", from)
	}
}

func TestRouterForgets(t *testing.T) {
	w := joined(t)
	w.B.Translate()
	server, err := w.A.Place.ListenUDP(w.A.Address.Addr().String() + echoPort)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	c := caller(t, w)
	seen := func() net.Addr {
		if _, err := c.Write([]byte("here")); err != nil {
			t.Fatal(err)
		}
		_ = server.SetReadDeadline(time.Now().Add(5 * time.Second))
		_, from, err := server.ReadFrom(make([]byte, 10))
		if err != nil {
			t.Fatal(err)
		}
		return from
	}
	reaches := func(to net.Addr) bool {
		if _, err := server.WriteTo([]byte("there"), to); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		_, err := c.Read(make([]byte, 10))
		return err == nil
	}
	first := seen()
	if !reaches(first) {
		t.Fatal("the answer does not find its way back")
	}
	w.B.Forget()
	if reaches(first) {
		t.Error("the router still knows what it has forgotten")
	}
	second := seen()
	if first.String() == second.String() {
		t.Error("the router gives the same port again")
	}
	if !reaches(second) {
		t.Error("the new way does not lead back")
	}
}

// A process that was started in a place ends with it.
func TestNothingIsLeftBehind(t *testing.T) {
	w := joined(t)
	cmd := exec.Command("sleep", "1000")
	if err := w.A.Place.Start(cmd); err != nil {
		t.Fatal(err)
	}
	w.Close()
	w.A.Place.Close()
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it ended by itself")
		}
	case <-time.After(10 * time.Second):
		t.Error("it goes on without its place")
		_ = cmd.Process.Kill()
	}
}

// What a router between two wires passes on is lost there as asked, too.
func TestRouterForwards(t *testing.T) {
	w := joined(t)
	room, err := NewPlace("room")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(room.Close)
	up, err := Connect(room, w.A.Place, "uplink0", netip.MustParsePrefix("10.76.0.1/24"), netip.MustParsePrefix("10.76.0.2/24"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(up.Close)
	if err := w.A.Place.Forward(); err != nil {
		t.Fatal(err)
	}
	echo(t, up)
	c, err := w.B.Place.Dial(t.Context(), "udp4", up.A.Address.Addr().String()+echoPort)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := answered(t, c, 10, time.Millisecond); got != 10 {
		t.Errorf("%d of 10 came back through the router", got)
	}
	if err := w.A.Lose(1); err != nil {
		t.Fatal(err)
	}
	if got := answered(t, c, 10, time.Millisecond); got != 0 {
		t.Errorf("%d of 10 came back of what the router was to lose", got)
	}
}
