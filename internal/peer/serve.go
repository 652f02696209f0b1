package peer

import (
	"context"
	"fmt"
	"log/slog"

	"liqa/internal/switchboard"
)

// Play is a WHEP offer and what it is to receive.
type Play struct {
	Session  string
	Key      switchboard.Key
	Template Template
	Offer    string
	OnState  func(State)  // called in order, one at a time; must return; may be nil
	Log      *slog.Logger // of this connection; nil: the gate's
}

// Serve answers a WHEP offer with the template's slots: one stream of its own
// SSRC in each section, for good, and where the client takes it one of
// retransmissions. The receiver joins the board when the client has connected.
// A refusal is a *BadOffer.
func (g *Gate) Serve(ctx context.Context, p Play) (answer string, conn *Conn, err error) {
	o, bad := parseOffer(p.Offer)
	if bad != nil {
		return "", nil, bad
	}
	order, bad := p.Template.match(o.sections)
	if bad != nil {
		return "", nil, bad
	}
	side := &listener{key: p.Key, strands: make([]strand, len(order)), controls: allowance{rate: controlAllowance}, repeats: allowance{rate: repeatAllowance},
		statuses: allowance{rate: statusAllowance}}
	list := make([]answered, len(order))
	for i, s := range order {
		codecs, bad := o.sections[i].usable(string(s.Slot))
		if bad != nil {
			return "", nil, bad
		}
		a := answered{offered: &o.sections[i], codecs: codecs, direction: "sendonly"}
		if s.Kind == switchboard.Audio {
			a.uncounted = true
			side.economical = side.economical || asksForLittle(codecs)
		}
		spec := side.add(s, &a)
		a.slot = &outgoing{ssrc: spec.SSRC, repair: spec.RTX.SSRC, stream: p.Template.stream(s), track: string(s.Slot)}
		list[i] = a
	}
	c, err := g.newConn(p.Session, o, p.OnState, p.Log)
	if err != nil {
		return "", nil, fmt.Errorf("prepare the connection: %w", err)
	}
	side.conn, c.side = c, side
	if answer, err = g.answer(ctx, c, list); err != nil {
		return "", nil, err
	}
	return answer, c, nil
}
