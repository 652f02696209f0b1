package main

import (
	"strings"
	"testing"
)

const printed = `goos: linux
BenchmarkDelay-2   	     100	        81.00 µs-p50	       402.0 µs-p99
BenchmarkAppend/summits=8-2   	    1000	         1.5 p99-ms	      2400 appends/s
PASS
`

func TestWhatIsPrintedIsRead(t *testing.T) {
	got := parse(printed)
	if got["Delay"]["µs-p99"] != 402 || got["Append/summits=8"]["appends/s"] != 2400 {
		t.Errorf("read %v", got)
	}
	f := figure{what: "x", target: "300 µs", shows: []value{{"p50 %.0f µs", "Delay", "µs-p50"}, {"%.0f", "Delay", "absent"}}}
	if line := f.says(got); line != "p50 81 µs, not measured  [target 300 µs]" {
		t.Errorf("says %q", line)
	}
	got["Floor"] = map[string]float64{"appends/s": 4800}
	for text, want := range map[string]string{"appends/s": "0.50 of it", "p99-ms": "not compared"} {
		if line := (figure{beside: &ratio{"%.2f of it", text, "Append/summits=8", "Floor"}}).says(got); line != want {
			t.Errorf("the ratio of %s is said as %q", text, line)
		}
	}
}

// A command is split at spaces, so that nothing in it may have one.
func TestCommandsAreWords(t *testing.T) {
	for _, g := range groups {
		if strings.Count(g.command, "'")%2 != 0 || strings.ContainsAny(g.command, `"\`) {
			t.Errorf("%s: %s", g.name, g.command)
		}
	}
}
