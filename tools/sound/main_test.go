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
	m := measured{Measured: "2026-12-01T10:00:00Z", Processors: 2, Loss: []loss{{0, 0, 0, 0}, {0.1, 0.001, 0.002, 0.003}}}
	m.Ways.Original, m.Ways.Booth, m.Ways.Relay, m.Treated, m.DTX = w, w, w, w, w
	return m
}

func TestTheTablesSayWhatWasMeasured(t *testing.T) {
	page := tables(example())
	for _, want := range []string{"-2.0 … +1.0 dB", "80 ms (75 … 90)", "-40 dB (1 %)", "| nothing |", "| 10 % | 0.1 % | 0.2 % | 0.3 % |"} {
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
