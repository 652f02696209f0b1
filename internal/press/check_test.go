package press

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liqa/internal/summit"
)

var began = time.Date(2026, time.May, 4, 9, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }

func ourSummit() summit.State {
	return summit.State{
		ID: "s", Publication: []summit.Language{"ar", "en"},
		Delegations: []summit.Delegation{{ID: "a", Speaks: "ru"}},
		Seats: []summit.Seat{
			{ID: "a-principal", Role: summit.Principal, Delegation: "a", Name: summit.Text{"en": "Principal A"}},
			{ID: "booth-1", Role: summit.Interpreter, Name: summit.Text{"en": "Interpreter"}},
		},
	}
}

// open: the first minute was, and the third.
var open = []Span{{at(0), at(60)}, {at(120), at(180)}}

func good() Readout {
	return Readout{
		Language: "ar", Place: "جنيف", Headline: "لقاء افتراضي بين الوفدين", Lead: "اتفق الوفدان على مواصلة العمل المشترك.",
		Body: []Block{
			{Kind: Heading, Text: "الوفد الأول"},
			{Kind: QuotedSeat, Quotation: &Quotation{Seat: "a-principal", Words: "نرحب بهذا الحوار", Original: "Мы приветствуем этот диалог", Spoken: "ru", Rendering: ByInterpreter, From: at(5), To: at(9)}},
			{Kind: Paragraph, Text: "وجرى اللقاء عبر تقنية الفيديو.", Basis: Background},
			{Kind: QuotedOther, External: &ExternalQuotation{Speaker: "متحدث", Words: "سيكون اللقاء مهما", Date: "2026-05-03", Source: Reference{Name: "وكالة"}}},
		},
		Picture: &Picture{Digest: strings.Repeat("0a", 32), Alt: "شخصان على شاشتين", Caption: "من اللقاء", Credit: "ليقا"},
		Sources: []Reference{{Name: "البث المفتوح", Address: "https://example.org/summit"}},
	}
}

func TestAGoodReadoutHasNoFault(t *testing.T) {
	if faults := Check(good(), ourSummit(), open); len(faults) > 0 {
		t.Errorf("%v", faults)
	}
}

func TestEachFaultIsNamedWhereItIs(t *testing.T) {
	for _, c := range []struct {
		name, where, code string
		spoil             func(*Readout)
	}{
		{"a language nobody planned", "language", "language-not-planned", func(r *Readout) { r.Language = "fr" }},
		{"no headline", "headline", "empty", func(r *Readout) { r.Headline = " " }},
		{"dots for a dash", "headline", "headline-form", func(r *Readout) { r.Headline += ".." }},
		{"the headline twice", "lead", "repeated", func(r *Readout) { r.Lead = r.Headline }},
		{"the lead twice", "body/2", "repeated", func(r *Readout) { r.Body[2].Text = r.Lead }},
		{"no body", "body", "empty", func(r *Readout) { r.Body = nil }},
		{"a heading over nothing", "body/4", "bare-heading", func(r *Readout) { r.Body = append(r.Body, Block{Kind: Heading, Text: "الثاني"}) }},
		{"a paragraph from nowhere", "body/2", "basis", func(r *Readout) { r.Body[2].Basis = "" }},
		{"an unknown part", "body/2", "kind", func(r *Readout) { r.Body[2].Kind = "html" }},
		{"marks stored with the words", "body/1", "marks", func(r *Readout) { r.Body[1].Quotation.Words = "«نرحب»" }},
		{"an unknown seat", "body/1", "no-such-seat", func(r *Readout) { r.Body[1].Quotation.Seat = "x" }},
		{"an interpreter quoted", "body/1", "not-a-speaker", func(r *Readout) { r.Body[1].Quotation.Seat = "booth-1" }},
		{"no moment", "body/1", "no-moment", func(r *Readout) { r.Body[1].Quotation.To = at(5) }},
		{"a moment of the closed talks", "body/1", "not-open", func(r *Readout) { r.Body[1].Quotation.From, r.Body[1].Quotation.To = at(70), at(75) }},
		{"a moment that begins open and ends closed", "body/1", "not-open", func(r *Readout) { r.Body[1].Quotation.To = at(61) }},
		{"a moment across a closed part", "body/1", "not-open", func(r *Readout) { r.Body[1].Quotation.From, r.Body[1].Quotation.To = at(50), at(130) }},
		{"a moment of many minutes", "body/1", "moment-too-long", func(r *Readout) { r.Body[1].Quotation.To = at(500) }},
		{"as spoken, in another language", "body/1", "rendering", func(r *Readout) { r.Body[1].Quotation.Rendering = AsSpoken }},
		{"an external quotation of no day", "body/3", "no-date", func(r *Readout) { r.Body[3].External.Date = "yesterday" }},
		{"an external quotation of nobody", "body/3", "no-speaker", func(r *Readout) { r.Body[3].External.Speaker = "" }},
		{"an unnamed agency", "body/3", "unnamed-source", func(r *Readout) { r.Body[3].External.Source.Name = "" }},
		{"no alternative text", "picture/alt", "picture-alt", func(r *Readout) { r.Picture.Alt = "" }},
		{"no credit", "picture/credit", "picture-credit", func(r *Readout) { r.Picture.Credit = "" }},
		{"no image", "picture", "no-image", func(r *Readout) { r.Picture.Digest = "" }},
		{"no source", "sources", "no-source", func(r *Readout) { r.Sources = nil }},
		{"a script for an address", "sources/0", "address", func(r *Readout) { r.Sources[0].Address = "javascript:alert(1)" }},
		{"a quotation without content", "body/1", "empty", func(r *Readout) { r.Body[1].Quotation = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := good()
			c.spoil(&r)
			faults := Check(r, ourSummit(), open)
			if !slices.ContainsFunc(faults, func(f Fault) bool { return f.Where == c.where && f.Code == c.code && f.Says != "" }) {
				t.Errorf("no %s at %s in %+v", c.code, c.where, faults)
			}
		})
	}
}

// TestNoClosedMomentIsPublished: whatever the moment and whatever was open, a
// readout passes only if one open stretch holds the whole moment.
func TestNoClosedMomentIsPublished(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var spans []Span
		edge := 0
		for range rapid.IntRange(0, 4).Draw(t, "spans") {
			from := edge + rapid.IntRange(1, 50).Draw(t, "gap")
			edge = from + rapid.IntRange(1, 50).Draw(t, "length")
			spans = append(spans, Span{at(from), at(edge)})
		}
		from := rapid.IntRange(0, 250).Draw(t, "from")
		to := from + rapid.IntRange(1, 100).Draw(t, "long")
		r := good()
		r.Body[1].Quotation.From, r.Body[1].Quotation.To = at(from), at(to)
		passes := len(Check(r, ourSummit(), spans)) == 0
		// The same, second by second.
		allOpen := true
		for s := from; s < to; s++ {
			if !slices.ContainsFunc(spans, func(sp Span) bool { return !at(s).Before(sp.From) && at(s).Before(sp.To) }) {
				allOpen = false
			}
		}
		if passes && !allOpen {
			t.Fatalf("published %d–%d, open were %v", from, to, spans)
		}
		if !passes && allOpen {
			t.Fatalf("refused %d–%d, open were %v", from, to, spans)
		}
	})
}
