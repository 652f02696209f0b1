package newsroom

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"liqa/internal/locale"
	"liqa/internal/press"
	"liqa/internal/summit"
	"liqa/internal/view"
)

var began = time.Date(2026, time.March, 6, 9, 0, 0, 0, time.UTC)

func published(lang summit.Language) Page {
	return Page{
		Public: view.Public{
			Summit:   view.Summit{ID: "s1", Title: summit.Text{"en": "A summit"}, Zone: "Europe/Zurich", Scheduled: began},
			Language: lang, Stage: view.StageEnded,
		},
		Readout: &press.Readout{
			Language: lang, Place: "Geneva", Headline: "Two delegations <met>", Lead: "They agreed to go on.",
			Body: []press.Block{
				{Kind: press.Heading, Text: "Delegation A"},
				{Kind: press.QuotedSeat, Quotation: &press.Quotation{Seat: "a", Words: "we welcome this", Original: "мы приветствуем это", Spoken: "ru", Rendering: press.ByInterpreter, From: began, To: began.Add(3500 * time.Millisecond)}},
				{Kind: press.Paragraph, Text: "It was held by video link.", Basis: press.Background},
				{Kind: press.QuotedOther, External: &press.ExternalQuotation{Speaker: "A spokesman", Words: "it matters", Date: "2026-03-05", Source: press.Reference{Name: "An agency", Address: "https://example.org/x"}}},
			},
			Picture: &press.Picture{Digest: strings.Repeat("ab", 32), Alt: "Two screens", Caption: "The meeting", Credit: "Liqa"},
			Sources: []press.Reference{{Name: "The open remarks"}},
		},
		Published: began.Add(time.Hour),
		Quoted:    []view.Speaker{{ID: "a", Name: summit.Text{"en": "Principal A"}, Function: summit.Text{"en": "Head of Delegation A"}}},
		Address:   "https://summit.example.org/s/s1/" + string(lang), HasRecording: true,
		Languages: []Edition{{"ar", "/s/s1/ar"}, {"en", "/s/s1/en"}},
		Assets:    Assets{Scripts: []string{"/assets/public.js"}, Stylesheets: []string{"/assets/page.css"}},
	}
}

func render(t *testing.T, p Page) (string, *html.Node) {
	t.Helper()
	var out bytes.Buffer
	if err := p.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	tree, err := html.Parse(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), tree
}

func find(n *html.Node, tag string) (all []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == tag {
			all = append(all, d)
		}
	}
	return all
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func plain(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestAReadoutInEachDirection(t *testing.T) {
	for lang, want := range map[summit.Language]struct{ dir, quotation, day string }{
		"ar": {"rtl", "«we welcome this»", "الجمعة 6 مارس/ آذار 2026"},
		"en": {"ltr", "“we welcome this”", "Friday, 6 March 2026"},
		"ru": {"ltr", "«we welcome this»", "пятница, 6 марта 2026 года"},
		"zh": {"ltr", "“we welcome this”", "2026年3月6日星期五"},
	} {
		text, tree := render(t, published(lang))
		root := find(tree, "html")[0]
		if attr(root, "lang") != string(lang) || attr(root, "dir") != want.dir {
			t.Errorf("%s: html has lang=%q dir=%q", lang, attr(root, "lang"), attr(root, "dir"))
		}
		words := plain(find(tree, "main")[0])
		for _, s := range []string{want.quotation, want.day, "Principal A", "Head of Delegation A", locale.Say(string(lang), locale.SaidInterpreted)} {
			if !strings.Contains(words, s) {
				t.Errorf("%s: the page does not say %q:\n%s", lang, s, words)
			}
		}
		if h1 := find(tree, "h1"); len(h1) != 1 || plain(h1[0]) != "Two delegations <met>" {
			t.Errorf("%s: %d headlines", lang, len(h1))
		}
		if strings.Count(words, "Two delegations <met>") != 1 || strings.Count(words, "They agreed to go on.") != 1 {
			t.Errorf("%s: headline or lead stand twice:\n%s", lang, words)
		}
		if strings.Contains(text, "<met>") {
			t.Errorf("%s: a text was taken for markup", lang)
		}
	}
}

func TestAQuotationPlaysItsMoment(t *testing.T) {
	_, tree := render(t, published("en"))
	quotation := find(tree, "blockquote")[0]
	if attr(quotation, "data-from") != "2026-03-06T09:00:00Z" || attr(quotation, "data-to") != "2026-03-06T09:00:03.5Z" {
		t.Errorf("its moment is %s to %s", attr(quotation, "data-from"), attr(quotation, "data-to"))
	}
	var plays []*html.Node
	for _, b := range find(tree, "button") {
		if attr(b, "data-quotation") == attr(quotation, "id") {
			plays = append(plays, b)
		}
	}
	if len(plays) != 1 {
		t.Errorf("%d buttons play it", len(plays))
	}
	p := published("en")
	p.HasRecording = false
	if _, tree := render(t, p); len(find(tree, "button")) != 0 {
		t.Error("a button plays a recording that is not there")
	}
}

func TestHeadingsAreATree(t *testing.T) {
	_, tree := render(t, published("en"))
	level := 0
	for d := range tree.Descendants() {
		if d.Type == html.ElementNode && len(d.Data) == 2 && d.Data[0] == 'h' && d.Data[1] >= '1' && d.Data[1] <= '6' {
			next := int(d.Data[1] - '0')
			if next > level+1 {
				t.Errorf("%q is a heading of level %d after one of level %d", plain(d), next, level)
			}
			level = next
		}
	}
}

func TestEachStageSaysWhatIsGoingOn(t *testing.T) {
	for stage, word := range map[view.Stage]locale.Word{
		view.StageAnnounced: locale.NotStarted, view.StageLive: locale.LiveNow, view.StageClosed: locale.ClosedNow,
		view.StageRecess: locale.RecessNow, view.StageEnded: locale.EndedNoReadout,
	} {
		p := published("ar")
		p.Readout, p.Public.Stage = nil, stage
		if _, tree := render(t, p); !strings.Contains(plain(find(tree, "main")[0]), locale.Say("ar", word)) {
			t.Errorf("%s: does not say %q", stage, locale.Say("ar", word))
		}
	}
}

func TestTheDeskKeepsWhatWasPublished(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	desk, err := OpenDesk(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, found, err := desk.Draft(ctx, "s1", "en"); found || err != nil {
		t.Fatalf("a draft before the first: %v %v", found, err)
	}
	r := *published("en").Readout
	if err := desk.Save(ctx, "s1", r); err != nil {
		t.Fatal(err)
	}
	got, found, err := desk.Draft(ctx, "s1", "en")
	if err != nil || !found || got.Headline != r.Headline {
		t.Fatalf("draft: %+v %v %v", got, found, err)
	}
	digest, err := desk.Keep(ctx, "s1", r)
	if err != nil {
		t.Fatal(err)
	}
	r.Headline = "Another"
	if err := desk.Save(ctx, "s1", r); err != nil {
		t.Fatal(err)
	}
	if doc, err := desk.Document(ctx, "s1", digest); err != nil || doc.Headline != "Two delegations <met>" {
		t.Fatalf("document: %+v %v", doc, err)
	}
	path := filepath.Join(dir, "s1", "documents", digest+".json")
	if err := os.WriteFile(path, []byte(`{"headline":"Changed"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := desk.Document(ctx, "s1", digest); err == nil {
		t.Error("a document that was changed behind the desk's back was served")
	}
	for _, name := range []string{"..", "../x", "a/b", ""} {
		if _, _, err := desk.Draft(ctx, summit.SummitID(name), "en"); err == nil {
			t.Errorf("%q was taken for a name", name)
		}
	}
}

func TestAPictureIsAPicture(t *testing.T) {
	desk, err := OpenDesk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, 8, 8))
	img.Set(1, 1, color.White)
	var whole bytes.Buffer
	if err := png.Encode(&whole, img); err != nil {
		t.Fatal(err)
	}
	digest, err := desk.Picture(context.Background(), "s1", whole.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	got, kind, err := desk.OpenPicture("s1", digest)
	if err != nil || kind != "image/png" || !bytes.Equal(got, whole.Bytes()) {
		t.Errorf("%s %v, %d bytes", kind, err, len(got))
	}
	for name, c := range map[string]struct {
		whole []byte
		want  error
	}{
		"a script":       {[]byte("<svg onload=alert(1)>"), ErrPictureUnread},
		"half a picture": {whole.Bytes()[:40], ErrPictureUnread},
		"too large":      {make([]byte, MaxPicture+1), ErrPictureTooLarge},
	} {
		if _, err := desk.Picture(context.Background(), "s1", c.whole); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, _, err := desk.OpenPicture("s2", digest); !errors.Is(err, ErrNoPicture) {
		t.Errorf("another summit's picture: %v", err)
	}
}
