package attendee

import (
	"context"
	"net/http"

	"github.com/pion/rtp"

	"liqa/internal/plan"
	"liqa/internal/player"
	"liqa/internal/summit"
)

// Send sends the tracks by WHIP. It lasts until it is closed, or the attendee.
func (a *Attendee) Send(ctx context.Context, p *player.Player, tracks ...player.Track) (*player.Publisher, error) {
	sent, err := p.Publish(ctx, a.exchange("/api/whip"), tracks...)
	if err != nil {
		return nil, err
	}
	a.keep(sent)
	return sent, sent.Wait(ctx)
}

// Receive makes the seat's receiving connection by WHEP, with the slots that
// its role has. onPacket may be nil; see [player.Player.Receive].
func (a *Attendee) Receive(ctx context.Context, p *player.Player, onPacket func(slot string, packet *rtp.Packet)) (*player.Receiver, error) {
	slots := plan.RoomSlots
	switch a.View().Me.Role {
	case summit.Reporter, summit.PressOfficer:
		slots = plan.PressSlots
	}
	var names []string
	for _, s := range slots {
		names = append(names, string(s))
	}
	r, err := p.Receive(ctx, a.exchange("/api/whep"), names, onPacket)
	if err != nil {
		return nil, err
	}
	a.keep(r)
	return r, r.Wait(ctx)
}

func (a *Attendee) exchange(path string) player.Exchange {
	return player.HTTP(a.client, a.base.String()+path, http.Header{"Authorization": {"Liqa " + a.authorization()}})
}

func (a *Attendee) keep(c closer) {
	a.mu.Lock()
	a.media = append(a.media, c)
	a.mu.Unlock()
}
