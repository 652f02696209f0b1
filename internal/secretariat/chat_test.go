package secretariat

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// readers has every seat read its chats.
func (h *hall) readers() map[summit.SeatID]<-chan Message {
	all := map[summit.SeatID]<-chan Message{}
	for _, id := range h.seats() {
		ch, err := h.sec.Listen(h.Context(), h.id, id)
		if err != nil {
			h.Fatal(err)
		}
		all[id] = ch
	}
	return all
}

func TestAChatIsReadByItsCircleOnly(t *testing.T) {
	convened(t, func(h *hall) {
		readers := h.readers()
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
		readers := h.readers()
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
