//go:build linux

package server

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// openItem is an open item with both principals on camera and the press and
// the public watching, all over real WebRTC, at a server in a process of its
// own.
type openItem struct {
	*house
	officer, a, b *guest
	mine, theirs  *ears // of principals a and b
	press         map[string]*ears
}

func opened(tb testing.TB, at address) *openItem {
	tb.Helper()
	o := &openItem{house: convened(tb, at, bilateral(3)), press: map[string]*ears{}}
	o.officer = o.enter(nil, "officer")
	o.a, o.b = o.enter(o.officer, "principal-a"), o.enter(o.officer, "principal-b")
	o.officer.act("start-item", map[string]any{"item": "opening"})
	o.a.speak("a-principal")
	o.b.speak("b-principal")
	o.mine, o.theirs = o.a.listen(), o.b.listen()
	for _, seat := range []summit.SeatID{"reporter-0", "reporter-1", "reporter-2"} {
		o.press[string(seat)] = o.enter(o.officer, seat).listen()
	}
	for who, e := range o.press {
		e.more(tb, who)
		e.sees(tb, who)
	}
	o.mine.more(tb, "principal A")
	o.theirs.more(tb, "principal B")
	return o
}

// history is the entries of the exported journal; its first line is the
// signature of the moment.
func (o *openItem) history() [][]byte {
	o.tb.Helper()
	whole := o.call(http.MethodGet, "/api/summits/"+string(o.id)+"/export", nil)
	entries := slices.Collect(bytes.Lines(whole))[1:]
	if len(entries) < 10 {
		o.tb.Fatalf("the export has %d entries:\n%.300s", len(entries), whole)
	}
	return entries
}

var behind = plan.Alarm{Code: plan.JournalBehind}

// cutWithin is how long after the command the last packet may leave for the
// press. A machine that is busy with other tests takes longer, for the command
// too; the long test is strict.
func cutWithin() time.Duration {
	if long() {
		return 50 * time.Millisecond
	}
	return 500 * time.Millisecond
}

// closesUnrecorded closes the item to the press while the journal cannot be
// written, and demands everything that must hold then.
func (o *openItem) closesUnrecorded() {
	o.tb.Helper()
	began := time.Now()
	answer, told := make(chan string, 1), time.Duration(0)
	go func() {
		code := o.officer.try("set-coverage", map[string]any{"coverage": "closed"})
		told = time.Since(began)
		answer <- code
	}()
	time.Sleep(time.Second)
	worst := -time.Hour
	for who, e := range o.press {
		if late := e.after(began); late > cutWithin() {
			o.tb.Errorf("%s was sent something %v after the command", who, late)
		}
		if e.slates.Load() == 0 {
			o.tb.Errorf("%s still looks at the last picture", who)
		}
		worst = max(worst, e.after(began))
	}
	o.mine.more(o.tb, "principal A, after the closing,")
	o.theirs.more(o.tb, "principal B, after the closing,")
	if code := <-answer; code != "cut-unrecorded" {
		o.tb.Errorf("the officer is told %q", code)
	}
	o.officer.until("the alarm", func(v view.View) bool {
		return v.Room.Coverage == summit.Closed && slices.Contains(v.Alarms, behind)
	})
	if code := o.officer.try("set-coverage", map[string]any{"coverage": "open", "item": "opening"}); code != "journal-behind" {
		o.tb.Errorf("opening while the journal is behind: %q", code)
	}
	for who, e := range o.press {
		if late := e.after(began); late > cutWithin() {
			o.tb.Errorf("%s was sent something %v after the command", who, late)
		}
	}
	o.tb.Logf("last packet to the press %v after the command; the officer was told after %v", worst, told)
}

// beginsCut demands that a server that has been started again has all that was
// acknowledged, the entries and so many more, and gives the press nothing until the officer resumes.
func (o *openItem) beginsCut(before [][]byte, more int) {
	o.tb.Helper()
	after := o.history()
	if len(after) < len(before)+more || !slices.EqualFunc(before, after[:len(before)], bytes.Equal) {
		o.tb.Fatalf("of %d and %d entries that were acknowledged, the history has not all: %d", len(before), more, len(after))
	}
	for _, seat := range []summit.SeatID{"officer", "principal-a", "reporter-0"} {
		o.reissue(seat)
	}
	officer := o.enter(nil, "officer")
	officer.until("that it begins cut", func(v view.View) bool {
		return v.Room.Item == "opening" && v.Room.Coverage == summit.Closed && !slices.Contains(v.Alarms, behind)
	})
	principal := o.enter(officer, "principal-a")
	principal.speak("a-principal")
	reporter := o.enter(officer, "reporter-0").listen()
	time.Sleep(500 * time.Millisecond)
	if n := reporter.packets.Load(); n > 0 {
		o.tb.Errorf("after the restart the press gets %d packets before the officer resumes", n)
	}
	if officer.View().Room.ResumeNeeded {
		officer.act("resume-coverage", map[string]any{"item": "opening"})
	} else { // the closing is in the record
		officer.act("set-coverage", map[string]any{"coverage": "open", "item": "opening"})
	}
	reporter.more(o.tb, "the press, after the officer has opened the item again,")
}

// With the journal's disk full, closing to the press is done at once, said to
// be unrecorded, and still closed after a kill.
func TestClosingToThePressWithAFullDisk(t *testing.T) {
	g := newGround(t, "tmpfs", "journal")
	o := opened(t, g.do("start"))
	before := o.history()
	g.do("fill")
	acknowledged := o.untilRefused()
	o.closesUnrecorded()
	g.says(o.raised("journal-behind"))
	g.do("kill")
	o.startOnAFullDisk(g)
	g.do("free")
	o.at = g.do("start")
	o.beginsCut(before, acknowledged)
}

// With the journal's disk stalled, likewise; and what waited for the disk when
// the server was killed opens nothing.
func TestClosingToThePressWithAStalledDisk(t *testing.T) {
	g := newGround(t, "ext4", "journal")
	o := opened(t, g.do("start"))
	before := o.history()
	g.do("stall")
	o.closesUnrecorded()
	g.do("kill")
	o.at = g.do("start")
	o.beginsCut(before, 0)
}

// untilRefused has a principal mute and unmute until the disk has no room for
// it, and returns how often that was acknowledged: the last page may have had
// some.
func (o *openItem) untilRefused() (acknowledged int) {
	o.tb.Helper()
	for range 200 {
		switch code := o.b.try("mute", map[string]any{"on": acknowledged%2 == 0}); code {
		case "":
			acknowledged++
		case "cut-unrecorded", "journal-behind":
			return acknowledged
		default:
			o.tb.Fatalf("on a full disk: %s", code)
		}
	}
	o.tb.Fatal("the disk does not become full")
	return acknowledged
}

// startOnAFullDisk starts the server while there is no room: it serves, or
// says why it does not.
func (o *openItem) startOnAFullDisk(g *ground) {
	o.tb.Helper()
	if !g.mounted {
		return // the limit has ended with the process
	}
	a := g.try("start")
	if a.Fault == "" {
		g.do("kill")
		return
	}
	if !strings.Contains(a.Fault, "no space left") && !strings.Contains(a.Fault, "full") {
		o.tb.Errorf("a server that cannot start on a full disk says: %s", a.Fault)
	}
}

// says waits until the server's log has every one of these words.
func (g *ground) says(words ...string) {
	g.tb.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		text := g.log()
		missing := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.Contains(text, w) })
		if len(missing) == 0 {
			return
		}
		if time.Now().After(end) {
			g.tb.Fatalf("the log does not say %q:\n%s", missing, text)
		}
	}
}

// saysOnce demands that of no track the log says twice, with nothing between,
// that it is recorded again.
func (g *ground) saysOnce() {
	g.tb.Helper()
	again := map[string]bool{}
	for _, said := range regexp.MustCompile(`msg="(something cannot be recorded|it is recorded again)" \S+ track=(\S+)`).FindAllStringSubmatch(g.log(), -1) {
		is := said[1] == "it is recorded again"
		if is && again[said[2]] {
			g.tb.Errorf("it is said twice that %s is recorded again:\n%s", said[2], g.log())
		}
		again[said[2]] = is
	}
	if len(again) == 0 {
		g.tb.Error("the log does not say which tracks cannot be recorded")
	}
}

// raised is how the log says that an alarm has begun, and lowered that it has
// ended.
func (o *openItem) raised(code string) string {
	return `msg="an alarm" summit=` + string(o.id) + ` alarm=` + code
}

func (o *openItem) lowered(code string) string {
	return `msg="an alarm has ended" summit=` + string(o.id) + ` alarm=` + code
}

// With the disk of the recordings full, the meeting and its journal go on, and
// the log says what is not recorded.
func TestAFullDiskOfRecordingsStopsOnlyTheRecording(t *testing.T) {
	atItsLeisure(t)
	takesItsTime(t)
	g := newGround(t, "tmpfs", "record")
	o := opened(t, g.do("start"))
	g.do("fill")
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(g.log(), "something cannot be recorded") {
		if time.Now().After(deadline) {
			t.Fatalf("nobody is told that the recording's disk is full:\n%s", g.log())
		}
		time.Sleep(100 * time.Millisecond)
	}
	for who, e := range o.press {
		e.more(t, who)
	}
	o.mine.more(t, "principal A")
	if !g.mounted {
		return // the limit is the journal's too
	}
	g.says(o.raised("disk-low"), o.raised("recorder-failing"))
	o.officer.act("set-coverage", map[string]any{"coverage": "closed"})
	o.officer.act("set-coverage", map[string]any{"coverage": "open", "item": "opening"})
	for who, e := range o.press {
		e.more(t, who)
	}
	g.do("free")
	began := regexp.MustCompile(`take=(\S+) coverage=open`).FindAllStringSubmatch(g.log(), -1)
	segments := "/s/" + string(o.id) + "/record/" + began[len(began)-1][1] + "/picture/playlist.m3u8"
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if status, text := call(t, http.DefaultClient, "GET", o.at.URL+segments, "", nil); status == http.StatusOK && strings.Contains(text, ".m4s") {
			g.says(o.lowered("disk-low"), o.lowered("recorder-failing"))
			g.saysOnce()
			return
		}
		if time.Now().After(end) {
			t.Fatalf("with room again, nothing is recorded:\n%s", g.log())
		}
	}
}
