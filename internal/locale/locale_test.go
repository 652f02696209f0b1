package locale

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
	"time"
)

// declared are the words that words.go names.
func declared(t *testing.T) map[Word]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "words.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[Word]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
			for _, s := range d.Specs {
				lit := s.(*ast.ValueSpec).Values[0].(*ast.BasicLit)
				w, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				all[Word(w)] = true
			}
		}
		return true
	})
	return all
}

func TestCataloguesAreCompleteBothWays(t *testing.T) {
	all := declared(t)
	if len(all) < 30 {
		t.Fatalf("found only %d words", len(all))
	}
	for _, l := range Supported {
		for w := range all {
			if words[l][w] == "" {
				t.Errorf("%s does not say %q", l, w)
			}
		}
		for w := range words[l] {
			if !all[w] {
				t.Errorf("%s says %q, which nothing asks for", l, w)
			}
		}
	}
	if len(words) != len(Supported) {
		t.Errorf("%d catalogues for %d languages", len(words), len(Supported))
	}
}

func TestDatesAsNewspapersWriteThem(t *testing.T) {
	day := time.Date(2024, time.March, 26, 9, 5, 0, 0, time.UTC)
	for tag, want := range map[string]string{
		"ar":    "الثلاثاء 26 مارس/ آذار 2024",
		"ar-EG": "الثلاثاء 26 مارس/ آذار 2024",
		"en":    "Tuesday, 26 March 2024",
		"ru":    "вторник, 26 марта 2024 года",
		"zh":    "2024年3月26日星期二",
	} {
		if got := Date(tag, day); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
	if got := Time(day); got != "09:05 (UTC)" {
		t.Errorf("time: %q", got)
	}
	if got := Time(day.In(time.FixedZone("", -(3*3600 + 1800)))); got != "05:35 (UTC-03:30)" {
		t.Errorf("time west of Greenwich: %q", got)
	}
}

func TestDirection(t *testing.T) {
	for tag, want := range map[string]string{"ar": "rtl", "ar-SY": "rtl", "he": "rtl", "ru": "ltr", "zh-Hans": "ltr", "": "ltr"} {
		if got := Direction(tag); got != want {
			t.Errorf("%q: %s, want %s", tag, got, want)
		}
	}
}
