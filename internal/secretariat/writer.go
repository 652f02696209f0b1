package secretariat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"liqa/internal/journal"
)

// How long one append is waited for before it is tried again, and how long the
// writer pauses between attempts, at first and at most.
const (
	attempt    = 10 * time.Second
	firstPause = 100 * time.Millisecond
	lastPause  = 2 * time.Second
)

// writer appends batches to the journal, one at a time, and does not give up:
// a batch that may be on the disk already cannot be taken back.
type writer struct {
	journal Journal
	summit  string
	last    uint64                // number of the last entry known
	batches chan []journal.Record // room for one
	results chan result
}

// result is that of an attempt: nil when the batch is on disk; otherwise the
// writer goes on trying.
type result struct{ err error }

func newWriter(j Journal, summit string, last uint64) *writer {
	return &writer{journal: j, summit: summit, last: last,
		batches: make(chan []journal.Record, 1), results: make(chan result, 1)}
}

func (w *writer) run(ctx context.Context) {
	for {
		select {
		case batch := <-w.batches:
			w.write(ctx, batch)
		case <-ctx.Done():
			return
		}
	}
}

// write tries until the batch is on disk or ctx ends, and reports each attempt.
func (w *writer) write(ctx context.Context, batch []journal.Record) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := w.try(ctx, batch)
		select {
		case w.results <- result{err}:
		case <-ctx.Done():
			return
		}
		if err == nil {
			return
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// try appends the batch, unless an attempt that seemed to fail has done so.
func (w *writer) try(ctx context.Context, batch []journal.Record) error {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	last, err := w.journal.Append(ctx, w.summit, w.last, batch)
	var moved *journal.MovedError
	if !errors.As(err, &moved) {
		if err == nil {
			w.last = last
		}
		return err
	}
	there, err := w.there(ctx, batch)
	if err != nil {
		return err
	}
	if w.last, err = w.journal.Last(ctx, w.summit); err != nil || there {
		return err
	}
	w.last, err = w.append(ctx, batch)
	return err
}

// append is Append, which must not move last when it fails.
func (w *writer) append(ctx context.Context, batch []journal.Record) (uint64, error) {
	last, err := w.journal.Append(ctx, w.summit, w.last, batch)
	if err != nil {
		return w.last, err
	}
	return last, nil
}

// there reports whether what the journal has after the last entry known is the
// batch. Anything else there is an error: somebody else writes this history.
func (w *writer) there(ctx context.Context, batch []journal.Record) (bool, error) {
	n, same := 0, true
	err := w.journal.Replay(ctx, w.summit, w.last, func(_ uint64, kind string, _ time.Time, payload []byte) error {
		same = same && n < len(batch) && kind == batch[n].Kind && bytes.Equal(payload, batch[n].Payload)
		n++
		return nil
	})
	switch {
	case err != nil:
		return false, err
	case n == 0:
		return false, nil // the journal's own entries only
	case !same || n != len(batch):
		return false, fmt.Errorf("the history of summit %s goes on with %d entries that this server has not written: is another one running on the same journal?", w.summit, n)
	}
	return true, nil
}
