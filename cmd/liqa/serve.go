package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"liqa/internal/config"
	"liqa/internal/journal"
	"liqa/internal/preflight"
	"liqa/internal/server"
)

// serveCmd runs the server.
type serveCmd struct {
	place
	Check bool `help:"Say what would not work, and do not start."`
}

// Run serves until it is interrupted.
func (s *serveCmd) Run(out io.Writer) (err error) {
	all, err := s.configuration()
	if err != nil {
		return err
	}
	if s.Check {
		return check(out, all)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	running, err := server.Start(ctx, server.Options{Config: all, Log: logger(all.Log)})
	if damaged := (*journal.DamagedError)(nil); errors.As(err, &damaged) {
		return err // it says itself what to do, and a check would find nothing
	}
	if err != nil {
		return fmt.Errorf("%w\n\n“liqa serve --check” says what to do", err)
	}
	defer func() { err = errors.Join(err, running.Close()) }()
	running.Welcome(out)
	select {
	case err := <-running.Failed():
		return err
	case <-ctx.Done():
		fmt.Fprintln(out, "Closing.")
		return nil
	}
}

// check prints what would not work; the error says only whether something would not.
func check(out io.Writer, c config.Config) error {
	all := preflight.Check(c, preflight.This())
	mark := map[preflight.Weight]string{preflight.Good: "good  ", preflight.Doubt: "doubt ", preflight.Failure: "FAILS "}
	for _, f := range all {
		fmt.Fprintf(out, "%s %-12s %s\n", mark[f.Weight], f.About, f.Says)
		if f.Remedy != "" {
			fmt.Fprintf(out, "%-20s→ %s\n", "", f.Remedy)
		}
	}
	if n := preflight.Failures(all); n > 0 {
		fmt.Fprintf(out, "\n%d of these would keep the server from working.\n", n)
		return errSaid
	}
	fmt.Fprintln(out, "\nThe server would start.")
	return nil
}
