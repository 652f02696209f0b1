package secretariat

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"liqa/internal/journal"
	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

var closing = summit.SetCoverage{Coverage: summit.Closed}

func TestClosingToThePressDoesNotWaitForAStalledDisk(t *testing.T) {
	convened(t, func(h *hall) {
		h.open()
		mend := h.disk.stall()
		began := time.Now()
		answer := h.later("officer", closing)
		last := h.door.calls[len(h.door.calls)-1]
		if !last.cut || pressReceives(h.door.now()) || last.at.Sub(began) > 50*time.Millisecond {
			h.Fatalf("after %v the press still receives", last.at.Sub(began))
		}
		if u := h.update(); u.Plan.Coverage != summit.Closed || u.State.Coverage() != summit.Open {
			h.Errorf("screens are told %s, and that the record says %s", u.Plan.Coverage, u.State.Coverage())
		}
		if err := <-answer; code(err) != "cut-unrecorded" || time.Since(began) != 2*time.Second {
			h.Errorf("the officer is told %v after %v", err, time.Since(began))
		}
		if !slices.Contains(h.update().Alarms, plan.Alarm{Code: plan.JournalBehind}) {
			h.Error("nobody is told that the journal is behind")
		}
		time.Sleep(time.Minute)
		if pressReceives(h.door.now()) {
			h.Error("the cut does not stay")
		}
		mend()
		time.Sleep(5 * time.Second)
		s, kinds := h.disk.written(h, h.id)
		if s.Coverage() != summit.Closed || kinds[len(kinds)-1] != "coverage-set" || kinds[len(kinds)-2] == "coverage-set" {
			h.Errorf("the closing was not written once: %v", kinds[len(kinds)-3:])
		}
		if u := h.update(); len(u.Alarms) > 0 || u.State.Coverage() != summit.Closed {
			h.Errorf("the alarm stays: %v", u.Alarms)
		}
		h.do("officer", summit.SetCoverage{Coverage: summit.Open, Item: "opening"})
		if !pressReceives(h.door.now()) {
			h.Error("the item cannot be opened again")
		}
	})
}

func TestACutIsMadeOnArrivalWhileAnotherAppendIsInFlight(t *testing.T) {
	convened(t, func(h *hall) {
		h.open()
		h.disk.delay = time.Second
		began := time.Now()
		floor := h.later("officer", summit.GiveFloor{Seat: "delegate-a"})
		answer := h.later("officer", closing)
		if pressReceives(h.door.now()) || time.Since(began) > 0 {
			h.Fatal("the cut waits for the append before it")
		}
		if err := <-floor; err != nil || time.Since(began) != time.Second {
			h.Errorf("the floor: %v after %v", err, time.Since(began))
		}
		if pressReceives(h.door.now()) {
			h.Error("an earlier entry, written later, undoes the cut")
		}
		if err := <-answer; err != nil || time.Since(began) != 2*time.Second {
			h.Errorf("the closing: %v after %v", err, time.Since(began))
		}
	})
}

func TestWhatGivesWaitsForTheJournal(t *testing.T) {
	convened(t, func(h *hall) {
		h.disk.delay = time.Second
		answer := h.later("officer", summit.StartItem{Item: "opening"})
		time.Sleep(999 * time.Millisecond)
		if len(h.door.now().Receivers) > 0 || h.update().State.Current != "" {
			h.Fatal("the item has begun before it was written")
		}
		if err := <-answer; err != nil || !pressReceives(h.door.now()) {
			h.Fatalf("answered %v, and the press receives: %v", err, pressReceives(h.door.now()))
		}
	})
}

func TestWhileTheJournalIsBehindOnlyWhatTakesAwayIsAccepted(t *testing.T) {
	for name, fault := range map[string]func(*disk){
		"a stalled disk": func(d *disk) { d.stall() },
		"a full disk":    func(d *disk) { d.fail(errFull, false) },
		"a disk of which nothing is known": func(d *disk) {
			d.fail(journal.ErrUncertain, true)
		},
	} {
		t.Run(name, func(t *testing.T) {
			convened(t, func(h *hall) {
				h.do("principal-b", summit.Mute{On: true})
				h.open()
				fault(h.disk)
				if err := <-h.later("officer", closing); code(err) != "cut-unrecorded" {
					h.Fatalf("closing: %v", err)
				}
				began := time.Now()
				h.refused("journal-behind", "officer", summit.SetCoverage{Coverage: summit.Open, Item: "opening"})
				h.refused("journal-behind", "principal-b", summit.Mute{})
				h.refused("journal-behind", "officer", summit.GiveFloor{Seat: "delegate-a"})
				h.refused("journal-behind", "principal-a", summit.RaiseHand{})
				h.refused("cut-unrecorded", "officer", closing) // again
				h.refused("cut-unrecorded", "officer", summit.MuteSeat{Seat: "principal-a"})
				if sounds(h.door.now(), "principal-a") {
					h.Error("a muted principal is heard")
				}
				h.refused("cut-unrecorded", "officer", summit.Revoke{Seat: "delegate-b"})
				h.refused("cut-unrecorded", "officer", summit.Recess{})
				if len(h.door.now().Receivers) > 0 {
					h.Error("something flows in a recess")
				}
				if time.Since(began) > 0 {
					h.Errorf("the answers took %v", time.Since(began))
				}
			})
		})
	}
}

// sounds reports whether a seat's microphone may reach anybody.
func sounds(p plan.Plan, id summit.SeatID) bool {
	mic := plan.Source{Kind: plan.Microphone, Seat: id}
	for _, slots := range p.Receivers {
		for _, set := range slots {
			if slices.Contains(set.Sources, mic) {
				return true
			}
		}
	}
	return false
}

func TestWhatWasTakenAwayIsWrittenWhenTheJournalCan(t *testing.T) {
	convened(t, func(h *hall) {
		h.open()
		h.disk.fail(errFull, false)
		h.refused("cut-unrecorded", "officer", summit.MuteSeat{Seat: "principal-a"})
		h.refused("cut-unrecorded", "officer", closing)
		h.refused("cut-unrecorded", "officer", summit.Dismiss{Seat: "reporter"})
		h.disk.fail(nil, false)
		time.Sleep(5 * time.Second)
		s, kinds := h.disk.written(h, h.id)
		if got := kinds[len(kinds)-3:]; !slices.Equal(got, []string{"muted", "coverage-set", "dismissed"}) {
			h.Errorf("written: %v", got)
		}
		if h.state().Revision != s.Revision || len(h.update().Alarms) > 0 {
			h.Errorf("the screens show revision %d of %d", h.state().Revision, s.Revision)
		}
		if !h.door.now().Equal(plan.Compute(s, everySource(s))) {
			h.Error("the media does not follow the record")
		}
	})
}

func TestABatchThatSeemedToFailIsNotWrittenTwice(t *testing.T) {
	convened(t, func(h *hall) {
		h.open()
		h.disk.fail(journal.ErrUncertain, true)
		h.refused("cut-unrecorded", "officer", summit.MuteSeat{Seat: "principal-a"})
		h.disk.fail(nil, false)
		time.Sleep(5 * time.Second)
		_, kinds := h.disk.written(h, h.id)
		if got := kinds[len(kinds)-2:]; got[0] == "muted" || got[1] != "muted" {
			h.Errorf("written: %v", got)
		}
		h.do("principal-a", summit.Mute{})
	})
}

func TestAnOpeningThatIsWrittenLateOpensNothing(t *testing.T) {
	convened(t, func(h *hall) {
		h.do("officer", summit.StartItem{Item: "talks"})
		mend := h.disk.stall()
		opening := h.later("officer", summit.SetCoverage{Coverage: summit.Open, Item: "talks"})
		queued := h.later("officer", summit.GiveFloor{Seat: "delegate-a"})
		for _, answer := range []<-chan error{opening, queued} {
			if err := <-answer; code(err) != "journal-behind" {
				h.Errorf("got %v", err)
			}
		}
		h.door.check = func(p plan.Plan) {
			if pressReceives(p) {
				h.Error("the press receives what the officer was told had failed")
			}
		}
		mend()
		time.Sleep(5 * time.Second)
		s, kinds := h.disk.written(h, h.id)
		if got := kinds[len(kinds)-2:]; !slices.Equal(got, []string{"coverage-set", "coverage-set"}) || s.Coverage() != summit.Closed {
			h.Errorf("written: %v, and the item is %s", got, s.Coverage())
		}
		if s.Floor != "" || s.InForceBy != summit.SeatID(summit.Server) {
			h.Errorf("the floor is %q, the closing is by %q", s.Floor, s.InForceBy)
		}
	})
}

func TestASummitThatIsTakenUpBeginsCut(t *testing.T) {
	for _, stalled := range []bool{false, true} {
		convened(t, func(h *hall) {
			h.open()
			h.door.check = func(p plan.Plan) {
				if pressReceives(p) {
					h.Error("the press receives before the officer has resumed")
				}
			}
			if stalled {
				defer h.disk.stall()()
			}
			h.restart()
			if first := h.door.calls[0]; !first.cut || len(first.p.Receivers) > 0 {
				h.Fatal("the first thing is not a cut")
			}
			for _, id := range h.seats() {
				h.attach(id)
			}
			time.Sleep(10 * time.Second)
			if stalled {
				if len(h.door.now().Receivers) > 0 || h.update().Alarms == nil {
					h.Error("something flows though the restart is not written")
				}
				return
			}
			if s := h.state(); !s.Resume || s.Coverage() != summit.Closed || !s.InRoom("principal-a") {
				h.Errorf("resume %v, coverage %s", s.Resume, s.Coverage())
			}
			if !sounds(h.door.now(), "principal-a") {
				h.Error("the principals do not hear each other")
			}
			h.door.check = nil
			h.do("officer", summit.ResumeCoverage{Item: h.state().Current})
			if !pressReceives(h.door.now()) {
				h.Error("resuming gives the press nothing")
			}
		})
	}
}

func TestAnErasureInTheJournalIsNoFault(t *testing.T) {
	convened(t, func(h *hall) {
		h.open()
		if err := h.disk.Erase(h.Context(), string(h.id), 3); err != nil {
			h.Fatal(err)
		}
		h.do("officer", closing)
		if len(h.update().Alarms) > 0 {
			h.Error(h.update().Alarms)
		}
		other, err := h.sec.Convene(h.Context(), summittest.Bilateral())
		if err != nil {
			h.Fatal(err)
		}
		h.sec.Close()
		h.sec = New(Config{Journal: h.disk, Media: h.door})
		if err := h.sec.Open(h.Context()); err != nil || !slices.Equal(h.sec.Summits(), []summit.SummitID{other}) {
			h.Errorf("after a restart %v are taken up: %v", h.sec.Summits(), err)
		}
	})
}

func TestAnotherWriterOfTheSameHistoryIsNoticed(t *testing.T) {
	convened(t, func(h *hall) {
		h.open()
		last, err := h.disk.Last(h.Context(), string(h.id))
		if err != nil {
			h.Fatal(err)
		}
		foreign := []journal.Record{{Kind: "restarted", At: time.Now(), Payload: []byte(`{}`)}}
		if _, err := h.disk.Journal.Append(h.Context(), string(h.id), last, foreign); err != nil {
			h.Fatal(err)
		}
		h.refused("cut-unrecorded", "officer", closing)
		h.refused("journal-behind", "officer", summit.GiveFloor{Seat: "delegate-a"})
		if pressReceives(h.door.now()) {
			h.Error("the press receives")
		}
	})
}

func TestClosingTheSecretariatAnswersWhoWaits(t *testing.T) {
	convened(t, func(h *hall) {
		h.disk.stall()
		answer := h.later("officer", summit.StartItem{Item: "opening"})
		updates, err := h.sec.Watch(h.Context(), h.id)
		if err != nil {
			h.Fatal(err)
		}
		h.sec.Close()
		if err := <-answer; err == nil {
			h.Error("an act that was not written is answered as done")
		}
		<-updates
		if _, open := <-updates; open {
			h.Error("who watches is not told that it is over")
		}
		if _, err := h.sec.Do(h.Context(), h.id, "officer", closing); code(err) != "no-such-summit" {
			h.Error(err)
		}
		synctest.Wait()
	})
}
