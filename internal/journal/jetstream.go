package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Options of [OpenJetStream]; the zero value keeps the journal in this process.
type Options struct {
	// Log receives what an operator should know; nil is slog.Default().
	Log *slog.Logger

	// URL is a NATS cluster's, which is then used instead of the embedded
	// server; checkpoints and the signing key stay in the folder. Its servers
	// must be configured with JetStream's "sync_interval: always".
	URL string

	// Replicas is how many of the cluster's servers keep each entry; 0 is 1.
	Replicas int

	// Clock gives the times of erasures; nil is time.Now.
	Clock func() time.Time

	wrap func(store) store // tests put faults between journal and store
}

// JetStream is a journal on disk. See [OpenJetStream].
type JetStream struct {
	log    *slog.Logger
	clock  func() time.Time
	lock   *os.File
	marks  *checkpoints
	store  store
	remote bool

	// gate is held for reading by whoever uses the store, and for writing
	// while it is reopened or closed. It guards what follows.
	gate    sync.RWMutex
	closed  bool
	suspect bool  // a write failed, or a read was odd: reopen before the next use
	damaged error // a history is not what was acknowledged: serve nothing more

	mu   sync.Mutex
	ends map[string]*end
}

// end is where one summit's history ends. Who has taken the turn may use it.
type end struct {
	turn  chan struct{} // holds one token when nobody uses the history
	known bool          // false: read it from the store before use
	head  head
	mark  uint64
}

// answerLimit is how long the store may take for one answer before its silence
// is an error. It bounds no caller's patience; that is the caller's ctx.
const answerLimit = 10 * time.Second

// OpenJetStream opens the journal in the folder dir, and makes it when there
// is none. It reads and verifies every history, and compares each with its
// checkpoint; a [*DamagedError] says which is not what was acknowledged, and
// what to do. One process at a time can have a folder open.
//
// Appends are on disk when they return: JetStream syncs its file, then the
// checkpoint is written and synced.
func OpenJetStream(ctx context.Context, dir string, o Options) (*JetStream, error) {
	if err := makeDir(dir); err != nil {
		return nil, fmt.Errorf("the journal's folder cannot be made: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	j := newJetStream(o)
	j.lock = lock
	if err := j.open(ctx, dir, o); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// newJetStream returns a journal that is not yet open.
func newJetStream(o Options) *JetStream {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &JetStream{log: o.Log, clock: o.Clock, remote: o.URL != "", ends: map[string]*end{}}
}

// open opens checkpoints and store, and verifies all.
func (j *JetStream) open(ctx context.Context, dir string, o Options) (err error) {
	if j.marks, err = openCheckpoints(dir); err != nil {
		return err
	}
	summits, err := j.marks.summits()
	if err != nil {
		return err
	}
	s := &natsStore{}
	j.store = s
	if j.remote {
		s.conn, err = nats.Connect(o.URL, nats.MaxReconnects(-1), nats.Name("liqa"))
	} else {
		s.embedded = &embedded{dir: dir, log: j.log}
		if err = s.embedded.start(); err == nil {
			s.conn, err = s.embedded.connect()
		}
	}
	if err == nil {
		err = s.attach(ctx, o.Replicas, len(summits) == 0)
	}
	if err == nil && s.embedded != nil {
		err = s.embedded.sync(dir)
	}
	if err != nil {
		return fmt.Errorf("the journal cannot be opened: %w", err)
	}
	if o.wrap != nil {
		j.store = o.wrap(s)
	}
	return j.verifyAll(ctx)
}

// verifyAll reads every history and compares it with its checkpoint.
func (j *JetStream) verifyAll(ctx context.Context) error {
	stored, err := j.store.summits(ctx)
	if err != nil {
		return err
	}
	marked, err := j.marks.summits()
	if err != nil {
		return err
	}
	summits := append(stored, marked...)
	slices.Sort(summits)
	var faults []error
	for _, summit := range slices.Compact(summits) {
		e := j.endOf(summit)
		if err := j.read(ctx, summit, e, nil); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// endOf returns the place where a summit's end is kept.
func (j *JetStream) endOf(summit string) *end {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := j.ends[summit]
	if e == nil {
		e = &end{turn: make(chan struct{}, 1)}
		e.turn <- struct{}{}
		j.ends[summit] = e
	}
	return e
}

// has reports whether a summit has, or may have, a history.
func (j *JetStream) has(summit string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.ends[summit] != nil
}

// read reads a summit's history from the store and compares it with its
// checkpoint. Entries that are not in the checkpoint were never acknowledged;
// they are on disk, and now become part of the history. What an erasure left
// behind is removed. The history goes to h unless h is nil.
func (j *JetStream) read(ctx context.Context, summit string, e *end, h *history) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	e.known = false
	mark, err := j.marks.read(summit)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return err
	}
	found, err := j.load(ctx, summit, mark)
	if err != nil {
		return err
	}
	if missing && found.mark == 0 {
		return nil
	}
	if missing {
		return &DamagedError{summit, fmt.Sprintf("the store has entries, but there is no checkpoint in %s", j.marks.file(summit)), restore}
	}
	if err := found.compare(summit, mark); err != nil {
		return err
	}
	if found.head.length > mark.length {
		j.log.Warn("journal: entries were written but not acknowledged before an interruption; they are kept",
			"summit", summit, "acknowledged", mark.length, "entries", found.head.length)
		if err := j.marks.write(summit, found.head); err != nil {
			return err
		}
	}
	for _, mark := range found.stale {
		if err := j.store.remove(ctx, mark); err != nil {
			return fmt.Errorf("an erased payload of summit %s cannot be removed: %w", summit, err)
		}
	}
	e.head, e.mark, e.known = found.head, found.mark, true
	if h != nil {
		*h = found
	}
	return nil
}

// load reads and folds a summit's frames. A cluster's follower may answer
// before it has what the leader acknowledged: it is asked again until it has
// all that the checkpoint says, or ctx ends.
func (j *JetStream) load(ctx context.Context, summit string, mark head) (history, error) {
	for {
		frames, err := j.store.frames(ctx, summit)
		if err != nil {
			return history{}, err
		}
		h, err := fold(summit, frames)
		if err != nil {
			return history{}, &DamagedError{summit, err.Error(), restore}
		}
		if !j.remote || h.head.length >= mark.length {
			return h, nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return h, nil
		}
	}
}

// Append implements [Journal].
func (j *JetStream) Append(ctx context.Context, summit string, after uint64, records []Record) (uint64, error) {
	if err := checkSummit(summit); err != nil {
		return 0, err
	}
	if err := checkRecords(records); err != nil {
		return 0, err
	}
	records = clone(records) // the caller may have gone on before they are written
	last, err := use(ctx, j, summit, func(ctx context.Context, e *end) (uint64, error) {
		if err := j.know(ctx, summit, e); err != nil {
			return 0, err
		}
		if e.head.length != after {
			return 0, &MovedError{summit, after, e.head.length}
		}
		lines, next := e.head.sealAll(records)
		if err := j.extend(ctx, summit, e, lines, next); err != nil {
			return 0, err
		}
		return next.length, nil
	})
	return last, uncertain(err)
}

// know reads a summit's history unless its end is known.
func (j *JetStream) know(ctx context.Context, summit string, e *end) error {
	if e.known {
		return nil
	}
	if err := j.read(ctx, summit, e, nil); err != nil || e.known {
		return err
	}
	start := head{0, genesis(summit)}
	if err := j.marks.write(summit, start); err != nil {
		return err
	}
	e.head, e.mark, e.known = start, 0, true
	return nil
}

// extend writes lines, then the checkpoint over next, in this order.
func (j *JetStream) extend(ctx context.Context, summit string, e *end, lines []line, next head) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	mark, err := j.store.publish(ctx, summit, e.mark, marshalLines(lines))
	if errors.Is(err, errMoved) { // another server writes to the same cluster
		after := e.head.length
		if err := j.read(ctx, summit, e, nil); err != nil {
			return err
		}
		return &MovedError{summit, after, e.head.length}
	}
	if err == nil {
		err = j.marks.write(summit, next)
	}
	if err != nil {
		e.known = false
		return &failedWrite{summit, err}
	}
	e.head, e.mark = next, mark
	return nil
}

// failedWrite is a write of which it is not known how far it got.
type failedWrite struct {
	summit string
	cause  error
}

func (e *failedWrite) Error() string {
	return fmt.Sprintf("the history of summit %s could not be written: %v; %v", e.summit, e.cause, ErrUncertain)
}

func (e *failedWrite) Unwrap() []error { return []error{e.cause, ErrUncertain} }

// Replay implements [Journal].
func (j *JetStream) Replay(ctx context.Context, summit string, after uint64, f func(uint64, string, time.Time, []byte) error) error {
	h, err := j.whole(ctx, summit)
	if err != nil {
		return err
	}
	return tell(ctx, h.lines, after, f)
}

// whole returns a summit's history.
func (j *JetStream) whole(ctx context.Context, summit string) (history, error) {
	if err := checkSummit(summit); err != nil {
		return history{}, err
	}
	turn := summit
	if !j.remote && !j.has(summit) {
		turn = "" // strangers' questions leave nothing behind
	}
	return use(ctx, j, turn, func(ctx context.Context, e *end) (h history, err error) {
		if turn == summit {
			err = j.read(ctx, summit, e, &h)
		}
		return h, err
	})
}

// Last implements [Journal].
func (j *JetStream) Last(ctx context.Context, summit string) (uint64, error) {
	h, err := j.whole(ctx, summit)
	return h.head.length, err
}

// Summits implements [Journal].
func (j *JetStream) Summits(ctx context.Context) ([]string, error) {
	return use(ctx, j, "", func(ctx context.Context, _ *end) ([]string, error) {
		ctx, cancel := context.WithTimeout(ctx, answerLimit)
		defer cancel()
		return j.store.summits(ctx)
	})
}

// Export implements [Journal].
func (j *JetStream) Export(ctx context.Context, summit string, w io.Writer, withhold func(uint64, string) bool) error {
	h, err := j.whole(ctx, summit)
	if err != nil {
		return err
	}
	if h.head.length == 0 {
		return fmt.Errorf("summit %s has no history to export: %w", summit, ErrNoEntry)
	}
	return export(w, summit, j.marks.signer, h.head, h.lines, withhold)
}
