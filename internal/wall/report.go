package wall

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a report. A screen with every slot in use sends about 2 KiB.
const (
	LargestReport = 12 << 10 // bytes
	mostSlots     = 24
	mostLayers    = 4
	longestWord   = 40 // characters
)

// Report is what a screen says of itself every two seconds. Nothing in it is
// taken on trust: it is shown at its own seat, and judged for it alone.
type Report struct {
	Browser Browser `json:"browser"`
	// Hidden: the page is in the background, where a browser draws no pictures.
	Hidden     bool                `json:"hidden,omitempty"`
	Microphone *OwnSound           `json:"microphone,omitempty"`
	Camera     *OwnPicture         `json:"camera,omitempty"`
	Sends      *Sends              `json:"sends,omitempty"`
	Slots      map[string]Received `json:"slots,omitempty"`
	AirTest    *AirTest            `json:"airTest,omitempty"`
}

// AirTest is what an interpreter's test before going on air has found last. The
// recording itself is judged on their own machine and goes nowhere.
type AirTest struct {
	// Ago is how long it is over, in seconds: a screen's clock may be wrong.
	Ago        float64 `json:"ago"`
	Microphone string  `json:"microphone,omitempty"`
	// Faults are what will not do, the gravest first, of [AirFaults]; none is a pass.
	Faults []string `json:"faults"`
	// Peak, Voice and Noise are dBFS, the two latter A-weighted.
	Peak  float64 `json:"peak"`
	Voice float64 `json:"voice"`
	Noise float64 `json:"noise"`
	// Edge is the frequency above which speech is cut off, Hz, or 0.
	Edge int `json:"edge,omitempty"`
	// Hum is the frequency of the mains that is heard, 50 or 60 Hz, or 0.
	Hum int `json:"hum,omitempty"`
}

// AirFaults are all that the test before going on air can find.
var AirFaults = [...]string{"silent", "not-spoken", "clipped", "processed", "narrow", "hum", "noise", "quiet"}

// Browser is the program that shows the screen.
type Browser struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	System  string `json:"system,omitempty"`
}

// OwnSound is the seat's microphone as its own machine measures it.
type OwnSound struct {
	// Device is what it is plugged in as, as far as the browser tells.
	Device string `json:"device"`         // built-in, headset, usb, bluetooth, virtual, other
	Rate   int    `json:"rate,omitempty"` // Hz, of the device
	// Level is its loudness and Peak its highest sample of the last two seconds, dBFS.
	Level float64 `json:"level"`
	Peak  float64 `json:"peak"`
	// Clipped is the share of samples that stood at full scale, 0 to 1.
	Clipped float64 `json:"clipped"`
	// Edge is the frequency above which speech is cut off, 4000 or 8000 Hz, as
	// a Bluetooth headset does; 0 when there is no such edge, −1 when nothing
	// was said by which to tell.
	Edge int `json:"edge"`
}

// OwnPicture is the seat's camera as its own machine has it.
type OwnPicture struct {
	Width  int     `json:"width"`
	Height int     `json:"height"`
	FPS    float64 `json:"fps"`
}

// Sends is the sending connection by the browser's statistics.
type Sends struct {
	Rate   float64 `json:"rate"`  // kbit/s, sound and picture
	Delay  float64 `json:"delay"` // ms, round trip
	Lost   float64 `json:"lost"`  // 0 to 1, by the server's reports
	Codec  string  `json:"codec,omitempty"`
	Layers []Sent  `json:"layers,omitempty"`
}

// Sent is one layer of the camera.
type Sent struct {
	Rid     string  `json:"rid,omitempty"`
	Width   int     `json:"width"`
	Height  int     `json:"height"`
	FPS     float64 `json:"fps"`
	Rate    float64 `json:"rate"`              // kbit/s
	Limited string  `json:"limited,omitempty"` // none, cpu, bandwidth, other
}

// Received is one slot that plays.
type Received struct {
	Rate float64 `json:"rate"` // kbit/s
	Lost float64 `json:"lost"` // 0 to 1, before repair
	// Concealed is the share of sound that had to be made up, 0 to 1.
	Concealed float64 `json:"concealed,omitempty"`
	Buffer    float64 `json:"buffer,omitempty"` // ms of jitter buffer
	// Frozen is for how many of the last seconds the picture stood still.
	Frozen float64 `json:"frozen,omitempty"`
	FPS    float64 `json:"fps,omitempty"`
	Width  int     `json:"width,omitempty"`
	Height int     `json:"height,omitempty"`
}

var errReport = errors.New("the report cannot be read")

// ParseReport reads a report and brings it within bounds. A report with
// something unknown in it is refused whole.
func ParseReport(raw []byte) (r Report, err error) {
	if len(raw) > LargestReport {
		return r, fmt.Errorf("%w: it has %d bytes, and at most %d are read", errReport, len(raw), LargestReport)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Report{}, fmt.Errorf("%w: %w", errReport, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Report{}, fmt.Errorf("%w: something follows it", errReport)
	}
	if len(r.Slots) > mostSlots {
		return Report{}, fmt.Errorf("%w: it names %d slots", errReport, len(r.Slots))
	}
	for name, s := range r.Slots {
		if !slotName(name) {
			return Report{}, fmt.Errorf("%w: a slot has no name that one can have", errReport)
		}
		s.bound()
		r.Slots[name] = s
	}
	if r.Sends != nil && len(r.Sends.Layers) > mostLayers {
		return Report{}, fmt.Errorf("%w: it names %d layers", errReport, len(r.Sends.Layers))
	}
	if r.AirTest != nil && !r.AirTest.possible() {
		return Report{}, fmt.Errorf("%w: its test before going on air finds what cannot be found", errReport)
	}
	r.bound()
	return r, nil
}

// possible reports whether each fault is one there is, and named once.
func (a *AirTest) possible() bool {
	for i, f := range a.Faults {
		if !slices.Contains(AirFaults[:], f) || slices.Contains(a.Faults[:i], f) {
			return false
		}
	}
	return true
}

func slotName(s string) bool {
	if s == "" || len(s) > 16 {
		return false
	}
	return strings.IndexFunc(s, func(c rune) bool { return c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') }) < 0
}

func (r *Report) bound() {
	for _, s := range []*string{&r.Browser.Name, &r.Browser.Version, &r.Browser.System} {
		*s = word(*s)
	}
	if m := r.Microphone; m != nil {
		m.Device = oneOf(m.Device, "built-in", "headset", "usb", "bluetooth", "virtual")
		m.Rate = within(m.Rate, 0, 384_000)
		m.Level, m.Peak = between(m.Level, -127, 0), between(m.Peak, -127, 0)
		m.Clipped = between(m.Clipped, 0, 1)
		if m.Edge != 4000 && m.Edge != 8000 && m.Edge != 0 {
			m.Edge = -1
		}
	}
	if a := r.AirTest; a != nil {
		a.Ago, a.Microphone = between(a.Ago, 0, 24*3600), word(a.Microphone)
		a.Peak, a.Voice, a.Noise = between(a.Peak, -127, 0), between(a.Voice, -127, 0), between(a.Noise, -127, 0)
		a.Edge = within(a.Edge, 0, 24_000)
		if a.Hum != 50 && a.Hum != 60 {
			a.Hum = 0
		}
		if a.Faults == nil {
			a.Faults = []string{}
		}
	}
	if c := r.Camera; c != nil {
		c.Width, c.Height, c.FPS = pixels(c.Width), pixels(c.Height), between(c.FPS, 0, 1000)
	}
	if s := r.Sends; s != nil {
		s.Rate, s.Delay, s.Lost = rate(s.Rate), delay(s.Delay), between(s.Lost, 0, 1)
		s.Codec = word(s.Codec)
		for i := range s.Layers {
			l := &s.Layers[i]
			l.Rid, l.Limited = word(l.Rid), oneOf(l.Limited, "none", "cpu", "bandwidth")
			l.Width, l.Height, l.FPS, l.Rate = pixels(l.Width), pixels(l.Height), between(l.FPS, 0, 1000), rate(l.Rate)
		}
	}
}

func (s *Received) bound() {
	s.Rate, s.Lost, s.Concealed = rate(s.Rate), between(s.Lost, 0, 1), between(s.Concealed, 0, 1)
	s.Buffer, s.Frozen, s.FPS = delay(s.Buffer), between(s.Frozen, 0, 60), between(s.FPS, 0, 1000)
	s.Width, s.Height = pixels(s.Width), pixels(s.Height)
}

func between(f, low, high float64) float64 {
	if math.IsNaN(f) {
		return low
	}
	return math.Min(math.Max(f, low), high)
}

func within(n, low, high int) int   { return min(max(n, low), high) }
func pixels(n int) int              { return within(n, 0, 16_384) }
func rate(kilobits float64) float64 { return between(kilobits, 0, 10_000_000) }
func delay(millis float64) float64  { return between(millis, 0, 60_000) }

func oneOf(s string, words ...string) string {
	for _, w := range words {
		if s == w {
			return s
		}
	}
	return "other"
}

// word makes a text harmless to show: short, and of printable characters only,
// without those that turn the direction of what follows.
func word(s string) string {
	s = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) || unicode.Is(unicode.Cf, c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
	if utf8.RuneCountInString(s) > longestWord {
		s = string([]rune(s)[:longestWord])
	}
	return s
}
