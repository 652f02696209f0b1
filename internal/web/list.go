package web

import (
	"net/http"
	"time"

	"liqa/internal/summit"
)

// Listed is one summit as the administrator sees it.
type Listed struct {
	Summit    summit.SummitID `json:"summit"`
	Title     summit.Text     `json:"title"`
	Scheduled time.Time       `json:"scheduled"`
	Phase     summit.Phase    `json:"phase"`
	Seats     []ListedSeat    `json:"seats"`
}

// ListedSeat is one seat of it, with what has become of its link.
type ListedSeat struct {
	Seat     summit.SeatID   `json:"seat"`
	Role     summit.Role     `json:"role"`
	Name     summit.Text     `json:"name"`
	Presence summit.Presence `json:"presence"`
	Link     string          `json:"link"` // "sent", "opened" or "withdrawn"
	Serial   int             `json:"serial"`
}

// list names every summit of this server, for the administrator.
func (s *Server) list(w http.ResponseWriter, _ *http.Request) {
	all := []Listed{}
	for _, id := range s.Summits.Summits() {
		state, found := s.state(id)
		if !found || state.Rehearses != "" {
			continue
		}
		one := Listed{Summit: id, Title: state.Title, Scheduled: state.Scheduled, Phase: state.Phase}
		for _, seat := range state.Seats {
			link := "sent"
			switch {
			case seat.Invitation.Revoked:
				link = "withdrawn"
			case seat.Invitation.Device != "":
				link = "opened"
			}
			one.Seats = append(one.Seats, ListedSeat{seat.ID, seat.Role, seat.Name, seat.Presence, link, seat.Invitation.Serial})
		}
		all = append(all, one)
	}
	answer(w, http.StatusOK, map[string][]Listed{"summits": all})
}
