//go:build linux

// Package browser drives a Chromium over a pipe: it opens pages and evaluates
// expressions in them, by the few commands of the DevTools protocol that this
// takes. The pipe reaches into any network namespace, since it is no network.
//
// It is not a testing library: it neither finds elements nor waits for them,
// and what a page does is the page's own business.
package browser

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options of [Launch].
type Options struct {
	Executable string // "chromium" when empty
	Args       []string
	// Start starts the command; nil is in this process's own network.
	Start func(*exec.Cmd) error
}

// Browser is a running Chromium. Its methods may be called from any goroutine.
type Browser struct {
	cmd    *exec.Cmd
	folder string
	out    *os.File // to it
	ended  chan struct{}

	mu      sync.Mutex
	next    int
	waiting map[int]chan reply
}

type reply struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// quiet keeps Chromium to itself, and its pages awake.
var quiet = []string{
	"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio",
	"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
	"--disable-features=WebRtcHideLocalIpsWithMdns,CalculateNativeWinOcclusion,OptimizationHints,MediaRouter,Translate",
	"--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
	"--autoplay-policy=no-user-gesture-required", "--ignore-certificate-errors", "--window-size=1280,720",
	"--remote-debugging-pipe",
}

// Launch starts a Chromium with a profile of its own.
func Launch(o Options) (*Browser, error) {
	if o.Executable == "" {
		o.Executable = "chromium"
	}
	folder, err := os.MkdirTemp("", "liqa-browser-")
	if err != nil {
		return nil, err
	}
	b := &Browser{folder: folder, ended: make(chan struct{}), waiting: map[int]chan reply{}}
	toRead, toWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	fromRead, fromWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	b.out = toWrite
	args := append(append([]string{"--user-data-dir=" + filepath.Join(folder, "profile")}, quiet...), o.Args...)
	b.cmd = exec.Command(o.Executable, append(args, "about:blank")...)
	b.cmd.ExtraFiles = []*os.File{toRead, fromWrite} // 3 and 4, as --remote-debugging-pipe says
	b.cmd.Env = append(os.Environ(), "HOME="+folder)
	start := o.Start
	if start == nil {
		start = (*exec.Cmd).Start
	}
	err = start(b.cmd)
	_ = errors.Join(toRead.Close(), fromWrite.Close()) // the child has its own
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", o.Executable, err), os.RemoveAll(folder))
	}
	go b.read(fromRead)
	return b, nil
}

// Close ends the browser and takes its profile away.
func (b *Browser) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	_ = b.call(ctx, "", "Browser.close", nil, nil) // killed below if it does not
	cancel()
	_ = b.out.Close()
	done := make(chan struct{})
	go func() { _ = b.cmd.Wait(); close(done) }() // how it ended is of no interest
	select {
	case <-done:
	case <-time.After(3 * time.Second):
		_ = b.cmd.Process.Kill()
		<-done
	}
	// Its children may still be writing.
	var err error
	for range 20 {
		if err = os.RemoveAll(b.folder); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// read takes the messages, each ended by a zero byte.
func (b *Browser) read(from io.ReadCloser) {
	defer from.Close()
	defer close(b.ended)
	in := bufio.NewReader(from)
	for {
		message, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var m struct {
			ID int
			reply
		}
		if json.Unmarshal(message[:len(message)-1], &m) != nil || m.ID == 0 {
			continue // an event, and nobody asked for it
		}
		b.mu.Lock()
		waiting := b.waiting[m.ID]
		delete(b.waiting, m.ID)
		b.mu.Unlock()
		if waiting != nil {
			waiting <- m.reply
		}
	}
}

func (b *Browser) call(ctx context.Context, session, method string, params, result any) error {
	answer := make(chan reply, 1)
	b.mu.Lock()
	b.next++
	id := b.next
	b.waiting[id] = answer
	message, err := json.Marshal(struct {
		ID      int    `json:"id"`
		Session string `json:"sessionId,omitempty"`
		Method  string `json:"method"`
		Params  any    `json:"params,omitempty"`
	}{id, session, method, params})
	if err == nil {
		_, err = b.out.Write(append(message, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case r := <-answer:
		if r.Error != nil {
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(r.Result, result)
	case <-b.ended:
		return fmt.Errorf("%s: the browser has ended", method)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// Page is one page of a browser.
type Page struct {
	browser *Browser
	session string
}

// Open opens an empty page. Each script runs in every document of it before
// the document's own.
func (b *Browser) Open(ctx context.Context, scripts ...string) (*Page, error) {
	var target struct{ TargetID string }
	if err := b.call(ctx, "", "Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		return nil, err
	}
	var attached struct{ SessionID string }
	err := b.call(ctx, "", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	if err != nil {
		return nil, err
	}
	p := &Page{b, attached.SessionID}
	if err := b.call(ctx, p.session, "Page.enable", nil, nil); err != nil {
		return nil, err
	}
	for _, s := range scripts {
		if err := b.call(ctx, p.session, "Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": s}, nil); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Go goes to an address.
func (p *Page) Go(ctx context.Context, url string) error {
	var answer struct{ ErrorText string }
	if err := p.browser.call(ctx, p.session, "Page.navigate", map[string]any{"url": url}, &answer); err != nil {
		return err
	}
	if answer.ErrorText != "" {
		return fmt.Errorf("open %s: %s", url, answer.ErrorText)
	}
	return nil
}

// Eval evaluates an expression, awaits it if it is a promise, and reads its
// value into result, which may be nil.
func (p *Page) Eval(ctx context.Context, expression string, result any) error {
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := p.browser.call(ctx, p.session, "Runtime.evaluate", map[string]any{
		"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
	}, &answer)
	if err != nil {
		return err
	}
	if e := answer.ExceptionDetails; e != nil {
		return fmt.Errorf("%s %s", e.Text, e.Exception.Description)
	}
	if result == nil || answer.Result.Value == nil {
		return nil
	}
	return json.Unmarshal(answer.Result.Value, result)
}

// Until evaluates a condition again and again until it is true.
func (p *Page) Until(ctx context.Context, condition string) error {
	var last error
	for {
		var is bool
		if last = p.Eval(ctx, "!!("+condition+")", &is); last == nil && is {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("it never came to %s: %w", condition, ctx.Err()), last)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Picture takes a picture of the page as a PNG.
func (p *Page) Picture(ctx context.Context) ([]byte, error) {
	var answer struct{ Data []byte }
	err := p.browser.call(ctx, p.session, "Page.captureScreenshot", map[string]any{"format": "png"}, &answer)
	return answer.Data, err
}

// Sleep stops the browser and all its processes, as closing a laptop does, or
// lets them go on.
func (b *Browser) Sleep(on bool) error {
	signal := syscall.SIGCONT
	if on {
		signal = syscall.SIGSTOP
	}
	family, err := descendants(b.cmd.Process.Pid)
	if err != nil {
		return err
	}
	for _, pid := range family {
		if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop process %d: %w", pid, err)
		}
	}
	return nil
}

// descendants are a process, its children, and theirs.
func descendants(pid int) (all []int, err error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, e := range entries {
		child, err := strconv.Atoi(e.Name())
		if err != nil {
			continue // not a process
		}
		stat, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue // it has ended
		}
		// The parent is the second word after the name, which is in brackets.
		words := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if parent, err := strconv.Atoi(words[1]); err == nil {
			children[parent] = append(children[parent], child)
		}
	}
	all = []int{pid}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all, nil
}
