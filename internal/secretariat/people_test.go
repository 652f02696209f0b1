package secretariat

import (
	"context"
	"fmt"
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

func TestAChatIsReadByItsCircleOnly(t *testing.T) {
	convened(t, func(h *hall) {
		readers := map[summit.SeatID]<-chan Message{}
		for _, id := range h.seats() {
			ch, err := h.sec.Listen(h.Context(), h.id, id)
			if err != nil {
				h.Fatal(err)
			}
			readers[id] = ch
		}
		say := func(from summit.SeatID, to plan.Chat, text string) error {
			return h.sec.Say(h.Context(), h.id, from, plan.Circle{Chat: to}, text)
		}
		if err := say("delegate-a", plan.DelegationChat, "  ask for a recess\n"); err != nil {
			h.Fatal(err)
		}
		if err := say("interpreter-1", plan.BoothChat, "your turn"); err != nil {
			h.Fatal(err)
		}
		synctest.Wait()
		for id, ch := range readers {
			x, _ := h.state().Seat(id)
			var got []string
			for len(ch) > 0 {
				got = append(got, (<-ch).Text)
			}
			var want []string
			switch {
			case x.Delegation == "a":
				want = []string{"ask for a recess"}
			case x.Booth == "main":
				want = []string{"your turn"}
			}
			if !slices.Equal(got, want) {
				h.Errorf("%s reads %q", id, got)
			}
		}
		for from, to := range map[summit.SeatID]plan.Chat{
			"officer": plan.DelegationChat, "reporter": plan.DelegationChat, "principal-a": plan.BoothChat, "intruder": plan.DelegationChat,
		} {
			if err := say(from, to, "hello"); code(err) != "not-your-chat" {
				h.Errorf("%s writes in the chat of a %s: %v", from, to, err)
			}
		}
		if err := say("delegate-a", plan.DelegationChat, strings.Repeat("ж", MaxMessage+1)); code(err) != "message-too-long" {
			h.Error(err)
		}
		if _, kinds := h.disk.written(h, h.id); slices.Contains(kinds, "chat") {
			h.Error("chat is in the journal")
		}
	})
}

// A booth writes to the technicians and to the officers, and they to one booth:
// nobody else reads it, another booth no more than the delegations.
func TestABoothsChatsWithTechnicianAndOfficer(t *testing.T) {
	convened(t, func(h *hall) {
		readers := map[summit.SeatID]<-chan Message{}
		for _, id := range h.seats() {
			ch, err := h.sec.Listen(h.Context(), h.id, id)
			if err != nil {
				h.Fatal(err)
			}
			readers[id] = ch
		}
		say := func(from summit.SeatID, to plan.Chat, booth summit.BoothID) error {
			return h.sec.Say(h.Context(), h.id, from, plan.Circle{Chat: to, Booth: booth}, "there is a hum")
		}
		for _, c := range []struct {
			from  summit.SeatID
			to    plan.Chat
			booth summit.BoothID
			role  summit.Role
			of    summit.BoothID
		}{
			{"interpreter-1", plan.TechnicianChat, "", summit.Technician, "main"},
			{"technician", plan.TechnicianChat, "english", summit.Technician, "english"},
			{"interpreter-3", plan.OfficerChat, "english", summit.Officer, "english"},
			{"officer", plan.OfficerChat, "main", summit.Officer, "main"},
		} {
			if err := say(c.from, c.to, c.booth); err != nil {
				h.Fatalf("%s to %s: %v", c.from, c.to, err)
			}
			synctest.Wait()
			for id, ch := range readers {
				x, _ := h.state().Seat(id)
				want := 0
				if x.Role == c.role || x.Booth == c.of {
					want = 1
				}
				if len(ch) != want {
					h.Errorf("%s to the %s: %s reads %d messages", c.from, c.to, id, len(ch))
				}
				for len(ch) > 0 {
					if m := <-ch; m.Booth != c.of || m.Chat != c.to {
						h.Errorf("%s reads %+v", id, m)
					}
				}
			}
		}
		for _, no := range []struct {
			from  summit.SeatID
			to    plan.Chat
			booth summit.BoothID
		}{
			{"interpreter-1", plan.TechnicianChat, "english"}, {"technician", plan.TechnicianChat, ""}, {"technician", plan.OfficerChat, "main"},
			{"officer", plan.BoothChat, "main"}, {"principal-a", plan.TechnicianChat, "main"}, {"technician", plan.TechnicianChat, "nowhere"},
		} {
			if err := say(no.from, no.to, no.booth); code(err) != "not-your-chat" {
				h.Errorf("%s in the chat of %s with booth %q: %v", no.from, no.to, no.booth, err)
			}
		}
	})
}

// Who comes back to several chats is told what was said last in all of them.
func TestLongChatsAreToldToWhoComesLater(t *testing.T) {
	convened(t, func(h *hall) {
		chats := []plan.Chat{plan.BoothChat, plan.TechnicianChat, plan.OfficerChat}
		for range kept + 1 {
			for _, to := range chats {
				if err := h.sec.Say(h.Context(), h.id, "interpreter-1", plan.Circle{Chat: to}, "there is a hum"); err != nil {
					h.Fatal(err)
				}
				time.Sleep(perMessage)
			}
		}
		ch, err := h.sec.Listen(h.Context(), h.id, "interpreter-1")
		if err != nil {
			h.Fatal(err)
		}
		synctest.Wait()
		if len(ch) != kept*len(chats) {
			h.Errorf("%d messages are told, want %d", len(ch), kept*len(chats))
		}
		if err := h.sec.Say(h.Context(), h.id, "interpreter-2", plan.Circle{Chat: plan.BoothChat}, "gone now"); err != nil {
			h.Fatal(err)
		}
	})
}

func TestAChatFloodIsHeldBack(t *testing.T) {
	convened(t, func(h *hall) {
		idle, err := h.sec.Listen(h.Context(), h.id, "principal-a")
		if err != nil {
			h.Fatal(err)
		}
		said, refused := 0, 0
		for i := range 1000 {
			err := h.sec.Say(h.Context(), h.id, "delegate-a", plan.Circle{Chat: plan.DelegationChat}, fmt.Sprint(i))
			if code(err) == "too-many-messages" {
				refused++
			} else if err == nil {
				said++
			}
			time.Sleep(500 * time.Millisecond)
		}
		if said < 500 || said > 520 || said+refused != 1000 {
			h.Errorf("in 500 seconds, %d were said and %d held back", said, refused)
		}
		n := 0
		for range idle { // ends, for who does not read is dropped
			n++
		}
		if n != unread {
			h.Errorf("%d messages waited for a reader", n)
		}
		again, err := h.sec.Listen(h.Context(), h.id, "principal-a")
		if err != nil {
			h.Fatal(err)
		}
		if len(again) != kept {
			h.Errorf("who comes back finds %d messages", len(again))
		}
	})
}

func TestWhoIsDismissedReadsNoMoreAndWhoIsAdmittedReadsWhatWasSaid(t *testing.T) {
	convened(t, func(h *hall) {
		h.do("officer", summit.Dismiss{Seat: "delegate-a"})
		ch, err := h.sec.Listen(h.Context(), h.id, "delegate-a")
		if err != nil {
			h.Fatal(err)
		}
		if err := h.sec.Say(h.Context(), h.id, "principal-a", plan.Circle{Chat: plan.DelegationChat}, "not for the door"); err != nil {
			h.Fatal(err)
		}
		if len(ch) > 0 {
			h.Error("a seat that waits at the door reads its delegation's chat")
		}
		h.do("officer", summit.Admit{Seat: "delegate-a"})
		if len(ch) != 1 {
			h.Errorf("who is let in finds %d messages", len(ch))
		}
		h.disk.fail(errFull, false)
		h.refused("cut-unrecorded", "officer", summit.Dismiss{Seat: "delegate-a"})
		if err := h.sec.Say(h.Context(), h.id, "principal-a", plan.Circle{Chat: plan.DelegationChat}, "nor this"); err != nil {
			h.Fatal(err)
		}
		if len(ch) != 1 {
			h.Error("a seat whose dismissal is not written yet reads on")
		}
		again, err := h.sec.Listen(h.Context(), h.id, "delegate-a")
		if err != nil || len(again) > 0 {
			h.Errorf("coming back, it reads %d messages, %v", len(again), err)
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
