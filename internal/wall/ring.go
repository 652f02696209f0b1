package wall

import (
	"math"
	"strconv"
)

// span is how many moments are kept: five minutes of them at one a second.
const span = 300

// ring keeps the last values of one figure. The zero ring is empty.
type ring struct {
	values []float32
	next   int
}

// unknown stands where there was nothing to measure.
var unknown = float32(math.NaN())

func (r *ring) add(v float32) {
	if len(r.values) < span {
		r.values = append(r.values, v)
		return
	}
	r.values[r.next] = v
	r.next = (r.next + 1) % span
}

// trace is what the ring holds, oldest first.
func (r *ring) trace() Trace {
	t := make(Trace, 0, len(r.values))
	t = append(t, r.values[r.next:]...)
	return append(t, r.values[:r.next]...)
}

// Trace is the last minutes of one figure, oldest first, a moment a second; a
// moment without a measurement is null in JSON.
type Trace []float32

// MarshalJSON writes whole numbers and tenths, which is all that a line of
// pixels shows.
func (t Trace) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 4*len(t)+2)
	b = append(b, '[')
	for i, v := range t {
		if i > 0 {
			b = append(b, ',')
		}
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			b = append(b, "null"...)
		} else {
			b = strconv.AppendFloat(b, tenths(f), 'f', -1, 64)
		}
	}
	return append(b, ']'), nil
}

func tenths(f float64) float64 { return math.Round(f*10) / 10 }
