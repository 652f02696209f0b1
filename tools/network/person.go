//go:build linux

package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"liqa/tools/network/browser"
	"liqa/tools/network/lab"
)

//go:embed ears.js
var ears string

// headset says on the seat's behalf that nothing needs to be cancelled.
const headset = `localStorage.setItem('liqa/devices', JSON.stringify({ headset: true }));`

// byItself lets every element play by itself: what goes through the page's own
// chain is silent to the browser's statistics of sound.
const byItself = `delete globalThis.AudioWorkletNode;`

// devices are the files that stand for a camera and a microphone.
type devices struct{ voice, camera string }

// camera is what a camera gives: lines of 16:9, and pictures a second. Two
// browsers with software codecs have to have enough of two processors.
type camera struct{ lines, rate int }

var (
	smallCamera = camera{180, 10} // for what is heard and whether anything is seen
	wholeCamera = camera{360, 15} // for layers
)

// makeDevices makes a voice without pauses out of one of the demonstration's,
// and a camera in which everything moves all the time: what a picture costs,
// and whether it stands still, must not depend on what it shows.
func makeDevices(ctx context.Context, folder string, c camera) (devices, error) {
	d := devices{voice: filepath.Join(folder, "voice.wav"), camera: filepath.Join(folder, "camera.y4m")}
	for _, args := range [][]string{
		{"-i", "demo/media/interpreter-en.ogg", "-af", "silenceremove=stop_periods=-1:stop_duration=0.15:stop_threshold=-45dB",
			"-ar", "48000", "-ac", "1", d.voice},
		{"-f", "lavfi", "-i", fmt.Sprintf("testsrc2=size=%dx%d:rate=%d", c.lines*16/9, c.lines, c.rate), "-vf", "noise=alls=6:allf=t", "-t", "4", "-pix_fmt", "yuv420p", d.camera},
	} {
		cmd := exec.CommandContext(ctx, "ffmpeg", append([]string{"-v", "error", "-y"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return d, fmt.Errorf("make the devices: %w: %s", err, out)
		}
	}
	return d, nil
}

// person is somebody in a seat, with a real browser.
type person struct {
	seat    string
	browser *browser.Browser
	page    *browser.Page
}

// arrive starts a browser in a place and takes a seat with it.
func arrive(ctx context.Context, at *lab.Place, seat, link string, d devices) (p *person, err error) {
	p = &person{seat: seat}
	p.browser, err = browser.Launch(browser.Options{
		Executable: os.Getenv("CHROMIUM"), Start: at.Start,
		Args: []string{
			"--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
			"--use-file-for-fake-audio-capture=" + d.voice, "--use-file-for-fake-video-capture=" + d.camera,
		},
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", seat, err)
			p.leave()
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	if p.page, err = p.browser.Open(ctx, headset, byItself, ears); err != nil {
		return nil, err
	}
	if err = p.page.Go(ctx, link); err != nil {
		return nil, err
	}
	for _, button := range []string{"[data-act=open-seat]", "[data-act=enter]:not([disabled])"} {
		find := fmt.Sprintf("document.querySelector(%q)", button)
		if err = p.page.Until(ctx, find); err != nil {
			return nil, err
		}
		if err = p.page.Eval(ctx, find+".click()", nil); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *person) leave() {
	if p == nil || p.browser == nil {
		return
	}
	if err := p.browser.Close(); err != nil {
		fmt.Fprintf(os.Stderr, "network: %s: %v\n", p.seat, err)
	}
}

// watch begins to look every so often.
func (p *person) watch(ctx context.Context, every time.Duration) error {
	return p.page.Eval(ctx, fmt.Sprintf("liqaEars.watch(%d)", every.Milliseconds()), nil)
}

// seen is what was seen since it was last asked for.
func (p *person) seen(ctx context.Context) (all []look, err error) {
	err = p.page.Eval(ctx, "liqaEars.drain()", &all)
	return all, err
}
