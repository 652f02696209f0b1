package summit_test

import (
	"errors"
	"fmt"
	"testing"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// Who waits at the door has been vouched for by nobody: they fill no summit's shelf.
func TestFewDocumentsBeforeOneIsLetIn(t *testing.T) {
	handIn := func(n int) summit.Act {
		return summit.HandIn{Document: summit.Document{ID: summittest.Hash(fmt.Sprint(n)), Title: summit.Text{"en": "Text"},
			File: "text.txt", Type: "text/plain", Bytes: 100, To: summit.ToBooths}}
	}
	s := summittest.Do(t, summittest.Convened(t), "delegate-a", handIn(0))
	for n := 1; n < 20; n++ {
		s = summittest.Do(t, s, "delegate-a", handIn(n))
	}
	var no *summit.Refusal
	if _, err := summit.Decide(s, "delegate-a", handIn(20), summittest.Noon); !errors.As(err, &no) || no.Code != "documents-before" {
		t.Errorf("the twenty-first: %v", err)
	}
	s = summittest.Do(t, s, "delegate-a", summit.WithdrawDocument{ID: summittest.Hash("3")})
	summittest.Do(t, s, "delegate-a", handIn(20))
}

// Nor with a few that are large; and all of them together stay within what a
// server's disk has been made for.
func TestDocumentsAreBoundedTogether(t *testing.T) {
	const large = summit.MostBytes
	handIn := func(n int, bytes int64) summit.Act {
		return summit.HandIn{Document: summit.Document{ID: summittest.Hash(fmt.Sprint(n)), Title: summit.Text{"en": "Text"},
			File: "slides.pdf", Type: "application/pdf", Bytes: bytes, To: summit.ToBooths}}
	}
	refused := func(s summit.State, by summit.Actor, a summit.Act, code string) {
		t.Helper()
		var no *summit.Refusal
		if _, err := summit.Decide(s, by, a, summittest.Noon); !errors.As(err, &no) || no.Code != code {
			t.Errorf("%v, and not %s", err, code)
		}
	}
	s := summittest.Convened(t)
	for n := range 5 {
		s = summittest.Do(t, s, "delegate-a", handIn(n, large))
	}
	refused(s, "delegate-a", handIn(5, 1), "document-bytes-before")
	summittest.Do(t, s, "delegate-b", handIn(5, 1)) // their own measure
	s = summittest.Do(t, s, "delegate-a", handIn(4, large))
	s = summittest.Do(t, s, "delegate-a", summit.WithdrawDocument{ID: summittest.Hash("4")})
	summittest.Do(t, s, "delegate-a", handIn(5, large))

	s = summittest.Enter(t, s, "officer", "delegate-a")
	for n := 4; n < 51; n++ {
		s = summittest.Do(t, s, "delegate-a", handIn(n, large))
	}
	refused(s, "delegate-a", handIn(51, large), "too-many-bytes")
	summittest.Do(t, s, "delegate-a", handIn(51, large/5))
}
