package peer

import (
	"context"
	"fmt"
	"log/slog"

	"liqa/internal/switchboard"
)

// Device is what a seat publishes with.
type Device string

const (
	Microphone Device = "microphone"
	Camera     Device = "camera"
	Screen     Device = "screen"
)

// Publish is a WHIP offer and what may come of it.
type Publish struct {
	Session string
	Origin  switchboard.Origin
	Sources map[Device]switchboard.SourceID // the devices that are taken; the others are rejected
	Offer   string
	OnState func(State)  // called in order, one at a time; must return; may be nil
	Log     *slog.Logger // of this connection; nil: the gate's
}

// Ingest answers a WHIP offer. The first audio section is the microphone, the
// first video section the camera and the second the screen; where no camera is
// taken the first is the screen. A picture may come in up to three sizes at
// once (RFC 8853). The sources join the board when the client has connected; a
// connection that published one of them until then is closed, so that a seat
// that comes back replaces itself.
//
// A refusal is a *BadOffer.
func (g *Gate) Ingest(ctx context.Context, p Publish) (answer string, conn *Conn, err error) {
	o, bad := parseOffer(p.Offer)
	if bad != nil {
		return "", nil, bad
	}
	list, bad := takeSections(o, p.Sources)
	if bad != nil {
		return "", nil, bad
	}
	c, err := g.newConn(p.Session, o, p.OnState, p.Log)
	if err != nil {
		return "", nil, fmt.Errorf("prepare the connection: %w", err)
	}
	side := newPublisher(c, p, list)
	c.side = side
	if answer, err = g.answer(ctx, c, list); err != nil {
		return "", nil, err
	}
	return answer, c, nil
}

// takeSections decides what becomes of each offered section.
func takeSections(o *offer, sources map[Device]switchboard.SourceID) ([]answered, *BadOffer) {
	audio, video := []Device{Microphone}, []Device{Camera, Screen}
	if _, camera := sources[Camera]; !camera {
		video = []Device{Screen}
	}
	next := func(list *[]Device) (d Device) {
		if len(*list) > 0 {
			d, *list = (*list)[0], (*list)[1:]
		}
		return d
	}
	list := make([]answered, len(o.sections))
	taken := 0
	for i := range o.sections {
		s := &o.sections[i]
		list[i].offered = s
		var device Device
		switch s.media {
		case "audio":
			device = next(&audio)
		case "video":
			device = next(&video)
		}
		id, wanted := sources[device]
		if device == "" || !wanted || s.off || !s.sends {
			continue
		}
		codecs, bad := s.usable("the " + string(device))
		if bad != nil {
			return nil, bad
		}
		codecs = codecs[:1] // one codec a source, so that it never changes under way
		if !codecs[0].preferred {
			codecs[0].redundant = 0 // who does not put it first will not send it
		}
		list[i].source, list[i].codecs, list[i].direction = id, codecs, "recvonly"
		list[i].extensions = []string{midURI, audioLevelURI}
		if s.media == "video" {
			list[i].extensions = []string{midURI, ridURI, repairURI}
			list[i].layers = s.layers(codecs[0].payloadType)
		}
		taken++
	}
	if taken == 0 {
		return nil, refuse(CodeNothingToPublish, "The offer sends nothing that this seat may publish.")
	}
	return list, nil
}
