// Package press holds what may be published of a summit and under which
// conditions: the readout, its quotations and their moments, its picture and
// its sources.
//
// It is pure rules over a document and a summit. It does not store, render or
// serve a page (package newsroom does), and it never sees media: it is told
// which spans of time were open.
package press

import (
	"time"

	"liqa/internal/summit"
)

// Readout is the published account of a summit in one publication language.
// Text is plain: no markup, and quotations without quotation marks, which
// belong to the language of the page and are set when it is rendered.
type Readout struct {
	Language summit.Language `json:"language"`
	Place    string          `json:"place"`    // of the date line, e.g. "Geneva"
	Headline string          `json:"headline"` // one line, without a full stop
	Lead     string          `json:"lead"`
	Body     []Block         `json:"body"`
	Picture  *Picture        `json:"picture,omitempty"`
	Sources  []Reference     `json:"sources"`
}

// BlockKind says which fields of a [Block] count.
type BlockKind string

const (
	Paragraph   BlockKind = "paragraph"
	Heading     BlockKind = "heading"
	QuotedSeat  BlockKind = "quotation"
	QuotedOther BlockKind = "external-quotation"
)

// Block is one part of a readout's body.
type Block struct {
	Kind      BlockKind          `json:"kind"`
	Text      string             `json:"text,omitempty"`  // paragraph, heading
	Basis     Basis              `json:"basis,omitempty"` // paragraph: where the statement comes from
	Quotation *Quotation         `json:"quotation,omitempty"`
	External  *ExternalQuotation `json:"external,omitempty"`
}

// Basis says where a statement comes from, so that a reader can tell remarks
// that anyone could hear from an account agreed behind closed doors.
type Basis string

const (
	OpenRemarks   Basis = "open-remarks"
	AgreedReadout Basis = "agreed-readout"
	Spokesperson  Basis = "spokesperson"
	Background    Basis = "background"
)

// Bases lists every basis, in the order in which a desk offers them.
var Bases = []Basis{OpenRemarks, AgreedReadout, Spokesperson, Background}

// Quotation is words attributed to a seat, tied to the moment of the recording
// at which they were said.
type Quotation struct {
	Seat      summit.SeatID   `json:"seat"`
	Words     string          `json:"words"` // in the readout's language, without marks
	Original  string          `json:"original,omitempty"`
	Spoken    summit.Language `json:"spoken"`    // the language they were said in
	Rendering Rendering       `json:"rendering"` // how Words came from Original
	From      time.Time       `json:"from"`
	To        time.Time       `json:"to"`
}

// Rendering says whose words a quotation's are.
type Rendering string

const (
	AsSpoken      Rendering = "as-spoken"      // the speaker's own, in their language
	ByInterpreter Rendering = "by-interpreter" // what the interpreter said
	Translated    Rendering = "translated"     // a translation made afterwards
)

// Renderings lists every rendering.
var Renderings = []Rendering{AsSpoken, ByInterpreter, Translated}

// ExternalQuotation is words said outside the summit.
type ExternalQuotation struct {
	Speaker string    `json:"speaker"`
	Words   string    `json:"words"`
	Date    string    `json:"date"` // the day they were said, YYYY-MM-DD
	Source  Reference `json:"source"`
}

// Picture is the one picture of a readout.
type Picture struct {
	Digest  string `json:"digest"` // hex SHA-256 of the image, as uploaded or taken from the program
	Alt     string `json:"alt"`    // what it shows, for who does not see it
	Caption string `json:"caption"`
	Credit  string `json:"credit"` // who made it
}

// Reference names a source by its publisher and, when it has one, its address.
type Reference struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"` // https URL
}

// Span is a stretch of time, From included and To excluded; a zero To has not
// ended.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
}

// Holds reports whether all of [from, to] lies in the span.
func (s Span) Holds(from, to time.Time) bool {
	return !from.Before(s.From) && (s.To.IsZero() || !to.After(s.To))
}
