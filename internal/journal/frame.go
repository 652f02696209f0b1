package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// wireLine is one entry as it stands in the store and in an exported file, and
// its payload and salt unless they are withheld.
type wireLine struct {
	Entry   json.RawMessage `json:"entry"` // canonical
	Payload *string         `json:"payload"`
	Salt    *Hash           `json:"salt"`
}

// canonical returns the line without a newline.
func (w wireLine) canonical() []byte {
	if w.Payload == nil || w.Salt == nil {
		return canonicalObject(field{"entry", w.Entry})
	}
	return canonicalObject(
		field{"entry", w.Entry},
		field{"payload", canonicalString(*w.Payload)},
		field{"salt", canonicalString(w.Salt.String())},
	)
}

// marshal returns the line's one spelling, without a newline.
func (l line) marshal() []byte {
	w := wireLine{Entry: l.entry.Canonical()}
	if l.sealed != nil {
		salt, payload := Hash(l.sealed.Salt), string(l.sealed.Payload)
		w.Salt, w.Payload = &salt, &payload
	}
	return w.canonical()
}

// parseLine reads a line in the spelling of marshal; it refuses any other, and
// a payload that is not the one its entry commits to.
func parseLine(text []byte) (line, error) {
	var w wireLine
	if !utf8.Valid(text) {
		return line{}, fmt.Errorf("a line cannot be read: it is not UTF-8 text")
	}
	if err := parseCanonical(text, &w, func() []byte { return w.canonical() }); err != nil {
		return line{}, fmt.Errorf("a line cannot be read: %w", err)
	}
	e, err := ParseEntry(w.Entry)
	if err != nil {
		return line{}, err
	}
	l := line{entry: e}
	if w.Salt != nil {
		l.sealed = &Sealed{Salt(*w.Salt), []byte(*w.Payload)}
		if l.sealed.Commitment() != e.Commitment {
			return line{}, fmt.Errorf("the payload of entry %d is not the one the entry commits to", e.Seq)
		}
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
