package journal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Hash is a SHA-256; as text, 64 lower-case hexadecimal digits.
type Hash [sha256.Size]byte

// String returns the hash as text.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText returns the hash as text.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText accepts exactly what MarshalText returns.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) || !bytes.Equal(text, bytes.ToLower(text)) {
		return fmt.Errorf("%.80q is not a hash of %d lower-case hexadecimal digits", text, hex.EncodedLen(len(h)))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// The prefixes keep a hash made for one purpose from standing for another.
// They are part of the format.
const (
	genesisPrefix = "liqa journal 1: summit\n"
	entryPrefix   = "liqa journal 1: entry\n"
	payloadPrefix = "liqa journal 1: payload\n"
)

// hashOf is the SHA-256 over the concatenation of its parts.
func hashOf(parts ...[]byte) (sum Hash) {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}

// genesis is what the first entry of a summit's history names as its
// predecessor. It binds the chain to the summit.
func genesis(summit string) Hash {
	return hashOf([]byte(genesisPrefix), []byte(summit))
}

// maxSeq is the highest number an entry can have: the last that every reader
// of JSON reads exactly.
const maxSeq = 1<<53 - 1

// Entry is one link of a summit's history.
type Entry struct {
	Seq        uint64    // 1, 2, 3, …
	Prev       Hash      // the predecessor's [Entry.Hash]; for entry 1 one made of the summit's name
	Kind       string    // kebab-case
	At         time.Time // UTC
	Commitment Hash      // see [Sealed]
}

// wireTime is RFC 3339 in UTC with exactly nine digits of fraction: one moment
// has one spelling.
const wireTime = "2006-01-02T15:04:05.000000000Z"

// Canonical returns the entry's one spelling, canonical JSON (RFC 8785).
func (e Entry) Canonical() []byte {
	return canonicalObject(
		field{"at", canonicalString(e.At.UTC().Format(wireTime))},
		field{"commitment", canonicalString(e.Commitment.String())},
		field{"kind", canonicalString(e.Kind)},
		field{"prev", canonicalString(e.Prev.String())},
		field{"seq", canonicalNumber(e.Seq)},
	)
}

// Hash is the hash that the next entry names as its predecessor's.
func (e Entry) Hash() Hash { return hashOf([]byte(entryPrefix), e.Canonical()) }

// ParseEntry reads an entry in its canonical spelling, and refuses any other.
func ParseEntry(text []byte) (Entry, error) {
	c := cutter{rest: text}
	e := c.entry()
	if !c.bad && len(c.rest) > 0 {
		c.bad = true
	}
	if c.bad {
		return Entry{}, fmt.Errorf("an entry cannot be read: %w", errSpelling)
	}
	return e, nil
}

// entry cuts off an entry.
func (c *cutter) entry() (e Entry) {
	c.literal(`{"at":"`)
	at := string(c.take(len(wireTime)))
	c.literal(`","commitment":"`)
	e.Commitment = c.hash()
	c.literal(`","kind":"`)
	e.Kind = string(c.until('"'))
	c.literal(`","prev":"`)
	e.Prev = c.hash()
	c.literal(`","seq":`)
	e.Seq = c.number()
	c.literal("}")
	var err error
	e.At, err = time.Parse(wireTime, at)
	if err != nil || e.At.Format(wireTime) != at || checkKind(e.Kind) != nil || e.Seq == 0 || e.Seq > maxSeq {
		c.bad = true
	}
	return e
}

// Salt keeps a commitment from being opened by guessing the payload.
type Salt [32]byte

// newSalt draws a salt; crypto/rand.Read never fails.
func newSalt() (s Salt) {
	rand.Read(s[:])
	return s
}

// Sealed is a payload with the salt that opens its entry's commitment. It is
// kept beside the chain.
type Sealed struct {
	Salt    Salt
	Payload []byte
}

// Commitment is the hash an entry carries in the payload's stead.
func (s Sealed) Commitment() Hash {
	return hashOf([]byte(payloadPrefix), s.Salt[:], s.Payload)
}

// head is where a summit's history ends.
type head struct {
	length uint64
	hash   Hash // of the last entry, or the genesis
}

// next makes the entry that continues the history, and the head after it.
func (h head) next(r Record, commitment Hash) (Entry, head) {
	e := Entry{h.length + 1, h.hash, r.Kind, r.At.UTC(), commitment}
	return e, head{e.Seq, e.Hash()}
}

// follow checks that e continues the history, and returns the head after it.
func (h head) follow(e Entry) (head, error) {
	if e.Seq != h.length+1 {
		return h, fmt.Errorf("entry %d is followed by entry %d", h.length, e.Seq)
	}
	if e.Prev != h.hash {
		return h, fmt.Errorf("entry %d does not continue entry %d: the hash it names is another", e.Seq, h.length)
	}
	return head{e.Seq, e.Hash()}, nil
}
