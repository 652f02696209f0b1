//go:build linux

package server

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"liqa/internal/attendee"
	"liqa/internal/player"
	"liqa/internal/summit"
	"liqa/internal/view"
	"liqa/internal/wall"
)

// booth is how a booth stands, as a seat is shown it.
func booth(v view.View, id summit.BoothID) view.Booth {
	i := slices.IndexFunc(v.Booths, func(b view.Booth) bool { return b.ID == id })
	if i < 0 {
		return view.Booth{}
	}
	return v.Booths[i]
}

// Both partners are live: the last one is heard, both are shown it, and when
// they go the other is heard again without the original in between.
func TestBothPartnersLive(t *testing.T) {
	m := interpretedSummit(t, "override", "principal-a", "principal-b", "interpreter-1", "interpreter-2", "interpreter-5")
	one, two := m.at["interpreter-1"], m.at["interpreter-2"]
	m.at["principal-b"].says('B', nil)
	one.says('1', nil)
	two.says('2', nil)
	m.at["interpreter-5"].says('5', nil)
	m.floor("principal-b")
	channel := m.at["principal-a"].listens("channel")["channel"]
	one.act("go-on-air", into("ru"))
	channel.of(t, '1')
	begun := channel.now()
	two.act("go-on-air", into("ru"))
	channel.of(t, '2')
	for _, g := range []*guest{one, two, m.officer} {
		g.until("both live", func(v view.View) bool {
			b := booth(v, "main")
			return b.OnAir == "interpreter-2" && b.Also == "interpreter-1"
		})
	}
	two.act("go-off-air", nil)
	channel.of(t, '1')
	if heard := script(channel.whole(t, begun, watch(t))); strings.ContainsAny(heard, "B?") || strings.Count(strings.ReplaceAll(heard, ".", ""), "21") != 1 {
		t.Errorf("the partner was not heard again at once, but: %s", heard)
	}
	// Another booth that takes the channel silences this one.
	m.at["interpreter-5"].act("go-on-air", into("ru"))
	channel.of(t, '5')
	one.until("off air", func(v view.View) bool { return booth(v, "main").OnAir == "" && booth(v, "main").Also == "" })
}

// Where channels are locked, neither partner nor other booth gets in beside who
// is on air, but by taking the partner's microphone over.
func TestInterlock(t *testing.T) {
	m := interpretedSummit(t, "interlock", "principal-a", "principal-b", "interpreter-1", "interpreter-2", "interpreter-5")
	one, two := m.at["interpreter-1"], m.at["interpreter-2"]
	one.says('1', nil)
	two.says('2', nil)
	m.at["principal-b"].says('B', nil)
	m.floor("principal-b")
	channel := m.at["principal-a"].listens("channel")["channel"]
	one.act("go-on-air", into("ru"))
	channel.of(t, '1')
	begun := channel.now()
	two.refused("booth-busy", "go-on-air", into("ru"))
	m.at["interpreter-5"].refused("channel-busy", "go-on-air", into("ru"))
	two.until("the light", func(v view.View) bool { return booth(v, "main").OnAir == "interpreter-1" })
	if b := booth(two.View(), "main"); b.Also != "" || slices.Contains(b.MayGoOnAir, "ru") || !slices.Contains(b.MayTakeOver, "ru") {
		t.Errorf("the partner is shown %+v", b)
	}
	two.act("go-on-air", map[string]any{"into": "ru", "takeOver": true})
	channel.of(t, '2')
	if heard := script(channel.whole(t, begun, watch(t))); strings.ContainsAny(heard, "B5?") {
		t.Errorf("others than the booth were heard: %s", heard)
	}
	one.until("off air", func(v view.View) bool { b := booth(v, "main"); return b.OnAir == "interpreter-2" && b.Also == "" })
}

// A cough is silence on the channel's own clock, and the original stays away;
// with all of the booth's microphones off it is there again by itself. The
// recording of the channel has no gap.
func TestCoughAndAllMicrophonesOff(t *testing.T) {
	atItsLeisure(t)
	m := interpretedSummit(t, "interlock", "principal-a", "principal-b", "interpreter-1")
	still := watch(t)
	one := m.at["interpreter-1"]
	m.at["principal-b"].says('B', nil)
	one.says('1', nil)
	m.floor("principal-b")
	slots := m.at["principal-a"].listens("channel", "original-1")
	channel := slots["channel"]
	one.act("go-on-air", into("ru"))
	channel.of(t, '1')
	begun := channel.now()
	one.act("cough", map[string]any{"on": true})
	channel.of(t, nobody)
	m.at["principal-a"].carried("ru", "silence")
	for from := channel.now(); channel.now() < from+100; time.Sleep(10 * time.Millisecond) {
		slots["original-1"].of(t, 'B') // the floor itself goes on, low under the channel
	}
	one.act("cough", map[string]any{"on": false})
	channel.of(t, '1')
	heard := script(channel.whole(t, begun, still))
	if strings.ContainsAny(heard, "B?") || strings.Count(heard, ".") < 100 {
		t.Errorf("during the cough there was: %s", heard)
	}
	one.act("go-off-air", nil)
	channel.of(t, 'B')
	m.at["principal-a"].carried("ru", "original")
	whole := channel.whole(t, begun, still)
	m.officer.act("end-item", nil)
	m.officer.act("end-summit", nil)
	m.recorded(t, "channel-ru", whole)
}

// On air and no packets: an alarm, the original to the listeners, and the
// interpreter again when their sound is back. Who goes off air and on again in
// between, or is turned by the floor, is still not heard of, and so is the original.
func TestStalledChannel(t *testing.T) {
	atItsLeisure(t)
	takesItsTime(t)
	m := interpretedSummit(t, "interlock", "principal-a", "principal-b", "delegate-a", "delegate-b", "interpreter-1")
	still := watch(t)
	one := m.at["interpreter-1"]
	m.at["principal-a"].says('A', nil)
	m.at["principal-b"].says('B', nil)
	sent := one.says('1', nil)
	m.floor("principal-b")
	russian, chinese := m.at["delegate-a"].listens("channel")["channel"], m.at["delegate-b"].listens("channel")["channel"]
	one.act("go-on-air", into("ru"))
	russian.of(t, '1')
	still.late()
	sent.Play(0, nothing{})
	russian.of(t, 'B')
	took := betweenVoices(russian, '1', 'B')
	late := still.late()
	t.Logf("the original was back %v after the last of the booth (the machine was %v late)", took.Round(time.Millisecond), late)
	if took > 5*time.Second+10*late || took < 2*time.Second {
		t.Errorf("the original was back after %v, not within 5 s", took)
	}
	if got := stands(t, m.server, m.id); !slices.ContainsFunc(got, func(a wall.Alarm) bool { return what(a) == "channel-silent/interpreter-1/ru" }) {
		t.Errorf("the technician has the alarms %+v", got)
	}
	one.until("stalled", func(v view.View) bool { return booth(v, "main").Stalled })

	one.act("go-off-air", nil)
	one.act("go-on-air", into("ru"))
	for from := russian.now(); russian.now() < from+75; time.Sleep(10 * time.Millisecond) {
	}
	russian.of(t, 'B')
	m.floor("principal-a") // turns the booth
	one.until("stalled on the other channel", func(v view.View) bool { b := booth(v, "main"); return b.Into == "zh" && b.Stalled })
	chinese.of(t, 'A')

	sent.Play(0, &voice{of: '1', n: 10_000})
	chinese.of(t, '1')
	awaits(t, m.server, m.id, "when the booth sounds again")
}

// betweenVoices is how long it was from the last packet of one to the first of another.
func betweenVoices(h *hearing, one, next byte) time.Duration {
	var last time.Time
	for _, w := range h.words() {
		switch {
		case w.of == one:
			last = w.at
		case w.of == next && !last.IsZero():
			return w.at.Sub(last)
		}
	}
	return 0
}

// A booth's network goes, its media and its live connection; the original comes
// to the listeners. The booth comes back, its microphone open, and is on air
// only when its interpreter says so.
func TestABoothThatLosesItsNetworkComesBackOffAir(t *testing.T) {
	atItsLeisure(t)
	takesItsTime(t)
	m := interpretedSummit(t, "interlock", "principal-a", "principal-b", "interpreter-2")
	m.at["principal-b"].says('B', nil)
	m.floor("principal-b")
	channel := m.at["principal-a"].listens("channel")["channel"]
	var wire brokenWire
	one := m.enterBy(wire.client(), "interpreter-1")
	cable := &player.Cable{}
	one.says('1', cable)
	one.act("go-on-air", into("ru"))
	channel.of(t, '1')

	cable.Cut(true)
	wire.dead.Store(true)
	channel.of(t, 'B')
	t.Logf("the original was back after %v", betweenVoices(channel, '1', 'B').Round(time.Millisecond))
	m.at["interpreter-2"].until("that nobody is on air", func(v view.View) bool { return booth(v, "main").OnAir == "" })
	cable.Cut(false)
	wire.dead.Store(false)
	if err := one.Again(t.Context(), m.house.at.URL); err != nil {
		t.Fatal(err)
	}
	one.says('1', nil)
	m.officer.until("the booth's microphone", func(v view.View) bool {
		return slices.ContainsFunc(v.Seats, func(x view.Seat) bool { return x.ID == "interpreter-1" && len(x.Sends) > 0 })
	})
	from := channel.now()
	for channel.now() < from+100 {
		time.Sleep(10 * time.Millisecond)
	}
	words := channel.words()
	if heard := script(words[len(words)-90:]); strings.ContainsAny(heard, "1.?") || booth(one.View(), "main").OnAir != "" {
		t.Errorf("the booth is on air again by itself: %s", heard)
	}
	one.act("go-on-air", into("ru"))
	channel.of(t, '1')
}

// enterBy takes a seat over a network of its own.
func (m *interpreted) enterBy(client *http.Client, seat summit.SeatID) *guest {
	m.tb.Helper()
	a, err := attendee.Redeem(m.tb.Context(), m.link[seat], attendee.Options{Client: client})
	if err != nil {
		m.tb.Fatal(err)
	}
	m.tb.Cleanup(func() { _ = a.Close() })
	g := &guest{a, m.house}
	g.act("arrive", nil)
	m.officer.act("admit", map[string]any{"seat": seat})
	g.until("connected", func(v view.View) bool { return v.Me.Connects })
	return g
}

// brokenWire is a network whose connections stay open when it is cut, and say
// nothing.
type brokenWire struct{ dead atomic.Bool }

func (w *brokenWire) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, to)
		return &cutConn{c, w}, err
	}}}
}

// cutConn is a connection over a network that may be cut: then what is written
// goes nowhere, and what was read is lost.
type cutConn struct {
	net.Conn
	of *brokenWire
}

func (c *cutConn) Write(b []byte) (int, error) {
	if c.of.dead.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *cutConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err != nil || !c.of.dead.Load() {
			return n, err
		}
	}
}
