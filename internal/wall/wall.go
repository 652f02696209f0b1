package wall

import (
	"math"
	"slices"
	"time"

	"liqa/internal/summit"
)

const (
	// staleAfter is how long a report counts: five of them missed.
	staleAfter = 10 * time.Second
	// fewest is how many of a crowd are shown by name unless all are asked for.
	fewest = 5
	// smoothing of rates, so that a figure can be read: of each new second so much.
	smoothing = 0.5
)

// Wall is the wall of one summit. It is used by one goroutine at a time.
type Wall struct {
	tick   uint64
	last   Observation
	court  court
	alarms []Alarm

	seats   map[summit.SeatID]Seat
	reports map[summit.SeatID]reported
	tested  map[summit.SeatID]reported // the last that had a test before going on air
	meters  map[meterKey]*meter
	lines   map[summit.SeatID]*[len(Lines)]ring
	server  [len(ServerLines)]ring
	onAir   map[OnAir]time.Time
	behind  map[summit.Language]*ring // the lines of the channels

	recording *ring // the server's line of that name
}

type reported struct {
	Report
	at time.Time
}

// New makes the wall of a summit of which nothing has been seen.
func New() *Wall {
	w := &Wall{court: court{map[subject]*trial{}}, alarms: []Alarm{}, seats: map[summit.SeatID]Seat{}, reports: map[summit.SeatID]reported{}, tested: map[summit.SeatID]reported{},
		meters: map[meterKey]*meter{}, lines: map[summit.SeatID]*[len(Lines)]ring{}, onAir: map[OnAir]time.Time{}, behind: map[summit.Language]*ring{}}
	w.recording = &w.server[len(ServerLines)-1]
	return w
}

// Report takes in what a seat's screen says of itself; the last word counts.
func (w *Wall) Report(seat summit.SeatID, r Report, at time.Time) {
	w.reports[seat] = reported{r, at}
	if r.AirTest != nil {
		w.tested[seat] = reported{Report{AirTest: r.AirTest}, at}
	}
}

// report is what a seat's screen said last; nil when that is too long ago.
func (w *Wall) report(seat summit.SeatID, now time.Time) *reported {
	r, ok := w.reports[seat]
	if !ok || now.Sub(r.at) > staleAfter {
		return nil
	}
	return &r
}

// meterKey names a counter that a rate is made of.
type meterKey struct {
	what string // session, or source or slot of a seat
	of   string
}

// meter makes a rate of a counter.
type meter struct {
	count   uint64
	at      time.Time
	rate    float64 // per second, smoothed
	started bool    // a rate has been measured
}

// perSecond takes in a counter's value. A counter that has begun again is not
// a burst.
func (w *Wall) perSecond(key meterKey, count uint64, at time.Time) float64 {
	m := w.meters[key]
	if m == nil {
		m = &meter{count: count, at: at}
		w.meters[key] = m
		return 0
	}
	if d := at.Sub(m.at).Seconds(); d > 0 {
		now := 0.0
		if count >= m.count {
			now = float64(count-m.count) / d
		}
		if m.started {
			now = smoothing*now + (1-smoothing)*m.rate
		}
		m.rate, m.started = now, true
	}
	m.count, m.at = count, at
	return m.rate
}

// kilobits is a rate in kbit/s of a counter of bytes.
func (w *Wall) kilobits(what, of string, bytes uint64, at time.Time) float64 {
	return tenths(w.perSecond(meterKey{what, of}, bytes, at) * 8 / 1000)
}

// Take takes in what is seen now, and returns the alarms that have begun and
// those that have ended with it. Observations come in the order of time.
func (w *Wall) Take(o Observation) (began, ended []Alarm) {
	w.tick++
	clear(w.seats)
	for _, s := range o.Room.Seats {
		w.seats[s.ID] = s
	}
	w.measure(o)
	w.last = o
	before := w.alarms
	w.alarms = w.judgeAll(o)
	for _, a := range w.alarms {
		if !slices.ContainsFunc(before, a.same) {
			began = append(began, a)
		}
	}
	for _, a := range before {
		if !slices.ContainsFunc(w.alarms, a.same) {
			ended = append(ended, a)
		}
	}
	w.forget(o.At)
	return began, ended
}

func (a Alarm) same(b Alarm) bool {
	return a.Code == b.Code && a.Seat == b.Seat && a.Of == b.Of && a.Language == b.Language && a.Way == b.Way && a.Since.Equal(b.Since)
}

// measure makes the rates and goes on with the lines.
func (w *Wall) measure(o Observation) {
	values := map[summit.SeatID]*[len(Lines)]float32{}
	of := func(seat summit.SeatID) *[len(Lines)]float32 {
		v := values[seat]
		if v == nil {
			v = &[len(Lines)]float32{}
			for i := range v {
				v[i] = unknown
			}
			values[seat] = v
		}
		return v
	}
	for _, s := range o.Room.Seats {
		if !s.press() && (s.Present || w.lines[s.ID] != nil) {
			of(s.ID)
		}
	}
	for _, c := range o.Connections {
		rate := w.kilobits(c.Session, "", c.Bytes, o.At)
		if s, known := w.seats[c.Seat]; !known || s.press() {
			continue
		}
		v := of(c.Seat)
		if c.Way == In {
			v[0], v[1] = worse(v[0], rate), worse(v[1], 100*c.Lost)
		} else {
			v[3], v[4] = worse(v[3], rate), worse(v[4], 100*c.Lost)
			v[5] = worse(v[5], milliseconds(c.Delay))
		}
	}
	for _, s := range o.Sources {
		w.kilobits(string(s.Kind), s.name(), s.Bytes, o.At)
		if s.Kind == Microphone && s.Seat != "" {
			of(s.Seat)[2] = float32(s.Level)
		}
	}
	for _, s := range o.Slots {
		w.kilobits(s.Slot, string(s.Seat), s.Bytes, o.At)
	}
	for seat, v := range values {
		lines := w.lines[seat]
		if lines == nil {
			lines = &[len(Lines)]ring{}
			w.lines[seat] = lines
		}
		for i := range v {
			lines[i].add(v[i])
		}
	}
	w.measureChannels(o)
	m := o.Machine
	for i, v := range [len(ServerLines)]float64{
		100 * m.CPU, float64(m.Memory) / (1 << 20),
		w.perSecond(meterKey{what: "packets in"}, m.In, o.At), w.perSecond(meterKey{what: "packets out"}, m.Out, o.At),
		w.kilobits("recorder", "", o.Recorder.Bytes, o.At),
	} {
		w.server[i].add(float32(v))
	}
}

// worse is the larger of two, where the first may be unknown.
func worse(a float32, b float64) float32 {
	if math.IsNaN(float64(a)) {
		return float32(b)
	}
	return max(a, float32(b))
}

func (s Source) name() string { return string(s.Seat) + "/" + string(s.Language) }

func milliseconds(d time.Duration) float64 { return tenths(float64(d) / float64(time.Millisecond)) }

// Alarms are those that stand, the oldest first.
func (w *Wall) Alarms() []Alarm { return w.alarms }

// forget drops what has not been seen for a while.
func (w *Wall) forget(now time.Time) {
	for key, m := range w.meters {
		if now.Sub(m.at) > staleAfter {
			delete(w.meters, key)
		}
	}
	for seat, r := range w.reports {
		if _, known := w.seats[seat]; !known || now.Sub(r.at) > staleAfter {
			delete(w.reports, seat)
		}
	}
	for seat := range w.tested {
		if _, known := w.seats[seat]; !known {
			delete(w.tested, seat)
		}
	}
	for seat := range w.lines {
		if _, known := w.seats[seat]; !known {
			delete(w.lines, seat)
		}
	}
}

// Look is what a screen is shown of the last observation: with the history of
// the last minutes, and with every press seat by name, when so wished.
func (w *Wall) Look(history, everyPress bool) View {
	o := w.last
	v := View{At: o.At.UTC(), Tick: w.tick, Seats: []Row{}, Channels: []ChannelRow{}, Alarms: w.alarms}
	rows := map[summit.SeatID]*Row{}
	for _, s := range o.Room.Seats {
		if !s.press() {
			rows[s.ID] = &Row{Seat: s.ID, Sources: []SourceRow{}, Slots: []SlotRow{}}
		}
	}
	w.links(o, rows)
	w.sources(o, rows)
	for id, row := range rows {
		if r := w.report(id, o.At); r != nil {
			row.Own = &Own{r.Browser, r.Hidden, r.Microphone, r.Camera, r.Sends, tenths(o.At.Sub(r.at).Seconds())}
		}
	}
	for id, r := range w.tested {
		if row := rows[id]; row != nil {
			row.AirTest = r.AirTest
			row.AirTestAt = r.at.Add(-time.Duration(r.AirTest.Ago * float64(time.Second))).UTC().Truncate(time.Second)
		}
	}
	for _, s := range o.Room.Seats {
		if row := rows[s.ID]; row != nil {
			v.Seats = append(v.Seats, *row)
		}
	}
	v.Press, v.Public = w.crowds(o, everyPress)
	v.Channels = append(v.Channels, w.channels(o)...)
	v.Recorder = w.recorder(o)
	v.Journal = JournalRow(o.Journal)
	v.Server = ServerRow{CPU: tenths(100 * o.Machine.CPU), Memory: tenths(float64(o.Machine.Memory) / (1 << 20)),
		In: math.Round(w.rateOf(meterKey{what: "packets in"})), Out: math.Round(w.rateOf(meterKey{what: "packets out"})),
		Near: o.Machine.Near, Why: o.Machine.Why}
	if history {
		v.History = w.history()
	}
	return v
}

func (w *Wall) rateOf(key meterKey) float64 {
	if m := w.meters[key]; m != nil {
		return m.rate
	}
	return 0
}

func (w *Wall) kilobitsOf(what, of string) float64 {
	return tenths(w.rateOf(meterKey{what, of}) * 8 / 1000)
}

func (w *Wall) link(c Connection) Link {
	return Link{Transport: c.Transport, Rate: w.kilobitsOf(c.Session, ""), Lost: tenths(100 * c.Lost), Delay: milliseconds(c.Delay),
		Jitter: milliseconds(c.Jitter), Quiet: milliseconds(c.Quiet), Dropped: c.Dropped, Estimate: math.Round(c.Estimate / 1000)}
}

// join puts two connections of one seat and way together, as while one
// replaces the other: the worst of each is shown.
func join(a *Link, b Link) *Link {
	if a == nil {
		return &b
	}
	j := *a
	j.Rate += b.Rate
	j.Lost, j.Delay, j.Jitter = max(a.Lost, b.Lost), max(a.Delay, b.Delay), max(a.Jitter, b.Jitter)
	j.Quiet, j.Dropped = min(a.Quiet, b.Quiet), a.Dropped+b.Dropped
	j.Several = max(a.Several, 1) + 1
	return &j
}

func (w *Wall) links(o Observation, rows map[summit.SeatID]*Row) {
	for _, c := range o.Connections {
		row := rows[c.Seat]
		if row == nil {
			continue
		}
		if c.Way == In {
			row.In = join(row.In, w.link(c))
		} else {
			row.Out = join(row.Out, w.link(c))
		}
	}
}

func (w *Wall) sources(o Observation, rows map[summit.SeatID]*Row) {
	for _, s := range o.Sources {
		row := rows[s.Seat]
		if row == nil || s.Kind == Channel {
			continue
		}
		r := SourceRow{Kind: s.Kind, Codec: s.Codec, Rate: w.kilobitsOf(string(s.Kind), s.name()),
			Jitter: milliseconds(s.Jitter), Level: tenths(s.Level), Quiet: quiet(s.Last, o.At)}
		for _, l := range s.Layers {
			r.Layers = append(r.Layers, LayerRow{Rate: tenths(l.Rate / 1000), FPS: tenths(l.FPS), Width: l.Width, Height: l.Height})
		}
		row.Sources = append(row.Sources, r)
	}
	for _, s := range o.Slots {
		row := rows[s.Seat]
		if row == nil {
			continue
		}
		r := SlotRow{Slot: s.Slot, Of: s.Of, Kind: s.Kind, Language: s.Language, Layer: s.Layer, Reduced: s.Reduced, Rate: w.kilobitsOf(s.Slot, string(s.Seat))}
		if own := w.report(s.Seat, o.At); own != nil {
			if plays, ok := own.Slots[s.Slot]; ok {
				r.Plays = &plays
			}
		}
		row.Slots = append(row.Slots, r)
	}
}

// quiet is for how many milliseconds nothing has come; −1 when nothing ever has.
func quiet(last, now time.Time) float64 {
	if last.IsZero() {
		return -1
	}
	return max(0, math.Round(milliseconds(now.Sub(last))))
}

func (w *Wall) recorder(o Observation) RecorderRow {
	r := RecorderRow{Take: o.Recorder.Take, Wanted: o.Recorder.Wanted, Rate: w.kilobitsOf("recorder", ""),
		Faults: append([]string{}, o.Recorder.Faults...), Free: o.Disk.Free, Size: o.Disk.Size, Minutes: -1}
	if left, known := w.minutesLeft(o); known {
		r.Minutes = math.Round(left)
	}
	return r
}

func (w *Wall) history() *History {
	h := &History{Seats: map[summit.SeatID]map[string]Trace{}, Server: map[string]Trace{}, Channels: map[summit.Language]Trace{}}
	for l, line := range w.behind {
		h.Channels[l] = line.trace()
	}
	for seat, lines := range w.lines {
		h.Seats[seat] = map[string]Trace{}
		for i, name := range Lines {
			h.Seats[seat][name] = lines[i].trace()
		}
	}
	for i, name := range ServerLines {
		h.Server[name] = w.server[i].trace()
	}
	return h
}
