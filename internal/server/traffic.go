package server

import (
	"sync"

	"liqa/internal/peer"
)

// traffic counts the packets of all connections that there have been, so that
// the counts never fall when one goes.
type traffic struct {
	mu      sync.Mutex
	seen    map[string]passed // of each connection, as last seen
	in, out uint64            // of those that are gone
}

type passed struct{ in, out uint64 }

// count takes in the connections that there are, and returns all packets
// received and sent.
func (t *traffic) count(all []peer.Figures) (in, out uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := make(map[string]passed, len(all))
	for _, c := range all {
		if c.Publishes {
			now[c.Session] = passed{in: c.Packets}
		} else {
			now[c.Session] = passed{out: c.Packets}
		}
	}
	for session, p := range t.seen {
		if _, there := now[session]; !there {
			t.in, t.out = t.in+p.in, t.out+p.out
		}
	}
	t.seen = now
	in, out = t.in, t.out
	for _, p := range now {
		in, out = in+p.in, out+p.out
	}
	return in, out
}
