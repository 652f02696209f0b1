package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const told = `# HELP go_goroutines Number of goroutines that currently exist.
go_goroutines 412
go_memstats_heap_inuse_bytes 2.097152e+07
liqa_media_connections{direction="in"} 3
liqa_media_connections{direction="out"} 21
process_open_fds 31
process_resident_memory_bytes 6.291456e+07
`

func TestReadingIsTakenFromTheMetrics(t *testing.T) {
	r, err := read([]byte(told))
	want := reading{Resident: 60, Heap: 20, Goroutines: 412, Descriptors: 31, Media: 24}
	if err != nil || r != want {
		t.Errorf("read %+v, %v", r, err)
	}
	if _, err := read([]byte(strings.Replace(told, "process_open_fds", "other", 1))); err == nil {
		t.Error("a server that does not tell its descriptors was believed")
	}
}

// steady makes readings that grow by so many goroutines a minute.
func steady(grows float64) (all []reading) {
	for i := range 40 {
		all = append(all, reading{Minutes: float64(i + 1), Resident: 60, Heap: 20, Goroutines: 400 + grows*float64(i), Descriptors: 31})
	}
	return all
}

func TestWhatGrowsIsNamed(t *testing.T) {
	if err := judge(steady(0)); err != nil {
		t.Error(err)
	}
	if err := judge(steady(0.5)); err != nil {
		t.Errorf("ten goroutines more: %v", err)
	}
	if err := judge(steady(3)); err == nil || !strings.Contains(err.Error(), "goroutines grows: 444 in the second quarter, 504") {
		t.Errorf("three a minute: %v", err)
	}
}

func TestReadingsAreKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "soak.csv")
	if err := write(file, steady(1)[:2]); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := "minutes,resident MiB,heap MiB,goroutines,descriptors,media connections,visits,fallen off\n1,60,20,400,31,0,0,0\n2,60,20,401,31,0,0,0\n"
	if string(text) != want {
		t.Errorf("%s", text)
	}
	if svg := string(drawn(steady(1))); strings.Contains(svg, "NaN") || strings.Count(svg, "<path class=\"l") < 4 {
		t.Error(svg)
	}
}
