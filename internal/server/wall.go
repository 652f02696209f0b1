package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"liqa/internal/greenroom"
	"liqa/internal/peer"
	"liqa/internal/plan"
	"liqa/internal/secretariat"
	"liqa/internal/strain"
	"liqa/internal/summit"
	"liqa/internal/switchboard"
	"liqa/internal/wall"
)

const (
	// lookEvery is how often everything is looked at.
	lookEvery = time.Second
	// idleAfter is for how long a slot must have sent nothing to count as idle.
	idleAfter = 2 * time.Second
	// endedFor is how long the wall of a summit that has ended is still looked after
	// since somebody looked at it.
	endedFor = 10 * time.Second
	// stallWithin is how long the journal may take over a booth's silence.
	stallWithin = 5 * time.Second
)

// walls looks at everything once a second, and keeps a wall for each summit.
type walls struct {
	summits interface {
		Summits() []summit.SummitID
		Now(summit.SummitID) (*secretariat.Update, error)
		Do(context.Context, summit.SummitID, summit.Actor, summit.Act) (revision uint64, err error)
	}
	board   *switchboard.Board
	peers   *peer.Gate
	records *records
	folder  string // of the recordings
	strain  func() strain.Reading
	count   traffic
	lines   *greenroom.Shelf // may be nil
	refused func(summit.SummitID) (press, public int)
	log     *slog.Logger

	end     context.CancelFunc
	done    chan struct{}
	telling sync.WaitGroup // of the rules

	mu sync.Mutex
	of map[summit.SummitID]*watched
}

// watched is the wall of one summit.
type watched struct {
	*wall.Wall
	shown  map[shown]json.RawMessage // of this second, made when first asked for
	looked time.Time                 // when somebody did last
}

// shown is a form in which a wall can be asked for.
type shown struct{ history, everyPress bool }

func newWalls(summits *attentive, board *switchboard.Board, peers *peer.Gate, r *records, reading func() strain.Reading, log *slog.Logger) *walls {
	return &walls{summits: summits, board: board, peers: peers, records: r, folder: r.folder, strain: reading,
		log: log, of: map[summit.SummitID]*watched{}}
}

// traffic is how many packets have been received and sent since the start.
func (w *walls) traffic(all []peer.Figures) (in, out uint64) { return w.count.count(all) }

// machine is how the process is doing.
func (w *walls) machine(all []peer.Figures) wall.Machine {
	r := w.strain()
	m := wall.Machine{CPU: r.CPU, Memory: r.Resident, Near: r.Near || r.Full, Full: r.Full, Why: r.Why}
	m.In, m.Out = w.traffic(all)
	return m
}

func (w *walls) begin() {
	var ctx context.Context
	ctx, w.end = context.WithCancel(context.Background())
	w.done = make(chan struct{})
	go func() {
		defer close(w.done)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			w.lookAtAll(time.Now())
		}
	}()
}

func (w *walls) close() error {
	if w.end != nil {
		w.end()
		<-w.done
	}
	w.telling.Wait()
	return nil
}

// Report takes in what a seat's screen says of itself.
func (w *walls) Report(id summit.SummitID, seat summit.SeatID, raw []byte) error {
	r, err := wall.ParseReport(raw)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if of := w.of[id]; of != nil {
		of.Report(seat, r, time.Now())
	}
	return nil
}

// Look is what technicians see of a summit, in JSON: with the history of the
// last minutes, and with every press seat by name, when so asked. It is made
// once for all who ask for the same within a second.
func (w *walls) Look(id summit.SummitID, history, everyPress bool) json.RawMessage {
	w.mu.Lock()
	defer w.mu.Unlock()
	of := w.of[id]
	if of == nil {
		return nil
	}
	of.looked = time.Now()
	form := shown{history, everyPress}
	if text := of.shown[form]; text != nil {
		return text
	}
	v := of.Look(history, everyPress)
	if w.lines != nil {
		found := w.lines.Of(id)
		for i := range v.Seats {
			if r, ok := found[v.Seats[i].Seat]; ok {
				v.Seats[i].Line = r
			}
		}
	}
	text, err := json.Marshal(v)
	if err != nil {
		w.log.Error("the technician's wall cannot be written", "summit", string(id), "error", err)
		return nil
	}
	of.shown[form] = text
	return text
}

// alarms counts what stands, of all summits, by its code.
func (w *walls) alarms() map[wall.Code]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := map[wall.Code]int{}
	for _, of := range w.of {
		for _, a := range of.Alarms() {
			n[a.Code]++
		}
	}
	return n
}

// lookAtAll takes one observation of every summit.
func (w *walls) lookAtAll(now time.Time) {
	seen := map[summit.SummitID]*wall.Observation{}
	connections := w.peers.Survey()
	m, disk := w.machine(connections), w.disk()
	for _, id := range w.summits.Summits() {
		u, err := w.summits.Now(id)
		if err != nil || !w.counts(id, u, now) {
			continue
		}
		press, public := w.refused(id)
		seen[id] = &wall.Observation{At: now, Room: roomOf(u), Differences: differences(u), Recorder: w.records.seen(u), Disk: disk,
			Journal: wall.Journal{Behind: behindOf(u), Revision: u.State.Revision}, Machine: m, Outside: wall.Outside{Press: press, Public: public}}
	}
	if len(seen) > 0 {
		w.observe(seen, connections, now)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.of {
		if seen[id] == nil {
			delete(w.of, id)
		}
	}
	for id, o := range seen {
		of := w.of[id]
		if of == nil {
			of = &watched{Wall: wall.New(), looked: now}
			w.of[id] = of
		}
		began, ended := of.Take(*o)
		of.shown = map[shown]json.RawMessage{}
		w.stall(id, of.Alarms())
		w.note(id, began, ended, now)
	}
}

// stall tells the rules which booths are on air and not heard of: their listeners
// get the original meanwhile. It is told with every look until it is so, since
// who goes off air and on again, or is turned to another channel, is no less silent.
func (w *walls) stall(id summit.SummitID, alarms []wall.Alarm) {
	u, err := w.summits.Now(id)
	if err != nil {
		return
	}
	for _, b := range u.State.Booths {
		silent := slices.ContainsFunc(alarms, func(a wall.Alarm) bool { return a.Code == wall.ChannelSilent && a.Seat == b.OnAir })
		if b.OnAir == "" || b.Cough || b.Stalled == silent {
			continue
		}
		w.telling.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), stallWithin)
			defer cancel()
			if _, err := w.summits.Do(ctx, id, summit.Server, summit.Stall{Booth: b.ID, On: silent}); err != nil {
				w.log.Warn("a booth's silence could not be acted on", "summit", string(id), "booth", string(b.ID), "error", err)
			}
		})
	}
}

// counts reports whether a summit is looked after: one that has ended only for
// as long as somebody still looks.
func (w *walls) counts(id summit.SummitID, u *secretariat.Update, now time.Time) bool {
	if u.State.Phase != summit.Ended {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	of := w.of[id]
	return of != nil && now.Sub(of.looked) < endedFor
}

// observe puts each connection, source and slot into its summit's observation.
func (w *walls) observe(seen map[summit.SummitID]*wall.Observation, connections []peer.Figures, now time.Time) {
	// of splits a name at the switchboard, "SUMMIT/seat/SEAT".
	of := func(name string) (o *wall.Observation, rest string) {
		id, rest, _ := strings.Cut(name, "/")
		return seen[summit.SummitID(id)], rest
	}
	for _, c := range connections {
		name, way := string(c.Key), wall.Out
		if c.Publishes {
			name, way = string(c.Origin), wall.In
		}
		o, rest := of(name)
		if o == nil {
			continue
		}
		seat, _ := strings.CutPrefix(rest, "seat/")
		if seat == rest {
			seat = "" // the public's
		}
		o.Connections = append(o.Connections, wall.Connection{Seat: summit.SeatID(seat), Way: way, Session: c.Session, Transport: c.Transport,
			Quiet: c.Quiet, Delay: c.RoundTrip, Jitter: c.Jitter, Lost: c.Lost, Packets: c.Packets, Bytes: c.Bytes, Dropped: c.Dropped})
	}
	survey := w.board.Survey()
	for _, s := range survey.Sources {
		if o, _ := of(string(s.ID)); o != nil {
			o.Sources = append(o.Sources, sourceSeen(o, s))
		}
	}
	for _, r := range survey.Receivers {
		o, rest := of(string(r.Key))
		if o == nil {
			continue
		}
		if seat, ok := strings.CutPrefix(rest, "seat/"); ok && len(r.Slots) > len(plan.PressSlots) {
			o.Slots = append(o.Slots, slotsSeen(summit.SeatID(seat), r, now)...)
			estimate(o, summit.SeatID(seat), r.Estimate)
		}
	}
}

// estimate notes what a seat's line is taken to carry.
func estimate(o *wall.Observation, seat summit.SeatID, bits int) {
	for i := range o.Connections {
		if c := &o.Connections[i]; c.Seat == seat && c.Way == wall.Out {
			c.Estimate = float64(bits)
		}
	}
}

func sourceSeen(o *wall.Observation, s switchboard.SourceSurvey) wall.Source {
	id, _, _ := strings.Cut(string(s.ID), "/")
	named, _ := sourceNamed(summit.SummitID(id), s.ID)
	out := wall.Source{Kind: wall.Kind(named.Kind), Seat: named.Seat, Language: named.Language, Codec: s.Codec.String(),
		Packets: s.Packets, Bytes: s.Bytes, Missing: s.Missing, Level: s.Level, Jitter: s.Jitter, Held: s.Held, Last: s.Last}
	if s.Kind != switchboard.Video {
		return out
	}
	for _, l := range s.Layers {
		out.Layers = append(out.Layers, wall.Layer{Rate: float64(l.BitRate), FPS: l.FrameRate, Width: l.Width, Height: l.Height})
	}
	return out
}

// slotsSeen are the slots of a receiver that carry something now, or would if its
// browser took the codec. Who is in a private word or a huddle with whom is not
// the technician's to see.
func slotsSeen(seat summit.SeatID, r switchboard.ReceiverSurvey, now time.Time) (all []wall.Slot) {
	for _, s := range r.Slots {
		shows := s.Carries
		switch {
		case s.Foreign != "":
			shows = s.Foreign
		case s.Carries == "" || now.Sub(s.Last) > idleAfter:
			continue
		}
		id, _, _ := strings.Cut(string(shows), "/")
		named, ok := sourceNamed(summit.SummitID(id), shows)
		if !ok {
			continue
		}
		slot := wall.Slot{Seat: seat, Slot: string(s.ID), Kind: wall.Kind(named.Kind), Language: named.Language, Bytes: s.Bytes,
			Layer: -1, Reduced: string(s.Reduced), Lost: s.Lost}
		if at := plan.Slot(s.ID); at != plan.Private && at != plan.ScreenSlot {
			slot.Of = named.Seat // whose screen the table sees is in everybody's view
		}
		if s.Kind == switchboard.Video && s.Foreign == "" {
			slot.Layer = s.Layer
		}
		all = append(all, slot)
	}
	return all
}

func roomOf(u *secretariat.Update) wall.Room {
	s := u.State
	room := wall.Room{Flows: s.Flows(), Floor: s.Floor, WorksFrom: map[summit.SeatID]summit.Language{}}
	for _, seat := range s.Seats {
		room.Seats = append(room.Seats, wall.Seat{ID: seat.ID, Role: seat.Role, Muted: seat.Muted,
			Present: seat.Admitted && seat.Presence == summit.Present})
	}
	for _, b := range s.Booths {
		if b.OnAir != "" && !b.Cough && room.Flows {
			room.OnAir = append(room.OnAir, wall.OnAir{Language: b.Into, Seat: b.OnAir})
			if from := s.Incoming(b.OnAir); from != "" {
				room.WorksFrom[b.OnAir] = from
			}
		}
	}
	return room
}

// differences are those between the roster and the connections, which the
// secretariat compares; see [plan.Measured.Check].
func differences(u *secretariat.Update) (all []wall.Difference) {
	codes := map[plan.AlarmCode]wall.Code{plan.UnknownConnection: wall.Unseen, plan.MissingConnection: wall.Missing, plan.NotClear: wall.NotClear}
	for _, a := range u.Alarms {
		if code, ok := codes[a.Code]; ok {
			all = append(all, wall.Difference{Code: code, Seat: a.Seat})
		}
	}
	return all
}

func behindOf(u *secretariat.Update) bool {
	for _, a := range u.Alarms {
		if a.Code == plan.JournalBehind {
			return true
		}
	}
	return false
}

// disk is where the recordings lie; nothing when the system does not say.
func (w *walls) disk() wall.Disk {
	var s syscall.Statfs_t
	if err := syscall.Statfs(w.folder, &s); err != nil {
		return wall.Disk{}
	}
	return wall.Disk{Free: s.Bavail * uint64(s.Bsize), Size: s.Blocks * uint64(s.Bsize)}
}
