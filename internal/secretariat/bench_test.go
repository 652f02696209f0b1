package secretariat

import (
	"context"
	"fmt"
	"testing"
	"time"

	"liqa/internal/journal"
	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// nothing is a journal that acknowledges everything and keeps nothing, and from
// a certain moment on acknowledges nothing either.
type nothing struct{ stalled chan bool }

func (n *nothing) Append(ctx context.Context, _ string, after uint64, records []journal.Record) (uint64, error) {
	select {
	case <-n.stalled:
		return after + uint64(len(records)), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
func (n *nothing) Last(context.Context, string) (uint64, error) { return 0, nil }
func (n *nothing) Summits(context.Context) ([]string, error)    { return nil, nil }
func (n *nothing) Replay(context.Context, string, uint64, func(uint64, string, time.Time, []byte) error) error {
	return nil
}

// cutter notes when it is told to cut the press off.
type cutter struct{ cut chan time.Time }

func (c *cutter) Allow(summit.SummitID, plan.Plan)          {}
func (c *cutter) Measure(summit.SummitID) (m plan.Measured) { return m }
func (c *cutter) Cut(_ summit.SummitID, p plan.Plan) {
	select {
	case c.cut <- time.Now():
	default:
	}
}

// crowd is the bilateral in its open item, with so many reporters more, all of
// them there.
func crowd(tb testing.TB, reporters int) summit.State {
	d := summittest.Bilateral()
	s := summittest.Do(tb, summittest.Enter(tb, summittest.Convened(tb)), "officer", summit.StartItem{Item: "opening"})
	for i := range reporters {
		x, _ := s.Seat("reporter")
		x.ID = summit.SeatID(fmt.Sprintf("reporter-%d", i+3))
		x.Hears = []summit.Language{"ru", "zh", "en"}[i%3]
		x.Invitation.Hash = summittest.Hash(string(x.ID))
		s.Seats = append(s.Seats, x)
	}
	s.ID = d.ID
	return s
}

// BenchmarkClosingToThePress measures from the officer's command to the moment
// the media is told to cut, with the journal stalled and 1,000 press seats; the
// media's own time comes on top.
func BenchmarkClosingToThePress(b *testing.B) {
	for _, reporters := range []int{0, 1000} {
		b.Run(fmt.Sprintf("press=%d", reporters), func(b *testing.B) {
			s := crowd(b, reporters)
			var worst, total time.Duration
			for range b.N {
				j, media := &nothing{make(chan bool)}, &cutter{make(chan time.Time, 1)}
				m := begin(Config{Journal: j, Media: media}.complete(), s.ID, s, 1)
				m.sourcesChanged(everySource(s))
				for len(m.latest.Load().Plan.Receivers) == 0 {
					time.Sleep(time.Millisecond)
				}
				select { // what was cut when it began
				case <-media.cut:
				default:
				}
				ctx, cancel := context.WithCancel(b.Context())
				began := time.Now()
				go func() { _, _ = m.do(ctx, "officer", closing) }()
				took := (<-media.cut).Sub(began)
				worst, total = max(worst, took), total+took
				cancel()
				m.end()
			}
			b.ReportMetric(float64(total.Microseconds())/float64(b.N), "µs/cut")
			b.ReportMetric(float64(worst.Microseconds()), "µs/worst")
			b.ReportMetric(0, "ns/op")
		})
	}
}
