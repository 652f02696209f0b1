package secretariat

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

func TestASeatIsPresentAsLongAsAnyOfItsConnectionsIs(t *testing.T) {
	convened(t, func(h *hall) {
		h.open()
		presence := func() summit.Presence { x, _ := h.state().Seat("principal-a"); return x.Presence }
		before := h.state().Revision
		again, err := h.sec.Attach(h.id, "principal-a") // the page is reloaded: the new one comes first
		if err != nil {
			h.Fatal(err)
		}
		h.away["principal-a"]()
		h.away["principal-a"]() // twice counts once
		time.Sleep(10 * time.Second)
		again()
		time.Sleep(time.Second) // and now the old one goes first
		h.attach("principal-a")
		time.Sleep(10 * time.Second)
		if h.state().Revision != before || presence() != summit.Present {
			h.Errorf("a page that reconnects changed the record: %s", presence())
		}
		h.away["principal-a"]()
		time.Sleep(1900 * time.Millisecond)
		if presence() != summit.Present {
			h.Error("the seat is away at once")
		}
		time.Sleep(200 * time.Millisecond)
		if presence() != summit.Away || sounds(h.door.now(), "principal-a") {
			h.Errorf("two seconds after the connection is lost the seat is %s", presence())
		}
		h.attach("principal-a")
		if presence() != summit.Present || !sounds(h.door.now(), "principal-a") {
			h.Errorf("the seat that has come back is %s", presence())
		}
	})
}

func TestWhoComesWhileTheJournalIsBehindIsPresentAfterwards(t *testing.T) {
	convened(t, func(h *hall) {
		h.open()
		h.away["delegate-a"]()
		time.Sleep(5 * time.Second)
		h.disk.fail(errFull, false)
		h.refused("cut-unrecorded", "officer", closing)
		h.attach("delegate-a")
		h.away["delegate-b"]()
		time.Sleep(5 * time.Second)
		for id, want := range map[summit.SeatID]bool{"delegate-a": false, "delegate-b": false} {
			if got := len(h.door.now().Receivers[plan.SeatReceiver(id)]) > 0; got != want {
				h.Errorf("while the journal is behind, %s receives: %v", id, got)
			}
		}
		h.disk.fail(nil, false)
		time.Sleep(5 * time.Second)
		s := h.state()
		if !s.InRoom("delegate-a") || s.InRoom("delegate-b") {
			h.Errorf("afterwards delegate-a is there: %v; delegate-b: %v", s.InRoom("delegate-a"), s.InRoom("delegate-b"))
		}
	})
}

func TestTwoOfficersAtOnce(t *testing.T) {
	convened(t, func(h *hall) {
		h.disk.delay = 10 * time.Millisecond
		one := h.later("officer", summit.StartItem{Item: "opening"})
		two := h.later("officer-2", summit.StartItem{Item: "talks"})
		if err := <-one; err != nil {
			h.Error(err)
		}
		if err := <-two; code(err) != "another-in-progress" {
			h.Errorf("the second officer is told %v", err)
		}
	})
}

func TestManyActAtOnce(t *testing.T) {
	convened(t, func(h *hall) {
		h.open()
		h.disk.delay = time.Millisecond
		appends := h.disk.appends
		var wg sync.WaitGroup
		for _, x := range h.state().Seats {
			wg.Go(func() {
				for i := range 20 {
					if _, err := h.sec.Do(h.Context(), h.id, summit.Actor(x.ID), summit.Mute{On: i%2 == 0}); err != nil {
						h.Errorf("%s: %v", x.ID, err)
					}
				}
			})
		}
		wg.Wait()
		s, _ := h.disk.written(h, h.id)
		if h.state().Revision != s.Revision || !h.door.now().Equal(plan.Compute(s, everySource(s))) {
			h.Error("the media does not follow the record")
		}
		if n := h.disk.appends - appends; n > 100 {
			h.Errorf("%d appends for 300 acts: those that wait are not written together", n)
		}
	})
}

func TestASlowWatcherFindsTheNewest(t *testing.T) {
	convened(t, func(h *hall) {
		ctx, cancel := context.WithCancel(h.Context())
		updates, err := h.sec.Watch(ctx, h.id)
		if err != nil {
			h.Fatal(err)
		}
		h.open()
		h.do("officer", summit.GiveFloor{Seat: "delegate-a"})
		h.do("officer", closing)
		time.Sleep(2 * time.Second)
		if u := <-updates; u.State.Revision != h.state().Revision || u.Measured.Press != 0 {
			h.Errorf("it finds revision %d of %d, and %d of the press receive", u.State.Revision, h.state().Revision, u.Measured.Press)
		}
		select {
		case u := <-updates:
			h.Errorf("nothing has changed and it is told revision %d", u.State.Revision)
		case <-time.After(time.Minute):
		}
		cancel()
		synctest.Wait()
		if _, open := <-updates; open {
			h.Error("the channel stays open")
		}
	})
}

func TestTheRosterIsWhatTheSwitchboardHas(t *testing.T) {
	convened(t, func(h *hall) {
		h.open()
		alarms := func() []plan.Alarm { synctest.Wait(); return h.update().Alarms }
		time.Sleep(time.Minute)
		if got := alarms(); len(got) > 0 {
			h.Fatalf("everybody is there and it alarms %v", got)
		}
		if u := h.update(); !u.Measured.Receiving["reporter"] || u.Measured.Press != 2 {
			h.Errorf("the press that receives is %d", u.Measured.Press)
		}
		h.do("officer", summit.Dismiss{Seat: "reporter"})
		h.door.connect(true, "intruder")
		h.door.connect(false, "principal-b")
		time.Sleep(2 * time.Second)
		if got := alarms(); len(got) > 0 {
			h.Errorf("before a connection could be closed it alarms %v", got)
		}
		time.Sleep(10 * time.Second)
		want := []plan.Alarm{
			{Code: plan.MissingConnection, Seat: "principal-b"},
			{Code: plan.UnknownConnection, Seat: "reporter"},
			{Code: plan.UnknownConnection, Seat: "intruder"},
		}
		if got := alarms(); !slices.Equal(got, want) {
			h.Errorf("it alarms %v, want %v", got, want)
		}
		h.door.connect(false, "intruder", "reporter")
		h.door.connect(true, "principal-b")
		time.Sleep(2 * time.Second)
		if got := alarms(); len(got) > 0 {
			h.Errorf("all is well and it alarms %v", got)
		}
		h.do("officer", closing)
		h.door.mu.Lock()
		h.door.leak = 1
		h.door.mu.Unlock()
		time.Sleep(3 * time.Second)
		if got := alarms(); !slices.Equal(got, []plan.Alarm{{Code: plan.NotClear}}) {
			h.Errorf("a press seat receives a closed item and it alarms %v", got)
		}
	})
}

func TestConvening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		sec := New(Config{Journal: d, Media: &door{}})
		defer sec.Close()
		one, err := sec.Convene(t.Context(), summittest.Bilateral())
		if err != nil {
			t.Fatal(err)
		}
		two, err := sec.Convene(t.Context(), summittest.Bilateral())
		if err != nil || one == two || len(one) != 16 {
			t.Errorf("two summits, %q and %q: %v", one, two, err)
		}
		bad := summittest.Bilateral()
		bad.Seats = append(bad.Seats, bad.Seats[0])
		if _, err := sec.Convene(t.Context(), bad); code(err) != "bad-description" {
			t.Errorf("two seats of one name: %v", err)
		}
		huge := summittest.Bilateral()
		huge.Place = summit.Text{"en": strings.Repeat("x", 1<<20)}
		if _, err := sec.Convene(t.Context(), huge); code(err) != "bad-description" {
			t.Errorf("a description that cannot be kept: %v", err)
		}
		d.fail(errFull, false)
		if _, err := sec.Convene(t.Context(), summittest.Bilateral()); code(err) != "journal-behind" {
			t.Errorf("on a full disk: %v", err)
		}
		if got := sec.Summits(); len(got) != 2 {
			t.Errorf("the summits are %v", got)
		}
	})
}
