// Package chart draws lines over numbers as SVG: panels in a grid, each with
// its own axes, one legend for all. The drawing follows the reader's light or
// dark scheme by itself.
//
// It is no plotting library: it has what the figures of docs/ need, and chooses
// nothing. Who draws says where the axes end.
package chart

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Point is one value. A NaN breaks the line.
type Point struct{ X, Y float64 }

// Line is a series of a panel.
type Line struct {
	Ink    Ink
	Points []Point
	Steps  bool // a value holds until the next
	Marks  bool // each point is marked
	Label  string
}

// Ink is a colour by its meaning. First to Third tell things apart; Ramp1 to
// Ramp4 are steps of one quantity, from little to much.
type Ink string

// The inks.
const (
	First  Ink = "k1"
	Second Ink = "k2"
	Third  Ink = "k3"
	Ramp1  Ink = "r1"
	Ramp2  Ink = "r2"
	Ramp3  Ink = "r3"
	Ramp4  Ink = "r4"
)

// Axis is what a panel shows of a quantity.
type Axis struct {
	Label    string
	Min, Max float64
	Ticks    []float64
	Format   func(float64) string // strconv's shortest when nil
}

// Band is a stretch of the x axis with a word to it.
type Band struct {
	From, To float64
	Label    string
}

// Panel is one diagram.
type Panel struct {
	Title string
	X, Y  Axis
	Lines []Line
	Bands []Band
}

// Sheet is panels side by side, so many in a row, and a legend of inks above
// them where there is one.
type Sheet struct {
	Title   string // read out, not drawn
	Columns int
	Panels  []Panel
	Legend  []Line // Ink and Label of each
	Width   int    // of a panel, in pixels; 360 when 0
	Height  int    // of a panel; 200 when 0
}

const (
	left, right, top, bottom = 52, 14, 30, 40 // around what a panel shows
	edge                     = 10
)

const style = `
.s{fill:#fcfcfb}.t{fill:#0b0b0b;font-weight:600}.m{fill:#52514e}.g{stroke:#e1e0d9}.a{stroke:#c3c2b7}.b{fill:#898781;fill-opacity:.12}
.l{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.d{stroke:#fcfcfb;stroke-width:1.5}
.l.k1,.w.k1{stroke:#2a78d6}.d.k1{fill:#2a78d6}.l.k2,.w.k2{stroke:#eb6834}.d.k2{fill:#eb6834}.l.k3,.w.k3{stroke:#1baf7a}.d.k3{fill:#1baf7a}
.l.r1,.w.r1{stroke:#86b6ef}.d.r1{fill:#86b6ef}.l.r2,.w.r2{stroke:#3987e5}.d.r2{fill:#3987e5}.l.r3,.w.r3{stroke:#1c5cab}.d.r3{fill:#1c5cab}.l.r4,.w.r4{stroke:#0d366b}.d.r4{fill:#0d366b}
@media (prefers-color-scheme: dark){
.s{fill:#1a1a19}.t{fill:#fff}.m{fill:#c3c2b7}.g{stroke:#2c2c2a}.a{stroke:#52514e}.d{stroke:#1a1a19}
.l.k1,.w.k1{stroke:#3987e5}.d.k1{fill:#3987e5}.l.k2,.w.k2{stroke:#d95926}.d.k2{fill:#d95926}.l.k3,.w.k3{stroke:#199e70}.d.k3{fill:#199e70}
.l.r1,.w.r1{stroke:#256abf}.d.r1{fill:#256abf}.l.r2,.w.r2{stroke:#5598e7}.d.r2{fill:#5598e7}.l.r3,.w.r3{stroke:#9ec5f4}.d.r3{fill:#9ec5f4}.l.r4,.w.r4{stroke:#e4effc}.d.r4{fill:#e4effc}
}`

// SVG draws the sheet.
func (s Sheet) SVG() []byte {
	if s.Width == 0 {
		s.Width = 360
	}
	if s.Height == 0 {
		s.Height = 200
	}
	head := edge
	if len(s.Legend) > 0 {
		head += 24
	}
	rows := (len(s.Panels) + s.Columns - 1) / s.Columns
	width, height := s.Columns*s.Width+2*edge, rows*s.Height+head+edge
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" font-family="system-ui, sans-serif" font-size="12">`+"\n",
		width, height, width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>%s</style>\n<rect class=\"s\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", html.EscapeString(s.Title), style, width, height)
	x := edge + left
	for _, l := range s.Legend {
		fmt.Fprintf(&b, `<path class="l %s" d="M%d %dh18"/>`, l.Ink, x, edge+10)
		text(&b, "m", x+24, edge+14, "start", l.Label)
		x += 24 + 20 + 7*len([]rune(l.Label))
	}
	for i, p := range s.Panels {
		p.draw(&b, edge+i%s.Columns*s.Width, head+i/s.Columns*s.Height, s.Width, s.Height)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func text(b *strings.Builder, class string, x, y int, anchor, what string) {
	fmt.Fprintf(b, `<text class="%s" x="%d" y="%d" text-anchor="%s">%s</text>`+"\n", class, x, y, anchor, html.EscapeString(what))
}

func (a Axis) says(v float64) string {
	if a.Format != nil {
		return a.Format(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// draw draws the panel into a rectangle.
func (p Panel) draw(b *strings.Builder, x0, y0, width, height int) {
	w, h := float64(width-left-right), float64(height-top-bottom)
	atX := func(v float64) float64 { return float64(x0+left) + w*(v-p.X.Min)/(p.X.Max-p.X.Min) }
	atY := func(v float64) float64 {
		share := min(1, max(0, (v-p.Y.Min)/(p.Y.Max-p.Y.Min)))
		return float64(y0+top) + h*(1-share)
	}
	text(b, "t", x0+left, y0+18, "start", p.Title)
	for _, d := range p.Bands {
		from, to := atX(max(p.X.Min, d.From)), atX(min(p.X.Max, d.To))
		fmt.Fprintf(b, `<rect class="b" x="%.1f" y="%d" width="%.1f" height="%.0f"/>`+"\n", from, y0+top, to-from, h)
		if d.Label != "" {
			text(b, "m", int((from+to)/2), y0+top+14, "middle", d.Label)
		}
	}
	for _, v := range p.Y.Ticks {
		fmt.Fprintf(b, `<path class="g" d="M%d %.1fh%.0f"/>`+"\n", x0+left, atY(v), w)
		text(b, "m", x0+left-6, int(atY(v))+4, "end", p.Y.says(v))
	}
	fmt.Fprintf(b, `<path class="a" d="M%d %.1fh%.0f"/>`+"\n", x0+left, float64(y0+top)+h, w)
	for _, v := range p.X.Ticks {
		text(b, "m", int(atX(v)), y0+top+int(h)+16, "middle", p.X.says(v))
	}
	text(b, "m", x0+left+int(w/2), y0+top+int(h)+32, "middle", p.X.Label)
	for _, l := range p.Lines {
		l.draw(b, atX, atY)
	}
}

func (l Line) draw(b *strings.Builder, atX, atY func(float64) float64) {
	var path strings.Builder
	pen := false
	for _, p := range l.Points {
		switch x, y := atX(p.X), atY(p.Y); {
		case math.IsNaN(p.Y):
			pen = false
		case !pen:
			fmt.Fprintf(&path, "M%.1f %.1f", x, y)
			pen = true
		case l.Steps:
			fmt.Fprintf(&path, "H%.1fV%.1f", x, y)
		default:
			fmt.Fprintf(&path, "L%.1f %.1f", x, y)
		}
	}
	fmt.Fprintf(b, `<path class="l %s" d="%s"/>`+"\n", l.Ink, path.String())
	if !l.Marks {
		return
	}
	for _, p := range l.Points {
		if !math.IsNaN(p.Y) {
			fmt.Fprintf(b, `<circle class="d %s" cx="%.1f" cy="%.1f" r="4"/>`+"\n", l.Ink, atX(p.X), atY(p.Y))
		}
	}
}

// Upto is an axis from 0 to a round number that is not below a value, with
// about four ticks.
func Upto(label string, value float64) Axis {
	if value <= 0 {
		value = 1
	}
	step := math.Pow(10, math.Floor(math.Log10(value/4)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if step*m*4 >= value*0.999 {
			step *= m
			break
		}
	}
	a := Axis{Label: label}
	for v := 0.0; ; v += step {
		a.Ticks = append(a.Ticks, math.Round(v*1e6)/1e6)
		if v >= value*0.999 {
			a.Max = v
			return a
		}
	}
}
