package cast

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"liqa/internal/press"
	"liqa/internal/summit"
)

// Readout is a readout whose quotations are bound to seconds of a seat's first
// turn, since nobody knows beforehand when that will be.
type Readout struct {
	press.Readout
	Body []Block `json:"body"`
}

// Block is a block of a [Readout]. Starts and Ends are in seconds from the
// beginning of the first turn of the seat that is quoted.
type Block struct {
	press.Block
	Starts float64 `json:"starts"`
	Ends   float64 `json:"ends"`
}

// ReadReadouts reads the readouts of the demonstration: JSON, by language.
func ReadReadouts(text []byte) ([]Readout, error) {
	by := map[summit.Language]Readout{}
	if err := json.Unmarshal(text, &by); err != nil {
		return nil, fmt.Errorf("the demonstration's readouts cannot be read: %w", err)
	}
	var all []Readout
	for l, r := range by {
		r.Language = l
		all = append(all, r)
	}
	return all, nil
}

// bound is the readout with each quotation at the instants it was said.
func (r Readout) bound(turns map[summit.SeatID]turn, picture string) press.Readout {
	out := r.Readout
	out.Body = nil
	if r.Picture != nil {
		p := *r.Picture
		p.Digest = picture
		out.Picture = &p
	}
	for _, b := range r.Body {
		if b.Quotation != nil {
			q := *b.Quotation
			first := turns[q.Seat]
			q.From = first.began.Add(time.Duration(b.Starts * float64(time.Second)))
			q.To = first.began.Add(time.Duration(b.Ends * float64(time.Second)))
			if !first.holds(q.To) {
				continue // the seat was taken over, or the show went faster than speech
			}
			b.Block.Quotation = &q
		}
		out.Body = append(out.Body, b.Block)
	}
	return out
}

// publish waits for the end of the summit and publishes the readouts.
func (m *member) publish(ctx context.Context) error {
	if _, err := m.Until(ctx, over); err != nil {
		return err
	}
	digest, err := m.Attendee.Picture(ctx, m.Still)
	if err != nil {
		return fmt.Errorf("the picture: %w", err)
	}
	m.mu.Lock()
	turns := m.turns
	m.mu.Unlock()
	for _, r := range m.Readouts {
		address, err := m.Publish(ctx, r.bound(turns, digest))
		if err != nil {
			return fmt.Errorf("the readout in %s: %w", r.Language, err)
		}
		m.tell("Published: %s", address)
	}
	return nil
}
