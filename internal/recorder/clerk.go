package recorder

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"
)

// The functions here are the recorder's own goroutine: it does what time alone
// asks for, finishes takes and tells of troubles.

func (r *Recorder) run() {
	defer close(r.stopped)
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	troubled := false
	for n := 0; ; n++ {
		select {
		case <-r.stop:
			return
		case <-ticker.C:
		}
		now, current := r.now(), r.current()
		for _, t := range r.all() {
			t.tick(now, current)
		}
		err := errors.Join(r.finish(now), r.syncer.trouble())
		if n%10 == 0 {
			r.watchClock(current)
			if current != nil {
				for _, v := range current.volumes() {
					err = errors.Join(err, v.trouble())
				}
			}
		}
		if n%10 == 0 || err != nil && !troubled {
			if (err != nil) != troubled {
				troubled = err != nil
				r.alarm(Trouble{Err: err, Again: err == nil})
			}
		}
		r.tell()
	}
}

func (r *Recorder) all() []*track {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.tracks)
}

// finish finishes the takes that have ended long enough ago. Those that cannot
// be are kept for the next time.
func (r *Recorder) finish(now time.Time) error {
	r.mu.Lock()
	var due []*take
	for _, t := range r.ending {
		if now.Sub(t.ended) >= grace {
			due = append(due, t)
		}
	}
	r.mu.Unlock()
	var failed error
	for _, t := range due {
		if !t.over.Swap(true) {
			for _, track := range r.all() {
				track.leave(t, t.ended)
			}
		}
		var err error
		for _, v := range t.volumes() {
			err = errors.Join(err, v.finish(t.ended))
		}
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		r.mu.Lock()
		r.ending = slices.DeleteFunc(r.ending, func(o *take) bool { return o == t })
		r.mu.Unlock()
		r.log.Info("a take is finished", "take", t.id, "length", t.ended.Sub(t.started))
		if r.config.OnTake != nil {
			r.config.OnTake(t.program.listed())
		}
	}
	return failed
}

// watchClock notes when the wall clock has been set.
func (r *Recorder) watchClock(current *take) {
	now := r.now() // and not the tick's, which may be a slow disk's time ago
	astray := r.config.Wall().Round(0).Sub(r.wall) - now.Sub(r.epoch)
	if d := astray - r.stepped; d < steppedBy && -d < steppedBy {
		return
	}
	r.stepped = astray
	r.log.Warn("the machine's clock was set; the recording goes on by its own", "by", astray)
	if current != nil {
		for _, v := range current.volumes() {
			v.stepped(ClockStep{At: now.UTC(), By: astray})
		}
	}
}

// tell tells of the troubles that were noted.
func (r *Recorder) tell() {
	r.mu.Lock()
	troubles := r.troubles
	r.troubles = nil
	r.mu.Unlock()
	for _, t := range troubles {
		switch {
		case t.Err != nil:
			r.log.Error("something cannot be recorded", "track", t.Track, "error", t.Err)
		case t.Again:
			r.log.Info("it is recorded again", "track", t.Track)
		default:
			r.log.Info("the take is over in which it could not be recorded", "track", t.Track)
		}
		if r.config.OnTrouble != nil {
			r.config.OnTrouble(t)
		}
	}
}

// syncer syncs files to disk and closes them, so that nobody else waits for a
// disk that is slow.
type syncer struct {
	files  chan Appender
	ended  chan struct{}
	failed atomic.Pointer[error] // of the newest
}

// syncsWaiting bounds the files that wait for their sync. Beyond it they are
// closed without: the disk does not follow, and syncs what it gets by itself.
const syncsWaiting = 256

func newSyncer() *syncer {
	s := &syncer{files: make(chan Appender, syncsWaiting), ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		for f := range s.files {
			err := errors.Join(f.Sync(), f.Close())
			s.failed.Store(&err)
		}
	}()
	return s
}

func (s *syncer) take(f Appender) {
	select {
	case s.files <- f:
	default:
		_ = f.Close() // what is written is in the system's hands
	}
}

// trouble is why the newest file could not be synced, or nil.
func (s *syncer) trouble() error {
	if err := s.failed.Load(); err != nil && *err != nil {
		return storageError("", "", *err)
	}
	return nil
}

func (s *syncer) close() {
	close(s.files)
	<-s.ended
}
