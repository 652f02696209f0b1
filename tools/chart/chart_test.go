package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

func TestAxesEndAtRoundNumbers(t *testing.T) {
	for value, want := range map[float64]float64{0: 1, 0.9: 1, 3.7: 4, 17: 20, 99: 100, 101: 150, 640: 800, 0.03: 0.03} {
		a := Upto("", value)
		if math.Abs(a.Max-want) > 1e-9 || a.Max < value || len(a.Ticks) < 3 || len(a.Ticks) > 6 {
			t.Errorf("up to %v: ends at %v with ticks %v, not at %v", value, a.Max, a.Ticks, want)
		}
	}
}

// What is drawn is well-formed, lies within its panel, and breaks where
// nothing was measured.
func TestSheetIsDrawn(t *testing.T) {
	s := Sheet{
		Title: "Loss & delay", Columns: 2, Legend: []Line{{Ink: Ramp1, Label: "0 ms"}},
		Panels: []Panel{{
			Title: "A <panel>", X: Axis{Max: 10, Ticks: []float64{0, 10}}, Y: Axis{Max: 1, Ticks: []float64{0, 1}},
			Lines: []Line{{Ink: Ramp1, Marks: true, Points: []Point{{0, 0}, {5, math.NaN()}, {6, 0.5}, {10, 9}}}},
			Bands: []Band{{From: 2, To: 4, Label: "cut"}},
		}},
	}
	svg := string(s.SVG())
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
	}
	if n := strings.Count(svg, "<circle"); n != 3 {
		t.Errorf("%d marks, not 3", n)
	}
	// The last value is above the axis and is drawn at its end.
	for _, want := range []string{`d="M62.0 194.0M238.4 129.0L356.0 64.0"`, "A &lt;panel&gt;", "Loss &amp; delay"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
}
