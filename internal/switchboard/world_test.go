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
	red     int // packets with earlier ones in them

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
	layers []*sender // when it has several
	before []said    // of sound, the newest first: what goes along with the next
	id     SourceID
	first  map[uint32]uint32 // from a serial that has come to the next one that has
	last   uint32            // the newest serial that has come
	kept   []kept            // packets held back, to come late
}

type kept struct {
	raw    []byte
	serial uint32
	layer  int
	red    bool
}

// said is an earlier packet of sound.
type said struct {
	ts      uint32
	payload []byte
}

// arrive has a packet come to the board.
func (s *tracked) arrive(k kept) {
	if k.serial > s.last {
		s.first[s.last], s.last = k.serial, k.serial
	}
	if k.red {
		s.source.WriteRED(k.raw, s.source.board.clock.now())
		return
	}
	s.source.WriteLayer(k.layer, k.raw, s.source.board.clock.now())
}

// redden puts what a sender said before in front of a payload (RFC 2198).
func (s *tracked) redden(payload []byte) []byte {
	var heads, blocks []byte
	for i := len(s.before) - 1; i >= 0; i-- {
		q := s.before[i]
		heads = binary.BigEndian.AppendUint32(heads, 1<<31|111<<24|(s.ts-q.ts)<<10|uint32(len(q.payload)))
		blocks = append(blocks, q.payload...)
	}
	s.before = append([]said{{s.ts, payload}}, s.before...)
	s.before = s.before[:min(len(s.before), 2)]
	return append(append(append(heads, 111), blocks...), payload...)
}

// blocksOf takes a payload apart that has earlier ones in it: the newest last.
func blocksOf(b []byte) (blocks [][]byte) {
	var sizes []int
	for b[0]&0x80 != 0 {
		sizes = append(sizes, int(binary.BigEndian.Uint32(b)&0x3ff))
		b = b[4:]
	}
	b = b[1:]
	for _, n := range sizes {
		blocks = append(blocks, b[:n])
		b = b[n:]
	}
	return append(blocks, b)
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
		s.number++
		return append([]byte{0x8c | b2(!key, 0x40), 0x80 | byte(s.number>>8)&0x7f, byte(s.number)}, tail...)
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
	low := s.sender
	if len(s.layers) > 0 {
		low = rapid.SampledFrom(s.layers).Draw(w.t, "layer")
	}
	p := kept{serial: w.serial, layer: low.layer, red: id == "A/mic"}
	if p.red {
		payload = s.redden(payload)
	}
	p.raw = low.raw(payload, true)
	low.ts += s.source.spec.Kind.clockRate() / 50
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
			ssrc := spec.SSRC
			if p.RTX {
				ssrc = spec.RTX.SSRC
			}
			if p.Header.Padding || len(p.Header.Extensions) > 0 || p.Header.SSRC != ssrc || p.RTX != (p.Again && spec.RTX.SSRC != 0) {
				w.fail("%s: header %+v, again: %v, RTX: %v", when, p.Header, p.Again, p.RTX)
			}
			if spec.RED != 0 && p.Header.PayloadType == spec.RED {
				blocks := blocksOf(p.Payload)
				for _, b := range blocks[:len(blocks)-1] {
					w.lookAlong(r, spec.ID, p, b, when)
				}
				p.Payload = blocks[len(blocks)-1]
				w.red++
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

// lookAlong checks what goes along with a packet of sound: it has been allowed
// in this slot for as long as the packet itself, and has been sent there.
func (w *world) lookAlong(r *watched, slot SlotID, p Outgoing, along []byte, when string) {
	id, serial, ok := whose(along)
	if p.Source == "channel" {
		if since, may := w.feed[id]; !slices.Equal(along, opusSilence) && (!ok || !may || serial <= since) {
			w.fail("%s: the channel carries packet %d of %q along", when, serial, id)
		}
	} else if since, may := w.allowed[r.key][slot][id]; !ok || id != p.Source || !may || serial <= since {
		w.fail("%s: %s gets packet %d of %s along with another, allowed: %v, after %d", when, r.key, serial, id, may, since)
	}
	for _, q := range r.seen[p.Slot] {
		if b := q.Payload; q.Header.PayloadType == 63 && slices.Equal(lastBlock(b), along) || slices.Equal(b, along) {
			return
		}
	}
	w.fail("%s: %s gets packet %d of %s along with another, which it had not been sent", when, r.key, serial, id)
}

func lastBlock(b []byte) []byte {
	blocks := blocksOf(b)
	return blocks[len(blocks)-1]
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
				if p.RTX {
					h.SequenceNumber = p.Original
				}
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
