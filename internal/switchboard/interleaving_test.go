package switchboard

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

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
			layers := w.s.layered("L/cam", "A", VP9)
			w.senders["L/cam"] = &tracked{sender: layers[0], layers: layers, id: "L/cam", first: map[uint32]uint32{}}
			for i := range 3 {
				specs := []SlotSpec{
					soundSlot("original-1", 1, 1), pictureSlot("picture-1", 1, 2),
					soundSlot("original-2", 2, 3), pictureSlot("picture-2", 2, 4), pictureSlot("picture-3", 0, 5),
				}
				if i > 0 {
					for k, spec := range specs {
						if specs[k] = repeating(spec); spec.Kind == Audio {
							specs[k] = redundant(spec)
						}
					}
				}
				key := Key(fmt.Sprint("key/", i/2)) // two receivers share one
				r, out := w.s.receiver(key, specs...)
				w.receivers = append(w.receivers, &watched{key, r, out, specs, map[int][]Outgoing{}})
			}
			w.channel = b.AddChannel("channel")
			b.Allow("listener", only("channel", "channel"))
			specs := []SlotSpec{redundant(soundSlot("channel", 0, 1))}
			r, out := w.s.receiver("listener", specs...)
			w.receivers = append(w.receivers, &watched{"listener", r, out, specs, map[int][]Outgoing{}})
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
			"send", "send", "send", "send", "send", "send", "late", "allow", "cut", "close", "nack", "return", "wait", "level", "feed", "line",
		}).Draw(w.t, "what"); what {
		case "send":
			w.s.pass(20 * ms)
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
			s.sender, s.before = w.s.add(spec), nil
			if len(s.layers) > 0 {
				s.layers = layersOf(s.sender)
			}
			if _, may := w.feed[s.id]; may {
				w.feed[s.id] = s.last
			}
			for _, slots := range w.allowed {
				for _, sources := range slots {
					if _, may := sources[s.id]; may {
						sources[s.id] = s.last
					}
				}
			}
		case "line":
			r := rapid.SampledFrom(w.receivers).Draw(w.t, "receiver")
			r.r.Estimate(rapid.IntRange(0, 3_000_000).Draw(w.t, "estimate"))
			spec := rapid.SampledFrom(r.specs).Draw(w.t, "slot")
			r.r.SetSize(spec.ID, rapid.IntRange(0, 1000).Draw(w.t, "width"), 200)
			r.r.Reported(spec.SSRC, rapid.Float64Range(0, 0.1).Draw(w.t, "lost"), ms, ms)
		case "feed":
			w.refeed()
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
	for _, r := range w.receivers {
		if r.key != key {
			continue
		}
		for _, p := range r.w.take() {
			r.seen[p.Slot] = append(r.seen[p.Slot], p)
			id := p.Source
			if _, may := old[r.specs[p.Slot].ID][id]; id != "" && !may {
				w.fail("%s gets a packet of %s in %s during a change, which it might not have before", key, id, r.specs[p.Slot].ID)
			}
		}
	}
	w.account(key, slots, cut)
	w.look("after a change")
}
