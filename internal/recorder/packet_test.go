package recorder

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type given struct {
	seq uint64
	gap bool
}

// Packets that come in any order, some twice, some never, are given once each,
// in order, and every gap is told.
func TestReorderGivesEachPacketOnceInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := reorder{wait: reorderWait}
		n := rapid.IntRange(1, 60).Draw(t, "packets")
		now := dawn
		var got []given
		give := func(p packet, gap bool) {
			if string(p.payload) != string([]byte{byte(p.seq)}) {
				t.Fatalf("packet %d has the payload of another: %v", p.seq, p.payload)
			}
			got = append(got, given{p.seq, gap})
		}
		sent := map[uint64]bool{}
		for i := range n {
			seq := uint64(max(0, i+rapid.IntRange(-8, 8).Draw(t, "early or late")))
			payload := []byte{byte(seq)}
			r.put(packet{seq: seq, payload: payload}, now, give)
			payload[0]++ // it is the caller's again
			sent[seq] = true
			if rapid.Bool().Draw(t, "time passes") {
				now = now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "ms")) * time.Millisecond)
				r.tick(now, give)
			}
		}
		r.flush(give)
		for i, g := range got {
			if !sent[g.seq] {
				t.Fatalf("%d was given and never sent", g.seq)
			}
			if i > 0 && (g.seq <= got[i-1].seq || g.gap != (g.seq != got[i-1].seq+1)) {
				t.Fatalf("wrong order, or a gap that is not told: %+v", got)
			}
		}
		if len(r.held) > 0 {
			t.Fatalf("%d packets are still held", len(r.held))
		}
	})
}

func TestReorderWaitsForARetransmission(t *testing.T) {
	r := reorder{wait: reorderWait}
	var got []uint64
	give := func(p packet, _ bool) { got = append(got, p.seq) }
	r.put(packet{seq: 1}, dawn, give)
	r.put(packet{seq: 3}, dawn, give)
	r.tick(dawn.Add(reorderWait-time.Millisecond), give)
	if !slices.Equal(got, []uint64{1}) {
		t.Fatalf("it did not wait: %v", got)
	}
	r.put(packet{seq: 2}, dawn.Add(reorderWait-time.Millisecond), give)
	r.put(packet{seq: 5}, dawn.Add(time.Second), give)
	r.tick(dawn.Add(time.Second+reorderWait), give)
	r.put(packet{seq: 4}, dawn.Add(2*time.Second), give)
	if !slices.Equal(got, []uint64{1, 2, 3, 5}) || r.lost != 1 || r.late != 1 {
		t.Fatalf("got %v, %d lost, %d late", got, r.lost, r.late)
	}
}

func TestReorderHoldsNoMoreThanItMay(t *testing.T) {
	r := reorder{wait: time.Hour}
	n := 0
	for i := range uint64(2*reorderMost + 10) {
		r.put(packet{seq: 2 * i}, dawn, func(packet, bool) { n++ })
	}
	if len(r.held) > reorderMost {
		t.Errorf("%d packets are held", len(r.held))
	}
}
