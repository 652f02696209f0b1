package switchboard

import (
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkForward forwards one source to many receivers whose Output does
// nothing, each packet waited for, and reports packets per second of processor
// time and what one packet to one receiver costs.
func BenchmarkForward(b *testing.B) {
	for _, n := range []int{1, 100, 300, 600} {
		b.Run(fmt.Sprintf("receivers=%d", n), func(b *testing.B) {
			board := New(Config{})
			defer board.Close()
			src, outs := audience(b, board, n)
			raw := src.raw(make([]byte, 160), false)
			raw[16] = 0xf8
			now := time.Now()
			send := func(i int) {
				seq, ts := uint16(i), uint32(i)*960
				raw[2], raw[3] = byte(seq>>8), byte(seq)
				raw[4], raw[5], raw[6], raw[7] = byte(ts>>24), byte(ts>>16), byte(ts>>8), byte(ts)
				now = now.Add(20 * time.Millisecond)
				src.source.Write(raw, now)
			}
			send(0)
			send(1)
			last := &outs[n-1]
			i, before := 2, last.packets.Load()
			b.ReportAllocs()
			used := cpu()
			for b.Loop() {
				send(i)
				i++
				if i%8 == 0 { // let them catch up: nothing is dropped
					for k := range outs {
						outs[k].await(before + int64(i) - 3)
					}
				}
			}
			used = cpu() - used
			var total int64
			for k := range outs {
				total += outs[k].packets.Load()
			}
			b.ReportMetric(float64(total)/used.Seconds(), "packets/cpu-s")
			b.ReportMetric(float64(used.Nanoseconds())/float64(total), "cpu-ns/packet")
		})
	}
}

// audience adds n receivers of one microphone.
func audience(b *testing.B, board *Board, n int) (*sender, []null) {
	b.Helper()
	s := &stage{b, board}
	mic := s.microphone("m", "P")
	outs := make([]null, n)
	keys := map[Key]Slots{}
	for i := range outs {
		key := Key(fmt.Sprint("press/", i))
		keys[key] = only("channel", "m")
		if _, err := board.AddReceiver(key, []SlotSpec{soundSlot("channel", 0, 1)}, &outs[i]); err != nil {
			b.Fatal(err)
		}
	}
	board.AllowAll(keys)
	return mic, outs
}

// BenchmarkDelay sends one packet every 30 ms to 100 receivers whose Output
// costs 10 µs a packet, and reports how long after it came in a packet had gone
// out: to the middle one of all, and to the last but one in a hundred. At rest
// there is nothing else, and both processors sleep before each packet; at half
// load 13 other microphones of as many receivers, one after the other, take half
// of what two processors have: a packet costs 14 µs there with all about it.
func BenchmarkDelay(b *testing.B) {
	b.Run("rest", func(b *testing.B) { delay(b, 0) })
	b.Run("half-load", func(b *testing.B) { delay(b, 13) })
}

func delay(b *testing.B, others int) {
	board := New(Config{})
	defer board.Close()
	mic, outs := stamped(b, board, "measured")
	var beside []*sender
	for i := range others {
		m, _ := stamped(b, board, fmt.Sprint("other", i))
		beside = append(beside, m)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	defer func() { close(stop); <-stopped }()
	go func() {
		defer close(stopped)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			if n := i % 20; n < len(beside) {
				beside[n].sound()
			}
		}
	}()
	var delays []time.Duration
	mic.sound()
	for b.Loop() {
		time.Sleep(20 * time.Millisecond)
		begin := time.Now()
		mic.sound()
		time.Sleep(10 * time.Millisecond)
		for i := range outs {
			if d := time.Duration(outs[i].last.Load() - begin.UnixNano()); d > 0 {
				delays = append(delays, d)
			}
		}
	}
	slices.Sort(delays)
	b.ReportMetric(float64(delays[len(delays)/2].Microseconds()), "µs-p50")
	b.ReportMetric(float64(delays[len(delays)*99/100].Microseconds()), "µs-p99")
}

// stamped adds a microphone and 100 receivers of it, whose Output takes 10 µs.
func stamped(b *testing.B, board *Board, name string) (*sender, []stamp) {
	b.Helper()
	mic := (&stage{b, board}).microphone(SourceID(name), Origin(name))
	outs := make([]stamp, 100)
	for i := range outs {
		outs[i].cost = 10 * time.Microsecond
		if _, err := board.AddReceiver(Key(name), []SlotSpec{soundSlot("channel", 0, 1)}, &outs[i]); err != nil {
			b.Fatal(err)
		}
	}
	board.Allow(Key(name), only("channel", name))
	return mic, outs
}

// stamp is an Output that takes as long as one that encrypts and sends, and
// notes when the last packet of a source left.
type stamp struct {
	cost time.Duration
	last atomic.Int64
}

func (o *stamp) WriteRTP(packets []Outgoing) {
	for i := range packets {
		for begin := time.Now(); time.Since(begin) < o.cost; {
		}
		if packets[i].Source != "" {
			o.last.Store(time.Now().UnixNano())
		}
	}
}

func (o *stamp) WriteRTCP([]byte) {}

// BenchmarkCutPress closes 1,000 press seats, each with a right of its own,
// while two speakers and a picture go on at half the load of two processors,
// and reports when the last packet of theirs left after the command, and when
// the command returned (every slate written). Each packet costs its Output
// 10 µs, as encrypting and sending do, or nothing.
func BenchmarkCutPress(b *testing.B) {
	for _, cost := range []time.Duration{0, 10 * time.Microsecond} {
		b.Run(fmt.Sprintf("output=%v", cost), func(b *testing.B) { cutPress(b, 1000, cost) })
	}
}

func cutPress(b *testing.B, seats int, cost time.Duration) {
	board := New(Config{})
	defer board.Close()
	s := &stage{b, board}
	var senders []*sender
	for _, o := range []Origin{"1", "2"} {
		senders = append(senders, s.microphone("m"+SourceID(o), o), s.camera("c"+SourceID(o), o, H264))
	}
	outs := make([]stamp, seats)
	open, closed := map[Key]Slots{}, map[Key]Slots{}
	for i := range outs {
		outs[i].cost = cost
		key := Key(fmt.Sprint("press/", i))
		open[key] = Slots{
			"original-1": set("m1"), "picture-1": set("c1"), "original-2": set("m2"), "picture-2": set("c2"),
		}
		closed[key] = nil
		if _, err := board.AddReceiver(key, []SlotSpec{
			soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2),
			soundSlot("original-2", 2, 3), pictureSlot("picture-2", 2, 4),
		}, &outs[i]); err != nil {
			b.Fatal(err)
		}
	}
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(40 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			for _, m := range senders {
				if m.source.spec.Kind == Audio {
					m.sound()
				} else if m == senders[1] || i%25 == 0 {
					m.frame(i%5 == 0)
				}
			}
		}
	}()
	var last, returned, worst time.Duration
	for b.Loop() {
		b.StopTimer()
		board.AllowAll(open)
		time.Sleep(300 * time.Millisecond)
		b.StartTimer()
		begin := time.Now()
		if c := board.CutAll(closed); !c.Clear() {
			b.Fatalf("not clear: %+v", c)
		}
		returned += time.Since(begin)
		b.StopTimer()
		time.Sleep(100 * time.Millisecond)
		var after time.Duration
		for i := range outs {
			after = max(after, time.Duration(outs[i].last.Load()-begin.UnixNano()))
		}
		last += after
		worst = max(worst, after)
		if n := board.Receiving("press/"); n != 0 {
			b.Fatalf("%d press seats receiving", n)
		}
		b.StartTimer()
	}
	b.ReportMetric(last.Seconds()*1e3/float64(b.N), "ms-to-last-packet")
	b.ReportMetric(worst.Seconds()*1e3, "ms-to-last-packet-worst")
	b.ReportMetric(returned.Seconds()*1e3/float64(b.N), "ms-to-return")
	close(stop)
	<-stopped
}

// BenchmarkListener reports what a listener costs in memory: one with the six
// slots of a press seat, idle, and with sound and a picture of 100 packets a
// second, as of 1 Mbit/s, in two of them for some seconds, so that all that is
// remembered of a slot is.
func BenchmarkListener(b *testing.B) {
	for _, busy := range []bool{false, true} {
		b.Run(fmt.Sprintf("busy=%v", busy), func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(float64(listenerMemory(b, 1000, busy))/1024, "KiB/listener")
			}
		})
	}
}

func listenerMemory(b *testing.B, listeners int, busy bool) uint64 {
	board := New(Config{})
	defer board.Close()
	s := &stage{b, board}
	mic, cam := s.microphone("m", "P"), s.camera("c", "P", H264)
	before := heap()
	outs := make([]null, listeners)
	keys := map[Key]Slots{}
	for i := range outs {
		key := Key(fmt.Sprint("press/", i))
		if _, err := board.AddReceiver(key, []SlotSpec{
			soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2), soundSlot("original-2", 2, 3),
			pictureSlot("picture-2", 2, 4), soundSlot("channel", 0, 5), pictureSlot("sign", 0, 6),
		}, &outs[i]); err != nil {
			b.Fatal(err)
		}
		keys[key] = only("original-1", "m", "picture-1", "c")
	}
	if busy {
		board.AllowAll(keys)
		cam.frame(true)
		for range 150 {
			mic.sound()
			cam.frame(false)
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(100 * time.Millisecond)
	}
	defer runtime.KeepAlive(outs)
	return (heap() - before) / uint64(listeners)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // the pools as well
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
