package journal

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// shelf is a store in memory that fails when it is told to: before it has
// written, or after.
type shelf struct {
	mu     sync.Mutex
	marks  uint64
	kept   map[string][]frame
	breaks breakage // of the next write
}

type breakage int

const (
	sound  breakage = iota
	lost            // the write is not done, and no answer comes
	unsaid          // the write is done, and no answer comes
)

func (s *shelf) publish(_ context.Context, summit string, last uint64, data []byte) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	breaks := s.breaks
	s.breaks = sound
	if breaks == lost {
		return 0, errDropped
	}
	var newest uint64
	if kept := s.kept[summit]; len(kept) > 0 {
		newest = kept[len(kept)-1].mark
	}
	if newest != last {
		return 0, errMoved
	}
	s.marks++
	s.kept[summit] = append(s.kept[summit], frame{s.marks, slices.Clone(data)})
	if breaks == unsaid {
		return 0, context.DeadlineExceeded
	}
	return s.marks, nil
}

func (s *shelf) frames(_ context.Context, summit string) ([]frame, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.kept[summit]), nil
}

func (s *shelf) summits(context.Context) (names []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.kept {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

func (s *shelf) remove(_ context.Context, mark uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	breaks := s.breaks
	s.breaks = sound
	if breaks == lost {
		return errDropped
	}
	for summit, kept := range s.kept {
		s.kept[summit] = slices.DeleteFunc(kept, func(f frame) bool { return f.mark == mark })
	}
	if breaks == unsaid {
		return context.DeadlineExceeded
	}
	return nil
}

func (s *shelf) reopen(context.Context) error { return nil }
func (s *shelf) close() error                 { return nil }

// openShelf opens a journal on a store in memory; only checkpoints are files.
func openShelf(t *testing.T, dir string, s *shelf) *JetStream {
	t.Helper()
	j := newJetStream(Options{Log: quiet})
	var err error
	if j.marks, err = openCheckpoints(dir); err == nil {
		j.store = s
		err = j.verifyAll(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// TestShelf: the suite passes on the store in memory too, so that what the
// model below finds is the journal's.
func TestShelf(t *testing.T) {
	suite(t, func(t *testing.T) Journal {
		return openShelf(t, t.TempDir(), &shelf{kept: map[string][]frame{}})
	})
}

// TestModel lets writes fail at random, and restarts at random. A caller who
// keeps to the contract always knows, in the end, what the history is; nothing
// acknowledged is lost, and nothing is there twice.
//
// Each check opens journals on disk, so that there are few; more come with
// -rapid.checks=1000.
func TestModel(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		t.Cleanup(func() { checks.Value.Set(checks.DefValue) })
		if err := checks.Value.Set("10"); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		dir, s := t.TempDir(), &shelf{kept: map[string][]frame{}}
		j := openShelf(t, dir, s)
		model := []string{} // the payloads of the history, "" when erased
		var maybe []string  // those of an append whose outcome is not known
		last, next := uint64(0), 0
		learn := func(r *rapid.T) {
			var tail []string
			got := told(t, j, "a", 0)
			end, err := j.Last(t.Context(), "a")
			if err != nil {
				r.Fatal(err)
			}
			for _, l := range got {
				tail = append(tail, payloadOf(l))
			}
			switch {
			case slices.Equal(tail, model):
			case slices.Equal(tail, append(slices.Clone(model), maybe...)):
				model = tail
			default:
				r.Fatalf("told %q; known %q, perhaps followed by %q", tail, model, maybe)
			}
			last, maybe = end, nil
		}
		r.Repeat(map[string]func(*rapid.T){
			"append": func(r *rapid.T) {
				s.breaks = breakage(rapid.IntRange(0, 2).Draw(r, "breaks"))
				n := rapid.IntRange(1, 3).Draw(r, "n")
				batch := records(next+1, next+n)
				var payloads []string
				for _, b := range batch {
					payloads = append(payloads, string(b.Payload))
				}
				next += n
				end, err := j.Append(t.Context(), "a", last, batch)
				var moved *MovedError
				switch {
				case err == nil:
					model, last, maybe = append(model, payloads...), end, nil
				case errors.As(err, &moved):
					learn(r)
				case errors.Is(err, ErrUncertain) && maybe == nil:
					maybe = payloads
				case errors.Is(err, ErrUncertain):
					// The earlier one was not written, or this would have moved.
					maybe = payloads
				default:
					r.Fatal(err)
				}
				s.breaks = sound
			},
			"erase": func(r *rapid.T) {
				learn(r)
				if last == 0 {
					return
				}
				s.breaks = breakage(rapid.IntRange(0, 2).Draw(r, "breaks"))
				seq := rapid.Uint64Range(1, last).Draw(r, "seq")
				before := told(t, j, "a", 0)
				err := j.Erase(t.Context(), "a", seq)
				s.breaks = sound
				if err != nil && !errors.Is(err, ErrNoEntry) && !errors.Is(err, ErrUncertain) {
					r.Fatal(err)
				}
				for i, l := range told(t, j, "a", 0) {
					erased := err == nil && seqOf(before[i]) == seq
					if changed := l != before[i]; erased && payloadOf(l) != "withheld" || changed && seqOf(l) != seq {
						r.Fatalf("after erasing %d (%v): %q was %q", seq, err, l, before[i])
					}
					model[i] = payloadOf(l)
				}
				learn(r)
			},
			"restart": func(r *rapid.T) {
				j = openShelf(t, dir, s)
				learn(r)
			},
			"": func(r *rapid.T) {
				if len(model) == 0 {
					return
				}
				var b bytes.Buffer
				if err := j.Export(t.Context(), "a", &b, nil); err != nil {
					r.Fatal(err)
				}
				if report, err := verify(&b, []string{j.marks.signer.public}); err != nil || !report.OK() {
					r.Fatal(err, report)
				}
			},
		})
	})
}

// seqOf and payloadOf read a line of told.
func seqOf(told string) (seq uint64) {
	fmt.Sscanf(told, "%d", &seq)
	return seq
}

func payloadOf(told string) string {
	var seq uint64
	var kind, at, payload string
	fmt.Sscanf(told, "%d %s %s %s", &seq, &kind, &at, &payload)
	return payload
}
