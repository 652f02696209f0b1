package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
	"unicode/utf8"
)

// Limits on what one append may carry.
const (
	MaxPayload = 256 << 10 // bytes of one payload
	MaxRecords = 1024      // records of one append
	maxAppend  = 768 << 10 // bytes of all payloads of one append
)

// Record is something that happened, as the caller knows it.
type Record struct {
	Kind    string    // kebab-case, at most 64 bytes; stays readable when the payload is withheld
	At      time.Time // kept in UTC, to the nanosecond
	Payload []byte    // UTF-8 text, JSON in practice; nil is kept as empty
}

// Journal keeps histories, one per summit. Its methods may be called from
// several goroutines at once.
//
// A summit's name is 1 to 64 of a–z, 0–9 and "-".
type Journal interface {
	// Append adds records to a summit's history, all of them or none, after
	// the entry numbered after (0 for a history that is to begin), and returns
	// the number of the last one. When it returns nil, the records are on disk.
	//
	// It returns a [*MovedError] and adds nothing when the history does not end
	// at after. When ctx ends first, the error wraps [ErrUncertain]: the
	// records may or may not be, or become, part of the history. The caller
	// keeps its after; the next Append then either continues from it, or
	// returns a [*MovedError], upon which Replay tells what it missed.
	Append(ctx context.Context, summit string, after uint64, records []Record) (last uint64, err error)

	// Replay calls f for each entry numbered above after, in order, until f
	// returns an error, which Replay then returns. The payload is nil when it
	// was erased, otherwise not nil. The numbers have gaps: the journal's own
	// entries, which record an erasure, are not told. A summit without history
	// has no entries.
	Replay(ctx context.Context, summit string, after uint64, f func(seq uint64, kind string, at time.Time, payload []byte) error) error

	// Last returns the number of the last entry of a summit's history, the
	// journal's own included; 0 when there is none. It is what the next Append
	// must give as after.
	Last(ctx context.Context, summit string) (uint64, error)

	// Summits lists every summit that has a history, sorted.
	Summits(ctx context.Context) ([]string, error)

	// Erase destroys the payload and the salt of one entry, for good, and adds
	// an entry of kind [KindErased] that says so. Erasing twice adds nothing.
	// It returns [ErrNoEntry] when there is no such entry, or when it is one
	// of the journal's own, which have nothing to erase. Erase moves the
	// history's end: an Append that follows must know (see [Journal.Last]).
	Erase(ctx context.Context, summit string, seq uint64) error

	// Export writes a summit's history as one file that [Verify] can check
	// without this server. The payloads of entries for which withhold returns
	// true are left out; a nil withhold leaves out only what was erased.
	Export(ctx context.Context, summit string, w io.Writer, withhold func(seq uint64, kind string) bool) error

	// Close ends the journal; every later call returns [ErrClosed].
	Close() error
}

// KindErased is the kind of the journal's own entries: each records that the
// payload of an earlier entry was erased. Append does not accept it.
const KindErased = "payload-erased"

// Errors that callers tell apart.
var (
	ErrClosed    = errors.New("the journal is closed")
	ErrNoEntry   = errors.New("there is no such entry in the journal")
	ErrUncertain = errors.New("it is not known whether the entries were written")
)

// MovedError refuses an append that does not continue the history's end.
type MovedError struct {
	Summit string
	After  uint64 // the entry the caller wanted to continue from
	Last   uint64 // the entry the history ends with
}

// Error says where the history ends.
func (e *MovedError) Error() string {
	return fmt.Sprintf("the history of summit %s ends at entry %d, not at entry %d: read what is new before writing", e.Summit, e.Last, e.After)
}

// DamagedError refuses to serve a history that is not the one that was
// acknowledged.
type DamagedError struct {
	Summit string // "" when the fault is not one summit's
	Fault  string // what is wrong, a clause
	Remedy string // what to do, a sentence
}

// Error says what is wrong and what to do.
func (e *DamagedError) Error() string {
	subject := "the journal cannot be served"
	if e.Summit != "" {
		subject = fmt.Sprintf("the history of summit %s cannot be served", e.Summit)
	}
	return subject + ": " + e.Fault + ". " + e.Remedy
}

var summitPattern = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// checkSummit refuses a name that could not stand in a subject or a file name.
func checkSummit(summit string) error {
	if !summitPattern.MatchString(summit) {
		return fmt.Errorf("%q is not the name of a summit: 1 to 64 of a–z, 0–9 and \"-\" are", summit)
	}
	return nil
}

// checkKind refuses what would need escaping in an entry's canonical form.
func checkKind(kind string) error {
	words := len(kind) > 0 && len(kind) <= 64
	for i := range len(kind) {
		c := kind[i]
		letter := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		between := c == '-' && i > 0 && i < len(kind)-1 && kind[i-1] != '-'
		words = words && (letter || between)
	}
	if !words {
		return fmt.Errorf("%q is not the kind of a journal entry: at most 64 of a–z, 0–9 and \"-\" between them are", kind)
	}
	return nil
}

// checkRecords refuses what the journal cannot keep.
func checkRecords(records []Record) error {
	if len(records) == 0 || len(records) > MaxRecords {
		return fmt.Errorf("an append carries 1 to %d records, not %d", MaxRecords, len(records))
	}
	total := 0
	for i, r := range records {
		if err := checkKind(r.Kind); err != nil {
			return fmt.Errorf("record %d: %w", i+1, err)
		}
		if r.Kind == KindErased {
			return fmt.Errorf("record %d: the kind %q is the journal's own", i+1, KindErased)
		}
		if y := r.At.UTC().Year(); y < 1 || y > 9999 {
			return fmt.Errorf("record %d: the year %d cannot be written in an entry", i+1, y)
		}
		if len(r.Payload) > MaxPayload {
			return fmt.Errorf("record %d: its payload has %d bytes, and at most %d are kept", i+1, len(r.Payload), MaxPayload)
		}
		if !utf8.Valid(r.Payload) {
			return fmt.Errorf("record %d: its payload is not UTF-8 text", i+1)
		}
		total += len(r.Payload)
	}
	if total > maxAppend {
		return fmt.Errorf("the payloads of one append have %d bytes, and at most %d are kept", total, maxAppend)
	}
	return nil
}
