package greenroom

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"liqa/internal/summit"
)

// Shelf keeps the last result of each seat, in memory and in one small file
// for each summit. A restart finds them again.
type Shelf struct {
	dir string

	mu      sync.Mutex
	summits map[summit.SummitID]*kept
}

type kept struct {
	results map[summit.SeatID]Result
	lines   int // of the file
}

// line of the file: the last one of a seat counts.
type line struct {
	Seat   summit.SeatID `json:"seat"`
	Result Result        `json:"result"`
}

const (
	ending  = ".results"
	maxLine = 16 << 10 // bytes of the file's line
)

// Open reads the folder, which is made when it is not there. A line that
// cannot be read, as after a power cut, is passed over.
func Open(dir string) (*Shelf, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the results of the green room cannot be kept: %w", err)
	}
	s := &Shelf{dir: dir, summits: map[summit.SummitID]*kept{}}
	files, err := filepath.Glob(filepath.Join(dir, "*"+ending))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		id := summit.SummitID(strings.TrimSuffix(filepath.Base(file), ending))
		k, err := read(file)
		if err == nil && k.lines > len(k.results) {
			err = s.rewrite(id, k) // without the line that a power cut has torn, too
		}
		if err != nil {
			return nil, fmt.Errorf("the results of the green room cannot be read: %w", err)
		}
		s.summits[id] = k
	}
	return s, nil
}

func read(file string) (*kept, error) {
	k := &kept{results: map[summit.SeatID]Result{}}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, maxLine)
	for in.Scan() {
		k.lines++
		var one line
		if json.Unmarshal(in.Bytes(), &one) == nil && one.Seat != "" {
			k.results[one.Seat] = one.Result
		}
	}
	if err := in.Err(); err != nil && !errors.Is(err, bufio.ErrTooLong) {
		return nil, err
	}
	return k, nil
}

// Keep puts a result in the place of the seat's last one. The result is kept
// in memory even when the disk does not take it.
func (s *Shelf) Keep(id summit.SummitID, seat summit.SeatID, r Result) error {
	r.Findings = r.Findings.Clean()
	text, err := json.Marshal(line{seat, r})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.summits[id]
	if k == nil {
		k = &kept{results: map[summit.SeatID]Result{}}
		s.summits[id] = k
	}
	k.results[seat] = r
	if k.lines >= 2*len(k.results)+100 {
		return s.rewrite(id, k)
	}
	k.lines++
	f, err := os.OpenFile(s.file(id), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep the result of %s: %w", seat, err)
	}
	_, err = f.Write(append(text, '\n'))
	return errors.Join(err, f.Close())
}

// rewrite leaves one line for each seat. The caller holds the lock.
func (s *Shelf) rewrite(id summit.SummitID, k *kept) error {
	var all []byte
	for seat, r := range k.results {
		text, err := json.Marshal(line{seat, r})
		if err != nil {
			return err
		}
		all = append(append(all, text...), '\n')
	}
	k.lines = len(k.results)
	next := s.file(id) + ".next"
	if err := os.WriteFile(next, all, 0o600); err != nil {
		return err
	}
	return os.Rename(next, s.file(id))
}

// Of gives a summit's results by seat; the map is the caller's.
func (s *Shelf) Of(id summit.SummitID) map[summit.SeatID]Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.summits[id]; k != nil {
		return maps.Clone(k.results)
	}
	return nil
}

// Last is a seat's last result.
func (s *Shelf) Last(id summit.SummitID, seat summit.SeatID) (Result, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.summits[id]
	if k == nil {
		return Result{}, false
	}
	r, ok := k.results[seat]
	return r, ok
}

// Forget drops a summit's results, when it has ended: they name people's
// devices, and are of no more use.
func (s *Shelf) Forget(id summit.SummitID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.summits[id]; !there {
		return nil
	}
	delete(s.summits, id)
	if err := os.Remove(s.file(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (s *Shelf) file(id summit.SummitID) string { return filepath.Join(s.dir, string(id)+ending) }
