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
