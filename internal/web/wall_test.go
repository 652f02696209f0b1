package web

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/coder/websocket/wsjson"

	"liqa/internal/summit"
)

// oneWall shows the same to everybody who may look.
type oneWall struct{}

func (oneWall) Report(summit.SummitID, summit.SeatID, []byte) error { return nil }

func (oneWall) Look(_ summit.SummitID, first, wholePress bool) json.RawMessage {
	text, _ := json.Marshal(map[string]any{"first": first, "wholePress": wholePress}) // never fails
	return text
}

// walls reads the messages of a screen for a while and keeps those of the wall.
func walls(t *testing.T, s *screen, until func([]string) bool, within time.Duration) (all []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for !until(all) {
		var m struct {
			Type string
			Wall json.RawMessage
		}
		if err := wsjson.Read(ctx, s.socket, &m); err != nil {
			return all
		}
		if m.Type == "wall" {
			all = append(all, string(m.Wall))
		}
	}
	return all
}

func TestTheWallIsShownToTheTechnicianAlone(t *testing.T) {
	h := openHall(t, func(o *Options) { o.Wall = oneWall{} })
	_, officer := h.enter("officer")
	_, technician := h.enter("technician")
	got := walls(t, technician, func(all []string) bool { return len(all) == 2 }, 15*time.Second)
	if len(got) != 2 || got[0] != `{"first":true,"wholePress":false}` || got[1] != `{"first":false,"wholePress":false}` {
		t.Fatalf("the technician's screen was shown %q", got)
	}
	technician.write(map[string]any{"type": "wall", "press": true})
	got = walls(t, technician, func(all []string) bool {
		return len(all) > 0 && all[len(all)-1] == `{"first":false,"wholePress":true}`
	}, 15*time.Second)
	if len(got) == 0 || got[len(got)-1] != `{"first":false,"wholePress":true}` {
		t.Errorf("asked for the whole press, it was shown %q", got)
	}
	if got := walls(t, officer, func(all []string) bool { return len(all) > 0 }, 3*time.Second); len(got) > 0 {
		t.Errorf("the officer's screen was shown %q", got)
	}
}
