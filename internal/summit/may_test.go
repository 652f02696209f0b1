package summit_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

var update = flag.Bool("update", false, "rewrite testdata/may.txt")

func everyone() []summit.Role {
	return append(slices.Clone(summit.Roles), summit.Role(summit.Administrator), summit.Role(summit.Server))
}

// Who may issue which act is written out cell by cell; a reviewer reads the
// difference.
func TestWhoMay(t *testing.T) {
	var b strings.Builder
	for _, kind := range summit.Acts() {
		fmt.Fprintf(&b, "%-17s", kind)
		for _, r := range everyone() {
			if summit.May(r, kind) {
				fmt.Fprintf(&b, " %s", r)
			}
		}
		b.WriteString("\n")
	}
	if *update {
		if err := os.WriteFile("testdata/may.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/may.txt")
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("who may issue what has changed; go test -update writes testdata/may.txt anew:\n%s", b.String())
	}
}

// Every cell that is not in the table is refused as such, in every phase.
func TestEveryOtherCellIsRefused(t *testing.T) {
	begun := summittest.Do(t, summittest.Enter(t, summittest.Convened(t)), "officer", summit.StartItem{Item: "opening"})
	ended := summittest.Do(t, begun, "officer", summit.EndSummit{})
	for _, s := range []summit.State{summittest.Convened(t), begun, ended} {
		by := map[summit.Role]summit.Actor{
			summit.Role(summit.Administrator): summit.Administrator, summit.Role(summit.Server): summit.Server}
		for _, x := range s.Seats {
			by[x.Role] = summit.Actor(x.ID)
		}
		for _, kind := range summit.Acts() {
			a, err := summit.UnmarshalAct(kind, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range everyone() {
				if summit.May(r, kind) {
					continue
				}
				_, err := summit.Decide(s, by[r], a, summittest.Noon)
				if refusal, ok := err.(*summit.Refusal); !ok || refusal.Code != "not-permitted" {
					t.Errorf("%s by %s while %s: %v", kind, r, s.Phase, err)
				}
			}
		}
	}
	for _, by := range []summit.Actor{"", "nobody", "Officer"} {
		for _, kind := range summit.Acts() {
			a, _ := summit.UnmarshalAct(kind, nil)
			if _, err := summit.Decide(begun, by, a, summittest.Noon); err == nil {
				t.Errorf("%q was allowed to %s", by, kind)
			}
		}
	}
	if _, err := summit.Decide(begun, "officer", nil, summittest.Noon); err == nil {
		t.Error("no act at all was accepted")
	}
}

// Every code of the table is given somewhere, and every one given is in it.
func TestCodes(t *testing.T) {
	elsewhere := []string{"journal-behind", "cut-unrecorded", "not-your-chat", "message-too-long", "too-many-messages",
		"rehearse-before", "rehearsals-full"}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]bool{"bad-description": true}
	call := regexp.MustCompile(`\.(?:refuse|about|aboutItem)\("([a-z-]+)"`)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			given[m[1]] = true
		}
	}
	for _, code := range summit.Codes() {
		if !given[code] && !slices.Contains(elsewhere, code) {
			t.Errorf("nothing is refused as %s", code)
		}
		delete(given, code)
		if text := summit.Sentence(code, nil); !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, ":") {
			t.Errorf("%s does not end its sentence: %s", code, text)
		}
	}
	for code := range given {
		t.Errorf("%s has no sentence", code)
	}
}

func TestSentence(t *testing.T) {
	have := summit.Sentence("already-in-progress", map[string]string{
		"title": "Opening {name}", "name": "Ms Haddad", "at": "2026-11-24T16:02:59+04:00"})
	if want := "Opening {name} is in progress already: Ms Haddad started it at 16:02. Nothing was changed."; have != want {
		t.Errorf("have %s", have)
	}
	if have := summit.Sentence("no-such-code", nil); have != "no-such-code" {
		t.Errorf("have %s", have)
	}
}
