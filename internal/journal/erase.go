package journal

import (
	"context"
	"fmt"
)

// Erase implements [Journal]. One message records the erasure and repeats,
// without the payload, what stood beside it; then the older message is
// destroyed.
func (j *JetStream) Erase(ctx context.Context, summit string, seq uint64) error {
	if err := checkSummit(summit); err != nil {
		return err
	}
	_, err := use(ctx, j, summit, func(ctx context.Context, e *end) (struct{}, error) {
		return struct{}{}, j.erase(ctx, summit, e, seq)
	})
	return uncertain(err)
}

func (j *JetStream) erase(ctx context.Context, summit string, e *end, seq uint64) error {
	var h history
	if err := j.read(ctx, summit, e, &h); err != nil {
		return err
	}
	if seq == 0 || seq > h.head.length || h.lines[seq-1].entry.Kind == KindErased {
		return fmt.Errorf("entry %d of summit %s cannot be erased: %w", seq, summit, ErrNoEntry)
	}
	if h.lines[seq-1].sealed == nil {
		return nil
	}
	lines := h.beside(seq)
	for i := range lines {
		if lines[i].entry.Seq == seq {
			lines[i].sealed = nil
		}
	}
	record, next := h.head.seal(erasure(seq, j.clock()))
	if err := j.extend(ctx, summit, e, append(lines, record), next); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	if err := j.store.remove(ctx, h.in[seq]); err != nil {
		e.known = false
		return &failedWrite{summit, err}
	}
	return nil
}
