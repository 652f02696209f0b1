// Command figures measures what Liqa promises to reach: it runs the benchmarks
// of the packages one after the other, starts a server of its own to see what
// it costs idle, and prints each figure beside its target, with the command
// that obtained it and, where there is one, its ratio to a floor measured in
// the same run.
//
//	go run ./tools/figures             # a table, in about four minutes
//	go run ./tools/figures FILE        # and written to FILE
//	go run ./tools/figures -only cost  # one group
//
// It judges nothing: a figure that misses its target is printed like the
// others, and the exit code says only whether everything could be measured.
// Other work on the machine is in the figures too; the load is printed.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "the one group to measure: "+strings.Join(groupNames(), ", "))
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var whole bytes.Buffer
	err := measure(ctx, io.MultiWriter(os.Stdout, &whole), *only)
	if flag.NArg() > 0 {
		err = errors.Join(err, os.WriteFile(flag.Arg(0), whole.Bytes(), 0o644))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

func groupNames() (names []string) {
	for _, g := range groups {
		names = append(names, g.name)
	}
	return names
}

// measure measures group by group, so that one that fails leaves the others.
func measure(ctx context.Context, out io.Writer, only string) error {
	fmt.Fprintf(out, "%s, %d processors, %s, load %s\n", time.Now().UTC().Format("2006-01-02 15:04 MST"),
		runtime.NumCPU(), runtime.Version(), load())
	var errs []error
	for _, g := range groups {
		if only != "" && only != g.name {
			continue
		}
		began := time.Now()
		got, err := g.measure(ctx)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", g.name, err))
		}
		fmt.Fprintf(out, "\n%s  (%s; %s, load %s)\n", g.title, g.command, time.Since(began).Round(time.Second), load())
		for _, f := range g.figures {
			fmt.Fprintf(out, "  %-58s %s\n", f.what, f.says(got))
		}
	}
	return errors.Join(errs...)
}

// load is the machine's load averages.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// figure is one line of the table.
type figure struct {
	what   string
	shows  []value
	target string // empty: there is none
	floor  value  // the ratio to what is the least that is possible; its text may be empty
	beside *ratio // nil: none
}

// value is a metric of a benchmark, and how it is written.
type value struct{ text, benchmark, unit string }

func (v value) says(got metrics) string {
	x, ok := got[v.benchmark][v.unit]
	if !ok {
		return "not measured"
	}
	return fmt.Sprintf(v.text, x)
}

// ratio is of one metric of two benchmarks.
type ratio struct{ text, unit, of, to string }

func (r ratio) says(got metrics) string {
	of, ok := got[r.of][r.unit]
	if to := got[r.to][r.unit]; ok && to > 0 {
		return fmt.Sprintf(r.text, of/to)
	}
	return "not compared"
}

func (f figure) says(got metrics) string {
	var all []string
	for _, v := range f.shows {
		all = append(all, v.says(got))
	}
	if f.beside != nil {
		all = append(all, f.beside.says(got))
	}
	line := strings.Join(all, ", ")
	if f.target != "" {
		line += "  [target " + f.target + "]"
	}
	if f.floor.text != "" {
		line += "  " + f.floor.says(got)
	}
	return line
}
