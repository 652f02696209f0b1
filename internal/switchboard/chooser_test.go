package switchboard

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func roomSlots() []SlotSpec {
	list := []SlotSpec{}
	for k := 1; k <= 3; k++ {
		list = append(list,
			soundSlot(SlotID(fmt.Sprint("original-", k)), k, uint32(10+k)),
			pictureSlot(SlotID(fmt.Sprint("picture-", k)), k, uint32(20+k)))
	}
	return append(list,
		pictureSlot("picture-4", 0, 34), pictureSlot("picture-5", 0, 35),
		soundSlot("channel", 0, 36), soundSlot("private", 0, 37))
}

func laidOut(specs []SlotSpec) []slot {
	slots := make([]slot, len(specs))
	for i, s := range specs {
		slots[i].init(i, s)
	}
	return slots
}

// idle makes a source without a board.
func idle(id SourceID, o Origin, k Kind, c Codec) *Source {
	s := &Source{spec: SourceSpec{ID: id, Origin: o, Kind: k, Codec: c}}
	s.level.last.Store(int64(never))
	return s
}

// Over random sets, levels and comings and goings: the choice never leaves the
// set, a pair carries one origin, no two pairs carry the same, and a further
// slot carries nothing that another one does.
func TestChoiceStaysInTheSet(t *testing.T) {
	specs := roomSlots()
	rapid.Check(t, func(t *rapid.T) {
		all := map[SourceID]*Source{}
		var sounds, pictures []SourceID
		for i := range rapid.IntRange(1, 7).Draw(t, "origins") {
			o := Origin(fmt.Sprint("o", i))
			sound, picture := SourceID(o+"/s"), SourceID(o+"/p")
			if rapid.IntRange(0, 5).Draw(t, "has sound") > 0 {
				all[sound] = idle(sound, o, Audio, Opus)
			}
			if rapid.IntRange(0, 5).Draw(t, "has picture") > 0 {
				all[picture] = idle(picture, o, Video, VP9)
			}
			sounds, pictures = append(sounds, sound), append(pictures, picture)
		}
		draw := func(ids []SourceID) Set {
			s := Set{Sources: rapid.SliceOfN(rapid.SampledFrom(ids), 0, 5).Draw(t, "set")}
			if rapid.Bool().Draw(t, "prefers") {
				s.Prefer = rapid.SampledFrom(ids).Draw(t, "prefer")
			}
			return s.tidy()
		}
		slots := laidOut(specs)
		sets := Slots{}
		c := newChooser("", slots)
		now := instant(0)
		for range 30 {
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				for _, s := range specs {
					if s.Kind == Audio {
						sets[s.ID] = draw(sounds)
					} else {
						sets[s.ID] = draw(pictures)
					}
				}
				c.fill(slots, sets, all, c.choice)
			case 1: // one leaves or comes back
				id := rapid.SampledFrom(pictures).Draw(t, "id")
				if all[id] != nil {
					delete(all, id)
				} else {
					all[id] = idle(id, Origin(id[:2]), Video, VP9)
				}
				c.fill(slots, sets, all, c.choice)
			default:
				for _, id := range sounds {
					if s := all[id]; s != nil {
						s.level.add(rapid.Uint8Range(0, 127).Draw(t, "level"), now)
					}
				}
			}
			now = now.add(time.Duration(rapid.Int64Range(0, int64(2*time.Second)).Draw(t, "later")))
			c.choose(now)
			checkChoice(t, c, slots, sets, all)
		}
	})
}

func checkChoice(t *rapid.T, c *chooser, slots []slot, sets Slots, all map[SourceID]*Source) {
	t.Helper()
	pairs := map[int]Origin{}
	origins := map[Origin]int{}
	for i, s := range c.choice {
		spec := slots[i].spec
		if s == nil {
			continue
		}
		if !slices.Contains(sets[spec.ID].Sources, s.spec.ID) || all[s.spec.ID] != s {
			t.Fatalf("slot %s carries %s, which is not in %v", spec.ID, s.spec.ID, sets[spec.ID])
		}
		if spec.Pair == 0 {
			continue
		}
		if o, is := pairs[spec.Pair]; is && o != s.spec.Origin {
			t.Fatalf("pair %d carries %s and %s", spec.Pair, o, s.spec.Origin)
		}
		pairs[spec.Pair] = s.spec.Origin
		if k, is := origins[s.spec.Origin]; is && k != spec.Pair {
			t.Fatalf("pairs %d and %d both carry %s", k, spec.Pair, s.spec.Origin)
		}
		origins[s.spec.Origin] = spec.Pair
	}
	for i, s := range c.choice {
		spec := slots[i].spec
		if s == nil || spec.Pair != 0 || c.choices(i) < 2 {
			continue
		}
		for j, other := range c.choice {
			if i != j && s == other {
				t.Fatalf("slots %s and %s both carry %s", spec.ID, slots[j].spec.ID, s.spec.ID)
			}
		}
	}
}

// choices is how many candidates the line of a slot has.
func (c *chooser) choices(slot int) int {
	for _, l := range c.lines {
		if l.sound == slot || l.picture == slot {
			return len(l.candidates)
		}
	}
	return 0
}

// room is one pair whose set holds three speakers.
func threeSpeakers(t *testing.T) (c *chooser, speakers []*Source, sets Slots, refill func()) {
	t.Helper()
	slots := laidOut([]SlotSpec{soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2)})
	all := map[SourceID]*Source{}
	sets = Slots{}
	var sounds, pictures []SourceID
	for _, o := range []Origin{"a", "b", "c"} {
		s := idle(SourceID(o), o, Audio, Opus)
		speakers = append(speakers, s)
		all[s.spec.ID] = s
		p := idle(SourceID(o+"p"), o, Video, H264)
		all[p.spec.ID] = p
		sounds, pictures = append(sounds, s.spec.ID), append(pictures, p.spec.ID)
	}
	sets["original-1"], sets["picture-1"] = set(sounds...), set(pictures...)
	c = newChooser("", slots)
	refill = func() { c.fill(slots, sets, all, c.choice) }
	refill()
	return c, speakers, sets, refill
}

func TestLoudestTakesThePlaceButNotAtOnce(t *testing.T) {
	c, who, sets, refill := threeSpeakers(t)
	now := instant(0)
	carried := func() SourceID {
		if c.choice[0] == nil {
			return ""
		}
		return c.choice[0].spec.ID
	}
	speak := func(d time.Duration, levels ...uint8) (changed time.Duration) {
		before := carried()
		changed = -1
		for at := time.Duration(0); at < d; at += 20 * ms {
			for i, l := range levels {
				who[i].level.add(l, now)
			}
			if c.choose(now); carried() != before && changed < 0 {
				changed = at
			}
			now = now.add(20 * ms)
		}
		return changed
	}
	speak(3*time.Second, 25, 90, 90)
	if carried() != "a" {
		t.Fatalf("%s is carried, want a", carried())
	}
	if at := speak(3*time.Second, 25, 22, 90); at >= 0 {
		t.Errorf("one who is 3 dB louder takes the place after %v", at)
	}
	if at := speak(200*ms, 25, 90, 10); at >= 0 {
		t.Errorf("a cough takes the place after %v", at)
	}
	speak(time.Second, 25, 90, 90)
	if at := speak(3*time.Second, 90, 25, 90); at < sustained || at > 1500*ms || carried() != "b" {
		t.Errorf("%s is carried after %v, want b within a second and a half", carried(), at)
	}
	if at := speak(5*time.Second, 90, 70, 65); at >= 0 {
		t.Errorf("in silence the place is taken after %v", at)
	}
	if c.choice[1].spec.ID != "bp" {
		t.Errorf("the picture is %s", c.choice[1].spec.ID)
	}
	// The floor: at once, and for as long as it lasts.
	s := sets["original-1"]
	s.Prefer = "c"
	sets["original-1"] = s
	refill()
	if at := speak(3*time.Second, 10, 10, 90); at != 0 || carried() != "c" || c.choice[1].spec.ID != "cp" {
		t.Errorf("who has the floor is carried after %v; carried is %s", at, carried())
	}
	// Its microphone falls silent altogether: another may be heard.
	speak(4*time.Second, 10, 90)
	if carried() != "a" {
		t.Errorf("%s is carried while who has the floor sends nothing, want a", carried())
	}
}

// A pair without a choice has what it has, and another that has one leaves it
// to it.
func TestPairWithoutAChoiceComesFirst(t *testing.T) {
	slots := laidOut([]SlotSpec{soundSlot("original-1", 1, 1), soundSlot("original-2", 2, 2)})
	all := map[SourceID]*Source{}
	for _, id := range []SourceID{"a", "b"} {
		all[id] = idle(id, Origin(id), Audio, Opus)
	}
	all["a"].level.add(5, 0)
	c := newChooser("", slots)
	c.fill(slots, Slots{"original-1": set("a", "b"), "original-2": set("a")}, all, c.choice)
	c.choose(0)
	if c.choice[0] != all["b"] || c.choice[1] != all["a"] {
		t.Errorf("carried are %v", c.choice)
	}
}

// Cameras beyond the pairs are in the further slots, each once, and stay there.
func TestFurtherSlotsCarryTheOtherCameras(t *testing.T) {
	slots := laidOut([]SlotSpec{
		soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2),
		pictureSlot("picture-4", 0, 4), pictureSlot("picture-5", 0, 5),
	})
	all := map[SourceID]*Source{}
	for _, o := range []Origin{"a", "b", "c"} {
		all[SourceID(o)] = idle(SourceID(o), o, Audio, Opus)
		all[SourceID(o)+"p"] = idle(SourceID(o)+"p", o, Video, VP9)
	}
	cameras := set("ap", "bp", "cp")
	sets := Slots{
		"original-1": {Sources: []SourceID{"a", "b", "c"}, Prefer: "b"},
		"picture-1":  cameras, "picture-4": cameras, "picture-5": cameras,
	}
	c := newChooser("", slots)
	c.fill(slots, sets, all, c.choice)
	c.choose(0)
	if got := []*Source{all["b"], all["bp"], all["ap"], all["cp"]}; !slices.Equal(c.choice, got) {
		t.Errorf("carried are %v", c.choice)
	}
	// The floor goes to a: its camera leaves its place to b's, c's stays.
	s := sets["original-1"]
	s.Prefer = "a"
	sets["original-1"] = s
	c.fill(slots, sets, all, c.choice)
	c.choose(0)
	if got := []*Source{all["a"], all["ap"], all["bp"], all["cp"]}; !slices.Equal(c.choice, got) {
		t.Errorf("after the floor went to a, carried are %v", c.choice)
	}
}

func TestPairWithoutASoundCarriesThePicture(t *testing.T) {
	c, _, sets, refill := threeSpeakers(t)
	sets["original-1"] = set()
	sets["picture-1"] = set("bp")
	refill()
	c.choose(0)
	if c.choice[0] != nil || c.choice[1] == nil || c.choice[1].spec.ID != "bp" {
		t.Errorf("carried are %v", c.choice)
	}
}
