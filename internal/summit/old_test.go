package summit_test

import (
	"testing"
	"time"

	"liqa/internal/summit"
)

// A journal of the first version replays: its events have none of the members
// that came later, and mean what they meant.
func TestAJournalOfTheFirstVersionReplays(t *testing.T) {
	const stamp = `"at":"2026-11-24T12:00:00Z","by":"officer"`
	var s summit.State
	for _, e := range []struct{ kind, raw string }{
		{"convened", `{` + stamp + `,"id":"k3v9q7","title":{"en":"Meeting"},"scheduled":"2026-11-24T12:00:00Z","zone":"UTC",
			"delegations":[{"id":"b","name":{"en":"B"},"speaks":"zh"},{"id":"a","name":{"en":"A"},"speaks":"ru"}],
			"seats":[{"id":"officer","role":"officer","name":{"en":"O"},"hears":"","invitation":{"serial":1,"hash":"00"},"presence":"expected"},
				{"id":"one","role":"principal","delegation":"b","name":{"en":"One"},"speaks":"zh","hears":"zh","invitation":{"serial":1,"hash":"01"},"presence":"expected"},
				{"id":"two","role":"principal","delegation":"a","name":{"en":"Two"},"speaks":"ru","hears":"ru","invitation":{"serial":1,"hash":"02"},"presence":"expected"},
				{"id":"voice","role":"interpreter","booth":"main","name":{"en":"V"},"hears":"","invitation":{"serial":1,"hash":"03"},"presence":"expected"}],
			"booths":[{"id":"main","name":{"en":"Main"},"outgoing":["ru","zh"]}],
			"items":[{"id":"talks","title":{"en":"Talks"},"planned":600000000000,"coverage":"open","attendance":"plenary"}],
			"publication":["en"]}`},
		{"redeemed", `{` + stamp + `,"seat":"one","device":"11"}`},
		{"connected", `{` + stamp + `,"seat":"one"}`},
		{"arrived", `{` + stamp + `,"seat":"one"}`},
		{"admitted", `{` + stamp + `,"seat":"one"}`},
		{"item-started", `{` + stamp + `,"item":"talks","coverage":"open"}`},
		{"floor-given", `{` + stamp + `,"seat":"one"}`},
		{"floor-taken", `{"at":"2026-11-24T12:03:00Z","by":"officer","seat":"one","because":"asked"}`},
	} {
		event, err := summit.UnmarshalEvent(e.kind, []byte(e.raw))
		if err != nil {
			t.Fatal(err)
		}
		s = summit.Apply(s, event)
	}
	if err := summit.Check(s); err != nil {
		t.Error(err)
	}
	if s.Delegations[0].ID != "b" || s.Lock != "" || s.Apart("one") || !s.InRoom("one") {
		t.Errorf("%+v", s)
	}
	if spoken := s.SpokenBy("b", ""); spoken != 3*time.Minute {
		t.Errorf("delegation b has spoken for %v", spoken)
	}
}
