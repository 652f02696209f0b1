package summit

import "time"

// settling is how long after its start an item cannot be ended by starting
// another: the second half of a double click starts nothing.
const settling = 2 * time.Second

func (a StartItem) decide(d *decision) error {
	item, ok := d.s.Item(a.Item)
	if !ok {
		return d.refuse("no-such-item")
	}
	under, busy := d.s.Under()
	switch {
	case busy && under.ID == item.ID:
		return d.aboutItem("already-in-progress", item, item.StartedBy, item.Started)
	case d.stale(a.Seen):
		return d.refuse("stale-screen")
	case busy && a.Ending == "":
		return d.aboutItem("another-in-progress", under, under.StartedBy, under.Started)
	case a.Ending != d.s.Current:
		return d.refuse("stale-screen")
	case busy && d.now.Sub(under.Started).Abs() < settling:
		return d.aboutItem("just-started", under, under.StartedBy, under.Started)
	case !item.Ended.IsZero() && !a.Again:
		return d.aboutItem("item-ended", item, item.EndedBy, item.Ended)
	case item.Coverage == Sealed:
		return d.refuse("sealed")
	}
	if busy {
		d.endItem()
	}
	if d.opens(item.Coverage) {
		d.emit(ItemStarted{d.stamp(), item.ID, item.Coverage})
		return nil
	}
	d.emit(ItemStarted{d.stamp(), item.ID, Closed})
	d.emit(CoverageProposed{d.stamp(), item.ID, item.Coverage})
	return nil
}

func (a EndItem) decide(d *decision) error {
	item, named := d.s.Item(a.Item)
	switch {
	case a.Item != "" && !named:
		return d.refuse("no-such-item")
	case a.Item != "" && a.Item != d.s.Current && !item.Ended.IsZero():
		return d.aboutItem("item-ended", item, item.EndedBy, item.Ended)
	case a.Item != "" && a.Item != d.s.Current:
		return d.refuse("stale-screen")
	case d.s.Current == "":
		return d.refuse("no-item")
	}
	d.endItem()
	return nil
}

// endItem ends the item in progress, and the floor with it.
func (d *decision) endItem() {
	if d.s.Floor != "" {
		d.emit(FloorTaken{d.stamp(), d.s.Floor, ItemOver})
	}
	for _, id := range d.s.Queue {
		d.emit(HandLowered{d.stamp(), id, ItemOver})
	}
	d.emit(ItemEnded{d.stamp(), d.s.Current})
}

func (Recess) decide(d *decision) error {
	item, ok := d.s.Under()
	if !ok {
		return d.refuse("no-item")
	}
	if !d.s.InRecess {
		d.emit(RecessBegan{d.stamp(), item.ID})
	}
	return nil
}

func (a Reconvene) decide(d *decision) error {
	c := a.Coverage
	if c == "" {
		c = Closed
	}
	switch {
	case !d.s.InRecess:
		return d.refuse("not-in-recess")
	case a.Item == "" && width[c] > width[Closed]:
		return d.refuse("name-the-item")
	case a.Item != "" && a.Item != d.s.Current || d.stale(a.Seen):
		return d.refuse("stale-screen")
	}
	if err := d.known(c); err != nil {
		return err
	}
	if d.opens(c) {
		d.emit(RecessEnded{d.stamp(), d.s.Current, c})
		return nil
	}
	d.emit(RecessEnded{d.stamp(), d.s.Current, Closed})
	d.emit(CoverageProposed{d.stamp(), d.s.Current, c})
	return nil
}

func (EndSummit) decide(d *decision) error {
	if d.s.Current != "" {
		d.endItem()
	}
	d.emit(SummitEnded{d.stamp()})
	return nil
}

// stale reports whether a screen that showed revision seen has fallen behind.
// 0 is a caller that does not say.
func (d *decision) stale(seen uint64) bool { return seen != 0 && seen < d.s.Turned }

func (e ItemStarted) apply(s *State) {
	s.turn()
	s.editItem(e.Item, func(x *Item) {
		x.Started, x.StartedBy = e.At, SeatID(e.By)
		x.Ended, x.EndedBy = time.Time{}, ""
	})
	s.Phase, s.Current = InProgress, e.Item
	s.InRecess, s.RecessBy, s.RecessSince = false, "", time.Time{}
	s.cover(e.Stamp, e.Coverage)
}

func (e ItemEnded) apply(s *State) {
	s.turn()
	s.editItem(e.Item, func(x *Item) { x.Ended, x.EndedBy = e.At, SeatID(e.By) })
	s.Current, s.Queue = "", nil
	s.InRecess, s.RecessBy, s.RecessSince = false, "", time.Time{}
	s.cover(e.Stamp, Closed)
}

func (e RecessBegan) apply(s *State) {
	s.turn()
	s.stop(e.At)
	s.InRecess, s.RecessBy, s.RecessSince = true, SeatID(e.By), e.At
	s.cover(e.Stamp, Closed)
}

func (e RecessEnded) apply(s *State) {
	s.turn()
	s.InRecess, s.RecessBy, s.RecessSince = false, "", time.Time{}
	s.run(e.At)
	s.cover(e.Stamp, e.Coverage)
}

func (e SummitEnded) apply(s *State) {
	s.turn()
	s.Phase, s.Current, s.Queue = Ended, "", nil
	s.Ended, s.EndedBy = e.At, SeatID(e.By)
	s.cover(e.Stamp, Closed)
}

func (e Restarted) apply(s *State) {
	s.turn()
	s.Seats = edited(s.Seats, func(Seat) bool { return true }, (*Seat).lose)
	s.Resume = s.Current != "" && s.InForce != Closed
	s.Opening = Opening{}
}
