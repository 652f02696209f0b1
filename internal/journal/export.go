package journal

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// exportFormat is the first line's mark of the format and its version.
const exportFormat = "liqa journal 1"

// An exported history is lines of JSON. The first is an [exportHeader]; each
// other one an [exportLine], in the order of the history. Every line has one
// spelling: encoding it again gives the same bytes.
type exportHeader struct {
	Format     string `json:"format"`
	Summit     string `json:"summit"`
	Key        string `json:"key"`        // the signing key's public half, as the note package writes it
	Checkpoint string `json:"checkpoint"` // a signed note
}

// exportLine is one entry, and its payload and salt unless they are withheld.
type exportLine struct {
	Entry   json.RawMessage `json:"entry"` // canonical
	Salt    *Hash           `json:"salt,omitempty"`
	Payload *string         `json:"payload,omitempty"`
}

// export writes a history and a checkpoint over its end.
func export(w io.Writer, summit string, s *signer, end head, lines []line, withhold func(uint64, string) bool) error {
	mark, err := s.checkpoint(summit, end)
	if err != nil {
		return fmt.Errorf("the copy of summit %s cannot be signed: %w", summit, err)
	}
	b := bufio.NewWriter(w)
	if err := writeLine(b, exportHeader{exportFormat, summit, s.public, string(mark)}); err != nil {
		return err
	}
	for _, l := range lines {
		out := exportLine{Entry: l.entry.Canonical()}
		own := l.entry.Kind == KindErased
		if l.sealed != nil && (own || withhold == nil || !withhold(l.entry.Seq, l.entry.Kind)) {
			salt, payload := Hash(l.sealed.Salt), string(l.sealed.Payload)
			out.Salt, out.Payload = &salt, &payload
		}
		if err := writeLine(b, out); err != nil {
			return err
		}
	}
	return b.Flush()
}

// marshalLine is the one spelling of a line: no escapes but the needed ones.
func marshalLine(v any) ([]byte, error) {
	var b lineBuffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b, err
}

// lineBuffer collects one encoded line, its newline included.
type lineBuffer []byte

// Write implements io.Writer.
func (b *lineBuffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// writeLine writes one line of an export.
func writeLine(w io.Writer, v any) error {
	b, err := marshalLine(v)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}
