package press

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"liqa/internal/summit"
)

// Limits of a readout, in characters, blocks and seconds. They keep a page a
// page; nothing in the field asks for more.
const (
	maxHeadline  = 160
	maxText      = 4000
	maxBlocks    = 200
	maxSources   = 40
	maxQuotation = 3 * time.Minute
)

// Fault is one reason why a readout may not be published yet.
type Fault struct {
	Code  string `json:"code"`            // stable, for the desk's catalogue
	Where string `json:"where"`           // "headline", "body/3", "picture", "sources/0"
	Says  string `json:"says"`            // an English sentence
	Param string `json:"param,omitempty"` // what the sentence is about
}

func (f Fault) Error() string { return f.Says }

// Check returns every reason why r may not be published as the readout of s;
// none means that it may. open holds the stretches of the summit that anyone
// was allowed to hear: a quotation's moment must lie within one of them, so
// that words of a closed item cannot be published with their sound.
func Check(r Readout, s summit.State, open []Span) []Fault {
	c := checker{state: s, readout: r, open: open}
	c.head()
	c.body()
	c.picture()
	c.sources()
	return c.faults
}

type checker struct {
	state   summit.State
	readout Readout
	open    []Span
	faults  []Fault
}

func (c *checker) fault(where, code, param, says string, args ...any) {
	c.faults = append(c.faults, Fault{Code: code, Where: where, Param: param, Says: fmt.Sprintf(says, args...)})
}

func (c *checker) head() {
	r := c.readout
	if !slices.Contains(c.state.Publication, r.Language) {
		c.fault("language", "language-not-planned", string(r.Language),
			"This summit is not published in %q; add it to the summit's publication languages first.", r.Language)
	}
	c.text("headline", r.Headline, maxHeadline)
	if strings.ContainsAny(r.Headline, "\n\r") || strings.HasSuffix(r.Headline, "..") {
		c.fault("headline", "headline-form", "", "A headline is one line and does not end in dots.")
	}
	c.text("lead", r.Lead, maxText)
	if same(r.Headline, r.Lead) {
		c.fault("lead", "repeated", "", "The lead repeats the headline.")
	}
}

func (c *checker) body() {
	blocks := c.readout.Body
	if len(blocks) == 0 {
		c.fault("body", "empty", "", "The readout has no paragraph yet.")
	}
	if len(blocks) > maxBlocks {
		c.fault("body", "too-long", "", "The readout has %d parts; %d is the most a page takes.", len(blocks), maxBlocks)
		return
	}
	for i, b := range blocks {
		where := fmt.Sprintf("body/%d", i)
		switch b.Kind {
		case Paragraph:
			c.text(where, b.Text, maxText)
			if !slices.Contains(Bases, b.Basis) {
				c.fault(where, "basis", string(b.Basis), "Say where this paragraph comes from: open remarks, the agreed readout, a spokesperson, or background.")
			}
			if same(b.Text, c.readout.Lead) {
				c.fault(where, "repeated", "", "This paragraph repeats the lead.")
			}
		case Heading:
			c.text(where, b.Text, maxHeadline)
			if i+1 == len(blocks) || blocks[i+1].Kind == Heading {
				c.fault(where, "bare-heading", b.Text, "Nothing stands under the sub-heading %q.", b.Text)
			}
		case QuotedSeat:
			c.quotation(where, b.Quotation)
		case QuotedOther:
			c.external(where, b.External)
		default:
			c.fault(where, "kind", string(b.Kind), "This part is of an unknown kind, %q.", b.Kind)
		}
	}
}

// Quotable reports whether words can be attributed to seats of a role.
func Quotable(role summit.Role) bool { return role == summit.Principal || role == summit.Delegate }

func (c *checker) quotation(where string, q *Quotation) {
	if q == nil {
		c.fault(where, "empty", "", "This quotation is empty.")
		return
	}
	c.words(where, q.Words)
	seat, ok := c.state.Seat(q.Seat)
	switch {
	case !ok:
		c.fault(where, "no-such-seat", string(q.Seat), "Nobody at this summit has the seat %q.", q.Seat)
	case !Quotable(seat.Role):
		c.fault(where, "not-a-speaker", string(q.Seat), "Only members of a delegation can be quoted; %s is not one.", seat.Name.In(c.readout.Language))
	}
	switch {
	case !slices.Contains(Renderings, q.Rendering):
		c.fault(where, "rendering", string(q.Rendering), "Say whose words these are: the speaker's own, the interpreter's, or a translation.")
	case q.Rendering == AsSpoken && q.Spoken != c.readout.Language:
		c.fault(where, "rendering", string(q.Spoken), "This was said in %q; on this page it is the interpreter's words or a translation.", q.Spoken)
	}
	switch {
	case !q.To.After(q.From):
		c.fault(where, "no-moment", "", "Bind this quotation to its moment in the recording: its end must come after its start.")
	case q.To.Sub(q.From) > maxQuotation:
		c.fault(where, "moment-too-long", "", "The moment of this quotation is longer than %v; choose the words that are quoted.", maxQuotation)
	case !c.wasOpen(q.From, q.To):
		c.fault(where, "not-open", "", "The moment of this quotation was not open to the public; it cannot be published.")
	}
}

func (c *checker) wasOpen(from, to time.Time) bool {
	for _, s := range c.open {
		if s.Holds(from, to) {
			return true
		}
	}
	return false
}

func (c *checker) external(where string, q *ExternalQuotation) {
	if q == nil {
		c.fault(where, "empty", "", "This quotation is empty.")
		return
	}
	c.words(where, q.Words)
	if strings.TrimSpace(q.Speaker) == "" {
		c.fault(where, "no-speaker", "", "Name who said this.")
	}
	if _, err := time.Parse(time.DateOnly, q.Date); err != nil {
		c.fault(where, "no-date", q.Date, "Give the day on which this was said, as YYYY-MM-DD.")
	}
	c.reference(where, q.Source)
}

func (c *checker) picture() {
	p := c.readout.Picture
	if p == nil {
		return
	}
	if len(p.Digest) != 64 {
		c.fault("picture", "no-image", "", "Choose or upload the picture.")
	}
	for _, f := range []struct{ name, text, says string }{
		{"alt", p.Alt, "Say what the picture shows, for readers who do not see it."},
		{"caption", p.Caption, "Give the picture a caption."},
		{"credit", p.Credit, "Credit who made the picture."},
	} {
		if strings.TrimSpace(f.text) == "" {
			c.fault("picture/"+f.name, "picture-"+f.name, "", "%s", f.says)
		}
	}
}

func (c *checker) sources() {
	if len(c.readout.Sources) == 0 {
		c.fault("sources", "no-source", "", "Name at least one source.")
	}
	if len(c.readout.Sources) > maxSources {
		c.fault("sources", "too-long", "", "The readout names %d sources; %d is the most a page takes.", len(c.readout.Sources), maxSources)
		return
	}
	for i, s := range c.readout.Sources {
		c.reference(fmt.Sprintf("sources/%d", i), s)
	}
}

func (c *checker) reference(where string, r Reference) {
	if strings.TrimSpace(r.Name) == "" {
		c.fault(where, "unnamed-source", "", "Name the source.")
	}
	if r.Address == "" {
		return
	}
	if u, err := url.Parse(r.Address); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		c.fault(where, "address", r.Address, "The address %q does not begin with https:// and a host.", r.Address)
	}
}

// text demands text of at most limit characters.
func (c *checker) text(where, s string, limit int) {
	switch n := utf8.RuneCountInString(s); {
	case strings.TrimSpace(s) == "":
		c.fault(where, "empty", "", "This part has no text yet.")
	case n > limit:
		c.fault(where, "too-long", "", "This part has %d characters; %d is the most.", n, limit)
	}
}

// marks are quotation marks that surround a whole text; inside it they may be
// somebody else's words, quoted by the speaker.
var marks = []struct{ open, close string }{{"«", "»"}, {"“", "”"}, {"\"", "\""}, {"„", "“"}, {"「", "」"}}

func (c *checker) words(where, s string) {
	c.text(where, s, maxText)
	t := strings.TrimSpace(s)
	for _, m := range marks {
		if strings.HasPrefix(t, m.open) && strings.HasSuffix(t, m.close) && len(t) > len(m.open) {
			c.fault(where, "marks", "", "Leave the quotation marks out; the page sets those of its language.")
			return
		}
	}
}

func same(a, b string) bool {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	return a != "" && a == b
}
