package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// metrics are the values of benchmarks by their names and units.
type metrics map[string]map[string]float64

// group is what one command measures.
type group struct {
	name, title, command string
	figures              []figure
	run                  func(context.Context) (metrics, error) // instead of the command
}

func (g group) measure(ctx context.Context) (metrics, error) {
	if g.run != nil {
		return g.run(ctx)
	}
	// The command is ours and has no quotes but '…'.
	words := strings.Fields(strings.ReplaceAll(g.command, "'", ""))
	ctx, cancel := context.WithTimeout(ctx, 8*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return parse(string(out)), fmt.Errorf("%s: %w\n%s", g.command, err, out)
	}
	return parse(string(out)), nil
}

var cores = regexp.MustCompile(`-\d+$`)

// parse reads what go test prints of benchmarks: name, count, then values with
// their units.
func parse(out string) metrics {
	got := metrics{}
	for lines := bufio.NewScanner(strings.NewReader(out)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 2 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		name := cores.ReplaceAllString(strings.TrimPrefix(words[0], "Benchmark"), "")
		got[name] = map[string]float64{}
		for i := 2; i+1 < len(words); i += 2 {
			if x, err := strconv.ParseFloat(words[i], 64); err == nil {
				got[name][words[i+1]] = x
			}
		}
	}
	return got
}

// idle starts the server as anybody would, and looks at it.
func idle(ctx context.Context) (metrics, error) {
	folder, err := os.MkdirTemp("", "liqa-figures-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	first, err := startOnce(ctx, folder, 10*time.Second)
	if err != nil {
		return nil, err
	}
	again, err := startOnce(ctx, folder, time.Second)
	if err != nil {
		return nil, err
	}
	return metrics{"first": first, "again": again}, nil
}

// startOnce says how long the server took from its start to its first answer,
// in milliseconds, and what it holds resident after a while, in MiB.
func startOnce(ctx context.Context, folder string, rest time.Duration) (got map[string]float64, err error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	settings := fmt.Sprintf("data: %s\nlisten: {http: 127.0.0.1:%d, https: 127.0.0.1:0}\nmedia: {udp: 127.0.0.1:0, tcp: 127.0.0.1:0}\n",
		filepath.Join(folder, "data"), port)
	file := filepath.Join(folder, "liqa.yaml")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "bin/liqa", "serve", "--config", file)
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // it was told to end
	}()
	ready, err := untilHealthy(ctx, fmt.Sprintf("http://127.0.0.1:%d/healthz", port), began)
	if err != nil {
		return nil, err
	}
	time.Sleep(rest)
	resident, err := resident(cmd.Process.Pid)
	return map[string]float64{"ms": float64(ready.Microseconds()) / 1000, "MiB": resident}, err
}

func untilHealthy(ctx context.Context, url string, began time.Time) (time.Duration, error) {
	for ctx.Err() == nil && time.Since(began) < 30*time.Second {
		answer, err := http.Get(url)
		if err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return time.Since(began), nil
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	return 0, fmt.Errorf("the server does not answer at %s", url)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// resident is what a process holds in memory, in MiB.
func resident(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("process %d says nothing of its memory", pid)
}
