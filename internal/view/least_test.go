package view

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

// seen is one view, as it is sent, and what it was made from.
type seen struct {
	s    summit.State
	me   summit.Seat // zero for the public
	view View
	pub  Public
	json string
}

// everybody visits the view of every seat, and the public's, at moments of
// random histories, in which what should not be told to all is marked: every
// tenth moment, or in a long run every one.
func everybody(t *testing.T, visit func(*rapid.T, seen)) {
	every := 10
	if os.Getenv("LIQA_LONG") != "" {
		every = 1
	}
	rapid.Check(t, func(r *rapid.T) {
		turn := 0
		summittest.History(r, 60, func(_, s summit.State, step summittest.Step) {
			if turn++; turn%every != 0 {
				return
			}
			s = marked(s)
			f := facts(s)
			for _, x := range s.Seats {
				v := For(s, x.ID, f, step.Now)
				if v.Me.Seat == "" {
					continue // revoked: it sees nothing
				}
				visit(r, seen{s: s, me: x, view: v, json: wire(r, v)})
			}
			p := ForPublic(s, "ar", f, step.Now)
			visit(r, seen{s: s, pub: p, json: wire(r, p)})
		})
	})
}

// marked is the state with every item's title and every seat's name made such
// that it can be searched for.
func marked(s summit.State) summit.State {
	s.Items, s.Seats = slices.Clone(s.Items), slices.Clone(s.Seats)
	for i, x := range s.Items {
		s.Items[i].Title = summit.Text{"en": "title of " + string(x.ID)}
	}
	for i, x := range s.Seats {
		s.Seats[i].Name = summit.Text{"en": "name of " + string(x.ID)}
	}
	return s
}

func facts(s summit.State) Facts {
	live := plan.Live{}
	m := plan.Measured{Sending: live, Receiving: map[summit.SeatID]bool{}, Carried: map[plan.Receiver]map[plan.Slot]plan.Source{}}
	for _, x := range s.Seats {
		live[plan.Source{Kind: plan.Microphone, Seat: x.ID}] = true
		live[plan.Source{Kind: plan.Camera, Seat: x.ID}] = true
		live[plan.Source{Kind: plan.Screen, Seat: x.ID}] = true
		m.Receiving[x.ID] = true
	}
	p := plan.Compute(s, live)
	for r, slots := range p.Receivers {
		m.Carried[r] = map[plan.Slot]plan.Source{}
		for k, set := range slots {
			m.Carried[r][k] = set.Sources[0]
		}
	}
	return Facts{Plan: p, Measured: m, Alarms: []plan.Alarm{{Code: plan.JournalBehind}}}
}

func wire(r interface{ Fatal(...any) }, v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		r.Fatal(err)
	}
	return string(raw)
}

// least are the things that a view must not have, by name. Each says what it
// has all the same, or "".
var least = map[string]func(seen) string{
	"no hash is told to anybody":                                    noHash,
	"press, public and door know no title of a closed item":         noClosedTitle,
	"the press knows who may be seen, the door nobody, no one else": noNames,
	"nobody at the table or in a booth is told who the press are":   noPressNames,
	"what is between a seat and the officer is told to nobody else": nothingOfOthers,
	"what goes on in an item is told to those whom it is for":       nothingFromInside,
	"alarms and what waits for an officer are told to the staff":    staffOnly,
	"who may have no connection is told of none":                    noSlots,
	"what is apart is told to those whose it is":                    nothingApart,
	"documents are named to who may read them":                      noDocuments,
	"nothing is null": func(v seen) string {
		if strings.Contains(v.json, "null") {
			return v.json
		}
		return ""
	},
}

func (v seen) public() bool { return v.me.ID == "" }
func (v seen) press() bool {
	return v.me.Admitted && (v.me.Role == summit.Reporter || v.me.Role == summit.PressOfficer)
}
func (v seen) door() bool { return !v.public() && !v.me.Admitted }
func (v seen) staff() bool {
	return v.me.Admitted && (v.me.Role == summit.Officer || v.me.Role == summit.Technician)
}

func noHash(v seen) string {
	var secrets []string
	for _, x := range v.s.Seats {
		secrets = append(secrets, x.Invitation.Hash, x.Invitation.Device)
		secrets = append(secrets, x.Invitation.Former...)
	}
	secrets = append(secrets, v.s.Advisory.Digest)
	for _, r := range v.s.Readouts {
		secrets = append(secrets, r.Digest)
	}
	for _, secret := range secrets {
		if secret != "" && strings.Contains(v.json, secret) {
			return secret
		}
	}
	return ""
}

func noClosedTitle(v seen) string {
	if !v.public() && !v.press() && !v.door() {
		return ""
	}
	for _, x := range v.s.Items {
		told := strings.Contains(v.json, `"title of `+string(x.ID)+`"`) || strings.Contains(v.json, `"`+string(x.ID)+`"`)
		in := summit.Coverage("")
		if x.ID == v.s.Current {
			in = v.s.Coverage()
		}
		open := x.Coverage == summit.Open || in == summit.Open
		pool := v.press() && (x.Coverage == summit.Pool || in == summit.Pool)
		if told != (open || pool) {
			return fmt.Sprintf("%s, planned %s, now %q: told %v", x.ID, x.Coverage, in, told)
		}
	}
	return ""
}

func noNames(v seen) string {
	if !v.public() && !v.press() && !v.door() {
		return ""
	}
	watches := v.s.Coverage() == summit.Open && v.public() || v.press() && v.s.Watches(v.me.ID)
	for _, x := range v.s.Seats {
		table := x.Role == summit.Principal || x.Role == summit.Delegate || x.Role == summit.NoteTaker
		if x.ID == v.me.ID || watches && table && v.s.InRoom(x.ID) {
			continue
		}
		if strings.Contains(v.json, `"name of `+string(x.ID)+`"`) || strings.Contains(v.json, `"`+string(x.ID)+`"`) {
			return string(x.ID)
		}
	}
	return ""
}

func noPressNames(v seen) string {
	if v.public() || v.staff() {
		return ""
	}
	for _, x := range v.s.Seats {
		press := x.Role == summit.Reporter || x.Role == summit.PressOfficer
		if press && x.ID != v.me.ID && strings.Contains(v.json, `"name of `+string(x.ID)+`"`) {
			return string(x.ID)
		}
	}
	return ""
}

func nothingOfOthers(v seen) string {
	if v.staff() {
		return ""
	}
	for _, x := range v.view.Seats {
		own := x.ID == v.me.ID || v.me.Delegation != "" && x.Delegation == v.me.Delegation
		switch {
		case x.Desk != nil || len(x.May) > 0:
			return fmt.Sprintf("%s: %+v %v", x.ID, x.Desk, x.May)
		case x.Presence == summit.Waiting && !own:
			return string(x.ID) + " waits"
		}
	}
	return ""
}

func nothingFromInside(v seen) string {
	inside := v.staff() || v.me.Admitted && v.s.Attends(v.me.ID)
	watches := v.press() && v.s.Watches(v.me.ID)
	if v.public() || inside {
		return ""
	}
	for _, x := range v.view.Seats {
		if x.ID == v.me.ID {
			continue
		}
		if x.Muted || x.Hand != 0 || !watches && (x.HasFloor || x.InRoom) {
			return fmt.Sprintf("%+v", x)
		}
	}
	for _, c := range v.view.Channels {
		if !watches && c.Carries != plan.CarriesSilence || c.Interpreter != "" {
			return fmt.Sprintf("%+v", c)
		}
	}
	if len(v.view.Room.Queue) > 0 || !watches && v.view.Room.Floor != "" {
		return fmt.Sprintf("%+v", v.view.Room)
	}
	return ""
}

func staffOnly(v seen) string {
	if v.public() || v.staff() {
		return ""
	}
	if r := v.view.Room; len(v.view.Alarms) > 0 || r.ResumeNeeded || r.ResumesTo != "" || r.Opening != nil {
		return fmt.Sprintf("%v %+v", v.view.Alarms, r)
	}
	if v.view.Press != nil && (v.press() || v.door()) {
		return "the press that receives is counted"
	}
	return ""
}

func noSlots(v seen) string {
	if v.public() {
		if v.s.Coverage() != summit.Open && len(v.pub.Slots)+len(v.pub.Speakers)+len(v.pub.Channels) > 0 {
			return "the public"
		}
		return ""
	}
	if v.view.Me.Connects != plan.Connects(v.s, v.me.ID) {
		return "connects"
	}
	if !v.view.Me.Connects && len(v.view.Slots)+len(v.view.Me.Sends) > 0 {
		return fmt.Sprintf("%v", v.view.Slots)
	}
	for _, slot := range v.view.Slots {
		if slot.Carries != nil && !slices.Contains(slot.Eligible, *slot.Carries) {
			return fmt.Sprintf("%s carries what is not eligible", slot.Slot)
		}
	}
	return ""
}

func TestAScreenIsToldTheLeastThatItNeeds(t *testing.T) {
	everybody(t, func(r *rapid.T, v seen) {
		for name, rule := range least {
			if wrong := rule(v); wrong != "" {
				r.Fatalf("%s; %s (%s) is: %s", name, v.me.ID, v.me.Role, wrong)
			}
		}
	})
}

// TestEachOfTheLeastIsNoticed lets every rule judge the officer's view in the
// hands of somebody else: a rule that nothing can break proves nothing.
func TestEachOfTheLeastIsNoticed(t *testing.T) {
	noticed := map[string]bool{}
	s := marked(summittest.Enter(t, summittest.Convened(t)))
	s = summittest.Do(t, s, "officer", summit.StartItem{Item: "talks"}, summit.GiveFloor{Seat: "delegate-a"})
	s = summittest.Do(t, s, "delegate-b", summit.RaiseHand{})
	s = summittest.Do(t, s, "officer", summit.Dismiss{Seat: "notes-a"}, summit.Dismiss{Seat: "reporter-2"})
	s = summittest.Do(t, s, "technician", summit.OpenPrivateWord{With: "principal-b"})
	s = summittest.Do(t, s, "delegate-b", summit.HandIn{Document: summit.Document{ID: summittest.Hash("map"), To: summit.ToTable,
		Title: summit.Text{"en": "Map"}, File: "map.pdf", Type: "application/pdf", Bytes: 1}})
	officer := For(s, "officer", facts(s), summittest.Noon)
	for _, x := range s.Seats {
		v := seen{s: s, me: x, view: officer, json: wire(t, officer) + s.Seats[0].Invitation.Hash + "null"}
		for name, rule := range least {
			noticed[name] = noticed[name] || rule(v) != ""
		}
	}
	for name := range least {
		if !noticed[name] {
			t.Errorf("%s: the officer's view in everybody's hands was not noticed", name)
		}
	}
}

func TestARevokedOrUnknownSeatSeesNothing(t *testing.T) {
	s := summittest.Do(t, summittest.Enter(t, summittest.Convened(t)), "officer", summit.Revoke{Seat: "reporter"})
	for _, id := range []summit.SeatID{"reporter", "nobody", ""} {
		if v := For(s, id, facts(s), summittest.Noon); v.Me.Seat != "" || v.Summit.ID != "" || len(v.Items) > 0 {
			t.Errorf("%q sees %+v", id, v)
		}
	}
}

func TestACutThatIsNotWrittenYetIsShown(t *testing.T) {
	s := summittest.Do(t, summittest.Enter(t, summittest.Convened(t)), "officer",
		summit.StartItem{Item: "talks"}, summit.SetCoverage{Coverage: summit.Open, Item: "talks"})
	f := facts(s)
	closed := summittest.Do(t, s, "officer", summit.SetCoverage{Coverage: summit.Closed})
	f.Plan = plan.Meet(f.Plan, plan.Compute(closed, f.Measured.Sending))
	if v := For(s, "officer", f, summittest.Noon); v.Room.Coverage != summit.Closed {
		t.Errorf("the officer is shown %s", v.Room.Coverage)
	}
	v := For(s, "reporter", f, summittest.Noon)
	for _, slot := range v.Slots {
		if len(slot.Eligible) > 0 || slot.Carries != nil {
			t.Errorf("the reporter is shown %+v", slot)
		}
	}
	if p := ForPublic(s, "ar", f, summittest.Noon); p.Stage != StageClosed || len(p.Speakers) > 0 || p.Item != "" {
		t.Errorf("the public is shown %+v", p)
	}
	if raw := wire(t, v); strings.Contains(raw, "Talks") {
		t.Error("the reporter is told the title of the item that has been closed")
	}
}

func TestPermittedIsWhatTheRulesPermit(t *testing.T) {
	everybody(t, func(r *rapid.T, v seen) {
		if v.public() {
			return
		}
		full := &eyes{s: v.s, few: v.s, me: v.me, now: v.view.Now}
		for _, x := range v.view.Seats {
			for kind, a := range map[string]summit.Act{
				"admit": summit.Admit{Seat: x.ID}, "dismiss": summit.Dismiss{Seat: x.ID},
				"give-floor": summit.GiveFloor{Seat: x.ID}, "lower-hand": summit.LowerHand{Seat: x.ID},
				"mute-seat": summit.MuteSeat{Seat: x.ID}, "revoke": summit.Revoke{Seat: x.ID},
				"open-private-word": summit.OpenPrivateWord{With: x.ID}, "pin": summit.Pin{Seat: x.ID},
				"stop-sharing": summit.StopSharing{Seat: x.ID},
				"reissue":      summit.Reissue{Seat: x.ID, Hash: unused},
			} {
				listed := slices.Contains(x.May, kind)
				if permitted := full.would(a); v.staff() && listed != permitted {
					r.Fatalf("%s may %s %s: listed %v, permitted %v", v.me.ID, kind, x.ID, listed, permitted)
				}
			}
		}
		for _, i := range v.view.Items {
			a := summit.StartItem{Item: i.ID, Ending: v.s.Current, Again: i.Again}
			if len(i.May) > 0 && !full.wouldIn(v.s, a, v.view.Now.Add(time.Minute)) {
				r.Fatalf("%s may not start %s", v.me.ID, i.ID)
			}
		}
		for _, c := range v.view.Room.Coverages {
			if !full.would(summit.SetCoverage{Coverage: c, Item: v.view.Room.Item}) {
				r.Fatalf("%s may not set %s", v.me.ID, c)
			}
		}
	})
}
