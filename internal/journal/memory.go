package journal

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// Memory is a journal that is gone with its process. It is for tests, and
// passes the same suite as [JetStream].
type Memory struct {
	clock func() time.Time

	mu        sync.Mutex
	closed    bool
	signer    *signer
	histories map[string]*memoryHistory
}

// memoryHistory is one summit's; entry n and its payload are at index n-1.
type memoryHistory struct {
	head   head
	lines  []line
	erased map[uint64]bool
}

// OpenMemory returns an empty journal.
func OpenMemory() *Memory {
	return &Memory{
		clock:     time.Now,
		signer:    newSigner(),
		histories: map[string]*memoryHistory{},
	}
}

// Append implements [Journal].
func (m *Memory) Append(ctx context.Context, summit string, after uint64, records []Record) (uint64, error) {
	if err := checkSummit(summit); err != nil {
		return 0, err
	}
	if err := checkRecords(records); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(ctx); err != nil {
		return 0, err
	}
	h := m.histories[summit]
	if h == nil {
		h = &memoryHistory{head: head{0, genesis(summit)}, erased: map[uint64]bool{}}
	}
	if h.head.length != after {
		return 0, &MovedError{summit, after, h.head.length}
	}
	for _, r := range records {
		h.add(r)
	}
	m.histories[summit] = h
	return h.head.length, nil
}

// add continues the history by one entry.
func (h *memoryHistory) add(r Record) {
	l, next := h.head.seal(r)
	h.lines, h.head = append(h.lines, l), next
}

// usable reports why the journal cannot be used; m.mu is held.
func (m *Memory) usable(ctx context.Context) error {
	if m.closed {
		return ErrClosed
	}
	return ctx.Err()
}

// Replay implements [Journal].
func (m *Memory) Replay(ctx context.Context, summit string, after uint64, f func(uint64, string, time.Time, []byte) error) error {
	lines, _, err := m.snapshot(ctx, summit)
	if err != nil {
		return err
	}
	return tell(ctx, lines, after, f)
}

// Last implements [Journal].
func (m *Memory) Last(ctx context.Context, summit string) (uint64, error) {
	_, end, err := m.snapshot(ctx, summit)
	return end.length, err
}

// snapshot returns what a summit's history is now.
func (m *Memory) snapshot(ctx context.Context, summit string) ([]line, head, error) {
	if err := checkSummit(summit); err != nil {
		return nil, head{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(ctx); err != nil {
		return nil, head{}, err
	}
	h := m.histories[summit]
	if h == nil {
		return nil, head{0, genesis(summit)}, nil
	}
	return slices.Clone(h.lines), h.head, nil
}

// Summits implements [Journal].
func (m *Memory) Summits(ctx context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(ctx); err != nil {
		return nil, err
	}
	var names []string
	for name := range m.histories {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// Erase implements [Journal].
func (m *Memory) Erase(ctx context.Context, summit string, seq uint64) error {
	if err := checkSummit(summit); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(ctx); err != nil {
		return err
	}
	h := m.histories[summit]
	if h == nil || seq == 0 || seq > h.head.length || h.lines[seq-1].entry.Kind == KindErased {
		return fmt.Errorf("entry %d of summit %s cannot be erased: %w", seq, summit, ErrNoEntry)
	}
	if h.erased[seq] {
		return nil
	}
	h.add(erasure(seq, m.clock()))
	h.erased[seq] = true
	h.lines[seq-1].sealed = nil
	return nil
}

// Export implements [Journal].
func (m *Memory) Export(ctx context.Context, summit string, w io.Writer, withhold func(uint64, string) bool) error {
	lines, end, err := m.snapshot(ctx, summit)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return fmt.Errorf("summit %s has no history to export: %w", summit, ErrNoEntry)
	}
	return export(w, summit, m.signer, end, lines, withhold)
}

// Close implements [Journal].
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}
