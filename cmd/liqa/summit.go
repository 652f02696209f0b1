package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"liqa/internal/config"
	"liqa/internal/summit"
	"liqa/internal/web"
)

// summitCmd is about summits.
type summitCmd struct {
	Create createCmd `cmd:"" help:"Convene a summit from a file, and print one link for each seat."`
	List   listCmd   `cmd:"" help:"List the summits of the server."`
	Links  linksCmd  `cmd:"" help:"Replace the links of seats, and print the new ones."`

	Announce announceCmd `cmd:"" help:"Publish the announcement: from then on the summit has a public page."`
}

type createCmd struct {
	place
	File string `arg:"" help:"The summit file; see docs/summit.example.yaml." type:"path"`
	Dry  bool   `name:"check" help:"Only look for faults in the file."`
}

// Run convenes a summit. The file is read here first: its faults are found
// without a server, and with their lines.
func (s *createCmd) Run(out io.Writer) error {
	if err := readable(s.File); err != nil {
		return err
	}
	if _, err := config.ReadSummit(s.File); err != nil {
		return err
	}
	if s.Dry {
		fmt.Fprintln(out, "The file has no faults that can be found without the server.")
		return nil
	}
	text, err := os.ReadFile(s.File)
	if err != nil {
		return err
	}
	server, err := s.client()
	if err != nil {
		return err
	}
	var made web.Convened
	if err := server.ask(context.Background(), "POST", "/api/summits", text, &made); err != nil {
		return err
	}
	fmt.Fprintf(out, "The summit has been convened: %s\n\n", made.Summit)
	printLinks(out, made.Links)
	fmt.Fprintf(out, "\nPublic page, once it is announced: %s\n", made.Page)
	return nil
}

// printLinks prints links and says what they are.
func printLinks(out io.Writer, links []web.SeatLink) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, l := range links {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", l.Seat, l.Role, l.Name.In("en"), l.Link)
	}
	table.Flush()
	fmt.Fprint(out, `
Each link is a secret: who opens it first has the seat, on that device only.
Send each to its person alone, by a way you trust, and keep no copy. They are
not shown again; “liqa summit links” replaces one that is lost.
`)
}

type listCmd struct{ place }

// Run lists the summits.
func (l *listCmd) Run(out io.Writer) error {
	server, err := l.client()
	if err != nil {
		return err
	}
	var all struct{ Summits []web.Listed }
	if err := server.ask(context.Background(), "GET", "/api/summits", nil, &all); err != nil {
		return err
	}
	if len(all.Summits) == 0 {
		fmt.Fprintln(out, "There is no summit yet. Convene one with “liqa summit create FILE”.")
		return nil
	}
	for _, s := range all.Summits {
		fmt.Fprintf(out, "%s  %s  %s  (%s)\n", s.Summit, s.Scheduled.Local().Format("2006-01-02 15:04 MST"), s.Title.In("en"), inWords(s.Phase))
		table := tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
		for _, seat := range s.Seats {
			fmt.Fprintf(table, "  %s\t%s\t%s\t%s\tlink %d %s\n", seat.Seat, seat.Role, seat.Name.In("en"), seat.Presence, seat.Serial, seat.Link)
		}
		table.Flush()
	}
	return nil
}

// inWords says how far a summit has come. The rules' own word for the time
// before it is “announced”, which to an administrator is the page.
func inWords(p summit.Phase) string {
	switch p {
	case summit.Announced:
		return "not begun"
	case summit.InProgress:
		return "in progress"
	}
	return string(p)
}

type linksCmd struct {
	place
	Summit string    `arg:"" help:"The summit's id, from “liqa summit list”."`
	Seats  []string  `arg:"" help:"The seats whose links are replaced. The old ones stop working at once."`
	Until  time.Time `help:"The last moment at which the new links can be opened, such as 2026-12-01T10:00:00+03:00." format:"2006-01-02T15:04:05Z07:00"`
}

// Run replaces links.
func (l *linksCmd) Run(out io.Writer) error {
	server, err := l.client()
	if err != nil {
		return err
	}
	body := []byte("{}")
	if !l.Until.IsZero() {
		body = fmt.Appendf(nil, `{"expires":%q}`, l.Until.Format(time.RFC3339))
	}
	var links []web.SeatLink
	for _, seat := range l.Seats {
		var link web.SeatLink
		path := "/api/summits/" + clean(l.Summit) + "/links/" + clean(seat)
		if err := server.ask(context.Background(), "POST", path, body, &link); err != nil {
			printIfAny(out, links)
			return fmt.Errorf("the link of %s was not replaced: %w", seat, naming(l.Summit, err))
		}
		links = append(links, link)
	}
	printLinks(out, links)
	return nil
}

func printIfAny(out io.Writer, links []web.SeatLink) {
	if len(links) > 0 {
		printLinks(out, links)
	}
}

// clean keeps what can stand in an identifier, so that an argument cannot lead
// to another address.
func clean(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, id)
}

type announceCmd struct {
	place
	Summit string `arg:"" help:"The summit's id, from “liqa summit list”."`
	Reason string `help:"Why an announcement that is published already is corrected."`
}

// Run publishes the announcement.
func (a *announceCmd) Run(out io.Writer) error {
	server, err := a.client()
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"reason": a.Reason})
	if err != nil {
		return err
	}
	var page struct{ Address string }
	if err := server.ask(context.Background(), "POST", "/api/summits/"+clean(a.Summit)+"/advisory", body, &page); err != nil {
		return naming(a.Summit, err)
	}
	fmt.Fprintf(out, "The summit is announced at %s%s\n", server.address, page.Address)
	return nil
}
