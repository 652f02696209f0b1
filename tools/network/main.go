//go:build linux

// Command network shows what Liqa does on bad networks: it puts a server and
// two principals with real browsers between network namespaces, and spoils the
// way between them.
//
//	go run ./tools/network sweep   # loss and delay: what is heard and seen
//	go run ./tools/network limit   # 300 kbit/s for a while: rate and layer over time
//	go run ./tools/network roam    # outages, a new address, a router that forgets
//	go run ./tools/network check   # the short test of every change
//
// The first three write docs/NETWORKS.md, what was measured beside it, and the
// figures. It needs to be root, on Linux; where that is not permitted it says
// so, does nothing and exits with 0.
//
// It is no benchmark of this machine: a browser that lacks the processor
// conceals sound too, and the load is printed for that reason.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"liqa/tools/network/lab"
)

type command struct {
	Server string `help:"The server's program." default:"bin/liqa" type:"existingfile"`
	As     string `help:"What the measurement is kept as; \"before\" is what the others are compared with." default:"now" enum:"now,before"`

	Sweep sweepCmd `cmd:"" help:"Loss and delay: concealed sound, frozen pictures, time to recover."`
	Limit limitCmd `cmd:"" help:"A line that is narrow for a while: rate and layer over time."`
	Roam  roamCmd  `cmd:"" help:"Outages, another address, a router that forgets: time to sound."`
	Check checkCmd `cmd:"" help:"The short test: sound over 10 % loss, and over 300 kbit/s."`
	Draw  drawCmd  `cmd:"" help:"Draw what was measured again."`
}

func main() {
	var c command
	k := kong.Parse(&c)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	err := k.Run(&c)
	switch {
	case errors.Is(err, lab.ErrNotPermitted):
		fmt.Printf("network: not run: %v\n", err)
	case err != nil:
		fmt.Fprintln(os.Stderr, "network:", err)
		os.Exit(1)
	}
}

// tools looks whether the laboratory is permitted and has what it needs.
func tools() error {
	if err := lab.Permitted(); err != nil {
		return err
	}
	for _, name := range []string{"ip", "tc", "nft", "ffmpeg"} {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("%s is missing; tools/need network ffmpeg chromium installs what is needed", name)
		}
	}
	return nil
}
