package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"liqa/tools/chart"
	"liqa/tools/page"
)

// order is the order in which runs are shown.
var order = []string{"before", "now"}

var ramp = []chart.Ink{chart.Ramp1, chart.Ramp2, chart.Ramp3, chart.Ramp4}

// view is one quantity of a point.
type quantity struct {
	title string
	of    func(point) float64
	unit  string
}

var quantities = []quantity{
	{"Concealed, heard over the bad line", func(p point) float64 { return 100 * p.Down.Concealed }, "%"},
	{"Concealed, spoken over the bad line", func(p point) float64 { return 100 * p.Up.Concealed }, "%"},
	{"Frozen, seen over the bad line", func(p point) float64 { return 100 * p.Down.Frozen }, "%"},
	{"Frozen, shown over the bad line", func(p point) float64 { return 100 * p.Up.Frozen }, "%"},
	{"Sound waits for what is late, heard", func(p point) float64 { return 1000 * p.Down.Buffered }, "ms"},
	{"Sound back after a cut of 2 s", func(p point) float64 { return whole(p.BackDown) }, "s"},
}

// whole shows what never came back as long as it was waited for.
func whole(s float64) float64 {
	if s < 0 {
		return backWithin.Seconds()
	}
	return s
}

// drawSweep draws what is kept of the sweep, and writes its table.
func drawSweep() error {
	runs, err := read[[]point]("sweep")
	if err != nil || len(runs) == 0 {
		return err
	}
	names := slices.DeleteFunc(slices.Clone(order), func(n string) bool { _, ok := runs[n]; return !ok })
	if err := draw("sweep", sweepSheet(runs, names).SVG()); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("![Concealed sound, frozen pictures and time to recover by loss and delay](figures/sweep.svg)\n")
	for _, name := range names {
		fmt.Fprintf(&b, "\n**%s** (%s)\n\n%s", strings.ToUpper(name[:1])+name[1:], whenMeasured(runs[name]), sweepTable(runs[name].Result))
	}
	return page.Fill(document, "sweep", b.String())
}

// sweepSheet is one row for each quantity and one column for each run.
func sweepSheet(runs kept[[]point], names []string) chart.Sheet {
	s := chart.Sheet{Title: "Concealed sound, frozen pictures and time to recover by loss and delay", Columns: len(names)}
	var all []point
	for _, n := range names {
		all = append(all, runs[n].Result...)
	}
	delays, losses := map[int]bool{}, map[float64]bool{}
	for _, p := range all {
		delays[p.Delay], losses[p.Loss] = true, true
	}
	ticks := slices.Sorted(maps.Keys(losses))
	for i, d := range slices.Sorted(maps.Keys(delays)) {
		label := fmt.Sprintf("%d ms", d)
		if i == 0 {
			label = "there and back: " + label
		}
		s.Legend = append(s.Legend, chart.Line{Ink: ramp[i%len(ramp)], Label: label})
	}
	for _, q := range quantities {
		most := 0.0
		for _, p := range all {
			most = max(most, q.of(p))
		}
		for _, n := range names {
			panel := chart.Panel{
				Title: fmt.Sprintf("%s, %s (%s)", q.title, n, q.unit),
				X:     chart.Axis{Label: "packets lost, each way (%)", Max: ticks[len(ticks)-1], Ticks: ticks},
				Y:     chart.Upto("", max(most, 1)),
			}
			for i, d := range slices.Sorted(maps.Keys(delays)) {
				l := chart.Line{Ink: ramp[i%len(ramp)], Marks: true}
				for _, p := range runs[n].Result {
					if p.Delay == d {
						l.Points = append(l.Points, chart.Point{X: p.Loss, Y: q.of(p)})
					}
				}
				panel.Lines = append(panel.Lines, l)
			}
			s.Panels = append(s.Panels, panel)
		}
	}
	return s
}

func sweepTable(points []point) string {
	rows := [][]string{{"delay", "lost", "heard: concealed", "waits", "seen: frozen", "back after", "spoken: concealed", "waits", "shown: frozen", "back after", "load"}}
	for _, p := range points {
		rows = append(rows, []string{
			fmt.Sprintf("%d ms", p.Delay), fmt.Sprintf("%g %%", p.Loss),
			percent(p.Down.Concealed), milliseconds(p.Down.Buffered), frozen(p.Down), seconds(p.BackDown),
			percent(p.Up.Concealed), milliseconds(p.Up.Buffered), frozen(p.Up), seconds(p.BackUp), fmt.Sprintf("%.0f", p.Load),
		})
	}
	return page.Table(rows...)
}

func milliseconds(s float64) string { return fmt.Sprintf("%.0f ms", 1000*s) }

func frozen(q quality) string {
	if q.Freezes == 0 && q.Frozen == 0 {
		return "–"
	}
	return fmt.Sprintf("%s, %d×", percent(q.Frozen), q.Freezes)
}
