package recorder

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"path"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"
)

const (
	segmentSeconds = 2
	// A picture's segment ends with the first key frame after so much of it,
	// so that a key frame every two seconds ends each, whatever its unrest.
	segmentLeast = 1800 * time.Millisecond
	partLength   = 500 * time.Millisecond
	// longestGap, in seconds, is what is bridged: sound by silence, a picture
	// by standing still. A longer one is a hole.
	longestGap = 10
	// retryAfter is how long nothing is written after it has failed.
	retryAfter = time.Second
)

// reel is one track within one take: samples in, parts and segments out. Its
// times are in units of the track's clock, from the start of the take.
type reel struct {
	take    *take
	volume  *volume
	record  *TrackRecord
	rate    int64
	start   int64 // of the take, from the recorder's epoch
	now     func() time.Time
	sync    func(Appender)  // takes over a file to sync and close
	report  func(err error) // of the storage; nil: something was written
	program bool

	inits   map[format]int
	format  format
	broken  int  // discontinuities of the program that are behind
	dropped bool // the next segment does not follow the one before

	samples []*fmp4.Sample // of the part being gathered
	from    int64          // of its first
	newest  int64          // of its last, whose length a picture does not know yet
	to      int64          // where what is known ends
	held    bool           // the last sample's length is not known
	touched time.Time      // when the last sample came
	base    Counts         // of the track before the take

	segment  *segment
	number   int
	sequence uint32
	buffer   seekablebuffer.Buffer

	failing bool
	retry   time.Time
	closed  bool
}

// segment is the file being written.
type segment struct {
	record SegmentRecord
	path   string
	file   Appender
	hash   hash.Hash
	next   int64 // where it ends so far
}

// units is a time in units of the reel's clock.
func (r *reel) units(d time.Duration) int64 { return ticksOf(int64(d), r.rate) }

// empty reports whether the reel has nothing yet.
func (r *reel) empty() bool { return r.segment == nil && len(r.samples) == 0 && r.number == 0 }

// sound adds a frame of sound. What is missing before it is filled.
func (r *reel) sound(t int64, f *frame) {
	if t < 0 || r.closed {
		return
	}
	if r.empty() {
		r.format = f.format
		r.to = t
		if r.program && t <= longestGap*r.rate {
			r.to = 0
		}
		r.from = r.to
	}
	switch gap := t - r.to; {
	case gap < -f.ticks/2:
		return // there is something at that time
	case gap > longestGap*r.rate:
		r.cut()
		r.dropped = true
		r.from, r.to = t, t
	default:
		r.silence(gap)
	}
	r.put(f.payload, f.ticks)
}

// silence fills so much time, as far as the shortest frame goes.
func (r *reel) silence(gap int64) {
	for _, s := range silences {
		for ; gap >= s.ticks; gap -= s.ticks {
			r.put(s.payload, s.ticks)
			r.record.Counts.Filled += s.ticks
		}
	}
}

// put adds sound where the last ended.
func (r *reel) put(payload []byte, length int64) {
	if r.program {
		if n := r.take.breaksBy(nsOf(r.to, r.rate)); n > r.broken {
			r.broken++
			r.cut()
			r.dropped = true
		}
	}
	if r.segment != nil && r.to-r.segment.record.From >= segmentSeconds*r.rate {
		r.cut()
	}
	if len(r.samples) == 0 {
		r.from = r.to
	}
	r.samples = append(r.samples, &fmp4.Sample{Duration: uint32(length), Payload: payload})
	r.newest = r.to
	r.to += length
	r.touched = r.now()
	if r.to-r.from >= r.units(partLength) {
		r.flush()
	}
}

// picture adds a picture. It reports whether a key frame is needed first.
func (r *reel) picture(t int64, f *frame) (wantsKey bool) {
	if r.closed {
		return false
	}
	t = max(t, 0)
	if !f.key && (r.empty() || r.failing) {
		return r.empty() || r.now().After(r.retry)
	}
	if len(r.samples) > 0 && t <= r.newest {
		t = r.newest + 1
	}
	r.release(t)
	if f.key && f.format != r.format {
		if !r.empty() {
			r.cut()
			r.dropped = true
			if r.program {
				r.take.breakAt(nsOf(t, r.rate))
			}
		}
		r.format = f.format
	}
	if f.key && r.segment != nil && t-r.segment.record.From >= r.units(segmentLeast) {
		r.cut()
	}
	if len(r.samples) > 0 && r.to-r.from >= r.units(partLength) {
		r.flush()
	}
	if r.failing && !f.key {
		return false
	}
	if len(r.samples) == 0 {
		r.from = t
	}
	r.samples = append(r.samples, &fmp4.Sample{IsNonSyncSample: !f.key, Payload: f.payload})
	r.newest, r.to, r.held = t, t, true
	r.touched = r.now()
	return false
}

// release gives the last picture its length, now that the next one's time is
// known. It stands still over a gap that is not too long.
func (r *reel) release(next int64) {
	if !r.held {
		return
	}
	r.held = false
	length := next - r.newest
	if length > longestGap*r.rate {
		length = r.rate / 10
		r.dropped = r.dropped || !r.program
	}
	r.samples[len(r.samples)-1].Duration = uint32(length)
	r.to = r.newest + length
	if r.to != next {
		r.cut()
	}
}

// idle writes what has been gathered and waits for nothing.
func (r *reel) idle(now time.Time) {
	if len(r.samples) == 0 || now.Sub(r.touched) < partLength {
		return
	}
	if !r.held {
		r.flush()
		return
	}
	if n := len(r.samples) - 1; n > 0 {
		last := r.samples[n]
		r.samples = r.samples[:n]
		r.to, r.held = r.newest, false
		if r.flush(); !r.failing {
			r.samples, r.from, r.held = append(r.samples, last), r.newest, true
		}
	}
}

// close ends the reel, at the given time if what it has reaches so far.
func (r *reel) close(end int64) {
	if r.closed {
		return
	}
	r.release(max(end, r.newest+r.rate/100))
	if r.program && r.rate == soundRate && !r.empty() && end-r.to <= longestGap*r.rate {
		r.silence(end - r.to)
	}
	r.cut()
	r.closed = true
}

// flush writes what has been gathered as one part.
func (r *reel) flush() {
	if len(r.samples) == 0 {
		return
	}
	samples, from, to := r.samples, r.from, r.to
	r.samples, r.from = nil, r.to
	if r.failing && r.now().Before(r.retry) {
		r.record.Counts.Unwritten += nsOf(to-from, r.rate)
		return
	}
	if err := r.write(samples, from, to); err != nil {
		r.record.Counts.Unwritten += nsOf(to-from, r.rate)
		r.fail(err)
		return
	}
	r.failing = false
	r.report(nil)
}

func (r *reel) write(samples []*fmp4.Sample, from, to int64) error {
	if r.segment == nil {
		if err := r.open(from); err != nil {
			return err
		}
	}
	r.sequence++
	r.buffer.Reset()
	part := fmp4.Part{SequenceNumber: r.sequence, Tracks: []*fmp4.PartTrack{{ID: 1, BaseTime: uint64(from), Samples: samples}}}
	if err := part.Marshal(&r.buffer); err != nil {
		return fmt.Errorf("make a part: %w", err)
	}
	s := r.segment
	if _, err := s.file.Write(r.buffer.Bytes()); err != nil {
		return errors.Join(err, s.file.Truncate(s.record.Bytes))
	}
	s.hash.Write(r.buffer.Bytes())
	s.record.Bytes += int64(r.buffer.Len())
	s.next = to
	return nil
}

// open begins a segment.
func (r *reel) open(from int64) error {
	init, known := r.inits[r.format]
	if !known {
		var err error
		if init, err = r.volume.addInit(r.record, r.format); err != nil {
			return err
		}
		r.inits[r.format] = init
	}
	record := SegmentRecord{File: fmt.Sprintf("%06d.m4s", r.number+1), Init: init, From: from, Discontinuity: r.dropped && r.number > 0}
	name := path.Join(r.volume.path, r.record.Name, record.File)
	file, err := r.volume.store.Append(name)
	if err != nil {
		return err
	}
	r.number++
	r.dropped = false
	r.volume.begin(r.record, record)
	r.segment = &segment{record: record, path: name, file: file, hash: sha256.New(), next: from}
	return nil
}

// cut writes what has been gathered and ends the segment.
func (r *reel) cut() {
	r.flush()
	s := r.segment
	if s == nil {
		return
	}
	r.segment = nil
	if s.record.Bytes == 0 {
		_ = s.file.Close()
		_ = r.volume.store.Remove(s.path) // nothing is in it
		r.dropped = r.dropped || s.record.Discontinuity
		return
	}
	s.record.Length = s.next - s.record.From
	s.record.SHA256 = hex.EncodeToString(s.hash.Sum(nil))
	r.sync(s.file)
	r.volume.add(r.record, s.record, s.record.Length)
}

// fail ends the segment with what was written, and leaves the storage alone for
// a while.
func (r *reel) fail(err error) {
	first := !r.failing
	r.failing, r.retry = true, r.now().Add(retryAfter)
	r.dropped = r.dropped || !r.program
	r.cut()
	if first {
		r.report(storageError(r.record.Name, r.volume.path, err))
	}
}
