package secretariat

import (
	"slices"

	"liqa/internal/plan"
	"liqa/internal/summit"
)

// fallBehind is called when the journal fails or stalls. Whoever waits for an
// answer gets one. What takes away stays cut and in the queue. What gives and is
// not yet on its way to the disk is dropped. What gives and may be on the disk
// already cannot be dropped: if it would open the item wider than it is, a
// closing follows it, so that it opens nothing when the disk comes back after
// the officer has been told that it failed.
func (m *meeting) fallBehind(err error) {
	if m.behind {
		return // and every step since takes away
	}
	m.log.Error("the journal cannot be written; what takes away is done, nothing is given", "err", err)
	m.behind = true
	waiting := m.unwritten
	m.unwritten = slices.Clip(waiting[:m.flying])
	for _, s := range waiting[m.flying:] {
		if s.cuts {
			m.again(s)
		}
	}
	m.closeBehind()
	m.enforce(m.allowed())
	m.notify()
	for _, s := range waiting {
		if s.cuts {
			s.tell(0, refuse("cut-unrecorded"))
		} else {
			s.tell(0, refuse("journal-behind"))
		}
	}
}

// again decides a step anew, after others before it have been dropped.
func (m *meeting) again(s *step) {
	events, err := summit.Decide(m.ahead(), s.by, s.act, s.at)
	if err != nil || len(events) == 0 {
		return // what it would have taken away is not there
	}
	if anew, err := m.step(s.by, s.act, s.at, events); err == nil {
		m.unwritten = append(m.unwritten, anew)
	}
}

// closeBehind adds a closing when what is being written would open the item.
func (m *meeting) closeBehind() {
	c := m.ahead().Coverage()
	if c == summit.Closed || c == m.standing.Coverage {
		return
	}
	now := m.cfg.Clock()
	closing := summit.SetCoverage{Coverage: summit.Closed}
	events, err := summit.Decide(m.ahead(), summit.Server, closing, now)
	if err == nil {
		var s *step
		if s, err = m.step(summit.Server, closing, now, events); err == nil {
			m.unwritten = append(m.unwritten, s)
			return
		}
	}
	m.log.Error("an opening that is late could not be followed by a closing", "err", err)
}

// ownAlarms are those of the meeting itself, beside those that are measured.
func (m *meeting) ownAlarms() []plan.Alarm {
	if m.behind {
		return []plan.Alarm{{Code: plan.JournalBehind}}
	}
	return nil
}
