package estimate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
)

// road is a bottleneck with a queue, a delay and a loss of its own, on a
// virtual clock; what drives on it is a picture in three sizes, chosen by the
// estimate as the switchboard does, a sound beside it that nobody counts, and
// the receiver's reports on the way back.
type road struct {
	rate   float64 // bits a second
	bucket float64 // bytes that pass at once after a pause
	queue  float64 // bytes that may wait
	delay  time.Duration
	loss   float64

	now     time.Duration
	free    time.Duration // when the last packet will have left the queue
	tokens  float64
	filled  time.Duration
	chance  *rand.Rand
	path    *Path
	heard   *twcc.Recorder
	pending []event
	layer   int
	every   int // milliseconds between pictures
	frames  int
	key     bool
	changes []string
	waits   []time.Duration // of the sound, in the queue
	padding int             // bytes of padding sent
	probing struct {
		rate  int
		until time.Duration
		owed  float64
	}
}

type event struct {
	at time.Duration
	do func()
}

var sizes = []float64{150_000, 500_000, 1_500_000}

func newRoad(rate float64) *road {
	r := &road{rate: rate, every: 40, queue: 40_000, delay: 20 * time.Millisecond, chance: rand.New(rand.NewPCG(1, 2)),
		path: NewPath(), heard: twcc.NewRecorder(1)}
	return r
}

// become changes the road's rate, also for what is waiting.
func (r *road) become(rate float64) {
	ratio := r.rate / rate
	later := func(at time.Duration) time.Duration {
		return r.now + time.Duration(float64(max(0, at-r.now-r.delay))*ratio) + min(r.delay, max(0, at-r.now))
	}
	for i := range r.pending {
		r.pending[i].at = later(r.pending[i].at)
	}
	r.free = r.now + time.Duration(float64(max(0, r.free-r.now))*ratio)
	r.rate = rate
}

// carry puts bytes on the road; what arrives is done then.
func (r *road) carry(size int, arrived func()) (wait time.Duration) {
	r.tokens = min(r.bucket, r.tokens+(r.now-r.filled).Seconds()*r.rate/8)
	r.filled = r.now
	leaves := max(r.free, r.now)
	wait = leaves - r.now
	if float64(wait.Seconds())*r.rate/8 > r.queue {
		return wait // no room
	}
	if r.tokens >= float64(size) && wait == 0 {
		r.tokens -= float64(size)
	} else {
		r.free = leaves + time.Duration(float64(size*8)/r.rate*float64(time.Second))
		leaves = r.free
	}
	if r.chance.Float64() >= r.loss {
		r.pending = append(r.pending, event{leaves + r.delay, arrived})
	}
	return wait
}

// counted sends a packet that carries a transport-wide number.
func (r *road) counted(size int) {
	seq := r.path.Sent(size, r.now)
	r.carry(size+28, func() { r.heard.Record(7, seq, r.now.Microseconds()) })
}

// run lets time pass, a millisecond each step.
func (r *road) run(lasting time.Duration) {
	for end := r.now + lasting; r.now < end; r.now += time.Millisecond {
		due := []event{}
		r.pending = slices.DeleteFunc(r.pending, func(e event) bool {
			if e.at <= r.now {
				due = append(due, e)
			}
			return e.at <= r.now
		})
		for _, e := range due {
			e.do()
		}
		ms := r.now / time.Millisecond
		if ms%20 == 0 {
			r.waits = append(r.waits, r.carry(220+28, func() {}))
		}
		if int(ms)%r.every == 0 {
			r.picture()
		}
		if ms%100 == 50 {
			r.report()
		}
		r.probe(ms)
	}
}

func (r *road) picture() {
	before := r.layer
	for r.layer >= 0 && sizes[r.layer] > float64(r.path.Rate()) {
		r.layer--
	}
	if r.layer < 2 && sizes[r.layer+1]*1.1 < float64(r.path.Rate()) {
		r.layer++
	}
	if r.layer != before {
		r.changes = append(r.changes, fmt.Sprintf("%v: layer %d at %d kbit/s", r.now, r.layer, r.path.Rate()/1000))
		r.key = true
	}
	if r.layer < 0 {
		return
	}
	size := sizes[r.layer] / 8000 * float64(r.every)
	if r.key || r.frames%100 == 0 {
		size *= 5
		r.key = false
	}
	r.frames++
	for ; size > 0; size -= 1150 {
		r.counted(int(min(size, 1150)) + 40)
	}
}

func (r *road) report() {
	for _, p := range r.heard.BuildFeedbackPacket() {
		b, err := p.Marshal()
		if err != nil {
			panic(err)
		}
		r.pending = append(r.pending, event{r.now + r.delay, func() {
			var f rtcp.TransportLayerCC
			if err := f.Unmarshal(b); err != nil {
				panic(err)
			}
			r.path.Feedback(&f, r.now)
		}})
	}
}

// probe does what the path asks for: padding in packets of 300 bytes.
func (r *road) probe(ms time.Duration) {
	if r.layer < 2 && ms%50 == 0 {
		if rate, lasting, ok := r.path.Probe(int(sizes[r.layer+1]*1.15), r.now); ok {
			r.probing.rate, r.probing.until = rate, r.now+lasting
			r.probing.owed = 0
		}
	}
	if r.now >= r.probing.until {
		return
	}
	r.probing.owed += float64(r.probing.rate) / 8 / 1000
	for r.probing.owed >= 300 && r.path.Padding(r.now) > 0 {
		r.probing.owed -= 300
		r.padding += 300
		r.counted(300)
	}
}

// worst is the wait in the queue that a twentieth of the sound exceeded since
// it was asked last.
func (r *road) worst() time.Duration {
	slices.Sort(r.waits)
	w := r.waits[len(r.waits)*95/100]
	r.waits = nil
	return w
}
