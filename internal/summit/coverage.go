package summit

import (
	"maps"
	"slices"
)

// width orders coverages by how many may see; one that is not here is not known.
var width = map[Coverage]int{Closed: 0, Pool: 1, Open: 2}

func (a SetCoverage) decide(d *decision) error {
	if err := d.known(a.Coverage); err != nil {
		return err
	}
	if a.Coverage == d.s.InForce && !d.s.Resume && d.s.Opening.Item == "" {
		return nil // else it withdraws a proposal, or decides what to resume
	}
	if width[a.Coverage] <= width[d.s.Coverage()] {
		d.emit(CoverageSet{d.stamp(), d.s.Current, a.Coverage})
		return nil
	}
	if d.by == Server {
		return d.refuse("not-permitted", "act", a.Kind())
	}
	if err := d.flows(); err != nil {
		return err
	}
	switch {
	case a.Item == "":
		return d.refuse("name-the-item")
	case a.Item != d.s.Current || d.stale(a.Seen):
		return d.refuse("stale-screen")
	}
	d.open(CoverageSet{d.stamp(), a.Item, a.Coverage}, a.Coverage)
	return nil
}

func (a ResumeCoverage) decide(d *decision) error {
	switch {
	case !d.s.Resume:
		return d.refuse("nothing-to-resume")
	case a.Item == "":
		return d.refuse("name-the-item")
	case a.Item != d.s.Current || d.stale(a.Seen):
		return d.refuse("stale-screen")
	}
	d.open(CoverageResumed{d.stamp(), d.s.Current, d.s.InForce}, d.s.InForce)
	return nil
}

func (Restart) decide(d *decision) error {
	d.emit(Restarted{d.stamp()})
	return nil
}

// known refuses a coverage that this server cannot give.
func (d *decision) known(c Coverage) error {
	if c == Sealed {
		return d.refuse("sealed")
	}
	if _, ok := width[c]; !ok {
		return d.refuse("no-such-coverage", "coverage", string(c))
	}
	return nil
}

// open lets e happen, which opens the item in progress to c, or else notes that
// this officer would and the other side's has still to agree.
func (d *decision) open(e Event, c Coverage) {
	if d.opens(c) {
		d.emit(e)
		return
	}
	if !slices.Contains(d.s.agreed(c), d.seat.ID) {
		d.emit(CoverageProposed{d.stamp(), d.s.Current, c})
	}
}

// opens reports whether a coverage may be put in force at this officer's word:
// closed always; a wider one where at most one delegation has its own officer,
// or when an officer of every delegation that has one has agreed.
func (d *decision) opens(c Coverage) bool {
	sides := d.s.sides()
	if c == Closed || len(sides) < 2 {
		return true
	}
	said := map[DelegationID]bool{d.seat.Delegation: true}
	for _, id := range d.s.agreed(c) {
		officer, _ := d.s.Seat(id)
		said[officer.Delegation] = !officer.Invitation.Revoked
	}
	return !slices.ContainsFunc(sides, func(id DelegationID) bool { return !said[id] })
}

// sides lists the delegations that have their own officer, sorted. One whose
// link has been withdrawn still counts: that is no way around the other side.
func (s State) sides() []DelegationID {
	set := map[DelegationID]bool{}
	for _, x := range s.Seats {
		if x.Role == Officer && x.Delegation != "" {
			set[x.Delegation] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// agreed lists the officers who have agreed to c for the item in progress.
func (s State) agreed(c Coverage) []SeatID {
	if s.Current != "" && s.Opening.Item == s.Current && s.Opening.Coverage == c {
		return s.Opening.Agreed
	}
	return nil
}

// cover puts a coverage in force; a proposal that was open is done with.
func (s *State) cover(at Stamp, c Coverage) {
	if s.InForce != c || s.Resume {
		s.InForceBy, s.InForceSince = SeatID(at.By), at.At
	}
	s.InForce, s.Resume, s.Opening = c, false, Opening{}
	s.Opened = s.Opened || c == Open
}

func (e CoverageSet) apply(s *State) {
	s.turn()
	s.cover(e.Stamp, e.Coverage)
}

func (e CoverageResumed) apply(s *State) {
	s.turn()
	s.cover(e.Stamp, e.Coverage)
}

func (e CoverageProposed) apply(s *State) {
	agreed := s.agreed(e.Coverage)
	s.Opening = Opening{e.Item, e.Coverage, append(slices.Clone(agreed), SeatID(e.By))}
}
