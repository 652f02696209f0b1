package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// line is an entry with what is kept beside it; nil when that was erased.
type line struct {
	entry  Entry
	sealed *Sealed
}

// seal makes the line that continues the history with r, and the head after it.
func (h head) seal(r Record) (line, head) {
	s := &Sealed{newSalt(), append([]byte{}, r.Payload...)}
	e, next := h.next(r, s.Commitment())
	return line{e, s}, next
}

// tell calls f for the lines above after, but not for the journal's own.
func tell(ctx context.Context, lines []line, after uint64, f func(uint64, string, time.Time, []byte) error) error {
	for _, l := range lines {
		if l.entry.Seq <= after || l.entry.Kind == KindErased {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		var payload []byte
		if l.sealed != nil {
			payload = append([]byte{}, l.sealed.Payload...)
		}
		if err := f(l.entry.Seq, l.entry.Kind, l.entry.At, payload); err != nil {
			return err
		}
	}
	return nil
}

// erasurePayload is what the journal's own entries say, in canonical JSON.
type erasurePayload struct {
	Entry uint64 `json:"entry"`
}

// erasure is the record that the payload of entry seq was erased.
func erasure(seq uint64, at time.Time) Record {
	b, err := json.Marshal(erasurePayload{seq})
	if err != nil {
		panic(fmt.Sprintf("journal: a number cannot be marshalled: %v", err))
	}
	return Record{KindErased, at, b}
}

// erasureOf reads which entry an entry of kind [KindErased] says was erased.
func erasureOf(payload []byte) (uint64, error) {
	var p erasurePayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return 0, fmt.Errorf("an erasure does not say of what: %w", err)
	}
	if !bytes.Equal(erasure(p.Entry, time.Time{}).Payload, payload) || p.Entry == 0 {
		return 0, fmt.Errorf("an erasure does not say of what in canonical JSON")
	}
	return p.Entry, nil
}
