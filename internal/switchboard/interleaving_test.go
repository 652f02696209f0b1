package switchboard

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

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
	channel   *Channel
	feed      map[SourceID]uint32
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
			if spec.Kind == Audio && serial == w.senders[id].first[since] {
				w.fail("%s: %s gets packet %d of %s, the first after it might", when, r.key, serial, id)
			}
		}
	}
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

// Whatever happens in whatever order, not one packet leaves that the sets do
// not allow at that moment: none of another source, none from before a grant,
// not the first of sound after it, no padding, no retransmission of any.
func TestNotOnePacketOutsideTheSet(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		inFakeTime(t, rt, func(t *testing.T) {
			b := New(Config{})
			defer b.Close()
			w := &world{
				t: rt, s: &stage{t, b}, senders: map[SourceID]*tracked{},
				allowed: map[Key]map[SlotID]map[SourceID]uint32{},
			}
			for _, o := range []Origin{"A", "B", "C"} {
				mic, cam := SourceID(o)+"/mic", SourceID(o)+"/cam"
				codec := H264
				if o == "B" {
					codec = VP9
				}
				w.senders[mic] = &tracked{sender: w.s.microphone(mic, o), id: mic, first: map[uint32]uint32{}}
				w.senders[cam] = &tracked{sender: w.s.camera(cam, o, codec), id: cam, first: map[uint32]uint32{}}
			}
			for i := range 3 {
				specs := []SlotSpec{
					soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2),
					soundSlot("original-2", 2, 3), pictureSlot("picture-2", 2, 4), pictureSlot("picture-3", 0, 5),
				}
				key := Key(fmt.Sprint("key/", i/2)) // two receivers share one
				r, out := w.s.receiver(key, specs...)
				w.receivers = append(w.receivers, &watched{key, r, out, specs, map[int][]Outgoing{}})
			}
			w.steps(rapid.IntRange(20, 120).Draw(rt, "steps"))
			w.streams()
		})
	})
}

// finding is why an attempt has failed.
type finding string

func (w *world) fail(format string, args ...any) { panic(finding(fmt.Sprintf(format, args...))) }

// inFakeTime runs one of rapid's attempts, whose failure is a panic that has to
// come out on rapid's own goroutine.
func inFakeTime(t *testing.T, rt *rapid.T, f func(t *testing.T)) {
	var failure any
	synctest.Test(t, func(t *testing.T) {
		defer func() { failure = recover() }()
		f(t)
	})
	switch failure := failure.(type) {
	case nil:
	case finding:
		rt.Fatal(string(failure))
	default:
		panic(failure)
	}
}

func (w *world) steps(n int) {
	ids := sortedIDs(w.senders)
	keys := []Key{"key/0", "key/1"}
	for range n {
		switch what := rapid.SampledFrom([]string{
			"send", "send", "send", "send", "send", "send", "late", "allow", "cut", "close", "nack", "return", "wait", "level",
		}).Draw(w.t, "what"); what {
		case "send":
			for range rapid.IntRange(1, 6).Draw(w.t, "packets") {
				w.send(rapid.SampledFrom(ids).Draw(w.t, "sender"))
			}
			if rapid.Bool().Draw(w.t, "settled") {
				w.s.settle()
			}
		case "late":
			s := w.senders[rapid.SampledFrom(ids).Draw(w.t, "sender")]
			for _, p := range s.kept {
				s.arrive(p)
			}
			s.kept = nil
		case "allow", "cut", "close":
			// What is under way was sent under the rights before.
			key := rapid.SampledFrom(keys).Draw(w.t, "key")
			slots := w.rights(w.t)
			if what == "close" {
				slots = nil
			}
			w.change(key, slots, what != "allow")
		case "nack":
			r := rapid.SampledFrom(w.receivers).Draw(w.t, "receiver")
			for slot, spec := range r.specs {
				var seqs []uint16
				for _, p := range r.seen[slot] {
					if rapid.IntRange(0, 3).Draw(w.t, "ask") == 0 {
						seqs = append(seqs, p.Header.SequenceNumber)
					}
				}
				r.r.Nack(spec.SSRC, append(seqs, rapid.Uint16().Draw(w.t, "any")))
				r.r.PictureLoss(spec.SSRC)
			}
		case "return": // a sender comes back on another connection
			s := w.senders[rapid.SampledFrom(ids).Draw(w.t, "sender")]
			w.s.settle()
			w.look("before a return")
			spec := s.source.spec
			s.source.Close()
			s.kept = nil
			fresh := w.s.add(spec)
			s.sender = fresh
			for _, slots := range w.allowed {
				for _, sources := range slots {
					if _, may := sources[s.id]; may {
						sources[s.id] = s.last
					}
				}
			}
		case "wait":
			w.s.pass(time.Duration(rapid.IntRange(1, 3000).Draw(w.t, "ms")) * ms)
		case "level":
			w.senders[rapid.SampledFrom(ids).Draw(w.t, "sender")].level = rapid.Uint8Range(0, 127).Draw(w.t, "level")
		}
	}
	w.s.settle()
	w.look("at the end")
}

// change gives or cuts while packets are under way: those seen before the call
// returns may be of the old rights or the new, those after only of the new.
func (w *world) change(key Key, slots Slots, cut bool) {
	old := w.allowed[key]
	if cut {
		w.s.Cut(key, slots)
	} else {
		w.s.Allow(key, slots)
	}
	var during []Outgoing
	for _, r := range w.receivers {
		if r.key != key {
			continue
		}
		for _, p := range r.w.take() {
			r.seen[p.Slot] = append(r.seen[p.Slot], p)
			during = append(during, p)
			id := p.Source
			if _, may := old[r.specs[p.Slot].ID][id]; id != "" && !may {
				w.fail("%s gets a packet of %s in %s during a change, which it might not have before", key, id, r.specs[p.Slot].ID)
			}
		}
	}
	w.account(key, slots, cut)
	w.look("after a change")
}
