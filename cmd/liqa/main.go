// Command liqa holds virtual summits: it serves them, convenes them, and
// verifies their records. What each command does is in a file of its name.
//
// It parses flags and prints; it has no rules and no state of its own.
package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	_ "time/tzdata" // a summit has a zone, and some machines have no zone files

	"github.com/alecthomas/kong"

	"liqa/internal/config"
)

// commands is the command line.
type commands struct {
	Serve   serveCmd   `cmd:"" help:"Run the server."`
	Summit  summitCmd  `cmd:"" help:"Convene summits and look after their links."`
	Verify  verifyCmd  `cmd:"" help:"Verify an exported journal, without a server or a network."`
	Export  exportCmd  `cmd:"" help:"Write a summit's journal to a file that can be verified."`
	Demo    demoCmd    `cmd:"" help:"Hold a simulated summit on this machine."`
	Version versionCmd `cmd:"" help:"Say which version this is."`
}

// place says which server is meant: every command that runs or asks one has it.
type place struct {
	Config string `help:"The configuration file; see docs/liqa.example.yaml. Without one, the server serves a local network." type:"path" short:"c"`
	Data   string `help:"The folder in which everything is kept; instead of data in the configuration." type:"path" env:"LIQA_DATA"`
}

// configuration is what the file says, and the flags after it.
func (p place) configuration() (config.Config, error) {
	all := config.Default()
	if p.Config != "" {
		var err error
		if err = readable(p.Config); err != nil {
			return all, err
		}
		if all, err = config.Read(p.Config); err != nil {
			return all, err
		}
	}
	if p.Data != "" {
		all.Data = p.Data
	}
	return all, nil
}

// logger writes to standard error, as the configuration says.
func logger(l config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

// version is what was built, such as v0.1.0-4-g1a2b3c4; set by the linker.
var version string

// errSaid means that what is wrong has been printed already.
var errSaid = errors.New("said")

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run carries out one command line and returns the exit status.
func run(args []string, out, complaints io.Writer) int {
	var c commands
	status := -1
	parser, err := kong.New(&c, kong.Name("liqa"), kong.UsageOnError(), kong.Writers(out, complaints),
		kong.Description("Hold a virtual summit, and publish its record."),
		kong.Exit(func(code int) { status = code }),
		kong.BindTo(out, (*io.Writer)(nil)))
	if err != nil {
		fmt.Fprintln(complaints, err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if status >= 0 {
		return status // help was asked for
	}
	if err != nil {
		fmt.Fprintf(complaints, "liqa: %v. “liqa --help” shows how it is used.\n", err)
		return 2
	}
	err = parsed.Run()
	if err != nil && !errors.Is(err, errSaid) {
		fmt.Fprintln(complaints, "liqa:", err)
	}
	if err != nil {
		return 1
	}
	return 0
}
