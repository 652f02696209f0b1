package switchboard

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// gatekeeper is an Output that knows whether it is open, and counts what comes
// while it is not.
type gatekeeper struct {
	closed atomic.Bool
	packets,
	trespasses atomic.Int64
}

func (g *gatekeeper) WriteRTP(packets []Outgoing) {
	for i := range packets {
		g.packets.Add(1)
		if packets[i].Source != "" && g.closed.Load() {
			g.trespasses.Add(1)
		}
	}
}

func (g *gatekeeper) WriteRTCP([]byte) {}

// On real threads: sources send without a pause, receivers ask for
// retransmissions, come and go, and rights change all the time. When a cut has
// returned nothing comes any more, until the next Allow begins.
func TestCutIsInForceWhenItReturns(t *testing.T) {
	b := New(Config{})
	defer b.Close()
	stop := make(chan struct{})
	var busy sync.WaitGroup
	var ids []SourceID
	for i := range 4 {
		id := SourceID(fmt.Sprint("s", i))
		ids = append(ids, id)
		src, err := b.AddSource(SourceSpec{ID: id, Origin: Origin(id), Kind: Audio, Codec: Opus, Upstream: new(upstream)})
		if err != nil {
			t.Fatal(err)
		}
		m := &sender{t: t, source: src}
		busy.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if m.sound(); i%8 == 0 {
					time.Sleep(100 * time.Microsecond)
				}
			}
		})
	}
	slots := []SlotSpec{soundSlot("one", 0, 1), soundSlot("two", 0, 2)}
	open := Slots{"one": set(ids...), "two": set(ids[:2]...)}

	const keys = 6
	var gates [keys]*gatekeeper
	for i := range keys {
		g := new(gatekeeper)
		gates[i] = g
		key := Key(fmt.Sprint("press/", i))
		r, err := b.AddReceiver(key, slots, g)
		if err != nil {
			t.Fatal(err)
		}
		busy.Go(func() { // asks for everything again
			for seq := uint16(0); ; seq += 7 {
				select {
				case <-stop:
					return
				default:
					r.Nack(1, []uint16{seq, seq + 1, seq + 2})
					runtime.Gosched()
				}
			}
		})
		busy.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				b.Allow(key, open)
				time.Sleep(2 * time.Millisecond)
				if n%3 == 0 {
					if c := b.Cut(key, nil); !c.Clear() {
						t.Errorf("not clear: %+v", c)
					}
				} else if c := b.Allow(key, nil); !c.Clear() {
					t.Errorf("not clear: %+v", c)
				}
				g.closed.Store(true)
				time.Sleep(500 * time.Microsecond)
				g.closed.Store(false)
			}
		})
	}
	busy.Go(func() { // others come and go
		for {
			select {
			case <-stop:
				return
			default:
			}
			r, err := b.AddReceiver("press/0", slots[:1], new(gatekeeper))
			if err != nil {
				t.Error(err)
				return
			}
			b.Survey()
			b.Receiving("press/")
			r.Close()
		}
	})
	time.Sleep(time.Second)
	close(stop)
	busy.Wait()
	for i, g := range gates {
		if g.packets.Load() == 0 {
			t.Errorf("press/%d has never got anything", i)
		}
		if n := g.trespasses.Load(); n != 0 {
			t.Errorf("press/%d: %d packets after a cut had returned", i, n)
		}
	}
}

// When all is closed no goroutine is left, whatever was going on.
func TestCloseLeavesNothingBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 3 {
		b := New(Config{})
		s := &stage{t, b}
		mic, cam := s.microphone("m", "P"), s.camera("c", "P", VP9)
		c := b.AddChannel("channel/ru")
		c.SetFeed(set("m"))
		stop := b.Tap("m", func(Packet) {})
		b.Tap("c", func(Packet) {})
		for i := range 20 {
			key := Key(fmt.Sprint("seat/", i))
			r, _ := s.receiver(key, soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2))
			b.Allow(key, only("original-1", "m", "picture-1", "c"))
			if i%2 == 0 {
				r.Close()
			}
		}
		for range 10 {
			mic.sound()
			cam.frame(true)
		}
		mic.source.Close()
		stop()
		b.Close()
		b.Close()
		mic.sound()
		if _, err := b.AddSource(SourceSpec{ID: "x", Kind: Audio, Codec: Opus}); err == nil {
			t.Error("a source was added after the end")
		}
		if _, err := b.AddReceiver("x", []SlotSpec{soundSlot("a", 0, 1)}, new(wire)); err == nil {
			t.Error("a receiver was added after the end")
		}
	}
	for range 100 { // they may still be on their last line
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
}

// Packets are shared by many and go back to the pool; nobody sees one change.
func TestSharedPacketsDoNotChange(t *testing.T) {
	b := New(Config{})
	defer b.Close()
	s := &stage{t, b}
	mic := s.microphone("m", "P")
	var wires []*wire
	for i := range 8 {
		key := Key(fmt.Sprint(i))
		b.Allow(key, only("channel", "m"))
		r, w := s.receiver(key, soundSlot("channel", 0, 1))
		wires = append(wires, w)
		defer r.Close()
	}
	var sent []byte
	for i := range 2000 {
		mic.mark = byte(i)
		sent = append(sent, mic.mark)
		mic.sound()
		if i%100 == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	time.Sleep(50 * time.Millisecond)
	for k, w := range wires {
		var got []byte
		for _, p := range w.all() {
			got = append(got, p.Payload[len(p.Payload)-1])
		}
		// What was dropped was dropped; the rest is in order and intact.
		i := 0
		for _, v := range got {
			for i < len(sent) && sent[i] != v {
				i++
			}
			if i == len(sent) {
				t.Fatalf("receiver %d has got something that was not sent in that order", k)
			}
			i++
		}
		if len(got) < 100 || slices.Equal(got, sent) && len(got) > len(sent) {
			t.Errorf("receiver %d has got %d packets", k, len(got))
		}
	}
}
