//go:build linux

package browser

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestBrowserIsDriven(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil && testing.Short() {
		t.Skip("Chromium is missing, which make test installs")
	} else if err != nil {
		t.Fatal("Chromium is missing: tools/need chromium installs it")
	}
	b, err := Launch(Options{})
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			b.Close()
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	page, err := b.Open(ctx, "globalThis.before = 20")
	if err != nil {
		t.Fatal(err)
	}
	if err := page.Go(ctx, "data:text/html,<title>here</title><script>globalThis.after = before + 1</script>"); err != nil {
		t.Fatal(err)
	}
	if err := page.Until(ctx, "document.title === 'here'"); err != nil {
		t.Fatal(err)
	}
	var sum int
	if err := page.Eval(ctx, "Promise.resolve(before + after)", &sum); err != nil || sum != 41 {
		t.Errorf("evaluated to %d, %v", sum, err)
	}
	if err := page.Eval(ctx, "nothing.there", nil); err == nil || !strings.Contains(err.Error(), "nothing is not defined") {
		t.Errorf("what the page throws is told as %v", err)
	}
	if png, err := page.Picture(ctx); err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Errorf("no picture: %v", err)
	}
	if err := b.Sleep(true); err != nil {
		t.Fatal(err)
	}
	short, over := context.WithTimeout(ctx, 300*time.Millisecond)
	defer over()
	if err := page.Eval(short, "1", nil); err == nil {
		t.Error("a browser that sleeps has answered")
	}
	if err := b.Sleep(false); err != nil {
		t.Fatal(err)
	}
	if err := page.Eval(ctx, "1", nil); err != nil {
		t.Errorf("it has not woken: %v", err)
	}
	closed = true
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(b.folder); !os.IsNotExist(err) {
		t.Error("its profile is left behind")
	}
}
