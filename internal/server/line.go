package server

import (
	"context"
	"crypto/rand"

	"liqa/internal/greenroom"
	"liqa/internal/peer"
	"liqa/internal/web"
)

// TestLine makes a test of the line. It is given no key of the switchboard.
func (g *gate) TestLine(ctx context.Context, offer, over string) (string, web.Line, error) {
	answer, l, err := g.peers.TestLine(ctx, peer.LineTest{Session: rand.Text(), Offer: offer, Over: over})
	if err != nil {
		return "", nil, offerFault(err)
	}
	return answer, line{session{l.Conn}, l}, nil
}

// line is a test as the web side knows it.
type line struct {
	session
	test *peer.Line
}

func (l line) Measured() greenroom.Measured {
	m := l.test.Measured()
	return greenroom.Measured{
		Transport: m.Transport, Up: m.Up, Down: m.Down, LostUp: m.LostUp, LostDown: m.LostDown,
		Sent: m.SentDown, Came: m.CameUp, RoundTrip: m.RoundTrip, Jitter: m.Jitter, Lasted: m.Lasted, Over: m.Over,
	}
}
