package view

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/summit/summittest"
)

func opening(tb testing.TB) summit.State {
	s := summittest.Enter(tb, summittest.Convened(tb))
	s = summittest.Do(tb, s, "officer", summit.StartItem{Item: "opening"})
	s = summittest.Do(tb, s, "delegate-b", summit.RaiseHand{})
	return summittest.Do(tb, s, "officer", summit.GiveFloor{Seat: "delegate-a"})
}

func TestThePrincipalsView(t *testing.T) {
	s := opening(t)
	v := For(s, "principal-a", facts(s), summittest.Noon.Add(time.Minute))
	want := Me{
		Seat: "principal-a", Role: summit.Principal, Delegation: "a", Name: summit.Text{"en": "Ms Orlova"}, Function: summit.Text{},
		Speaks: "ru", Hears: "ru", MayHear: []summit.Language{"en", "ru", "zh"}, Presence: summit.Present, Admitted: true,
		InRoom: true, MaySpeak: true, Connects: true, Sends: []plan.Kind{plan.Microphone, plan.Camera, plan.Screen},
		MayWhisper: []BoothName{}, MayShare: []summit.Audience{summit.ToTable}, MayHandIn: []summit.Audience{summit.ToTable, summit.ToDelegation, summit.ToBooths},
		Pictures: summit.FullPictures,
	}
	if d := cmp.Diff(want, v.Me); d != "" {
		t.Errorf("me (-want +got):\n%s", d)
	}
	room := Room{Item: "opening", Coverage: summit.Open, Coverages: []summit.Coverage{}, ReconveneIn: []summit.Coverage{},
		MayAdmit: []summit.Role{}, Screens: []Sharing{},
		Floor: "delegate-a", FloorSince: summittest.Noon, Queue: []summit.SeatID{"delegate-b"}}
	if d := cmp.Diff(room, v.Room); d != "" {
		t.Errorf("the room (-want +got):\n%s", d)
	}
	carried := map[plan.Slot]summit.SeatID{}
	for i, slot := range v.Slots {
		if slot.Slot != plan.RoomSlots[i] {
			t.Errorf("section %d is %s", i, slot.Slot)
		}
		if slot.Carries != nil {
			carried[slot.Slot] = slot.Carries.Seat
		}
	}
	// Its own channel carries the original, with its own microphone in it: empty.
	slots := map[plan.Slot]summit.SeatID{
		plan.Original1: "principal-b", plan.Picture1: "principal-b",
		plan.Original2: "delegate-a", plan.Picture2: "delegate-a",
		plan.Picture4: "delegate-b", plan.Picture5: "delegate-a2", plan.Picture6: "notes-a",
	}
	if d := cmp.Diff(slots, carried); d != "" {
		t.Errorf("the slots (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"leave", "mute", "raise-hand", "enter-huddle", "limit-pictures"}, v.May); d != "" {
		t.Errorf("permitted (-want +got):\n%s", d)
	}
	if len(v.Booths) > 0 || len(v.Seats) != 12 || v.Press == nil || v.Chats[0] != plan.DelegationChat {
		t.Errorf("booths %v, %d seats, press %v, chats %v", v.Booths, len(v.Seats), v.Press, v.Chats)
	}
}

func TestTheOfficersView(t *testing.T) {
	s := opening(t)
	f := facts(s)
	f.Measured.Press, f.Measured.Public = 2, 7
	v := For(s, "officer", f, summittest.Noon.Add(time.Minute))
	if d := cmp.Diff(&Press{SeatsPresent: 2, SeatsReceiving: 2, PublicReceiving: 7}, v.Press); d != "" {
		t.Errorf("the press (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]summit.Coverage{summit.Pool, summit.Closed}, v.Room.Coverages); d != "" {
		t.Errorf("coverages (-want +got):\n%s", d)
	}
	may := map[summit.SeatID][]string{}
	for _, x := range v.Seats {
		may[x.ID] = x.May
	}
	for id, want := range map[summit.SeatID][]string{
		"delegate-b": {"dismiss", "give-floor", "lower-hand", "mute-seat", "reissue", "revoke", "open-private-word", "ask", "limit-pictures", "pin"},
		"delegate-a": {"dismiss", "mute-seat", "reissue", "revoke", "open-private-word", "ask", "limit-pictures", "pin"},
		"reporter":   {"dismiss", "mute-seat", "reissue", "revoke", "ask", "limit-pictures"},
	} {
		if d := cmp.Diff(want, may[id]); d != "" {
			t.Errorf("with %s it may (-want +got):\n%s", id, d)
		}
	}
	principal := v.Seats[3]
	if d := cmp.Diff([]summit.SeatID{"delegate-a", "delegate-a2"}, principal.Desk.SubstituteBy); d != "" {
		t.Errorf("who can stand in (-want +got):\n%s", d)
	}
	if v.Items[0].State != InSession || len(v.Items[0].May) > 0 || len(v.Items[3].May) != 1 || v.Items[3].PlannedSeconds != 2400 {
		t.Errorf("the run of show: %+v", v.Items)
	}
	f.Measured.Press, f.Measured.Public = 0, 0
	if v := For(s, "officer", f, summittest.Noon); !v.Press.Clear {
		t.Error("nobody receives, and the room is not clear")
	}
}

func TestTheInterpretersView(t *testing.T) {
	s := opening(t)
	s = summittest.Do(t, s, "interpreter-1", summit.GoOnAir{Into: "ru"})
	s = summittest.Do(t, s, "interpreter-3", summit.GoOnAir{Into: "en"})
	s = summittest.Do(t, s, "interpreter-3", summit.SlowDown{Reason: summit.TooFast})
	v := For(s, "interpreter-2", facts(s), summittest.Noon)
	want := Booth{
		ID: "main", Name: summit.Text{"en": "Russian and Chinese"}, Outgoing: []summit.Language{"ru", "zh"},
		Seats: []summit.SeatID{"interpreter-1", "interpreter-2"}, OnAir: "interpreter-1", Into: "ru", Since: summittest.Noon,
		OwnLanguage: summittest.Noon, // Russian is spoken, and interpreted into Russian
		Shift: &Shift{Seat: "interpreter-1", Since: summittest.Noon, RemindAt: summittest.Noon.Add(summit.UsualTurn),
			Next: "interpreter-2", NextAt: summittest.Noon.Add(summit.UsualTurn)},
		Whispering: []summit.SeatID{}, MayCall: []summit.Role{summit.Technician, summit.Officer},
		Busy: []summit.Language{}, MayGoOnAir: []summit.Language{}, MayTakeOver: []summit.Language{"ru", "zh"},
	}
	if d := cmp.Diff(want, v.Booths[0]); d != "" {
		t.Errorf("the booth (-want +got):\n%s", d)
	}
	if v.Booths[1].Asked != nil {
		t.Error("what another booth asks is told")
	}
	if asked := For(s, "technician", facts(s), summittest.Noon).Booths[1].Asked; asked == nil || asked.Reason != summit.TooFast {
		t.Errorf("the technician is told that the booth asks %v", asked)
	}
	if d := cmp.Diff(Channel{Language: "ru", Carries: plan.CarriesDirect, Interpreter: "interpreter-1"}, v.Channels[1]); d != "" {
		t.Errorf("the channel (-want +got):\n%s", d)
	}
}

// What a booth asks of the speaker is told to the speaker, with its reason and
// without its name, and is forgotten with the floor.
func TestWhatTheBoothsAskOfTheSpeakerNamesNobody(t *testing.T) {
	s := opening(t) // delegate-a has the floor
	s = summittest.Do(t, s, "interpreter-3", summit.SlowDown{Reason: summit.TooQuiet})
	v := For(s, "delegate-a", facts(s), summittest.Noon)
	if d := cmp.Diff(&SlowDown{summit.TooQuiet, summittest.Noon}, v.Me.SlowDown); d != "" {
		t.Errorf("the speaker is told (-want +got):\n%s", d)
	}
	if raw := wire(t, v.Me.SlowDown); strings.Contains(raw, "interpreter") || strings.Contains(raw, "english") {
		t.Errorf("the speaker is told who asks: %s", raw)
	}
	if told := For(s, "principal-a", facts(s), summittest.Noon).Me.SlowDown; told != nil {
		t.Errorf("who does not speak is told %+v", told)
	}
	later, err := summit.Decide(s, "officer", summit.GiveFloor{Seat: "principal-b"}, summittest.Noon.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	s = summittest.Fold(s, later...)
	if told := For(s, "principal-b", facts(s), summittest.Noon).Me.SlowDown; told != nil {
		t.Errorf("the next speaker is told what was asked of the last: %+v", told)
	}
}

// Press and public see who signs, and are not told who it is; the room is.
func TestWhoSignsIsSeenAndNotNamed(t *testing.T) {
	d := summittest.Bilateral()
	d.Booths[1].Outgoing, d.Booths[1].Sign = []summit.Language{"ase"}, true
	s := summittest.Enter(t, summittest.Do(t, summit.State{}, summit.Administrator, summit.Convene{Description: d}))
	s = summittest.Do(t, s, "officer", summit.StartItem{Item: "opening"})
	s = marked(summittest.Do(t, s, "interpreter-3", summit.GoOnAir{Into: "ase"}))
	f := facts(s)
	sign := func(slots []Slot) Slot { return slots[len(slots)-1] }
	camera := func(of summit.SeatID) Slot {
		one := Source{Kind: plan.Camera, Seat: of}
		return Slot{Slot: plan.Sign, Eligible: []Source{one}, Carries: &one}
	}
	for _, l := range plan.PublicLanguages(s) {
		p := ForPublic(s, l, f, summittest.Noon)
		if d := cmp.Diff(camera(""), sign(p.Slots)); d != "" {
			t.Errorf("the public's (-want +got):\n%s", d)
		}
		if strings.Contains(wire(t, p), "interpreter-3") {
			t.Error("the public is told who signs")
		}
	}
	for id, told := range map[summit.SeatID]summit.SeatID{"reporter": "", "principal-a": "interpreter-3"} {
		v := For(s, id, f, summittest.Noon)
		if d := cmp.Diff(camera(told), sign(v.Slots)); d != "" {
			t.Errorf("%s (-want +got):\n%s", id, d)
		}
		if named := strings.Contains(wire(t, v), "interpreter-3"); named != (told != "") {
			t.Errorf("%s is told who signs: %v", id, named)
		}
	}
}

// At the least a reporter hears the table in the channel alone, and is told who
// is at it as before.
func TestWhoIsHeardInAChannelAloneIsNamed(t *testing.T) {
	s := opening(t)
	told := func() (ids []summit.SeatID) {
		for _, x := range For(s, "reporter", facts(s), summittest.Noon).Seats {
			ids = append(ids, x.ID)
		}
		return ids
	}
	before := told()
	s = summittest.Do(t, s, "reporter", summit.LimitPictures{To: summit.LeastMedia})
	if d := cmp.Diff([]summit.SeatID{"principal-a", "delegate-a", "principal-b", "reporter"}, told()); d != "" {
		t.Errorf("at the least (-want +got):\n%s", d)
	}
	if d := cmp.Diff(before, told()); d != "" {
		t.Errorf("before and at the least:\n%s", d)
	}
	s = summittest.Do(t, s, "officer", summit.SetCoverage{Coverage: summit.Closed})
	if d := cmp.Diff([]summit.SeatID{"reporter"}, told()); d != "" {
		t.Errorf("in a closed item (-want +got):\n%s", d)
	}
}

func TestThePublicsView(t *testing.T) {
	s := opening(t)
	p := ForPublic(s, "zh", facts(s), summittest.Noon)
	var names []string
	for _, x := range p.Speakers {
		names = append(names, fmt.Sprint(x.ID, " ", x.HasFloor))
	}
	if d := cmp.Diff([]string{"principal-a false", "delegate-a true", "principal-b false"}, names); d != "" {
		t.Errorf("the speakers (-want +got):\n%s", d)
	}
	if p.Stage != StageLive || p.Item != "opening" || p.Slots[4].Eligible[0].Language != "zh" {
		t.Errorf("%+v", p)
	}
	titles := []string{}
	for _, x := range p.Items {
		titles = append(titles, x.Title.In("en"))
	}
	if d := cmp.Diff([]string{"Opening remarks", "", "", "", "Closing remarks"}, titles); d != "" {
		t.Errorf("the titles (-want +got):\n%s", d)
	}
	stages := []Stage{}
	for _, a := range []summit.Act{summit.Recess{}, summit.Reconvene{}, summit.EndItem{}, summit.EndSummit{}} {
		s = summittest.Do(t, s, "officer", a)
		stages = append(stages, ForPublic(s, "zh", facts(s), summittest.Noon).Stage)
	}
	if d := cmp.Diff([]Stage{StageRecess, StageClosed, StageClosed, StageEnded}, stages); d != "" {
		t.Errorf("the stages (-want +got):\n%s", d)
	}
}

// BenchmarkFor is the officer's and a reporter's view with 1,000 press seats.
func BenchmarkFor(b *testing.B) {
	s := opening(b)
	for i := range 1000 {
		x, _ := s.Seat("reporter")
		x.ID = summit.SeatID(fmt.Sprintf("reporter-%d", i+3))
		s.Seats = append(s.Seats, x)
	}
	f := facts(s)
	for _, id := range []summit.SeatID{"officer", "principal-a", "reporter"} {
		b.Run(string(id), func(b *testing.B) {
			for b.Loop() {
				For(s, id, f, summittest.Noon)
			}
		})
	}
}

func TestAPictureThatIsReducedSaysWhy(t *testing.T) {
	s := opening(t)
	f := facts(s)
	me := plan.SeatReceiver("principal-a")
	f.Measured.Reduced = map[plan.Receiver]map[plan.Slot]string{me: {plan.Picture1: "line", plan.ScreenSlot: "hand"}}
	for _, slot := range For(s, "principal-a", f, summittest.Noon).Slots {
		want := ""
		if slot.Slot == plan.Picture1 {
			want = "line" // nobody shares a screen
		}
		if slot.Reduced != want {
			t.Errorf("%s is said to be reduced by %q, and not %q", slot.Slot, slot.Reduced, want)
		}
	}
	for _, slot := range For(s, "principal-b", f, summittest.Noon).Slots {
		if slot.Reduced != "" {
			t.Errorf("another's line is told: %+v", slot)
		}
	}
}
