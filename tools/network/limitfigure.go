package main

import (
	"fmt"
	"slices"
	"strings"

	"liqa/tools/chart"
	"liqa/tools/page"
)

// drawLimit draws what is kept of the limited line, and writes its table.
func drawLimit() error {
	runs, err := read[limited]("limit")
	if err != nil || len(runs) == 0 {
		return err
	}
	names := slices.DeleteFunc(slices.Clone(order), func(n string) bool { _, ok := runs[n]; return !ok })
	if err := draw("limit", limitSheet(runs, names).SVG()); err != nil {
		return err
	}
	rows := [][]string{{"", "sound concealed under the limit", "longest gap in the sound", "picture as before, after the limit", "measured"}}
	for _, n := range names {
		r := runs[n].Result
		rows = append(rows, []string{n, percent(r.Concealed), seconds(r.LongestGap), seconds(r.Back), whenMeasured(runs[n])})
	}
	var b strings.Builder
	b.WriteString("![Rate, layer and sound over time](figures/limit.svg)\n\n")
	b.WriteString(page.Table(rows...))
	return page.Fill(document, "limit", b.String())
}

// limitSheet has a column for each run: rates, layer, and sound over time.
func limitSheet(runs kept[limited], names []string) chart.Sheet {
	s := chart.Sheet{
		Title: "A line that is narrow for a while", Columns: len(names), Width: 400, Height: 190,
		Legend: []chart.Line{{Ink: chart.First, Label: "speaker's picture"}, {Ink: chart.Second, Label: "all the rest"}, {Ink: chart.Third, Label: "what the server takes the line for"}},
	}
	most, height, moving := 0.0, 0, 0
	for _, n := range names {
		for _, m := range runs[n].Result.Moments {
			most, height, moving = max(most, m.Picture, m.Others+m.Sound), max(height, m.Height), max(moving, m.Moving)
		}
	}
	shows := []struct {
		title string
		y     chart.Axis
		lines func([]moment) []chart.Line
	}{
		{"received (kbit/s)", chart.Upto("", most), rates},
		{"lines of the speaker's picture", heights(height), func(all []moment) []chart.Line {
			return []chart.Line{line(chart.First, true, all, func(m moment) float64 { return float64(m.Height) })}
		}},
		{"pictures that move", chart.Upto("", float64(moving)), func(all []moment) []chart.Line {
			return []chart.Line{line(chart.First, true, all, func(m moment) float64 { return float64(m.Moving) })}
		}},
		{"sound concealed (%)", chart.Axis{Max: 100, Ticks: []float64{0, 50, 100}}, func(all []moment) []chart.Line {
			return []chart.Line{line(chart.First, true, all, func(m moment) float64 { return 100 * m.Concealed })}
		}},
	}
	for _, show := range shows {
		for _, n := range names {
			r := runs[n].Result
			s.Panels = append(s.Panels, chart.Panel{
				Title: fmt.Sprintf("%s, %s", strings.ToUpper(show.title[:1])+show.title[1:], n),
				X:     seconds10(r.Moments), Y: show.y, Lines: show.lines(r.Moments),
				Bands: []chart.Band{{From: r.From, To: r.To, Label: fmt.Sprintf("%d kbit/s", r.Kilobits)}},
			})
		}
	}
	return s
}

func rates(all []moment) []chart.Line {
	lines := []chart.Line{
		line(chart.First, false, all, func(m moment) float64 { return m.Picture }),
		line(chart.Second, false, all, func(m moment) float64 { return m.Others + m.Sound }),
	}
	if slices.ContainsFunc(all, func(m moment) bool { return m.Estimate > 0 }) {
		lines = append(lines, line(chart.Third, false, all, func(m moment) float64 { return m.Estimate }))
	}
	return lines
}

func line(ink chart.Ink, steps bool, all []moment, of func(moment) float64) chart.Line {
	l := chart.Line{Ink: ink, Steps: steps}
	for _, m := range all {
		l.Points = append(l.Points, chart.Point{X: m.At, Y: of(m)})
	}
	return l
}

// seconds10 is an axis of time with a tick every ten seconds.
func seconds10(all []moment) chart.Axis {
	a := chart.Axis{Label: "seconds"}
	if len(all) > 0 {
		a.Max = all[len(all)-1].At
	}
	for t := 0.0; t <= a.Max; t += 10 {
		a.Ticks = append(a.Ticks, t)
	}
	return a
}

// heights is an axis with the lines of the three layers of a picture.
func heights(full int) chart.Axis {
	f := float64(full)
	return chart.Axis{Max: f, Ticks: []float64{0, f / 4, f / 2, f}}
}
