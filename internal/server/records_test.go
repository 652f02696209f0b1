package server

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"liqa/internal/plan"
	"liqa/internal/recorder"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
	"liqa/internal/switchboard"
)

// pages is a log that can be read while it is being written.
type pages struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *pages) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *pages) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// Who interprets into a sign language is recorded as a channel with a picture;
// other interpreters have none.
func TestASignLanguageIsRecordedAsAPicture(t *testing.T) {
	d := summittest.Bilateral()
	d.Booths[1].Outgoing, d.Booths[1].Sign = []summit.Language{"ase"}, true
	s := summittest.Do(t, summit.State{}, summit.Administrator, summit.Convene{Description: d})
	cameras := map[string]recorder.Track{}
	for _, x := range tracksOf(s) {
		if x.Kind == switchboard.Video {
			cameras[x.Name] = x
		}
		if x.Role == recorder.Channel && x.Language == "ase" {
			t.Error("the sign language has a channel of sound")
		}
	}
	signs := cameras["interpreter-3-camera"]
	if signs.Role != recorder.Sign || signs.Language != "ase" || signs.Seat != "interpreter-3" {
		t.Errorf("the sign language is recorded as %+v", signs)
	}
	if _, has := cameras["interpreter-1-camera"]; has || cameras["principal-a-camera"].Role != recorder.Seat {
		t.Errorf("the others' cameras are recorded as %+v", cameras)
	}
}

// What a watcher has in hand when a cut is made says that the item is open. It
// must not begin an open take of what is closed by then.
func TestAnUpdateFromBeforeACutBeginsNoTake(t *testing.T) {
	var log pages
	logger := slog.New(slog.NewTextHandler(&log, nil))
	board := switchboard.New(switchboard.Config{})
	defer board.Close()
	r, err := openRecords(t.TempDir(), board, logger)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m := newMedia(board, r, logger)

	item := summit.Item{ID: "remarks", Title: summit.Text{"en": "Remarks"}, Coverage: summit.Open, Started: time.Now()}
	at := func(c summit.Coverage, flows bool) *secretariat.Update {
		p := plan.Plan{Coverage: c, Receivers: map[plan.Receiver]plan.Slots{}}
		if flows {
			microphone := plan.Set{Sources: []plan.Source{{Kind: plan.Microphone, Seat: "a"}}}
			p.Receivers[plan.Program] = plan.Slots{plan.Original1: microphone}
		}
		s := summit.State{ID: "s", Phase: summit.InProgress, Current: item.ID, Items: []summit.Item{item}, InForce: c}
		return &secretariat.Update{State: s, Plan: p}
	}
	takes := func(c summit.Coverage) int { return strings.Count(log.String(), "coverage="+string(c)) }

	open, closed, recess := at(summit.Open, true), at(summit.Closed, true), at(summit.Closed, false)
	m.Cut("s", recess.Plan) // as a summit begins
	m.Allow("s", open.Plan)
	r.follow(open)
	if takes(summit.Open) != 1 {
		t.Fatalf("the open item is not recorded:\n%s", log.String())
	}
	m.Cut("s", closed.Plan)
	r.follow(open) // taken up before the cut, looked at after it
	if takes(summit.Open) != 1 {
		t.Error("an open take has begun after the closing")
	}
	r.follow(closed)
	m.Cut("s", recess.Plan)
	r.follow(closed)
	if takes(summit.Closed) != 1 {
		t.Errorf("closed takes: %d, want the one before the recess", takes(summit.Closed))
	}
	m.Allow("s", open.Plan)
	r.follow(open)
	if takes(summit.Open) != 2 {
		t.Error("what is open again is not recorded")
	}
}

// Whoever makes a recorder reads the disk, which may stall. No cut waits for it.
func TestNoCutWaitsForARecorderBeingMade(t *testing.T) {
	board := switchboard.New(switchboard.Config{})
	defer board.Close()
	r, err := openRecords(t.TempDir(), board, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.making.Lock()
	defer r.making.Unlock()
	done := make(chan struct{})
	go func() {
		newMedia(board, r, r.log).Cut("s", plan.Plan{Coverage: summit.Closed})
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("a cut waits for the disk")
	}
}
