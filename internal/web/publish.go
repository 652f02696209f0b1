package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"liqa/internal/access"
	"liqa/internal/plan"
	"liqa/internal/summit"
)

// publish takes what a seat sends by WHIP (RFC 9725): its devices or, asked for
// with ?purpose=screen, its screen. A seat has one connection for each.
func (s *Server) publish(w http.ResponseWriter, r *http.Request) {
	purpose := Purpose(r.URL.Query().Get("purpose"))
	if purpose != ItsDevices && purpose != ItsScreen {
		refuse(w, http.StatusBadRequest, "not-understood")
		return
	}
	s.connect(w, r, purpose, func(ctx context.Context, id summit.SummitID, seat summit.SeatID, offer string) (string, Session, error) {
		return s.Media.Publish(ctx, id, seat, purpose, offer)
	})
}

// connect makes one media connection of a seat. Who waits at the door has
// none, and neither has anybody once the summit has ended.
func (s *Server) connect(w http.ResponseWriter, r *http.Request, purpose Purpose,
	make func(context.Context, summit.SummitID, summit.SeatID, string) (string, Session, error)) {
	offer, ok := s.offer(w, r)
	if !ok {
		return
	}
	who := caller(r)
	log := s.log.With("summit", string(who.Summit), "seat", string(who.Seat), "route", r.Pattern)
	state, _ := s.state(who.Summit)
	if !plan.Connects(state, who.Seat) {
		s.notConnected(w, state)
		return
	}
	if !who.Sender && s.sessions.sentByAProgram(seatRoute{place{who.Summit, who.Seat}, access.Action(r.Pattern), purpose}) {
		refuse(w, http.StatusConflict, "sent-by-program")
		return
	}
	seat, _ := state.Seat(who.Seat)
	if at := (place{who.Summit, who.Seat}); who.Standing == access.Standing(summit.Reporter) && !s.sessions.wasIn(at) {
		if s.full(w, at) {
			log.Info("a reporter is refused because the server is full")
			return
		}
		s.turned.comesIn(at)
	}
	text, made, err := make(r.Context(), who.Summit, who.Seat, offer)
	if err != nil {
		log.Info("an offer was refused", "reason", err)
		s.refused(w, r, err)
		return
	}
	one := &session{Session: made, of: who, device: seat.Invitation.Device, at: who.Summit, route: access.Action(r.Pattern), purpose: purpose}
	if s.opened(w, r, one, text) {
		log.Info("a media connection was made")
	}
}

func (s *Server) notConnected(w http.ResponseWriter, state summit.State) {
	if state.Phase == summit.Ended {
		s.refusedBy(w, &summit.Refusal{Code: "summit-ended", Params: map[string]string{"at": state.Ended.Format(time.RFC3339)}})
		return
	}
	refuse(w, http.StatusForbidden, "not-admitted")
}

// offer reads the SDP of a request, and answers when there is none.
func (s *Server) offer(w http.ResponseWriter, r *http.Request) (offer string, ok bool) {
	if !hasType(w, r, sdpType) {
		return "", false
	}
	if !accepts(r, sdpType) {
		refuse(w, http.StatusNotAcceptable, "not-acceptable")
		return "", false
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		s.refused(w, r, err)
		return "", false
	}
	return string(text), true
}
