// Command sound draws what e2e/sound has measured: figures of docs/figures, and
// the tables of docs/SOUND.md. It measures nothing; make bench-sound does.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"liqa/tools/page"
)

const (
	figures  = "docs/figures"
	document = "docs/SOUND.md"
)

// measured is what e2e/sound/bench.ts writes.
type measured struct {
	Measured      string  `json:"measured"`
	Processor     string  `json:"processor"`
	Processors    int     `json:"processors"`
	Browser       string  `json:"browser"`
	Load          float64 `json:"load"`          // of the last minute, at the end
	OutputLatency float64 `json:"outputLatency"` // seconds
	Ways          struct {
		Original way `json:"original"`
		Booth    way `json:"booth"`
		Relay    way `json:"relay"`
	} `json:"ways"`
	Hops struct {
		SpeakerToBooth  delay `json:"speakerToBooth"`
		BoothToListener delay `json:"boothToListener"`
		BoothToRelay    delay `json:"boothToRelay"`
		RelayToListener delay `json:"relayToListener"`
	} `json:"hops"`
	Loss    []loss `json:"loss"`
	Treated way    `json:"treated"`
	DTX     way    `json:"dtx"`
}

// way is what a way does to sound: levels in dBFS, deviations in dB.
type way struct {
	Sweep   curve   `json:"sweep"`
	Pink    curve   `json:"pink"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Nothing float64 `json:"nothing"`
	Room    float64 `json:"room"`
	Gone    float64 `json:"gone"` // share of the room's 20 ms in which nothing is heard
	THDN    float64 `json:"thdn"`
	Worst   float64 `json:"thdnWorst"`
	AtMouth float64 `json:"thdnAtMouth"`
	Delay   delay   `json:"delay"`
	Packets float64 `json:"packets"` // a second, where the microphone's were counted
}

// curve is pairs of hertz and dB.
type curve [][2]float64

// delay is in milliseconds.
type delay struct {
	Median float64 `json:"median"`
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
}

// loss is the share of packets lost on every way, and of sound concealed.
type loss struct {
	Loss     float64 `json:"loss"`
	Booth    float64 `json:"booth"`
	Listener float64 `json:"listener"`
	Relay    float64 `json:"relay"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "sound:", err)
		os.Exit(1)
	}
}

func run() error {
	b, err := os.ReadFile(filepath.Join(figures, "sound.json"))
	if err != nil {
		return err
	}
	var m measured
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("what was measured cannot be read: %w", err)
	}
	for name, sheet := range sheets(m) {
		if err := os.WriteFile(filepath.Join(figures, name+".svg"), sheet.SVG(), 0o644); err != nil {
			return err
		}
	}
	return page.Fill(document, "measured", tables(m))
}

// tables are all of the page that is measured.
func tables(m measured) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s: %d processors (%s), Chromium %s, everything over loopback, a load of %.1f at the end.\n\n",
		m.Measured[:min(10, len(m.Measured))], m.Processors, m.Processor, m.Browser, m.Load)
	ways := []way{m.Ways.Original, m.Ways.Booth, m.Ways.Relay}
	row := func(name string, of func(way) string) []string {
		out := []string{name}
		for _, w := range ways {
			out = append(out, of(w))
		}
		return out
	}
	b.WriteString(page.Table(
		[]string{"speaker’s file to listener’s output", "original", "through a booth", "booth and relay", "target"},
		append(row("125 Hz – 15 kHz, sweep and pink noise", func(w way) string { return fmt.Sprintf("%+.1f … %+.1f dB", w.Low, w.High) }), "±3 dB, one way"),
		append(row("digital silence is heard as", func(w way) string { return dBFS(w.Nothing) }), "–"),
		append(row("a quiet room of −60 dBFS is heard as", func(w way) string { return dBFS(w.Room) }), "as it is"),
		append(row("1 kHz at −12 dBFS: distortion and noise", func(w way) string { return thdn(w.THDN) }), "–"),
		append(row("– in its worst sixth of a second", func(w way) string { return thdn(w.Worst) }), "–"),
		append(row("mouth to ear, median (least … most)", func(w way) string { return w.Delay.String() }), "150 ms, one hop"),
	))
	fmt.Fprintf(&b, "\nDistortion and noise of the same tone as the microphone’s track gives it: %s. The listener’s browser says that its loudspeaker is %.0f ms behind.\n",
		thdn(m.Ways.Original.AtMouth), 1000*m.OutputLatency)
	b.WriteString("\n![Frequency response of the original, a booth and a relay](figures/sound-response.svg)\n\nEach hop by itself, median (least … most):\n\n")
	h := m.Hops
	b.WriteString(page.Table(
		[]string{"hop", "delay"},
		[]string{"speaker’s microphone to interpreter’s ear", h.SpeakerToBooth.String()},
		[]string{"interpreter’s microphone to listener’s ear", h.BoothToListener.String()},
		[]string{"interpreter’s microphone to the relay interpreter’s ear", h.BoothToRelay.String()},
		[]string{"relay interpreter’s microphone to listener’s ear", h.RelayToListener.String()},
	))
	b.WriteString("\nWhy echo cancellation and DTX are off, all of the original, one hop:\n\n")
	compare := []way{m.Ways.Original, m.Treated, m.DTX}
	row = func(name string, of func(way) string) []string {
		out := []string{name}
		for _, w := range compare {
			out = append(out, of(w))
		}
		return out
	}
	b.WriteString(page.Table(
		[]string{"", "as it is", "echo cancellation, noise suppression, gain control", "DTX"},
		row("125 Hz – 15 kHz, sweep and pink noise", func(w way) string { return fmt.Sprintf("%+.1f … %+.1f dB", w.Low, w.High) }),
		row("a quiet room of −60 dBFS is heard as", func(w way) string { return dBFS(w.Room) }),
		row("– share of its 20 ms in which nothing is heard", func(w way) string { return fmt.Sprintf("%.0f %%", 100*w.Gone) }),
		row("1 kHz at −12 dBFS: distortion and noise", func(w way) string { return thdn(w.THDN) }),
		row("packets a second, over the whole signal", func(w way) string { return fmt.Sprintf("%.0f", w.Packets) }),
		row("mouth to ear, median (least … most)", func(w way) string { return w.Delay.String() }),
	))
	b.WriteString("\n![Frequency response with echo cancellation and with DTX](figures/sound-treated.svg)\n\nPackets lost at random on every way, there and back, and what the decoders concealed in 8 s:\n\n")
	rows := [][]string{{"lost on each way", "at the booth’s ear", "at the listener’s, through the booth", "at the listener’s, through booth and relay"}}
	for _, l := range m.Loss {
		rows = append(rows, []string{percent(l.Loss), percent(l.Booth), percent(l.Listener), percent(l.Relay)})
	}
	b.WriteString(page.Table(rows...))
	b.WriteString("\n![Concealed sound by loss](figures/sound-loss.svg)\n")
	return b.String()
}

func dBFS(level float64) string {
	if level < -120 {
		return "nothing"
	}
	return fmt.Sprintf("%.0f dBFS", level)
}

func thdn(dB float64) string { return fmt.Sprintf("%.0f dB (%.2g %%)", dB, 100*math.Pow(10, dB/20)) }

func percent(share float64) string { return fmt.Sprintf("%.2g %%", 100*share) }

func (d delay) String() string {
	return fmt.Sprintf("%.0f ms (%.0f … %.0f)", d.Median, d.Least, d.Most)
}
