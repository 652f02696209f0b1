package wall

import (
	"cmp"
	"slices"
	"time"

	"liqa/internal/summit"
)

// behind is how far a channel's transport is behind the floor where both leave
// the server. A part that is not known is not in it.
type behind struct {
	time  time.Duration
	known bool // something of it is
	whole bool // all of it is
}

// behindOf follows a channel back to the floor, through so many booths at most.
func (w *Wall) behindOf(o Observation, l summit.Language, steps int) behind {
	held, feeds := time.Duration(0), false
	for _, s := range o.Sources {
		if s.Kind == Channel && s.Language == l {
			held, feeds = s.Held, s.Held > 0
		}
	}
	sum := behind{held, feeds, feeds}
	booth := onAirInto(o, l)
	if booth == "" || steps == 0 {
		return sum
	}
	part := func(d time.Duration, known bool) {
		sum.time += d
		sum.known, sum.whole = sum.known || known, sum.whole && known
	}
	from := o.Room.WorksFrom[booth]
	if from != "" {
		pivot := w.behindOf(o, from, steps-1)
		part(pivot.time, pivot.known)
		sum.whole = sum.whole && pivot.whole
	}
	for _, way := range [...]Way{Out, In} {
		d, known := time.Duration(0), false
		for _, c := range o.Connections {
			if c.Seat == booth && c.Way == way && c.Delay > 0 {
				d, known = max(d, c.Delay/2), true
			}
		}
		part(d, known)
	}
	part(w.holds(o, booth, from))
	return sum
}

// onAirInto is who interprets into a channel.
func onAirInto(o Observation, l summit.Language) summit.SeatID {
	for _, a := range o.Room.OnAir {
		if a.Language == l {
			return a.Seat
		}
	}
	return ""
}

// holds is how long a booth's browser keeps what it works from, a channel or
// the floor, so that it comes evenly; known as far as its screen says so.
func (w *Wall) holds(o Observation, booth summit.SeatID, from summit.Language) (time.Duration, bool) {
	r := w.report(booth, o.At)
	if r == nil {
		return 0, false
	}
	for _, s := range o.Slots {
		works := s.Kind == Channel && from != "" && s.Language == from || s.Kind == Microphone && from == "" && s.Of == o.Room.Floor
		if got, plays := r.Slots[s.Slot]; s.Seat == booth && works && plays && got.Buffer > 0 {
			return time.Duration(got.Buffer * float64(time.Millisecond)), true
		}
	}
	return 0, false
}

// shown is the figure for a row; −1 when nothing of it is known.
func (b behind) shown() (millis float64, atLeast bool) {
	if !b.known {
		return -1, false
	}
	return milliseconds(b.time), !b.whole
}

// measureChannels goes on with the lines of the channels.
func (w *Wall) measureChannels(o Observation) {
	for _, s := range o.Sources {
		if s.Kind != Channel {
			continue
		}
		line := w.behind[s.Language]
		if line == nil {
			line = &ring{}
			w.behind[s.Language] = line
		}
		if millis, _ := w.behindOf(o, s.Language, len(o.Room.OnAir)).shown(); millis < 0 {
			line.add(unknown)
		} else {
			line.add(float32(millis))
		}
	}
}

func (w *Wall) channels(o Observation) (rows []ChannelRow) {
	for _, s := range o.Sources {
		if s.Kind != Channel {
			continue
		}
		r := ChannelRow{Language: s.Language, Rate: w.kilobitsOf(string(s.Kind), s.name()), Level: tenths(s.Level), Quiet: quiet(s.Last, o.At)}
		if r.OnAir = onAirInto(o, s.Language); r.OnAir != "" {
			r.From = o.Room.WorksFrom[r.OnAir]
		}
		r.Behind, r.AtLeast = w.behindOf(o, s.Language, len(o.Room.OnAir)).shown()
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b ChannelRow) int { return cmp.Compare(a.Language, b.Language) })
	return rows
}
