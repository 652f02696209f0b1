package main

import (
	"math"
	"strconv"

	"liqa/tools/chart"
)

// sheets are the figures, by name.
func sheets(m measured) map[string]chart.Sheet {
	ways := []inked{
		{chart.First, "original", m.Way.Ways.Original},
		{chart.Second, "through a booth", m.Way.Ways.Booth},
		{chart.Third, "booth and relay", m.Way.Ways.Relay},
	}
	treated := []inked{
		{chart.First, "as it is", m.Way.Ways.Original},
		{chart.Second, "echo cancellation and the like", m.Way.Treated},
		{chart.Third, "DTX", m.Way.DTX},
	}
	return map[string]chart.Sheet{
		"sound-response": responses("Frequency response from the speaker’s microphone to the listener’s output", ways, 6, -12),
		"sound-treated":  responses("The same with echo cancellation and with DTX", treated, 15, -45),
		"sound-loss":     concealed(m.Loss.Points),
	}
}

type inked struct {
	ink   chart.Ink
	label string
	way   way
}

func responses(title string, ways []inked, high, low float64) chart.Sheet {
	s := chart.Sheet{Title: title, Columns: 2, Height: 240, Width: 420}
	panels := []chart.Panel{{Title: "Sweep, dB"}, {Title: "Pink noise, dB"}}
	for i, of := range []func(way) curve{func(w way) curve { return w.Sweep }, func(w way) curve { return w.Pink }} {
		panels[i].X, panels[i].Y = frequency(), level(high, low)
		panels[i].Bands = []chart.Band{{From: math.Log10(125), To: math.Log10(15_000)}}
		for _, w := range ways {
			panels[i].Lines = append(panels[i].Lines, chart.Line{Ink: w.ink, Points: points(of(w.way))})
		}
	}
	for _, w := range ways {
		s.Legend = append(s.Legend, chart.Line{Ink: w.ink, Label: w.label})
	}
	s.Panels = panels
	return s
}

func points(c curve) []chart.Point {
	var out []chart.Point
	for _, p := range c {
		out = append(out, chart.Point{X: math.Log10(p[0]), Y: p[1]})
	}
	return out
}

// frequency is a logarithmic axis.
func frequency() chart.Axis {
	a := chart.Axis{Label: "Hz", Min: math.Log10(60), Max: math.Log10(20_000), Format: func(v float64) string {
		if hertz := math.Round(math.Pow(10, v)); hertz < 1000 {
			return strconv.FormatFloat(hertz, 'f', -1, 64)
		} else {
			return strconv.FormatFloat(hertz/1000, 'f', -1, 64) + " k"
		}
	}}
	for _, hertz := range []float64{125, 500, 1000, 4000, 8000, 15_000} {
		a.Ticks = append(a.Ticks, math.Log10(hertz))
	}
	return a
}

func level(high, low float64) chart.Axis {
	a := chart.Axis{Min: low, Max: high}
	for v := high; v >= low; v -= math.Max(3, math.Round((high-low)/18)*3) {
		a.Ticks = append(a.Ticks, v)
	}
	return a
}

// concealed shows what decoders made up: what was lost each by itself, and in
// bursts.
func concealed(all []loss) chart.Sheet {
	legend := []chart.Line{{Ink: chart.First, Label: "at the booth"}, {Ink: chart.Second, Label: "at the listener"}, {Ink: chart.Third, Label: "through the relay"}}
	panels := []chart.Panel{{Title: "Concealed, %, packets lost each by itself"}, {Title: "Concealed, %, packets lost in bursts"}}
	most, lost := 0.0, 0.0
	for i := range panels {
		for _, l := range legend {
			panels[i].Lines = append(panels[i].Lines, chart.Line{Ink: l.Ink, Marks: true})
		}
	}
	for _, l := range all {
		lost = math.Max(lost, 100*l.Loss)
		for i, share := range []float64{l.Booth, l.Listener, l.Relay} {
			most = math.Max(most, 100*share)
			for j, bursts := range []bool{false, true} {
				if bursts == (l.Burst > 1) || l.Loss == 0 {
					line := &panels[j].Lines[i]
					line.Points = append(line.Points, chart.Point{X: 100 * l.Loss, Y: 100 * share})
				}
			}
		}
	}
	for i := range panels {
		panels[i].X, panels[i].Y = chart.Upto("lost on each way, %", lost), chart.Upto("", most)
	}
	return chart.Sheet{Title: "Concealed sound by loss", Columns: 2, Width: 420, Height: 240, Legend: legend, Panels: panels}
}
