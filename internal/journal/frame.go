package journal

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// marshal returns the line's one spelling, without a newline: one entry as it
// stands in the store and in an exported file, and its payload and salt unless
// they are withheld.
func (l line) marshal() []byte {
	fields := []field{{"entry", l.entry.Canonical()}}
	if l.sealed != nil {
		fields = append(fields,
			field{"payload", canonicalString(string(l.sealed.Payload))},
			field{"salt", canonicalString(Hash(l.sealed.Salt).String())})
	}
	return canonicalObject(fields...)
}

// parseLine reads a line in the spelling of marshal; it refuses any other, and
// a payload that is not the one its entry commits to.
func parseLine(text []byte) (line, error) {
	c := cutter{rest: text}
	c.literal(`{"entry":`)
	l := line{entry: c.entry()}
	if !bytes.Equal(c.rest, []byte("}")) {
		c.literal(`,"payload":`)
		payload := c.text()
		c.literal(`,"salt":"`)
		l.sealed = &Sealed{Salt(c.hash()), payload}
		c.literal(`"`)
	}
	c.literal("}")
	if c.bad || len(c.rest) > 0 || !utf8.Valid(text) {
		return line{}, fmt.Errorf("a line cannot be read: %w", errSpelling)
	}
	if l.sealed != nil && l.sealed.Commitment() != l.entry.Commitment {
		return line{}, fmt.Errorf("the payload of entry %d is not the one the entry commits to", l.entry.Seq)
	}
	return l, nil
}

// frame is what one append, or one erasure, put into the store: whole lines.
// mark is its sequence number in the stream.
type frame struct {
	mark uint64
	data []byte
}

// marshalLines returns the lines as a frame's data.
func marshalLines(lines []line) []byte {
	var b []byte
	for _, l := range lines {
		b = append(append(b, l.marshal()...), '\n')
	}
	return b
}

// parse returns the frame's lines.
func (f frame) parse() ([]line, error) {
	var lines []line
	for rest := f.data; len(rest) > 0; {
		n := bytes.IndexByte(rest, '\n')
		if n < 0 {
			return nil, fmt.Errorf("message %d of the store does not end with a whole line", f.mark)
		}
		l, err := parseLine(rest[:n])
		if err != nil {
			return nil, fmt.Errorf("message %d of the store: %w", f.mark, err)
		}
		lines, rest = append(lines, l), rest[n+1:]
	}
	return lines, nil
}
