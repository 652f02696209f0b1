package wall

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"liqa/internal/summit"
)

// scene is a meeting in which all is well, seen once a second.
type scene struct {
	wall   *Wall
	now    time.Time
	second int
	press  int // seats of it
	// spoil changes an observation before it is taken; nil changes nothing.
	spoil func(*Observation)
	// own is what A's screen says of itself each second; nil says nothing.
	own func(*Report)
}

func newScene() *scene {
	return &scene{wall: New(), now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), press: 3}
}

func (s *scene) observation() Observation {
	n := uint64(s.second)
	o := Observation{At: s.now,
		Room: Room{Flows: true, Floor: "a", OnAir: []OnAir{{"ru", "i"}}, Seats: []Seat{
			{ID: "a", Role: summit.Principal, Present: true}, {ID: "b", Role: summit.Principal, Present: true},
			{ID: "i", Role: summit.Interpreter, Present: true}, {ID: "t", Role: summit.Technician, Present: true}}},
		Slots:    []Slot{{Seat: "a", Slot: "picture-1", Of: "b", Kind: Camera, Layer: -1, Bytes: n * 60_000}},
		Recorder: Recorder{Wanted: true, Take: "0001-opening", Bytes: n * 200_000},
		Disk:     Disk{Free: 500 << 30, Size: 1000 << 30},
		Journal:  Journal{Revision: 40 + n},
		Machine:  Machine{CPU: 0.1, Memory: 90 << 20, In: n * 400, Out: n * 900},
	}
	for _, seat := range []summit.SeatID{"a", "b", "i"} {
		o.Connections = append(o.Connections,
			Connection{Seat: seat, Way: In, Session: "in-" + string(seat), Transport: "udp", Bytes: n * 50_000, Packets: n * 100, Jitter: 4 * time.Millisecond},
			Connection{Seat: seat, Way: Out, Session: "out-" + string(seat), Transport: "udp", Bytes: n * 125_000, Packets: n * 150, Delay: 20 * time.Millisecond})
		o.Sources = append(o.Sources, Source{Kind: Microphone, Seat: seat, Codec: "opus", Level: -30, Last: s.now, Bytes: n * 8000, Packets: n * 50})
		if seat != "i" {
			o.Sources = append(o.Sources, Source{Kind: Camera, Seat: seat, Codec: "H.264", Last: s.now, Bytes: n * 42_000})
		}
	}
	o.Sources = append(o.Sources, Source{Kind: Channel, Language: "ru", Codec: "opus", Level: -30, Last: s.now, Bytes: n * 8000})
	for i := range s.press {
		seat := summit.SeatID(fmt.Sprintf("press-%d", i))
		o.Room.Seats = append(o.Room.Seats, Seat{ID: seat, Role: summit.Reporter, Present: true})
		o.Connections = append(o.Connections, Connection{Seat: seat, Way: Out, Session: "out-" + string(seat), Transport: "udp", Bytes: n * 125_000, Delay: time.Duration(i) * time.Millisecond})
	}
	return o
}

func (s *scene) report() Report {
	return Report{Browser: Browser{Name: "Chromium", Version: "156"}, Microphone: &OwnSound{Device: "headset", Level: -20, Peak: -8},
		Slots: map[string]Received{"picture-1": {FPS: 25, Rate: 480}}}
}

// pass lets so many seconds pass, and gives the codes that stand at the end.
func (s *scene) pass(seconds int) (codes []Code) {
	for range seconds {
		s.second++
		s.now = s.now.Add(time.Second)
		if s.own != nil {
			r := s.report()
			s.own(&r)
			s.wall.Report("a", r, s.now)
		}
		o := s.observation()
		if s.spoil != nil {
			s.spoil(&o)
		}
		s.wall.Take(o)
	}
	for _, a := range s.wall.alarms {
		codes = append(codes, a.Code)
	}
	return codes
}

func of(o *Observation, kind Kind, seat summit.SeatID) *Source {
	i := slices.IndexFunc(o.Sources, func(s Source) bool { return s.Kind == kind && s.Seat == seat })
	return &o.Sources[i]
}

func way(o *Observation, session string) *Connection {
	i := slices.IndexFunc(o.Connections, func(c Connection) bool { return c.Session == session })
	return &o.Connections[i]
}

var well = func(*Report) {}

func TestAHealthyMeetingHasNoAlarm(t *testing.T) {
	s := newScene()
	s.own = well
	for range 40 {
		if codes := s.pass(10); len(codes) > 0 {
			t.Fatalf("after %d s: %v", s.second, codes)
		}
	}
}

// Each fault is one alarm, at its seat, after the time of its rule and not
// before; and it ends when the fault does.
func TestEveryFaultIsOneAlarmAndEnds(t *testing.T) {
	stop := func(kind Kind, seat summit.SeatID) func(*Observation) {
		var at time.Time
		return func(o *Observation) {
			if at.IsZero() {
				at = o.At
			}
			of(o, kind, seat).Last = at
		}
	}
	for _, f := range []struct {
		want  Alarm
		not   int // after so many seconds it is none yet
		spoil func(*Observation)
		own   func(*Report)
	}{
		{Alarm{Code: SilentFloor, Seat: "a"}, 8, func(o *Observation) { of(o, Microphone, "a").Level = -90 }, nil},
		{Alarm{Code: Clipping, Seat: "a"}, 3, nil, func(r *Report) { r.Microphone.Clipped = 0.02 }},
		{Alarm{Code: Narrowband, Seat: "a"}, 4, nil, func(r *Report) { r.Microphone.Edge = 8000 }},
		{Alarm{Code: Loss, Seat: "b", Way: Out}, 3, func(o *Observation) { way(o, "out-b").Lost = 0.08 }, nil},
		{Alarm{Code: Loss, Seat: "b", Way: In}, 3, func(o *Observation) { way(o, "in-b").Lost = 0.2 }, nil},
		{Alarm{Code: PressLoss}, 5, func(o *Observation) { way(o, "out-press-1").Lost = 0.1 }, nil},
		{Alarm{Code: PictureStopped, Seat: "b"}, 2, stop(Camera, "b"), nil},
		{Alarm{Code: PictureFrozen, Seat: "a", Of: "b"}, 1, nil, func(r *Report) { r.Slots["picture-1"] = Received{Frozen: 2} }},
		{Alarm{Code: ChannelSilent, Seat: "i", Language: "ru"}, 2, stop(Microphone, "i"), nil},
		{Alarm{Code: ChannelSilent, Seat: "i", Language: "ru"}, 2, func(o *Observation) { of(o, Microphone, "i").Seat = "" }, nil},
		{Alarm{Code: DiskLow}, 1, func(o *Observation) { o.Disk.Free = 1 << 30 }, nil},
		{Alarm{Code: RecorderFailing, Why: "picture"}, 2, func(o *Observation) { o.Recorder.Faults = []string{"picture"} }, nil},
		{Alarm{Code: RecorderFailing}, 2, func(o *Observation) { o.Recorder.Take = "" }, nil},
		{Alarm{Code: JournalBehind}, 0, func(o *Observation) { o.Journal.Behind = true }, nil},
		{Alarm{Code: Unseen, Seat: "x"}, 0, func(o *Observation) { o.Differences = []Difference{{Unseen, "x"}} }, nil},
		{Alarm{Code: Missing, Seat: "b"}, 0, func(o *Observation) { o.Differences = []Difference{{Missing, "b"}} }, nil},
		{Alarm{Code: NotClear}, 0, func(o *Observation) { o.Differences = []Difference{{NotClear, ""}} }, nil},
		{Alarm{Code: Strained, Why: "cpu"}, 4, func(o *Observation) { o.Machine.Near, o.Machine.Why = true, "cpu" }, nil},
		{Alarm{Code: Full, Why: "lag", Press: 2, Public: 7}, 0, func(o *Observation) {
			o.Machine.Near, o.Machine.Full, o.Machine.Why, o.Outside = true, true, "lag", Outside{2, 7}
		}, nil},
	} {
		name := fmt.Sprint(f.want.Code, f.want.Seat, f.want.Way)
		s := newScene()
		s.own = well
		s.pass(5)
		s.spoil = f.spoil
		if f.own != nil {
			s.own = f.own
		}
		if codes := s.pass(f.not); len(codes) > 0 {
			t.Errorf("%s: after %d s already %v", name, f.not, codes)
		}
		s.pass(6)
		got := slices.Clone(s.wall.alarms)
		if len(got) != 1 {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		if since := s.now.Sub(got[0].Since); since < 3*time.Second || since > time.Duration(f.not+6)*time.Second {
			t.Errorf("%s began %v ago", name, since)
		}
		got[0].Since, got[0].Figure = time.Time{}, 0
		if got[0] != f.want {
			t.Errorf("%s: %+v", name, got[0])
		}
		s.spoil, s.own = nil, well
		if codes := s.pass(12); len(codes) > 0 {
			t.Errorf("%s has ended, and %v stands", name, codes)
		}
	}
}

// Whoever counts alarms by their codes counts all of them.
func TestEveryRuleHasItsCode(t *testing.T) {
	if len(Codes) != len(rules) {
		t.Errorf("%d codes and %d rules", len(Codes), len(rules))
	}
	for _, c := range Codes {
		if _, ok := rules[c]; !ok {
			t.Errorf("%s has no rule", c)
		}
	}
}

// What comes and goes faster than its rule allows is not said each time: it is
// neither raised by a moment, nor ended by one.
func TestAnAlarmDoesNotFlicker(t *testing.T) {
	s := newScene()
	bad := func(o *Observation) { way(o, "out-b").Lost = 0.12 }
	for range 10 {
		s.spoil = bad
		if codes := s.pass(2); len(codes) > 0 {
			t.Fatalf("a moment's loss is %v", codes)
		}
		s.spoil = nil
		s.pass(2)
	}
	s.spoil = bad
	s.pass(10)
	since := s.wall.alarms[0].Since
	for range 10 {
		s.spoil = nil
		s.pass(3)
		s.spoil = func(o *Observation) { way(o, "out-b").Lost = 0.06 } // between right and wrong
		s.pass(1)
		s.spoil = bad
		if codes := s.pass(2); len(codes) != 1 || !s.wall.alarms[0].Since.Equal(since) {
			t.Fatalf("it was ended by a moment: %v", s.wall.alarms)
		}
	}
}

// What is lost on a speaker's way to the server is the speaker's loss, and
// nobody else's who looks at them.
func TestLossOnTheWayInIsOneSeats(t *testing.T) {
	s := newScene()
	s.spoil = func(o *Observation) {
		way(o, "in-b").Lost, way(o, "out-a").Lost = 0.2, 0.21
		if s.second > 30 { // with the slot's own report
			o.Slots[0].Lost = 0.2
		}
	}
	for range 2 {
		if s.pass(30); len(s.wall.alarms) != 1 || s.wall.alarms[0].Seat != "b" || s.wall.alarms[0].Way != In {
			t.Errorf("%+v", s.wall.alarms)
		}
	}
	s.spoil = func(o *Observation) { way(o, "in-b").Lost, way(o, "out-a").Lost, o.Slots[0].Lost = 0.2, 0.4, 0.4 }
	if s.pass(20); len(s.wall.alarms) != 2 {
		t.Errorf("A's own loss is overlooked: %+v", s.wall.alarms)
	}
}

// Who is muted, gone, or not in the room is not blamed for being silent.
func TestSilenceIsNoAlarmWhereItIsRight(t *testing.T) {
	hush := func(o *Observation) { of(o, Microphone, "a").Level = -127 }
	for name, spoil := range map[string]func(*Observation){
		"muted":  func(o *Observation) { hush(o); o.Room.Seats[0].Muted = true },
		"recess": func(o *Observation) { hush(o); o.Room.Flows = false },
		"gone":   func(o *Observation) { hush(o); o.Room.Seats[0].Present = false },
		"floor":  func(o *Observation) { hush(o); o.Room.Floor = "b" },
	} {
		s := newScene()
		s.spoil = spoil
		if codes := s.pass(30); len(codes) > 0 {
			t.Errorf("%s: %v", name, codes)
		}
	}
}

// A report is believed about its own seat only, and not for long.
func TestAReportSpeaksForItselfAndNotForLong(t *testing.T) {
	s := newScene()
	s.own = func(r *Report) { r.Microphone.Clipped = 0.5 }
	s.pass(10)
	if len(s.wall.alarms) != 1 || s.wall.alarms[0].Seat != "a" {
		t.Fatalf("%+v", s.wall.alarms)
	}
	s.own = nil
	if s.pass(12); len(s.wall.alarms) > 0 {
		t.Errorf("a report of 12 s ago still counts: %+v", s.wall.alarms)
	}
	if v := s.wall.Look(false, false); v.Seats[0].Own != nil {
		t.Error("a report of 12 s ago is still shown")
	}
}

// A hidden page draws nothing, and is not blamed for it.
func TestAHiddenPageIsNotFrozen(t *testing.T) {
	s := newScene()
	s.own = func(r *Report) { r.Hidden, r.Slots["picture-1"] = true, Received{Frozen: 2} }
	if codes := s.pass(20); len(codes) > 0 {
		t.Error(codes)
	}
}

func TestWhatIsShown(t *testing.T) {
	s := newScene()
	s.own, s.press = well, 40
	s.spoil = func(o *Observation) { way(o, "out-press-17").Lost = 0.03 }
	s.pass(20)
	v := s.wall.Look(true, false)
	if len(v.Seats) != 4 || v.Seats[0].Seat != "a" || v.Seats[3].Seat != "t" {
		t.Fatalf("rows %+v", v.Seats)
	}
	a := v.Seats[0]
	if a.In == nil || a.In.Rate != 400 || a.Out == nil || a.Out.Rate != 1000 || a.Out.Delay != 20 || a.In.Jitter != 4 {
		t.Errorf("A's ways: %+v %+v", a.In, a.Out)
	}
	if len(a.Sources) != 2 || a.Sources[0].Rate != 64 || a.Sources[0].Level != -30 || len(a.Slots) != 1 || a.Slots[0].Plays == nil || a.Slots[0].Plays.FPS != 25 {
		t.Errorf("A's sources and slots: %+v %+v", a.Sources, a.Slots)
	}
	if p := v.Press; p.Connections != 40 || len(p.Worst) != fewest || p.Worst[0].Seat != "press-17" || p.Rate != 40_000 || p.Delay != 20 {
		t.Errorf("the press: %+v", p)
	}
	if all := s.wall.Look(false, true); len(all.Press.Worst) != 40 || all.History != nil {
		t.Errorf("asked for all of the press: %d", len(all.Press.Worst))
	}
	if v.Recorder.Rate != 1600 || v.Server.Out != 900 || v.Channels[0].OnAir != "i" {
		t.Errorf("%+v %+v %+v", v.Recorder, v.Server, v.Channels)
	}
	lines := v.History.Seats["a"]
	if got := lines["outRate"]; len(got) != 20 || got[19] != 1000 || lines["level"][10] != -30 {
		t.Errorf("the lines: %v", lines)
	}
	if v.History.Seats["press-1"] != nil {
		t.Error("lines are kept of each press seat")
	}
	s.pass(2 * span)
	if got := s.wall.Look(true, false).History.Server["out"]; len(got) != span {
		t.Errorf("%d moments are kept", len(got))
	}
}

// A source that begins anew, with its counters at nothing, is not a burst.
func TestACounterThatBeginsAgain(t *testing.T) {
	s := newScene()
	s.pass(10)
	s.spoil = func(o *Observation) { way(o, "out-a").Bytes = uint64(s.second) } // begun again
	s.pass(1)
	if got := s.wall.Look(false, false).Seats[0].Out.Rate; got > 1000 || got < 0 {
		t.Errorf("%v kbit/s", got)
	}
}

// A gap is null, not nought, and there is no number that JSON has not.
func TestTracesInJSON(t *testing.T) {
	text, err := json.Marshal(Trace{1, 2.25, unknown, -30, float32(math.Inf(1))})
	if err != nil || string(text) != "[1,2.3,null,-30,null]" {
		t.Errorf("%s %v", text, err)
	}
}

// The front end's types have the members that are sent, and no others.
func TestTheFrontEndsTypes(t *testing.T) {
	checkTypes(t, "../../web/src/protocol/wall.ts", View{}, Report{})
}

// A thousand press seats and a few others, once a second.
func BenchmarkAThousandPressSeats(b *testing.B) {
	s := newScene()
	s.press = 1000
	s.pass(3)
	o := s.observation()
	bytes := 0
	for b.Loop() {
		o.At = o.At.Add(time.Second)
		s.wall.Take(o)
		text, err := json.Marshal(s.wall.Look(false, false))
		if err != nil {
			b.Fatal(err)
		}
		bytes = len(text)
	}
	b.ReportMetric(float64(bytes), "bytes/message")
	if strings.Count(fmt.Sprint(s.wall.lines), "press-") > 0 {
		b.Error("lines are kept of the press")
	}
}

// What an interpreter's test has found stays at the seat when its page is gone.
func TestATestBeforeAirStays(t *testing.T) {
	s := newScene()
	s.wall.Report("i", Report{AirTest: &AirTest{Ago: 90, Faults: []string{"hum"}}}, s.now)
	s.pass(60)
	began := s.now.Add(-time.Minute - 90*time.Second)
	for _, row := range s.wall.Look(false, false).Seats {
		switch {
		case row.Seat != "i" && row.AirTest != nil:
			t.Errorf("%s has the test of another", row.Seat)
		case row.Seat == "i" && (row.AirTest == nil || row.AirTest.Faults[0] != "hum" || row.AirTestAt.Sub(began).Abs() > time.Second || row.Own != nil):
			t.Errorf("%+v at %v, want that of %v", row.AirTest, row.AirTestAt, began)
		}
	}
}
