package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func example() measured {
	w := way{Sweep: curve{{63, -1}, {1000, 0}, {15_000, -2}}, Pink: curve{{63, 1}, {1000, 0}, {15_000, -9}}, Low: -2, High: 1, Nothing: -200, Room: -61, THDN: -40, Delay: delay{80, 75, 90}}
	var m measured
	m.Way.run = run{Measured: "2026-12-01T10:00:00.000Z", Version: "liqa abc", Load: 1.5}
	m.Way.Ways.Original, m.Way.Ways.Booth, m.Way.Ways.Relay, m.Way.Treated, m.Way.DTX = w, w, w, w, w
	m.Delay.Booth = stretches{Delay: delay{100, 99, 101}, Waited: 61.25}
	m.Loss.Points = []loss{{Burst: 1}, {Loss: 0.1, Burst: 1, Booth: 0.001, Listener: 0.002, Relay: 0.003}, {Loss: 0.1, Burst: 3.5, Made: 0.097, MadeBurst: 3.4, Relay: 0.05}}
	for i := range 20 {
		m.Turns.Handovers = append(m.Turns.Handovers, change{Silence: float64(20 - i), Loudest: -14})
	}
	return m
}

func TestTheTablesSayWhatWasMeasured(t *testing.T) {
	page := tables(example())
	for _, want := range []string{"-2.0 … +1.0 dB", "80 ms (75 … 90)", "-40 dB (1 %)", "| nothing |", "| 10 % | – | 0 % | 0.1 % | 0.2 % | 0.3 % |", "| 10 % | 3.5 packets | 9.7 %, 3.4 packets | 0 % | 0 % | 5 % |",
		"100 ms (99 … 101)", "61.2 ms", "2026-12-01, 10:00 UTC, liqa abc, a load of 1.5", "| ≤ 100 ms | 10 ms | 19 ms | 20 ms | 20 |"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in\n%s", want, page)
		}
	}
}

func TestEveryFigureIsWellFormed(t *testing.T) {
	for name, sheet := range sheets(example()) {
		d := xml.NewDecoder(strings.NewReader(string(sheet.SVG())))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}
