package journal

import (
	"context"
	"errors"
	"fmt"
)

// errAway says that the caller did not wait for the end of what it began.
var errAway = errors.New("the journal has not answered in time")

// use takes a summit's turn and runs f on its end, in a goroutine of its own:
// a disk may stall for longer than the caller can wait. When ctx ends first,
// use returns errAway; f goes on until the store has answered or answerLimit
// is over, and keeps the turn. So at most one goroutine per summit waits for
// the disk, and nobody uses a history of which it is not known where it ends.
func use[T any](ctx context.Context, j *JetStream, summit string, f func(context.Context, *end) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	e := j.endOf(summit)
	select {
	case <-e.turn:
	case <-ctx.Done():
		return none, fmt.Errorf("the journal is still busy with an earlier write: %w", ctx.Err())
	}
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { e.turn <- struct{}{} }()
		var r result
		if r.err = j.usable(); r.err == nil {
			r.value, r.err = f(context.WithoutCancel(ctx), e)
			j.gate.RUnlock()
			j.judge(r.err)
		}
		done <- r
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return none, fmt.Errorf("%w: %w", errAway, ctx.Err())
	}
}

// uncertain says of a write that it was not waited for to the end.
func uncertain(err error) error {
	if errors.Is(err, errAway) {
		return fmt.Errorf("%w: %w", err, ErrUncertain)
	}
	return err
}

// usable takes the gate for reading, after reopening a store that failed; it
// has not taken it when it returns an error.
func (j *JetStream) usable() error {
	for {
		j.gate.RLock()
		switch {
		case j.closed:
			j.gate.RUnlock()
			return ErrClosed
		case j.damaged != nil:
			defer j.gate.RUnlock()
			return j.damaged
		case !j.suspect:
			return nil
		}
		j.gate.RUnlock()
		if err := j.reopen(); err != nil {
			return err
		}
	}
}

// judge decides from an operation's error whether the store is still to be
// trusted. Neither a failed write nor a history that is read other than it was
// is the last word: the next use reopens the store and verifies everything.
func (j *JetStream) judge(err error) {
	var damaged *DamagedError
	var failed *failedWrite
	if !errors.As(err, &damaged) && !errors.As(err, &failed) {
		return
	}
	j.log.Error("journal: it is to be verified before the next use", "error", err)
	j.gate.Lock()
	defer j.gate.Unlock()
	if !j.remote {
		j.suspect = true
	} else if damaged != nil {
		j.damaged = err
	}
}

// reopen reads everything from disk again: what is in memory may say more than
// what was written.
func (j *JetStream) reopen() error {
	j.gate.Lock()
	defer j.gate.Unlock()
	if !j.suspect || j.closed {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	err := j.store.reopen(ctx)
	if err == nil {
		err = j.verifyAll(ctx)
	}
	var damaged *DamagedError
	if errors.As(err, &damaged) {
		j.damaged = err
		j.log.Error("journal: it is not served any more", "error", err)
		return err
	}
	if err != nil {
		return fmt.Errorf("the journal cannot be reopened: %w", err)
	}
	j.suspect = false
	j.log.Info("journal: reopened, and every history is what was acknowledged")
	return nil
}

// Close implements [Journal]. It waits for the writes that are under way, as
// long as the disk takes.
func (j *JetStream) Close() error {
	j.gate.Lock()
	defer j.gate.Unlock()
	if j.closed {
		return nil
	}
	j.closed = true
	var err error
	if j.store != nil {
		err = j.store.close()
	}
	if j.lock != nil {
		err = errors.Join(err, j.lock.Close())
	}
	return err
}
