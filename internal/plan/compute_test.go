package plan

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"liqa/internal/summit"
)

func TestEveryPropertyHoldsInRandomHistories(t *testing.T) {
	names := slices.Sorted(maps.Keys(rules))
	walk(t, func(r *rapid.T, m moment) {
		for _, name := range names {
			if wrong := rules[name](m); wrong != "" {
				r.Fatalf("%s: %s", name, wrong)
			}
		}
	})
}

func TestNothingLeavesInASealedItem(t *testing.T) {
	walk(t, func(r *rapid.T, m moment) {
		m.s.InForce = summit.Sealed // which no act of this server's leads to
		m.p = Compute(m.s, m.live)
		if wrong := pressIsOut(m); wrong != "" {
			r.Fatal(wrong)
		}
	})
}

func TestComputeIsTotalAndAFunction(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		history(r, Compute, func(r *rapid.T, m moment) {
			if again := Compute(m.s, m.live); !again.Equal(m.p) {
				r.Fatal("twice the same state gave two plans")
			}
			s := mangled(r, m.s)
			p := Compute(s, m.live)
			for _, name := range []string{
				"press and public sets are empty in closed and sealed",
				"an interpreter off air is in no set",
				"nobody receives their own microphone",
				"a set has one spelling, and prefers one of its own",
			} {
				if wrong := rules[name](moment{s: s, live: m.live, p: p}); wrong != "" {
					r.Fatalf("of a mangled state, %s: %s", name, wrong)
				}
			}
		})
	})
	if p := Compute(summit.State{}, nil); len(p.Receivers) > 0 {
		t.Errorf("before the summit is convened, %v", p.Receivers)
	}
}

// mangled is a state that no history leads to.
func mangled(r *rapid.T, s summit.State) summit.State {
	switch rapid.IntRange(0, 6).Draw(r, "mangle") {
	case 0:
		s.Current = "nothing"
	case 1:
		s.Delegations = nil
	case 2:
		s.Floor = "nobody"
	case 3:
		s.Booths = slices.Clone(s.Booths)
		for i := range s.Booths {
			s.Booths[i].OnAir, s.Booths[i].Into = s.Seats[0].ID, "tlh"
		}
	case 4:
		s.Seats = append(slices.Clone(s.Seats), s.Seats...)
	case 5:
		s.Phase = "later"
	case 6:
		s.Languages = []summit.Language{""}
	}
	return s
}

func TestWhatPlansHaveInCommon(t *testing.T) {
	walk(t, func(r *rapid.T, m moment) {
		a, b := m.was, m.p
		meet := Meet(a, b)
		switch {
		case !Within(meet, a) || !Within(meet, b):
			r.Fatal("a meet allows what one of its plans does not")
		case Takes(meet, b):
			r.Fatal("something is left to take away when the meet is in force")
		case Takes(a, b) == Within(a, b):
			r.Fatal("Takes is not the contrary of Within")
		case !Takes(a, b) && !Within(a, meet):
			r.Fatal("nothing is to be taken away, and the meet takes")
		case !Meet(a, a).Equal(a):
			r.Fatalf("a plan's meet with itself is another: %s", cmp.Diff(a, Meet(a, a)))
		case !Meet(meet, b).Equal(meet):
			r.Fatal("meeting twice takes more than once")
		case Gives(a, meet):
			r.Fatal("taking away gives something")
		case Within(b, a) && Gives(a, b):
			r.Fatal("what lies within gives something")
		case a.Equal(b) && (Takes(a, b) || Takes(b, a)):
			r.Fatal("equal plans differ")
		}
	})
}

// mutants are ways in which Compute could be wrong, each with the rule that
// must notice.
var mutants = map[string]func(summit.State, Live) Plan{
	"press and public sets are empty in closed and sealed": func(s summit.State, live Live) Plan {
		p := Compute(s, live)
		if s.Flows() {
			s.InForce, s.Resume = summit.Open, false
			q := Compute(s, live)
			maps.Copy(p.Receivers, q.Receivers)
		}
		return p
	},
	"after a restart press and public are empty until resumed": func(s summit.State, live Live) Plan {
		s.Resume = false
		return Compute(s, live)
	},
	"the public is within the press is within the room": eachSetAlso(func(s summit.State, live Live, r Receiver, k Slot) []Source {
		if r == PublicReceiver("ar") && k == Picture2 && len(s.Seats) > 0 {
			return cameras(s, live)
		}
		return nil
	}),
	"nobody receives who is not in the room or watching it": func(s summit.State, live Live) Plan {
		s.Seats = slices.Clone(s.Seats)
		for i := range s.Seats {
			s.Seats[i].Presence = summit.Present
		}
		return Compute(s, live)
	},
	"nobody is eligible for a channel they may not hear": eachSetAlso(func(s summit.State, _ Live, _ Receiver, k Slot) []Source {
		if k != ChannelSlot {
			return nil
		}
		var all []Source
		for _, l := range s.Channels() {
			all = append(all, Source{Kind: Channel, Language: l})
		}
		return all
	}),
	"an interpreter off air is in no set": func(s summit.State, live Live) Plan {
		s.Booths = slices.Clone(s.Booths)
		for i := range s.Booths {
			s.Booths[i].Cough = false
		}
		return Compute(s, live)
	},
	"an interpreter on air reaches the channel, by it alone": eachSetAlso(func(s summit.State, live Live, _ Receiver, k Slot) []Source {
		var all []Source
		for _, b := range s.Booths {
			if mic := (Source{Kind: Microphone, Seat: b.OnAir}); k == Original1 && live[mic] && !b.Cough {
				all = append(all, mic)
			}
		}
		return all
	}),
	"nobody outside a huddle or private word is in its sets": eachSlotAlso(Private),
	"who is apart is in no other set, nor recorded": func(s summit.State, live Live) Plan {
		p, q := Compute(s, live), Compute(comeBack(s), live)
		for r, slots := range p.Receivers {
			if set, ok := q.Receivers[r][Picture1]; ok {
				slots[Picture1] = set
			}
		}
		return p
	},
	"press and public get no screen and no private sound": eachSetAlso(func(s summit.State, live Live, r Receiver, k Slot) []Source {
		if x, ok := s.Screen(summit.ToTable, ""); ok && r == Program && live[screen(x.Seat)] {
			return []Source{screen(x.Seat)}
		}
		return nil
	}),
	"who confers or has been called is heard": func(s summit.State, live Live) Plan {
		s.PrivateWords = slices.Clone(s.PrivateWords)
		for i := range s.PrivateWords {
			s.PrivateWords[i].Answered = true
		}
		return Compute(s, live)
	},
	"a shared screen is for those it is shared with": func(s summit.State, live Live) Plan {
		p, back := Compute(s, live), comeBack(s)
		back.Sharing = slices.Clone(s.Sharing)
		for i := range back.Sharing {
			back.Sharing[i].To = summit.ToTable
		}
		for r, slots := range Compute(back, live).Receivers {
			if set, ok := slots[ScreenSlot]; ok && p.Receivers[r] != nil {
				p.Receivers[r][ScreenSlot] = set
			}
		}
		return p
	},
	"pictures are as small as was asked, and the pinned first": func(s summit.State, live Live) Plan {
		s.Seats = slices.Clone(s.Seats)
		for i := range s.Seats {
			s.Seats[i].Pictures = ""
		}
		return Compute(s, live)
	},
	"at the least a channel comes alone": func(s summit.State, live Live) Plan {
		p := Compute(s, live)
		for r, slots := range p.Receivers {
			if _, has := slots[ChannelSlot]; has {
				p.Receivers[r] = maps.Clone(slots)
				p.Receivers[r][Original1] = p.Receivers[Program][Original1]
			}
		}
		return p
	},
	"nobody receives their own microphone": func(s summit.State, live Live) Plan {
		p := Compute(s, live)
		for _, x := range s.Seats {
			if slots := p.Receivers[SeatReceiver(x.ID)]; slots != nil && slices.Contains(s.Channels(), x.Hears) {
				slots[ChannelSlot] = Set{Sources: []Source{channel(x.Hears)}}
			}
		}
		return p
	},
	"who is muted, absent or without the floor is heard by none": func(s summit.State, live Live) Plan {
		s.Seats = slices.Clone(s.Seats)
		for i := range s.Seats {
			s.Seats[i].Muted = false
		}
		return Compute(s, live)
	},
	"only live sources are in a set": func(s summit.State, _ Live) Plan {
		all := Live{}
		for _, x := range s.Seats {
			all[microphone(x.ID)], all[camera(x.ID)] = true, true
		}
		return Compute(s, all)
	},
	"who whispers to one side hears that side alone": func(s summit.State, live Live) Plan {
		p, room := Compute(s, live), Compute(comeBack(s), live)
		for _, x := range s.Seats {
			if r := SeatReceiver(x.ID); x.Whispers != "" {
				p.Receivers[r] = room.Receivers[r]
			}
		}
		return p
	},
	"a pair is always of the same seat": func(s summit.State, live Live) Plan {
		p := Compute(s, live)
		for _, slots := range p.Receivers {
			slots[Picture1], slots[Picture2] = slots[Picture2], slots[Picture1]
			p.give("", slots)
		}
		return p
	},
	"nobody is in two places of one connection": eachSetAlso(func(s summit.State, live Live, _ Receiver, k Slot) []Source {
		if k != Picture5 {
			return nil
		}
		return cameras(s, live)
	}),
	"who has the floor, and every principal, is heard by all, or interpreted": func(s summit.State, live Live) Plan {
		floor := s.Floor
		s.Floor = ""
		p := Compute(s, live)
		s.Floor = floor
		return p
	},
	"the sign slot has who signs, and nobody else": func(s summit.State, live Live) Plan {
		s.Booths = slices.Clone(s.Booths)
		for i := range s.Booths {
			s.Booths[i].Sign = true
		}
		return Compute(s, live)
	},
	"no relay goes round, and what is heard is said": saysRelayed,
	"an interpreter works from one thing, which is theirs": func(s summit.State, live Live) Plan {
		s.Seats = slices.Clone(s.Seats)
		for i := range s.Seats {
			s.Seats[i].Takes, s.Seats[i].ByHand = "", true
		}
		return Compute(s, live)
	},
	"slots are stable": func(s summit.State, live Live) Plan {
		// Places dealt to those present, in the order in which they are present.
		s.Seats = slices.DeleteFunc(slices.Clone(s.Seats), func(x summit.Seat) bool {
			return x.Role == summit.Delegate && x.Presence != summit.Present
		})
		return Compute(s, live)
	},
	"a set has one spelling, and prefers one of its own": eachSetAlso(func(s summit.State, _ Live, r Receiver, k Slot) []Source {
		if k == Original1 && r == Program {
			return []Source{{Kind: Camera}, {Kind: Camera}}
		}
		return nil
	}),
}

// comeBack is the state as if everybody had come back to the table.
func comeBack(s summit.State) summit.State {
	s.PrivateWords, s.Seats = nil, slices.Clone(s.Seats)
	for i := range s.Seats {
		s.Seats[i].Huddle, s.Seats[i].Whispers = false, ""
	}
	return s
}

// saysRelayed is Compute with every direct interpreter called a relay.
func saysRelayed(s summit.State, live Live) Plan {
	p := Compute(s, live)
	for l, feed := range p.Channels {
		if feed.Carries == CarriesDirect {
			feed.Carries = CarriesRelayed
			p.Channels[l] = feed
		}
	}
	return p
}

func cameras(s summit.State, live Live) []Source {
	var all []Source
	for _, x := range s.Seats {
		if live[camera(x.ID)] && s.InRoom(x.ID) && !s.Apart(x.ID) {
			all = append(all, camera(x.ID))
		}
	}
	return all
}

// eachSetAlso is Compute with something more in the sets it makes.
func eachSetAlso(more func(summit.State, Live, Receiver, Slot) []Source) func(summit.State, Live) Plan {
	return func(s summit.State, live Live) Plan {
		p := Compute(s, live)
		for r, slots := range p.Receivers {
			changed := maps.Clone(slots)
			for k, set := range slots {
				if extra := more(s, live, r, k); len(extra) > 0 {
					changed[k] = Set{Sources: append(slices.Clone(set.Sources), extra...), Prefer: set.Prefer}
				}
			}
			p.Receivers[r] = changed
		}
		return p
	}
}

// eachSlotAlso is Compute with the first original in one more slot.
func eachSlotAlso(k Slot) func(summit.State, Live) Plan {
	return func(s summit.State, live Live) Plan {
		p := Compute(s, live)
		for r, slots := range p.Receivers {
			if set, ok := slots[Original1]; ok {
				changed := maps.Clone(slots)
				changed[k] = set
				p.Receivers[r] = changed
			}
		}
		return p
	}
}

// TestEachPropertyNoticesAMistake lets every rule judge a Compute that breaks
// it: a property that nothing can fail proves nothing.
func TestEachPropertyNoticesAMistake(t *testing.T) {
	for name, rule := range rules {
		broken, ok := mutants[name]
		if !ok {
			t.Errorf("%s: there is no broken Compute to try it on", name)
			continue
		}
		noticed := false
		for seed := 0; seed < 300 && !noticed; seed++ {
			rapid.Custom(func(r *rapid.T) bool {
				history(r, broken, func(_ *rapid.T, m moment) { noticed = noticed || rule(m) != "" })
				return true
			}).Example(seed)
		}
		if !noticed {
			t.Errorf("%s: a Compute that breaks this was not noticed", name)
		}
	}
}
