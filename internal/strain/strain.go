// Package strain measures how much this process takes of what it may use, and
// says when it is near its limit and when it is at it, so that the server can
// refuse more of the press and the public before a delegation's sound suffers.
//
// It measures; it refuses nobody, and knows neither seats nor connections.
package strain

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Limits are how much of each the process may use. Zero is no limit.
type Limits struct {
	CPU         float64       // of the processors it may use, 0 to 1
	Memory      float64       // of the memory it may use, 0 to 1
	Descriptors float64       // of the file descriptors it may open, 0 to 1
	Lag         time.Duration // by which it comes late to a packet
	Unsent      float64       // datagrams a second that the system could not send
}

// What a limit is of.
const (
	CPU         = "cpu"
	Memory      = "memory"
	Descriptors = "descriptors"
	Lag         = "lag"
	Unsent      = "unsent" // datagrams that the system could not send
)

// Reading is how the process is doing: averages of the last few seconds.
type Reading struct {
	CPU         float64       // used of the processors it may use, 0 to 1
	Memory      float64       // used of the memory it may use, 0 to 1; 0 where that is not known
	Resident    uint64        // bytes of memory
	Descriptors float64       // open of those it may open, 0 to 1; 0 where that is not known
	Lag         time.Duration // that nine of ten wake-ups were within
	Unsent      float64       // datagrams a second that the system could not send
	// Near: a limit is near; Full: it has been reached, and more should be
	// refused. Why names the limit.
	Near, Full bool
	Why        string
}

// The part of a limit at which it is near.
const nearly = 0.85

// Gauge measures until its context ends. Make one with [Watch].
type Gauge struct {
	limits Limits
	unsent func() uint64
	log    *slog.Logger
	every  time.Duration

	last atomic.Pointer[Reading]

	mu   sync.Mutex
	late []time.Duration // of the wake-ups since the last reading
	cpu  used            // as last measured
	lost uint64
	mean Reading // smoothed
	seen int     // readings since it began
	calm time.Time
}

// Settings of [Watch].
type Settings struct {
	Limits Limits
	// Unsent counts the datagrams that could not be sent; nil asks the system,
	// which counts those of every process in this network namespace.
	Unsent func() uint64
	Log    *slog.Logger
	Every  time.Duration // between readings; 1 s when zero
}

// Watch measures until ctx ends.
func Watch(ctx context.Context, s Settings) *Gauge {
	g := &Gauge{limits: s.Limits, unsent: s.Unsent, log: s.Log, every: s.Every}
	if g.every == 0 {
		g.every = time.Second
	}
	if g.unsent == nil {
		g.unsent = unsent
	}
	g.last.Store(&Reading{})
	g.cpu, g.lost = measureCPU(), g.unsent()
	go g.wakeUps(ctx)
	go g.run(ctx)
	return g
}

// Limit changes the limits.
func (g *Gauge) Limit(l Limits) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.limits = l
}

// Now is the last reading.
func (g *Gauge) Now() Reading { return *g.last.Load() }

// wakeUps notes by how much each of many short sleeps was too long: as late as
// this comes whoever has to send a packet.
func (g *Gauge) wakeUps(ctx context.Context) {
	const nap = 10 * time.Millisecond
	for ctx.Err() == nil {
		began := time.Now()
		time.Sleep(nap)
		late := time.Since(began) - nap
		g.mu.Lock()
		g.late = append(g.late, late)
		g.mu.Unlock()
	}
}

func (g *Gauge) run(ctx context.Context) {
	tick := time.NewTicker(g.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			g.read()
		}
	}
}

// settles is how many readings an average is of; at first there are fewer.
const settles = 5

// read takes a reading. The start of a server, and a crowd that comes at once,
// are over in a few seconds: averages decide.
func (g *Gauge) read() {
	now := g.measure()
	g.seen++
	part := 1 / float64(min(g.seen, settles))
	mean := &g.mean
	mean.CPU += part * (now.CPU - mean.CPU)
	mean.Unsent += part * (now.Unsent - mean.Unsent)
	mean.Lag += time.Duration(part * float64(now.Lag-mean.Lag))
	mean.Memory, mean.Resident, mean.Descriptors = now.Memory, now.Resident, now.Descriptors
	g.mu.Lock()
	limits := g.limits
	g.mu.Unlock()
	before := *g.last.Load()
	after := *mean
	after.judge(limits, g.seen >= settles)
	if before.Full && !after.Full {
		after = g.stay(before, after)
	} else {
		g.calm = time.Time{}
	}
	g.last.Store(&after)
	g.tell(before, after)
}

// stay keeps the server full until it has not been near the limit for a while:
// else it would let in and refuse by turns.
func (g *Gauge) stay(before, after Reading) Reading {
	switch {
	case after.Near:
		g.calm = time.Time{}
	case g.calm.IsZero():
		g.calm = time.Now()
	case time.Since(g.calm) > settles*g.every:
		return after
	}
	after.Near, after.Full, after.Why = true, true, before.Why
	return after
}

// judge says whether a limit is near or has been reached, and which.
func (r *Reading) judge(l Limits, settled bool) {
	worst := 0.0
	weigh := func(why string, used, limit float64) {
		if limit > 0 && used/limit > worst {
			worst, r.Why = used/limit, why
		}
	}
	weigh(Memory, r.Memory, l.Memory)
	weigh(Descriptors, r.Descriptors, l.Descriptors)
	if settled {
		weigh(CPU, r.CPU, l.CPU)
		weigh(Lag, float64(r.Lag), float64(l.Lag))
		weigh(Unsent, r.Unsent, l.Unsent)
	}
	r.Near, r.Full = worst >= nearly, worst >= 1
	if !r.Near {
		r.Why = ""
	}
}

func (g *Gauge) tell(before, after Reading) {
	figures := []any{"why", after.Why, "cpu", after.CPU, "memory", after.Memory, "descriptors", after.Descriptors,
		"lag", after.Lag, "unsent", after.Unsent}
	switch {
	case after.Full && !before.Full:
		g.log.Warn("the server has reached its limit; more of the press and the public are refused", figures...)
	case after.Near && !before.Near:
		g.log.Warn("the server is near its limit", figures...)
	case before.Near && !after.Near:
		g.log.Info("the server has room again", figures...)
	}
}

// measure is what has been since the last time.
func (g *Gauge) measure() (r Reading) {
	now, lost := measureCPU(), g.unsent()
	if passed := now.at.Sub(g.cpu.at); passed > 0 {
		r.CPU = min(1, float64(now.time-g.cpu.time)/float64(passed)/processors())
		r.Unsent = float64(lost-min(lost, g.lost)) / passed.Seconds()
	}
	g.cpu, g.lost = now, lost
	g.mu.Lock()
	late := g.late
	g.late = nil
	g.mu.Unlock()
	if slices.Sort(late); len(late) > 0 {
		r.Lag = late[len(late)*9/10]
	}
	r.Resident = resident()
	if most := memory(); most > 0 {
		r.Memory = float64(r.Resident) / float64(most)
	}
	if most := descriptors(); most > 0 {
		r.Descriptors = float64(opened()) / float64(most)
	}
	return r
}
