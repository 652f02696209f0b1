package switchboard

import (
	"cmp"
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// Survey is what the board knows of itself at one moment. It is measured, not
// planned.
type Survey struct {
	Sources   []SourceSurvey
	Receivers []ReceiverSurvey
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
	// none: ByLine for want of bandwidth, ByHand because of the set's Most.
	Reduced       Reduced
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
	NacksRefused  uint64
	Last          time.Time // of the last packet; zero before the first
}

// Reduced is a reason for carrying less of a picture than there is use for.
type Reduced string

// The reasons.
const (
	NotReduced Reduced = ""
	ByLine     Reduced = "line"
	ByHand     Reduced = "hand"
)

type sourceCount struct {
	packets, bytes, late, doubled, malformed, padding, keyframes, nacked, keyframesAsked atomic.Uint64
	lost                                                                                 atomic.Int64
	last                                                                                 atomic.Int64
}

type receiverCount struct{ dropped, pictureLosses atomic.Uint64 }

type slotCount struct {
	packets, bytes, turns, slates, refused, withheld, nacksAnswered, nacksRefused atomic.Uint64
	last                                                                          atomic.Int64
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
	var s Survey
	for _, src := range b.sources {
		s.Sources = append(s.Sources, b.surveySource(src, now))
	}
	slices.SortFunc(s.Sources, func(a, b SourceSurvey) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range b.order {
		s.Receivers = append(s.Receivers, b.surveyReceiver(r))
	}
	return s
}

func (b *Board) surveySource(s *Source, now instant) SourceSurvey {
	c := &s.count
	return SourceSurvey{
		ID: s.spec.ID, Origin: s.spec.Origin, Kind: s.spec.Kind, Codec: s.spec.Codec,
		Packets: c.packets.Load(), Bytes: c.bytes.Load(), Missing: uint64(max(0, c.lost.Load())),
		Late: c.late.Load(), Doubled: c.doubled.Load(), Malformed: c.malformed.Load(), Padding: c.padding.Load(),
		Keyframes: c.keyframes.Load(), Nacked: c.nacked.Load(), KeyframesAsked: c.keyframesAsked.Load(),
		Level:     float64(s.level.loudness(now))/decibel - 127,
		Jitter:    time.Duration(math.Float64frombits(s.jitter.value.Load()) / float64(s.spec.ClockRate) * float64(time.Second)),
		Last:      b.moment(c.last.Load()),
		Listeners: len(*s.routes.Load()),
	}
}

func (b *Board) surveyReceiver(r *Receiver) ReceiverSurvey {
	s := ReceiverSurvey{
		Key: r.rights.key, Receives: r.mayReceive(), Dropped: r.count.dropped.Load(), PictureLosses: r.count.pictureLosses.Load(),
		Slots: make([]SlotSurvey, len(r.slots)),
	}
	for i := range r.slots {
		sl, c := &r.slots[i], &r.slots[i].count
		s.Slots[i] = SlotSurvey{
			ID: sl.spec.ID, Kind: sl.spec.Kind,
			Packets: c.packets.Load(), Bytes: c.bytes.Load(), Turns: c.turns.Load(), Slates: c.slates.Load(),
			Refused: c.refused.Load(), Withheld: c.withheld.Load(),
			NacksAnswered: c.nacksAnswered.Load(), NacksRefused: c.nacksRefused.Load(),
			Last: b.moment(c.last.Load()),
		}
		if g := sl.carrying.Load(); g != nil && g.live.Load() {
			s.Slots[i].Carries, s.Slots[i].Origin = g.source.spec.ID, g.source.spec.Origin
		}
	}
	return s
}

// moment is the zero time for never.
func (b *Board) moment(i int64) time.Time {
	if instant(i) == never {
		return time.Time{}
	}
	return b.clock.time(instant(i))
}
