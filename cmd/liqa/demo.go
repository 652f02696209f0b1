package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"liqa/demo"
	"liqa/internal/cast"
	"liqa/internal/config"
	"liqa/internal/player"
	"liqa/internal/server"
	"liqa/internal/summit"
)

//go:embed demo/summit.yaml
var demoSummit []byte

//go:embed demo/readouts.json
var demoReadouts []byte

// demoCmd holds a simulated summit on this machine.
type demoCmd struct {
	HTTP  string  `help:"Address for browsers on this machine." default:"localhost:8080"`
	HTTPS string  `help:"Address for other machines." default:":8443"`
	Media string  `help:"Address for sound and pictures, UDP and TCP." default:":8444"`
	Data  string  `help:"Folder to keep everything in; a temporary one when empty." type:"path"`
	Pace  float64 `help:"How many times faster the run of show goes." default:"1"`
	Once  bool    `help:"End when the readouts are published."`
}

// Run holds the summit until it is interrupted.
func (d *demoCmd) Run() (err error) {
	// The links are not to scroll away under what a server has to say.
	log := logger(config.Log{Level: "warn"})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := config.Default()
	c.Listen = config.Listen{HTTP: d.HTTP, HTTPS: d.HTTPS}
	c.Media.UDP, c.Media.TCP = d.Media, d.Media
	c.Limits.CallsPerSecond, c.Limits.CallsAtOnce = 500, 2000 // the whole cast calls from one address
	if c.Data = d.Data; c.Data == "" {
		if c.Data, err = os.MkdirTemp("", "liqa-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(c.Data)
	}
	show := &demonstration{pace: d.Pace, log: log}
	s, err := server.Start(ctx, server.Options{Config: c, Log: log, Beside: show.takeOver})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	show.server = s
	if err := show.convene(ctx); err != nil {
		return err
	}
	show.print(os.Stdout, filepath.Join(c.Data, "record"))
	ended := make(chan error, 1)
	go func() { ended <- show.play(ctx) }()
	for {
		select {
		case err := <-ended:
			if err != nil && ctx.Err() == nil {
				return err
			}
			if d.Once || ctx.Err() != nil {
				return nil
			}
			fmt.Println("The show is over. The pages stay until you press Ctrl-C.")
			ended = nil
		case err := <-s.Failed():
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

// demonstration is one run of the simulated summit.
type demonstration struct {
	server *server.Server
	log    *slog.Logger
	pace   float64
	id     summit.SummitID
	seats  []seatLink
}

type seatLink struct {
	Seat summit.SeatID `json:"seat"`
	Role summit.Role   `json:"role"`
	Name summit.Text   `json:"name"`
	Link string        `json:"link"`
}

// played are the seats that the cast plays. The others are free.
var played = []summit.SeatID{"a-principal", "b-principal", "a-delegate", "b-delegate", "a-note-taker",
	"interpreter-ru", "interpreter-zh", "officer", "agency", "press-officer"}

// convene brings the summit into being as an administrator would.
func (d *demonstration) convene(ctx context.Context) error {
	var made struct {
		Summit summit.SummitID `json:"summit"`
		Links  []seatLink      `json:"links"`
	}
	now := time.Now().UTC().Truncate(time.Minute).Format(time.RFC3339)
	file := bytes.Replace(demoSummit, []byte("2026-12-01T10:00:00Z"), []byte(now), 1)
	if err := d.ask(ctx, "/api/summits", file, &made); err != nil {
		return err
	}
	d.id, d.seats = made.Summit, made.Links
	return nil
}

// ask makes a call as the administrator.
func (d *demonstration) ask(ctx context.Context, path string, body []byte, answer any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.server.LocalURL()+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+d.server.Admin())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("the server refused %s: %s", path, text)
	}
	return json.Unmarshal(text, answer)
}

// play lets the cast play.
func (d *demonstration) play(ctx context.Context) error {
	readouts, err := cast.ReadReadouts(demoReadouts)
	if err != nil {
		return err
	}
	c := &cast.Cast{
		Links: map[summit.SeatID]string{}, Props: map[summit.SeatID]cast.Props{},
		Readouts: readouts, Still: demo.Still(), Pace: d.pace, Log: d.log,
		Tell: func(says string) { fmt.Println("  " + says) },
	}
	for _, s := range d.seats {
		if slices.Contains(played, s.Seat) {
			c.Links[s.Seat] = s.Link
		}
		props, err := propsOf(string(s.Seat))
		if err != nil {
			return err
		}
		c.Props[s.Seat] = props
	}
	return c.Run(ctx)
}

func propsOf(seat string) (p cast.Props, err error) {
	if slices.Contains(demo.Cameras(), seat) {
		picture, err := demo.PictureOf(seat)
		if err != nil {
			return p, err
		}
		if p.Camera, err = player.H264(bytes.NewReader(picture.H264), demo.FPS); err != nil {
			return p, err
		}
	}
	if slices.Contains(demo.Microphones(), seat) {
		voice, err := demo.VoiceOf(seat)
		if err != nil {
			return p, err
		}
		if p.Voice, err = player.Opus(bytes.NewReader(voice.Ogg)); err != nil {
			return p, err
		}
	}
	return p, nil
}

// takeOver answers /demo/SEAT: it replaces the link of a seat that the cast
// plays, as an officer does when a laptop dies, and leads to the new one. It
// does so for a person who opens the address, not for a page that has it
// fetched, nor for a browser that looks ahead.
func (d *demonstration) takeOver(w http.ResponseWriter, r *http.Request) bool {
	seat, ok := strings.CutPrefix(r.URL.Path, "/demo/")
	if !ok || d.id == "" {
		return false
	}
	from := r.Header.Get("Sec-Fetch-Site")
	if r.Method != http.MethodGet || from != "" && from != "none" && from != "same-origin" || r.Header.Get("Sec-Purpose") != "" {
		http.Error(w, "Open this address by itself.", http.StatusForbidden)
		return true
	}
	var link seatLink
	if err := d.ask(r.Context(), "/api/summits/"+string(d.id)+"/links/"+url.PathEscape(seat), []byte("{}"), &link); err != nil {
		http.Error(w, "There is no such seat in the demonstration.", http.StatusNotFound)
		return true
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, link.Link, http.StatusSeeOther)
	return true
}

// print says where everything is.
func (d *demonstration) print(w io.Writer, record string) {
	fmt.Fprintf(w, "\nA simulated summit runs. Open a link in a browser on this machine; you take the seat over,\nand the others go on. The officer's seat stops the show: then you run it, and let in\nwhoever takes a seat over after that.\n\n")
	for _, s := range d.seats {
		link := s.Link
		if slices.Contains(played, s.Seat) {
			link = d.server.LocalURL() + "/demo/" + string(s.Seat)
		}
		fmt.Fprintf(w, "  %-26s %s\n", s.Name.In("en"), link)
	}
	fmt.Fprintf(w, "\n  %-26s %s/s/%s\n", "Public page", d.server.LocalURL(), d.id)
	for _, u := range d.server.URLs() {
		fmt.Fprintf(w, "  %-26s %s/s/%s\n", "  from another machine", u, d.id)
	}
	fmt.Fprintf(w, "  %-26s %s\n\n", "Recording", record)
}
