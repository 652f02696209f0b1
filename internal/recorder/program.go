package recorder

import (
	"time"

	"liqa/internal/switchboard"
)

// Slots of the program's receiver: those of the first pair.
const (
	originalSlot = "original-1"
	pictureSlot  = "picture-1"
)

// Synchronisation sources and payload types of the program. Nobody but the
// recorder sees them.
const (
	originalSSRC = 1
	pictureSSRC  = 2
)

// RecordProgram records what the program of the key carries, as the tracks
// "picture" and "original".
func (r *Recorder) RecordProgram(key switchboard.Key) error {
	out := r.program(key)
	if out == nil {
		return nil
	}
	receiver, err := r.config.Board.AddReceiver(key, []switchboard.SlotSpec{
		{ID: originalSlot, Kind: switchboard.Audio, Pair: 1, SSRC: originalSSRC,
			PT: map[switchboard.Codec]uint8{switchboard.Opus: 111}},
		{ID: pictureSlot, Kind: switchboard.Video, Pair: 1, SSRC: pictureSSRC,
			PT: map[switchboard.Codec]uint8{switchboard.H264: 102, switchboard.VP9: 98}},
	}, out)
	if err != nil {
		return err
	}
	picture := out.slots[1].track
	picture.mu.Lock()
	picture.ask = func() { receiver.PictureLoss(pictureSSRC) }
	picture.mu.Unlock()
	r.until(receiver.Close)
	return nil
}

// program makes the program's tracks; nil when there are already.
func (r *Recorder) program(key switchboard.Key) *Output {
	original := r.add(Track{Name: string(Original), Role: Original, Kind: switchboard.Audio, Source: switchboard.SourceID(key)}, reorderWait)
	picture := r.add(Track{Name: string(Picture), Role: Picture, Kind: switchboard.Video, Source: switchboard.SourceID(key)}, reorderWait)
	if original == nil || picture == nil {
		return nil
	}
	return &Output{now: r.now, slots: [2]programSlot{{track: original}, {track: picture}}}
}

// Output takes the packets of the program's receiver: a switchboard.Output.
type Output struct {
	now   func() time.Time
	slots [2]programSlot
}

// programSlot is one slot's stream, which is one for good whatever feeds it.
type programSlot struct {
	track   *track
	started bool
	seq     uint64
	ts      int64
}

// WriteRTP records packets. What is sent again is not asked for by the
// recorder, and not taken.
func (o *Output) WriteRTP(packets []switchboard.Outgoing) {
	arrival := o.now()
	for i := range packets {
		p := &packets[i]
		if p.Slot < 0 || p.Slot >= len(o.slots) || p.Again {
			continue
		}
		s := &o.slots[p.Slot]
		seq, ts := s.unwrap(p.Header.SequenceNumber, p.Header.Timestamp)
		s.track.take(packet{
			codec: p.Codec, seq: seq, ts: ts, capture: p.Capture, arrival: arrival,
			marker: p.Header.Marker, key: p.Keyframe, slate: p.Source == "" && p.Codec.Kind() == switchboard.Video, payload: p.Payload,
		})
	}
}

// WriteRTCP does nothing: the packets come with their capture times.
func (o *Output) WriteRTCP([]byte) {}

// unwrap continues the numbers of a packet's header beyond their width.
func (s *programSlot) unwrap(seq uint16, ts uint32) (uint64, int64) {
	if !s.started {
		s.started, s.seq, s.ts = true, 1<<32+uint64(seq), 1<<40+int64(ts)
	}
	n := s.seq + uint64(int64(int16(seq-uint16(s.seq))))
	t := s.ts + int64(int32(ts-uint32(s.ts)))
	if n > s.seq {
		s.seq, s.ts = n, t
	}
	return n, t
}
