package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"liqa/tools/chart"
)

// reading is what the server's process held at an instant.
type reading struct {
	Minutes     float64 // since the beginning
	Resident    float64 // MiB of memory
	Heap        float64 // MiB of it in use by Go
	Goroutines  float64
	Descriptors float64
	Media       float64 // connections, in and out
	Visits      int64   // that have ended
	Fallen      int64   // connections of who stays that have ended, and were made again
}

func (r reading) String() string {
	return fmt.Sprintf("%6.1f min: %.1f MiB resident, %.1f MiB of heap, %.0f goroutines, %.0f descriptors, %.0f media connections, %d visits, %d fallen off",
		r.Minutes, r.Resident, r.Heap, r.Goroutines, r.Descriptors, r.Media, r.Visits, r.Fallen)
}

// read takes a reading out of what the server tells Prometheus.
func read(text []byte) (r reading, err error) {
	const mebibyte = 1 << 20
	wanted := map[string]struct {
		to   *float64
		unit float64
	}{
		"process_resident_memory_bytes": {&r.Resident, mebibyte}, "go_memstats_heap_inuse_bytes": {&r.Heap, mebibyte},
		"go_goroutines": {&r.Goroutines, 1}, "process_open_fds": {&r.Descriptors, 1}, "liqa_media_connections": {&r.Media, 1},
	}
	found := map[string]bool{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if name, _, _ = strings.Cut(name, "{"); !ok || wanted[name].to == nil {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return r, fmt.Errorf("the metric %s: %w", name, err)
		}
		*wanted[name].to += v / wanted[name].unit
		found[name] = true
	}
	for name := range wanted {
		if !found[name] {
			return r, fmt.Errorf("the server does not tell %s", name)
		}
	}
	return r, nil
}

// columns are a reading's, in the order of the file.
var columns = []struct {
	name string
	of   func(reading) float64
}{
	{"minutes", func(r reading) float64 { return r.Minutes }},
	{"resident MiB", func(r reading) float64 { return r.Resident }},
	{"heap MiB", func(r reading) float64 { return r.Heap }},
	{"goroutines", func(r reading) float64 { return r.Goroutines }},
	{"descriptors", func(r reading) float64 { return r.Descriptors }},
	{"media connections", func(r reading) float64 { return r.Media }},
	{"visits", func(r reading) float64 { return float64(r.Visits) }},
	{"fallen off", func(r reading) float64 { return float64(r.Fallen) }},
}

// write keeps the readings as a file of comma-separated values.
func write(path string, all []reading) error {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	rows := [][]string{slices.Clone(row)}
	for _, r := range all {
		for i, c := range columns {
			row[i] = strconv.FormatFloat(math.Round(c.of(r)*10)/10, 'f', -1, 64)
		}
		rows = append(rows, slices.Clone(row))
	}
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// quarter is the mean of a quantity over a quarter of the readings, 0 to 3.
func quarter(all []reading, n int, of func(reading) float64) float64 {
	part := all[n*len(all)/4 : (n+1)*len(all)/4]
	sum := 0.0
	for _, r := range part {
		sum += of(r)
	}
	return sum / float64(len(part))
}

// allowed is by how much the last quarter's mean may be above the second's: a
// share of it, and a number. Caches have found their sizes by the second. Of
// memory, what is known of takes and of the journal grows with the hours.
var allowed = []struct {
	what   string
	column int
	share  float64
	more   float64
}{
	{"memory", 1, 0.15, 24}, {"heap", 2, 0.2, 16}, {"goroutines", 3, 0.03, 12}, {"descriptors", 4, 0.03, 6},
}

// judge says what the server holds more of than it should.
func judge(all []reading) (err error) {
	if len(all) < 8 {
		return nil // too short to tell
	}
	for _, a := range allowed {
		of := columns[a.column].of
		before, after := quarter(all, 1, of), quarter(all, 3, of)
		if after > before*(1+a.share)+a.more {
			err = errors.Join(err, fmt.Errorf("%s grows: %.0f in the second quarter, %.0f in the last", a.what, before, after))
		}
	}
	return err
}

// summary says in a sentence how it went.
func summary(all []reading, version string) string {
	if len(all) < 4 {
		return "too short for a summary"
	}
	var parts []string
	for _, c := range columns[1:5] {
		parts = append(parts, fmt.Sprintf("%s %.0f → %.0f", c.name, quarter(all, 1, c.of), quarter(all, 3, c.of)))
	}
	last := all[len(all)-1]
	return fmt.Sprintf("%s: %.0f minutes, %d visits; means of the second and of the last quarter: %s", version, last.Minutes, last.Visits, strings.Join(parts, ", "))
}

// drawn is what the server held over time.
func drawn(all []reading) []byte {
	var minutes, memory, heap, goroutines, descriptors []chart.Point
	most := [4]float64{}
	for _, r := range all {
		minutes = append(minutes, chart.Point{X: r.Minutes})
		memory, heap = append(memory, chart.Point{X: r.Minutes, Y: r.Resident}), append(heap, chart.Point{X: r.Minutes, Y: r.Heap})
		goroutines, descriptors = append(goroutines, chart.Point{X: r.Minutes, Y: r.Goroutines}), append(descriptors, chart.Point{X: r.Minutes, Y: r.Descriptors})
		most = [4]float64{max(most[0], r.Resident), max(most[1], r.Goroutines), max(most[2], r.Descriptors), r.Minutes}
	}
	x := chart.Upto("minutes", most[3])
	if len(minutes) > 0 {
		x.Max = most[3]
		x.Ticks = slices.DeleteFunc(x.Ticks, func(t float64) bool { return t > most[3] })
	}
	panel := func(title string, most float64, lines ...chart.Line) chart.Panel {
		return chart.Panel{Title: title, X: x, Y: chart.Upto("", most), Lines: lines}
	}
	return chart.Sheet{
		Title: "What the server held over time", Columns: 3, Width: 290,
		Legend: []chart.Line{{Ink: chart.First, Label: "of the process"}, {Ink: chart.Second, Label: "in use by Go's heap"}},
		Panels: []chart.Panel{
			panel("Memory (MiB)", most[0], chart.Line{Ink: chart.First, Points: memory}, chart.Line{Ink: chart.Second, Points: heap}),
			panel("Goroutines", most[1], chart.Line{Ink: chart.First, Points: goroutines}),
			panel("Descriptors", most[2], chart.Line{Ink: chart.First, Points: descriptors}),
		},
	}.SVG()
}
