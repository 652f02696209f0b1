package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
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

// canonicalString writes a string, which must be valid UTF-8, with no escape
// but those RFC 8785 §3.2.2.2 demands.
func canonicalString(s string) []byte {
	const short = "btnvfr" // of 8 to 13; there is none for 11
	b := make([]byte, 0, len(s)+len(s)/8+2)
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= 8 && c <= 13 && c != 11:
			b = append(b, '\\', short[c-8])
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
		return fmt.Errorf("it is not in its canonical spelling")
	}
	return nil
}
