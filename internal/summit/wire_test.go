package summit_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

func TestEveryKindIsReadable(t *testing.T) {
	for _, kind := range summit.Acts() {
		a, err := summit.UnmarshalAct(kind, nil)
		if err != nil || a.Kind() != kind {
			t.Errorf("act %s: %v, %v", kind, a, err)
		}
	}
	for _, kind := range summit.Events() {
		e, err := summit.UnmarshalEvent(kind, nil)
		if err != nil || e.Kind() != kind {
			t.Errorf("event %s: %v, %v", kind, e, err)
		}
		if slices.Contains(summit.Acts(), kind) {
			t.Errorf("%s is an act and an event", kind)
		}
	}
}

func TestReadingIsStrict(t *testing.T) {
	for name, c := range map[string]struct{ kind, raw string }{
		"a member it does not have": {"dismiss", `{"seat":"a","role":"officer"}`},
		"a second object":           {"admit", `{"seat":"a"}{"seat":"b"}`},
		"rubbish after it":          {"admit", `{"seat":"a"} x`},
		"a list":                    {"admit", `[]`},
		"a number for a word":       {"admit", `{"seat":1}`},
		"half of it":                {"admit", `{"seat":`},
	} {
		if a, err := summit.UnmarshalAct(c.kind, []byte(c.raw)); err == nil {
			t.Errorf("%s was read as %#v", name, a)
		}
	}
	if _, err := summit.UnmarshalAct("make-coffee", nil); !errors.Is(err, summit.ErrKind) {
		t.Errorf("an act that does not exist: %v", err)
	}
	if _, err := summit.UnmarshalEvent("Admit", nil); !errors.Is(err, summit.ErrKind) {
		t.Errorf("an event that does not exist: %v", err)
	}
}

func TestConvenedIsReadBack(t *testing.T) {
	d := summittest.Bilateral()
	events, err := summit.Decide(summit.State{}, summit.Administrator, summit.Convene{Description: d}, summittest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		reread(t, e)
	}
	s := summittest.Fold(summit.State{}, events...)
	d.Seats[0].Name["en"] = "somebody else"
	d.Booths[0].Outgoing[0] = "fr"
	if x, _ := s.Seat(d.Seats[0].ID); x.Name["en"] != "Ms Haddad" || s.Booths[0].Outgoing[0] != "ru" {
		t.Error("the state shares what it was described with")
	}
}

func FuzzUnmarshalAct(f *testing.F) {
	for _, kind := range summit.Acts() {
		f.Add(kind, []byte(`{}`))
	}
	f.Add("redeem", []byte(`{"seat":"officer","hash":"00","device":"00"}`))
	f.Add("start-item", []byte(`{"item":"opening","ending":"talks","again":true,"seen":18446744073709551615}`))
	f.Add("convene", []byte(`{"id":"x","title":{"en":"\u202e"},"items":[{"planned":-1}],"seats":[{"hears":"--"}],"zone":"../etc/passwd"}`))
	s := summittest.Do(f, summittest.Enter(f, summittest.Convened(f)), "officer", summit.StartItem{Item: "opening"})
	f.Fuzz(func(t *testing.T, kind string, raw []byte) {
		a, err := summit.UnmarshalAct(kind, raw)
		if err != nil {
			return
		}
		again, text, err := summit.MarshalAct(a)
		if err != nil {
			t.Fatalf("%#v cannot be written: %v", a, err)
		}
		if b, err := summit.UnmarshalAct(again, text); err != nil || again != kind {
			t.Fatalf("%#v is read back as %#v: %v", a, b, err)
		}
		for _, by := range []summit.Actor{"officer", "principal-a", "interpreter-1", "press-officer", "reporter", summit.Server, summit.Administrator} {
			for _, from := range []summit.State{{}, s} {
				events, _ := summit.Decide(from, by, a, summittest.Noon)
				if err := summit.Check(summittest.Fold(from, events...)); err != nil {
					t.Fatalf("%s by %s: %v", kind, by, err)
				}
			}
		}
	})
}

func FuzzUnmarshalEvent(f *testing.F) {
	s := summittest.Convened(f)
	for _, kind := range summit.Events() {
		f.Add(kind, []byte(`{"at":"2026-11-24T12:00:00Z","by":"officer"}`))
	}
	f.Add("floor-given", []byte(`{"at":"2026-11-24T12:00:00+23:59","seat":"nobody"}`))
	f.Fuzz(func(t *testing.T, kind string, raw []byte) {
		e, err := summit.UnmarshalEvent(kind, raw)
		if err != nil {
			return
		}
		again, text, err := summit.MarshalEvent(e)
		if err != nil {
			t.Fatalf("%#v cannot be written: %v", e, err)
		}
		f, err := summit.UnmarshalEvent(again, text)
		if err != nil || !reflect.DeepEqual(written(t, e), written(t, f)) {
			t.Fatalf("%#v is read back as %#v: %v", e, f, err)
		}
		if after := summit.Apply(s, e); after.Revision != s.Revision+1 {
			t.Fatalf("%s did not count", kind)
		}
		summit.Apply(summit.State{}, e)
	})
}
