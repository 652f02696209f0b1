package journal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The journal is written for ever and read by others, so that its JSON is
// canonical (RFC 8785, "JCS") and its writer is these few lines rather than a
// library whose taste in escapes may change. It needs objects, strings and
// whole numbers only.

// field is one member of a canonical object; value is canonical JSON.
type field struct {
	key   string
	value []byte
}

// canonicalObject writes an object. The fields must come in the order of
// their keys, which are plain ASCII.
func canonicalObject(fields ...field) []byte {
	b := []byte{'{'}
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, canonicalString(f.key)...), ':'), f.value...)
	}
	return append(b, '}')
}

// canonicalNumber writes a whole number below 2^53.
func canonicalNumber(n uint64) []byte { return strconv.AppendUint(nil, n, 10) }

// shortEscapes are the letters that stand for the characters 8 to 13; JSON
// knows none for 11.
const shortEscapes = "btnvfr"

// canonicalString writes a string, which must be valid UTF-8, with no escape
// but those RFC 8785 §3.2.2.2 demands.
func canonicalString(s string) []byte {
	b := make([]byte, 0, len(s)+len(s)/8+2)
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= 8 && c <= 13 && c != 11:
			b = append(b, '\\', shortEscapes[c-8])
		case c < 0x20:
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// parseCanonical decodes text into v, which must then write itself, by write,
// as exactly the same text. So no member may be missing, added, repeated or
// spelt otherwise: two readers never see two things in one text.
func parseCanonical(text []byte, v any, write func() []byte) error {
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("it is not JSON of the known form: %w", err)
	}
	if !bytes.Equal(write(), text) {
		return errSpelling
	}
	return nil
}

var errSpelling = errors.New("it is not in its canonical spelling")

// cutter reads canonical text of a known form from its beginning, the form
// being so strict that a few cuts read it, and nothing else passes. After the
// first mismatch it only returns zero values, and bad is true.
type cutter struct {
	rest []byte
	bad  bool
}

// literal cuts off exactly s.
func (c *cutter) literal(s string) {
	rest, ok := bytes.CutPrefix(c.rest, []byte(s))
	c.rest, c.bad = rest, c.bad || !ok
}

// take cuts off n bytes.
func (c *cutter) take(n int) []byte {
	if c.bad || n > len(c.rest) {
		c.bad = true
		return nil
	}
	text := c.rest[:n]
	c.rest = c.rest[n:]
	return text
}

// until cuts off what stands before the next end.
func (c *cutter) until(end byte) []byte { return c.take(max(0, bytes.IndexByte(c.rest, end))) }

// hash cuts off a hash.
func (c *cutter) hash() (h Hash) {
	if text := c.take(2 * len(h)); !c.bad {
		c.bad = h.UnmarshalText(text) != nil
	}
	return h
}

// number cuts off a whole number, written without needless zeros.
func (c *cutter) number() uint64 {
	digits := 0
	for digits < len(c.rest) && c.rest[digits] >= '0' && c.rest[digits] <= '9' {
		digits++
	}
	text := string(c.take(digits))
	n, err := strconv.ParseUint(text, 10, 64)
	c.bad = c.bad || err != nil || strconv.FormatUint(n, 10) != text
	return n
}

// text cuts off a string, quotes included, and undoes exactly the escapes of
// canonicalString.
func (c *cutter) text() []byte {
	c.literal(`"`)
	out := []byte{}
	for !c.bad {
		plain := bytes.IndexFunc(c.rest, func(r rune) bool { return r == '"' || r == '\\' || r < 0x20 })
		if plain < 0 {
			break
		}
		out = append(out, c.take(plain)...)
		switch mark := c.take(1)[0]; mark {
		case '"':
			return out
		case '\\':
			out = append(out, c.escaped())
		default: // a control character must be escaped
			c.bad = true
		}
	}
	c.bad = true
	return nil
}

// escaped cuts off what follows a backslash.
func (c *cutter) escaped() byte {
	mark := c.take(1)
	if c.bad {
		return 0
	}
	if mark[0] == '"' || mark[0] == '\\' {
		return mark[0]
	}
	if mark[0] == 'u' {
		var b [2]byte
		code := c.take(4)
		n, err := hex.Decode(b[:], code)
		c.bad = c.bad || err != nil || n != 2 || b[0] != 0 || !bytes.Equal(canonicalString(string(b[1:])), fmt.Appendf(nil, `"\u%s"`, code))
		return b[1]
	}
	i := strings.IndexByte(shortEscapes, mark[0])
	if i < 0 || mark[0] == 'v' {
		c.bad = true
		return 0
	}
	return byte(8 + i)
}
