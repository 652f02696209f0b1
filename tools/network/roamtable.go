package main

import (
	"fmt"
	"slices"

	"liqa/tools/page"
)

// drawRoam writes the table of what is kept of the mishaps.
func drawRoam() error {
	runs, err := read[[]mishap]("roam")
	if err != nil || len(runs) == 0 {
		return err
	}
	names := slices.DeleteFunc(slices.Clone(order), func(n string) bool { _, ok := runs[n]; return !ok })
	head := []string{"what happens to the far end"}
	for _, n := range names {
		head = append(head, n+": it hears again after", n+": it is heard again after")
	}
	rows := [][]string{head}
	for _, m := range runs[names[len(names)-1]].Result {
		row := []string{m.What}
		for _, n := range names {
			i := slices.IndexFunc(runs[n].Result, func(o mishap) bool { return o.What == m.What })
			if i < 0 {
				row = append(row, "", "")
				continue
			}
			row = append(row, middleAndWorst(runs[n].Result[i].Down), middleAndWorst(runs[n].Result[i].Up))
		}
		rows = append(rows, row)
	}
	text := page.Table(rows...)
	for _, n := range names {
		text += fmt.Sprintf("\n%s: %s\n", n, whenMeasured(runs[n]))
	}
	return page.Fill(document, "roam", text)
}

// middleAndWorst says the median and the longest of some times.
func middleAndWorst(all []float64) string {
	if len(all) == 0 {
		return ""
	}
	sorted := slices.Clone(all)
	for i, s := range sorted {
		if s < 0 {
			sorted[i] = 1e9 // never is the longest
		}
	}
	slices.Sort(sorted)
	say := func(s float64) string {
		switch {
		case s >= 1e9:
			return seconds(-1)
		case s == 0:
			return "≤ 0.3 s"
		}
		return seconds(s)
	}
	return fmt.Sprintf("%s, at worst %s", say(sorted[len(sorted)/2]), say(sorted[len(sorted)-1]))
}
