package peer

import "liqa/internal/switchboard"

// What the kernel holds for a client that reads slowly over TCP would still
// reach it after a cut. So the kernel is let hold little of what it has not
// sent, and where a cut finds some of it, the connection is broken off: what
// has not been sent then never is. The client makes a new one.

// unsentMost is how much may wait in the kernel to be sent, in bytes: a
// keyframe's worth. What has been sent and not acknowledged does not count.
const unsentMost = 32 << 10

// unsentAtCut is how much of it may be left when something is cut.
const unsentAtCut = 2 << 10

// breakOff ends the stream without sending what has not been sent.
func (s *stream) breakOff() {
	_ = s.conn.SetLinger(0)
	s.finish()
}

// clearAtCut breaks a connection off in which something of what has been cut
// still waits to be sent. A slate among the packets says that there was a cut.
func clearAtCut(r *route, packets []switchboard.Outgoing) {
	if r.tcp == nil {
		return
	}
	for i := range packets {
		if packets[i].Source == "" {
			if r.tcp.unsent() > unsentAtCut {
				r.tcp.breakOff()
			}
			return
		}
	}
}
