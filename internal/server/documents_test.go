package server

import (
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"testing"

	"liqa/internal/documents"
	"liqa/internal/journal"
	"liqa/internal/plan"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

type noMedia struct{}

func (noMedia) Cut(summit.SummitID, plan.Plan)            {}
func (noMedia) Allow(summit.SummitID, plan.Plan)          {}
func (noMedia) Measure(summit.SummitID) (_ plan.Measured) { return }

// The server dies when a withdrawal is written and the file is still there;
// started again, it removes it, and nothing else.
func TestWhatWasWithdrawnIsGoneAfterARestart(t *testing.T) {
	book := journal.OpenMemory()
	shelf, err := documents.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	begin := func() *secretariat.Secretariat {
		s := secretariat.New(secretariat.Config{Journal: book, Media: noMedia{}})
		t.Cleanup(s.Close)
		if err := s.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := begin()
	id, err := before.Convene(t.Context(), summittest.Bilateral())
	if err != nil {
		t.Fatal(err)
	}
	do := func(a summit.Act) {
		t.Helper()
		if _, err := before.Do(t.Context(), id, "delegate-a", a); err != nil {
			t.Fatal(err)
		}
	}
	kept := map[string]string{}
	for _, text := range []string{"kept", "withdrawn", "never listed"} {
		came, err := shelf.Receive(id, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := came.Keep(); err != nil {
			t.Fatal(err)
		}
		kept[text] = came.ID
		if text != "never listed" {
			do(summit.HandIn{Document: summit.Document{ID: came.ID, Title: summit.Text{"en": text}, File: "a.txt",
				Type: came.Type, Bytes: came.Bytes, To: summit.ToBooths, As: summit.SpeechText}})
		}
	}
	do(summit.WithdrawDocument{ID: kept["withdrawn"]})
	before.Close()

	sweepDocuments(shelf, begin(), slog.New(slog.DiscardHandler))
	for text, document := range kept {
		f, err := shelf.Open(id, document)
		if err == nil {
			f.Close()
		}
		if text == "kept" && err != nil || text != "kept" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
