package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"

	"liqa/internal/plan"
	"liqa/internal/recorder"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
	"liqa/internal/switchboard"
	"liqa/internal/web"
)

// records has every summit recorded: each source, each channel and the
// program, in a take for each item and coverage.
type records struct {
	store  *tallied
	folder string
	board  *switchboard.Board
	log    *slog.Logger

	making sync.Mutex // of recorders, which reads the disk; no cut waits for it

	mu      sync.Mutex
	closed  bool
	summits map[summit.SummitID]*recorder.Recorder
	reaches map[summit.SummitID]reach                         // in force at the media
	lets    map[summit.SummitID]map[switchboard.SourceID]bool // what somebody may receive now
	faults  map[summit.SummitID][]string                      // tracks that cannot be recorded now
	ending  sync.WaitGroup
}

func openRecords(dir string, board *switchboard.Board, log *slog.Logger) (*records, error) {
	store, err := recorder.Folder(dir)
	if err != nil {
		return nil, err
	}
	return &records{folder: dir, store: &tallied{Store: store, bytes: map[string]uint64{}}, board: board, log: log, faults: map[summit.SummitID][]string{},
		summits: map[summit.SummitID]*recorder.Recorder{}, reaches: map[summit.SummitID]reach{}, lets: map[summit.SummitID]map[switchboard.SourceID]bool{}}, nil
}

// Close finishes what is being recorded.
func (r *records) Close() error {
	r.making.Lock()
	defer r.making.Unlock()
	r.mu.Lock()
	all := r.summits
	r.summits, r.closed = nil, true
	r.mu.Unlock()
	var errs []error
	for _, rec := range all {
		errs = append(errs, rec.Close())
	}
	r.ending.Wait()
	return errors.Join(errs...)
}

// follow lets the recording follow a summit: a take for what flows now, none
// for what does not.
func (r *records) follow(u *secretariat.Update) {
	rec := r.of(u)
	if rec == nil {
		return
	}
	if u.State.Phase == summit.Ended {
		r.end(u.State.ID, rec)
		return
	}
	item, ok := u.State.Under()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !ok || !u.State.Flows() || len(u.Plan.Receivers) == 0:
		rec.Pause()
		return
	case r.reaches[u.State.ID] != reachOf(u.Plan):
		return // it is history: something has been cut or given since, and the update of that follows
	}
	title := map[string]string{}
	for l, t := range item.Title {
		title[string(l)] = t
	}
	scene := recorder.Scene{Item: string(item.ID), Title: title, Coverage: recorder.Coverage(u.Plan.Coverage)}
	if _, err := rec.Begin(scene); err != nil {
		r.log.Error("the item is not recorded", "summit", u.State.ID, "item", item.ID, "why", err)
	}
}

// cut ends the take of a summit before anything of it is cut at the
// switchboard, so that nothing narrower is in it, and records no more of the
// seats than p lets somebody receive. What goes on is in the next take, which
// the update that follows begins. It waits for no disk.
func (r *records) cut(id summit.SummitID, p plan.Plan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, to := r.reaches[id], reachOf(p)
	r.note(id, p)
	if rec := r.summits[id]; rec != nil && (to.coverage != before.coverage || !to.flows) {
		rec.Pause()
	}
}

// given notes that a summit's sound and picture reach further.
func (r *records) given(id summit.SummitID, p plan.Plan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(id, p)
}

// note keeps what holds at the media. The lock is held.
func (r *records) note(id summit.SummitID, p plan.Plan) {
	let := map[switchboard.SourceID]bool{}
	for s := range p.Sources() {
		let[sourceOf(id, s)] = true
	}
	r.reaches[id], r.lets[id] = reachOf(p), let
	if rec := r.summits[id]; rec != nil {
		rec.Let(let)
	}
}

// of is the recorder of a summit, made when something of it can be recorded;
// nil for a rehearsal.
func (r *records) of(u *secretariat.Update) *recorder.Recorder {
	id := u.State.ID
	r.making.Lock()
	defer r.making.Unlock()
	r.mu.Lock()
	rec, closed := r.summits[id], r.closed
	r.mu.Unlock()
	if rec != nil || closed || u.State.Rehearses != "" || u.State.Phase != summit.Announced && u.State.Phase != summit.InProgress {
		return rec
	}
	rec, err := recorder.New(recorder.Config{Store: r.store, Summit: string(id), Board: r.board, Log: r.log,
		OnTrouble: func(t recorder.Trouble) { r.fault(id, t) }})
	if err == nil {
		err = r.tracks(rec, u.State)
	}
	if err != nil {
		r.log.Error("the summit is not recorded", "summit", id, "why", err)
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	rec.Let(r.lets[id])
	r.summits[id] = rec
	return rec
}

// tracks has everything of a summit recorded. A source that is not there yet is
// waited for.
func (r *records) tracks(rec *recorder.Recorder, s summit.State) error {
	errs := []error{rec.RecordProgram(keyOf(s.ID, plan.Program))}
	for _, track := range tracksOf(s) {
		errs = append(errs, rec.Record(track))
	}
	return errors.Join(errs...)
}

// tracksOf names what is recorded beside the program: each channel, and what each
// seat sends. A sign language is a channel that is a picture.
func tracksOf(s summit.State) (all []recorder.Track) {
	for _, l := range s.Channels() {
		all = append(all, recorder.Track{
			Name: "channel-" + string(l), Role: recorder.Channel, Kind: switchboard.Audio,
			Source: sourceOf(s.ID, plan.Source{Kind: plan.Channel, Language: l}), Language: string(l),
		})
	}
	for _, seat := range s.Seats {
		booth, _ := s.Booth(seat.Booth)
		for _, kind := range plan.Sends(s, seat) {
			track := recorder.Track{
				Name: string(seat.ID) + "-" + string(kind), Role: recorder.Seat, Kind: switchboard.Video,
				Source: sourceOf(s.ID, plan.Source{Kind: kind, Seat: seat.ID}), Seat: string(seat.ID),
			}
			switch {
			case kind == plan.Microphone:
				track.Kind = switchboard.Audio
			case booth.Sign:
				track.Role, track.Language = recorder.Sign, string(booth.Outgoing[0])
			}
			all = append(all, track)
		}
	}
	return all
}

// end finishes the recording of a summit that has ended, in the background.
func (r *records) end(id summit.SummitID, rec *recorder.Recorder) {
	r.mu.Lock()
	delete(r.summits, id)
	r.mu.Unlock()
	r.ending.Go(func() {
		if err := rec.Close(); err != nil {
			r.log.Error("the recording could not be finished; the next start tries again", "summit", id, "why", err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.faults, id) // nothing tells of more
	})
}

// Takes are the open takes that can be played.
func (r *records) Takes(_ context.Context, id summit.SummitID) ([]web.Take, error) {
	takes, err := recorder.Takes(r.store, string(id), recorder.Open)
	if err != nil {
		return nil, err
	}
	out := make([]web.Take, 0, len(takes))
	for _, t := range takes {
		title := summit.Text{}
		for l, s := range t.Title {
			title[summit.Language(l)] = s
		}
		out = append(out, web.Take{ID: t.ID, Item: summit.ItemID(t.Item), Title: title, From: t.Started, To: t.Ended,
			Playlist: "/s/" + string(id) + "/record/" + t.Playlist})
	}
	return out, nil
}

// Open opens a file of an open take.
func (r *records) Open(_ context.Context, id summit.SummitID, name string) (io.ReadSeekCloser, error) {
	return recorder.OpenFile(r.store, string(id), name)
}
