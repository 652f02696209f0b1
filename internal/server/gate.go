package server

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"sync"

	"liqa/internal/peer"
	"liqa/internal/plan"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
	"liqa/internal/switchboard"
	"liqa/internal/web"
)

// gate makes media connections of offers, and keeps the secretariat told which
// sources there are. What a connection may send or receive is not decided here.
type gate struct {
	peers *peer.Gate
	board *switchboard.Board
	log   *slog.Logger
	// summits is set before the first offer comes.
	summits interface {
		Now(summit.SummitID) (*secretariat.Update, error)
		SourcesChanged(summit.SummitID, plan.Live)
	}

	telling sync.Mutex // so that what is told last is what was seen last
}

// session is a connection as the web side knows it.
type session struct{ *peer.Conn }

func (s session) Patch(fragment string) (string, error) {
	answer, err := s.Conn.Patch(fragment)
	return answer, offerFault(err)
}

// Publish takes a seat's devices or its screen, as far as it may send them.
func (g *gate) Publish(ctx context.Context, id summit.SummitID, seat summit.SeatID, purpose web.Purpose, offer string) (string, web.Session, error) {
	now, err := g.summits.Now(id)
	if err != nil {
		return "", nil, err
	}
	sources := map[peer.Device]switchboard.SourceID{}
	for _, kind := range plan.MaySend(now.State, seat) {
		if (kind == plan.Screen) != (purpose == web.ItsScreen) {
			continue
		}
		sources[peer.Device(kind)] = sourceOf(id, plan.Source{Kind: kind, Seat: seat})
	}
	answer, conn, err := g.peers.Ingest(ctx, peer.Publish{
		Session: rand.Text(), Origin: originOf(id, seat), Sources: sources, Offer: offer,
		Log:     g.log.With("summit", string(id), "seat", string(seat)),
		OnState: func(peer.State) { g.tell(id) },
	})
	if err != nil {
		return "", nil, offerFault(err)
	}
	return answer, session{conn}, nil
}

// tell says which sources of a summit are connected.
func (g *gate) tell(id summit.SummitID) {
	g.telling.Lock()
	defer g.telling.Unlock()
	live := plan.Live{}
	for _, s := range g.board.Survey().Sources {
		if named, ok := sourceNamed(id, s.ID); ok && named.Kind != plan.Channel {
			live[named] = true
		}
	}
	g.summits.SourcesChanged(id, live)
}

// Play gives a seat its slots: a press seat's are fewer.
func (g *gate) Play(ctx context.Context, id summit.SummitID, seat summit.SeatID, offer string) (string, web.Session, error) {
	now, err := g.summits.Now(id)
	if err != nil {
		return "", nil, err
	}
	template := peer.Room
	if of, _ := now.State.Seat(seat); of.Role == summit.Reporter || of.Role == summit.PressOfficer {
		template = peer.Press
	}
	return g.serve(ctx, keyOf(id, plan.SeatReceiver(seat)), template, offer, g.log.With("summit", string(id), "seat", string(seat)))
}

// PlayPublic gives somebody without a seat the slots of the public.
func (g *gate) PlayPublic(ctx context.Context, id summit.SummitID, l summit.Language, player web.Player, offer string) (string, web.Session, error) {
	template := peer.Press
	if player == web.PlainPlayer {
		template = peer.Plain
	}
	return g.serve(ctx, keyOf(id, plan.PublicReceiver(l)), template, offer, g.log.With("summit", string(id)))
}

func (g *gate) serve(ctx context.Context, key switchboard.Key, template peer.Template, offer string, log *slog.Logger) (string, web.Session, error) {
	answer, conn, err := g.peers.Serve(ctx, peer.Play{Session: rand.Text(), Key: key, Template: template, Offer: offer, Log: log})
	if err != nil {
		return "", nil, offerFault(err)
	}
	return answer, session{conn}, nil
}

// offerFault puts a peer's refusal into the web side's words.
func offerFault(err error) error {
	var bad *peer.BadOffer
	if !errors.As(err, &bad) {
		return err
	}
	status := http.StatusUnprocessableEntity
	switch bad.Code {
	case peer.CodeMalformedFragment, peer.CodeMalformed:
		status = http.StatusBadRequest
	case peer.CodeTooLarge:
		status = http.StatusRequestEntityTooLarge
	case peer.CodeClosed:
		status = http.StatusNotFound
	case peer.CodeGateClosed, peer.CodeNoAddress:
		status = http.StatusServiceUnavailable
	}
	return &web.BadOffer{Code: bad.Code, Status: status, Sentence: bad.Sentence}
}
