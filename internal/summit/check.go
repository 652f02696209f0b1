package summit

import (
	"errors"
	"fmt"
	"slices"
)

// Check names everything that is impossible in a state, and nil when there is
// nothing. No sequence of acts leads to a state that fails it; it is there for
// tests, and for whoever reads a journal that they do not trust.
func Check(s State) error {
	if s.Phase == "" {
		return nil
	}
	return errors.Join(slices.Concat(s.checkItems(), s.checkSeats(), s.checkFloor(), s.checkBooths(),
		s.checkApart(), s.checkShared())...)
}

func (s State) checkItems() (errs []error) {
	bad := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	under, busy := s.Under()
	bad(s.Current != "" && !busy, "item %q is in progress and not in the run of show", s.Current)
	bad(busy && s.Phase != InProgress, "an item is in progress and the summit is %s", s.Phase)
	bad(busy && (under.Started.IsZero() || !under.Ended.IsZero()), "item %q is in progress and not begun, or ended", s.Current)
	for _, i := range s.Items {
		bad(!i.Started.IsZero() && i.Ended.IsZero() && i.ID != s.Current, "item %q has begun and is neither in progress nor ended", i.ID)
		bad(!i.Started.IsZero() && s.Phase == Announced, "item %q has begun and the summit has not", i.ID)
	}
	_, known := width[s.InForce]
	bad(!known, "coverage %q is in force", s.InForce)
	bad(s.InForce != Closed && (!busy || s.InRecess), "coverage is %s without an item that flows", s.InForce)
	bad(s.Resume && s.InForce == Closed, "there is nothing to resume")
	bad(s.InRecess && !busy, "there is a recess of no item")
	bad(s.Opening.Item != "" && s.Opening.Item != s.Current, "an opening is proposed for item %q, which is not in progress", s.Opening.Item)
	bad((s.Phase == Ended) != !s.Ended.IsZero(), "the summit is %s and its end is %v", s.Phase, s.Ended)
	return errs
}

func (s State) checkSeats() (errs []error) {
	heads, officers := map[DelegationID]int{}, 0
	for _, x := range s.Seats {
		bad := func(is bool, what string) {
			if is {
				errs = append(errs, fmt.Errorf("seat %s: %s", x.ID, what))
			}
		}
		if x.Role == Principal {
			heads[x.Delegation]++
		}
		if x.Role == Officer && !x.Invitation.Revoked {
			officers++
		}
		in := x.Presence == Present || x.Presence == Away
		bad(in != x.Admitted, "is "+string(x.Presence)+" and its admission says otherwise")
		bad(x.Presence == Present && !x.Connected, "is present and not connected")
		bad(x.Presence == Away && x.Connected, "is away and connected")
		bound := x.Invitation.Device != "" && !x.Invitation.Revoked
		bad((x.Admitted || x.Connected) && !bound, "is here without a link that is open")
		bad(x.Invitation.Revoked && x.Invitation.Device != "", "has a device on a link that was withdrawn")
		bad(x.Invitation.Serial != len(x.Invitation.Former)+1, "has lost count of its links")
		bad(slices.Contains(x.Invitation.Former, x.Invitation.Hash), "has an old link again")
		bad(x.Hears != "" && !slices.Contains(s.Languages, x.Hears), "hears a channel that is not there")
		bad(x.MutedBy != "" && !x.Muted, "is muted by somebody and not muted")
		bad(x.StandsFor != "" && x.Role != Principal, "stands for a principal without the place")
	}
	for _, d := range s.Delegations {
		if heads[d.ID] != 1 {
			errs = append(errs, fmt.Errorf("delegation %s has %d principals", d.ID, heads[d.ID]))
		}
	}
	if officers == 0 {
		errs = append(errs, errors.New("no protocol officer has a link that works"))
	}
	return errs
}

func (s State) checkFloor() (errs []error) {
	if s.Floor != "" && !s.keepsFloor(s.Floor) {
		errs = append(errs, fmt.Errorf("seat %s has the floor and may not", s.Floor))
	}
	for i, id := range s.Queue {
		if !s.keepsFloor(id) || id == s.Floor || slices.Contains(s.Queue[:i], id) {
			errs = append(errs, fmt.Errorf("seat %s is in the queue and may not be, or twice", id))
		}
	}
	return errs
}

func (s State) checkBooths() (errs []error) {
	into := map[Language]BoothID{}
	for _, b := range s.Booths {
		bad := func(is bool, what string) {
			if is {
				errs = append(errs, fmt.Errorf("booth %s: %s", b.ID, what))
			}
		}
		if b.OnAir == "" {
			bad(b.Into != "" || b.Cough || !b.Since.IsZero() || b.Also != "" || !b.Offered.IsZero() || b.Stalled,
				"is off air and has something on air")
			continue
		}
		x, _ := s.Seat(b.OnAir)
		bad(x.Role != Interpreter || x.Booth != b.ID, "somebody is on air who does not work there")
		bad(x.Muted, "somebody is on air with the microphone off")
		bad(!s.InRoom(b.OnAir), "somebody is on air who is not in the room")
		bad(x.Whispers != "", "somebody is on air who whispers to one side")
		bad(!slices.Contains(b.Outgoing, b.Into), "is on air into a channel that is not its own")
		bad(into[b.Into] != "", "is on air into a channel that another serves")
		into[b.Into] = b.ID
		also, second := s.Seat(b.Also)
		bad(second && (also.Role != Interpreter || also.Booth != b.ID || also.Muted || also.Whispers != "" || !s.InRoom(b.Also) || b.Also == b.OnAir),
			"a second microphone is live that cannot be")
	}
	return errs
}
