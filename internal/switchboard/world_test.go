package switchboard

import (
	"encoding/binary"
	"slices"

	"pgregory.net/rapid"
)

// world is a board under random treatment, beside a plain account of who may
// have what.
type world struct {
	t       *rapid.T
	s       *stage
	senders map[SourceID]*tracked
	serial  uint32

	// allowed is, by key, slot and source, the serial number of the packet
	// after which the source was let in. Packets up to it, and the first of
	// sound after it, may not leave.
	allowed   map[Key]map[SlotID]map[SourceID]uint32
	receivers []*watched

	// feed is who may feed the channel, from which packet on.
	channel *Channel
	feed    map[SourceID]uint32
}

// tracked is a sender that writes into each payload which one it is and a
// serial number that grows over all senders.
type tracked struct {
	*sender
	id    SourceID
	first map[uint32]uint32 // from a serial that has come to the next one that has
	last  uint32            // the newest serial that has come
	kept  []kept            // packets held back, to come late
}

type kept struct {
	raw    []byte
	serial uint32
}

// arrive has a packet come to the board.
func (s *tracked) arrive(k kept) {
	if k.serial > s.last {
		s.first[s.last], s.last = k.serial, k.serial
	}
	s.source.Write(k.raw, s.source.board.clock.now())
}

type watched struct {
	key   Key
	r     *Receiver
	w     *wire
	specs []SlotSpec
	seen  map[int][]Outgoing // all that has gone out, by slot
}

func (w *world) payload(s *tracked, key bool) []byte {
	w.serial++
	tail := binary.BigEndian.AppendUint32([]byte{byte(len(s.id))}, w.serial)
	tail = append([]byte(s.id), tail...)
	switch s.source.spec.Codec {
	case Opus:
		if rapid.Bool().Draw(w.t, "repeats") {
			return append([]byte{0x78, 0x40}, tail...) // in-band FEC
		}
		return append([]byte{0xf8}, tail...)
	case VP9:
		return append([]byte{0x8c &^ b2(!key, 0x40), 1, b2(!key, 0)}, append([]byte{b2(key, 0)}, tail...)...)
	default:
		if key {
			return append([]byte{0x67}, tail...)
		}
		return append([]byte{0x41}, tail...)
	}
}

// whose reads a payload back.
func whose(b []byte) (SourceID, uint32, bool) {
	if len(b) < 6 {
		return "", 0, false
	}
	n := int(b[len(b)-5])
	if len(b) < 6+n {
		return "", 0, false
	}
	return SourceID(b[len(b)-5-n : len(b)-5]), binary.BigEndian.Uint32(b[len(b)-4:]), true
}

func (w *world) send(id SourceID) {
	s := w.senders[id]
	key := s.source.spec.Kind == Video && rapid.IntRange(0, 3).Draw(w.t, "key") == 0
	payload := w.payload(s, key)
	s.mark = 0
	p := kept{s.raw(payload, true), w.serial}
	s.ts += s.source.spec.Kind.clockRate() / 50
	switch rapid.IntRange(0, 9).Draw(w.t, "fate") {
	case 0: // lost
	case 1: // late
		s.kept = append(s.kept, p)
	case 2: // padded
		p.raw[0] |= 0x20
		p.raw = append(p.raw, 0xee, 0xee, 3)
		s.arrive(p)
	case 3: // twice
		s.arrive(p)
		s.arrive(p)
	case 4: // with a probe behind it
		s.arrive(p)
		probe := s.raw(nil, false)
		probe[0] |= 0x20
		s.source.Write(append(probe, 0, 0, 3), w.s.clock.now())
	default:
		s.arrive(p)
	}
}

func (w *world) rights(t *rapid.T) Slots {
	slots := Slots{}
	for _, spec := range w.receivers[0].specs {
		var ids []SourceID
		for _, id := range sortedIDs(w.senders) {
			if w.senders[id].source.spec.Kind == spec.Kind && rapid.Bool().Draw(t, "in") {
				ids = append(ids, id)
			}
		}
		if len(ids) > 0 {
			slots[spec.ID] = Set{Sources: ids, Prefer: rapid.SampledFrom(ids).Draw(t, "prefer")}
		}
	}
	return slots
}

func sortedIDs[V any](m map[SourceID]V) []SourceID {
	var ids []SourceID
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// account writes down what a key may have from now on.
func (w *world) account(key Key, slots Slots, cut bool) {
	was := w.allowed[key]
	now := map[SlotID]map[SourceID]uint32{}
	for slot, set := range slots {
		now[slot] = map[SourceID]uint32{}
		for _, id := range set.Sources {
			since, had := was[slot][id]
			switch {
			case had:
				now[slot][id] = since
			case !cut:
				now[slot][id] = w.senders[id].last
			}
		}
	}
	w.allowed[key] = now
}

// look checks what has gone out since the last time: all of it may.
func (w *world) look(when string) {
	for _, r := range w.receivers {
		for _, p := range r.w.take() {
			spec := r.specs[p.Slot]
			r.seen[p.Slot] = append(r.seen[p.Slot], p)
			if p.Header.Padding || len(p.Header.Extensions) > 0 || p.Header.SSRC != spec.SSRC {
				w.fail("%s: header %+v", when, p.Header)
			}
			if p.Source == "" {
				continue // a slate
			}
			if p.Source == "channel" {
				w.lookAtChannel(p, when)
				continue
			}
			id, serial, ok := whose(p.Payload)
			if !ok || id != p.Source {
				w.fail("%s: %s says it is of %s", when, p.Source, id)
			}
			since, may := w.allowed[r.key][spec.ID][id]
			if !may {
				w.fail("%s: %s gets packet %d of %s in %s, which it may not have", when, r.key, serial, id, spec.ID)
			}
			if serial <= since {
				w.fail("%s: %s gets packet %d of %s in %s, from before it might, at %d", when, r.key, serial, id, spec.ID, since)
			}
			if spec.Kind == Audio && p.Payload[0] == 0x78 && serial == w.senders[id].first[since] {
				w.fail("%s: %s gets packet %d of %s, the first after it might", when, r.key, serial, id)
			}
		}
	}
}

// lookAtChannel checks a packet of the channel: silence, or of one who may feed
// it, be it the first time or again.
func (w *world) lookAtChannel(p Outgoing, when string) {
	if slices.Equal(p.Payload, opusSilence) {
		return
	}
	id, serial, ok := whose(p.Payload)
	since, may := w.feed[id]
	if !ok || !may || serial <= since || p.Payload[0] == 0x78 && serial == w.senders[id].first[since] {
		w.fail("%s: the channel carries packet %d of %q, which may feed it: %v, after %d", when, serial, id, may, since)
	}
}

// refeed changes who feeds the channel.
func (w *world) refeed() {
	s, next := Set{}, map[SourceID]uint32{}
	for _, id := range []SourceID{"A/mic", "B/mic", "C/mic"} {
		if !rapid.Bool().Draw(w.t, "feeds") {
			continue
		}
		s.Sources, s.Prefer = append(s.Sources, id), id
		since, had := w.feed[id]
		if !had {
			since = w.senders[id].last
		}
		next[id] = since
	}
	w.channel.SetFeed(s)
	w.look("while the feeders change")
	w.feed = next
}

// streams checks each slot's stream as a whole.
func (w *world) streams() {
	for _, r := range w.receivers {
		for slot, packets := range r.seen {
			sent := map[uint16][]byte{}
			for _, p := range packets {
				h := p.Header
				if b, twice := sent[h.SequenceNumber]; twice && (!p.Again || !slices.Equal(b, p.Payload)) {
					w.fail("%s, slot %d: %d is sent twice, again: %v", r.key, slot, h.SequenceNumber, p.Again)
				}
				if sent[h.SequenceNumber] == nil && p.Again {
					w.fail("%s, slot %d: %d is sent again before it was", r.key, slot, h.SequenceNumber)
				}
				sent[h.SequenceNumber] = p.Payload
			}
			ordered := slices.DeleteFunc(slices.Clone(packets), func(p Outgoing) bool { return p.Again })
			slices.SortStableFunc(ordered, func(a, b Outgoing) int {
				return int(int16(a.Header.SequenceNumber - b.Header.SequenceNumber))
			})
			for i := 1; i < len(ordered); i++ {
				if d := int32(ordered[i].Header.Timestamp - ordered[i-1].Header.Timestamp); d <= 0 {
					w.fail("%s, slot %d: from %d to %d time goes by %d", r.key, slot,
						ordered[i-1].Header.SequenceNumber, ordered[i].Header.SequenceNumber, d)
				}
			}
		}
	}
}
