package main

import (
	"fmt"
	"math"
	"strings"

	"liqa/tools/page"
)

// tables are all of the page that is measured.
func tables(m measured) string {
	return strings.Join([]string{m.Way.tables(), m.Delay.table(), m.Way.compared(), m.Loss.table(), m.Turns.table()}, "\n")
}

func (r run) String() string {
	when, _, _ := strings.Cut(strings.Replace(r.Measured, "T", ", ", 1), ".")
	return fmt.Sprintf("%s UTC, %s, a load of %.1f", when[:max(0, len(when)-3)], r.Version, r.Load)
}

// beside is a row of a table with one quantity of several ways.
func beside(ways []way, name string, of func(way) string, more ...string) []string {
	out := []string{name}
	for _, w := range ways {
		out = append(out, of(w))
	}
	return append(out, more...)
}

func band(w way) string { return fmt.Sprintf("%+.1f … %+.1f dB", w.Low, w.High) }

func (v voice) tables() string {
	ways, h := []way{v.Ways.Original, v.Ways.Booth, v.Ways.Relay}, v.Hops
	return fmt.Sprintf("Measured on %d processors (%s), Chromium %s, everything over loopback: %v.\n\n", v.Processors, v.Processor, v.Browser, v.run) +
		page.Table(
			[]string{"speaker’s file to listener’s output", "original", "through a booth", "booth and relay", "target"},
			beside(ways, "125 Hz – 15 kHz, sweep and pink noise", band, "±3 dB, one way"),
			beside(ways, "digital silence is heard as", func(w way) string { return dBFS(w.Nothing) }, "–"),
			beside(ways, "a quiet room of −60 dBFS is heard as", func(w way) string { return dBFS(w.Room) }, "as it is"),
			beside(ways, "1 kHz at −12 dBFS: distortion and noise", func(w way) string { return thdn(w.THDN) }, "–"),
			beside(ways, "– in its worst sixth of a second", func(w way) string { return thdn(w.Worst) }, "–"),
			beside(ways, "mouth to ear, loops included, median (least … most)", func(w way) string { return w.Delay.String() }, "–"),
		) +
		fmt.Sprintf("\nDistortion and noise of the same tone as the microphone’s track gives it: %s. The listener’s browser says that its loudspeaker is %.0f ms behind.\n",
			thdn(v.Ways.Original.AtMouth), 1000*v.OutputLatency) +
		"\n![Frequency response of the original, a booth and a relay](figures/sound-response.svg)\n\nEach hop of this chain of wires by itself, median (least … most):\n\n" +
		page.Table(
			[]string{"hop", "delay"},
			[]string{"speaker’s microphone to interpreter’s ear", h.SpeakerToBooth.String()},
			[]string{"interpreter’s wire to listener’s ear", h.BoothToListener.String()},
			[]string{"interpreter’s wire to the relay interpreter’s ear", h.BoothToRelay.String()},
			[]string{"relay interpreter’s wire to listener’s ear", h.RelayToListener.String()},
		) + v.loops()
}

// loops says what the whole chain of wires is made of.
func (v voice) loops() string {
	h, whole := v.Hops, v.Ways.Relay.Delay.Median
	hops := h.SpeakerToBooth.Median + h.BoothToRelay.Median + h.RelayToListener.Median
	return fmt.Sprintf("\nThe %.0f ms through booth and relay are three such hops (%.0f + %.0f + %.0f) and %.0f ms in the two loops between an ear and a wire, which only the measurement has.\n",
		whole, h.SpeakerToBooth.Median, h.BoothToRelay.Median, h.RelayToListener.Median, whole-hops)
}

func (d delays) table() string {
	both := []stretches{d.Original, d.Booth}
	row := func(name string, of func(stretches) string) []string { return []string{name, of(both[0]), of(both[1])} }
	mean := func(of func(stretches) float64) func(stretches) string {
		return func(s stretches) string { return fmt.Sprintf("%.1f ms", of(s)) }
	}
	return fmt.Sprintf("**One hop, each microphone a browser’s own** (%v):\n\n", d.run) + page.Table(
		[]string{"", "speaker to listener", "interpreter to listener"},
		row("mouth to ear, median (least … most); target 150 ms", func(s stretches) string { return s.Delay.String() }),
		row("– microphone and encoder, until the packet is on the network", mean(func(s stretches) float64 { return s.Sending })),
		row("– network and server, in and out", mean(func(s stretches) float64 { return s.Network })),
		row("– jitter buffer, decoder and the way into Web Audio", mean(func(s stretches) float64 { return s.Receiving })),
		row("– tone control and limiter", mean(func(s stretches) float64 { return s.Chain })),
		row("the jitter buffer’s share, as the browser counts it", mean(func(s stretches) float64 { return s.Waited })),
	)
}

func (v voice) compared() string {
	ways := []way{v.Ways.Original, v.Treated, v.DTX}
	return "Why echo cancellation and DTX are off, all of the original, one hop:\n\n" + page.Table(
		[]string{"", "as it is", "echo cancellation, noise suppression, gain control", "DTX"},
		beside(ways, "125 Hz – 15 kHz, sweep and pink noise", band),
		beside(ways, "a quiet room of −60 dBFS is heard as", func(w way) string { return dBFS(w.Room) }),
		beside(ways, "– share of its 20 ms in which nothing is heard", func(w way) string { return fmt.Sprintf("%.0f %%", 100*w.Gone) }),
		beside(ways, "1 kHz at −12 dBFS: distortion and noise", func(w way) string { return thdn(w.THDN) }),
		beside(ways, "packets a second, over the whole signal", func(w way) string { return fmt.Sprintf("%.0f", w.Packets) }),
		beside(ways, "mouth to ear, median (least … most)", func(w way) string { return w.Delay.String() }),
	) + "\n![Frequency response with echo cancellation and with DTX](figures/sound-treated.svg)\n"
}

func (l losses) table() string {
	rows := [][]string{{"lost on each way", "in bursts of, mean", "as it came out", "at the booth’s ear", "at the listener’s, through the booth", "at the listener’s, through booth and relay"}}
	for _, p := range l.Points {
		burst, made := "–", percent(p.Made)
		if p.Burst > 1 {
			burst, made = fmt.Sprintf("%.1f packets", p.Burst), fmt.Sprintf("%s, %.1f packets", made, p.MadeBurst)
		}
		rows = append(rows, []string{percent(p.Loss), burst, made, percent(p.Booth), percent(p.Listener), percent(p.Relay)})
	}
	return fmt.Sprintf("Packets lost on every way, there and back, and what the decoders concealed in %.0f s, of bursts in %.0f s (%v):\n\n", l.Seconds, l.SecondsOfBursts, l.run) +
		page.Table(rows...) + "\n![Concealed sound by loss](figures/sound-loss.svg)\n"
}

func (c changes) table() string {
	row := func(name string, target string, s spread, unit string) []string {
		if len(s) == 0 {
			return []string{name, target, "–", "–", "–", "0"}
		}
		say := func(v float64) string { return fmt.Sprintf("%.0f %s", v, unit) }
		if unit == "dB" {
			say = func(v float64) string { return fmt.Sprintf("%+.1f dB", v) }
		}
		return []string{name, target, say(s.at(0.5)), say(s.at(0.95)), say(s[len(s)-1]), fmt.Sprint(len(s))}
	}
	after := func(c change) float64 { return c.After }
	silence := func(c change) float64 { return c.Silence }
	lasts := func(c change) float64 { return c.Lasts }
	loudest := func(c change) float64 { return c.Loudest }
	return fmt.Sprintf("What changes, as the listener hears it (%v):\n\n", c.run) + page.Table(
		[]string{"at the listener’s output", "target", "median", "p95", "most", "times"},
		row("another language: choice to its first sound", "–", of(c.Languages, after), "ms"),
		row("– silence between the two", "–", of(c.Languages, silence), "ms"),
		row("handover in the booth: silence between the two voices", "≤ 100 ms", of(c.Handovers, silence), "ms"),
		row("– acceptance to the first of the new voice", "–", of(c.Handovers, after), "ms"),
		row("on air: press to the original’s ramp down", "–", of(c.Down, after), "ms"),
		row("– how long the ramp is", "200 – 500 ms", of(c.Down, lasts), "ms"),
		row("– how low the original goes", "−14 dB", of(c.Down, func(c change) float64 { return c.Depth }), "dB"),
		row("off air: press to the original’s ramp up", "–", of(c.Up, after), "ms"),
		row("– how long the ramp is", "200 – 500 ms", of(c.Up, lasts), "ms"),
		row("– the original at its loudest meanwhile", "as it comes: 0 dB", of(c.Up, loudest), "dB"),
		row("the original at its loudest during a cough", "−14 dB", of(c.Coughs, loudest), "dB"),
		row("– during a handover, the speaker changing", "−14 dB", of(c.Handovers, loudest), "dB"),
		row("– during a change of language", "−14 dB", of(c.Languages, loudest), "dB"),
	)
}

func dBFS(level float64) string {
	if level < -120 {
		return "nothing"
	}
	return fmt.Sprintf("%.0f dBFS", level)
}

func thdn(dB float64) string { return fmt.Sprintf("%.0f dB (%.2g %%)", dB, 100*math.Pow(10, dB/20)) }

func percent(share float64) string { return fmt.Sprintf("%.2g %%", 100*share) }
