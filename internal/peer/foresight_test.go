package peer

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"liqa/internal/player"
	"liqa/internal/switchboard"
)

// browser sends pictures, and answers a request for a packet that it has sent
// once within a round trip, as libwebrtc's RtpPacketHistory does.
type browser struct {
	trip time.Duration
	next uint16
	left map[uint16]time.Duration // when each packet left
	last map[uint16]time.Duration // when it left again
}

func (b *browser) asked(at time.Duration, seqs []uint16) {
	for _, seq := range seqs {
		if _, sent := b.left[seq]; !sent {
			continue
		}
		if last, again := b.last[seq]; again && at-last < b.trip {
			continue
		}
		b.last[seq] = at
	}
}

// What is asked for beforehand leaves a second time soon after the first, every
// packet of it and once only, at whatever pace the pictures come.
func TestWhatIsAskedForBeforehandLeavesTwice(t *testing.T) {
	for name, c := range map[string]struct {
		trip           time.Duration
		frames, packed int // frames a second, packets of a frame
	}{
		"small and slow":  {300 * time.Millisecond, 15, 4},
		"large and fast":  {300 * time.Millisecond, 30, 12},
		"one in a packet": {150 * time.Millisecond, 25, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := &browser{trip: c.trip, left: map[uint16]time.Duration{}, last: map[uint16]time.Duration{}, next: 65_000}
			random := rand.New(rand.NewPCG(1, 2))
			const step = time.Millisecond
			requests := map[time.Duration][]uint16{} // by when they arrive at the browser
			first, frame := b.next, time.Duration(0)
			came := map[time.Duration]uint16{} // the newest that has come by then
			highest := b.next - 1
			for at := time.Duration(0); at < 10*time.Second; at += step {
				if at >= frame {
					for range max(1, c.packed+random.IntN(c.packed+1)-c.packed/2) {
						b.left[b.next] = at
						came[at+c.trip/2] = b.next
						b.next++
					}
					frame += time.Second / time.Duration(c.frames)
				}
				if newest, any := came[at]; any {
					highest = newest
				}
				if at%foreseeEvery < step && at > 2*time.Second {
					pace := float64(uint16(b.next-first)) / at.Seconds()
					from, count := leaving(highest, pace, c.trip)
					for _, pair := range run(from, count) {
						requests[at+c.trip/2] = append(requests[at+c.trip/2], pair.PacketList()...)
					}
				}
				b.asked(at, requests[at])
			}
			late, missed, all := 0, 0, 0
			for seq, left := range b.left {
				if left < 3*time.Second || left > 9*time.Second {
					continue
				}
				all++
				switch again, any := b.last[seq]; {
				case !any:
					missed++
				case again-left > 150*time.Millisecond:
					late++
				}
			}
			if all < 100 || missed > all/50 || late > all/20 {
				t.Errorf("of %d packets %d left once only, and %d long after", all, missed, late)
			}
		})
	}
}

func TestForesightIsForLongWaysThatLoseForLong(t *testing.T) {
	var f foresight
	now := time.Now()
	after := func(seconds int, lost uint32, trip time.Duration) bool {
		for range seconds {
			now = now.Add(time.Second)
			f.judge(1000, 1000-lost, trip, now)
		}
		return f.on
	}
	const far, near = 300 * time.Millisecond, 30 * time.Millisecond
	for _, c := range []struct {
		what    string
		seconds int
		lost    uint32
		trip    time.Duration
		on      bool
	}{
		{"a good line", 20, 0, far, false},
		{"a short line that loses", 20, 100, near, false},
		{"a trip that is not known", 20, 100, 0, false},
		{"nothing again", 20, 0, far, false},
		{"a moment's loss", 2, 100, far, false},
		{"and nothing more", 15, 0, far, false},
		{"a long line that loses", 8, 50, far, true},
		{"less for a moment", 4, 10, far, true},
		{"no more", 20, 0, far, false},
		{"much on a long line", 8, 200, far, true},
		{"on one that has become short", 1, 200, near, false},
		{"nothing on it", 20, 0, near, false},
		{"much on a short line with a queue", 6, 200, far, false},
	} {
		if got := after(c.seconds, c.lost, c.trip); got != c.on {
			t.Errorf("%s: %v", c.what, got)
		}
	}
	if after(8, 100, far); f.answered(60, 130) || !f.on {
		t.Error("who answers once is taken for one who answers each time")
	}
	f.answered(60, 400)
	f.answered(60, 400)
	if !f.answered(60, 400) || after(20, 100, far) {
		t.Error("who answers each request is asked on and on")
	}
}

func TestARunOfPacketsIsNamedWhole(t *testing.T) {
	for count := range 120 {
		var got []uint16
		for _, pair := range run(65_500, count) {
			got = append(got, pair.PacketList()...)
		}
		if len(got) != count {
			t.Fatalf("%d named of %d", len(got), count)
		}
		for i, seq := range got {
			if seq != 65_500+uint16(i) {
				t.Fatalf("the %d. of %d is %d", i, count, seq)
			}
		}
	}
	if text, err := (&rtcp.TransportLayerNack{Nacks: run(1, foreseeMost)}).Marshal(); err != nil || len(text) > 100 {
		t.Errorf("the longest request has %d bytes: %v", len(text), err)
	}
}

// From the far end of a long way that loses, each packet of a picture comes twice,
// for as long as it loses; from one that loses nothing, once.
func TestPicturesComeTwiceOverALongWayThatLoses(t *testing.T) {
	t.Parallel()
	h := newHall(t, player.Config{})
	far, cable := h.bad(player.Config{})
	cable.Delay(150 * time.Millisecond)
	_, c := h.seat(far, "a", player.Track{MIME: webrtc.MimeTypeVP9, Clip: h.mark(webrtc.MimeTypeVP9, "far")})
	h.board.Allow("seat/l", switchboard.Slots{"picture-1": only("a/camera")})
	_, heard, _ := h.listen(h.pool, "seat/l", Plain, nil, nil)
	eventually(t, 30*time.Second, "the picture comes", func() bool { return heard.of("picture-1", "far") > 20 })
	p := c.side.(*publisher)
	again := func() uint64 { return p.feeds[0].layers[0].repaired.Load() }
	if p.ahead.Load() != 0 || again() > 20 {
		t.Errorf("of a line that loses nothing %d packets came twice", again())
	}
	cable.Lose(0, 0.1)
	eventually(t, 45*time.Second, "it is asked beforehand", func() bool { return p.ahead.Load() != 0 })
	before := again()
	packets := heard.of("picture-1", "far")
	eventually(t, 45*time.Second, "what comes comes twice", func() bool { return again() > before+300 })
	if once := heard.of("picture-1", "far") - packets; int(again()-before) < once/2 {
		t.Errorf("of about %d packets %d came twice", once, again()-before)
	}
	cable.Lose(0, 0)
	eventually(t, 45*time.Second, "it is asked beforehand no more", func() bool { return p.ahead.Load() == 0 })
}
