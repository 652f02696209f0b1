package plan

import (
	"fmt"
	"testing"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// BenchmarkCompute is the plan of an open item of the bilateral, and of one with
// 1,000 press seats more.
func BenchmarkCompute(b *testing.B) {
	for _, reporters := range []int{0, 1000} {
		b.Run(fmt.Sprintf("press=%d", reporters), func(b *testing.B) {
			s := summittest.Do(b, summittest.Enter(b, summittest.Convened(b)), "officer", summit.StartItem{Item: "opening"})
			for i := range reporters {
				x, _ := s.Seat("reporter")
				x.ID = summit.SeatID(fmt.Sprintf("reporter-%d", i+3))
				s.Seats = append(s.Seats, x)
			}
			live := Live{}
			for _, x := range s.Seats {
				live[microphone(x.ID)], live[camera(x.ID)] = true, true
			}
			for b.Loop() {
				Compute(s, live)
			}
		})
	}
}
