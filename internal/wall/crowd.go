package wall

import (
	"cmp"
	"slices"
)

// crowds puts the press and the public into one row each.
func (w *Wall) crowds(o Observation, everyPress bool) (press, public Crowd) {
	var seats, nobody []Member
	for _, c := range o.Connections {
		switch s, known := w.seats[c.Seat]; {
		case c.Seat == "":
			nobody = append(nobody, Member{Link: w.link(c)})
		case known && s.press():
			m := Member{Seat: c.Seat, Link: w.link(c)}
			if r := w.report(c.Seat, o.At); r != nil {
				m.Browser = r.Browser.Name + " " + r.Browser.Version
			}
			seats = append(seats, m)
		}
	}
	most := fewest
	if everyPress {
		most = len(seats)
	}
	return crowd(seats, most), crowd(nobody, 0)
}

// crowd sums members up, and keeps so many of the worst.
func crowd(all []Member, most int) Crowd {
	c := Crowd{Connections: len(all), Worst: []Member{}}
	if len(all) == 0 {
		return c
	}
	lost, delays := make([]float64, len(all)), make([]float64, len(all))
	for i, m := range all {
		c.Rate += m.Link.Rate
		lost[i], delays[i] = m.Link.Lost, m.Link.Delay
		if m.Link.Lost >= 100*lossWrong {
			c.Bad++
		}
	}
	c.Rate, c.Lost, c.Delay = tenths(c.Rate), median(lost), median(delays)
	slices.SortFunc(all, func(a, b Member) int {
		return cmp.Or(cmp.Compare(b.Link.Lost, a.Link.Lost), cmp.Compare(b.Link.Delay, a.Link.Delay), cmp.Compare(a.Seat, b.Seat))
	})
	c.Worst = append(c.Worst, all[:min(most, len(all))]...)
	return c
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
