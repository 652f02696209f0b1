package journal

import "fmt"

// history is one summit's, folded from the store.
type history struct {
	head  head
	mark  uint64            // the newest frame's; 0 when there is none
	lines []line            // entry n at index n-1
	in    map[uint64]uint64 // entry → mark of the newest frame that holds it
	stale []uint64          // marks of frames whose payload was erased, still in the store
}

// fold reads a summit's frames, in any order of entries, and checks the whole
// chain. An erasure puts the lines of an older frame into the store a second
// time, without the payload, and then removes the older frame; a crash between
// the two leaves both, and the older one is reported as stale.
func fold(summit string, frames []frame) (history, error) {
	h := history{head: head{0, genesis(summit)}, in: map[uint64]uint64{}}
	lines := map[uint64]line{}
	parsed := make([][]line, len(frames))
	for i, f := range frames {
		var err error
		if parsed[i], err = f.parse(); err != nil {
			return h, err
		}
		h.mark = max(h.mark, f.mark)
		for _, l := range parsed[i] {
			if err := h.lay(lines, f.mark, l); err != nil {
				return h, err
			}
		}
	}
	erased, err := h.chain(lines)
	if err != nil {
		return h, err
	}
	for i, f := range frames {
		stale, err := h.superseded(f.mark, parsed[i], erased)
		if err != nil {
			return h, err
		}
		if stale {
			h.stale = append(h.stale, f.mark)
		}
	}
	return h, nil
}

// lay puts a line of the frame at mark among the others.
func (h *history) lay(lines map[uint64]line, mark uint64, l line) error {
	seq := l.entry.Seq
	if other, twice := lines[seq]; twice {
		if other.entry.Hash() != l.entry.Hash() {
			return fmt.Errorf("entry %d is there twice and differs", seq)
		}
		if l.sealed == nil {
			l.sealed = other.sealed
		}
	}
	lines[seq] = l
	h.in[seq] = max(h.in[seq], mark)
	return nil
}

// chain follows the lines from the first to the last, and returns which
// entries' payloads were erased.
func (h *history) chain(lines map[uint64]line) (erased map[uint64]bool, err error) {
	erased = map[uint64]bool{}
	for seq := uint64(1); seq <= uint64(len(lines)); seq++ {
		l, ok := lines[seq]
		if !ok {
			return nil, fmt.Errorf("entry %d is missing, while later ones are there", seq)
		}
		if h.head, err = h.head.follow(l.entry); err != nil {
			return nil, err
		}
		if l.entry.Kind == KindErased {
			target, err := erasedBy(l, h.lines)
			if err != nil {
				return nil, err
			}
			erased[target] = true
		}
		h.lines = append(h.lines, l)
	}
	for i := range h.lines {
		l := &h.lines[i]
		switch {
		case erased[l.entry.Seq]:
			l.sealed = nil
		case l.sealed == nil:
			return nil, fmt.Errorf("the payload of entry %d is missing, and no entry says that it was erased", l.entry.Seq)
		}
	}
	return erased, nil
}

// erasedBy returns which of the entries before it l says was erased.
func erasedBy(l line, before []line) (uint64, error) {
	if l.sealed == nil {
		return 0, fmt.Errorf("entry %d, which records an erasure, does not say of what", l.entry.Seq)
	}
	target, err := erasureOf(l.sealed.Payload)
	if err != nil {
		return 0, fmt.Errorf("entry %d: %w", l.entry.Seq, err)
	}
	if target > uint64(len(before)) || before[target-1].entry.Kind == KindErased {
		return 0, fmt.Errorf("entry %d says that entry %d was erased, which cannot be", l.entry.Seq, target)
	}
	return target, nil
}

// superseded reports whether the frame at mark holds an erased payload. All of
// its lines must then be in newer frames too, so that it can be removed.
func (h *history) superseded(mark uint64, lines []line, erased map[uint64]bool) (bool, error) {
	stale := false
	for _, l := range lines {
		stale = stale || l.sealed != nil && erased[l.entry.Seq]
	}
	if !stale {
		return false, nil
	}
	for _, l := range lines {
		if h.in[l.entry.Seq] == mark {
			return false, fmt.Errorf("an entry says that a payload beside entry %d was erased, and it is there", l.entry.Seq)
		}
	}
	return true, nil
}

// beside returns the lines that stand in one frame with entry seq.
func (h *history) beside(seq uint64) []line {
	var lines []line
	for _, l := range h.lines {
		if h.in[l.entry.Seq] == h.in[seq] {
			lines = append(lines, l)
		}
	}
	return lines
}

// restore is what to do about a history that is not the acknowledged one.
const restore = "Stop the server, keep the journal's folder aside, put one from a replica or a backup in its place, " +
	"with its checkpoints, and start again"

// compare refuses a history that is not a continuation of the one in the
// checkpoint. A history may be longer: the server can have been killed between
// writing entries and their checkpoint, in which case nobody was told that
// they were written. It may not be shorter or other.
func (h *history) compare(summit string, mark head) error {
	if h.head.length < mark.length {
		return &DamagedError{summit, fmt.Sprintf("the store has %d entries, and the checkpoint says that %d were acknowledged", h.head.length, mark.length), restore}
	}
	at := genesis(summit)
	if mark.length > 0 {
		at = h.lines[mark.length-1].entry.Hash()
	}
	if at != mark.hash {
		return &DamagedError{summit, fmt.Sprintf("entry %d is not the one whose hash the checkpoint holds", mark.length), restore}
	}
	return nil
}
