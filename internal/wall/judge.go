package wall

import (
	"slices"
	"strings"
	"time"

	"liqa/internal/summit"
)

// Where wrong begins and where right does; between the two nothing changes.
const (
	lossWrong, lossRight     = 0.08, 0.05
	silentBelow, soundsAbove = -70.0, -60.0 // dBov, smoothed
	clipsWrong, clipsRight   = 0.005, 0.001 // of the samples
	quietFor                 = 3 * time.Second
	fullWrong, fullRight     = 0.05, 0.07 // of the disk free
	plenty                   = 20 << 30   // bytes that are enough, however large the disk
	minutesWrong             = 30.0
	minutesRight             = 35.0
	crowdWrong, crowdRight   = 0.10, 0.05 // of the press seats
)

// judgeAll brings everything that can be wrong before the court.
func (w *Wall) judgeAll(o Observation) []Alarm {
	w.judgeSound(o)
	w.judgePictures(o)
	w.judgeWays(o)
	w.judgeChannels(o)
	w.judgeKeeping(o)
	for _, d := range o.Differences {
		w.court.judge(o.At, Alarm{Code: d.Code, Seat: d.Seat}, wrong)
	}
	w.judgeMachine(o)
	return w.court.close(o.At)
}

// judgeMachine says that the server is near its limit or, instead, at it.
func (w *Wall) judgeMachine(o Observation) {
	m := o.Machine
	a := Alarm{Code: Strained, Why: m.Why, Figure: tenths(100 * m.CPU)}
	if m.Full {
		a.Code, a.Press, a.Public = Full, o.Outside.Press, o.Outside.Public
	}
	w.court.judge(o.At, a, when(m.Near, !m.Near))
}

// when is wrong, right, or neither.
func when(isWrong, isRight bool) verdict {
	switch {
	case isWrong:
		return wrong
	case isRight:
		return right
	}
	return unsure
}

// judgeSound looks at the microphones: the one on the floor, and what each
// screen says of its own.
func (w *Wall) judgeSound(o Observation) {
	for _, seat := range o.Room.Seats {
		if !seat.Present {
			continue
		}
		if own := w.report(seat.ID, o.At); own != nil && own.Microphone != nil && !seat.Muted {
			m := own.Microphone
			w.court.judge(o.At, Alarm{Code: Clipping, Seat: seat.ID, Figure: tenths(100 * m.Clipped)},
				when(m.Clipped >= clipsWrong, m.Clipped <= clipsRight))
			w.court.judge(o.At, Alarm{Code: Narrowband, Seat: seat.ID, Figure: float64(m.Edge)},
				when(m.Edge > 0, m.Edge == 0))
		}
		if o.Room.Flows && seat.ID == o.Room.Floor && !seat.Muted {
			w.judgeFloor(o, seat.ID)
		}
	}
}

func (w *Wall) judgeFloor(o Observation, seat summit.SeatID) {
	for _, s := range o.Sources {
		if s.Kind == Microphone && s.Seat == seat {
			v := when(s.Level <= silentBelow, s.Level >= soundsAbove)
			w.court.judge(o.At, Alarm{Code: SilentFloor, Seat: seat, Figure: tenths(s.Level)}, v)
		}
	}
}

// judgePictures looks for cameras that send nothing, and for pictures that
// cannot be shown, or stand still, at who receives them.
func (w *Wall) judgePictures(o Observation) {
	moves := map[summit.SeatID]bool{}
	for _, s := range o.Sources {
		if s.Kind != Camera || s.Last.IsZero() {
			continue
		}
		quiet := o.At.Sub(s.Last)
		moves[s.Seat] = quiet < time.Second
		w.court.judge(o.At, Alarm{Code: PictureStopped, Seat: s.Seat, Figure: tenths(quiet.Seconds())},
			when(quiet >= quietFor, quiet < time.Second))
	}
	for _, s := range o.Slots {
		if s.Kind != Camera || w.seats[s.Seat].press() {
			continue
		}
		w.court.judge(o.At, Alarm{Code: NoCodec, Seat: s.Seat, Of: s.Of}, when(s.Reduced == "codec", s.Reduced != "codec"))
		r := w.report(s.Seat, o.At)
		if r == nil || r.Hidden || !moves[s.Of] {
			continue
		}
		got, plays := r.Slots[s.Slot]
		if !plays {
			continue
		}
		w.court.judge(o.At, Alarm{Code: PictureFrozen, Seat: s.Seat, Of: s.Of, Figure: tenths(got.Frozen)},
			when(got.Frozen >= 2 && got.FPS < 1, got.FPS >= 1 && got.Frozen < 1))
	}
}

// judgeWays looks at the loss on each seat's ways, the press together.
func (w *Wall) judgeWays(o Observation) {
	press, bad := 0, 0
	for _, c := range w.apart(o) {
		seat, known := w.seats[c.Seat]
		if !known {
			continue
		}
		if seat.press() {
			press++
			if c.Lost >= lossWrong {
				bad++
			}
			continue
		}
		w.court.judge(o.At, Alarm{Code: Loss, Seat: c.Seat, Way: c.Way, Figure: tenths(100 * c.Lost)},
			when(c.Lost >= lossWrong, c.Lost < lossRight))
	}
	if press > 0 {
		share := float64(bad) / float64(press)
		w.court.judge(o.At, Alarm{Code: PressLoss, Figure: float64(bad)}, when(share >= crowdWrong, share < crowdRight))
	}
}

// apart gives the connections with the loss that is each one's own. What a
// source has lost on its way in is missing in every slot that carries it, and
// would be held against everybody who looks at it.
func (w *Wall) apart(o Observation) []Connection {
	in := map[summit.SeatID]float64{}
	for _, c := range o.Connections {
		if c.Way == In {
			in[c.Seat] = max(in[c.Seat], c.Lost)
		}
	}
	// Of each seat: the worst that its slots bring along, and their own worst.
	brought, own, told := map[summit.SeatID]float64{}, map[summit.SeatID]float64{}, map[summit.SeatID]bool{}
	for _, s := range o.Slots {
		before := in[s.Of]
		if s.Kind == Channel {
			before = 0 // it is on a clock of its own and has no gaps
		}
		brought[s.Seat] = max(brought[s.Seat], before)
		own[s.Seat] = max(own[s.Seat], s.Lost-before)
		told[s.Seat] = told[s.Seat] || s.Lost > 0
	}
	all := slices.Clone(o.Connections)
	for i := range all {
		c := &all[i]
		switch {
		case c.Way != Out:
		case told[c.Seat]:
			c.Lost = min(c.Lost, own[c.Seat])
		default:
			c.Lost = max(0, c.Lost-brought[c.Seat])
		}
	}
	return all
}

// judgeChannels looks whether who is on air is heard of.
func (w *Wall) judgeChannels(o Observation) {
	for _, a := range o.Room.OnAir {
		var last time.Time
		for _, s := range o.Sources {
			if s.Kind == Microphone && s.Seat == a.Seat {
				last = s.Last
			}
		}
		if last.IsZero() { // no connection: silent since it was first seen so
			last = w.onAirSince(a, o.At)
		}
		quiet := o.At.Sub(last)
		w.court.judge(o.At, Alarm{Code: ChannelSilent, Seat: a.Seat, Language: a.Language, Figure: tenths(quiet.Seconds())},
			when(quiet >= quietFor, quiet < time.Second))
	}
	for a := range w.onAir {
		if !slices.Contains(o.Room.OnAir, a) {
			delete(w.onAir, a)
		}
	}
}

// onAirSince is when somebody was first seen on air.
func (w *Wall) onAirSince(a OnAir, at time.Time) time.Time {
	if since, seen := w.onAir[a]; seen {
		return since
	}
	w.onAir[a] = at
	return at
}

// judgeKeeping looks at recorder, disk and journal.
func (w *Wall) judgeKeeping(o Observation) {
	if o.Disk.Size > 0 {
		free := float64(o.Disk.Free) / float64(o.Disk.Size)
		left, known := w.minutesLeft(o)
		low := free < fullWrong && o.Disk.Free < plenty || known && left < minutesWrong
		fine := (free > fullRight || o.Disk.Free > plenty) && (!known || left > minutesRight)
		w.court.judge(o.At, Alarm{Code: DiskLow, Figure: tenths(100 * free)}, when(low, fine))
	}
	fails := len(o.Recorder.Faults) > 0 || o.Recorder.Wanted && o.Recorder.Take == ""
	w.court.judge(o.At, Alarm{Code: RecorderFailing, Figure: float64(len(o.Recorder.Faults)), Why: strings.Join(o.Recorder.Faults[:min(3, len(o.Recorder.Faults))], " ")},
		when(fails, !fails))
	w.court.judge(o.At, Alarm{Code: JournalBehind}, when(o.Journal.Behind, !o.Journal.Behind))
}

// minutesLeft is for how long there is room at the pace of the last minutes.
// It is known once something has been recorded for a minute.
func (w *Wall) minutesLeft(o Observation) (minutes float64, known bool) {
	t := w.recording.trace()
	if len(t) < 60 {
		return 0, false
	}
	sum, n := 0.0, 0
	for _, v := range t[len(t)-60:] {
		if v > 0 {
			sum += float64(v) // kbit/s
			n++
		}
	}
	if n < 30 {
		return 0, false
	}
	bytesPerMinute := sum / float64(n) * 1000 / 8 * 60
	return float64(o.Disk.Free) / bytesPerMinute, true
}
