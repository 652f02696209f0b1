package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// witness remembers what machines said, over all their lives.
type witness struct {
	acknowledged map[string]uint64 // summit → the last entry acknowledged
	erased       map[string]bool   // "summit seq" acknowledged as erased
	told         bool              // this life has told everything
	ends         map[string]uint64 // as told in this life
	withheld     map[string]bool   // as told in this life
	count        int               // acknowledgements in this life
	ended        string            // why the machine turned itself off
}

// born begins a new life.
func (w *witness) born() {
	w.told, w.ended, w.count = false, "", 0
	w.ends, w.withheld = map[string]uint64{}, map[string]bool{}
}

// hear takes in a line.
func (w *witness) hear(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	var summit string
	var seq uint64
	if word == "ACKNOWLEDGED" || word == "ERASED" || word == "LAST" || word == "WITHHELD" {
		if n, err := fmt.Sscanf(rest, "%s %d", &summit, &seq); n != 2 {
			return fmt.Errorf("the machine said %q: %w", line, err)
		}
	}
	switch word {
	case "ACKNOWLEDGED":
		w.acknowledged[summit] = seq
		w.count++
	case "ERASED":
		w.erased[rest] = true
		w.count++
	case "LAST":
		w.ends[summit] = seq
	case "WITHHELD":
		w.withheld[rest] = true
	case "TOLD":
		w.told = true
		return w.compare()
	case "REFUSED", "END":
		if w.ended == "" {
			w.ended = rest
		}
	default:
		return fmt.Errorf("the machine said %q", line)
	}
	return nil
}

// loss is something acknowledged that is not there any more.
type loss string

func (l loss) Error() string { return string(l) }

// compare finds what was acknowledged and is not told.
func (w *witness) compare() error {
	for summit, seq := range w.acknowledged {
		if w.ends[summit] < seq {
			return loss(fmt.Sprintf("entry %d of summit %s was acknowledged, and the history ends at %d", seq, summit, w.ends[summit]))
		}
	}
	for entry := range w.erased {
		if !w.withheld[entry] {
			return loss(fmt.Sprintf("entry %s was acknowledged as erased, and is there", entry))
		}
	}
	return nil
}

// newWitness has heard nothing.
func newWitness() *witness {
	return &witness{acknowledged: map[string]uint64{}, erased: map[string]bool{}}
}

// live boots a machine, and cuts its power some flushes after some
// acknowledgements; or, when acknowledgements is 0, once it has told
// everything.
func (w *witness) live(ctx context.Context, m *machine, d *disk, acknowledgements, flushes int, keep func() bool) error {
	w.born()
	var fault error
	err := m.run(ctx, d, func(line string) {
		if err := w.hear(line); fault == nil && err != nil {
			fault = err
			d.turnOff()
		}
		switch {
		case w.told && acknowledgements == 0:
			d.turnOff()
		case w.told && w.count >= acknowledgements:
			d.arm(flushes, keep)
		}
	})
	var off *offError
	switch {
	case fault != nil:
		return fault
	case errors.As(err, &off) && w.ended != "":
		return loss("the machine turned itself off: " + w.ended)
	}
	return err
}

// manner is how much of the unflushed writes survives a cut: nothing, and
// then parts of different size.
func manner(random *rand.Rand, cut int) (keep func() bool, name string) {
	if cut%2 == 0 {
		return nothing, "nothing unflushed survives"
	}
	p := []float64{0.5, 0.1, 0.9}[cut/2%3]
	return some(random, p), fmt.Sprintf("%.0f %% of the unflushed survives", 100*p)
}

// cutRepeatedly cuts the power of one machine again and again, on one disk,
// and demands each time that nothing acknowledged is lost.
func cutRepeatedly(ctx context.Context, m *machine, d *disk, cuts int, random *rand.Rand) error {
	w := newWitness()
	for cut := range cuts + 1 {
		keep, name := manner(random, cut)
		acknowledgements, flushes := 20+random.IntN(80), random.IntN(20)
		if cut == cuts {
			acknowledgements = 0 // the last life only tells
		}
		began := time.Now()
		if err := w.live(ctx, m, d, acknowledgements, flushes, keep); err != nil {
			return fmt.Errorf("life %d: %w", cut+1, err)
		}
		fmt.Printf("life %d: %d entries told, nothing acknowledged is missing; ", cut+1, w.ends["bilateral"]+w.ends["plenary"])
		if cut < cuts {
			fmt.Printf("cut after %d acknowledgements, %d writes and %d flushes (%s: %d sectors lost, %d kept); ",
				w.count, d.writes, d.flushes, name, d.lost, d.kept)
		}
		fmt.Printf("%v\n", time.Since(began).Round(time.Second))
		d = d.restored()
	}
	return nil
}

// controlLives is how many lives a control may take to show a loss. Linux
// writes some things by itself in the end, so that not each cut must lose.
const controlLives = 8

// control demands that a loss is seen.
func control(ctx context.Context, name string, m *machine, d *disk, random *rand.Rand) error {
	w := newWitness()
	for range controlLives {
		err := w.live(ctx, m, d, 15+random.IntN(40), random.IntN(20), nothing)
		var seen loss
		if errors.As(err, &seen) {
			fmt.Printf("control, %s: the loss is seen: %v\n", name, seen)
			return nil
		}
		if err != nil {
			return fmt.Errorf("control, %s: %w", name, err)
		}
		d = d.restored()
	}
	return fmt.Errorf("control, %s: no loss is seen in %d lives, so that this test proves nothing", name, controlLives)
}
