package plan

import (
	"maps"
	"slices"

	"liqa/internal/summit"
)

// The pairs and the further pictures of a connection, in order.
var (
	pairs    = [][2]Slot{{Original1, Picture1}, {Original2, Picture2}, {Original3, Picture3}}
	pictures = []Slot{Picture4, Picture5, Picture6}
)

// room fills the slots of everybody who is in the room.
func (t *table) room(s summit.State, p Plan) {
	for i, seat := range s.Seats {
		switch seat.Role {
		case summit.Reporter, summit.PressOfficer:
			continue
		}
		if !alone(s, i).InRoom(seat.ID) {
			continue
		}
		slots := Slots{}
		t.seatPairs(slots, seat)
		t.furtherPictures(slots, seat)
		if l := incoming(s, seat); mayHear(s, p.Channels, seat, l) {
			slots[ChannelSlot] = Set{Sources: []Source{channel(l)}}
		}
		if seat.Role == summit.Interpreter {
			slots[Partner] = t.partner(s, seat)
		}
		slots[Sign] = t.signing(s, seat.ID)
		// Private and ScreenSlot are filled by apart.
		limit(slots, seat)
		p.give(SeatReceiver(seat.ID), slots)
	}
}

// seatPairs gives each principal other than the seat itself a pair, those of
// other delegations first, and the next pair to a floor holder who is no
// principal. Where principals are too many they share the second pair.
func (t *table) seatPairs(slots Slots, seat summit.Seat) {
	var faces []summit.Seat
	for _, p := range t.order {
		if p.Delegation != seat.Delegation {
			faces = append(faces, p)
		}
	}
	for _, p := range t.order {
		if p.Delegation == seat.Delegation && p.ID != seat.ID {
			faces = append(faces, p)
		}
	}
	var groups [3][]summit.Seat
	for i, p := range faces {
		if len(faces) > 2 {
			i = min(i, 1)
		}
		groups[i] = append(groups[i], p)
	}
	last := min(len(faces), 2)
	groups[last] = append(groups[last], t.spokesman())
	for k, group := range groups {
		t.pair(slots, pairs[k][0], pairs[k][1], group, seat.ID)
	}
}

// furtherPictures deals the delegates' and note-takers' pictures to the slots
// that have no sound. Each has its slot for good; several may share one.
func (t *table) furtherPictures(slots Slots, seat summit.Seat) {
	var sets [3]Set
	for i, o := range t.others {
		if o.ID != seat.ID && o.ID != t.floor.ID {
			t.addPicture(&sets[i%len(sets)], o.ID)
		}
	}
	for k, set := range sets {
		slots[pictures[k]] = set.sorted()
	}
}

// incoming is the channel that a seat is given: the one it has chosen to hear,
// or for an interpreter in a relay the one it works from.
func incoming(s summit.State, seat summit.Seat) summit.Language {
	if seat.Role == summit.Interpreter {
		if l := s.Incoming(seat.ID); l != "" {
			return l
		}
	}
	return seat.Hears
}

// mayHear reports whether a seat may be given a channel: there is one, its own
// microphone does not sound in it, and it is not what its own booth makes.
func mayHear(s summit.State, feeds map[summit.Language]Feed, seat summit.Seat, l summit.Language) bool {
	feed, ok := feeds[l]
	if !ok || slices.Contains(feed.Set.Sources, microphone(seat.ID)) {
		return false
	}
	if seat.Role != summit.Interpreter {
		return true
	}
	b, ok := s.Booth(seat.Booth)
	return !ok || b.OnAir == "" || b.Into != l
}

// partner is the sound of the colleague who is on air, for the interpreter of
// the same booth who is not: who works hears the incoming only.
func (t *table) partner(s summit.State, seat summit.Seat) Set {
	b, ok := s.Booth(seat.Booth)
	if !ok || b.OnAir == "" || b.OnAir == seat.ID || b.Sign || b.Cough || b.Stalled || !onAir(s, b) || !t.live[microphone(b.OnAir)] {
		return Set{}
	}
	return Set{Sources: []Source{microphone(b.OnAir)}}
}

// press fills the slots of press seats where the coverage is pool or open, and
// of the public where it is open.
func (t *table) press(s summit.State, p Plan) {
	if p.Coverage != summit.Open && p.Coverage != summit.Pool {
		return
	}
	sides := t.pressPairs(s)
	sides[Sign] = t.signing(s, "")
	in := map[summit.Language]Slots{} // receivers of one language share their slots
	slots := func(l summit.Language) Slots {
		if in[l] == nil {
			in[l] = Slots{}
			for k, set := range sides {
				in[l][k] = set
			}
			if _, ok := p.Channels[l]; ok {
				in[l][ChannelSlot] = Set{Sources: []Source{channel(l)}}
			}
		}
		return in[l]
	}
	for i, seat := range s.Seats {
		if (seat.Role == summit.Reporter || seat.Role == summit.PressOfficer) && alone(s, i).Watches(seat.ID) {
			own := slots(seat.Hears)
			if seat.Pictures != "" {
				own = maps.Clone(own)
				limit(own, seat)
			}
			p.give(SeatReceiver(seat.ID), own)
		}
	}
	if p.Coverage == summit.Open {
		for _, l := range PublicLanguages(s) {
			p.give(PublicReceiver(l), slots(l))
		}
	}
}

// pressPairs gives each side of the table a pair: its principal, or whoever of
// it has the floor. Where delegations are too many they share the second pair.
func (t *table) pressPairs(s summit.State) Slots {
	var groups [2][]summit.Seat
	side := map[summit.DelegationID]int{}
	for i, d := range s.Delegations {
		side[d.ID] = min(i, len(groups)-1)
	}
	for _, p := range t.order {
		groups[side[p.Delegation]] = append(groups[side[p.Delegation]], p)
	}
	if f := t.spokesman(); f.ID != "" {
		groups[side[f.Delegation]] = append(groups[side[f.Delegation]], f)
	}
	slots := Slots{}
	for k, group := range groups {
		t.pair(slots, pairs[k][0], pairs[k][1], group, "")
	}
	return slots
}

// signing is the picture of the sign-language interpreter who is on air, of the
// first booth where there are several. It comes first where it
// is shown, and takes nothing from the others where it is not.
func (t *table) signing(s summit.State, own summit.SeatID) Set {
	for _, b := range s.Booths {
		if b.Sign && b.OnAir != "" && b.OnAir != own && !b.Cough && !b.Stalled && onAir(s, b) && t.live[camera(b.OnAir)] {
			return Set{Sources: []Source{camera(b.OnAir)}, First: ForEyes}
		}
	}
	return Set{}
}

// limit keeps a seat's pictures and sound as small as it or its technician wants
// them. A shared screen and a sign-language interpreter are for reading: they stay.
// At the least one sound is enough: who has a channel has no original beside it,
// for the channel repeats the original where nobody interprets. Interpreters
// choose what they work from.
func limit(slots Slots, seat summit.Seat) {
	most, ok := map[summit.PictureSize]Layer{
		summit.MediumPictures: MediumLayer, summit.SmallPictures: SmallLayer, summit.NoPictures: NoLimit, summit.LeastMedia: NoLimit,
	}[seat.Pictures]
	if !ok {
		return
	}
	least := seat.Pictures == summit.LeastMedia
	channelAlone := least && seat.Role != summit.Interpreter && len(slots[ChannelSlot].Sources) > 0
	for k, set := range slots {
		switch {
		case channelAlone && isOriginal(k):
			delete(slots, k)
		case isSound(set):
			set.Small = least
			slots[k] = set
		case !isPicture(k):
		case most == NoLimit:
			delete(slots, k)
		default:
			set.Most = most
			slots[k] = set
		}
	}
}

// isSound reports whether a slot has sound now.
func isSound(s Set) bool {
	return len(s.Sources) > 0 && (s.Sources[0].Kind == Microphone || s.Sources[0].Kind == Channel)
}

// isOriginal reports whether a slot is for people's voices as they are.
func isOriginal(k Slot) bool { return k == Original1 || k == Original2 || k == Original3 }

// isPicture reports whether a slot is for people's pictures.
func isPicture(k Slot) bool {
	switch k {
	case Picture1, Picture2, Picture3, Picture4, Picture5, Picture6:
		return true
	}
	return false
}

// pin puts the picture that the officer has pinned first. It decides nothing
// about sound, and where sound and picture are a pair neither about which of
// several seats is in it.
func (t *table) pin(s summit.State, p Plan) {
	if s.Pinned == "" || !t.shows(s.Pinned) {
		return
	}
	for r, slots := range p.Receivers {
		p.Receivers[r] = pinned(slots, camera(s.Pinned))
	}
}

// pinned is slots with the set that has a picture in it first.
func pinned(slots Slots, picture Source) Slots {
	for k, set := range slots {
		if !isPicture(k) || !slices.Contains(set.Sources, picture) {
			continue
		}
		slots = maps.Clone(slots)
		set.First = Pinned
		if k == Picture4 || k == Picture5 || k == Picture6 {
			set.Prefer = picture
		}
		slots[k] = set
		return slots
	}
	return slots
}

// PublicLanguages are the languages in which the public may listen, sorted:
// those that have a channel or that pages are published in.
func PublicLanguages(s summit.State) []summit.Language {
	list := append(s.Channels(), s.Publication...)
	slices.Sort(list)
	return slices.Compact(list)
}
