package estimate

import (
	"fmt"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

func TestTheEstimateComesNearToWhatThePathCarries(t *testing.T) {
	for _, c := range []struct {
		rate, bucket float64
		layer        int
		wait         time.Duration
	}{
		{300_000, 0, 0, 300 * time.Millisecond},
		{300_000, 5_000, 0, 400 * time.Millisecond},
		{1_000_000, 0, 1, 150 * time.Millisecond},
		{1_000_000, 10_000, 1, 400 * time.Millisecond},
		{3_000_000, 0, 2, 100 * time.Millisecond},
		{3_000_000, 20_000, 2, 100 * time.Millisecond},
		{20_000_000, 0, 2, 50 * time.Millisecond},
	} {
		t.Run(fmt.Sprintf("%.0f kbit/s, bucket %.0f", c.rate/1000, c.bucket), func(t *testing.T) {
			r := newRoad(c.rate)
			r.bucket = c.bucket
			r.run(5 * time.Second)
			if c.layer == 2 && r.layer != 2 {
				t.Errorf("after 5 s the picture is layer %d at %d kbit/s\n%v", r.layer, r.path.Rate()/1000, r.changes)
			}
			_ = r.worst()
			right, padding := 0, r.padding
			for range 200 {
				r.run(100 * time.Millisecond)
				if r.layer == c.layer {
					right++
				}
			}
			if right < 150 {
				t.Errorf("layer %d in %d of 200 tenths of a second\n%v", c.layer, right, r.changes)
			}
			if w := r.worst(); w > c.wait {
				t.Errorf("sound waits %v in the queue\n%v", w, r.changes)
			} else {
				t.Logf("estimate %d kbit/s, sound waits %v (95 of 100), %d kbit/s of padding", r.path.Rate()/1000, w, (r.padding-padding)*8/20/1000)
			}
			if most := float64(r.padding-padding) * 8 / 20; most > 0.15*c.rate {
				t.Errorf("%.0f kbit/s of padding", most/1000)
			}
		})
	}
}

func TestFullQualityIsBackWithinFiveSecondsOfRecovery(t *testing.T) {
	for _, low := range []float64{150_000, 300_000, 1_000_000} {
		r := newRoad(3_000_000)
		r.run(8 * time.Second)
		if r.layer != 2 {
			t.Fatalf("layer %d to begin with\n%v", r.layer, r.changes)
		}
		for round := range 3 {
			r.become(low)
			r.changes = nil
			fell := r.now
			r.run(3 * time.Second)
			if r.layer == 2 {
				t.Errorf("at %.0f kbit/s, round %d: still in full after 3 s\n%v", low/1000, round, r.changes)
			}
			t.Logf("at %.0f kbit/s: %v after %v", low/1000, r.changes, fell)
			r.run(9 * time.Second)
			r.become(3_000_000)
			r.changes = nil
			began := r.now
			for r.layer != 2 && r.now-began < 20*time.Second {
				r.run(20 * time.Millisecond)
			}
			if took := r.now - began; took > 5*time.Second {
				t.Errorf("from %.0f kbit/s, round %d: full quality after %v\n%v", low/1000, round, took, r.changes)
			} else {
				t.Logf("from %.0f kbit/s: full quality after %v", low/1000, took)
			}
			r.run(5 * time.Second)
		}
	}
}

func TestLossOfARadioLinkIsNotTakenForAFullPath(t *testing.T) {
	for _, loss := range []float64{0.05, 0.10, 0.17} {
		r := newRoad(5_000_000)
		r.run(5 * time.Second)
		r.loss = loss
		r.run(12 * time.Second)
		full := 0
		for range 100 {
			r.run(100 * time.Millisecond)
			if r.layer == 2 {
				full++
			}
		}
		if full < 80 {
			t.Errorf("with %.0f %% of loss and room enough, full quality only %d of 100 tenths of a second\n%v", 100*loss, full, r.changes)
		}
	}
}

func TestAPolicerThatDropsWithoutAQueueIsFollowed(t *testing.T) {
	r := newRoad(3_000_000)
	r.run(5 * time.Second)
	r.rate, r.queue = 400_000, 3_000
	r.run(6 * time.Second)
	if r.layer != 0 {
		t.Errorf("layer %d, estimate %d kbit/s\n%v", r.layer, r.path.Rate()/1000, r.changes)
	}
}

func TestWithoutReportsNothingIsSaid(t *testing.T) {
	p := NewPath()
	for i := range 5000 {
		p.Sent(1000, time.Duration(i)*time.Millisecond)
	}
	if _, ever := p.Reported(); ever || p.Rate() != Start {
		t.Errorf("an estimate of %d out of nothing", p.Rate())
	}
}

// Where the smallest picture needs more than the first guess nothing would be
// sent that could be reported on: a probe of padding alone finds out.
func TestAPathIsProbedBeforeAnythingElseIsSent(t *testing.T) {
	r := newRoad(5_000_000)
	rate, lasting, ok := r.path.Probe(800_000, r.now)
	if !ok || rate < 800_000 || lasting > 200*time.Millisecond {
		t.Fatalf("probes at %d for %v: %v", rate, lasting, ok)
	}
	end := r.now + lasting
	for owed := 0.0; r.now < end+300*time.Millisecond; r.now += time.Millisecond {
		due := r.pending
		r.pending = nil
		for _, e := range due {
			if e.at > r.now {
				r.pending = append(r.pending, e)
				continue
			}
			e.do()
		}
		if r.now < end {
			for owed += float64(rate) / 8000; owed >= 300 && r.path.Padding(r.now) > 0; owed -= 300 {
				r.counted(300)
			}
		}
		if r.now/time.Millisecond%100 == 50 {
			r.report()
		}
	}
	if r.path.Rate() < 800_000 {
		t.Errorf("found %d", r.path.Rate())
	}
}

// A sender that a busy machine has kept waiting until the probe was over would
// never come to an end, since what it sends no longer counts.
func TestAProbeWhoseTimeIsOverTakesNoMorePadding(t *testing.T) {
	p := NewPath()
	_, lasting, ok := p.Probe(2*Start, time.Second)
	if !ok || p.Padding(time.Second) == 0 {
		t.Fatal("no probe")
	}
	if left := p.Padding(time.Second + lasting + time.Second); left != 0 {
		t.Errorf("%d bytes are still due after it", left)
	}
}

func TestReportsAloneGoDownWithLossAndUpAgain(t *testing.T) {
	var r Reports
	rate := r.Loss(0.01, 800_000)
	if rate != 0 {
		t.Errorf("%d although nothing is known", rate)
	}
	for range 10 {
		rate = r.Loss(0.3, 800_000)
	}
	if rate > 300_000 {
		t.Errorf("%d with a third lost", rate)
	}
	for range 20 {
		rate = r.Loss(0, 400_000)
	}
	if rate < 800_000 {
		t.Errorf("%d after twenty reports without loss", rate)
	}
}

func TestNumbersGoOnOverAChangeOfPath(t *testing.T) {
	p := NewPath()
	for i := range 10 {
		p.Sent(1000, time.Duration(i)*time.Millisecond)
	}
	p.Forget()
	if seq := p.Sent(1000, time.Second); seq != 10 || p.Rate() != Start {
		t.Errorf("goes on with number %d at %d", seq, p.Rate())
	}
}

func TestSendingAllocatesNothing(t *testing.T) {
	p := NewPath()
	now := time.Duration(0)
	if n := testing.AllocsPerRun(1000, func() { now += time.Millisecond; p.Sent(1000, now) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// FuzzFeedback takes any report for what was sent: nothing breaks, and the
// estimate stays between its limits.
func FuzzFeedback(f *testing.F) {
	r := newRoad(1_000_000)
	r.run(300 * time.Millisecond)
	for _, p := range r.heard.BuildFeedbackPacket() {
		b, err := p.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var report rtcp.TransportLayerCC
		if report.Unmarshal(b) != nil {
			return
		}
		p := NewPath()
		for i := range 100 {
			p.Sent(1000, time.Duration(i)*5*time.Millisecond)
		}
		for i := range 3 {
			p.Feedback(&report, time.Duration(600+100*i)*time.Millisecond)
			p.Probe(1_000_000, time.Duration(650+100*i)*time.Millisecond)
			if p.Rate() < Least || p.Rate() > Most {
				t.Fatalf("an estimate of %d", p.Rate())
			}
		}
	})
}

// A line that has become far too narrow is noticed within a second, although
// its queue is soon full and grows no more: what is late and lost as well is
// not the fault of a machine or a radio link.
func TestALineThatNarrowsIsNoticedAtOnce(t *testing.T) {
	for _, before := range []float64{900_000, 3_000_000} {
		for _, frames := range []int{40, 80} {
			r := newRoad(before)
			r.every = frames
			r.run(6 * time.Second)
			r.become(300_000)
			r.queue = 15_000 // 400 ms
			took := time.Duration(0)
			for began := r.now; r.layer > 0 && took < 5*time.Second; took = r.now - began {
				r.run(10 * time.Millisecond)
			}
			if took > 900*time.Millisecond {
				t.Errorf("from %.0f kbit/s: the small picture after %v, estimate %d kbit/s", before/1000, took, r.path.Rate()/1000)
			}
		}
	}
}
