// Command soak lets a meeting go on for hours while people come and go, and
// watches what the server's process holds: memory, goroutines, descriptors.
//
//	go run ./tools/soak -for 8h
//
// It writes docs/figures/soak.csv, a line a minute, and soak.svg, and ends with
// 1 when the server holds more at the end than it should, or somebody in the
// meeting heard nothing for a minute. The people are players without browsers;
// it is not a test of the screens, nor of how many listeners a server bears.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"liqa/tools/trial"
)

//go:embed summit.yaml
var summitFile []byte

type soak struct {
	lasting   time.Duration
	every     time.Duration
	listeners int
	pause     time.Duration // at least, between two visits of who comes and goes
	program   string
	folder    string
	port      int
}

func main() {
	var s soak
	flag.DurationVar(&s.lasting, "for", 8*time.Hour, "how long")
	flag.DurationVar(&s.every, "every", time.Minute, "how often the server is looked at")
	flag.IntVar(&s.listeners, "listeners", 20, "of the public, who stay")
	flag.DurationVar(&s.pause, "pause", 0, "at least so long between two visits of each who comes and goes; longer is less work for the machine")
	flag.StringVar(&s.program, "server", "bin/liqa", "the server's program")
	flag.StringVar(&s.folder, "folder", "docs/figures", "where soak.csv and soak.svg are written")
	flag.IntVar(&s.port, "port", 28440, "the first of three ports that are free")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func (s *soak) run(ctx context.Context) error {
	server, err := trial.Start(ctx, trial.Options{Program: s.program, Host: "127.0.0.1", Port: s.port}, summitFile)
	if err != nil {
		return err
	}
	defer server.Close()
	there, cancel := context.WithCancel(ctx)
	defer cancel()
	m, err := begin(there, server)
	if err != nil {
		return err
	}
	m.stay(there, s.listeners)
	ended := m.comeAndGo(there, s.pause)
	all, err := s.watch(ctx, m)
	cancel()
	<-ended
	m.staying.Wait()
	if err != nil {
		return err
	}
	if err := write(filepath.Join(s.folder, "soak.csv"), all); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.folder, "soak.svg"), drawn(all), 0o644); err != nil {
		return err
	}
	fmt.Println(summary(all, server.Version))
	return errors.Join(m.silences, judge(all))
}

// watch looks at the server again and again, and says so each time.
func (s *soak) watch(ctx context.Context, m *meeting) (all []reading, err error) {
	began := time.Now()
	for time.Since(began) < s.lasting {
		select {
		case <-time.After(s.every):
		case <-ctx.Done():
			return all, nil // what has been seen until now is worth keeping
		}
		text, err := m.Metrics(ctx)
		if ctx.Err() != nil {
			return all, nil
		}
		if err != nil {
			return all, fmt.Errorf("the server does not say how it is: %w", err)
		}
		r, err := read(text)
		if err != nil {
			return all, err
		}
		r.Minutes, r.Visits, r.Fallen = time.Since(began).Minutes(), m.visits.Load(), m.fallen.Load()
		all = append(all, r)
		fmt.Println(r)
		m.listen(r.Minutes, s.every)
	}
	return all, nil
}
