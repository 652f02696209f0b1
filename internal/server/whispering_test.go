//go:build linux

package server

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"

	"liqa/internal/plan"
	"liqa/internal/summit"
	"liqa/internal/view"
)

// everySound are the names of all slots of sound in a list.
func everySound(slots []plan.Slot) (names []string) {
	for _, s := range slots {
		switch s {
		case plan.Original1, plan.Original2, plan.Original3, plan.ChannelSlot, plan.Partner, plan.Private:
			names = append(names, string(s))
		}
	}
	return names
}

// An interpreter leaves the channel to whisper in one side's huddle. That side
// hears them; nobody else has a packet of it, in any slot: not the other side,
// not the partner, not the staff, not the press, not the recording. Nor of what
// is said in the huddle.
func TestWhisperingReachesOneSideOnly(t *testing.T) {
	takesItsTime(t)
	m := interpretedSummit(t, "interlock", "technician", "principal-a", "delegate-a", "principal-b", "delegate-b", "interpreter-1", "interpreter-2", "reporter")
	one := m.at["interpreter-1"]
	one.says('1', nil)
	m.at["principal-a"].says('a', nil)
	m.at["principal-b"].says('B', nil)
	m.floor("principal-b")
	adviser, whisperer := m.at["delegate-a"].listens(everySound(plan.RoomSlots)...), one.listens(everySound(plan.RoomSlots)...)
	others := map[string]*hearing{}
	for _, id := range []summit.SeatID{"officer", "technician", "principal-b", "delegate-b", "interpreter-2", "reporter"} {
		slots, g := plan.RoomSlots, m.at[id]
		switch id {
		case "reporter":
			slots = plan.PressSlots
		case "officer":
			g = m.officer
		}
		for slot, h := range g.listens(everySound(slots)...) {
			others[string(id)+" in "+slot] = h
		}
	}
	one.act("go-on-air", into("ru"))
	others["reporter in channel"].of(t, '1')

	m.at["delegate-a"].act("enter-huddle", nil)
	m.at["principal-a"].act("enter-huddle", nil)
	m.at["principal-a"].act("ask-whisper", map[string]any{"booth": "main"})
	one.until("that it is asked to whisper", func(v view.View) bool { return len(v.Whispers) > 0 })
	m.at["interpreter-2"].refused("not-on-air", "offer-handover", nil)
	one.act("answer-whisper", map[string]any{"delegation": "a", "agree": true})
	adviser["partner"].of(t, '1')
	adviser["private"].of(t, 'a')
	whisperer["private"].of(t, 'a')
	others["reporter in channel"].of(t, 'B') // the original is back
	one.refused("whispering", "go-on-air", into("ru"))
	m.at["delegate-b"].refused("enter-to-ask", "end-whisper", map[string]any{"booth": "main"})
	from := last(adviser["partner"], '1')
	fromHuddle := last(adviser["private"], 'a')
	for since := adviser["partner"].now(); adviser["partner"].now() < since+100; {
		time.Sleep(10 * time.Millisecond)
	}
	adviser["partner"].of(t, '1')
	to, toHuddle := last(adviser["partner"], '1'), last(adviser["private"], 'a')

	m.at["delegate-a"].act("end-whisper", map[string]any{"booth": "main"})
	one.until("that it is back", func(v view.View) bool { return v.Me.Whispers == "" })
	one.act("go-on-air", into("ru"))
	others["reporter in channel"].of(t, '1')
	m.officer.act("end-item", nil)
	m.officer.act("end-summit", nil)

	secret := func(w word) bool {
		return w.of == '1' && w.n >= from && w.n <= to || w.of == 'a' && w.n >= fromHuddle && w.n <= toHuddle
	}
	for where, h := range others {
		for _, w := range h.words() {
			if secret(w) {
				t.Fatalf("%s has frame %d of %q, which was said apart", where, w.n, w.of)
			}
		}
	}
	if to < from+90 || toHuddle < fromHuddle+90 {
		t.Errorf("in the huddle there were frames %d to %d and %d to %d only", from, to, fromHuddle, toHuddle)
	}
	recorded := 0
	err := filepath.WalkDir(m.recordings(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		file, err := os.ReadFile(path)
		for _, w := range voicesIn(file) {
			if recorded++; secret(w) {
				t.Errorf("%s has frame %d of %q, which was said apart", path, w.n, w.of)
				break
			}
		}
		return err
	})
	if err != nil || recorded == 0 {
		t.Errorf("%d frames are recorded: %v", recorded, err)
	}
}

// last is the number of the last frame of somebody that was heard.
func last(h *hearing, of byte) (n uint32) {
	for _, w := range h.words() {
		if w.of == of {
			n = w.n
		}
	}
	return n
}

// recordings waits until what has been recorded is finished, and says where it is.
func (m *interpreted) recordings(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(m.data, "record")
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if takes, _ := filepath.Glob(filepath.Join(dir, "*", string(m.id), "*", "manifest.json")); len(takes) >= 2 {
			return dir
		}
		if time.Now().After(end) {
			t.Fatal("the recording was not finished")
		}
	}
}

// Who signs is seen in the room and by the press while they are on air, whoever
// has the floor.
func TestTheSignersPictureGoesOnOverTheFloor(t *testing.T) {
	atItsLeisure(t)
	m := interpretedSummit(t, "interlock", "principal-a", "principal-b", "delegate-a", "signer", "reporter")
	m.at["principal-a"].says('A', nil)
	m.at["principal-b"].says('B', nil)
	m.at["signer"].speak("b-delegate")
	m.floor("principal-b")
	var came [2]atomic.Int64
	for i, id := range []summit.SeatID{"delegate-a", "reporter"} {
		if _, err := m.at[id].Receive(t.Context(), m.pool, func(slot string, _ *rtp.Packet) {
			if slot == "sign" {
				came[i].Add(1)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	m.at["signer"].act("go-on-air", into("rsl"))
	for _, floor := range []summit.SeatID{"principal-a", "principal-b", "delegate-a"} {
		m.floor(floor)
		for i := range came {
			before := came[i].Load()
			for end := time.Now().Add(20 * time.Second); came[i].Load() < before+15; time.Sleep(10 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("with the floor of %s, the signer is not seen by receiver %d", floor, i)
				}
			}
		}
	}
	m.at["signer"].act("go-off-air", nil)
	m.at["delegate-a"].until("that nobody signs", func(v view.View) bool {
		return !slices.ContainsFunc(v.Slots, func(s view.Slot) bool { return s.Slot == plan.Sign && len(s.Eligible) > 0 })
	})
}
