// Package newsroom makes the public pages of a summit, in each publication
// language, from what package press lets through and what package view says
// the public may know; and keeps the desk on which readouts are written.
//
// It does not decide what may be published or who may write, it serves no
// HTTP, and it holds no recording: a page points at the recording and says
// which instants of it a quotation is.
package newsroom

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"liqa/internal/locale"
	"liqa/internal/press"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// Page is the public page of a summit in one language: the advisory before it,
// the live program or a notice during it, the readout after it.
type Page struct {
	Public view.Public
	// Readout is the published one in this language; nil while there is none.
	Readout   *press.Readout
	Published time.Time
	Corrected int // number of corrections since
	// Quoted are the seats that the readout quotes, as it names them.
	Quoted []view.Speaker
	// Address is the page's own, absolute and without a query.
	Address string
	// Languages are the page's languages, this one included, in the order in
	// which they are offered.
	Languages []Edition
	// HasRecording says that open parts of the meeting can be played.
	HasRecording bool
	Assets       Assets
}

// Edition is the same page in one language.
type Edition struct {
	Language string
	Address  string // path
}

// Assets are the addresses of what the front end's build made for the page.
type Assets struct {
	Scripts     []string
	Stylesheets []string
}

// Render writes the page as HTML.
func (p Page) Render(ctx context.Context, w io.Writer) error {
	return layout(p).Render(ctx, w)
}

//go:embed page.css
var stylesheet []byte

// Stylesheet is the pages' own style sheet and the name to serve it under,
// which changes with its content.
func Stylesheet() (name string, css []byte) {
	sum := sha256.Sum256(stylesheet)
	return "page-" + hex.EncodeToString(sum[:6]) + ".css", stylesheet
}

func (p Page) lang() string { return string(p.Public.Language) }

func (p Page) say(w locale.Word) string { return locale.Say(p.lang(), w) }

func (p Page) text(t summit.Text) string { return t.In(p.Public.Language) }

// title is the page's one headline.
func (p Page) title() string {
	if p.Readout != nil {
		return p.Readout.Headline
	}
	return p.text(p.Public.Summit.Title)
}

func (p Page) place() string {
	if p.Readout != nil {
		return p.Readout.Place
	}
	return p.text(p.Public.Summit.Place)
}

// zone is the time zone of the summit; UTC where the server does not know it.
func (p Page) zone() *time.Location {
	if z, err := time.LoadLocation(p.Public.Summit.Zone); err == nil {
		return z
	}
	return time.UTC
}

func (p Page) date(t time.Time) string { return locale.Date(p.lang(), t.In(p.zone())) }

func (p Page) clock(t time.Time) string { return locale.Time(t.In(p.zone())) }

func machine(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// instant is when the summit is to begin; after it, when the first item that
// the public may know of began.
func (p Page) instant() time.Time {
	for _, i := range p.Public.Items {
		if p.Public.Stage == view.StageEnded && !i.Started.IsZero() {
			return i.Started
		}
	}
	return p.Public.Summit.Scheduled
}

// when is the word before the instant.
func (p Page) when() locale.Word {
	if p.Public.Stage == view.StageEnded {
		return locale.HeldOn
	}
	return locale.ScheduledFor
}

// participants are the principals, each with their delegation.
func (p Page) participants() []view.Delegation { return p.Public.Delegations }

func (p Page) seat(id summit.SeatID) (view.Speaker, bool) {
	for _, s := range p.Quoted {
		if s.ID == id {
			return s, true
		}
	}
	return view.Speaker{}, false
}

// speaker is how a quotation names who said it: name and function.
func (p Page) speaker(id summit.SeatID) string {
	s, ok := p.seat(id)
	if !ok {
		return string(id)
	}
	if f := p.text(s.Function); f != "" {
		return p.text(s.Name) + p.comma() + f
	}
	return p.text(s.Name)
}

func (p Page) comma() string {
	switch locale.Nearest(p.lang()) {
	case "ar":
		return "، "
	case "zh":
		return "，"
	}
	return ", "
}

func (p Page) rendering(q *press.Quotation) string {
	switch q.Rendering {
	case press.ByInterpreter:
		return p.say(locale.SaidInterpreted)
	case press.Translated:
		return p.say(locale.SaidTranslated)
	}
	return p.say(locale.SaidAsSpoken)
}

func (p Page) basis(b press.Basis) string {
	switch b {
	case press.OpenRemarks:
		return p.say(locale.FromOpen)
	case press.AgreedReadout:
		return p.say(locale.FromAgreed)
	case press.Spokesperson:
		return p.say(locale.FromSpokesman)
	}
	return p.say(locale.FromBackground)
}

// day parses the date of an external quotation, which press.Check has seen.
func (p Page) day(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return locale.Date(p.lang(), t)
}

func quoted(lang, words string) string {
	open, end := locale.Marks(lang)
	return open + words + end
}

func anchor(i int) string { return fmt.Sprintf("q%d", i+1) }

func (p Page) picture() string {
	return "/s/" + string(p.Public.Summit.ID) + "/pictures/" + p.Readout.Picture.Digest
}

// article is the page's schema.org description (NewsArticle), for search
// engines and archives. It says nothing the page does not.
func (p Page) article() string {
	a := map[string]any{
		"@context": "https://schema.org", "@type": "NewsArticle",
		"headline": p.Readout.Headline, "description": p.Readout.Lead,
		"inLanguage": p.lang(), "dateline": p.Readout.Place,
		"datePublished": machine(p.Published), "mainEntityOfPage": p.Address,
	}
	if p.Readout.Picture != nil {
		a["image"] = strings.TrimSuffix(p.Address, "/s/"+string(p.Public.Summit.ID)+"/"+p.lang()) + p.picture()
	}
	out, err := json.Marshal(a) // escapes <, > and &: it cannot end the script element
	if err != nil {
		return "{}"
	}
	return string(out)
}

// kind is the word above the headline.
func (p Page) kind() string {
	if p.Public.Stage == view.StageAnnounced && p.Readout == nil {
		return p.say(locale.Announcement)
	}
	return p.say(locale.Meeting)
}

// says is the sentence about what is going on, for who has no script.
func (p Page) says() string {
	switch p.Public.Stage {
	case view.StageLive:
		return p.say(locale.LiveNow)
	case view.StageClosed:
		return p.say(locale.ClosedNow)
	case view.StageRecess:
		return p.say(locale.RecessNow)
	case view.StageEnded:
		return p.say(locale.EndedNoReadout)
	}
	return p.say(locale.NotStarted)
}

func current(yes bool) string {
	if yes {
		return "page"
	}
	return "false"
}

// Nothing writes the page of an address at which there is nothing, the same
// whatever the reason; lang is the reader's.
func Nothing(ctx context.Context, w io.Writer, lang string, css []string) error {
	return nothing(locale.Nearest(lang), css).Render(ctx, w)
}

// Landing writes the server's first page, which names no summit.
func Landing(ctx context.Context, w io.Writer, lang string, css []string) error {
	return landing(locale.Nearest(lang), css).Render(ctx, w)
}
