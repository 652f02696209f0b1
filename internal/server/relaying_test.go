//go:build linux

package server

import (
	"slices"
	"strings"
	"testing"
	"time"

	"liqa/internal/player"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// worksFrom waits until an interpreter works from a channel, "" for the floor.
func (g *guest) worksFrom(l summit.Language) {
	g.house.tb.Helper()
	g.until("working from "+string(l), func(v view.View) bool { return v.Me.Incoming == l })
}

// A relay through a pivot, and one through that: who hears what follows the
// floor by itself, says how far from the floor it is, and goes on from the
// original when the pivot goes silent.
func TestRelayThroughAPivotThatGoesSilent(t *testing.T) {
	atItsLeisure(t)
	takesItsTime(t)
	m := interpretedSummit(t, "interlock", "technician", "principal-a", "principal-b", "interpreter-1", "interpreter-3", "interpreter-4", "reporter")
	pivot, english, arabic := m.at["interpreter-1"], m.at["interpreter-3"], m.at["interpreter-4"]
	m.at["principal-a"].says('A', nil)
	m.at["principal-b"].says('B', nil)
	fromPivot := pivot.says('1', nil)
	english.says('3', nil)
	arabic.says('4', nil)
	intoEnglish, intoArabic := english.listens("channel")["channel"], arabic.listens("channel")["channel"]
	hears := m.at["technician"].listens("channel")["channel"] // Arabic
	m.floor("principal-a")
	english.act("go-on-air", into("en"))
	arabic.act("go-on-air", into("ar"))
	english.worksFrom("") // it understands Russian
	arabic.worksFrom("en")
	intoArabic.of(t, '3')
	hears.of(t, '4')
	m.officer.carried("en", "direct")
	m.officer.carried("ar", "relayed-once")

	// The floor speaks what the English booth does not work from. Nobody of it
	// does anything: it hears the pivot, and so do those behind it.
	m.floor("principal-b")
	english.worksFrom("ru")
	intoEnglish.of(t, 'B') // the pivot is off air: its channel is the original
	m.officer.carried("en", "direct")
	pivot.act("go-on-air", into("ru"))
	intoEnglish.of(t, '1')
	for _, g := range []*guest{m.officer, m.at["technician"], m.at["reporter"], english} {
		g.carried("ru", "direct")
		g.carried("en", "relayed-once")
		g.carried("ar", "relayed-twice")
	}
	hears.of(t, '4')

	// A choice that would lead round is refused, by whoever it is made.
	english.refused("relay-loop", "take-from", map[string]any{"from": "ar"})
	pivot.refused("relay-loop", "take-from", map[string]any{"from": "ar"})
	english.refused("no-such-channel", "take-from", map[string]any{"from": "fr"})

	// The pivot falls silent, first on air, then by going off: who depends on it
	// is shown so, and hears the original.
	fromPivot.Play(0, nothing{})
	intoEnglish.of(t, 'B')
	english.carried("ru", "original")
	m.officer.carried("en", "direct")
	m.officer.carried("ar", "relayed-once")
	fromPivot.Play(0, &voice{of: '1', n: 10_000})
	intoEnglish.of(t, '1')
	m.officer.carried("ar", "relayed-twice")
	pivot.act("go-off-air", nil)
	intoEnglish.of(t, 'B')
	english.carried("ru", "original")

	// And back to the floor by itself.
	m.floor("principal-a")
	english.worksFrom("")
	m.officer.carried("en", "direct")
}

// The direction of a bidirectional booth follows the floor; one act overrides it
// until the floor changes. The listeners do nothing, and their channels have
// every packet.
func TestBidirectionalBoothFollowsTheFloor(t *testing.T) {
	atItsLeisure(t)
	takesItsTime(t)
	m := interpretedSummit(t, "interlock", "principal-a", "principal-b", "delegate-a", "delegate-b", "interpreter-1", "interpreter-3")
	still := watch(t)
	one := m.at["interpreter-1"]
	m.at["principal-a"].says('A', nil)
	m.at["principal-b"].says('B', nil)
	one.says('1', nil)
	m.at["interpreter-3"].says('3', nil)
	english := m.officer.listens("channel")["channel"]
	russian, chinese := m.at["delegate-a"].listens("channel")["channel"], m.at["delegate-b"].listens("channel")["channel"]
	m.floor("principal-b")
	one.act("go-on-air", into("ru"))
	m.at["interpreter-3"].act("go-on-air", into("en"))
	russian.of(t, '1')
	chinese.of(t, 'B')
	english.of(t, '3')
	begun := [3]int64{russian.now(), chinese.now(), english.now()}
	for range 3 {
		m.floor("principal-a")
		chinese.of(t, '1')
		russian.of(t, 'A')
		m.floor("principal-b")
		russian.of(t, '1')
		chinese.of(t, 'B')
	}
	one.act("go-on-air", into("zh")) // the interpreter knows better
	chinese.of(t, '1')
	russian.of(t, 'B')
	m.floor("principal-a")
	m.floor("principal-b")
	russian.of(t, '1')
	chinese.of(t, 'B')
	for i, h := range []*hearing{russian, chinese, english} {
		words := h.whole(t, begun[i], still)
		if heard := script(words); strings.Contains(heard, "?") || i == 2 && strings.ContainsAny(heard, "1AB") {
			t.Errorf("%s heard %s", h.who, heard)
		}
	}
}

// Nobody but an interpreter of the booth gets into its channel: neither by an
// act over the live connection nor by sending, nor by being handed the microphone.
func TestNobodyElseTakesAChannel(t *testing.T) {
	m := interpretedSummit(t, "override", "technician", "principal-a", "principal-b", "delegate-a", "interpreter-1", "interpreter-2", "interpreter-3", "reporter")
	one := m.at["interpreter-1"]
	m.at["principal-b"].says('B', nil)
	one.says('1', nil)
	m.at["delegate-a"].says('a', nil)
	m.at["technician"].says('t', nil)
	m.at["interpreter-3"].says('3', nil)
	m.floor("principal-b")
	channel := m.at["principal-a"].listens("channel")["channel"]
	one.act("go-on-air", into("ru"))
	channel.of(t, '1')
	begun := channel.now()
	one.act("offer-handover", nil)
	one.until("that it is offered", func(v view.View) bool { return !booth(v, "main").Offered.IsZero() })

	acts := map[string]map[string]any{
		"go-on-air": into("ru"), "go-off-air": nil, "cough": {"on": true}, "offer-handover": nil, "accept-handover": nil,
		"decline-handover": nil, "take-from": {"from": "ru"}, "slow-down": {"reason": "too-fast"}, "sound-insufficient": {"on": true},
	}
	outsiders := []*guest{m.officer, m.at["technician"], m.at["principal-a"], m.at["delegate-a"], m.at["reporter"]}
	for act, with := range acts {
		for _, g := range outsiders {
			g.refused("not-permitted", act, with)
		}
	}
	for _, g := range outsiders {
		if may := g.View().May; slices.ContainsFunc(may, func(act string) bool { _, is := acts[act]; return is }) {
			t.Errorf("%s is told that it may do %v", g.Seat, may)
		}
	}
	// Of another booth: not this channel, and nothing to accept.
	m.at["interpreter-3"].refused("not-your-channel", "go-on-air", into("ru"))
	m.at["interpreter-3"].refused("not-your-channel", "go-on-air", map[string]any{"into": "ru", "takeOver": true})
	m.at["interpreter-3"].refused("nothing-offered", "accept-handover", nil)
	m.at["interpreter-3"].act("decline-handover", nil) // there is none of its own to decline
	if b := booth(one.View(), "main"); b.Offered.IsZero() || b.OnAir != "interpreter-1" {
		t.Errorf("somebody else has changed the booth: %+v", b)
	}
	// A reporter may not send at all.
	if _, err := m.at["reporter"].Send(t.Context(), m.pool, player.Track{MIME: "audio/opus", Clip: &voice{of: 'r'}}); err == nil {
		t.Error("a reporter sends")
	}
	time.Sleep(300 * time.Millisecond)
	channel.of(t, '1')
	if heard := script(channel.whole(t, begun, watch(t))); strings.Trim(heard, "1.") != "" {
		t.Errorf("others were heard in the channel: %s", heard)
	}
	m.at["interpreter-2"].says('2', nil)
	m.at["interpreter-2"].act("accept-handover", nil)
	channel.of(t, '2')
}
