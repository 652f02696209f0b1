package switchboard

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Survey is what the board knows of itself at one moment. It is measured, not
// planned.
type Survey struct {
	Sources   []SourceSurvey
	Receivers []ReceiverSurvey

	Reducers     int    // voices that are made smaller now
	SmallDropped uint64 // packets that were not, for want of time
}

// SourceSurvey is one source's part. Counters count from its beginning.
type SourceSurvey struct {
	ID     SourceID
	Origin Origin
	Kind   Kind
	Codec  Codec

	Packets   uint64 // taken, without the doubled and the malformed
	Bytes     uint64 // with RTP headers
	Missing   uint64 // packets that never came, or have not yet
	Late      uint64 // that came after newer ones
	Doubled   uint64
	Malformed uint64
	Padding   uint64
	Keyframes uint64

	Nacked         uint64 // packets asked for again
	KeyframesAsked uint64

	Level  float64       // dBov, smoothed; −127 is silence
	Jitter time.Duration // RFC 3550 §6.4.1
	Last   time.Time     // of the last packet; zero before the first
	// Held is how long a channel keeps what feeds it until its own clock asks for
	// it, smoothed; 0 of what is no channel, and until something has fed it.
	Held time.Duration
	// Listeners is how many slots its packets are led into now.
	Listeners int
	Recovered uint64        // of Packets: had from the redundancy of later ones
	Layers    []LayerSurvey // from the smallest; one of sound
}

// LayerSurvey is one layer of a source. Rates are those of the last second.
type LayerSurvey struct {
	Living        bool // it arrives, as far as the source does at all
	Packets       uint64
	Bytes         uint64  // with RTP headers
	Missing       uint64  // packets that never came, or have not yet
	BitRate       int     // bit/s, with RTP headers
	FrameRate     float64 // pictures a second
	Width, Height int     // of the newest keyframe; 0 when not known
	Jitter        time.Duration
	Last          time.Time
	Listeners     int
}

// ReceiverSurvey is one receiver's part.
type ReceiverSurvey struct {
	Key Key
	// Receives: it may still get a packet of some source; see [Board.Receiving].
	Receives      bool
	Dropped       uint64 // packets that found the queue full
	PictureLosses uint64
	Estimate      int // bit/s that its line takes, as told; 0 when not known
	Sending       int // bit/s that were written in the last second, with RTP headers
	Wanted        int // see [Receiver.Wanted]
	Redundancy    int // how many earlier packets of sound each one carries along
	// What the receiver reports (RFC 3550 §6.4.1): the worst of its slots.
	Lost            float64 // 0 to 1, of the last report
	Jitter          time.Duration
	RoundTrip       time.Duration
	Retransmissions uint64
	Refused         uint64 // packets that were asked for again and not sent; see [SlotSurvey]
	Slots           []SlotSurvey
}

// SlotSurvey is one slot's part. An idle slot has sent nothing for a while;
// its loss as the browser sees it means nothing.
type SlotSurvey struct {
	ID      SlotID
	Kind    Kind
	Carries SourceID // "" for nothing or a slate
	Origin  Origin
	Layer   int // of what it carries, 0 the smallest
	// Reduced says why it carries a smaller layer than its size asks for, or
	// none: ByLine for want of bandwidth, ByHand because of the set's Most,
	// ByCodec because the receiver does not take that of Foreign.
	Reduced       Reduced
	Foreign       SourceID
	BitRate       int     // bit/s of payload in the last second
	Width, Height int     // on the screen; both 0 when it is not shown, −1 when nobody has said
	Lost          float64 // 0 to 1, of the receiver's last report
	Jitter        time.Duration

	Packets       uint64
	Bytes         uint64 // of payload
	Turns         uint64 // to another source
	Slates        uint64
	Refused       uint64 // packets whose right had ended in the queue
	Withheld      uint64 // packets left out at a turn or to follow the clock
	NacksAnswered uint64
	NacksRefused  uint64    // too old, taken away since, or more than the line takes
	NacksRepeated uint64    // asked for again sooner, or more often, than can help
	Last          time.Time // of the last packet; zero before the first
}

// Reduced is a reason for carrying less of a picture than there is use for.
type Reduced string

// The reasons.
const (
	NotReduced Reduced = ""
	ByLine     Reduced = "line"
	ByHand     Reduced = "hand"
	ByCodec    Reduced = "codec"
)

type sourceCount struct {
	malformed, nacked, keyframesAsked, recovered atomic.Uint64
}

type layerCount struct {
	packets, bytes, frames, late, doubled, padding, keyframes atomic.Uint64

	bare atomic.Uint64 // bytes of sound without redundancy, with RTP headers

	lost atomic.Int64
	last atomic.Int64
}

// hearing is what a receiver reports of one slot.
type hearing struct {
	mu                sync.Mutex
	at                instant // of the report; 0 before the first
	lost              float64
	jitter, roundTrip time.Duration
}

func (h *hearing) note(lost float64, jitter, roundTrip time.Duration, at instant) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at, h.lost, h.jitter = at, min(max(lost, 0), 1), jitter
	if roundTrip > 0 {
		h.roundTrip = roundTrip
	}
}

func (h *hearing) get() (lost float64, jitter, roundTrip time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lost, h.jitter, h.roundTrip
}

type receiverCount struct{ dropped, pictureLosses atomic.Uint64 }

type slotCount struct {
	packets, bytes, turns, slates, refused, withheld, nacksAnswered, nacksRefused, nacksRepeated atomic.Uint64
	last                                                                                         atomic.Int64
}

func (c *slotCount) sent(payload int, at instant) {
	c.packets.Add(1)
	c.bytes.Add(uint64(payload))
	if at != never {
		c.last.Store(int64(at))
	}
}

// Survey looks at everything once.
func (b *Board) Survey() Survey {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.instant()
	s := Survey{Reducers: int(b.reducers.Load()), SmallDropped: b.smallDropped.Load()}
	for _, src := range b.sources {
		s.Sources = append(s.Sources, b.surveySource(src, now))
	}
	slices.SortFunc(s.Sources, func(a, b SourceSurvey) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range b.order {
		s.Receivers = append(s.Receivers, b.surveyReceiver(r, now))
	}
	return s
}

func (b *Board) surveySource(s *Source, now instant) SourceSurvey {
	c := &s.count
	out := SourceSurvey{
		ID: s.spec.ID, Origin: s.spec.Origin, Kind: s.spec.Kind, Codec: s.spec.Codec,
		Malformed: c.malformed.Load(), Nacked: c.nacked.Load(), KeyframesAsked: c.keyframesAsked.Load(), Recovered: c.recovered.Load(),
		Level: float64(s.level.loudness(now))/decibel - 127,
		Last:  b.moment(int64(s.last())), Listeners: s.listeners(),
		Layers: make([]LayerSurvey, len(s.layers)),
	}
	if c := b.channelOf(s); c != nil {
		out.Held = c.held.get()
	}
	for i, l := range s.layers {
		c, at := &l.count, &out.Layers[i]
		*at = b.surveyLayer(l)
		out.Packets += at.Packets
		out.Bytes += at.Bytes
		out.Missing += at.Missing
		out.Late += c.late.Load()
		out.Doubled += c.doubled.Load()
		out.Padding += c.padding.Load()
		out.Keyframes += c.keyframes.Load()
		if at.Living || i == 0 {
			out.Jitter = at.Jitter
		}
	}
	return out
}

func (b *Board) surveyLayer(l *layer) LayerSurvey {
	c, size := &l.count, l.size.Load()
	return LayerSurvey{
		Living: l.meter.living.Load(), Packets: c.packets.Load(), Bytes: c.bytes.Load(), Missing: uint64(max(0, c.lost.Load())),
		BitRate: int(l.meter.plain.Load()), FrameRate: float64(l.meter.frameRate.Load()) / 16,
		Width: int(size >> 32), Height: int(uint32(size)),
		Jitter:    time.Duration(math.Float64frombits(l.jitter.value.Load()) / float64(l.source.spec.ClockRate) * float64(time.Second)),
		Last:      b.moment(c.last.Load()),
		Listeners: len(*l.routes.Load()),
	}
}

func (b *Board) surveyReceiver(r *Receiver, now instant) ReceiverSurvey {
	s := ReceiverSurvey{
		Key: r.rights.key, Receives: r.mayReceive(), Dropped: r.count.dropped.Load(), PictureLosses: r.count.pictureLosses.Load(),
		Estimate: int(r.line.Load()), Wanted: r.Wanted(), Redundancy: int(r.redundancy.Load()),
		Slots: make([]SlotSurvey, len(r.slots)),
	}
	for i := range r.slots {
		sl := &r.slots[i]
		at := &s.Slots[i]
		*at = b.surveySlot(sl)
		s.Sending += sl.rate + 8*12*sl.packetRate
		s.Retransmissions += at.NacksAnswered
		s.Refused += at.NacksRefused
		if last := instant(sl.count.last.Load()); last != never && now.sub(last) <= idleSlot {
			_, _, roundTrip := sl.heard.get()
			s.Lost, s.Jitter, s.RoundTrip = max(s.Lost, at.Lost), max(s.Jitter, at.Jitter), max(s.RoundTrip, roundTrip)
		}
	}
	return s
}

func (b *Board) surveySlot(sl *slot) SlotSurvey {
	c := &sl.count
	s := SlotSurvey{
		ID: sl.spec.ID, Kind: sl.spec.Kind,
		Packets: c.packets.Load(), Bytes: c.bytes.Load(), Turns: c.turns.Load(), Slates: c.slates.Load(),
		Refused: c.refused.Load(), Withheld: c.withheld.Load(),
		NacksAnswered: c.nacksAnswered.Load(), NacksRefused: c.nacksRefused.Load(), NacksRepeated: c.nacksRepeated.Load(),
		Last:    b.moment(c.last.Load()),
		Reduced: sl.reduced, Foreign: sl.foreign, BitRate: sl.rate, Width: int(sl.width), Height: int(sl.height),
	}
	s.Lost, s.Jitter, _ = sl.heard.get()
	if g := sl.carrying.Load(); g != nil && g.live.Load() {
		s.Carries, s.Origin, s.Layer = g.source.spec.ID, g.source.spec.Origin, g.layer.index
	}
	return s
}

// measure looks at what has gone out of the slots since the last time. The
// board's lock is held.
func (r *Receiver) measure(now instant) {
	took := now.sub(r.measured)
	if r.measured != 0 && took <= 0 {
		return
	}
	for i := range r.slots {
		sl := &r.slots[i]
		bytes, packets := sl.count.bytes.Load(), sl.count.packets.Load()
		if r.measured != 0 {
			sl.rate = int(int64(bytes-sl.bytes) * 8 * int64(time.Second) / int64(took))
			sl.packetRate = int(int64(packets-sl.packets) * int64(time.Second) / int64(took))
		}
		sl.bytes, sl.packets = bytes, packets
	}
	r.measured = now
}

// moment is the zero time for never.
func (b *Board) moment(i int64) time.Time {
	if instant(i) == never {
		return time.Time{}
	}
	return b.clock.time(instant(i))
}
