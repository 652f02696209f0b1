//go:build linux

package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"liqa/internal/access"
	"liqa/internal/plan"
	"liqa/internal/player"
	"liqa/internal/player/lean"
)

// What the crowd's process is told to do: seats to take, and how many listen
// as the public, without one.
type invited struct {
	URL    string
	Summit string
	Links  []string
	Public int
	TCP    int // how many of them receive by TCP
}

// counted is what it answers: when each heard the last packet of sound, in Unix
// nanoseconds (0 for who has heard none), and, of those who have joined since
// it was asked last, how long each took from the request to the first packet,
// in milliseconds.
type countedCrowd struct {
	Last    []int64
	Packets int64
	Joins   []float64
	Back    []float64 // when each had come back, in Unix milliseconds
	CPU     float64   // that the crowd's process has taken until now, in seconds
	Fault   string    `json:",omitempty"`
}

// crowd is a thousand press seats in a process of their own.
type crowd struct {
	tb      testing.TB
	ask     io.Writer
	answers *json.Decoder
}

// newCrowd has a crowd take the seats and arrive.
func newCrowd(tb testing.TB, who invited) *crowd {
	tb.Helper()
	folder := tb.TempDir()
	text, err := json.Marshal(who)
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "invited"), text, 0o600); err != nil {
		tb.Fatal(err)
	}
	cmd := again("crowd", folder)
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		in.Close()
		_ = cmd.Wait() // it has said on standard error what went wrong
	})
	c := &crowd{tb, in, json.NewDecoder(out)}
	c.answer("taking the seats")
	return c
}

// do has the crowd "listen", or "count".
func (c *crowd) do(word string) countedCrowd {
	c.tb.Helper()
	if _, err := fmt.Fprintln(c.ask, word); err != nil {
		c.tb.Fatal(err)
	}
	return c.answer(word)
}

func (c *crowd) answer(word string) (got countedCrowd) {
	c.tb.Helper()
	if err := c.answers.Decode(&got); err != nil || got.Fault != "" {
		c.tb.Fatalf("%s: the crowd: %v %s", word, err, got.Fault)
	}
	return got
}

// gathered is the state of the crowd's process.
type gathered struct {
	invited
	identity *lean.Identity
	mu       sync.Mutex
	auth     []string // of the seats
	all      []*lean.Listener
	joins    []float64
	fault    error
	sockets  []*websocket.Conn
	stuck    map[int]bool // whose sockets are read no more
	back     []float64    // of those who have come back: when each was, in Unix milliseconds
	expected bool         // that connections end
}

func gatherCrowd(folder string) error {
	text, err := os.ReadFile(filepath.Join(folder, "invited"))
	if err != nil {
		return err
	}
	g := &gathered{stuck: map[int]bool{}}
	if err := json.Unmarshal(text, &g.invited); err != nil {
		return err
	}
	if g.identity, err = lean.NewIdentity(); err != nil {
		return err
	}
	g.auth = make([]string, len(g.Links))
	g.each(len(g.Links), 4*time.Millisecond, g.take)
	tell := json.NewEncoder(os.Stdout)
	if err := tell.Encode(g.count()); err != nil {
		return err
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "listen":
			g.each(len(g.Links)+g.Public, 10*time.Millisecond, g.listen)
		case "stall":
			err = g.stall(rest)
		case "lose": // the server, soon
			g.mu.Lock()
			g.expected = true
			g.mu.Unlock()
		case "again":
			g.again(rest)
		}
		if err != nil {
			return err
		}
		if err := tell.Encode(g.count()); err != nil {
			return err
		}
	}
	return nil
}

// each does something for each of n, one begun every so often, and waits for all.
func (g *gathered) each(n int, apart time.Duration, f func(i int) error) {
	var all sync.WaitGroup
	pace := time.NewTicker(apart)
	defer pace.Stop()
	for i := range n {
		<-pace.C
		all.Go(func() {
			if err := f(i); err != nil {
				g.fail(fmt.Errorf("number %d: %w", i, err))
			}
		})
	}
	all.Wait()
}

// take redeems a link, opens the live connection, arrives, and reads whatever
// is sent without looking at it.
func (g *gathered) take(i int) error {
	link, err := access.ParseLink(g.Links[i])
	if err != nil {
		return err
	}
	device := access.NewCredential()
	body, err := json.Marshal(map[string]string{"summit": string(link.Summit), "seat": string(link.Seat),
		"secret": link.Secret.Reveal(), "credential": device.Reveal()})
	if err != nil {
		return err
	}
	answer, err := http.Post(g.URL+"/api/redeem", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s is not redeemed: %d", link.Seat, answer.StatusCode)
	}
	g.auth[i] = access.Authorization{Summit: link.Summit, Seat: link.Seat, Credential: device}.Reveal()
	return g.arrive(g.auth[i])
}

func (g *gathered) arrive(auth string) error {
	ctx := context.Background()
	socket, _, err := websocket.Dial(ctx, strings.Replace(g.URL, "http", "ws", 1)+"/api/live", nil)
	if err != nil {
		return err
	}
	socket.SetReadLimit(4 << 20)
	g.mu.Lock()
	mine := len(g.sockets)
	g.sockets = append(g.sockets, socket)
	g.mu.Unlock()
	for _, message := range []any{map[string]string{"authorization": auth},
		map[string]any{"type": "act", "id": 1, "act": "arrive", "with": map[string]any{}}} {
		if err := wsjson.Write(ctx, socket, message); err != nil {
			return err
		}
	}
	go func() {
		for {
			if g.isStuck(mine) {
				select {} // and never reads again
			}
			_, all, err := socket.Reader(ctx)
			if err == nil {
				_, err = io.Copy(io.Discard, all)
			}
			if err != nil {
				g.fail(fmt.Errorf("a live connection has ended: %w", err))
				return
			}
		}
	}()
	return nil
}

func (g *gathered) isStuck(i int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stuck[i]
}

func (g *gathered) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.expected {
		g.fault = err
	}
}

// listen makes the i-th receiving connection, and waits for its first packet
// when an item is under way.
func (g *gathered) listen(i int) error {
	url, auth := g.URL+"/api/whep", ""
	if i < len(g.auth) {
		auth = g.auth[i]
	} else {
		url = g.URL + "/api/summits/" + g.Summit + "/whep?lang=ru&player=press"
	}
	began := time.Now()
	o := lean.Options{TCP: i < g.TCP}
	for _, slot := range plan.PressSlots {
		o.Sections = append(o.Sections, map[bool]string{false: "audio", true: "video"}[player.IsVideo(string(slot))])
	}
	if auth != "" {
		o.Header = http.Header{"Authorization": {"Liqa " + auth}}
	}
	l, err := lean.Listen(g.identity, url, o)
	if err != nil {
		return err
	}
	g.mu.Lock()
	g.all = append(g.all, l)
	g.mu.Unlock()
	select {
	case <-l.First:
		g.mu.Lock()
		g.joins = append(g.joins, float64(time.Since(began).Microseconds())/1000)
		g.mu.Unlock()
	case <-time.After(g.patience()):
	}
	return nil
}

// patience is how long the first packet is waited for.
func (g *gathered) patience() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.expected {
		return 0 // after a restart the press is out until an officer resumes
	}
	return 10 * time.Second
}

// stall has so many of each kind stop: live connections that nobody reads any
// more, receiving ones whose sockets are closed without a word, and all that
// receive by TCP, which read no more.
func (g *gathered) stall(kinds string) error {
	var n int
	if _, err := fmt.Sscan(kinds, &n); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.expected = true
	for i := range min(n, len(g.sockets)) {
		g.stuck[i] = true
	}
	vanish := n
	for _, l := range g.all {
		switch {
		case l.Streams():
			l.Blocked.Store(true)
		case vanish > 0:
			l.Vanish()
			vanish--
		}
	}
	return nil
}

// again has everybody come back to the server at another address, as a page
// does: the live connection, then the receiving one.
func (g *gathered) again(url string) {
	g.mu.Lock()
	g.URL, g.all, g.sockets = url, nil, nil
	g.mu.Unlock()
	g.each(len(g.auth), 2*time.Millisecond, func(i int) error {
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
			err := g.arrive(g.auth[i])
			if err == nil {
				err = g.listen(i)
			}
			if err == nil {
				g.mu.Lock()
				g.back = append(g.back, float64(time.Now().UnixMilli()))
				g.mu.Unlock()
				return nil
			}
			if time.Now().After(end) {
				return err
			}
		}
	})
}

func (g *gathered) count() (c countedCrowd) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, l := range g.all {
		c.Last = append(c.Last, l.Last.Load())
		c.Packets += l.Packets.Load()
	}
	slices.Sort(g.joins)
	c.Joins, g.joins = g.joins, nil
	c.Back, g.back = g.back, nil
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err == nil {
		c.CPU = float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
	}
	if g.fault != nil {
		c.Fault = g.fault.Error()
	}
	return c
}
