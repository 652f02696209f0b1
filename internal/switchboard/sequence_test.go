package switchboard

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSequenceWraps(t *testing.T) {
	var q sequence
	for i := range 200000 {
		n, p := q.take(uint16(60000+i), false)
		if n != firstN+uint64(i) || p != inOrder {
			t.Fatalf("packet %d: n %d, %d", i, n, p)
		}
		if q.wire(n) != uint16(60000+i) {
			t.Fatalf("packet %d: on the wire %d", i, q.wire(n))
		}
	}
}

func TestSequenceFollowsANewBeginning(t *testing.T) {
	var q sequence
	q.take(100, false)
	if _, p := q.take(40000, false); p != strange {
		t.Errorf("one packet from far away is %d, want strange", p)
	}
	if n, p := q.take(101, false); n != firstN+1 || p != inOrder {
		t.Errorf("the old sender goes on: %d, %d", n, p)
	}
	q.take(40000, false)
	if n, p := q.take(40001, false); n != firstN+2 || p != anew {
		t.Errorf("two packets in a row from far away: %d, %d; want a new beginning", n, p)
	}
	if n, p := q.take(40002, false); n != firstN+3 || p != inOrder {
		t.Errorf("after the new beginning: %d, %d", n, p)
	}
}

// What is worth forwarding is numbered without a gap, whatever padding was in
// between and in whatever order it comes.
func TestSequenceLeavesPaddingOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q sequence
		pad := rapid.SliceOfN(rapid.Bool(), 2, 60).Draw(t, "padding")
		pad[0] = false
		// A packet with something in it may be overtaken by the next few.
		var order []int
		for i := range pad {
			order = append(order, i)
		}
		for i := 1; i+1 < len(order); i++ {
			if !pad[order[i]] && !pad[order[i+1]] && rapid.Bool().Draw(t, "swap") {
				order[i], order[i+1] = order[i+1], order[i]
				i++
			}
		}
		outs := map[uint64]int{}
		for _, i := range order {
			n, p := q.take(uint16(65500+i), pad[i])
			if pad[i] != (p == padding) {
				t.Fatalf("packet %d, padding %v, is %d", i, pad[i], p)
			}
			if pad[i] {
				if !q.leftOut(n) {
					t.Fatalf("packet %d is not known to be left out", i)
				}
				continue
			}
			outs[q.out(n)] = i
		}
		want := uint64(firstN)
		for i := range pad {
			if pad[i] {
				continue
			}
			if outs[want] != i {
				t.Fatalf("number %d is packet %d, want %d; order %v", want, outs[want], i, order)
			}
			want++
		}
	})
}

func TestUnwrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		newest := rapid.Int64Range(0, 1<<40).Draw(t, "newest")
		d := rapid.Int64Range(-1<<31, 1<<31-1).Draw(t, "difference")
		if got := unwrap(newest, uint32(newest+d)); got != newest+d {
			t.Fatalf("%d %+d: %d", newest, d, got)
		}
	})
}
