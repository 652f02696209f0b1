package journal

import (
	"context"
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

// wireErasure is what the journal's own entries say.
type wireErasure struct {
	Entry uint64 `json:"entry"`
}

func (w wireErasure) canonical() []byte {
	return canonicalObject(field{"entry", canonicalNumber(w.Entry)})
}

// erasure is the record that the payload of entry seq was erased.
func erasure(seq uint64, at time.Time) Record {
	return Record{KindErased, at, wireErasure{seq}.canonical()}
}

// erasureOf reads which entry an entry of kind [KindErased] says was erased.
func erasureOf(payload []byte) (uint64, error) {
	var w wireErasure
	if err := parseCanonical(payload, &w, func() []byte { return w.canonical() }); err != nil {
		return 0, fmt.Errorf("an erasure does not say of what: %w", err)
	}
	if w.Entry == 0 {
		return 0, fmt.Errorf("an erasure does not say of what: there is no entry 0")
	}
	return w.Entry, nil
}

// sealAll makes the lines that continue the history with all records.
func (h head) sealAll(records []Record) ([]line, head) {
	lines := make([]line, len(records))
	for i, r := range records {
		lines[i], h = h.seal(r)
	}
	return lines, h
}

// clone copies records and their payloads.
func clone(records []Record) []Record {
	copies := make([]Record, len(records))
	for i, r := range records {
		copies[i] = Record{r.Kind, r.At, append([]byte{}, r.Payload...)}
	}
	return copies
}
