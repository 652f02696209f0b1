package journal

import (
	"bufio"
	"fmt"
	"io"
)

// exportFormat is the first line's mark of the format and its version.
const exportFormat = "liqa journal 1"

// An exported history is lines of JSON. The first is an [exportHeader]; each
// other one an entry with what stands beside it (see [line.marshal]), in the order of the history.
type exportHeader struct {
	Checkpoint string `json:"checkpoint"` // a signed note
	Format     string `json:"format"`
	Key        string `json:"key"` // the signing key's public half, as the note package writes it
	Summit     string `json:"summit"`
}

func (h exportHeader) canonical() []byte {
	return canonicalObject(
		field{"checkpoint", canonicalString(h.Checkpoint)},
		field{"format", canonicalString(h.Format)},
		field{"key", canonicalString(h.Key)},
		field{"summit", canonicalString(h.Summit)},
	)
}

// export writes a history and a checkpoint over its end.
func export(w io.Writer, summit string, s *signer, end head, lines []line, withhold func(uint64, string) bool) error {
	mark, err := s.checkpoint(summit, end)
	if err != nil {
		return fmt.Errorf("the copy of summit %s cannot be signed: %w", summit, err)
	}
	b := bufio.NewWriter(w)
	b.Write(exportHeader{string(mark), exportFormat, s.public, summit}.canonical())
	b.WriteByte('\n')
	for _, l := range lines {
		if l.entry.Kind != KindErased && withhold != nil && withhold(l.entry.Seq, l.entry.Kind) {
			l.sealed = nil
		}
		b.Write(l.marshal())
		b.WriteByte('\n')
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("the copy of summit %s cannot be written: %w", summit, err)
	}
	return nil
}
